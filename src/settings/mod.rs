//! Settings: one descriptor each (id, label, help, unit, range, default) and the current values.
//!
//! Detectors bring their own descriptors; [`crate::pipeline::descriptors`] lists all.

pub mod choice;
mod columns;
pub mod file;
mod general;
mod table;

pub use choice::{Choice, Choices};
pub use columns::ColumnChoices;
pub use general::{
    ACTIVE_TIMEOUT, CIC_COMPATIBLE, GENERAL, IDLE_TIMEOUT, LOCAL_NETWORKS, MORE_COLUMNS, MOST_FLOWS, SECRETS, SEED,
};
pub use table::{ABOUT_VALUES, AUTO, TABLE, TABLE_DATE_ORDER, TABLE_DIALECT, TABLE_LABEL, TABLE_MEMORY, TABLE_UNIT};

use crate::model::analysis::Setting;
use crate::model::explained::explained;
use crate::model::format::time;
use crate::model::{Network, Rule};
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
    /// It is no number but a list of networks, by default an empty one.
    pub is_networks: bool,
    /// When a change takes effect.
    pub on_change: OnChange,
}

impl Descriptor {
    /// A number that need not be whole, without a unit and with no limit but those of the type. All others begin here.
    pub const fn number(id: &'static str, label: &'static str, default: f64) -> Descriptor {
        let (min, max) = (f64::MIN, f64::MAX);
        let (help, unit, is_whole, on_change) = ("", "", false, OnChange::Evaluate);
        Descriptor { id, label, help, unit, min, max, default, is_whole, is_networks: false, on_change }
    }

    /// A list of networks as `10.0.0.0/8, 192.168.0.0/16`, by default an empty one.
    pub const fn networks(id: &'static str, label: &'static str) -> Descriptor {
        Descriptor { is_networks: true, ..Descriptor::number(id, label, 0.0) }.range(0.0, Network::MOST as f64)
    }

    /// How many: a whole number. [`Descriptor::unit`] says of what.
    pub const fn count(id: &'static str, label: &'static str, default: f64) -> Descriptor {
        Descriptor::number(id, label, default).whole()
    }

    /// A length of time in seconds.
    pub const fn seconds(id: &'static str, label: &'static str, default: f64) -> Descriptor {
        Descriptor::number(id, label, default).unit("s")
    }

    /// How many times one quantity is another one.
    pub const fn ratio(id: &'static str, label: &'static str, default: f64) -> Descriptor {
        Descriptor::number(id, label, default).unit("times")
    }

    /// A share of a whole, in percent.
    pub const fn percent(id: &'static str, label: &'static str, default: f64) -> Descriptor {
        Descriptor::number(id, label, default).unit("%")
    }

    /// Whole bytes.
    pub const fn bytes(id: &'static str, label: &'static str, default: f64) -> Descriptor {
        Descriptor::count(id, label, default).unit("B")
    }

    /// Thousands of bytes.
    pub const fn kilobytes(id: &'static str, label: &'static str, default: f64) -> Descriptor {
        Descriptor::number(id, label, default).unit("kB")
    }

    /// Off (0) or on (1).
    pub const fn switch(id: &'static str, label: &'static str, default: f64) -> Descriptor {
        Descriptor::count(id, label, default).range(0.0, 1.0)
    }

    /// With the smallest and the largest value allowed.
    pub const fn range(self, min: f64, max: f64) -> Descriptor {
        Descriptor { min, max, ..self }
    }

    /// With a unit; empty for a plain number.
    pub const fn unit(self, unit: &'static str) -> Descriptor {
        Descriptor { unit, ..self }
    }

    /// Whole numbers only.
    pub const fn whole(self) -> Descriptor {
        Descriptor { is_whole: true, ..self }
    }

    /// With another moment at which a change takes effect than at once.
    pub const fn on_change(self, on_change: OnChange) -> Descriptor {
        Descriptor { on_change, ..self }
    }

    /// With one or two sentences: what it does and where the default comes from. Only programs that show settings have them.
    pub const fn help(self, help: &'static str) -> Descriptor {
        Descriptor { help: explained(help), ..self }
    }

    /// With one or two sentences that the worker has too: it sends the page what it offers.
    pub const fn offered(self, help: &'static str) -> Descriptor {
        Descriptor { help, ..self }
    }

    /// What kind of value it has.
    pub fn kind(&self) -> Kind {
        if let Some(choices) = table::choices(self.id) {
            return Kind::Choice(choices);
        }
        match self.unit {
            _ if self.is_networks => Kind::Networks,
            _ if self.is_switch() => Kind::Switch,
            "s" => Kind::Seconds,
            "times" => Kind::Ratio,
            "B" | "kB" | "MiB" => Kind::Bytes,
            _ if self.is_whole => Kind::Count,
            _ => Kind::Number,
        }
    }

    /// True for what is only on (1) or off (0).
    pub fn is_switch(&self) -> bool {
        self.is_whole && self.min == 0.0 && self.max == 1.0
    }
}

/// What kind of value a setting has.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Kind {
    /// On or off.
    Switch,
    /// One of a list, by its id.
    Choice(&'static Choices),
    /// A whole number.
    Count,
    /// A length of time.
    Seconds,
    /// How many times one quantity is another one.
    Ratio,
    /// An amount of data, in the unit of the setting.
    Bytes,
    /// Another number, in the unit of the setting.
    Number,
    /// A list of networks.
    Networks,
}

impl Kind {
    /// As machines read it.
    pub fn id(self) -> &'static str {
        match self {
            Kind::Switch => "switch",
            Kind::Choice(_) => "choice",
            Kind::Count => "count",
            Kind::Seconds => "seconds",
            Kind::Ratio => "ratio",
            Kind::Bytes => "bytes",
            Kind::Number => "number",
            Kind::Networks => "networks",
        }
    }
}

/// Values that differ from their defaults, what is expected here, and what columns of tables are taken for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    changed: BTreeMap<String, Setting>,
    expected: Vec<Rule>,
    columns: ColumnChoices,
}

impl Settings {
    /// The value in force of a setting.
    pub fn get(&self, descriptor: &Descriptor) -> f64 {
        match self.changed.get(descriptor.id) {
            Some(Setting::Number(number)) => *number,
            _ => descriptor.default,
        }
    }

    /// The networks in force of a setting that is a list of them.
    pub fn networks(&self, networks: &Descriptor) -> &[Network] {
        match self.changed.get(networks.id) {
            Some(Setting::Networks(networks)) => networks,
            _ => &[],
        }
    }

    /// True if a setting has the same value here as there.
    pub fn has_same(&self, descriptor: &Descriptor, other: &Settings) -> bool {
        self.changed.get(descriptor.id) == other.changed.get(descriptor.id)
    }

    /// True if a switch is on.
    pub fn is_on(&self, switch: &Descriptor) -> bool {
        self.get(switch) > 0.0
    }

    /// The value in force of a setting that is a whole number, from 0 on.
    pub fn count(&self, count: &Descriptor) -> u64 {
        self.get(count) as u64
    }

    /// The value in force of a length of time, ns.
    pub fn nanoseconds(&self, seconds: &Descriptor) -> i64 {
        time::from_seconds(self.get(seconds))
    }

    /// The id of what is chosen.
    pub fn chosen(&self, choices: &Choices) -> &'static str {
        choices.at(self.get(&choices.descriptor)).map_or("", |choice| choice.id)
    }

    /// Changes a setting; a value outside the range, not a number, or equal to the default is not kept. True if the
    /// value was usable.
    pub fn set(&mut self, descriptor: &Descriptor, value: f64) -> bool {
        let usable = value.is_finite()
            && !descriptor.is_networks
            && (descriptor.min..=descriptor.max).contains(&value)
            && (!descriptor.is_whole || value.fract() == 0.0);
        if usable && value != descriptor.default {
            self.changed.insert(descriptor.id.to_owned(), Setting::Number(value));
        } else {
            self.changed.remove(descriptor.id);
        }
        usable
    }

    /// Changes a list of networks; an empty one is the default.
    ///
    /// # Errors
    /// Why the text is no such list. Then the setting has its default.
    pub fn set_networks(&mut self, descriptor: &Descriptor, text: &str) -> Result<(), String> {
        self.changed.remove(descriptor.id);
        let networks = Network::parse_list(text)?;
        if !networks.is_empty() {
            self.changed.insert(descriptor.id.to_owned(), Setting::Networks(networks));
        }
        Ok(())
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
    pub fn changed(&self) -> &BTreeMap<String, Setting> {
        &self.changed
    }

    /// All values go back to their defaults; the allow-list and what is said of columns stay.
    pub fn reset(&mut self) {
        self.changed.clear();
    }

    /// True if passwords and the like are written as they are.
    pub fn shows_secrets(&self) -> bool {
        self.is_on(&SECRETS)
    }

    /// Has passwords and the like written as they are.
    pub fn show_secrets(&mut self) {
        self.changed.insert(SECRETS.id.to_owned(), Setting::Number(1.0));
    }

    /// What columns of tables are taken for.
    pub fn columns(&self) -> &ColumnChoices {
        &self.columns
    }

    /// The same, to be changed.
    pub fn columns_mut(&mut self) -> &mut ColumnChoices {
        &mut self.columns
    }

    /// The allow-list: what is expected here.
    pub fn expected(&self) -> &[Rule] {
        &self.expected
    }

    /// What is to be said of rules that hide every finding; none if there are none.
    pub fn everything_expected(&self) -> Option<String> {
        let rule = self.expected.iter().find(|rule| rule.is_everything())?;
        Some(format!(
            "the rule \u{201c}{}\u{201d} of the allow-list expects every finding about IP addresses",
            rule.words()
        ))
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
