//! HTTP/1 requests and responses (RFC 9112), by httparse. Bodies are passed over, but for short forms, which may hold log-ins.

mod body;
mod form;

use super::{Ends, Entry, Guess, Step, Stream, Talk};
use crate::model::fact::{FactKind, Facts};
use crate::model::flow::Way;
use crate::model::protocol::Named;
use body::Body;
use httparse::{EMPTY_HEADER, Header, Response, Status};
use std::borrow::Cow;
use std::collections::VecDeque;

/// Line in the table.
pub const ENTRY: Entry = Entry {
    protocol: Named::Http,
    datagram: None,
    stream: Some(Stream { guess, talk: || Box::new(Http::default()) }),
    frame: None,
};

/// Methods that begin a conversation (RFC 9110, section 9.3; RFC 4918; those of Microsoft's services).
const METHODS: [&[u8]; 19] = [
    b"GET ",
    b"POST ",
    b"HEAD ",
    b"PUT ",
    b"DELETE ",
    b"OPTIONS ",
    b"PATCH ",
    b"CONNECT ",
    b"TRACE ",
    b"PROPFIND ",
    b"PROPPATCH ",
    b"MKCOL ",
    b"COPY ",
    b"MOVE ",
    b"LOCK ",
    b"UNLOCK ",
    b"REPORT ",
    b"SEARCH ",
    b"RPC_IN_DATA ",
];
/// Most bytes of a request line that are looked at to tell it.
const MOST_GUESSED_BYTES: usize = 4096;
/// Most bytes of a form that are waited for.
const MOST_FORM_BYTES: u64 = 4096;
/// What follows the target, but for the last digit.
const VERSION: &[u8] = b" HTTP/1.";
const MOST_HEADERS: usize = 96;
/// Most requests that may wait for their responses.
const MOST_WAITING: usize = 64;

/// A method is not enough: RTSP and SIP have the same.
fn guess(bytes: &[u8], _: &Ends) -> Guess {
    if bytes.starts_with(b"HTTP/1.") {
        return Guess::Certain;
    }
    let Some(method) = METHODS.iter().find(|method| bytes.starts_with(method)) else { return Guess::NotMine };
    let line = bytes.get(..MOST_GUESSED_BYTES).unwrap_or(bytes);
    match memchr::memchr(b'\n', line) {
        Some(at) if memchr::memmem::find(line.get(..at).unwrap_or(line), VERSION).is_some() => Guess::Certain,
        Some(_) => Guess::NotMine,
        None if bytes.get(method.len()) == Some(&b'/') => Guess::Certain,
        None => Guess::More,
    }
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
    /// Bytes were lost: what comes next may be in the middle of a body. Of requests, of responses.
    is_lost: [bool; 2],
}

impl Talk for Http {
    fn read(&mut self, way: Way, bytes: &[u8], facts: &mut Facts) -> Step {
        let [requests, responses] = &mut self.is_lost;
        let is_lost = if way == Way::Forward { requests } else { responses };
        if *is_lost && !begins_message(bytes) {
            return Step::Took(bytes.len());
        }
        *is_lost = false;
        if let Body::Form(n) = *self.body(way) {
            return self.form(n, bytes, facts);
        }
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

    /// Heads begin where segments begin: it goes on with the next of them.
    fn lose(&mut self, way: Way) -> bool {
        let [requests, responses] = &mut self.is_lost;
        *(if way == Way::Forward { requests } else { responses }) = true;
        *self.body(way) = Body::None;
        self.waiting.clear();
        true
    }
}

/// True if a request or a response begins here.
fn begins_message(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/1.") || METHODS.iter().any(|method| bytes.starts_with(method))
}

impl Http {
    fn body(&mut self, way: Way) -> &mut Body {
        let [requests, responses] = &mut self.bodies;
        if way == Way::Forward { requests } else { responses }
    }

    fn request(&mut self, bytes: &[u8], facts: &mut Facts) -> Step {
        let Some(end) = memchr::memchr(b'\n', bytes) else { return Step::Took(0) };
        let (line, rest) = bytes.split_at(end + 1);
        let Some((method, whole)) = request_line(line) else { return Step::Done };
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let fields = match httparse::parse_headers(rest, &mut headers) {
            Ok(Status::Partial) => return Step::Took(0),
            Ok(Status::Complete(fields)) => Some(fields),
            Err(_) => None,
        };
        facts.begin();
        facts.text(FactKind::HttpMethod, method);
        let path = target(method, &whole, facts);
        for header in fields.iter().flat_map(|(_, headers)| headers.iter()) {
            request_header(header, facts);
        }
        facts.text(FactKind::HttpPath, path);
        if let Some((_, query)) = path.split_once('?') {
            form::tell(query.as_bytes(), facts);
        }
        // Fields that make no sense: where the next request begins cannot be told.
        let Some((n, headers)) = fields else { return Step::Done };
        let head = line.len() + n;
        if self.waiting.len() < MOST_WAITING {
            self.waiting.push_back(match method {
                "HEAD" => Asked::Head,
                "CONNECT" => Asked::Connect,
                _ => Asked::Other,
            });
        }
        let body = match Body::of(headers, false) {
            Body::Sized(n) if n <= MOST_FORM_BYTES && is_form(headers) => Body::Form(n),
            body => body,
        };
        // A form that came with its head is of the same message.
        if let Body::Form(n) = body
            && let Some(form) = bytes.get(head..).and_then(|rest| rest.get(..n as usize))
        {
            form::tell(form, facts);
            *self.body(Way::Forward) = Body::None;
            return Step::Took(head + form.len());
        }
        *self.body(Way::Forward) = body;
        Step::Took(head)
    }

    /// Reads the body of a request that came after its head.
    fn form(&mut self, n: u64, bytes: &[u8], facts: &mut Facts) -> Step {
        let Some(form) = bytes.get(..n as usize) else { return Step::Took(0) };
        *self.body(Way::Forward) = Body::None;
        let mark = facts.mark();
        facts.begin();
        facts.text(FactKind::Message, "form");
        if !form::tell(form, facts) {
            facts.forget(mark);
        }
        Step::Took(form.len())
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
        if code == 101 {
            return match upgrade(response.headers) {
                Some(protocol) => Step::Into(head, protocol),
                None => Step::Over(head),
            };
        }
        if asked == Some(Asked::Connect) && (200..300).contains(&code) {
            return Step::Over(head);
        }
        let has_none = is_interim || matches!(code, 204 | 304) || asked == Some(Asked::Head);
        *self.body(Way::Backward) = if has_none { Body::None } else { Body::of(response.headers, true) };
        Step::Took(head)
    }
}

/// Method and target of a request line. What attacks write into targets, spaces above all, is no reason not to read it.
fn request_line(line: &[u8]) -> Option<(&str, Cow<'_, str>)> {
    let (method, rest) = line.split_at(memchr::memchr(b' ', line)?);
    let method = std::str::from_utf8(method).ok()?;
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase() || b"-_".contains(&byte));
    let target = rest.get(..memchr::memmem::rfind(rest, VERSION)?)?.trim_ascii();
    (is_method && !target.is_empty()).then(|| (method, String::from_utf8_lossy(target)))
}

/// Adds the host that a request target names (RFC 9112, section 3.2), and gives the path in it.
fn target<'a>(method: &str, target: &'a str, facts: &mut Facts) -> &'a str {
    if method == "CONNECT" {
        facts.bytes(FactKind::HttpHost, without_port(target.as_bytes()));
        return target;
    }
    let Some(at) = target.find("://").filter(|at| *at <= "https".len()) else { return target };
    let rest = target.get(at + "://".len()..).unwrap_or("");
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    facts.bytes(FactKind::HttpHost, without_port(host.as_bytes()));
    if path.is_empty() { "/" } else { path }
}

fn is_form(headers: &[Header<'_>]) -> bool {
    let mut types = headers.iter().filter(|header| header.name.eq_ignore_ascii_case("content-type"));
    types.any(|header| media_type(header.value).eq_ignore_ascii_case(b"application/x-www-form-urlencoded"))
}

/// What both sides speak after a 101.
fn upgrade(headers: &[Header<'_>]) -> Option<Named> {
    let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case("upgrade"))?;
    match header.value.trim_ascii() {
        value if value.eq_ignore_ascii_case(b"websocket") => Some(Named::WebSocket),
        value if value.eq_ignore_ascii_case(b"h2c") => Some(Named::Http2),
        _ => None,
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
        let facts = facts_of(b"GET http://example.org:8080 HTTP/1.1\r\n\r\n");
        let said = facts.said(0..facts.len() as u32);
        assert_eq!((said.text(FactKind::HttpHost), said.text(FactKind::HttpPath)), (Some("example.org"), Some("/")));
        let facts = facts_of(b"GET /a?b HTTP/1.1\r\nUser-Agent: x\r\nHOST: Example.com:8080\r\n\r\n");
        let said: Vec<_> = facts.iter().collect();
        assert!(said.contains(&(FactKind::HttpHost, Value::Text("Example.com"))));
        assert!(said.contains(&(FactKind::HttpPath, Value::Text("/a?b"))));
        assert_eq!(without_port(b"[2001:db8::1]:80"), b"[2001:db8::1]");
        assert_eq!(Http::default().read(Way::Forward, b"GET / HTTP/1.1\r\nUs", &mut Facts::default()), Step::Took(0));
    }

    #[test]
    fn what_attacks_write_into_a_target_is_read() {
        let attack = b"GET /cgi-bin/x;cat /etc/passwd|?y=\"> HTTP/1.1\r\nHost: 192.0.2.1:8080\r\n\r\n";
        let facts = facts_of(attack);
        let said: Vec<_> = facts.iter().collect();
        assert!(said.contains(&(FactKind::HttpPath, Value::Text("/cgi-bin/x;cat /etc/passwd|?y=\">"))));
        assert!(said.contains(&(FactKind::HttpHost, Value::Text("192.0.2.1"))));
        assert_eq!(request_line(b"HTTP/1.1 200 OK\r\n"), None);
        assert_eq!(request_line(b"GET  HTTP/1.1\r\n"), None);
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
    fn forms_tell_who_logs_in() {
        let head = b"POST /in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n\
            Content-Length: 25\r\n\r\n";
        let form = b"user=anna%40b&passwd=a+b&";
        let told = |facts: &Facts| {
            let said = facts.said(0..facts.len() as u32);
            (said.text(FactKind::User).map(str::to_owned), said.text(FactKind::Password).map(str::to_owned))
        };
        let expected = (Some("anna@b".to_owned()), Some("a b".to_owned()));
        let together = facts_of(&[&head[..], form].concat());
        assert_eq!(told(&together), expected);
        assert_eq!(together.messages().count(), 1);
        let mut http = Http::default();
        let mut facts = Facts::default();
        assert_eq!(http.read(Way::Forward, head, &mut facts), Step::Took(head.len()));
        assert_eq!(http.read(Way::Forward, &form[..9], &mut facts), Step::Took(0));
        assert_eq!(http.read(Way::Forward, form, &mut facts), Step::Took(25));
        assert_eq!(told(&facts), expected);
        assert_eq!(told(&facts_of(b"GET /?username=anna%40b&password=a+b HTTP/1.1\r\n\r\n")), expected);
    }

    #[test]
    fn after_lost_bytes_the_next_head_is_found() {
        let mut http = Http::default();
        let mut facts = Facts::default();
        assert!(http.lose(Way::Backward));
        assert_eq!(http.read(Way::Backward, b"rest of a body", &mut facts), Step::Took(14));
        assert_eq!(http.read(Way::Backward, b"HTTP/1.1 204 No Content\r\n\r\n", &mut facts), Step::Took(27));
        assert!(facts.iter().any(|fact| fact == (FactKind::HttpStatus, Value::Number(204))));
    }

    #[test]
    fn requests_are_told_from_those_of_kin() {
        let ends = Ends::new(true, 40_000, 40_001);
        assert_eq!(guess(b"OPTIONS rtsp://a/b RTSP/1.0\r\n", &ends), Guess::NotMine);
        assert_eq!(guess(b"OPTIONS sip:a@b SIP/2.0\r\n", &ends), Guess::NotMine);
        assert_eq!(guess(b"OPTIONS http://a/b", &ends), Guess::More);
        assert_eq!(guess(b"PROPFIND /a HTTP/1.1\r\n", &ends), Guess::Certain);
    }

    #[test]
    fn what_is_spoken_after_an_upgrade_is_named() {
        let bytes = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n\r\n";
        let step = Http::default().read(Way::Backward, bytes, &mut Facts::default());
        assert_eq!(step, Step::Into(bytes.len(), Named::WebSocket));
    }

    #[test]
    fn a_tunnel_is_handed_on() {
        let mut http = Http::default();
        let mut facts = Facts::default();
        http.read(Way::Forward, b"CONNECT example.com:443 HTTP/1.1\r\n\r\n", &mut facts);
        assert_eq!(http.read(Way::Backward, b"HTTP/1.1 200 OK\r\n\r\n", &mut facts), Step::Over(19));
    }
}
