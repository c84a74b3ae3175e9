//! A network: all addresses that begin with the same bits (CIDR, RFC 4632), and lists of them as people write them.

use super::addr::Addr;
use crate::maths::sorting::Arrange;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;

/// All addresses that begin with the same bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    host: Addr,
    bits: u8,
}

impl Network {
    /// Most networks of a list.
    pub const MOST: usize = 256;

    /// The network of a host whose addresses have the first `bits` in common, of 32 for IPv4 and of 128 for IPv6.
    pub fn of(host: Addr, bits: u8) -> Network {
        Network { host: Addr(host.0 & mask(host, bits)), bits }
    }

    /// From `10.0.0.1`, `10.0.0.0/8` or `2001:db8::/32`; none for anything else.
    pub fn parse(text: &str) -> Option<Network> {
        let text = text.trim();
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let ip = address.parse::<IpAddr>().ok()?;
        let host = Addr::of(ip);
        // An IPv4 address that is written as IPv6 has as many bits as it is written with.
        let most = if ip.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits > most || host.is_v4() != ip.is_ipv4() && bits < 96 {
            return None;
        }
        Some(Network::of(host, if host.is_v4() && ip.is_ipv6() { bits - 96 } else { bits }))
    }

    /// A list as `10.0.0.0/8, 192.168.0.0/16`, in order and each once; an empty text is an empty list.
    ///
    /// # Errors
    /// Why the list cannot be used, in a sentence.
    pub fn parse_list(text: &str) -> Result<Vec<Network>, String> {
        let mut networks = Vec::new();
        for part in text.split([',', ';', ' ', '\t', '\n', '\r']).filter(|part| !part.is_empty()) {
            let shown: String = part.chars().take(60).collect();
            let network = Network::parse(part)
                .ok_or_else(|| format!("\"{shown}\" is neither an address nor a network as 10.0.0.0/8"))?;
            if Network::parse(part.split('/').next().unwrap_or("")).is_some_and(|host| host.host != network.host) {
                return Err(format!("\"{shown}\" is an address within a network; the network is {network}"));
            }
            networks.push(network);
        }
        networks.arrange();
        networks.dedup();
        if networks.len() > Network::MOST {
            return Err(format!("there are more than {} networks", Network::MOST));
        }
        Ok(networks)
    }

    /// Such a list as text.
    pub fn list(networks: &[Network]) -> String {
        networks.iter().map(Network::to_string).collect::<Vec<String>>().join(", ")
    }

    /// First address.
    pub fn host(self) -> Addr {
        self.host
    }

    /// Bits that its addresses have in common, of 32 for IPv4 and of 128 for IPv6.
    pub fn bits(self) -> u8 {
        self.bits
    }

    /// True for a single address.
    pub fn is_host(self) -> bool {
        self.bits == if self.host.is_v4() { 32 } else { 128 }
    }

    /// Of a network of IPv4: the mask, and its first address.
    pub(super) fn v4_mask(self) -> Option<(u32, u32)> {
        let first = self.host.v4_bits()?;
        Some((u32::MAX.checked_shl(32_u32.saturating_sub(self.bits.into())).unwrap_or(0), first))
    }

    /// True for an address of it.
    pub fn has(self, other: Addr) -> bool {
        // A network of IPv4 has the prefix of all such addresses in common as well, 96 bits.
        let bits = u32::from(self.bits) + if self.host.is_v4() { 96 } else { 0 };
        (self.host.0 ^ other.0).leading_zeros() >= bits && (bits >= 96 || !other.is_v4())
    }
}

/// The bits that count of a host's 128.
fn mask(host: Addr, bits: u8) -> u128 {
    let bits = if host.is_v4() { u32::from(bits) + 96 } else { u32::from(bits) };
    u128::MAX.checked_shl(128_u32.saturating_sub(bits)).unwrap_or(0)
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Network { host, bits } if bits == if host.is_v4() { 32 } else { 128 } => host.fmt(f),
            Network { host, bits } => write!(f, "{host}/{bits}"),
        }
    }
}

impl From<Network> for String {
    fn from(network: Network) -> String {
        network.to_string()
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Network, String> {
        Network::parse(&text).ok_or_else(|| format!("{text:?} is neither an address nor a network as 10.0.0.0/8"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_put_in_order_and_what_is_no_network_is_refused_with_a_reason() {
        let list = |text| Network::parse_list(text).map(|networks| Network::list(&networks));
        assert_eq!(
            list("192.168.0.0/16,10.0.0.0/8 10.0.0.0/8\n2001:db8::/32").unwrap(),
            "10.0.0.0/8, 192.168.0.0/16, 2001:db8::/32"
        );
        assert_eq!(list(" ").unwrap(), "");
        assert!(list("10.0.0.0/33").unwrap_err().contains("\"10.0.0.0/33\" is neither"));
        assert!(list("home").unwrap_err().contains("\"home\" is neither"));
        assert!(list("10.1.2.3/8").unwrap_err().ends_with("the network is 10.0.0.0/8"));
        let many: String = (0..=Network::MOST).map(|i| format!("10.{}.{}.0/24 ", i / 256, i % 256)).collect();
        assert!(list(&many).unwrap_err().contains("more than 256"));
    }

    #[test]
    fn a_network_has_its_addresses_only() {
        let network = Network::parse("28.188.192.0/24").unwrap();
        assert!(network.has(Addr::v4([28, 188, 192, 1])) && !network.has(Addr::v4([28, 188, 193, 1])));
        assert!(
            Network::parse("0.0.0.0/0").is_some_and(|all| all.has(Addr::v4([9; 4])) && !all.has(Addr::v6([9; 16])))
        );
        assert_eq!(Network::of(Addr::v4([10, 1, 2, 3]), 24).to_string(), "10.1.2.0/24");
    }
}
