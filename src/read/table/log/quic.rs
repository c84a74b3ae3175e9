//! Logs of QUIC: the hello of the client.

use super::contract::{COMMON, FieldForm::*, Log, field, request};
use crate::model::app::field::FieldId;
use crate::model::app::kinds::web::TlsMessage;
use crate::model::app::protocol::AppProto;

pub static LOG: Log = Log {
    id: "quic",
    marks: &[&["client_initial_dcid"], &["server_scid", "client_scid"]],
    protocol: Some(AppProto::Quic),
    transport: 17,
    messages: &[request(
        Some(|| TlsMessage::ClientHello.into()),
        &[
            field(FieldId::TlsSni, Text, "server_name", "quic.sni", "tls.client.server_name"),
            field(FieldId::TlsAlpn, Text, "client_protocol", "", ""),
            field(FieldId::Ja3, Text, "", "quic.ja3.hash", ""),
            field(FieldId::Ja4, Text, "", "quic.ja4", ""),
        ],
    )],
    ..COMMON
};
