//! HTTP/1 requests and responses (RFC 9112), by httparse. Bodies are skipped, but for the
//! beginning of forms, which may hold logins and attacks, and of what is asked of WS-Management.

mod body;
mod form;
mod line;
mod wsman;

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::http::add_request;
use crate::decode::app::support::http::add_response;
use crate::decode::app::support::http::media_type;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::web::WsmanAction;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use body::Body;
use httparse::{EMPTY_HEADER, Header, Response, Status};
use std::collections::VecDeque;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Http,
    datagram: None,
    stream: Some(Stream { guess: line::guess, sender: line::sender, parser: || Box::new(Http::default()) }),
    frame: None,
};

/// Most bytes of a form, or of what WS-Management is asked, that are waited for and read; the rest is skipped.
const MOST_TEXT_BYTES: u64 = 4096;
/// Most header fields of a head.
const MOST_HEADERS: usize = 96;
/// Most requests that may wait for their responses.
const MOST_WAITING: usize = 64;

/// What a request means for the length of its response.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asked {
    Head,
    Connect,
    Other,
}

#[derive(Default)]
struct Http {
    /// Bodies that are being skipped: of requests, of responses.
    bodies: [Body; 2],
    waiting: VecDeque<Asked>,
    /// Bytes were lost: what comes next may be in the middle of a body. Of requests, of responses.
    is_lost: [bool; 2],
}

impl StreamParser for Http {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let [requests, responses] = &mut self.is_lost;
        let is_lost = if direction == Direction::ToResponder { requests } else { responses };
        if *is_lost && !line::begins_message(bytes) {
            return ParseStep::Took(bytes.len());
        }
        *is_lost = false;
        if let body @ (Body::Form(n) | Body::Wsman(n)) = *self.body(direction) {
            return self.text(body, n, bytes, fields);
        }
        if let Some(step) = self.body(direction).pass(bytes) {
            return step;
        }
        // Some clients send an empty line behind a body (RFC 9112, section 2.2).
        if bytes.starts_with(b"\r\n") {
            return ParseStep::Took(2);
        }
        match direction {
            Direction::ToResponder => self.request(bytes, fields),
            Direction::ToOriginator => self.response(bytes, fields),
        }
    }

    /// Heads begin where segments begin: it goes on with the next of them.
    fn on_gap(&mut self, direction: Direction) -> bool {
        let [requests, responses] = &mut self.is_lost;
        *(if direction == Direction::ToResponder { requests } else { responses }) = true;
        *self.body(direction) = Body::None;
        self.waiting.clear();
        true
    }
}

impl Http {
    fn body(&mut self, direction: Direction) -> &mut Body {
        let [requests, responses] = &mut self.bodies;
        if direction == Direction::ToResponder { requests } else { responses }
    }

    fn request(&mut self, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let Some(end) = memchr::memchr(b'\n', bytes) else { return ParseStep::Took(0) };
        let (first, rest) = bytes.split_at(end + 1);
        let Some((method, whole)) = line::parts(first) else { return ParseStep::Done };
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let headers = match httparse::parse_headers(rest, &mut headers) {
            Ok(Status::Partial) => return ParseStep::Took(0),
            Ok(Status::Complete(headers)) => Some(headers),
            Err(_) => None,
        };
        fields.begin();
        fields.text(FieldId::HttpMethod, method);
        let path = line::target(method, &whole, fields);
        for header in headers.iter().flat_map(|(_, headers)| headers.iter()) {
            add_request(header.name.as_bytes(), header.value, fields);
        }
        fields.text(FieldId::HttpPath, path);
        if let Some((_, query)) = path.split_once('?') {
            form::add_login(query.as_bytes(), fields);
        }
        // Fields that make no sense: where the next request begins cannot be told.
        let Some((n, headers)) = headers else { return ParseStep::Done };
        let head = first.len() + n;
        if self.waiting.len() < MOST_WAITING {
            self.waiting.push_back(match method {
                "HEAD" => Asked::Head,
                "CONNECT" => Asked::Connect,
                _ => Asked::Other,
            });
        }
        let body = match Body::of(headers, false) {
            Body::Sized(n) if n > 0 && is_form(headers) => Body::Form(n),
            Body::Sized(n) if n > 0 && WsmanAction::is_target(path) => Body::Wsman(n),
            body => body,
        };
        // A text that came with its head is of the same message.
        if let Body::Form(n) | Body::Wsman(n) = body
            && let Some(text) = bytes.get(head..).and_then(|rest| rest.get(..n.min(MOST_TEXT_BYTES) as usize))
        {
            read_text(body, text, fields);
            *self.body(Direction::ToResponder) = Body::rest(n, text.len());
            return ParseStep::Took(head + text.len());
        }
        *self.body(Direction::ToResponder) = body;
        ParseStep::Took(head)
    }

    /// Reads the body of a request that came after its head.
    fn text(&mut self, body: Body, n: u64, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let Some(text) = bytes.get(..n.min(MOST_TEXT_BYTES) as usize) else { return ParseStep::Took(0) };
        *self.body(Direction::ToResponder) = Body::rest(n, text.len());
        let mark = fields.mark();
        fields.begin();
        fields.text(FieldId::Message, "form");
        if !read_text(body, text, fields) {
            fields.forget(mark);
        }
        ParseStep::Took(text.len())
    }

    fn response(&mut self, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let mut response = Response::new(&mut headers);
        let head = match response.parse(bytes) {
            Ok(Status::Complete(n)) => n,
            Ok(Status::Partial) => return ParseStep::Took(0),
            Err(_) => return ParseStep::Done,
        };
        let code = response.code.unwrap_or(0);
        fields.begin();
        fields.number(FieldId::HttpStatus, u64::from(code));
        for header in response.headers.iter() {
            add_response(header.name.as_bytes(), header.value, fields);
        }
        let is_interim = (100..200).contains(&code);
        let asked = if is_interim { None } else { self.waiting.pop_front() };
        if code == 101 {
            return match upgrade(response.headers) {
                Some(protocol) => ParseStep::SwitchTo(head, protocol),
                None => ParseStep::Switch(head),
            };
        }
        if asked == Some(Asked::Connect) && (200..300).contains(&code) {
            return ParseStep::Switch(head);
        }
        let has_none = is_interim || matches!(code, 204 | 304) || asked == Some(Asked::Head);
        *self.body(Direction::ToOriginator) = if has_none { Body::None } else { Body::of(response.headers, true) };
        ParseStep::Took(head)
    }
}

/// Reads the beginning of a body by what it is; false if it says nothing.
fn read_text(body: Body, text: &[u8], fields: &mut FieldBuffer) -> bool {
    // What WS-Management is asked may be encrypted: then it is no form either.
    if matches!(body, Body::Wsman(_)) {
        return wsman::read(text, fields);
    }
    let has_password = form::add_login(text, fields);
    form::add_fields(text, fields) || has_password
}

fn is_form(headers: &[Header<'_>]) -> bool {
    let mut types = headers.iter().filter(|header| header.name.eq_ignore_ascii_case("content-type"));
    types.any(|header| media_type(header.value).eq_ignore_ascii_case(b"application/x-www-form-urlencoded"))
}

/// The protocol after a 101.
fn upgrade(headers: &[Header<'_>]) -> Option<AppProto> {
    let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case("upgrade"))?;
    match header.value.trim_ascii() {
        value if value.eq_ignore_ascii_case(b"websocket") => Some(AppProto::WebSocket),
        value if value.eq_ignore_ascii_case(b"h2c") => Some(AppProto::Http2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::FieldValue;

    fn facts_of(request: &[u8]) -> FieldBuffer {
        let mut fields = FieldBuffer::default();
        assert_eq!(
            Http::default().on_data(Direction::ToResponder, request, &mut fields),
            ParseStep::Took(request.len())
        );
        fields
    }

    #[test]
    fn the_host_field_is_read_without_its_port() {
        let fields = facts_of(b"GET http://example.org:8080 HTTP/1.1\r\n\r\n");
        let said = fields.fields_at(0..fields.len() as u32);
        assert_eq!((said.text(FieldId::HttpHost), said.text(FieldId::HttpPath)), (Some("example.org"), Some("/")));
        let fields = facts_of(b"GET /a?b HTTP/1.1\r\nUser-Agent: x\r\nHOST: Example.com:8080\r\n\r\n");
        let said: Vec<_> = fields.iter().collect();
        assert!(said.contains(&(FieldId::HttpHost, FieldValue::Text("Example.com"))));
        assert!(said.contains(&(FieldId::HttpPath, FieldValue::Text("/a?b"))));
        assert_eq!(
            Http::default().on_data(Direction::ToResponder, b"GET / HTTP/1.1\r\nUs", &mut FieldBuffer::default()),
            ParseStep::Took(0)
        );
    }

    #[test]
    fn what_attacks_write_into_a_target_is_read() {
        let attack = b"GET /cgi-bin/x;cat /etc/passwd|?y=\"> HTTP/1.1\r\nHost: 192.0.2.1:8080\r\n\r\n";
        let fields = facts_of(attack);
        let said: Vec<_> = fields.iter().collect();
        assert!(said.contains(&(FieldId::HttpPath, FieldValue::Text("/cgi-bin/x;cat /etc/passwd|?y=\">"))));
        assert!(said.contains(&(FieldId::HttpHost, FieldValue::Text("192.0.2.1"))));
    }

    #[test]
    fn bodies_are_passed_over_and_requests_behind_them_are_read() {
        let mut http = Http::default();
        let mut fields = FieldBuffer::default();
        let post = b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n";
        assert_eq!(http.on_data(Direction::ToResponder, post, &mut fields), ParseStep::Took(post.len()));
        assert_eq!(http.on_data(Direction::ToResponder, b"body", &mut fields), ParseStep::Skip(1000));
        assert_eq!(http.on_data(Direction::ToResponder, b"HEAD / HTTP/1.1\r\n\r\n", &mut fields), ParseStep::Took(19));
        let first = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(http.on_data(Direction::ToOriginator, first, &mut fields), ParseStep::Took(first.len()));
        assert_eq!(http.on_data(Direction::ToOriginator, b"a\r\nhello", &mut fields), ParseStep::Skip(15));
        assert_eq!(http.on_data(Direction::ToOriginator, b"0\r\n\r\n", &mut fields), ParseStep::Took(5));
        let second = b"HTTP/1.1 200 OK\r\nContent-Length: 70\r\n\r\n";
        assert_eq!(http.on_data(Direction::ToOriginator, second, &mut fields), ParseStep::Took(second.len()));
        assert_eq!(http.body(Direction::ToOriginator), &Body::None);
    }

    #[test]
    fn forms_tell_who_logs_in() {
        let head = b"POST /in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n\
            Content-Length: 25\r\n\r\n";
        let form = b"user=anna%40b&passwd=a+b&";
        let told = |fields: &FieldBuffer| {
            let said = fields.fields_at(0..fields.len() as u32);
            (said.text(FieldId::User).map(str::to_owned), said.text(FieldId::Password).map(str::to_owned))
        };
        let expected = (Some("anna@b".to_owned()), Some("a b".to_owned()));
        let together = facts_of(&[&head[..], form].concat());
        assert_eq!(told(&together), expected);
        assert_eq!(together.messages().count(), 1);
        let mut http = Http::default();
        let mut fields = FieldBuffer::default();
        assert_eq!(http.on_data(Direction::ToResponder, head, &mut fields), ParseStep::Took(head.len()));
        assert_eq!(http.on_data(Direction::ToResponder, &form[..9], &mut fields), ParseStep::Took(0));
        assert_eq!(http.on_data(Direction::ToResponder, form, &mut fields), ParseStep::Took(25));
        assert_eq!(told(&fields), expected);
        assert_eq!(told(&facts_of(b"GET /?username=anna%40b&password=a+b HTTP/1.1\r\n\r\n")), expected);
    }

    #[test]
    fn what_is_asked_of_windows_remote_management_is_no_form() {
        let post = |kind: &str, body: &str| {
            let n = body.len();
            let head = format!("POST /wsman HTTP/1.1\r\nContent-Type: {kind}\r\nContent-Length: {n}\r\n\r\n");
            let (mut http, mut fields) = (Http::default(), FieldBuffer::default());
            let step = http.on_data(Direction::ToResponder, head.as_bytes(), &mut fields);
            assert_eq!(step, ParseStep::Took(head.len()));
            let step = http.on_data(Direction::ToResponder, body.as_bytes(), &mut fields);
            assert_eq!(step, ParseStep::Took(n));
            let together = facts_of(&[head.as_bytes(), body.as_bytes()].concat());
            assert_eq!(together.messages().count(), 1);
            let has = |id: FieldId| [&fields, &together].map(|fields| fields.iter().any(|(found, _)| found == id));
            [FieldId::Function, FieldId::Password, FieldId::HttpForm].map(has)
        };
        // MS-WSMV, section 2.2.9.1: what logins by NTLM and Kerberos encrypt.
        let encrypted = "--Encrypted Boundary\r\nContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n\
            OriginalContent: type=application/soap+xml;charset=UTF-8;Length=1784\r\n--Encrypted Boundary\r\n\
            Content-Type: application/octet-stream\r\n\r\n~$&pass=union select&<x';--Encrypted Boundary--\r\n";
        let multipart = "multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted\"";
        assert_eq!(post(multipart, encrypted), [[false; 2]; 3]);
        let soap = "<s:Envelope><a:Action>http://x/shell/Command</a:Action></s:Envelope>";
        assert_eq!(post("application/soap+xml", soap), [[true; 2], [false; 2], [false; 2]]);
        let form = "application/x-www-form-urlencoded";
        assert_eq!(post(form, "password=x&q=1'--"), [[false; 2], [true; 2], [true; 2]]);
    }

    #[test]
    fn a_long_form_is_read_at_its_beginning_and_passed_over_from_there() {
        let n = MOST_TEXT_BYTES as usize + 1000;
        let head = format!(
            "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {n}\r\n\r\n"
        );
        let form = format!("id=1'--&text={}", "x".repeat(n - 13));
        let (mut http, mut fields) = (Http::default(), FieldBuffer::default());
        assert_eq!(http.on_data(Direction::ToResponder, head.as_bytes(), &mut fields), ParseStep::Took(head.len()));
        assert_eq!(http.on_data(Direction::ToResponder, &form.as_bytes()[..4000], &mut fields), ParseStep::Took(0));
        assert_eq!(http.on_data(Direction::ToResponder, form.as_bytes(), &mut fields), ParseStep::Took(4096));
        assert_eq!(http.on_data(Direction::ToResponder, &form.as_bytes()[4096..], &mut fields), ParseStep::Skip(1000));
        assert_eq!(fields.messages().last().and_then(|said| said.text(FieldId::HttpForm)), Some("id=1'--"));
        let (whole, mut together) = ([head, form].concat(), FieldBuffer::default());
        assert_eq!(
            Http::default().on_data(Direction::ToResponder, whole.as_bytes(), &mut together),
            ParseStep::Took(whole.len() - 1000)
        );
        assert_eq!(together.messages().count(), 1);
    }

    #[test]
    fn after_lost_bytes_the_next_head_is_found() {
        let mut http = Http::default();
        let mut fields = FieldBuffer::default();
        assert!(http.on_gap(Direction::ToOriginator));
        assert_eq!(http.on_data(Direction::ToOriginator, b"rest of a body", &mut fields), ParseStep::Took(14));
        assert_eq!(
            http.on_data(Direction::ToOriginator, b"HTTP/1.1 204 No Content\r\n\r\n", &mut fields),
            ParseStep::Took(27)
        );
        assert!(fields.iter().any(|fact| fact == (FieldId::HttpStatus, FieldValue::Number(204))));
    }

    #[test]
    fn what_is_spoken_after_an_upgrade_is_named() {
        let bytes = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n\r\n";
        let step = Http::default().on_data(Direction::ToOriginator, bytes, &mut FieldBuffer::default());
        assert_eq!(step, ParseStep::SwitchTo(bytes.len(), AppProto::WebSocket));
    }

    #[test]
    fn a_tunnel_is_handed_on() {
        let mut http = Http::default();
        let mut fields = FieldBuffer::default();
        http.on_data(Direction::ToResponder, b"CONNECT example.com:443 HTTP/1.1\r\n\r\n", &mut fields);
        assert_eq!(
            http.on_data(Direction::ToOriginator, b"HTTP/1.1 200 OK\r\n\r\n", &mut fields),
            ParseStep::Switch(19)
        );
    }
}
