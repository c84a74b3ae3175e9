//! Addresses that DHCP servers gave, with their netmasks, to the networks of the link.

use crate::maths::sorting::Arrange;
use crate::model::app::field::{FieldId, MessageFields};
use crate::model::app::kinds::infra::DhcpMessage;
use crate::model::net::site::Basis;
use crate::model::{Addr, Network};
use std::collections::{BTreeMap, BTreeSet};

/// Most networks kept, and most addresses of each that are counted.
const MOST_NETWORKS: usize = 64;
const LEAST_LEASED: usize = 2;
/// Lengths of a netmask that a link has; what is shorter is a mistake, what is longer one host alone.
const BITS: std::ops::RangeInclusive<u8> = 8..=30;

/// Networks of which addresses were given, with some of those.
#[derive(Default)]
pub(super) struct Leases(BTreeMap<Network, BTreeSet<Addr>>);

impl Leases {
    /// Takes a message of DHCP: an offer or an acknowledgment names the address and its netmask (RFC 2132, section 3.3).
    pub fn add(&mut self, fields: &MessageFields<'_>) {
        let is_given = matches!(fields.kind(FieldId::Message), Some(DhcpMessage::Offer | DhcpMessage::Ack));
        let address = fields.addrs(FieldId::Address).next();
        let mask = fields.addrs(FieldId::Netmask).next().and_then(|mask| u32::try_from(mask.0 & 0xffff_ffff).ok());
        let (true, Some(address), Some(mask)) = (is_given && address.is_some_and(Addr::is_v4), address, mask) else {
            return;
        };
        let bits = mask.leading_ones() as u8;
        if mask.leading_ones() + mask.trailing_zeros() != 32 || !BITS.contains(&bits) {
            return;
        }
        let given = self.0.entry(Network::of(address, bits)).or_default();
        if given.len() < LEAST_LEASED {
            given.insert(address);
        }
        if self.0.len() > MOST_NETWORKS {
            self.0.pop_last();
        }
    }

    /// The networks inside with their whole width where a netmask tells it. A network of which several hosts got addresses is
    /// inside as well; one address alone may be that of the own router in its provider's network. True if there is one such.
    pub fn widen(&self, networks: &mut Vec<(Network, Basis)>, has_private: bool) -> bool {
        for (network, basis) in networks.iter_mut() {
            let wider = self.0.keys().find(|lease| lease.bits() < network.bits() && lease.has(network.host()));
            if let Some(wider) = wider {
                (*network, *basis) = (*wider, Basis::Dhcp);
            }
        }
        let is_new = |network: &Network| !(has_private && network.host().is_private());
        let several = self.0.iter().filter(|(network, given)| given.len() >= LEAST_LEASED && is_new(network));
        let several: Vec<Network> = several.map(|(network, _)| *network).collect();
        networks.retain(|(network, _)| !several.contains(network));
        networks.extend(several.iter().map(|network| (*network, Basis::Dhcp)));
        networks.arrange_by_key(|(network, basis)| (*basis, *network));
        networks.dedup();
        !several.is_empty()
    }
}
