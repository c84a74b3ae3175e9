//! Describes an application message in one line for the packet table, and as fields of a layer.

use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::field::FieldValue;
use crate::model::app::field::MessageFields;
use crate::model::app::kinds::names::DnsMessage;
use crate::model::app::protocol::AppProto;
use crate::model::format::secret;
use crate::model::format::secret::Secrets;
use crate::model::format::time;

/// Longest line; the rest is cut.
const MOST_CHARS: usize = 160;
/// Most facts of a line that has no form of its own.
const MOST_FACTS: usize = 4;

/// One line on what a payload says; none if it says nothing.
pub fn line(protocol: AppProto, fields: &FieldBuffer, secrets: Secrets) -> Option<String> {
    let said = fields.messages().next()?;
    let own = match protocol {
        AppProto::Dns | AppProto::Mdns | AppProto::Llmnr | AppProto::Nbns => dns(&said),
        AppProto::Http | AppProto::Http2 => http(&said, secrets),
        AppProto::Tls => said.text(FieldId::TlsSni).map(|name| format!("Client hello for {name}")),
        _ => None,
    };
    let plain = || {
        said.iter()
            .filter(|fact| is_telling(*fact))
            .take(MOST_FACTS)
            .map(|fact| pair(fact, secrets))
            .collect::<Vec<_>>()
            .join(", ")
    };
    Some(cut(&own.unwrap_or_else(plain))).filter(|line| !line.is_empty())
}

/// Name and value of every fact.
pub fn described(fields: &FieldBuffer, secrets: Secrets) -> Vec<(&'static str, String)> {
    fields.iter().map(|(kind, value)| (kind.label(), text(kind, value, secrets))).collect()
}

/// A value in words; secrets as asked for.
pub fn text(kind: FieldId, value: FieldValue<'_>, secrets: Secrets) -> String {
    match value {
        FieldValue::Time(seconds) => time::iso(seconds.saturating_mul(time::SECOND)),
        FieldValue::Text(text) => secret::shown(kind, text, secrets).into_owned(),
        other => other.to_string(),
    }
}

fn is_telling((kind, value): (FieldId, FieldValue<'_>)) -> bool {
    kind != FieldId::Bytes && value != FieldValue::Number(0)
}

fn pair((kind, value): (FieldId, FieldValue<'_>), secrets: Secrets) -> String {
    format!("{}: {}", kind.label(), text(kind, value, secrets))
}

fn dns(said: &MessageFields<'_>) -> Option<String> {
    let kind = said.word(FieldId::DnsType).unwrap_or(FieldValue::Text(""));
    let asked = format!("{kind} {}", said.text(FieldId::DnsQuery)?);
    let asked = asked.trim();
    if !said.is(FieldId::Message, DnsMessage::Answer) {
        return Some(format!("Query {asked}"));
    }
    let n = said.number(FieldId::DnsAnswers).unwrap_or(0);
    let first = said.word(FieldId::DnsAnswer);
    Some(match (said.word(FieldId::DnsCode), n, first) {
        (Some(code), 0, _) => format!("Answer {asked}: {code}"),
        (_, 0 | 1, Some(first)) => format!("Answer {asked}: {first}"),
        (_, n, Some(first)) => format!("Answer {asked}: {first} and {} more", n - 1),
        (_, n, None) => format!("Answer {asked}: {n} records"),
    })
}

fn http(said: &MessageFields<'_>, secrets: Secrets) -> Option<String> {
    if let Some(status) = said.number(FieldId::HttpStatus) {
        let kind = said.text(FieldId::HttpResponseType).unwrap_or("");
        return Some(format!("Response {status} {kind}").trim_end().to_owned());
    }
    let (method, path) = (said.text(FieldId::HttpMethod)?, said.text(FieldId::HttpPath).unwrap_or(""));
    let host = said.text(FieldId::HttpHost).unwrap_or("");
    Some(format!("{method} {host}{}", secret::shown(FieldId::HttpPath, path, secrets)))
}

fn cut(text: &str) -> String {
    let is_plain = |c: &char| !c.is_control();
    if text.chars().count() <= MOST_CHARS {
        return text.chars().filter(is_plain).collect();
    }
    text.chars().filter(is_plain).take(MOST_CHARS - 1).chain(['…']).collect()
}
