//! Which addresses are inside or outside: the networks of the site, set or inferred, and the reason for each.

use super::addr::Addr;
use super::network::Network;
use serde::{Deserialize, Serialize};

/// Addresses that are not routed on the internet (RFC 1918, RFC 6598, RFC 2544, RFC 4193).
const PRIVATE: [&str; 6] =
    ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15", "fc00::/7"];

/// Where an address is in relation to the site.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// In one of the site's networks.
    Inside,
    /// In none of the site's networks.
    Outside,
    /// The input does not show where the site is, or this is no place: the address of a group.
    Unknown,
}

/// Why a network counts as inside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Basis {
    /// It was set.
    Setting,
    /// Its hosts answer ARP on the link that was captured.
    Arp,
    /// A DHCP server gave its addresses, with the netmask.
    Dhcp,
    /// Its hosts send from their own Ethernet addresses, all other hosts from that of a router.
    Ethernet,
    /// Its packets had made no hop or one, those of others many, by the TTL that was left.
    Hops,
    /// Nearly all captured traffic goes to its hosts or comes from them.
    Traffic,
    /// Its addresses are private.
    Private,
}

impl Basis {
    /// Id in exports.
    pub fn id(self) -> &'static str {
        match self {
            Basis::Setting => "setting",
            Basis::Arp => "arp",
            Basis::Dhcp => "dhcp",
            Basis::Ethernet => "ethernet",
            Basis::Hops => "hops",
            Basis::Traffic => "traffic",
            Basis::Private => "private",
        }
    }

    /// For people.
    fn words(self) -> &'static str {
        match self {
            Basis::Setting => "as set",
            Basis::Arp => "inferred from ARP",
            Basis::Dhcp => "inferred from DHCP",
            Basis::Ethernet => "inferred from Ethernet addresses",
            Basis::Hops => "inferred from the TTL of packets",
            Basis::Traffic => "inferred from who takes part in the traffic",
            Basis::Private => "by their range",
        }
    }
}

/// The networks inside. By default the private ranges are inside and all other addresses unknown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "Parts", into = "Parts")]
pub struct Site {
    networks: Vec<(Network, Basis)>,
    is_known: [bool; 2],
    /// Mask and first address of the networks of IPv4: most addresses are looked up here, often.
    v4: Vec<(u32, u32)>,
}

/// What a site is made of.
#[derive(Serialize, Deserialize)]
struct Parts {
    networks: Vec<(Network, Basis)>,
    /// For IPv4 and IPv6: true if addresses in none of the networks are outside, false if they are unknown.
    is_known: [bool; 2],
}

impl From<Parts> for Site {
    fn from(Parts { networks, is_known }: Parts) -> Site {
        let v4 = networks.iter().filter_map(|(network, _)| network.v4_mask()).collect();
        Site { networks, is_known, v4 }
    }
}

impl From<Site> for Parts {
    fn from(Site { networks, is_known, .. }: Site) -> Parts {
        Parts { networks, is_known }
    }
}

impl Default for Site {
    fn default() -> Site {
        Parts { networks: private(), is_known: [false; 2] }.into()
    }
}

/// The private ranges.
fn private() -> Vec<(Network, Basis)> {
    PRIVATE.iter().filter_map(|text| Some((Network::parse(text)?, Basis::Private))).collect()
}

impl Site {
    /// Exactly these networks are inside, as set by the user; all others are outside.
    pub fn set(networks: &[Network]) -> Site {
        let networks = networks.iter().map(|network| (*network, Basis::Setting)).collect();
        Parts { networks, is_known: [true; 2] }.into()
    }

    /// Exactly the private ranges are inside; all others are outside.
    pub fn private() -> Site {
        Parts { networks: private(), is_known: [true; 2] }.into()
    }

    /// These networks are inside. `has_private` adds the private ranges, and `is_known` makes all other addresses
    /// outside instead of unknown; both are for IPv4, then IPv6.
    pub fn inferred(networks: Vec<(Network, Basis)>, has_private: [bool; 2], is_known: [bool; 2]) -> Site {
        let mut all = networks;
        let [v4, v6] = has_private;
        all.extend(private().into_iter().filter(|(range, _)| if range.host().is_v4() { v4 } else { v6 }));
        Parts { networks: all, is_known }.into()
    }

    /// Where an address is. Addresses that are never routed (link-local and loopback) are inside; those of groups are nowhere.
    pub fn place(&self, host: Addr) -> Place {
        let [v4, v6] = self.is_known;
        let (is_inside, is_known) = match host.v4_bits() {
            Some(bits) => (self.v4.iter().any(|(mask, first)| bits & mask == *first), v4),
            None => (self.networks.iter().any(|(network, _)| network.has(host)), v6),
        };
        if is_inside || host.is_on_link() {
            Place::Inside
        } else if is_known && !host.is_group() {
            Place::Outside
        } else {
            Place::Unknown
        }
    }

    /// True for an address that is known to be inside.
    pub fn is_inside(&self, host: Addr) -> bool {
        self.place(host) == Place::Inside
    }

    /// True for an address that is known to be outside.
    pub fn is_outside(&self, host: Addr) -> bool {
        self.place(host) == Place::Outside
    }

    /// The networks inside, with the basis of each; those that were set or inferred come before the private ranges.
    pub fn networks(&self) -> &[(Network, Basis)] {
        &self.networks
    }

    /// The basis of the first network; `None` if only the private ranges are known.
    pub fn basis(&self) -> Option<Basis> {
        let is_known = self.is_known == [true; 2];
        self.networks.first().map(|(_, basis)| *basis).filter(|basis| is_known || *basis != Basis::Private)
    }

    /// What is inside and why, for people: `10.1.0.0/24 (inferred from ARP)`.
    pub fn words(&self) -> String {
        let mut parts = Vec::new();
        for group in self.networks.chunk_by(|a, b| a.1 == b.1) {
            let Some((_, basis)) = group.first() else { continue };
            if *basis == Basis::Private {
                parts.push("private addresses".to_owned());
                continue;
            }
            let networks: Vec<Network> = group.iter().map(|(network, _)| *network).collect();
            parts.push(format!("{} ({})", Network::list(&networks), basis.words()));
        }
        let what = match parts.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
            None => "nothing".to_owned(),
        };
        match self.is_known {
            [true, true] => what,
            [false, false] => format!("{what}; of all other addresses it is unknown"),
            [true, false] => format!("{what}; of other IPv6 addresses it is unknown"),
            [false, true] => format!("{what}; of other IPv4 addresses it is unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Addr = Addr(0xffff_0000_0000 | 0x1cbc_c045);
    const OTHER: Addr = Addr(0xffff_0000_0000 | 0x1cbc_d5dc);

    #[test]
    fn what_is_set_counts_alone_and_unknown_is_a_value() {
        let host = |bytes| Addr::v4(bytes);
        let set = Site::set(&Network::parse_list("10.1.0.0/16").unwrap());
        assert!(set.is_inside(host([10, 1, 2, 3])) && set.is_outside(host([10, 2, 0, 1])) && set.is_outside(OURS));
        let groups = [host([224, 0, 0, 251]), host([255; 4]), host([0; 4])];
        assert!(groups.iter().all(|group| set.place(*group) == Place::Unknown));
        assert!(set.is_inside(host([127, 0, 0, 1])) && set.is_inside(host([169, 254, 1, 1])));
        let unknown = Site::default();
        assert_eq!((unknown.place(OURS), unknown.place(host([10, 1, 2, 3]))), (Place::Unknown, Place::Inside));
        assert!(!unknown.is_inside(OURS) && !unknown.is_outside(OURS));
        assert_eq!((set.basis(), unknown.basis()), (Some(Basis::Setting), None));
        assert_eq!(set.words(), "10.1.0.0/16 (as set)");
        assert_eq!(unknown.words(), "private addresses; of all other addresses it is unknown");
    }

    #[test]
    fn an_inferred_network_says_why() {
        let networks = vec![(Network::of(OURS, 24), Basis::Arp)];
        let site = Site::inferred(networks, [true; 2], [true, false]);
        assert!(site.is_inside(OURS) && site.is_outside(OTHER));
        assert_eq!(site.place(Addr::v6([0x20; 16])), Place::Unknown);
        assert_eq!(
            site.words(),
            "28.188.192.0/24 (inferred from ARP) and private addresses; of other IPv6 addresses it is unknown"
        );
    }
}
