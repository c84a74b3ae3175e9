//! Turns the words of a table filter into a test on flows. All words must match; a word that begins with `-` must not.

use crate::flow::names::Names;
use crate::model::flow::Flow;
use crate::model::{Addr, Network, Protocol};

/// A compiled filter.
pub struct Matcher {
    words: Vec<(Word, bool)>,
}

enum Word {
    /// An address of this network.
    Net(Network),
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
    Network::parse(text).or_else(|| beginning(text)).map_or_else(|| Word::Text(text.to_owned()), Word::Net)
}

/// The network of the start of an IPv4 address such as `10.0.`.
fn beginning(text: &str) -> Option<Network> {
    let octets: Vec<&str> = text.trim_end_matches('.').split('.').collect();
    let octets = octets.iter().map(|octet| octet.parse::<u8>().ok()).collect::<Option<Vec<u8>>>()?;
    if !text.contains('.') || octets.len() > 3 {
        return None;
    }
    let mut full = [0; 4];
    full.iter_mut().zip(&octets).for_each(|(slot, octet)| *slot = *octet);
    Some(Network::of(Addr::v4(full), 8 * octets.len() as u8))
}

fn fits(word: &Word, flow: &Flow, names: &Names) -> bool {
    match word {
        Word::Net(network) => network.has(flow.key.low) || network.has(flow.key.high),
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
        matches!(word(text, false), Word::Net(network) if network.has(Addr::v4(address)))
    }

    #[test]
    fn words_are_told_apart() {
        assert!(is_net("10.0.", [10, 0, 9, 9]) && !is_net("10.0.", [10, 1, 9, 9]));
        assert!(is_net("10.0.0.0/9", [10, 127, 0, 1]) && !is_net("10.0.0.0/9", [10, 128, 0, 1]));
        assert!(is_net("192.0.2.7", [192, 0, 2, 7]) && is_net("10.", [10, 1, 2, 3]) && !is_net("10.", [11, 1, 2, 3]));
        assert!(matches!(word("443", false), Word::Port(443)));
        assert!(matches!(word(":443", false), Word::Port(443)));
        assert!(matches!(word("example.com", false), Word::Text(_)));
        assert_eq!(Matcher::new("port 53 -udp").words.len(), 2);
    }
}
