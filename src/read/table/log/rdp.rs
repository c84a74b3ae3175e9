//! Logs of RDP: who connects and how the connection is protected.

use super::contract::{COMMON, FieldForm::*, Log, answer, field, names, request};
use super::words::named;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::{Outcome, RdpError, RdpMessage};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

pub static LOG: Log = Log {
    id: "rdp",
    marks: &[&["cookie", "security_protocol"], &["cookie", "result"], &["keyboard_layout", "client_build"]],
    protocol: Some(AppProto::Rdp),
    transport: 6,
    messages: &[
        request(
            Some(|| RdpMessage::Connect.into()),
            &[
                field(FieldId::User, Text, "cookie", "rdp.cookie", ""),
                field(FieldId::Host, Text, "client_name", "rdp.client.client_name", ""),
            ],
        ),
        answer(
            Some(|| RdpMessage::Confirm.into()),
            &[
                field(FieldId::Security, Text, "security_protocol", "rdp.protocol", ""),
                field(FieldId::Error, Word(named::<RdpError>), "", "rdp.reason", ""),
            ],
        ),
    ],
    columns: &[names("auth_success", "", "")],
    // Zeek's `result` tells how the protection was agreed on, not whether somebody logged in.
    more: Some(|cells, messages| {
        if let Some(is_accepted) = cells.yes_or_no(0) {
            let outcome = if is_accepted { Outcome::Accepted } else { Outcome::Refused };
            messages.message(Direction::ToOriginator, |fields| fields.token(FieldId::Login, outcome));
        }
    }),
    ..COMMON
};
