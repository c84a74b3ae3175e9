//! Addresses: a compact IP address for keys, and the address that a finding names.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const MAPPED_V4: u128 = 0xffff_0000_0000;

/// An IP address in 16 bytes, IPv4 as IPv4-mapped IPv6 (RFC 4291, section 2.5.5.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
pub struct Addr(pub u128);

impl Addr {
    /// An IPv4 address from its four bytes in network order.
    pub fn v4(bytes: [u8; 4]) -> Addr {
        Addr(MAPPED_V4 | u128::from(u32::from_be_bytes(bytes)))
    }

    /// An IPv6 address from its sixteen bytes in network order.
    pub fn v6(bytes: [u8; 16]) -> Addr {
        Addr(u128::from_be_bytes(bytes))
    }

    /// An address of the standard library's type.
    pub fn of(ip: IpAddr) -> Addr {
        match ip {
            IpAddr::V4(ip) => Addr::v4(ip.octets()),
            IpAddr::V6(ip) => Addr::v6(ip.octets()),
        }
    }

    /// The address as the standard library's type.
    pub fn ip(self) -> IpAddr {
        match self.v4_bits() {
            Some(bits) => IpAddr::V4(Ipv4Addr::from(bits)),
            None => IpAddr::V6(Ipv6Addr::from(self.0)),
        }
    }

    /// True for IPv4.
    pub fn is_v4(self) -> bool {
        self.0 >> 32 == MAPPED_V4 >> 32
    }

    pub(super) fn v4_bits(self) -> Option<u32> {
        self.is_v4().then_some(self.0 as u32)
    }

    /// True for addresses that are never one host's: multicast, 255.255.255.255, and 0.0.0.0 or ::. The broadcast address
    /// of a network (x.x.x.255 of a /24, but a host's in a /16) is not among them, for the netmask is unknown; where the
    /// frame is known, [`Flow::is_to_group`](super::Flow::is_to_group) tells.
    pub fn is_group(self) -> bool {
        match self.ip() {
            IpAddr::V4(ip) => ip.is_multicast() || ip.is_broadcast() || ip.is_unspecified(),
            IpAddr::V6(ip) => ip.is_multicast() || ip.is_unspecified(),
        }
    }

    /// True for IPv4 addresses that are the broadcast address of some network of at least four: their last two bits are set.
    pub fn may_be_broadcast(self) -> bool {
        self.v4_bits().is_some_and(|bits| bits & 3 == 3)
    }

    /// True for addresses that never leave a link or a host: link-local and loopback.
    pub fn is_on_link(self) -> bool {
        match self.v4_bits() {
            Some(bits) => bits >> 24 == 127 || bits >> 16 == 0xa9fe,
            None => self.0 == 1 || self.0 >> 118 == 0xfe80 >> 6,
        }
    }

    /// True for addresses that are not routed on the internet: private, link-local, loopback, shared (RFC 6598),
    /// benchmarking (RFC 2544) and unique local IPv6 (RFC 4193). Whether an address is one of the site's says
    /// [`Site`](super::site::Site).
    pub fn is_private(self) -> bool {
        match self.ip() {
            IpAddr::V4(ip) => {
                let [a, b, ..] = ip.octets();
                self.is_on_link()
                    || ip.is_private()
                    || (a == 100 && (64..128).contains(&b))
                    || (a == 198 && (b == 18 || b == 19))
            }
            IpAddr::V6(ip) => self.is_on_link() || ip.segments()[0] & 0xfe00 == 0xfc00,
        }
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Those of the standard library pass each byte through their own formatting, which takes six times as long.
        let Some(bits) = self.v4_bits().filter(|_| f.width().is_none()) else { return self.ip().fmt(f) };
        let (mut text, mut n) = ([b'.'; 15], 0);
        for byte in bits.to_be_bytes() {
            let digits = [byte / 100, byte / 10 % 10, byte % 10];
            let n_zeros = usize::from(byte < 10) + usize::from(byte < 100);
            for digit in digits.into_iter().skip(n_zeros) {
                if let Some(slot) = text.get_mut(n) {
                    *slot = b'0' + digit;
                }
                n += 1;
            }
            n += 1;
        }
        f.write_str(text.get(..n - 1).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default())
    }
}

impl fmt::Debug for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ip().fmt(f)
    }
}

/// Who a finding is about: an IP address, or a MAC address where there is none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Endpoint {
    /// An IP address.
    Ip(Addr),
    /// An Ethernet address.
    Mac([u8; 6]),
}

impl From<Addr> for Endpoint {
    fn from(addr: Addr) -> Endpoint {
        Endpoint::Ip(addr)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Ip(host) => host.fmt(f),
            Endpoint::Mac(bytes) => f.write_str(&mac_text(*bytes)),
        }
    }
}

/// From six pairs of hexadecimal digits, parted by colons or hyphens.
pub fn mac_from_text(text: &str) -> Option<[u8; 6]> {
    let mut bytes = [0; 6];
    let mut parts = text.split([':', '-']);
    for byte in &mut bytes {
        let part = parts.next().filter(|part| part.len() == 2)?;
        *byte = u8::from_str_radix(part, 16).ok()?;
    }
    parts.next().is_none().then_some(bytes)
}

/// `aa:bb:cc:dd:ee:ff`
pub fn mac_text(bytes: [u8; 6]) -> String {
    let [a, b, c, d, e, f] = bytes;
    format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ethernet_addresses_are_read() {
        assert_eq!(mac_from_text("00-20:18:eb:ca:21"), Some([0, 0x20, 0x18, 0xeb, 0xca, 0x21]));
        assert_eq!((mac_from_text("00:20:18:eb:ca"), mac_from_text("0:20:18:eb:ca:211")), (None, None));
    }

    #[test]
    fn addresses_keep_their_family() {
        assert_eq!(Addr::v4([10, 0, 0, 1]).to_string(), "10.0.0.1");
        let texts = [[0, 9, 10, 99], [100, 109, 200, 255]].map(|bytes| Addr::v4(bytes).to_string());
        assert_eq!(
            (texts, format!("{:>9}", Addr::v4([1; 4]))),
            (["0.9.10.99".to_owned(), "100.109.200.255".to_owned()], "  1.1.1.1".to_owned())
        );
        assert_eq!(Addr::v6([0; 16]).to_string(), "::");
        assert!(Addr::v4([0; 4]).is_v4() && !Addr::v6([0; 16]).is_v4());
    }

    #[test]
    fn group_and_internal_addresses() {
        assert!(Addr::v4([224, 0, 0, 251]).is_group() && Addr::v4([255; 4]).is_group() && Addr::v6([0; 16]).is_group());
        // The broadcast address of 10.0.0.0/24, but a host of 10.0.0.0/23.
        assert!(!Addr::v4([10, 0, 0, 255]).is_group());
        assert!(Addr::v4([10, 0, 0, 255]).may_be_broadcast() && Addr::v4([10, 0, 0, 127]).may_be_broadcast());
        assert!(!Addr::v4([10, 0, 0, 254]).may_be_broadcast() && !Addr::v6([255; 16]).may_be_broadcast());
        assert!(Addr::v4([198, 18, 10, 5]).is_private());
        assert!(!Addr::v4([203, 0, 113, 5]).is_private());
    }
}
