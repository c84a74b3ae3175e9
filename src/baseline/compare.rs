//! Two profiles to what is new, gone or different in the second.

use super::profile::{Profile, Thing, ThingKind};
use super::stat::{SMALL, Shift, rate_p, shift};
use crate::maths::order::nearest_quantile;

/// A rate must be so many times the other to be reported. Set by us: traffic comes in bursts, and a test that assumes independent
/// events calls nearly all rates different.
const RATE_RATIO: f64 = 10.0;
/// Fewest flows on the busier side.
const FEWEST_FLOWS: u64 = 30;
/// Significance level, divided by the number of comparisons (Bonferroni). Set by us.
const SIGNIFICANCE: f64 = 0.001;
/// Fewest values of a distribution on both sides.
const FEWEST_VALUES: usize = 10;

/// What differs.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// Not in the first profile.
    New(ThingKind, String, Thing),
    /// Not in the second.
    Vanished(ThingKind, String, Thing),
    /// The rate of flows differs.
    Rate {
        /// What.
        kind: ThingKind,
        /// Its name.
        name: String,
        /// Flows an hour in the first and the second profile.
        per_hour: [f64; 2],
        /// The chance of that if the rates were equal.
        p: f64,
    },
    /// Values lie elsewhere.
    Shift {
        /// What of.
        name: String,
        /// Unit.
        unit: String,
        /// Medians in the first and the second.
        medians: [f64; 2],
        /// How much.
        shift: Shift,
    },
}

/// All that differs between what is normal and what is here.
pub fn compare(normal: &Profile, here: &Profile) -> Vec<Change> {
    let mut changes = Vec::new();
    for kind in ThingKind::ALL {
        // A list that was cut does not say what was not there.
        if !normal.left_out.contains_key(&kind) {
            let new = here.of_kind(kind).filter(|(name, _)| normal.thing(kind, name).is_none());
            changes.extend(new.map(|(name, thing)| Change::New(kind, name.clone(), *thing)));
        }
        if !here.left_out.contains_key(&kind) {
            let gone = normal.of_kind(kind).filter(|(name, _)| here.thing(kind, name).is_none());
            changes.extend(gone.map(|(name, thing)| Change::Vanished(kind, name.clone(), *thing)));
        }
    }
    changes.extend(rates(normal, here));
    changes.extend(shifts(normal, here));
    changes
}

fn rates(normal: &Profile, here: &Profile) -> Vec<Change> {
    if normal.seconds <= 0.0 || here.seconds <= 0.0 {
        return Vec::new();
    }
    const KINDS: [ThingKind; 4] =
        [ThingKind::InternalHost, ThingKind::Service, ThingKind::Port, ThingKind::Application];
    let both = KINDS.iter().flat_map(|kind| {
        let pair = |(name, thing): (&String, &Thing)| Some((*kind, name.clone(), *normal.thing(*kind, name)?, *thing));
        here.of_kind(*kind).filter_map(pair)
    });
    let both: Vec<(ThingKind, String, Thing, Thing)> = both.collect();
    let least = SIGNIFICANCE / both.len().max(1) as f64;
    let change = |(kind, name, before, now): &(ThingKind, String, Thing, Thing)| {
        let per_hour =
            [before.flows as f64 / normal.seconds, now.flows as f64 / here.seconds].map(|rate| rate * 3600.0);
        let [then, since] = per_hour;
        let ratio = (since / then).max(then / since);
        if ratio < RATE_RATIO || before.flows.max(now.flows) < FEWEST_FLOWS {
            return None;
        }
        let p = rate_p((before.flows, normal.seconds), (now.flows, here.seconds));
        (p < least).then(|| Change::Rate { kind: *kind, name: name.clone(), per_hour, p })
    };
    both.iter().filter_map(change).collect()
}

fn shifts(normal: &Profile, here: &Profile) -> Vec<Change> {
    let n = normal.distributions.len().max(1) as f64;
    let change = |(name, before): (&String, &super::profile::Distribution)| {
        let now = here.distributions.get(name)?;
        if before.values.len().min(now.values.len()) < FEWEST_VALUES {
            return None;
        }
        let found = shift(&before.values, &now.values)?;
        let median = |values: &[f64]| nearest_quantile(values, 0.5);
        let is_told = found.p < SIGNIFICANCE / n && found.delta.abs() >= SMALL;
        is_told.then(|| Change::Shift {
            name: name.clone(),
            unit: before.unit.clone(),
            medians: [median(&before.values), median(&now.values)],
            shift: found,
        })
    };
    normal.distributions.iter().filter_map(change).collect()
}
