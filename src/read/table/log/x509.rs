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
            field(FieldId::CertSignature, Text, "certificate.sig_alg", "", ""),
        ],
    )],
    columns: &[
        names("certificate.subject", "", ""),
        names("certificate.issuer", "", ""),
        names("certificate.key_length", "", ""),
        names("certificate.key_type|certificate.key_alg", "", ""),
    ],
    named_by: names("fingerprint|id", "", ""),
    more: Some(|cells, messages| {
        if let (Some(subject), Some(issuer)) = (cells.text(0), cells.text(1)) {
            let is_own = if subject == issuer { YesNo::Yes } else { YesNo::No };
            messages.extend(Direction::ToOriginator, |fields| fields.token(FieldId::CertSelfSigned, is_own));
        }
        // The bits of a curve are fewer and no weakness.
        let is_of_curve = cells.text(3).is_none_or(|kind| kind.to_ascii_lowercase().contains("ec"));
        if let Some(bits) = cells.count(2).filter(|_| !is_of_curve) {
            messages.extend(Direction::ToOriginator, |fields| fields.number(FieldId::CertKeyBits, bits));
        }
    }),
    ..COMMON
};
