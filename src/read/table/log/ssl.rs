//! Logs of TLS: both hellos, the server's certificate and an alert.

use super::contract::{COMMON, FieldForm::*, Log, answer, field, names, request};
use super::words::tls_version;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::YesNo;
use crate::model::app::kinds::web::TlsMessage;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

pub static LOG: Log = Log {
    id: "ssl",
    aliases: &["tls"],
    marks: &[
        &["cipher", "server_name"],
        &["version", "cipher"],
        &["ja3", "server_name"],
        &["cert_chain_fuids"],
        &["cert_chain_fps"],
    ],
    protocol: Some(AppProto::Tls),
    transport: 6,
    messages: &[
        request(
            Some(|| TlsMessage::ClientHello.into()),
            &[
                field(FieldId::TlsSni, Text, "server_name", "tls.sni", "tls.client.server_name"),
                field(FieldId::Ja3, Text, "ja3", "tls.ja3.hash", "tls.client.ja3"),
                field(FieldId::Ja4, Text, "ja4", "tls.ja4", "tls.client.ja4"),
                field(
                    FieldId::TlsAlpn,
                    List,
                    "client_alpn",
                    "tls.client_alpns",
                    "tls.detailed.client_hello.extensions.application_layer_protocol_negotiation",
                ),
            ],
        ),
        answer(
            Some(|| TlsMessage::ServerHello.into()),
            &[
                field(FieldId::Version, Word(tls_version), "version", "tls.version", "tls.version"),
                field(FieldId::TlsCipher, Text, "cipher", "tls.cipher", "tls.cipher"),
                field(FieldId::TlsAlpnChosen, Text, "next_protocol", "tls.server_alpn", "tls.next_protocol"),
                field(FieldId::Ja3s, Text, "ja3s", "tls.ja3s.hash", "tls.server.ja3s"),
            ],
        ),
        answer(
            Some(|| TlsMessage::Certificate.into()),
            &[
                field(
                    FieldId::CertSubject,
                    Text,
                    "subject",
                    "tls.subject",
                    "tls.server.subject|tls.server.x509.subject.distinguished_name|tls.server.x509.subject.common_name",
                ),
                field(
                    FieldId::CertIssuer,
                    Text,
                    "issuer|issuer_subject",
                    "tls.issuerdn",
                    "tls.server.issuer|tls.server.x509.issuer.distinguished_name|tls.server.x509.issuer.common_name",
                ),
                field(
                    FieldId::CertFrom,
                    Time,
                    "not_valid_before",
                    "tls.notbefore",
                    "tls.server.not_before|tls.server.x509.not_before",
                ),
                field(
                    FieldId::CertUntil,
                    Time,
                    "not_valid_after",
                    "tls.notafter",
                    "tls.server.not_after|tls.server.x509.not_after",
                ),
                field(FieldId::CertName, List, "san.dns", "tls.subjectaltname", "tls.server.x509.alternative_names"),
                field(FieldId::CertSignature, Text, "", "", "tls.server.x509.signature_algorithm"),
            ],
        ),
    ],
    columns: &[
        names("subject", "tls.subject", "tls.server.subject|tls.server.x509.subject.distinguished_name"),
        names("issuer|issuer_subject", "tls.issuerdn", "tls.server.issuer|tls.server.x509.issuer.distinguished_name"),
        names("validation_status", "", ""),
        names("last_alert", "", ""),
    ],
    refers: names("cert_chain_fps|cert_chain_fuids", "", ""),
    more: Some(|cells, messages| {
        let is_own = match (cells.text(0), cells.text(1), cells.text(2)) {
            // In the words of OpenSSL, which are Zeek's.
            (_, _, Some(status))
                if status.starts_with("self signed cert") || status.starts_with("self-signed cert") =>
            {
                Some(YesNo::Yes)
            }
            (Some(subject), Some(issuer), _) => Some(if subject == issuer { YesNo::Yes } else { YesNo::No }),
            _ => None,
        };
        if let Some(is_own) = is_own.filter(|_| messages.has(FieldId::CertSubject)) {
            messages.extend(Direction::ToOriginator, |fields| fields.token(FieldId::CertSelfSigned, is_own));
        }
        if let Some(alert) = cells.text(3) {
            messages.message(Direction::ToOriginator, |fields| {
                fields.token(FieldId::Message, TlsMessage::Warning);
                fields.text(FieldId::TlsAlert, &alert.replace('_', " "));
            });
        }
    }),
    ..COMMON
};
