//! Settings: one descriptor each (id, label, help, unit, range, default) and the values in force.
//!
//! Detectors bring their own descriptors; [`crate::pipeline::descriptors`] lists all.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// When a change of a setting takes effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// At once: only judging is done again.
    Judge,
    /// After the file is read again.
    Read,
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Descriptor {
    /// Id, prefixed by the unit that it belongs to: `port_scan.ports`.
    pub id: &'static str,
    /// Short name for the form.
    pub label: &'static str,
    /// One or two sentences: what it does and where the default comes from.
    pub help: &'static str,
    /// Unit; empty for a plain number.
    pub unit: &'static str,
    /// Smallest value allowed.
    pub min: f64,
    /// Largest value allowed.
    pub max: f64,
    /// Value unless told otherwise.
    pub default: f64,
    /// Whole numbers only.
    pub is_whole: bool,
    /// When a change takes effect.
    pub effect: Effect,
}

impl Descriptor {
    /// True for what is only on (1) or off (0).
    pub fn is_switch(&self) -> bool {
        self.is_whole && self.min == 0.0 && self.max == 1.0
    }
}

/// Idle time-out of a flow.
pub const IDLE_TIMEOUT: &str = "flow.idle_timeout";
/// Active time-out of a flow.
pub const ACTIVE_TIMEOUT: &str = "flow.active_timeout";
/// Most flows kept.
pub const MOST_FLOWS: &str = "flow.most";
/// Whether the flow CSV is CICFlowMeter's.
pub const CIC_COMPATIBLE: &str = "flow.cic_compatible";
/// Whether the flow CSV has more columns than CICFlowMeter's.
pub const MORE_COLUMNS: &str = "flow.more_columns";
/// Seed of everything random.
pub const SEED: &str = "seed";

/// Settings that belong to no detector.
pub const GENERAL: &[Descriptor] = &[
    Descriptor {
        id: IDLE_TIMEOUT,
        label: "Flow idle time-out",
        help: "A flow without packets for longer than this has ended; the next packet begins a new one. 120 s is what NFStream and most exporters use.",
        unit: "s",
        min: 1.0,
        max: 86_400.0,
        default: 120.0,
        is_whole: false,
        effect: Effect::Read,
    },
    Descriptor {
        id: ACTIVE_TIMEOUT,
        label: "Flow active time-out",
        help: "A flow that lasts longer than this is cut and goes on as a new one. 1800 s is the usual exporter default (RFC 5102 flowActiveTimeout).",
        unit: "s",
        min: 1.0,
        max: 604_800.0,
        default: 1800.0,
        is_whole: false,
        effect: Effect::Read,
    },
    Descriptor {
        id: MOST_FLOWS,
        label: "Most flows kept",
        help: "Past this the oldest flows are folded into the totals, counted and said. About 600 bytes of memory each.",
        unit: "flows",
        min: 4_096.0,
        max: 5_000_000.0,
        default: 1_500_000.0,
        is_whole: true,
        effect: Effect::Read,
    },
    Descriptor {
        id: CIC_COMPATIBLE,
        label: "CIC-compatible flow table",
        help: "1: the saved flow CSV has the flows and values that CICFlowMeter v4 would give, its published errors among them, for models that were trained on its files. 0: corrected definitions. Findings are the same either way; 1 takes 700 bytes of memory more a flow.",
        unit: "",
        min: 0.0,
        max: 1.0,
        default: 0.0,
        is_whole: true,
        effect: Effect::Read,
    },
    Descriptor {
        id: MORE_COLUMNS,
        label: "More columns in the flow table",
        help: "1: behind CICFlowMeter's columns the saved flow CSV has our own, such as handshake time, entropy, periodicity, server name and Kitsune's damped statistics. Reading then takes about twice as long, and 800 bytes of memory more a flow. 0: CICFlowMeter's columns only.",
        unit: "",
        min: 0.0,
        max: 1.0,
        default: 0.0,
        is_whole: true,
        effect: Effect::Read,
    },
    Descriptor {
        id: SEED,
        label: "Random seed",
        help: "Sampling and random trees start from this number, so the same file and settings give the same result.",
        unit: "",
        min: 0.0,
        max: 4_294_967_295.0,
        default: 42.0,
        is_whole: true,
        effect: Effect::Judge,
    },
];

/// Values that differ from their defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Settings {
    changed: BTreeMap<String, f64>,
}

impl Settings {
    /// The value in force of a setting.
    pub fn get(&self, descriptor: &Descriptor) -> f64 {
        self.changed.get(descriptor.id).copied().unwrap_or(descriptor.default)
    }

    /// The value in force of a setting of `descriptors`, by id; 0 for an id that is not among them (a test walks
    /// the tables, so that cannot happen in a release).
    pub fn value(&self, descriptors: &[Descriptor], id: &str) -> f64 {
        descriptors.iter().find(|d| d.id == id).map_or(0.0, |d| self.get(d))
    }

    /// Changes a setting; a value outside the range, not a number, or equal to the default is not kept. True if the
    /// value was usable.
    pub fn set(&mut self, descriptor: &Descriptor, value: f64) -> bool {
        let usable = value.is_finite()
            && (descriptor.min..=descriptor.max).contains(&value)
            && (!descriptor.is_whole || value.fract() == 0.0);
        if usable && value != descriptor.default {
            self.changed.insert(descriptor.id.to_owned(), value);
        } else {
            self.changed.remove(descriptor.id);
        }
        usable
    }

    /// What differs from the defaults.
    pub fn changed(&self) -> &BTreeMap<String, f64> {
        &self.changed
    }

    /// Takes `given` as far as `descriptors` know it; returns the settings and the ids that were not usable.
    pub fn from_map(given: &BTreeMap<String, f64>, descriptors: &[Descriptor]) -> (Settings, Vec<String>) {
        let mut settings = Settings::default();
        let mut ignored = Vec::new();
        for (id, value) in given {
            let known = descriptors.iter().find(|d| d.id == id);
            if !known.is_some_and(|d| settings.set(d, *value)) {
                ignored.push(id.clone());
            }
        }
        (settings, ignored)
    }
}
