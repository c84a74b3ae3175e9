//! Logs of Kerberos: a request for a ticket, and the ticket or the refusal.

use super::cells::Cells;
use super::contract::{COMMON, FieldForm, Log, names};
use super::message::Messages;
use super::words::{kerberos_cipher, kerberos_error};
use crate::model::app::field::{FieldBuffer, FieldId};
use crate::model::app::kinds::directory::{KerberosCipher, KerberosMessage};
use crate::model::app::kinds::login::{Outcome, Security};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

pub static LOG: Log = Log {
    id: "kerberos",
    aliases: &["krb5", "krb"],
    marks: &[
        &["request_type", "client", "service"],
        &["client", "service", "error_msg"],
        &["service", "till", "cipher"],
    ],
    protocol: Some(AppProto::Kerberos),
    columns: &[
        names("request_type", "krb5.msg_type", ""),
        names("client", "krb5.cname", ""),
        names("service", "krb5.sname", ""),
        names("success", "", ""),
        names("error_msg", "krb5.error_code", ""),
        names("cipher", "krb5.encryption|krb5.ticket_encryption", ""),
        names("", "krb5.realm", ""),
        names("", "krb5.failed_request", ""),
    ],
    more: Some(both),
    ..COMMON
};

const REQUEST: usize = 0;
const CLIENT: usize = 1;
const SERVICE: usize = 2;
const SUCCESS: usize = 3;
const ERROR: usize = 4;
const CIPHER: usize = 5;
const REALM: usize = 6;
const FAILED: usize = 7;

/// A row is of the answer; what was asked for is repeated there.
fn both(cells: &Cells<'_>, messages: &mut Messages) {
    let asked = cells.text(FAILED).or(cells.text(REQUEST)).unwrap_or_default().to_ascii_uppercase();
    let is_tickets = asked.contains("TGS");
    let request = if is_tickets { KerberosMessage::TgsReq } else { KerberosMessage::AsReq };
    messages.message(Direction::ToResponder, |fields| {
        fields.token(FieldId::Message, request);
        names_of(cells, fields);
    });
    let error = cells.text(ERROR);
    let is_refused = cells.yes_or_no(SUCCESS) == Some(false) || error.is_some();
    let is_granted = cells.yes_or_no(SUCCESS) == Some(true) || (cells.is_eve && !is_refused);
    messages.message(Direction::ToOriginator, |fields| {
        let known = error.as_deref().and_then(kerberos_error);
        match is_refused {
            true => fields.token(FieldId::Message, KerberosMessage::KrbError),
            false if !is_granted => return,
            false => fields
                .token(FieldId::Message, if is_tickets { KerberosMessage::TgsRep } else { KerberosMessage::AsRep }),
        }
        match known {
            Some((error, _)) => fields.token(FieldId::Error, error),
            None => fields.text(FieldId::Error, error.as_deref().unwrap_or_default()),
        }
        names_of(cells, fields);
        cells.add(FieldId::Cipher, FieldForm::Word(kerberos_cipher), CIPHER, fields);
        let cipher = cells.text(CIPHER).and_then(|cipher| kerberos_cipher(&cipher));
        if is_tickets && cipher.and_then(|cipher| cipher.kind()).is_some_and(KerberosCipher::is_weak) {
            fields.token(FieldId::Security, Security::WeakEncryptionGranted);
        }
        if known.is_some_and(|(_, is_refusal)| is_refusal) {
            fields.token(FieldId::Login, Outcome::Refused);
        } else if is_granted && !is_tickets {
            fields.token(FieldId::Login, Outcome::Accepted);
        }
    });
}

/// Realm, user and service; Zeek writes `user/REALM`.
fn names_of(cells: &Cells<'_>, fields: &mut FieldBuffer) {
    let client = cells.text(CLIENT).unwrap_or_default();
    let (user, realm) = if cells.is_eve { (&*client, "") } else { client.rsplit_once('/').unwrap_or((&client, "")) };
    fields.text(FieldId::Realm, cells.text(REALM).as_deref().unwrap_or(realm));
    fields.text(FieldId::User, user);
    cells.add(FieldId::Service, FieldForm::Text, SERVICE, fields);
}
