//! Devices that claim an address of others once and are not seen again, to one finding for all of them.

use super::CARD;
use crate::detect::support::address_claims::{Claim, Mac, Place};
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Arrange;
use crate::model::{Addr, Finding};
use std::collections::BTreeMap;

/// So many devices that claim an address once and never again are one event: forged frames, or tests.
pub(super) const LEAST_PASSING: usize = 20;

/// An address and who claims it.
pub(super) type Conflict<'a> = (Addr, &'a [(&'a (Place, Mac), &'a Claim)]);

/// Devices that claim an address of others once and are not seen again.
#[derive(Default)]
pub(super) struct Passing {
    pub(super) n_devices: usize,
    n_addresses: usize,
    n_claims: u64,
    period: Option<(i64, i64)>,
    indices: Vec<u64>,
}

impl Passing {
    /// Takes the conflicts out that are of such devices only, but for one of each address; none if they are few.
    pub(super) fn taken(sorted: &[(&(Place, Mac), &Claim)], conflicts: &mut Vec<Conflict<'_>>) -> Option<Passing> {
        let mut n_claims: BTreeMap<Mac, u64> = BTreeMap::new();
        for ((_, mac), claim) in sorted {
            *n_claims.entry(*mac).or_default() += claim.n_claims;
        }
        let is_passing = |mac: &Mac| n_claims.get(mac) == Some(&1);
        let n_passing =
            |claims: &[(&(Place, Mac), &Claim)]| claims.iter().filter(|((_, mac), _)| is_passing(mac)).count();
        let is_meant = |(_, claims): &Conflict<'_>| n_passing(claims) + 1 >= claims.len();
        let n_devices =
            conflicts.iter().filter(|conflict| is_meant(conflict)).map(|(_, claims)| n_passing(claims)).sum();
        if n_devices < LEAST_PASSING {
            return None;
        }
        let mut all = Passing { n_devices, ..Passing::default() };
        conflicts.retain(|conflict| {
            let is_meant = is_meant(conflict);
            if is_meant {
                all.n_addresses += 1;
                for (_, claim) in conflict.1.iter().filter(|((_, mac), _)| is_passing(mac)) {
                    all.n_claims += claim.n_claims;
                    let (first, last) = all.period.unwrap_or((claim.first_ns, claim.last_ns));
                    all.period = Some((first.min(claim.first_ns), last.max(claim.last_ns)));
                    all.indices.extend(&claim.indices);
                }
            }
            !is_meant
        });
        all.indices.arrange();
        Some(all)
    }

    pub(super) fn finding(&self) -> Finding {
        let Passing { n_devices, n_addresses, n_claims, period, indices } = self;
        Finding::builder(&CARD)
            .title(format!("{n_addresses} addresses are claimed by {n_devices} devices that appear once"))
            .weighed(Impact::NUISANCE, Confidence::VERY_LIKELY, 0.0)
            .score(0.3)
            .protocol("ARP")
            .period(period.unwrap_or_default())
            .evidence([
                evidence("Devices that claimed an address once", *n_devices as f64, "devices", "0"),
                evidence("Addresses that they claimed", *n_addresses as f64, "addresses", "0"),
            ])
            .explanation(format!(
                "{n_devices} Ethernet addresses claimed one of {n_addresses} IP addresses once each and were not seen \
                 again. No network has so many short-lived devices: these frames are forged, as those of a MAC flood \
                 are, or a test tool made them.",
            ))
            .n_packets(*n_claims)
            .packet_indices(indices.clone())
            .filter("arp")
            .build()
    }
}
