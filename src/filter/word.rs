//! Plain words of a filter: an address or its beginning, a port, or part of any text of a flow.

use super::literal::mac;
use crate::model::net::addr::Addr;
use crate::model::net::network::Network;

/// What a plain word looks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Word {
    /// An address of this network, on either side.
    Network(Network),
    /// An Ethernet address of either side.
    Mac([u8; 6]),
    /// A port of either side.
    Port(u16),
    /// Part of any text, in lower case: names, applications, states, fields of messages, findings.
    Text(String),
}

impl Word {
    /// The meaning of a word without quotation marks.
    pub fn of(text: &str) -> Word {
        if let Ok(port) = text.strip_prefix(':').unwrap_or(text).parse::<u16>() {
            return Word::Port(port);
        }
        beginning_v6(text)
            .or_else(|| Network::parse(text))
            .or_else(|| beginning_v4(text))
            .map(Word::Network)
            .or_else(|| mac(text).map(Word::Mac))
            .unwrap_or_else(|| Word::Text(text.to_lowercase()))
    }
}

/// The network of the start of an IPv4 address such as `10.71` or `10.`.
fn beginning_v4(text: &str) -> Option<Network> {
    if !text.contains('.') {
        return None;
    }
    let octets = text.trim_end_matches('.').split('.').map(|octet| octet.parse::<u8>().ok());
    let octets = octets.collect::<Option<Vec<u8>>>().filter(|octets| octets.len() <= 3)?;
    let mut full = [0; 4];
    full.iter_mut().zip(&octets).for_each(|(slot, octet)| *slot = *octet);
    Some(Network::of(Addr::v4(full), 8 * octets.len() as u8))
}

/// The network of the start of an IPv6 address such as `fe80::` or `2001:db8:10:`.
fn beginning_v6(text: &str) -> Option<Network> {
    let groups: Vec<&str> = text.strip_suffix("::").or_else(|| text.strip_suffix(':'))?.split(':').collect();
    let is_group = |group: &str| (1..=4).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_hexdigit());
    if groups.len() > 7 || !groups.iter().all(|group| is_group(group)) {
        return None;
    }
    let host = format!("{}{}", groups.join(":"), if groups.len() == 7 { ":0" } else { "::" });
    Some(Network::of(Addr::of(host.parse().ok()?), 16 * groups.len() as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_net(text: &str, address: &str) -> bool {
        matches!(Word::of(text), Word::Network(network) if network.has(Addr::of(address.parse().unwrap())))
    }

    #[test]
    fn words_are_told_apart() {
        assert!(is_net("10.71", "10.71.9.9") && is_net("10.71.", "10.71.0.1") && !is_net("10.71", "10.7.1.1"));
        assert!(is_net("10.0.0.0/9", "10.127.0.1") && !is_net("10.0.0.0/9", "10.128.0.1"));
        assert!(is_net("192.0.2.7", "192.0.2.7") && is_net("10.", "10.1.2.3") && !is_net("10.", "11.1.2.3"));
        assert!(is_net("fe80::", "fe80::1:2:3:4") && !is_net("fe80::", "fe81::1"));
        assert!(is_net("2001:db8:10:1::", "2001:db8:10:1:2::3") && is_net("2001:db8:", "2001:db8:ffff::"));
        assert!(is_net("fe80::1", "fe80::1") && !is_net("fe80::1", "fe80::1:1"));
        assert_eq!([":443", "443"].map(Word::of), [Word::Port(443), Word::Port(443)]);
        assert_eq!(Word::of("00:1b:21:3c:9d:f8"), Word::Mac([0, 0x1b, 0x21, 0x3c, 0x9d, 0xf8]));
        assert_eq!(
            ["Example.com", "1.5x", "dead:beef"].map(Word::of),
            ["example.com", "1.5x", "dead:beef"].map(|text| Word::Text(text.to_owned()))
        );
    }
}
