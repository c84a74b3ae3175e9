//! Infers the networks inside (the site) from ARP answers and the endpoints of all flows.
//!
//! Where private addresses exchange traffic with public ones, the private ones are inside. Elsewhere the capture point
//! decides: all traffic there comes from the site or goes to it, so the one network (/24, or /64 of IPv6) that takes
//! part in nearly all pairs of hosts is inside, and so are its neighbours on the link that ARP names. Netmasks that
//! DHCP gives say how wide it is. Where all that does not tell, the hops that packets had made do: those of one side none or one,
//! those of the other many. The result does not depend on the order of packets. Where two networks fit equally
//! well, and nothing else distinguishes them, the site is unknown.

mod hops;
mod hosts;
mod leases;
mod networks;

use super::endpoints::EndpointIndex;
use super::table::FlowTable;
use crate::maths::sorting::{Arrange, Gather};
use crate::model::app::field::MessageFields;
use crate::model::net::site::Basis;
use crate::model::packet::Arp;
use crate::model::{Addr, Network, Site};
use hosts::{FamilyFlows, Hosts};
use leases::Leases;
use networks::Shares;
use std::collections::BTreeSet;

/// Most addresses of which is kept that they were in ARP; those with the smallest hashes, whatever the order.
const MOST_CLAIMS: usize = 1 << 14;
/// A network inside has a part in at least this share of the pairs of hosts.
const LEAST_SHARE: f64 = 0.9;
/// Where this share of the flows has a private end, the capture is about private addresses.
const LEAST_PRIVATE: f64 = 0.5;
/// Fewer flows do not tell by themselves what a capture is about.
const LEAST_FLOWS: usize = 10;
/// So many hosts of a network are in ARP before it is inside beside another.
const LEAST_CLAIMED: usize = 2;
/// Bits of a large network of IPv4 whose parts are seen here and there.
const WIDE_BITS: u8 = 16;

/// What the link shows of the site, gathered while packets pass.
#[derive(Default)]
pub struct SiteEvidence {
    /// Senders of ARP, by a hash first.
    claims: BTreeSet<(u32, Addr)>,
    /// What DHCP servers gave.
    leases: Leases,
}

impl SiteEvidence {
    /// Takes an ARP packet: who sends it has its address on this link.
    pub fn add(&mut self, arp: &Arp) {
        let sender = arp.sender_ip;
        if sender.is_group() || sender.is_on_link() {
            return;
        }
        self.claims.insert((hosts::hash(sender), sender));
        if self.claims.len() > MOST_CLAIMS {
            self.claims.pop_last();
        }
    }

    /// Takes a message of DHCP.
    pub fn add_dhcp(&mut self, fields: &MessageFields<'_>) {
        self.leases.add(fields);
    }

    /// The site, by all that has passed.
    pub fn infer(&self, flows: &FlowTable, endpoints: &EndpointIndex) -> Site {
        let claims: BTreeSet<Addr> = self.claims.iter().map(|(_, host)| *host).gathered();
        let mut hosts = Hosts::new(endpoints, &claims);
        let mut v4 = infer_family(&mut hosts, flows, endpoints, true);
        v4.is_known |= self.leases.widen(&mut v4.networks, v4.has_private);
        let mut v6 = infer_family(&mut hosts, flows, endpoints, false);
        if v6.needs_more
            && let Some(networks) = hosts.ipv6_by_ethernet(flows, endpoints, |host| v4.place(host))
        {
            v6 = Inferred { networks, is_known: true, needs_more: false, ..v6 };
        }
        let has_private = [v4.has_private, v6.has_private];
        let is_known = [v4.is_known, v6.is_known];
        Site::inferred(v4.networks.into_iter().chain(v6.networks).collect(), has_private, is_known)
    }
}

/// What is inferred of IPv4, or of IPv6.
struct Inferred {
    networks: Vec<(Network, Basis)>,
    has_private: bool,
    is_known: bool,
    /// Public addresses take part, and none of them was found inside by ARP.
    needs_more: bool,
}

impl Inferred {
    fn private(is_known: bool) -> Inferred {
        Inferred { networks: Vec::new(), has_private: true, is_known, needs_more: false }
    }

    /// True for a host inside, false for one outside, by these networks.
    fn place(&self, host: Addr) -> Option<bool> {
        let is_inside =
            self.has_private && host.is_private() || self.networks.iter().any(|(network, _)| network.has(host));
        (is_inside || self.is_known).then_some(is_inside)
    }
}

fn infer_family(hosts: &mut Hosts<'_>, flows: &FlowTable, endpoints: &EndpointIndex, is_v4: bool) -> Inferred {
    let family = FamilyFlows::of(hosts, flows, endpoints, is_v4);
    if family.n_flows == 0 {
        return Inferred::private(true);
    }
    let is_private = family.n_private as f64 >= LEAST_PRIVATE * family.n_flows as f64;
    if is_private && family.has_public {
        return Inferred { needs_more: !is_v4, ..Inferred::private(true) };
    }
    hosts.learn_macs(flows, endpoints);
    let shares = Shares::of(hosts, &family.pairs);
    let link = shares.on_link();
    if is_private {
        let by_hops = || inside_by_hops(&shares, &hops::near(hosts, flows, endpoints, is_v4), &family);
        return match inside_private(&shares, &link, &family).or_else(by_hops) {
            Some(networks) => Inferred { networks, has_private: false, is_known: true, needs_more: false },
            None => Inferred::private(true),
        };
    }
    let by_hops = || inside_by_hops(&shares, &hops::near(hosts, flows, endpoints, is_v4), &family);
    match inside_public(&shares, &link, &family).or_else(by_hops) {
        Some(networks) => Inferred { networks, ..Inferred::private(true) },
        None => Inferred { needs_more: !is_v4, ..Inferred::private(false) },
    }
}

/// Networks inside where all addresses are private and a router is seen: those on this side of it, and those beyond it
/// whose services only a local network shares.
fn inside_private(shares: &Shares, link: &[Network], family: &FamilyFlows) -> Option<Vec<(Network, Basis)>> {
    if !shares.has_router() {
        return None;
    }
    let mut networks: Vec<Network> = match shares.single(LEAST_SHARE, family.n_flows >= LEAST_FLOWS) {
        Some(one) if !link.contains(&one) => vec![one],
        _ if shares.share_of(link) >= LEAST_SHARE => link.to_vec(),
        _ => return None,
    };
    add_lan_peers(&mut networks, family);
    Some(with_basis(shares, networks))
}

/// Adds networks that share services of a local network with these.
fn add_lan_peers(networks: &mut Vec<Network>, family: &FamilyFlows) {
    let is_ours = |host: Addr| networks.iter().any(|network| network.has(host));
    let lan_peers: BTreeSet<Network> = family
        .lan_pairs
        .iter()
        .filter(|(a, b)| is_ours(*a) || is_ours(*b))
        .flat_map(|(a, b)| [hosts::network(*a), hosts::network(*b)])
        .gathered();
    networks.extend(lan_peers);
    networks.arrange();
    networks.dedup();
}

/// Networks inside where only the hops that packets had made tell: those that are near have a part in nearly all pairs of hosts.
fn inside_by_hops(shares: &Shares, near: &[Network], family: &FamilyFlows) -> Option<Vec<(Network, Basis)>> {
    if near.is_empty() || shares.share_of(near) < LEAST_SHARE {
        return None;
    }
    let mut networks = near.to_vec();
    add_lan_peers(&mut networks, family);
    Some(networks.into_iter().map(|network| (network, Basis::Hops)).collect())
}

/// Networks inside where hardly any address is private.
fn inside_public(shares: &Shares, link: &[Network], family: &FamilyFlows) -> Option<Vec<(Network, Basis)>> {
    let is_enough = family.n_flows >= LEAST_FLOWS;
    let beside: Vec<Network> =
        link.iter().copied().filter(|network| shares.n_claimed(*network) >= LEAST_CLAIMED).collect();
    if let Some(one) = shares.single(LEAST_SHARE, is_enough) {
        let is_on_link = beside.contains(&one);
        let networks = if is_on_link { beside } else { vec![one] };
        return Some(with_basis(shares, networks));
    }
    if !beside.is_empty() && shares.share_of(&beside) >= LEAST_SHARE {
        return Some(with_basis(shares, beside));
    }
    let wide = shares.wide(WIDE_BITS, LEAST_SHARE).filter(|_| is_enough)?;
    Some(vec![(wide, Basis::Traffic)])
}

fn with_basis(shares: &Shares, networks: Vec<Network>) -> Vec<(Network, Basis)> {
    let mut networks: Vec<(Network, Basis)> =
        networks.into_iter().map(|network| (network, shares.basis(network))).collect();
    networks.arrange_by_key(|(network, basis)| (*basis, *network));
    networks
}

#[cfg(test)]
mod tests;
