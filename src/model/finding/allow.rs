//! A rule of the allow-list: what is expected here, so that people need not look at it again.
//!
//! A rule never hides more than it says: every part must fit, and a side of a finding fits only as a whole.

use crate::model::finding::Finding;
use crate::model::finding::former_ids;
use crate::model::net::addr::Endpoint;
use crate::model::net::addr::{mac_from_text, mac_text};
use crate::model::net::network::Network;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One address, or all that begin with the same bits (CIDR, RFC 4632).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Net {
    /// IP addresses.
    Ip(Network),
    /// An Ethernet address.
    Mac([u8; 6]),
}

impl Net {
    /// Just this address.
    pub fn of(address: Endpoint) -> Net {
        match address {
            Endpoint::Ip(host) => Net::Ip(Network::of(host, if host.is_v4() { 32 } else { 128 })),
            Endpoint::Mac(mac) => Net::Mac(mac),
        }
    }

    /// From `10.0.0.1`, `10.0.0.0/8`, `2001:db8::/32` or `aa:bb:cc:dd:ee:ff`; none for anything else.
    pub fn parse(text: &str) -> Option<Net> {
        let text = text.trim();
        Network::parse(text).map(Net::Ip).or_else(|| mac_from_text(text).map(Net::Mac))
    }

    /// True if the address is one of these.
    pub fn has(self, address: Endpoint) -> bool {
        match (self, address) {
            (Net::Ip(network), Endpoint::Ip(host)) => network.has(host),
            (Net::Mac(own), Endpoint::Mac(other)) => own == other,
            _ => false,
        }
    }
}

impl fmt::Display for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Net::Ip(network) => network.fmt(f),
            Net::Mac(bytes) => f.write_str(&mac_text(*bytes)),
        }
    }
}

impl From<Net> for String {
    fn from(net: Net) -> String {
        net.to_string()
    }
}

impl TryFrom<String> for Net {
    type Error = String;

    fn try_from(text: String) -> Result<Net, String> {
        if text.trim() == "*" {
            return Err("\"*\" would be every address: leave the part out".to_owned());
        }
        Net::parse(&text).ok_or_else(|| format!("{text:?} is neither an address nor a network as 10.0.0.0/8"))
    }
}

/// What is expected here. Parts that are none fit anything; a rule without any part is none.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// Host: contains all sources of a finding.
    pub host: Option<Net>,
    /// Peer: contains all targets of a finding.
    pub peer: Option<Net>,
    /// The only port.
    pub port: Option<u16>,
    /// A domain that all names meant are, or are below.
    pub name: Option<String>,
    /// Detector id.
    pub detector: Option<String>,
    /// Why it is expected.
    pub note: String,
}

impl Rule {
    /// Most rules of a list.
    pub const MOST: usize = 1000;
    /// Longest name, as DNS has it (RFC 1035, section 2.3.4).
    pub const MOST_NAME_CHARS: usize = 253;
    /// Longest note.
    pub const MOST_NOTE_CHARS: usize = 500;

    /// True if it says nothing: such a rule fits no finding.
    pub fn is_empty(&self) -> bool {
        self.host.is_none()
            && self.peer.is_none()
            && self.port.is_none()
            && self.name.is_none()
            && self.detector.is_none()
    }

    /// True if it says something that fits every finding about addresses: all of them, as in 0.0.0.0/0, and nothing else.
    pub fn is_everything(&self) -> bool {
        let is_all = |net: Option<Net>| net.is_none_or(|net| matches!(net, Net::Ip(network) if network.bits() == 0));
        let has_more = self.port.is_some() || self.name.is_some() || self.detector.is_some();
        !self.is_empty() && !has_more && is_all(self.host) && is_all(self.peer)
    }

    /// True if the finding is all that the rule says. A list that was cut may name more than it shows: it does not fit.
    pub fn fits(&self, finding: &Finding) -> bool {
        let side = |net: Option<Net>, all: &[Endpoint]| {
            net.is_none_or(|net| {
                !all.is_empty() && all.len() < Finding::MOST_ADDRESSES && all.iter().all(|address| net.has(*address))
            })
        };
        !self.is_empty()
            && side(self.host, &finding.sources)
            && side(self.peer, &finding.targets)
            && self.port.is_none_or(|port| finding.ports == [port])
            && self.detector.as_ref().is_none_or(|id| *id == finding.detector)
            && self.name.as_ref().is_none_or(|name| {
                !finding.names.is_empty()
                    && finding.names.len() < Finding::MOST_NAMES
                    && finding.names.iter().all(|other| is_below(other, name))
            })
    }

    /// What it says in words, without the note: `port_scan by 10.0.0.9 to 10.0.0.0/24, port 22`.
    pub fn words(&self) -> String {
        let mut words = self.detector.clone().unwrap_or_else(|| "anything".to_owned());
        if let Some(host) = self.host {
            words.push_str(&format!(" by {host}"));
        }
        if let Some(peer) = self.peer {
            words.push_str(&format!(" to {peer}"));
        }
        if let Some(port) = self.port {
            words.push_str(&format!(", port {port}"));
        }
        if let Some(name) = &self.name {
            words.push_str(&format!(", name {name}"));
        }
        words
    }

    /// The same rule within all limits; none if nothing is left of it.
    pub fn tidy(mut self) -> Option<Rule> {
        // An asterisk says nothing, alone or in front of a domain: names below it are meant anyway.
        let trimmed = |text: Option<String>| {
            text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty() && text != "*")
        };
        self.name = trimmed(self.name.map(|name| domain(&name)));
        self.detector = trimmed(self.detector).map(|id| former_ids::detector(&id).to_owned());
        let note: String = self.note.trim().chars().take(Rule::MOST_NOTE_CHARS).collect();
        self.note = note.trim_end().to_owned();
        let is_long = self.name.as_ref().is_some_and(|name| name.chars().count() > Rule::MOST_NAME_CHARS);
        (!is_long && !self.is_empty()).then_some(self)
    }
}

/// The domain that a name with dots and asterisks around it means, in lower case.
fn domain(name: &str) -> String {
    let mut domain = name;
    loop {
        let inner = domain.trim_matches(|letter: char| letter == '.' || letter.is_whitespace());
        let below = inner.strip_prefix("*.").unwrap_or(inner);
        if below == domain {
            return below.to_ascii_lowercase();
        }
        domain = below;
    }
}

/// True for the name itself and for names below it.
fn is_below(name: &str, domain: &str) -> bool {
    let (name, domain) = (name.trim_end_matches('.').as_bytes(), domain.as_bytes());
    let Some(start) = name.len().checked_sub(domain.len()) else { return false };
    let (before, end) = name.split_at(start);
    end.eq_ignore_ascii_case(domain) && before.last().is_none_or(|byte| *byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::tests::made;
    use crate::model::net::addr::Addr;

    fn net(text: &str) -> Option<Net> {
        Some(Net::parse(text).unwrap())
    }

    #[test]
    fn what_expects_everything_is_known() {
        let rule = |host: &str, peer: &str| Rule { host: Net::parse(host), peer: Net::parse(peer), ..Rule::default() };
        for (host, peer) in [("0.0.0.0/0", ""), ("", "::/0"), ("0.0.0.0/0", "0.0.0.0/0"), ("0.0.0.0/0", "::/0")] {
            assert!(rule(host, peer).is_everything(), "{host} {peer}");
            assert!(!Rule { port: Some(1), ..rule(host, peer) }.is_everything());
            assert!(!Rule { detector: Some("beacon".into()), ..rule(host, peer) }.is_everything());
        }
        for (host, peer) in [("", ""), ("10.0.0.0/8", ""), ("10.0.0.0/8", "0.0.0.0/0"), ("aa:bb:cc:dd:ee:ff", "")] {
            assert!(!rule(host, peer).is_everything(), "{host} {peer}");
        }
        // An asterisk says nothing by itself, and where it says something it is said why it is not used.
        assert_eq!(Rule { name: Some(" * ".into()), detector: Some("*".into()), ..Rule::default() }.tidy(), None);
        let below = Rule { name: Some("*.Example.com.".into()), ..Rule::default() }.tidy().unwrap();
        assert_eq!(below.name.as_deref(), Some("example.com"));
        // What is left says the same when it is read again, whatever stood around it.
        for name in ["...*.example.com", "*.*.example.com", ". example.com .", "*. .Example.com"] {
            let rule = Rule { name: Some(name.into()), ..Rule::default() }.tidy().unwrap();
            assert_eq!(rule.name.as_deref(), Some("example.com"), "{name}");
        }
        assert_eq!(Rule { name: Some(".*.".into()), ..Rule::default() }.tidy(), None);
        let note = format!("{} {}", "x".repeat(Rule::MOST_NOTE_CHARS - 1), "y");
        let rule = Rule { port: Some(1), note, ..Rule::default() }.tidy().unwrap();
        assert_eq!(rule.clone().tidy(), Some(rule));
        let refused = serde_json::from_str::<Rule>(r#"{"host": "*"}"#).unwrap_err().to_string();
        assert!(refused.contains("leave the part out"), "{refused}");
    }

    #[test]
    fn networks_are_read_and_written() {
        for text in ["10.0.0.1", "10.0.0.0/8", "2001:db8::/32", "::1", "aa:bb:cc:dd:ee:ff", "0.0.0.0/0"] {
            assert_eq!(Net::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Net::parse(" 10.1.2.3/8 ").unwrap().to_string(), "10.0.0.0/8");
        assert_eq!(Net::parse("::ffff:10.1.2.3/104").unwrap().to_string(), "10.0.0.0/8");
        for text in ["", "10.0.0.0/33", "10.0.0", "::/129", "aa:bb:cc:dd:ee", "10.0.0.1/x", "::ffff:10.0.0.1/8"] {
            assert_eq!(Net::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_network_has_its_addresses_and_no_others() {
        let has = |text: &str, address: [u8; 4]| Net::parse(text).unwrap().has(Endpoint::Ip(Addr::v4(address)));
        assert!(has("10.0.0.0/8", [10, 255, 0, 1]) && !has("10.0.0.0/8", [11, 0, 0, 0]));
        assert!(has("0.0.0.0/0", [203, 0, 113, 1]) && !has("::/0", [203, 0, 113, 1]));
        assert!(has("10.0.0.1", [10, 0, 0, 1]) && !has("10.0.0.1", [10, 0, 0, 2]));
    }

    #[test]
    fn every_part_of_a_rule_must_fit_and_a_side_fits_as_a_whole() {
        let finding = made("port_scan", &[[10, 0, 0, 9]], &[[10, 0, 0, 5], [10, 0, 1, 5]]);
        let fits = |rule: Rule| rule.fits(&finding);
        let rule = Rule::default;
        assert!(!fits(rule()));
        assert!(fits(Rule { host: net("10.0.0.9"), ..rule() }));
        assert!(!fits(Rule { host: net("10.0.0.5"), ..rule() }), "a rule about who does it is not about the victim");
        assert!(!fits(Rule { peer: net("10.0.0.0/24"), ..rule() }), "one of the targets is outside");
        assert!(fits(Rule { peer: net("10.0.0.0/16"), detector: Some("port_scan".into()), ..rule() }));
        assert!(!fits(Rule { host: net("10.0.0.9"), detector: Some("beacon".into()), ..rule() }));
        assert!(!fits(Rule { port: Some(22), ..rule() }));
        let mut one_port = finding.clone();
        one_port.ports = vec![22];
        assert!(Rule { port: Some(22), ..rule() }.fits(&one_port));
        one_port.ports = vec![22, 80];
        assert!(!Rule { port: Some(22), ..rule() }.fits(&one_port));
    }

    #[test]
    fn a_list_that_was_cut_never_fits() {
        let many: Vec<[u8; 4]> = (0..Finding::MOST_ADDRESSES as u8).map(|last| [10, 0, 0, last]).collect();
        let finding = made("host_scan", &[[10, 0, 0, 9]], &many);
        assert!(!Rule { peer: net("10.0.0.0/24"), ..Rule::default() }.fits(&finding));
        assert!(Rule { host: net("10.0.0.9"), ..Rule::default() }.fits(&finding));
    }

    #[test]
    fn a_name_fits_itself_and_what_is_below_it() {
        let mut finding = made("beacon", &[[10, 0, 0, 9]], &[[203, 0, 113, 1]]);
        let rule = Rule { name: Some("example.com".into()), ..Rule::default() };
        assert!(!rule.fits(&finding));
        for (name, fits) in [("example.com", true), ("a.Example.COM", true), ("badexample.com", false), ("com", false)]
        {
            finding.names = vec![name.to_owned()];
            assert_eq!(rule.fits(&finding), fits, "{name}");
        }
        finding.names = vec!["example.com".into(), "other.example".into()];
        assert!(!rule.fits(&finding));
    }

    #[test]
    fn a_rule_is_read_strictly_and_tidied() {
        let read = |text: &str| serde_json::from_str::<Rule>(text);
        assert_eq!(read(r#"{"host":"10.0.0.0/8","note":"n"}"#).unwrap().words(), "anything by 10.0.0.0/8");
        assert!(
            read(r#"{"hosts":"10.0.0.0/8"}"#).is_err(),
            "a restriction that is not understood must not widen a rule"
        );
        assert!(read(r#"{"host":"ten"}"#).is_err() && read(r#"{"port":70000}"#).is_err());
        let rule = Rule { name: Some(" .Example.com. ".into()), note: "x".repeat(900), ..Rule::default() };
        let rule = rule.tidy().unwrap();
        assert_eq!((rule.name.as_deref(), rule.note.len()), (Some("example.com"), 500));
        assert_eq!(Rule { note: "only".into(), name: Some(" ".into()), ..Rule::default() }.tidy(), None);
    }
}
