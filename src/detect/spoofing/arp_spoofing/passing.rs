//! Devices that claim an address of others once and are not seen again, to one finding for all of them.

use super::CARD;
use crate::detect::support::address_claims::{Claim, Mac, Place};
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Arrange;
use crate::model::{Addr, Finding};
use std::collections::BTreeMap;

/// So many devices that claim an address once and never again are one event: forged frames, or tests.
const LEAST_PASSING: usize = 20;

/// An address and who claims it.
pub(super) type Conflict<'a> = (Addr, &'a [(&'a (Place, Mac), &'a Claim)]);

/// Devices that claim an address of others once and are not seen again.
pub(super) struct Passing<'a> {
    n_addresses: usize,
    /// The one claim of each.
    claims: Vec<&'a Claim>,
}

impl<'a> Passing<'a> {
    /// Takes the conflicts out that are of such devices only, but for one of each address; none if they are few.
    pub(super) fn taken(sorted: &[(&(Place, Mac), &Claim)], conflicts: &mut Vec<Conflict<'a>>) -> Option<Passing<'a>> {
        let mut n_claims: BTreeMap<Mac, u64> = BTreeMap::new();
        for ((_, mac), claim) in sorted {
            *n_claims.entry(*mac).or_default() += claim.n_claims;
        }
        let passing = |(_, claims): &Conflict<'a>| -> Vec<&'a Claim> {
            claims.iter().filter(|((_, mac), _)| n_claims.get(mac) == Some(&1)).map(|(_, claim)| *claim).collect()
        };
        let is_meant = |conflict: &Conflict<'a>| passing(conflict).len() + 1 >= conflict.1.len();
        let meant: Vec<Conflict<'a>> = conflicts.iter().copied().filter(|conflict| is_meant(conflict)).collect();
        let claims: Vec<&'a Claim> = meant.iter().flat_map(passing).collect();
        if claims.len() < LEAST_PASSING {
            return None;
        }
        conflicts.retain(|conflict| !is_meant(conflict));
        Some(Passing { n_addresses: meant.len(), claims })
    }

    pub(super) fn finding(&self) -> Finding {
        let (n_devices, n_addresses) = (self.claims.len(), self.n_addresses);
        let (firsts, lasts) = (self.claims.iter().map(|one| one.first_ns), self.claims.iter().map(|one| one.last_ns));
        let mut indices: Vec<u64> = self.claims.iter().flat_map(|claim| claim.indices.iter().copied()).collect();
        indices.arrange();
        Finding::builder(&CARD)
            .title(format!("{n_addresses} addresses are claimed by {n_devices} devices that appear once"))
            .weighed(Impact::NUISANCE, Confidence::VERY_LIKELY, 0.0)
            .score(0.3)
            .protocol("ARP")
            .period((firsts.min().unwrap_or(0), lasts.max().unwrap_or(0)))
            .evidence([
                evidence("Devices that claimed an address once", n_devices as f64, "devices", "0"),
                evidence("Addresses that they claimed", n_addresses as f64, "addresses", "0"),
            ])
            .explanation(format!(
                "{n_devices} Ethernet addresses claimed one of {n_addresses} IP addresses once each and were not seen \
                 again. No network has so many short-lived devices: these frames are forged, as those of a MAC flood \
                 are, or a test tool made them.",
            ))
            .n_packets(n_devices as u64)
            .packet_indices(indices)
            .filter("arp")
            .build()
    }
}
