//! Settings whose value is one of a list. It is saved by its id; a number is its place in the list, within one build only.

use super::Descriptor;
use super::table::{TABLE_DIALECT, TABLE_UNIT};

/// One of the values of a setting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Choice {
    /// Id: what is saved.
    pub id: &'static str,
    /// Name for people.
    pub label: &'static str,
}

/// A setting whose value is one of a list.
#[derive(Clone, Copy, Debug)]
pub struct Choices {
    /// The setting; its number is a place in `choices`.
    pub descriptor: Descriptor,
    /// What there is to choose from, in the order in which it is shown.
    pub choices: &'static [Choice],
    /// What the numbers stood for that files of settings had before they had ids. Nothing is ever added here.
    pub former: &'static [&'static str],
}

/// Settings are constants told apart by their ids.
impl PartialEq for Choices {
    fn eq(&self, other: &Choices) -> bool {
        self.descriptor.id == other.descriptor.id
    }
}

/// All settings that are choices.
static ALL: [Choices; 2] = [TABLE_DIALECT, TABLE_UNIT];

/// The choices of a setting, if it is one.
pub fn of(id: &str) -> Option<&'static Choices> {
    ALL.iter().find(|choices| choices.descriptor.id == id)
}

impl Choices {
    /// The choice that a number stands for.
    pub fn at(&self, number: f64) -> Option<Choice> {
        self.choices.get(number as usize).copied()
    }

    /// The number of a choice, by its id.
    pub fn number(&self, id: &str) -> Option<f64> {
        self.choices.iter().position(|choice| choice.id == id).map(|place| place as f64)
    }

    /// The number of the choice that a number stood for in an old file.
    pub fn former_number(&self, number: f64) -> Option<f64> {
        let is_place = number >= 0.0 && number.fract() == 0.0;
        self.number(self.former.get(number as usize).filter(|_| is_place)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_choice_has_its_own_id_and_every_former_number_still_means_one() {
        for Choices { descriptor, choices, former } in &ALL {
            let ids: BTreeSet<&str> = choices.iter().map(|choice| choice.id).collect();
            assert_eq!(ids.len(), choices.len(), "{}", descriptor.id);
            assert_eq!((descriptor.min, descriptor.max), (0.0, choices.len() as f64 - 1.0), "{}", descriptor.id);
            assert!(former.iter().all(|id| ids.contains(id)), "{}", descriptor.id);
        }
        assert_eq!(TABLE_DIALECT.former.len(), 22);
        assert_eq!((TABLE_DIALECT.former_number(22.0), TABLE_DIALECT.former_number(-1.0)), (None, None));
    }
}
