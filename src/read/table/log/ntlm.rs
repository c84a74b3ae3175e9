//! Logs of NTLM: who logs in, whatever protocol carries it, and what the server makes of it.

use super::contract::{COMMON, FieldForm::*, Log, answer, field, request};
use super::words::outcome;
use crate::model::app::field::FieldId;

pub static LOG: Log = Log {
    id: "ntlm",
    marks: &[&["username", "domainname"], &["username", "hostname", "success"]],
    transport: 6,
    messages: &[
        request(
            None,
            &[
                field(FieldId::Domain, Text, "domainname", "", ""),
                field(FieldId::User, Text, "username", "", ""),
                field(FieldId::Host, Text, "hostname", "", ""),
            ],
        ),
        answer(
            None,
            &[
                field(FieldId::Banner, Text, "server_dns_computer_name|server_nb_computer_name", "", ""),
                field(FieldId::Login, Word(outcome), "success", "", ""),
                field(FieldId::SmbStatus, Text, "status", "", ""),
            ],
        ),
    ],
    ..COMMON
};
