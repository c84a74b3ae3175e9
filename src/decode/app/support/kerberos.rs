//! Kerberos tickets and the names of their encryption, by kerberos-parser (RFC 4120). Carried by itself and in log-ins of others.

use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use asn1_rs::FromDer;
use kerberos_parser::krb5::{ApReq, EncryptionType, PrincipalName};

/// Reads an AP-REQ, the proof that one has a ticket; false if it is none.
pub fn ticket(bytes: &[u8], fields: &mut FieldBuffer) -> bool {
    let Ok((_, request)) = ApReq::from_der(bytes) else { return false };
    fields.text(FieldId::Method, "Kerberos");
    fields.text(FieldId::Realm, &request.ticket.realm.0);
    name(FieldId::Service, &request.ticket.sname, fields);
    encryption(request.ticket.enc_part.etype, fields);
    true
}

/// Adds a principal's name.
pub fn name(kind: FieldId, name: &PrincipalName, fields: &mut FieldBuffer) {
    fields.format(kind, name);
}

/// Adds the name of an encryption (IANA's registry of Kerberos parameters).
pub fn encryption(kind: EncryptionType, fields: &mut FieldBuffer) {
    let name = match kind.0 {
        1 => "des-cbc-crc",
        2 => "des-cbc-md4",
        3 => "des-cbc-md5",
        5 => "des3-cbc-md5",
        16 => "des3-cbc-sha1",
        17 => "aes128-cts-hmac-sha1-96",
        18 => "aes256-cts-hmac-sha1-96",
        19 => "aes128-cts-hmac-sha256-128",
        20 => "aes256-cts-hmac-sha384-192",
        23 => "rc4-hmac",
        24 => "rc4-hmac-exp",
        25 => "camellia128-cts-cmac",
        26 => "camellia256-cts-cmac",
        other => return fields.format(FieldId::Cipher, other),
    };
    fields.text(FieldId::Cipher, name);
}
