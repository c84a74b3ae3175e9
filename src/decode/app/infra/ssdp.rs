//! SSDP, the discovery protocol of UPnP (UPnP Device Architecture, section 1): method, search target, and what a device
//! reports of itself.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::support::lines;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::infra::SsdpMessage;
use crate::model::app::protocol::AppProto;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Ssdp,
    datagram: Some(Datagram { is_by_content: true, read }),
    stream: None,
    frame: None,
};

const MOST_FIELDS: usize = 32;

fn read(payload: &[u8], ends: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    let message = match payload.first() {
        Some(b'M') if payload.starts_with(b"M-SEARCH ") => SsdpMessage::Search,
        Some(b'N') if payload.starts_with(b"NOTIFY ") => SsdpMessage::Notify,
        Some(b'H') if payload.starts_with(b"HTTP/1.1 ") => SsdpMessage::Answer,
        _ => return ProbeResult::NotForUs,
    };
    fields.token(FieldId::Message, message);
    let mut has_own_field = false;
    let mut rest = payload;
    for _ in 0..MOST_FIELDS {
        let Some((line, n)) = lines::first(rest) else { break };
        rest = rest.get(n..).unwrap_or(&[]);
        let Some(at) = memchr::memchr(b':', line) else { continue };
        let (name, value) = line.split_at(at);
        let value = value.get(1..).unwrap_or(&[]).trim_ascii();
        let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
        has_own_field |= is(b"ST") || is(b"NT") || is(b"USN");
        if is(b"ST") || is(b"NT") {
            fields.bytes(FieldId::Service, value);
        } else if is(b"SERVER") {
            fields.bytes(FieldId::Banner, value);
        } else if is(b"USER-AGENT") {
            fields.bytes(FieldId::Agent, value);
        } else if is(b"LOCATION") {
            fields.bytes(FieldId::Location, value);
        } else if is(b"NTS") {
            fields.bytes(FieldId::Command, value);
        }
    }
    let is_mine = has_own_field || ends.hint == Some(AppProto::Ssdp);
    if is_mine { ProbeResult::Certain } else { ProbeResult::NotForUs }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::FieldValue;

    #[test]
    fn an_answer_says_what_the_device_is_on_any_port() {
        let answer =
            b"HTTP/1.1 200 OK\r\nServer: box/1\r\nST: upnp:rootdevice\r\nLocation: http://192.0.2.1/d.xml\r\n\r\n";
        let ends = PortPair::new(false, 1900, 50_000);
        let mut fields = FieldBuffer::default();
        assert_eq!(read(answer, &ends, &mut fields), ProbeResult::Certain);
        let said: Vec<_> = fields.iter().collect();
        assert!(said.contains(&(FieldId::Service, FieldValue::Text("upnp:rootdevice"))));
        assert!(said.contains(&(FieldId::Location, FieldValue::Text("http://192.0.2.1/d.xml"))));
        assert_eq!(read(b"HTTP/1.1 200 OK\r\n\r\n", &PortPair::new(false, 1, 2), &mut fields), ProbeResult::NotForUs);
        for end in 0..answer.len() {
            read(&answer[..end], &ends, &mut fields);
        }
    }
}
