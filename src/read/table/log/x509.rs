//! Logs of certificates, which belong to the connections that name them.

use super::contract::{COMMON, FieldForm::*, Log, Rows, answer, field, names};
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::YesNo;
use crate::model::app::kinds::web::TlsMessage;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

pub static LOG: Log = Log {
    id: "x509",
    marks: &[&["certificate.subject", "certificate.issuer"], &["certificate.serial"]],
    rows: Rows::Other,
    protocol: Some(AppProto::Tls),
    messages: &[answer(
        Some(|| TlsMessage::Certificate.into()),
        &[
            field(FieldId::CertSubject, Text, "certificate.subject", "", ""),
            field(FieldId::CertIssuer, Text, "certificate.issuer", "", ""),
            field(FieldId::CertFrom, Time, "certificate.not_valid_before", "", ""),
            field(FieldId::CertUntil, Time, "certificate.not_valid_after", "", ""),
            field(FieldId::CertName, List, "san.dns", "", ""),
        ],
    )],
    columns: &[names("certificate.subject", "", ""), names("certificate.issuer", "", "")],
    named_by: names("fingerprint|id", "", ""),
    more: Some(|cells, messages| {
        if let (Some(subject), Some(issuer)) = (cells.text(0), cells.text(1)) {
            let is_own = if subject == issuer { YesNo::Yes } else { YesNo::No };
            messages.extend(Direction::ToOriginator, |fields| fields.token(FieldId::CertSelfSigned, is_own));
        }
    }),
    ..COMMON
};
