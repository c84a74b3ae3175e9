//! HTTP/1 requests and responses (RFC 9112), by httparse. Bodies are passed over.

mod body;

use super::{Ends, Entry, Guess, Step, Stream, Talk};
use crate::model::fact::{FactKind, Facts};
use crate::model::flow::Way;
use crate::model::protocol::Named;
use body::Body;
use httparse::{EMPTY_HEADER, Header, Request, Response, Status};
use std::collections::VecDeque;

/// Line in the table.
pub const ENTRY: Entry = Entry {
    protocol: Named::Http,
    datagram: None,
    stream: Some(Stream { guess, talk: || Box::new(Http::default()) }),
    frame: None,
};

const METHODS: [&[u8]; 9] =
    [b"GET ", b"POST ", b"HEAD ", b"PUT ", b"DELETE ", b"OPTIONS ", b"PATCH ", b"CONNECT ", b"TRACE "];
const MOST_HEADERS: usize = 96;
/// Most requests that may wait for their responses.
const MOST_WAITING: usize = 64;

fn guess(bytes: &[u8], _: &Ends) -> Guess {
    let is_mine = bytes.starts_with(b"HTTP/1.") || METHODS.iter().any(|method| bytes.starts_with(method));
    if is_mine { Guess::Certain } else { Guess::NotMine }
}

/// What a request means for the length of its response.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asked {
    Head,
    Connect,
    Other,
}

#[derive(Default)]
struct Http {
    /// Bodies that are being passed over: of requests, of responses.
    bodies: [Body; 2],
    waiting: VecDeque<Asked>,
}

impl Talk for Http {
    fn read(&mut self, way: Way, bytes: &[u8], facts: &mut Facts) -> Step {
        if let Some(step) = self.body(way).pass(bytes) {
            return step;
        }
        // Some clients send an empty line behind a body (RFC 9112, section 2.2).
        if bytes.starts_with(b"\r\n") {
            return Step::Took(2);
        }
        match way {
            Way::Forward => self.request(bytes, facts),
            Way::Backward => self.response(bytes, facts),
        }
    }

    /// The head of the next message cannot be told from what is left of a body.
    fn lose(&mut self, _: Way) -> bool {
        false
    }
}

impl Http {
    fn body(&mut self, way: Way) -> &mut Body {
        let [requests, responses] = &mut self.bodies;
        if way == Way::Forward { requests } else { responses }
    }

    fn request(&mut self, bytes: &[u8], facts: &mut Facts) -> Step {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let mut request = Request::new(&mut headers);
        let head = match request.parse(bytes) {
            Ok(Status::Complete(n)) => n,
            Ok(Status::Partial) => return Step::Took(0),
            Err(_) => return Step::Done,
        };
        let method = request.method.unwrap_or("");
        facts.begin();
        facts.text(FactKind::HttpMethod, method);
        for header in request.headers.iter() {
            request_header(header, facts);
        }
        facts.text(FactKind::HttpPath, request.path.unwrap_or(""));
        if self.waiting.len() < MOST_WAITING {
            self.waiting.push_back(match method {
                "HEAD" => Asked::Head,
                "CONNECT" => Asked::Connect,
                _ => Asked::Other,
            });
        }
        *self.body(Way::Forward) = Body::of(request.headers, false);
        Step::Took(head)
    }

    fn response(&mut self, bytes: &[u8], facts: &mut Facts) -> Step {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let mut response = Response::new(&mut headers);
        let head = match response.parse(bytes) {
            Ok(Status::Complete(n)) => n,
            Ok(Status::Partial) => return Step::Took(0),
            Err(_) => return Step::Done,
        };
        let code = response.code.unwrap_or(0);
        facts.begin();
        facts.number(FactKind::HttpStatus, u64::from(code));
        for header in response.headers.iter() {
            response_header(header, facts);
        }
        let is_interim = (100..200).contains(&code);
        let asked = if is_interim { None } else { self.waiting.pop_front() };
        if code == 101 || asked == Some(Asked::Connect) && (200..300).contains(&code) {
            return Step::Over(head);
        }
        let has_none = is_interim || matches!(code, 204 | 304) || asked == Some(Asked::Head);
        *self.body(Way::Backward) = if has_none { Body::None } else { Body::of(response.headers, true) };
        Step::Took(head)
    }
}

fn request_header(header: &Header<'_>, facts: &mut Facts) {
    let kind = match header.name {
        name if name.eq_ignore_ascii_case("host") => {
            return facts.bytes(FactKind::HttpHost, without_port(header.value.trim_ascii()));
        }
        name if name.eq_ignore_ascii_case("user-agent") => FactKind::HttpAgent,
        name if name.eq_ignore_ascii_case("referer") => FactKind::HttpReferer,
        name if name.eq_ignore_ascii_case("content-type") => {
            return facts.bytes(FactKind::HttpRequestType, media_type(header.value));
        }
        name if name.eq_ignore_ascii_case("content-length") => {
            return facts.number(FactKind::Bytes, body::length(header.value).unwrap_or(0));
        }
        name if name.eq_ignore_ascii_case("authorization") => return authorization(header.value, facts),
        _ => return,
    };
    facts.bytes(kind, header.value);
}

fn response_header(header: &Header<'_>, facts: &mut Facts) {
    match header.name {
        name if name.eq_ignore_ascii_case("server") => facts.bytes(FactKind::HttpServer, header.value),
        name if name.eq_ignore_ascii_case("content-type") => {
            facts.bytes(FactKind::HttpResponseType, media_type(header.value));
        }
        name if name.eq_ignore_ascii_case("content-length") => {
            facts.number(FactKind::Bytes, body::length(header.value).unwrap_or(0));
        }
        _ => {}
    }
}

/// The scheme, and who logs in where it says so in the clear (RFC 7617).
fn authorization(value: &[u8], facts: &mut Facts) {
    let (scheme, rest) = super::shared::lines::word(value);
    facts.bytes(FactKind::HttpAuth, scheme);
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return;
    }
    let Some(pair) = super::shared::base64(rest) else { return };
    let at = memchr::memchr(b':', &pair).unwrap_or(pair.len());
    facts.bytes(FactKind::User, pair.get(..at).unwrap_or(&[]));
    facts.bytes(FactKind::Password, pair.get(at + 1..).unwrap_or(&[]));
}

/// `text/html; charset=utf-8` without what follows the semicolon.
fn media_type(value: &[u8]) -> &[u8] {
    value.split(|byte| *byte == b';').next().unwrap_or(value).trim_ascii()
}

/// `example.com:8080` without the port; an IPv6 address in brackets stays whole.
fn without_port(host: &[u8]) -> &[u8] {
    let Some(at) = memchr::memrchr(b':', host) else { return host };
    let (name, port) = host.split_at(at);
    let is_port = port.iter().skip(1).all(u8::is_ascii_digit) && !name.contains(&b':');
    if is_port || name.ends_with(b"]") { name } else { host }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fact::Value;

    fn facts_of(request: &[u8]) -> Facts {
        let mut facts = Facts::default();
        assert_eq!(Http::default().read(Way::Forward, request, &mut facts), Step::Took(request.len()));
        facts
    }

    #[test]
    fn the_host_field_is_read_without_its_port() {
        let facts = facts_of(b"GET /a?b HTTP/1.1\r\nUser-Agent: x\r\nHOST: Example.com:8080\r\n\r\n");
        let said: Vec<_> = facts.iter().collect();
        assert!(said.contains(&(FactKind::HttpHost, Value::Text("Example.com"))));
        assert!(said.contains(&(FactKind::HttpPath, Value::Text("/a?b"))));
        assert_eq!(without_port(b"[2001:db8::1]:80"), b"[2001:db8::1]");
        assert_eq!(Http::default().read(Way::Forward, b"GET / HTTP/1.1\r\nUs", &mut Facts::default()), Step::Took(0));
    }

    #[test]
    fn who_logs_in_with_basic_is_read() {
        let facts = facts_of(b"GET / HTTP/1.1\r\nAuthorization: Basic YW5uYTpzOmVjcmV0\r\n\r\n");
        let said: Vec<_> = facts.iter().collect();
        assert!(said.contains(&(FactKind::User, Value::Text("anna"))));
        assert!(said.contains(&(FactKind::Password, Value::Text("s:ecret"))));
    }

    #[test]
    fn bodies_are_passed_over_and_requests_behind_them_are_read() {
        let mut http = Http::default();
        let mut facts = Facts::default();
        let post = b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n";
        assert_eq!(http.read(Way::Forward, post, &mut facts), Step::Took(post.len()));
        assert_eq!(http.read(Way::Forward, b"body", &mut facts), Step::Skip(1000));
        assert_eq!(http.read(Way::Forward, b"HEAD / HTTP/1.1\r\n\r\n", &mut facts), Step::Took(19));
        let first = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(http.read(Way::Backward, first, &mut facts), Step::Took(first.len()));
        assert_eq!(http.read(Way::Backward, b"a\r\nhello", &mut facts), Step::Skip(15));
        assert_eq!(http.read(Way::Backward, b"0\r\n\r\n", &mut facts), Step::Took(5));
        let second = b"HTTP/1.1 200 OK\r\nContent-Length: 70\r\n\r\n";
        assert_eq!(http.read(Way::Backward, second, &mut facts), Step::Took(second.len()));
        assert_eq!(http.body(Way::Backward), &Body::None);
    }

    #[test]
    fn a_tunnel_is_handed_on() {
        let mut http = Http::default();
        let mut facts = Facts::default();
        http.read(Way::Forward, b"CONNECT example.com:443 HTTP/1.1\r\n\r\n", &mut facts);
        assert_eq!(http.read(Way::Backward, b"HTTP/1.1 200 OK\r\n\r\n", &mut facts), Step::Over(19));
    }
}
