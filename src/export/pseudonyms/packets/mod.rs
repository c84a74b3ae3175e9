//! A packet to its headers with pseudonyms for addresses. What it carries is left out: nobody can say of any bytes whose names
//! they hold.
//!
//! Headers of the link, VLAN, PPPoE and MPLS tags, ARP, IP, TCP, UDP, SCTP, ICMP and neighbour discovery stay; options that may
//! hold addresses and checksums over what is left out are zero.

use super::cipher::Keyed;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses whose pseudonyms are remembered: computing one takes up to 128 encryptions.
const MOST_REMEMBERED: usize = 1 << 16;
/// IP in IP in IP.
const MOST_TUNNELS: usize = 4;
/// What `ETHERTYPE` fields say.
mod ethertype {
    pub const IPV4: u16 = 0x0800;
    pub const ARP: u16 = 0x0806;
    pub const IPV6: u16 = 0x86dd;
    pub const VLANS: [u16; 3] = [0x8100, 0x88a8, 0x9100];
    pub const PPPOE: u16 = 0x8864;
    pub const MPLS: [u16; 2] = [0x8847, 0x8848];
}
/// PPP's protocol numbers.
const PPP_IPV4: u16 = 0x0021;
const PPP_IPV6: u16 = 0x0057;
/// TCP options that hold no address: maximum segment size, window scale, selective acknowledgements, timestamps.
const PLAIN_OPTIONS: [u8; 5] = [2, 3, 4, 5, 8];
/// ICMP's redirect, which names a gateway.
const REDIRECT: u8 = 5;
/// Neighbour solicitation and advertisement.
const NEIGHBOURS: [u8; 2] = [135, 136];

/// Pseudonyms of the addresses that occurred lately.
#[derive(Default)]
pub struct PseudonymCache(HashMap<IpAddr, IpAddr>);

impl PseudonymCache {
    fn pseudonym(&mut self, keyed: &Keyed, address: IpAddr) -> IpAddr {
        if self.0.len() >= MOST_REMEMBERED {
            self.0.clear();
        }
        *self.0.entry(address).or_insert_with(|| match address {
            IpAddr::V4(v4) => IpAddr::V4(keyed.v4(v4)),
            IpAddr::V6(v6) => IpAddr::V6(keyed.v6(v6)),
        })
    }
}

/// The headers of a captured packet, as far as they are known and whole; empty for a link type that is not known.
pub fn headers(keyed: &Keyed, cache: &mut PseudonymCache, link_type: u16, captured: &[u8]) -> Vec<u8> {
    let mut headers =
        Headers { keyed, cache, rest: captured, out: Vec::with_capacity(captured.len().min(128)), n_tunnels: 0 };
    // What is cut off ends it.
    let _end = headers.link(link_type);
    headers.out
}

struct Headers<'a> {
    keyed: &'a Keyed,
    cache: &'a mut PseudonymCache,
    rest: &'a [u8],
    out: Vec<u8>,
    n_tunnels: usize,
}

impl Headers<'_> {
    /// The next bytes as they will be written; none if so many were not captured.
    fn take(&mut self, n: usize) -> Option<&mut [u8]> {
        let (taken, rest) = self.rest.split_at_checked(n)?;
        let start = self.out.len();
        self.out.extend_from_slice(taken);
        self.rest = rest;
        self.out.get_mut(start..)
    }

    /// The same of a header that may be cut off.
    fn take_most(&mut self, n: usize) -> Option<&mut [u8]> {
        self.take(n.min(self.rest.len()))
    }

    fn link(&mut self, link_type: u16) -> Option<()> {
        match link_type {
            1 => {
                let keyed = self.keyed;
                let header = self.take(14)?;
                let (to, from) = header.get_mut(..12)?.split_at_mut(6);
                mac(keyed, to)?;
                mac(keyed, from)?;
                let kind = number(header, 12)?;
                self.network(kind)
            }
            // BSD's loopback; the family has its own number on each system.
            0 | 108 => {
                self.take(4)?;
                self.by_version()
            }
            12 | 14 | 101 | 228 | 229 => self.by_version(),
            // Linux's cooked captures, old and new.
            113 => self.cooked(16, (5, 6), 14),
            276 => self.cooked(20, (11, 12), 0),
            _ => None,
        }
    }

    /// A header with the length of a link-layer address in one byte, the address, and what follows, at these places.
    fn cooked(&mut self, length: usize, (of_length, of_address): (usize, usize), of_kind: usize) -> Option<()> {
        let keyed = self.keyed;
        let header = self.take(length)?;
        let kind = number(header, of_kind)?;
        let is_mac = header.get(of_length) == Some(&6);
        let address = header.get_mut(of_address..of_address + 8)?;
        if is_mac {
            mac(keyed, address.get_mut(..6)?)?;
        } else {
            address.fill(0);
        }
        self.network(kind)
    }

    fn network(&mut self, mut kind: u16) -> Option<()> {
        while ethertype::VLANS.contains(&kind) {
            kind = number(self.take(4)?, 2)?;
        }
        match kind {
            ethertype::IPV4 => self.ipv4(),
            ethertype::IPV6 => self.ipv6(),
            ethertype::ARP => self.arp(),
            ethertype::PPPOE => match number(self.take(8)?, 6)? {
                PPP_IPV4 => self.ipv4(),
                PPP_IPV6 => self.ipv6(),
                _ => None,
            },
            kind if ethertype::MPLS.contains(&kind) => {
                // Until the bottom of the stack.
                while self.take(4)?.get(2)? & 1 == 0 {}
                self.by_version()
            }
            _ => None,
        }
    }

    fn by_version(&mut self) -> Option<()> {
        match self.rest.first()? >> 4 {
            4 => self.ipv4(),
            6 => self.ipv6(),
            _ => None,
        }
    }

    fn arp(&mut self) -> Option<()> {
        let is_of_ipv4 = self.take(8)?.get(2..6)? == [8, 0, 6, 4];
        if !is_of_ipv4 {
            return None;
        }
        for _ in 0..2 {
            let keyed = self.keyed;
            mac(keyed, self.take(6)?)?;
            self.address_v4()?;
        }
        Some(())
    }

    fn address_v4(&mut self) -> Option<()> {
        let (bytes, _) = self.rest.split_first_chunk::<4>()?;
        let own = self.cache.pseudonym(self.keyed, IpAddr::V4(Ipv4Addr::from(*bytes)));
        if let IpAddr::V4(own) = own {
            self.take(4)?.copy_from_slice(&own.octets());
        }
        Some(())
    }

    fn address_v6(&mut self) -> Option<()> {
        let (bytes, _) = self.rest.split_first_chunk::<16>()?;
        let own = self.cache.pseudonym(self.keyed, IpAddr::V6(Ipv6Addr::from(*bytes)));
        if let IpAddr::V6(own) = own {
            self.take(16)?.copy_from_slice(&own.octets());
        }
        Some(())
    }

    fn ipv4(&mut self) -> Option<()> {
        let length = usize::from(self.rest.first()? & 0x0f) * 4;
        if length < 20 || self.rest.len() < length {
            return None;
        }
        let start = self.out.len();
        let fixed = self.take(12)?;
        let (is_first, protocol) = (number(fixed, 6)? & 0x1fff == 0, *fixed.get(9)?);
        fixed.get_mut(10..12)?.fill(0);
        self.address_v4()?;
        self.address_v4()?;
        self.take(length - 20)?.fill(0);
        let header = self.out.get_mut(start..)?;
        let sum = checksum(header);
        header.get_mut(10..12)?.copy_from_slice(&sum.to_be_bytes());
        if is_first { self.transport(protocol) } else { None }
    }

    fn ipv6(&mut self) -> Option<()> {
        let mut next = *self.take(8)?.get(6)?;
        self.address_v6()?;
        self.address_v6()?;
        loop {
            match next {
                // Options of hops and destinations, and routes.
                0 | 43 | 60 => {
                    let length = 8 + 8 * usize::from(*self.rest.get(1)?);
                    let header = self.take(length)?;
                    next = *header.first()?;
                    header.get_mut(4..)?.fill(0);
                }
                44 => {
                    let header = self.take(8)?;
                    next = *header.first()?;
                    if number(header, 2)? >> 3 != 0 {
                        return None;
                    }
                }
                _ => return self.transport(next),
            }
        }
    }

    fn transport(&mut self, protocol: u8) -> Option<()> {
        match protocol {
            // IP in IP.
            4 | 41 if self.n_tunnels == MOST_TUNNELS => None,
            4 | 41 => {
                self.n_tunnels += 1;
                if protocol == 4 { self.ipv4() } else { self.ipv6() }
            }
            1 => {
                let header = self.take_most(8)?;
                if header.first() == Some(&REDIRECT) {
                    header.get_mut(4..)?.fill(0);
                }
                header.get_mut(2..4).map(|sum| sum.fill(0))
            }
            6 => {
                let length = usize::from(self.rest.get(12).map_or(5, |byte| byte >> 4)).max(5) * 4;
                let header = self.take_most(length)?;
                header.get_mut(16..18)?.fill(0);
                plain_options(header.get_mut(20..)?);
                Some(())
            }
            17 => self.take_most(8)?.get_mut(6..8).map(|sum| sum.fill(0)),
            58 => self.icmpv6(),
            132 => self.take_most(12)?.get_mut(8..12).map(|sum| sum.fill(0)),
            _ => None,
        }
    }

    fn icmpv6(&mut self) -> Option<()> {
        let header = self.take_most(8)?;
        let is_neighbours = header.first().is_some_and(|kind| NEIGHBOURS.contains(kind));
        header.get_mut(2..4)?.fill(0);
        if !is_neighbours {
            return None;
        }
        self.address_v6()?;
        // Addresses of the link, the only options that are kept.
        while let [1 | 2, 1, ..] = self.rest {
            let keyed = self.keyed;
            mac(keyed, self.take(8)?.get_mut(2..)?)?;
        }
        Some(())
    }
}

fn mac(keyed: &Keyed, bytes: &mut [u8]) -> Option<()> {
    let own = keyed.mac(bytes.first_chunk().copied()?);
    bytes.copy_from_slice(&own);
    Some(())
}

fn number(bytes: &[u8], place: usize) -> Option<u16> {
    bytes.get(place..)?.first_chunk().map(|two| u16::from_be_bytes(*two))
}

/// Options that may hold more than numbers become padding.
fn plain_options(mut options: &mut [u8]) {
    while let [kind, ..] = *options {
        let length = match kind {
            0 => return options.fill(0),
            1 => 1,
            _ => usize::from(options.get(1).copied().unwrap_or(0)).max(2).min(options.len()),
        };
        let (option, rest) = options.split_at_mut(length);
        if kind != 1 && !PLAIN_OPTIONS.contains(&kind) {
            option.fill(1);
        }
        options = rest;
    }
}

/// The Internet checksum (RFC 1071) of a header of whole words.
fn checksum(header: &[u8]) -> u16 {
    let words = header.chunks(2).filter_map(|pair| number(pair, 0));
    let mut sum: u32 = words.map(u32::from).sum();
    while sum >> 16 != 0 {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests;
