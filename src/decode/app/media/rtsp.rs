//! RTSP (RFC 2326): methods, status, what is asked for, and logins. Media that flow in the connection are skipped.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Role;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::base64;
use crate::decode::app::support::head::Head;
use crate::decode::app::support::head::number;
use crate::decode::app::support::head::quoted;
use crate::decode::app::support::lines;
use crate::decode::app::support::resync;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Rtsp,
    datagram: None,
    stream: Some(Stream { guess, sender, parser: || Box::new(Rtsp::default()) }),
    frame: None,
};

const METHODS: [&[u8]; 11] = [
    b"OPTIONS ",
    b"DESCRIBE ",
    b"SETUP ",
    b"PLAY ",
    b"PAUSE ",
    b"TEARDOWN ",
    b"ANNOUNCE ",
    b"RECORD ",
    b"REDIRECT ",
    b"GET_PARAMETER ",
    b"SET_PARAMETER ",
];

fn guess(bytes: &[u8], _: &PortPair) -> ProbeResult {
    if bytes.starts_with(b"RTSP/") {
        return ProbeResult::Certain;
    }
    let Some(target) = METHODS.iter().find_map(|method| bytes.strip_prefix(*method)) else {
        return ProbeResult::NotForUs;
    };
    if target.starts_with(b"rtsp") || target.starts_with(b"* RTSP/") {
        ProbeResult::Certain
    } else {
        ProbeResult::NotForUs
    }
}

/// Only a server sends a status.
fn sender(bytes: &[u8]) -> Option<Role> {
    Some(if bytes.starts_with(b"RTSP/") { Role::Server } else { Role::Client })
}

#[derive(Default)]
struct Rtsp {
    /// A request bore a login, which its response answers.
    is_logging_in: bool,
}

impl StreamParser for Rtsp {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        match bytes {
            // Media, with channel and length in front (RFC 2326, section 10.12).
            [b'$', _, n0, n1, ..] => return ParseStep::Skip(4 + u64::from(u16::from_be_bytes([*n0, *n1]))),
            [b'$', ..] => return ParseStep::Took(0),
            [b'\r', b'\n', ..] => return ParseStep::Took(2),
            _ => {}
        }
        let Some(head) = Head::read(bytes) else { return ParseStep::Took(0) };
        fields.begin();
        let (first, rest) = lines::word(head.first);
        if first.starts_with(b"RTSP/") {
            self.response(number(lines::word(rest).0).unwrap_or(0), head, fields);
        } else if first.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_') {
            self.request(first, lines::word(rest).0, head, fields);
        } else {
            return ParseStep::Done;
        }
        let length = head.field(b"content-length").and_then(number).unwrap_or(0);
        ParseStep::Skip((head.n_bytes as u64).saturating_add(length))
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        resync::scan_with(bytes, guess)
    }
}

impl Rtsp {
    fn request(&mut self, method: &[u8], target: &[u8], head: Head<'_>, fields: &mut FieldBuffer) {
        fields.bytes(FieldId::Command, method);
        fields.bytes(FieldId::File, target);
        fields.bytes(FieldId::Agent, head.field(b"user-agent").unwrap_or(&[]));
        fields.bytes(FieldId::Media, head.field(b"transport").unwrap_or(&[]));
        let Some(value) = head.field(b"authorization") else { return };
        self.is_logging_in = true;
        let (scheme, rest) = lines::word(value);
        fields.bytes(FieldId::Method, scheme);
        if !scheme.eq_ignore_ascii_case(b"basic") {
            return fields.bytes(FieldId::User, quoted(value, b"username").unwrap_or(&[]));
        }
        let Some(pair) = base64(rest) else { return };
        let at = memchr::memchr(b':', &pair).unwrap_or(pair.len());
        fields.bytes(FieldId::User, pair.get(..at).unwrap_or(&[]));
        fields.bytes(FieldId::Password, pair.get(at + 1..).unwrap_or(&[]));
    }

    fn response(&mut self, status: u64, head: Head<'_>, fields: &mut FieldBuffer) {
        fields.number(FieldId::Reply, status);
        fields.bytes(FieldId::Banner, head.field(b"server").unwrap_or(&[]));
        if std::mem::take(&mut self.is_logging_in) {
            match status {
                200..=299 => fields.token(FieldId::Login, Outcome::Accepted),
                401 | 403 => fields.token(FieldId::Login, Outcome::Refused),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    #[test]
    fn a_camera_is_asked_and_its_stream_passed_over() {
        let (mut parser, mut fields) = (Rtsp::default(), FieldBuffer::default());
        let request = b"DESCRIBE rtsp://10.0.0.9/live RTSP/1.0\r\nCSeq: 2\r\nAuthorization: Basic YW5uYTpz\r\n\r\n";
        for end in 1..request.len() {
            assert_eq!(parser.on_data(Direction::ToResponder, &request[..end], &mut fields), ParseStep::Took(0));
        }
        assert_eq!(parser.on_data(Direction::ToResponder, request, &mut fields), ParseStep::Skip(request.len() as u64));
        let response = b"RTSP/1.0 401 No\r\nServer: Cam\r\nContent-Length: 10\r\n\r\n";
        assert_eq!(
            parser.on_data(Direction::ToOriginator, response, &mut fields),
            ParseStep::Skip(response.len() as u64 + 10)
        );
        assert_eq!(parser.on_data(Direction::ToOriginator, b"$\0\x02\0rtp", &mut fields), ParseStep::Skip(516));
        let expected = [
            "command=DESCRIBE",
            "file=rtsp://10.0.0.9/live",
            "method=Basic",
            "user=anna",
            "password=s",
            "reply=401",
            "banner=Cam",
            "login=refused",
        ];
        assert_eq!(listed(&fields), expected);
    }
}
