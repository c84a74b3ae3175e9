//! Settings: one descriptor each (id, label, help, unit, range, default) and the values in force.
//!
//! Detectors bring their own descriptors; [`crate::pipeline::descriptors`] lists all.

pub mod file;

use crate::model::Rule;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// When a change of a setting takes effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnChange {
    /// At once: only judging is done again.
    Evaluate,
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
    pub on_change: OnChange,
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
/// Whether secrets are written as they are.
pub const SECRETS: &str = "secrets.shown";

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
        on_change: OnChange::Read,
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
        on_change: OnChange::Read,
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
        on_change: OnChange::Read,
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
        on_change: OnChange::Read,
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
        on_change: OnChange::Read,
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
        on_change: OnChange::Evaluate,
    },
    Descriptor {
        id: SECRETS,
        label: "Secrets shown",
        help: "1: passwords and SNMP communities that can be read are written as they are: with packets and flows, in findings, reports and saved facts. 0: they are masked. Bytes of packets are always shown as they are.",
        unit: "",
        min: 0.0,
        max: 1.0,
        default: 0.0,
        is_whole: true,
        on_change: OnChange::Evaluate,
    },
];

/// Dialect of a table: 0 by content, else its place in the list of dialects from 1.
pub const TABLE_DIALECT: &str = "table.dialect";
/// Unit of durations in a table.
pub const TABLE_UNIT: &str = "table.time_unit";
/// Label column of a table.
pub const TABLE_LABEL: &str = "table.label_column";
/// Memory for the rows of a table.
pub const TABLE_MEMORY: &str = "table.memory";

/// Settings of tables.
pub const TABLE: &[Descriptor] = &[
    Descriptor {
        id: TABLE_DIALECT,
        label: "Dialect of a table",
        help: "Which tool wrote the table. 0 tells it by headings and shape; 1 to 21 choose, in this order: Python cicflowmeter, CSE-CIC-IDS2018, CIC-IDS2017 with addresses, CICFlowMeter v4, CIC-IDS2017 for machine learning, NFStream, HIKARI-2021, zeek-flowmeter, UNSW-NB15 sets, UNSW-NB15 raw, NSL-KDD, KDD Cup 1999, CTU-13, Zeek conn.log, Suricata EVE, nfdump up to 1.7.4, nfdump from 1.7.5 on, Wireshark packet list, NetFlow v9 fields, CICIoT2023, another.",
        unit: "",
        min: 0.0,
        max: 21.0,
        default: 0.0,
        is_whole: true,
        on_change: OnChange::Read,
    },
    Descriptor {
        id: TABLE_UNIT,
        label: "Time unit of a table",
        help: "Unit of durations and of gaps between packets: 0 as the dialect has it, 1 seconds, 2 milliseconds, 3 microseconds, 4 nanoseconds. Same names mean different units in different tools.",
        unit: "",
        min: 0.0,
        max: 4.0,
        default: 0.0,
        is_whole: true,
        on_change: OnChange::Read,
    },
    Descriptor {
        id: TABLE_LABEL,
        label: "Label column of a table",
        help: "The column that says what each row is, counted from 1; models never look at it. 0 finds it by its heading, -1 says that there is none.",
        unit: "",
        min: -1.0,
        max: 16_384.0,
        default: 0.0,
        is_whole: true,
        on_change: OnChange::Read,
    },
    Descriptor {
        id: TABLE_MEMORY,
        label: "Memory for rows",
        help: "Rows of a table are packed into this much memory; past it a random half is kept, again and again. Counts, means and ranges are always of all rows.",
        unit: "MiB",
        min: 1.0,
        max: 65_536.0,
        default: 512.0,
        is_whole: true,
        on_change: OnChange::Read,
    },
];

/// Values that differ from their defaults, and what is expected here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    changed: BTreeMap<String, f64>,
    expected: Vec<Rule>,
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

    /// What differs from the defaults.
    pub fn changed(&self) -> &BTreeMap<String, f64> {
        &self.changed
    }

    /// All values go back to their defaults; the allow-list stays.
    pub fn reset(&mut self) {
        self.changed.clear();
    }

    /// True if passwords and the like are written as they are.
    pub fn shows_secrets(&self) -> bool {
        self.value(GENERAL, SECRETS) > 0.0
    }

    /// Has passwords and the like written as they are.
    pub fn show_secrets(&mut self) {
        self.changed.insert(SECRETS.to_owned(), 1.0);
    }

    /// The allow-list: what is expected here.
    pub fn expected(&self) -> &[Rule] {
        &self.expected
    }

    /// Adds a rule to the allow-list, or gives the one that says the same its note; false if the list is full.
    pub fn allow(&mut self, rule: Rule) -> bool {
        let is_same = |other: &Rule| Rule { note: rule.note.clone(), ..other.clone() } == rule;
        let known = self.expected.iter().position(is_same);
        if known.is_none() && self.expected.len() >= Rule::MOST {
            return false;
        }
        match known.and_then(|place| self.expected.get_mut(place)) {
            Some(same) => *same = rule,
            None => self.expected.push(rule),
        }
        true
    }

    /// Takes a rule from the allow-list.
    pub fn withdraw(&mut self, rule: &Rule) {
        self.expected.retain(|other| other != rule);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_allow_list_has_each_rule_once_and_an_end() {
        let mut settings = Settings::default();
        let rule = |port| Rule { port: Some(port), ..Rule::default() };
        assert!(settings.allow(rule(1)) && settings.allow(Rule { note: "later".into(), ..rule(1) }));
        assert_eq!((settings.expected().len(), settings.expected()[0].note.as_str()), (1, "later"));
        assert!((2..=Rule::MOST as u16).all(|port| settings.allow(rule(port))));
        assert!(!settings.allow(rule(9999)));
        settings.withdraw(&rule(2));
        assert_eq!(settings.expected().len(), Rule::MOST - 1);
        settings.reset();
        assert_eq!(settings.expected().len(), Rule::MOST - 1);
    }
}
