//! First lines of HTTP/1 messages (RFC 9112, sections 3 and 4): what begins one, and what a request asks for.

use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Role;
use crate::decode::app::support::http::without_port;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use std::borrow::Cow;

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
/// What follows the target, but for the last digit.
const VERSION: &[u8] = b" HTTP/1.";

/// A method is not enough: RTSP and SIP have the same.
pub(super) fn guess(bytes: &[u8], _: &PortPair) -> ProbeResult {
    if bytes.starts_with(b"HTTP/1.") {
        return ProbeResult::Certain;
    }
    let Some(method) = METHODS.iter().find(|method| bytes.starts_with(method)) else { return ProbeResult::NotForUs };
    let line = bytes.get(..MOST_GUESSED_BYTES).unwrap_or(bytes);
    match memchr::memchr(b'\n', line) {
        Some(at) if memchr::memmem::find(line.get(..at).unwrap_or(line), VERSION).is_some() => ProbeResult::Certain,
        Some(_) => ProbeResult::NotForUs,
        None if bytes.get(method.len()) == Some(&b'/') => ProbeResult::Certain,
        None => ProbeResult::NeedMore,
    }
}

/// Only a server sends a status.
pub(super) fn sender(bytes: &[u8]) -> Option<Role> {
    Some(if bytes.starts_with(b"HTTP/") { Role::Server } else { Role::Client })
}

/// True if a request or a response begins here.
pub(super) fn begins_message(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/1.") || METHODS.iter().any(|method| bytes.starts_with(method))
}

/// Method and target of a request line. What attacks write into targets, spaces above all, is no reason not to read it.
pub(super) fn parts(line: &[u8]) -> Option<(&str, Cow<'_, str>)> {
    let (method, rest) = line.split_at(memchr::memchr(b' ', line)?);
    let method = std::str::from_utf8(method).ok()?;
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase() || b"-_".contains(&byte));
    let target = rest.get(..memchr::memmem::rfind(rest, VERSION)?)?.trim_ascii();
    (is_method && !target.is_empty()).then(|| (method, String::from_utf8_lossy(target)))
}

/// Adds the host that a request target names (RFC 9112, section 3.2), and gives the path in it.
pub(super) fn target<'a>(method: &str, target: &'a str, fields: &mut FieldBuffer) -> &'a str {
    if method == "CONNECT" {
        fields.bytes(FieldId::HttpHost, without_port(target.as_bytes()));
        return target;
    }
    let Some(at) = target.find("://").filter(|at| *at <= "https".len()) else { return target };
    let rest = target.get(at + "://".len()..).unwrap_or("");
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    fields.bytes(FieldId::HttpHost, without_port(host.as_bytes()));
    if path.is_empty() { "/" } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_a_method_a_target_and_a_version() {
        assert_eq!(parts(b"GET /a b HTTP/1.0\r\n"), Some(("GET", Cow::Borrowed("/a b"))));
        assert_eq!(parts(b"HTTP/1.1 200 OK\r\n"), None);
        assert_eq!(parts(b"GET  HTTP/1.1\r\n"), None);
    }

    #[test]
    fn requests_are_told_from_those_of_kin() {
        let ends = PortPair::new(true, 40_000, 40_001);
        assert_eq!(guess(b"OPTIONS rtsp://a/b RTSP/1.0\r\n", &ends), ProbeResult::NotForUs);
        assert_eq!(guess(b"OPTIONS sip:a@b SIP/2.0\r\n", &ends), ProbeResult::NotForUs);
        assert_eq!(guess(b"OPTIONS http://a/b", &ends), ProbeResult::NeedMore);
        assert_eq!(guess(b"PROPFIND /a HTTP/1.1\r\n", &ends), ProbeResult::Certain);
    }
}
