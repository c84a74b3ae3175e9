//! Logs of SMTP: who mails to whom, and whether the rest is encrypted.

use super::contract::{COMMON, FieldForm::*, Log, answer, field, names, request};
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Security;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

pub static LOG: Log = Log {
    id: "smtp",
    marks: &[&["mailfrom", "rcptto"], &["helo", "last_reply"], &["mailfrom", "subject"]],
    protocol: Some(AppProto::Smtp),
    transport: 6,
    messages: &[
        request(
            None,
            &[
                field(FieldId::Host, Text, "helo", "smtp.helo", ""),
                field(FieldId::MailFrom, Text, "mailfrom", "smtp.mail_from", ""),
                field(FieldId::MailTo, List, "rcptto", "smtp.rcpt_to", ""),
                field(FieldId::Agent, Text, "user_agent", "email.x_mailer", ""),
                field(FieldId::File, List, "", "email.attachment", ""),
            ],
        ),
        answer(None, &[field(FieldId::Banner, Text, "last_reply", "", "")]),
    ],
    columns: &[names("tls", "", "")],
    more: Some(|cells, messages| {
        if cells.yes_or_no(0) == Some(true) {
            messages.message(Direction::ToOriginator, |fields| fields.token(FieldId::Security, Security::StartTls));
        }
    }),
    ..COMMON
};
