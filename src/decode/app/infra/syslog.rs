//! Syslog (RFC 5424, RFC 3164), over UDP and, framed or by lines, over TCP (RFC 6587): severity, facility and sender.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::lines;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Syslog,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(Syslog) }),
    frame: None,
};

const SEVERITIES: [&str; 8] = ["emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"];
const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
    "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
];

/// The priority of a message (RFC 5424, section 6.2.1), and what follows it.
fn priority(message: &[u8]) -> Option<(usize, &[u8])> {
    let rest = message.strip_prefix(b"<")?;
    let n = rest.iter().take(4).position(|byte| *byte == b'>')?;
    let (digits, rest) = rest.split_at(n);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = digits.iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
    (number < 192).then(|| (number, rest.get(1..).unwrap_or(&[])))
}

fn add(message: &[u8], fields: &mut FieldBuffer) -> bool {
    let Some((priority, rest)) = priority(message) else { return false };
    let (Some(severity), Some(facility)) = (SEVERITIES.get(priority % 8), FACILITIES.get(priority / 8)) else {
        return false;
    };
    fields.text(FieldId::Message, severity);
    fields.format(FieldId::Priority, format_args!("{facility}.{severity}"));
    // Version, time, host, program: the newer form alone has fields that are certain.
    if let Some(rest) = rest.strip_prefix(b"1 ") {
        let mut parts = rest.split(|byte| *byte == b' ').skip(1);
        for kind in [FieldId::Host, FieldId::Agent] {
            match parts.next() {
                Some(b"-") | None => {}
                Some(field) => fields.bytes(kind, field),
            }
        }
    }
    true
}

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    if add(payload, fields) { ProbeResult::Certain } else { ProbeResult::NotForUs }
}

/// The message behind its length, if it has one, and bytes of that length's text.
fn framed(bytes: &[u8]) -> Option<(usize, usize)> {
    let n = bytes.iter().take(6).position(|byte| *byte == b' ')?;
    let digits = bytes.get(..n).filter(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))?;
    Some((n + 1, digits.iter().fold(0, |length, digit| length * 10 + usize::from(digit - b'0'))))
}

fn guess(bytes: &[u8], _: &PortPair) -> ProbeResult {
    let at = framed(bytes).map_or(0, |(at, _)| at);
    match priority(bytes.get(at..).unwrap_or(&[])) {
        Some(_) => ProbeResult::Unsure,
        None => ProbeResult::NotForUs,
    }
}

struct Syslog;

impl StreamParser for Syslog {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let (message, n) = match framed(bytes) {
            Some((at, length)) => match bytes.get(at..at + length) {
                Some(message) => (message, at + length),
                None => return ParseStep::Took(0),
            },
            None => match lines::first(bytes) {
                Some(line) => line,
                None => return ParseStep::Took(0),
            },
        };
        fields.begin();
        add(message, fields);
        ParseStep::Took(n)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::FieldValue;

    #[test]
    fn priority_host_and_program_are_read_in_both_framings() {
        let message = b"<34>1 2026-01-02T03:04:05Z pc su - ID47 - failed";
        let mut fields = FieldBuffer::default();
        assert_eq!(read(message, &PortPair::new(false, 514, 514), &mut fields), ProbeResult::Certain);
        let said: Vec<_> = fields.iter().collect();
        let expected = [
            (FieldId::Message, FieldValue::Text("critical")),
            (FieldId::Priority, FieldValue::Text("auth.critical")),
            (FieldId::Host, FieldValue::Text("pc")),
            (FieldId::Agent, FieldValue::Text("su")),
        ];
        assert_eq!(said, expected);
        assert_eq!(Syslog.on_data(Direction::ToResponder, b"7 <13>hi\n<13>", &mut fields), ParseStep::Took(9));
        assert_eq!(Syslog.on_data(Direction::ToResponder, b"<13>hi\n<13>", &mut fields), ParseStep::Took(7));
        assert_eq!((priority(b"<192>x"), priority(b"<>x"), priority(b"<1")), (None, None, None));
    }
}
