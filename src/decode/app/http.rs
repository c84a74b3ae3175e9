//! HTTP/1: the Host field of a request (RFC 9112, section 3.2), by httparse.

use super::Verdict;
use crate::model::flow::NameSource;

const METHODS: [&[u8]; 9] =
    [b"GET ", b"POST ", b"HEAD ", b"PUT ", b"DELETE ", b"OPTIONS ", b"PATCH ", b"CONNECT ", b"TRACE "];
const MOST_HEADERS: usize = 64;

pub(super) fn read(payload: &[u8]) -> Verdict {
    if payload.starts_with(b"HTTP/1.") {
        return Verdict::Mine(None);
    }
    if !METHODS.iter().any(|method| payload.starts_with(method)) {
        return Verdict::NotMine;
    }
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let status = request.parse(payload);
    let host = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("host"));
    match (host, status) {
        (Some(host), _) => {
            let text = String::from_utf8_lossy(host.value);
            let name = without_port(text.trim()).to_owned();
            Verdict::Mine(Some((name, NameSource::HttpHost)))
        }
        (None, Ok(httparse::Status::Partial)) => Verdict::More,
        (None, Ok(_)) => Verdict::Mine(None),
        (None, Err(_)) => Verdict::NotMine,
    }
}

/// `example.com:8080` without the port; an IPv6 address in brackets stays whole.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.contains(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_field_is_read_without_its_port() {
        let verdict = read(b"GET / HTTP/1.1\r\nUser-Agent: x\r\nHOST: Example.com:8080\r\n\r\n");
        assert_eq!(verdict, Verdict::Mine(Some(("Example.com".to_owned(), NameSource::HttpHost))));
        assert_eq!(read(b"GET / HTTP/1.1\r\nUser-A"), Verdict::More);
        assert_eq!(read(b"\x16\x03\x01"), Verdict::NotMine);
    }
}
