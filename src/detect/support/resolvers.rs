//! Recognises public DNS resolvers over TLS, HTTPS and QUIC by server name and address.

use crate::detect::support::domains;
use crate::model::Addr;

/// By what a resolver is known, the surest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Known {
    /// The name of the server.
    Name,
    /// Its address.
    Endpoint,
    /// Its port, which is for nothing else.
    Port,
}

impl Known {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Known::Name => "the name of a public resolver",
            Known::Endpoint => "the address of a public resolver",
            Known::Port => "port 853, which is reserved for it",
        }
    }
}

/// Port of DNS over TLS (RFC 7858) and over QUIC (RFC 9250).
pub const PORT: u16 = 853;
/// Port of DNS over HTTPS (RFC 8484).
const HTTPS_PORT: u16 = 443;

/// Names of resolvers, and names below them that customers get; those that browsers and systems have built in first.
const NAMES: [&str; 37] = [
    "dns.google",
    "dns.google.com",
    "cloudflare-dns.com",
    "one.one.one.one",
    "1dot1dot1dot1.cloudflare-dns.com",
    "dns.quad9.net",
    "dns9.quad9.net",
    "dns10.quad9.net",
    "dns11.quad9.net",
    "doh.opendns.com",
    "dns.opendns.com",
    "dns.umbrella.com",
    "doh.familyshield.opendns.com",
    "dns.nextdns.io",
    "doh.cleanbrowsing.org",
    "security-filter-dns.cleanbrowsing.org",
    "adult-filter-dns.cleanbrowsing.org",
    "family-filter-dns.cleanbrowsing.org",
    "dns.adguard.com",
    "dns-family.adguard.com",
    "dns-unfiltered.adguard.com",
    "dns.adguard-dns.com",
    "family.adguard-dns.com",
    "unfiltered.adguard-dns.com",
    "d.adguard-dns.com",
    "dns.mullvad.net",
    "base.dns.mullvad.net",
    "freedns.controld.com",
    "dns.controld.com",
    "p0.freedns.controld.com",
    "doh.dns.sb",
    "dot.sb",
    "dns.alidns.com",
    "doh.pub",
    "dot.pub",
    "common.dot.dns.yandex.net",
    "doh.xfinity.com",
];

/// IPv4 addresses and how many of the leading bits count, as the operators publish them: developers.cloudflare.com/1.1.1.1,
/// developers.google.com/speed/public-dns, quad9.net/service, opendns.com/setupguide, adguard-dns.io/public-dns,
/// cleanbrowsing.org/filters, mullvad.net/help (DNS over HTTPS and TLS), controld.com/free-dns, nextdns.io (its two anycast
/// networks), dns.sb, alidns.com, dnspod.cn (Public DNS), dns.yandex.com.
const V4: [([u8; 4], u32); 45] = [
    ([1, 1, 1, 1], 32),
    ([1, 1, 1, 2], 31),
    ([1, 0, 0, 1], 32),
    ([1, 0, 0, 2], 31),
    ([8, 8, 8, 8], 32),
    ([8, 8, 4, 4], 32),
    ([9, 9, 9, 9], 32),
    ([9, 9, 9, 10], 31),
    ([149, 112, 112, 112], 32),
    ([149, 112, 112, 10], 31),
    ([208, 67, 222, 222], 32),
    ([208, 67, 220, 220], 32),
    ([208, 67, 222, 123], 32),
    ([208, 67, 220, 123], 32),
    ([146, 112, 41, 2], 31),
    ([94, 140, 14, 14], 31),
    ([94, 140, 15, 15], 32),
    ([94, 140, 15, 16], 32),
    ([94, 140, 14, 140], 31),
    ([185, 228, 168, 9], 32),
    ([185, 228, 169, 9], 32),
    ([185, 228, 168, 10], 32),
    ([185, 228, 169, 11], 32),
    ([185, 228, 168, 168], 32),
    ([185, 228, 169, 168], 32),
    ([194, 242, 2, 2], 31),
    ([194, 242, 2, 4], 31),
    ([194, 242, 2, 6], 32),
    ([194, 242, 2, 9], 32),
    ([76, 76, 2, 0], 24),
    ([76, 76, 10, 0], 24),
    ([45, 90, 28, 0], 24),
    ([45, 90, 30, 0], 24),
    ([185, 222, 222, 222], 32),
    ([45, 11, 45, 11], 32),
    ([223, 5, 5, 5], 32),
    ([223, 6, 6, 6], 32),
    ([1, 12, 12, 12], 32),
    ([120, 53, 53, 53], 32),
    ([77, 88, 8, 8], 32),
    ([77, 88, 8, 1], 32),
    ([77, 88, 8, 88], 32),
    ([77, 88, 8, 2], 32),
    ([77, 88, 8, 7], 32),
    ([77, 88, 8, 3], 32),
];

/// IPv6 addresses, likewise, from the same pages.
const V6: [([u16; 8], u32); 33] = [
    ([0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1111], 128),
    ([0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1112], 127),
    ([0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1001], 128),
    ([0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1002], 127),
    ([0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8888], 128),
    ([0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8844], 128),
    ([0x2620, 0xfe, 0, 0, 0, 0, 0, 0xfe], 128),
    ([0x2620, 0xfe, 0, 0, 0, 0, 0, 0x9], 128),
    ([0x2620, 0xfe, 0, 0, 0, 0, 0, 0x10], 127),
    ([0x2620, 0xfe, 0, 0, 0, 0, 0xfe, 0x10], 127),
    ([0x2620, 0x119, 0x35, 0, 0, 0, 0, 0x35], 128),
    ([0x2620, 0x119, 0x53, 0, 0, 0, 0, 0x53], 128),
    ([0x2620, 0x119, 0x35, 0, 0, 0, 0, 0x123], 128),
    ([0x2620, 0x119, 0x53, 0, 0, 0, 0, 0x123], 128),
    ([0x2a10, 0x50c0, 0, 0, 0, 0, 0xad1, 0xff], 128),
    ([0x2a10, 0x50c0, 0, 0, 0, 0, 0xad2, 0xff], 128),
    ([0x2a10, 0x50c0, 0, 0, 0, 0, 0xbad1, 0xff], 128),
    ([0x2a10, 0x50c0, 0, 0, 0, 0, 0xbad2, 0xff], 128),
    ([0x2a10, 0x50c0, 0, 0, 0, 0, 1, 0xff], 128),
    ([0x2a10, 0x50c0, 0, 0, 0, 0, 2, 0xff], 128),
    ([0x2a07, 0xa8c0, 0, 0, 0, 0, 0, 0], 32),
    ([0x2a07, 0xa8c1, 0, 0, 0, 0, 0, 0], 32),
    ([0x2400, 0x3200, 0, 0, 0, 0, 0, 1], 128),
    ([0x2400, 0x3200, 0xbaba, 0, 0, 0, 0, 1], 128),
    ([0x2a0d, 0x2a00, 1, 0, 0, 0, 0, 0], 126),
    ([0x2a0d, 0x2a00, 2, 0, 0, 0, 0, 0], 126),
    ([0x2a07, 0xe340, 0, 0, 0, 0, 0, 0], 124),
    ([0x2606, 0x1a40, 0, 0, 0, 0, 0, 0], 64),
    ([0x2606, 0x1a40, 1, 0, 0, 0, 0, 0], 64),
    ([0x2a09, 0, 0, 0, 0, 0, 0, 0], 128),
    ([0x2a11, 0, 0, 0, 0, 0, 0, 0], 128),
    ([0x2a02, 0x6b8, 0, 0, 0, 0, 0xfeed, 0xff], 128),
    ([0x2a02, 0x6b8, 0, 1, 0, 0, 0xfeed, 0xff], 128),
];

/// By what the server of a connection over TLS or QUIC is known as a resolver; its name in lower case, empty if unknown.
pub fn known((server, port): (Addr, u16), name: &str) -> Option<Known> {
    if !name.is_empty() && NAMES.iter().any(|resolver| domains::is_of(name, resolver)) {
        return Some(Known::Name);
    }
    match port {
        HTTPS_PORT if is_listed(server) => Some(Known::Endpoint),
        PORT => Some(if is_listed(server) { Known::Endpoint } else { Known::Port }),
        _ => None,
    }
}

fn is_listed(server: Addr) -> bool {
    let is_in = |network: Addr, n_free: u32| (server.0 ^ network.0) >> n_free == 0;
    match server.is_v4() {
        true => V4.iter().any(|(bytes, bits)| is_in(Addr::v4(*bytes), 32 - bits)),
        false => V6.iter().any(|(words, bits)| {
            let number = words.iter().fold(0, |number: u128, word| number << 16 | u128::from(*word));
            number >> (128 - bits) == server.0 >> (128 - bits)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Addr {
        Addr::of(text.parse().unwrap())
    }

    #[test]
    fn resolvers_are_known_by_name_address_and_port() {
        assert_eq!(known((host("203.0.113.7"), 443), "dns.google"), Some(Known::Name));
        assert_eq!(known((host("203.0.113.7"), 443), "abc123.dns.nextdns.io"), Some(Known::Name));
        assert_eq!(known((host("203.0.113.7"), 853), ""), Some(Known::Port));
        for listed in [
            "1.1.1.1",
            "1.1.1.3",
            "45.90.28.77",
            "2606:4700:4700::1113",
            "2620:fe::fe",
            "2a07:a8c0::ab:1",
            "2a0d:2a00:1::2",
        ] {
            assert_eq!(known((host(listed), 443), ""), Some(Known::Endpoint), "{listed}");
            assert_eq!(known((host(listed), 8443), ""), None, "{listed}");
        }
        for other in ["1.1.1.4", "8.8.8.9", "45.90.29.77", "2606:4700:4700::1114", "2620:fe::fd", "2a11::1"] {
            assert_eq!(known((host(other), 443), "notdns.google"), None, "{other}");
        }
    }
}
