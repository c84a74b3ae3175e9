//! Fields of HTTP's heads, of whatever version, to facts (RFC 9110).

use crate::decode::app::support::head::number;
use crate::decode::app::support::lines;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;

/// Adds what a field of a request says.
pub fn add_request(name: &[u8], value: &[u8], fields: &mut FieldBuffer) {
    let kind = match name {
        name if name.eq_ignore_ascii_case(b"host") => {
            return fields.bytes(FieldId::HttpHost, without_port(value.trim_ascii()));
        }
        name if name.eq_ignore_ascii_case(b"user-agent") => FieldId::HttpAgent,
        name if name.eq_ignore_ascii_case(b"referer") => FieldId::HttpReferer,
        name if name.eq_ignore_ascii_case(b"content-type") => {
            return fields.bytes(FieldId::HttpRequestType, media_type(value));
        }
        name if name.eq_ignore_ascii_case(b"content-length") => return add_length(value, fields),
        name if name.eq_ignore_ascii_case(b"authorization") => return add_authorization(value, fields),
        _ => return,
    };
    fields.bytes(kind, value);
}

/// Adds what a field of a response says.
pub fn add_response(name: &[u8], value: &[u8], fields: &mut FieldBuffer) {
    match name {
        name if name.eq_ignore_ascii_case(b"server") => fields.bytes(FieldId::HttpServer, value),
        name if name.eq_ignore_ascii_case(b"content-type") => {
            fields.bytes(FieldId::HttpResponseType, media_type(value));
        }
        name if name.eq_ignore_ascii_case(b"content-length") => add_length(value, fields),
        _ => {}
    }
}

fn add_length(value: &[u8], fields: &mut FieldBuffer) {
    fields.number(FieldId::Bytes, number(value.trim_ascii()).unwrap_or(0));
}

/// Schemes of the IANA registry of HTTP authentication, and those in wide use beside it.
const SCHEMES: [&str; 20] = [
    "Basic",
    "Bearer",
    "Digest",
    "NTLM",
    "Negotiate",
    "Kerberos",
    "OAuth",
    "HOBA",
    "Mutual",
    "DPoP",
    "GNAP",
    "PrivateToken",
    "SCRAM-SHA-1",
    "SCRAM-SHA-256",
    "vapid",
    "AWS",
    "AWS4-HMAC-SHA256",
    "SharedKey",
    "Token",
    "ApiKey",
];

/// The scheme, and who logs in where it says so in the clear (RFC 7617).
fn add_authorization(value: &[u8], fields: &mut FieldBuffer) {
    let (scheme, rest) = lines::word(value);
    if !SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known.as_bytes())) {
        // What has no scheme in front is the secret itself, of which nothing is kept: who is refused with it guesses nothing.
        return;
    }
    fields.bytes(FieldId::HttpAuth, scheme);
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return;
    }
    let Some(pair) = crate::decode::app::support::base64(rest) else { return };
    let at = memchr::memchr(b':', &pair).unwrap_or(pair.len());
    fields.bytes(FieldId::User, pair.get(..at).unwrap_or(&[]));
    fields.bytes(FieldId::Password, pair.get(at + 1..).unwrap_or(&[]));
}

/// `text/html; charset=utf-8` without what follows the semicolon.
pub fn media_type(value: &[u8]) -> &[u8] {
    value.split(|byte| *byte == b';').next().unwrap_or(value).trim_ascii()
}

/// `example.com:8080` without the port, and without a user and password before it; an IPv6 address in brackets stays whole.
pub fn without_port(host: &[u8]) -> &[u8] {
    let host = memchr::memrchr(b'@', host).and_then(|at| host.get(at + 1..)).unwrap_or(host);
    let Some(at) = memchr::memrchr(b':', host) else { return host };
    let (name, port) = host.split_at(at);
    let is_port = port.iter().skip(1).all(u8::is_ascii_digit) && !name.contains(&b':');
    if is_port || name.ends_with(b"]") { name } else { host }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    #[test]
    fn fields_become_facts_whatever_their_case() {
        let mut fields = FieldBuffer::default();
        add_request(b"Host", b"Example.com:8080 ", &mut fields);
        add_request(b"content-type", b"text/html; charset=x", &mut fields);
        add_request(b"cookie", b"a=b", &mut fields);
        add_response(b"SERVER", b"nginx", &mut fields);
        add_response(b"content-length", b"12", &mut fields);
        let expected = ["http.host=Example.com", "http.request_type=text/html", "http.server=nginx", "bytes=12"];
        assert_eq!(listed(&fields), expected);
        assert_eq!(without_port(b"[2001:db8::1]:80"), b"[2001:db8::1]");
    }

    #[test]
    fn who_logs_in_with_basic_is_read() {
        let mut fields = FieldBuffer::default();
        add_request(b"Authorization", b"Basic YW5uYTpzOmVjcmV0", &mut fields);
        assert_eq!(listed(&fields), ["http.auth=Basic", "user=anna", "password=s:ecret"]);
    }
}
