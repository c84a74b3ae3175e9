//! The words of a table filter to a test on flows. All words must match; a word that begins with `-` must not.

use crate::flow::names::Names;
use crate::model::flow::Flow;
use crate::model::{Addr, Protocol};
use std::net::IpAddr;

/// A compiled filter.
pub struct Matcher {
    words: Vec<(Word, bool)>,
}

enum Word {
    /// An address within this prefix.
    Net { bits: u128, mask: u128 },
    /// A port of either side.
    Port(u16),
    /// Part of the server's name, application, transport or state, in lower case.
    Text(String),
}

impl Matcher {
    /// Compiles the words of a filter.
    pub fn new(text: &str) -> Matcher {
        let lower = text.to_lowercase();
        let mut words = Vec::new();
        let mut parts = lower.split_whitespace().peekable();
        while let Some(part) = parts.next() {
            let (part, is_wanted) = match part.strip_prefix('-') {
                Some(rest) if !rest.is_empty() => (rest, false),
                _ => (part, true),
            };
            let port = if part == "port" { parts.next_if(|next| next.parse::<u16>().is_ok()) } else { None };
            words.push((word(port.unwrap_or(part), port.is_some()), is_wanted));
        }
        Matcher { words }
    }

    /// True if it passes everything.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// True if every word fits the flow.
    pub fn fits(&self, flow: &Flow, names: &Names) -> bool {
        self.words.iter().all(|(word, is_wanted)| fits(word, flow, names) == *is_wanted)
    }

    /// True if every word fits a packet that has no flow, by its protocol's name.
    pub fn fits_alone(&self, protocol: &str) -> bool {
        let protocol = protocol.to_lowercase();
        self.words
            .iter()
            .all(|(word, is_wanted)| matches!(word, Word::Text(text) if protocol.contains(text.as_str())) == *is_wanted)
    }
}

fn word(text: &str, is_port: bool) -> Word {
    if let Some(port) = text.strip_prefix(':').or(Some(text)).and_then(|text| text.parse().ok())
        && (is_port || text.starts_with(':') || !text.contains('.'))
    {
        return Word::Port(port);
    }
    net(text).unwrap_or_else(|| Word::Text(text.to_owned()))
}

/// `10.0.0.1`, `10.0.0.0/8`, `2001:db8::/32`, or the start of an IPv4 address such as `10.0.`.
fn net(text: &str) -> Option<Word> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
        None => (text, None),
    };
    if let Ok(ip) = address.parse::<IpAddr>() {
        let (host, width) = match ip {
            IpAddr::V4(ip) => (Addr::v4(ip.octets()), 32),
            IpAddr::V6(ip) => (Addr::v6(ip.octets()), 128),
        };
        return Some(prefix(host, width - length.unwrap_or(width).min(width)));
    }
    let octets: Vec<&str> = address.trim_end_matches('.').split('.').collect();
    let is_start = length.is_none() && text.contains('.') && octets.len() <= 3;
    let octets = octets.iter().map(|octet| octet.parse::<u8>().ok()).collect::<Option<Vec<u8>>>()?;
    if !is_start {
        return None;
    }
    let mut full = [0; 4];
    full.iter_mut().zip(&octets).for_each(|(slot, octet)| *slot = *octet);
    Some(prefix(Addr::v4(full), 32 - 8 * octets.len() as u32))
}

/// The prefix of an address without its lowest `free` bits.
fn prefix(host: Addr, free: u32) -> Word {
    let mask = u128::MAX.checked_shl(free).unwrap_or(0);
    Word::Net { bits: host.0 & mask, mask }
}

fn fits(word: &Word, flow: &Flow, names: &Names) -> bool {
    match word {
        Word::Net { bits, mask } => flow.key.low.0 & mask == *bits || flow.key.high.0 & mask == *bits,
        Word::Port(port) => {
            matches!(flow.key.protocol, 6 | 17) && (flow.key.low_port == *port || flow.key.high_port == *port)
        }
        Word::Text(text) => {
            let is_in = |value: &str| value.to_lowercase().contains(text.as_str());
            names.text(flow.name).contains(text.as_str())
                || flow.app.is_some_and(|app| is_in(app.name()))
                || is_in(&Protocol::from_ip_protocol(flow.key.protocol).to_string())
                || (flow.is_tcp() && is_in(flow.state.name()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_net(text: &str, address: [u8; 4]) -> bool {
        matches!(word(text, false), Word::Net { bits, mask } if Addr::v4(address).0 & mask == bits)
    }

    #[test]
    fn words_are_told_apart() {
        assert!(is_net("10.0.", [10, 0, 9, 9]) && !is_net("10.0.", [10, 1, 9, 9]));
        assert!(is_net("10.0.0.0/9", [10, 127, 0, 1]) && !is_net("10.0.0.0/9", [10, 128, 0, 1]));
        assert!(is_net("192.0.2.7", [192, 0, 2, 7]));
        assert!(matches!(word("443", false), Word::Port(443)));
        assert!(matches!(word(":443", false), Word::Port(443)));
        assert!(matches!(word("example.com", false), Word::Text(_)));
        assert_eq!(Matcher::new("port 53 -udp").words.len(), 2);
    }
}
