//! What an indicator means, from its text.

use crate::model::Addr;
use crate::model::net::network::Network;
use std::fmt;

/// Longest name (RFC 1035, section 2.3.4).
const MOST_NAME_BYTES: usize = 253;

/// What an indicator means.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Value {
    /// An address.
    Address(Addr),
    /// All addresses of a network.
    Network(Network),
    /// A host name and all below it, in lower case, without a dot at its end.
    Name(String),
    /// Host, in lower case, and path with query of an address on the web.
    Url(String, String),
    /// A hash or fingerprint in hexadecimal digits (MD5, JA3, SHA-1, HASSH, SHA-256), in lower case.
    Hash(String),
    /// A JA4 fingerprint.
    Ja4(String),
}

impl Value {
    /// From a text as lists write it, also with brackets around dots and `hxxp` for `http`; none for anything else.
    pub fn parse(text: &str) -> Option<Value> {
        let text = text.trim().trim_matches('"').trim();
        let plain = text.replace("[.]", ".").replace("(.)", ".").replace("[:]", ":").replace("[at]", "@");
        let lower = plain.to_ascii_lowercase();
        if let Some((scheme, rest)) = lower.split_once("://") {
            return matches!(scheme, "http" | "https" | "hxxp" | "hxxps").then(|| url(&plain, rest.len()))?;
        }
        if let Some(network) = Network::parse(&plain) {
            return Some(if network.is_host() { Value::Address(network.host()) } else { Value::Network(network) });
        }
        if is_ja4(&lower) {
            return Some(Value::Ja4(lower));
        }
        let is_hex = !lower.is_empty() && lower.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex && matches!(lower.len(), 32 | 40 | 64) {
            return Some(Value::Hash(lower));
        }
        name(&lower).map(Value::Name)
    }
}

/// `rest_bytes` are those behind the scheme.
fn url(text: &str, rest_bytes: usize) -> Option<Value> {
    let rest = text.get(text.len() - rest_bytes..)?;
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let bare = host.split_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let host = bare.map_or(host, |(host, _)| host).to_ascii_lowercase();
    let path = path.split_once('#').map_or(path, |(path, _)| path);
    if host.is_empty() {
        return None;
    }
    // Without a path it means the host.
    if matches!(path, "" | "/") {
        return Value::parse(&host);
    }
    Some(Value::Url(host, path.to_owned()))
}

/// A host name with at least two labels, or a domain with all below it (`.example.com`, `*.example.com`).
fn name(lower: &str) -> Option<String> {
    let name = lower.trim_start_matches("*.").trim_matches('.');
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_'))
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_name = name.len() <= MOST_NAME_BYTES
        && name.contains('.')
        && name.split('.').all(is_label)
        && last.chars().any(char::is_alphabetic);
    is_name.then(|| name.to_owned())
}

/// `t13d1516h2_8daaf6152771_b186095e22b6`: ten, twelve and twelve letters.
fn is_ja4(lower: &str) -> bool {
    let parts: Vec<&str> = lower.split('_').collect();
    let [first, second, third] = parts.as_slice() else { return false };
    let is_hex = |part: &str| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    first.len() == 10
        && first.starts_with(['t', 'q', 'd'])
        && first.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && is_hex(second)
        && is_hex(third)
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Address(address) => address.fmt(f),
            Value::Network(network) => network.fmt(f),
            Value::Url(host, path) => write!(f, "{host}{path}"),
            Value::Name(text) | Value::Hash(text) | Value::Ja4(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_understood_also_defanged() {
        let network = |text| Value::Network(Network::parse(text).unwrap());
        let hash = "a0e9f5d64349fb13191bc781f81f42e1";
        for (text, value) in [
            ("192.0.2.7", Value::Address(Addr::v4([192, 0, 2, 7]))),
            ("192[.]0[.]2[.]7", Value::Address(Addr::v4([192, 0, 2, 7]))),
            ("192.0.2.0/24", network("192.0.2.0/24")),
            ("2001:db8::/32", network("2001:db8::/32")),
            (" Evil[.]Example.COM. ", Value::Name("evil.example.com".into())),
            ("*.evil.example", Value::Name("evil.example".into())),
            ("hxxps://evil[.]example:8443/a?B=1#x", Value::Url("evil.example".into(), "/a?B=1".into())),
            ("http://bob:pw@evil.example/", Value::Name("evil.example".into())),
            ("http://192.0.2.7", Value::Address(Addr::v4([192, 0, 2, 7]))),
            ("A0E9F5D64349FB13191BC781F81F42E1", Value::Hash(hash.into())),
            ("t13d1516h2_8daaf6152771_b186095e22b6", Value::Ja4("t13d1516h2_8daaf6152771_b186095e22b6".into())),
        ] {
            assert_eq!(Value::parse(text), Some(value), "{text}");
        }
        for text in [
            "",
            "word",
            "ftp://a.example/x",
            "1.2.3",
            "2026-01-02",
            "a b.example",
            "abcdef",
            "http://",
            "-.-",
            "x@y.example",
        ] {
            assert_eq!(Value::parse(text), None, "{text}");
        }
    }
}
