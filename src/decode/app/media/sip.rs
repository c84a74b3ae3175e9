//! SIP (RFC 3261) over UDP and TCP: methods, status, who calls whom with what, logins, and where media will flow (SDP,
//! RFC 8866).

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
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
    protocol: AppProto::Sip,
    datagram: Some(Datagram { is_by_content: true, read }),
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(Sip) }),
    frame: None,
};

const VERSION: &[u8] = b"SIP/2.0";
const METHODS: [&[u8]; 14] = [
    b"INVITE",
    b"ACK",
    b"BYE",
    b"CANCEL",
    b"REGISTER",
    b"OPTIONS",
    b"PRACK",
    b"SUBSCRIBE",
    b"NOTIFY",
    b"PUBLISH",
    b"INFO",
    b"REFER",
    b"MESSAGE",
    b"UPDATE",
];
/// Longest method with its space: what is shorter and has no space yet may become one.
const MOST_METHOD_BYTES: usize = 10;
/// Longest body that is read; others are skipped.
const MOST_BODY_BYTES: u64 = 16 * 1024;
/// Most streams of a session that become facts.
const MOST_MEDIA: usize = 8;

/// Nearly all datagrams of others stop at the first byte.
fn looks_right(bytes: &[u8]) -> ProbeResult {
    if bytes.starts_with(VERSION) {
        return ProbeResult::Certain;
    }
    if !matches!(bytes.first(), Some(b'A'..=b'U')) {
        return ProbeResult::NotForUs;
    }
    let start = bytes.get(..MOST_METHOD_BYTES).unwrap_or(bytes);
    let Some(at) = memchr::memchr(b' ', start) else {
        let may_become = METHODS.iter().any(|method| method.starts_with(bytes)) || VERSION.starts_with(bytes);
        return if may_become { ProbeResult::NeedMore } else { ProbeResult::NotForUs };
    };
    let (method, target) = bytes.split_at(at);
    let is_method = METHODS.contains(&method);
    if !is_method {
        return ProbeResult::NotForUs;
    }
    const SCHEMES: [&[u8]; 3] = [b" sip:", b" sips:", b" tel:"];
    match SCHEMES.iter().any(|scheme| target.starts_with(scheme)) {
        true => ProbeResult::Certain,
        false if SCHEMES.iter().any(|scheme| scheme.starts_with(target)) => ProbeResult::NeedMore,
        false => ProbeResult::NotForUs,
    }
}

fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    match looks_right(bytes) {
        ProbeResult::NeedMore if ends.hint != Some(AppProto::Sip) => ProbeResult::NotForUs,
        guess => guess,
    }
}

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    if looks_right(payload) != ProbeResult::Certain {
        return ProbeResult::NotForUs;
    }
    let head = Head::read(payload).unwrap_or_else(|| Head::of(payload));
    message(head, payload.get(head.n_bytes..).unwrap_or(&[]), fields);
    ProbeResult::Certain
}

struct Sip;

impl StreamParser for Sip {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        // Empty lines keep a connection alive (RFC 5626, section 3.5.1).
        if bytes.starts_with(b"\r\n") {
            return ParseStep::Took(2);
        }
        if looks_right(bytes) == ProbeResult::NotForUs {
            return ParseStep::Done;
        }
        let Some(head) = Head::read(bytes) else { return ParseStep::Took(0) };
        let length = field(head, b"content-length", b"l").and_then(number).unwrap_or(0);
        let body = bytes.get(head.n_bytes..).unwrap_or(&[]);
        if length <= MOST_BODY_BYTES && (body.len() as u64) < length {
            return ParseStep::Took(0);
        }
        fields.begin();
        message(head, body.get(..length as usize).unwrap_or(&[]), fields);
        ParseStep::Skip(head.n_bytes as u64 + length)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        resync::scan_with(bytes, guess)
    }
}

/// A field by its name or its short form (RFC 3261, section 7.3.3).
fn field<'a>(head: Head<'a>, name: &[u8], short: &[u8]) -> Option<&'a [u8]> {
    head.field(name).or_else(|| head.field(short))
}

fn message(head: Head<'_>, body: &[u8], fields: &mut FieldBuffer) {
    let (first, rest) = lines::word(head.first);
    let is_answer = first == VERSION;
    let mut status = 0;
    if is_answer {
        status = number(lines::word(rest).0).unwrap_or(0);
        fields.number(FieldId::Reply, status);
    } else {
        fields.bytes(FieldId::Command, first);
    }
    for (kind, name, short) in [(FieldId::From, &b"from"[..], &b"f"[..]), (FieldId::To, b"to", b"t")] {
        fields.bytes(kind, field(head, name, short).map_or(&[], uri));
    }
    let is_register = head.field(b"cseq").is_some_and(|cseq| lines::has(cseq, b"REGISTER"));
    if is_answer && is_register {
        registered(status, fields);
    }
    for (name, value) in head.headers() {
        match name {
            name if name.eq_ignore_ascii_case(b"user-agent") && !is_answer => fields.bytes(FieldId::Agent, value),
            name if name.eq_ignore_ascii_case(b"user-agent") || name.eq_ignore_ascii_case(b"server") => {
                fields.bytes(FieldId::Banner, value);
            }
            name if name.eq_ignore_ascii_case(b"authorization")
                || name.eq_ignore_ascii_case(b"proxy-authorization") =>
            {
                fields.bytes(FieldId::Method, lines::word(value).0);
                fields.bytes(FieldId::User, quoted(value, b"username").unwrap_or(&[]));
            }
            _ => {}
        }
    }
    if field(head, b"content-type", b"c").is_some_and(|kind| lines::has(kind, b"APPLICATION/SDP")) {
        session(body, fields);
    }
}

/// A 401 or 407 mostly just asks for a login (RFC 3261, section 22.1); that it refuses one shows only with what was asked.
fn registered(status: u64, fields: &mut FieldBuffer) {
    match status {
        200..=299 => fields.token(FieldId::Login, Outcome::Accepted),
        403 | 404 => fields.token(FieldId::Login, Outcome::Refused),
        _ => {}
    }
}

/// `"Anna" <sip:anna@example.org>;tag=1` without what is around the address.
fn uri(value: &[u8]) -> &[u8] {
    let Some(at) = memchr::memchr(b'<', value) else {
        return value.split(|byte| *byte == b';').next().unwrap_or(value);
    };
    let inside = value.get(at + 1..).unwrap_or(&[]);
    inside.split(|byte| *byte == b'>').next().unwrap_or(inside)
}

/// Addresses and ports of a session: a connection line counts for the media lines around it (RFC 8866, section 5.7).
fn session(body: &[u8], fields: &mut FieldBuffer) {
    let mut address: &[u8] = &[];
    let mut media: Option<(&[u8], &[u8])> = None;
    let mut n_media = 0;
    let mut add_fields = |media: Option<(&[u8], &[u8])>, address: &[u8], fields: &mut FieldBuffer| {
        let Some((kind, port)) = media.filter(|_| n_media < MOST_MEDIA) else { return };
        n_media += 1;
        let [kind, address, port] = [kind, address, port].map(String::from_utf8_lossy);
        fields.format(FieldId::Media, format_args!("{kind} to {address} port {port}"));
    };
    let mut of_session: &[u8] = &[];
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii_end();
        if let Some(connection) = line.strip_prefix(b"c=IN IP") {
            address = lines::word(connection).1;
            address = address.split(|byte| *byte == b'/').next().unwrap_or(address);
            if media.is_none() {
                of_session = address;
            }
        } else if let Some(stream) = line.strip_prefix(b"m=") {
            add_fields(media, address, fields);
            address = of_session;
            let (kind, rest) = lines::word(stream);
            media = Some((kind, lines::word(rest).0));
        }
    }
    add_fields(media, address, fields);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    const REGISTER: &[u8] = b"REGISTER sip:example.org SIP/2.0\r\nf: \"Anna\" <sip:anna@example.org>;tag=1\r\n\
        To: sip:anna@example.org;x=1\r\nCSeq: 2 REGISTER\r\nUser-Agent: Phone 1\r\n\
        Authorization: Digest username=\"anna\", realm=\"x\"\r\nContent-Length: 0\r\n\r\n";

    #[test]
    fn a_log_in_is_read_and_no_prefix_panics() {
        let mut fields = FieldBuffer::default();
        let ends = PortPair::new(false, 40_000, 40_001);
        assert_eq!(read(REGISTER, &ends, &mut fields), ProbeResult::Certain);
        let refused = b"SIP/2.0 403 Forbidden\r\nCSeq: 2 REGISTER\r\nServer: PBX\r\n\r\n";
        assert_eq!(read(refused, &ends, &mut fields), ProbeResult::Certain);
        let expected = [
            "command=REGISTER",
            "from=sip:anna@example.org",
            "to=sip:anna@example.org",
            "agent=Phone 1",
            "method=Digest",
            "user=anna",
            "reply=403",
            "login=refused",
            "banner=PBX",
        ];
        assert_eq!(listed(&fields), expected);
        for end in 0..REGISTER.len() {
            read(&REGISTER[..end], &ends, &mut FieldBuffer::default());
        }
        for end in 1..REGISTER.len() {
            assert_eq!(Sip.on_data(Direction::ToResponder, &REGISTER[..end], &mut fields), ParseStep::Took(0), "{end}");
        }
        assert_eq!(Sip.on_data(Direction::ToResponder, REGISTER, &mut fields), ParseStep::Skip(REGISTER.len() as u64));
    }

    #[test]
    fn media_are_where_the_session_says() {
        let sdp =
            "v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\nm=video 4002 RTP/AVP 31\r\nc=IN IP6 fd00::1/127\r\n";
        let invite = format!(
            "INVITE sip:b@x SIP/2.0\r\nc: application/sdp\r\nl: {}\r\n\r\n{sdp}OPTIONS sip:b@x SIP/2.0\r\n",
            sdp.len()
        );
        let mut fields = FieldBuffer::default();
        let n = invite.len() as u64 - 25;
        assert_eq!(Sip.on_data(Direction::ToResponder, invite.as_bytes(), &mut fields), ParseStep::Skip(n));
        let said = listed(&fields);
        assert_eq!(said[1..], ["media=audio to 10.0.0.1 port 4000", "media=video to fd00::1 port 4002"]);
    }

    #[test]
    fn requests_of_others_are_not_taken() {
        let ends = PortPair::new(true, 40_000, 5060);
        assert_eq!(guess(b"OPTIONS / HTTP/1.1\r\n", &ends), ProbeResult::NotForUs);
        assert_eq!(guess(b"OPTIONS rtsp://x RTSP/1.0\r\n", &ends), ProbeResult::NotForUs);
        assert_eq!(guess(b"OPTIONS sip:x SIP/2.0\r\n", &ends), ProbeResult::Certain);
        assert_eq!(guess(b"OPTIO", &ends), ProbeResult::NeedMore);
    }
}
