//! Certificates without the connections that present them, as in Zeek's x509.log alone, to groups of the same weaknesses.

use super::{EARLY, EXPIRED, LEAST_KEY_BITS, SELF_SIGNED, SHORT_KEY, WEAK_SIGNATURE, is_weak_signature};
use crate::stats::certificates::{CertificateRow, certificates};
use crate::stats::rows::RowStore;
use std::collections::BTreeMap;

/// Most subjects that are named.
const MOST_NAMED: usize = 5;

/// Certificates with the same weaknesses.
#[derive(Default)]
pub(super) struct Group {
    /// How many.
    pub n: usize,
    /// Subjects of the first ones.
    pub subjects: Vec<String>,
    /// When the first and the last were seen, seconds since 1970.
    pub seen: Option<(f64, f64)>,
}

/// Weak certificates by their weaknesses; none if these are no rows of certificates.
pub(super) fn groups(rows: &RowStore) -> Option<BTreeMap<u8, Group>> {
    let mut groups: BTreeMap<u8, Group> = BTreeMap::new();
    for certificate in certificates(rows)? {
        let weak = weaknesses(&certificate);
        if weak == 0 {
            continue;
        }
        let group = groups.entry(weak).or_default();
        group.n += 1;
        if group.subjects.len() < MOST_NAMED && !group.subjects.contains(&certificate.subject) {
            group.subjects.push(certificate.subject);
        }
        if let Some(now) = certificate.seen {
            let (first, last) = group.seen.unwrap_or((now, now));
            group.seen = Some((first.min(now), last.max(now)));
        }
    }
    Some(groups)
}

fn weaknesses(certificate: &CertificateRow) -> u8 {
    // Those of authorities sign themselves.
    if certificate.is_authority {
        return 0;
    }
    let (from, until) = certificate.valid;
    let is = |moment: Option<f64>, is_it: fn(f64, f64) -> bool| {
        moment.zip(certificate.seen).is_some_and(|(moment, now)| is_it(moment, now))
    };
    let signature = certificate.signature.as_deref().filter(|_| !certificate.is_own);
    [
        (is(until, |until, now| until < now), EXPIRED),
        (is(from, |from, now| from > now), EARLY),
        (certificate.is_own, SELF_SIGNED),
        (certificate.key_bits.is_some_and(|bits| bits < LEAST_KEY_BITS as f64), SHORT_KEY),
        (signature.is_some_and(is_weak_signature), WEAK_SIGNATURE),
    ]
    .into_iter()
    .filter(|(is_so, _)| *is_so)
    .fold(0, |weak, (_, bit)| weak | bit)
}
