//! Fields of application messages: any of them by its id, and the most asked for by a name of their own.

use crate::explore::dimension::{Asked, Dimension, Found, Takes};
use crate::explore::filter;
use crate::explore::key::Key;
use crate::explore::sources::FlowItem;
use crate::model::app::field::FieldId;
use crate::model::format::time;

/// Any field.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("field", "Field", "Fields"),
    "A field of application messages, as field=dns.query: each of its values that a flow has.",
    values,
)
.taking(Takes::Field)
.overlapping()
.of_data()
.worded(words)
.filtered(filters);

macro_rules! named {
    ($($name:ident $id:literal $label:literal $help:literal $field:ident),* $(,)?) => {$(
        #[doc = $help]
        pub const $name: Dimension = Dimension::of_flows(($id, $label, "Names"), $help, |item, _, found| add(item, FieldId::$field, found))
            .overlapping()
            .of_data()
            .filtered(filters);
    )*};
}

named! {
    DNS_NAME "dns_name" "DNS name" "Names that were queried by DNS." DnsQuery,
    TLS_SERVER_NAME "tls_server_name" "TLS server name" "Names of servers in TLS client hellos (RFC 6066)." TlsSni,
    HTTP_HOST "http_host" "HTTP host" "Hosts that HTTP requests are for." HttpHost,
    HTTP_STATUS "http_status" "HTTP status" "Status codes of HTTP responses." HttpStatus,
    USER_AGENT "user_agent" "User agent" "User agents of HTTP requests." HttpAgent,
    JA3 "ja3" "JA3" "JA3 fingerprints of TLS client hellos." Ja3,
    JA4 "ja4" "JA4" "JA4 fingerprints of TLS client hellos." Ja4,
    USER "user" "User" "Accounts that clients send." User,
    FILE "file" "File" "Names of files that are requested or sent." File,
    CERT_SUBJECT "certificate" "Certificate" "Subjects of certificates." CertSubject,
}

fn values(item: &FlowItem<'_>, asked: &Asked<'_>, found: &mut Found) {
    match asked.field {
        Some(field) => add(item, field, found),
        None => found.add(Key::Nothing),
    }
}

fn add(item: &FlowItem<'_>, field: FieldId, found: &mut Found) {
    let n = found.len();
    for value in item.sources.fields.values(item.flow, field) {
        found.add(if value.is_text { Key::name(value.value as u32) } else { Key::Number(value.value) });
    }
    if found.len() == n {
        found.add(Key::Nothing);
    }
}

fn words(key: Key, asked: &Asked<'_>) -> String {
    use crate::model::app::field::FieldShape;
    match key {
        Key::Number(seconds) if asked.field.is_some_and(|field| field.shape() == FieldShape::Time) => {
            time::iso((seconds as i64).saturating_mul(time::SECOND))
        }
        other => crate::explore::dimension::words(other, asked),
    }
}

fn filters(key: Key, asked: &Asked<'_>) -> Option<String> {
    match key {
        Key::Name(name) => filter::text(asked.sources.names.text(name)),
        _ => None,
    }
}
