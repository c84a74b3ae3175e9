//! Settings whose value is one of a list. It is saved by its id; a number is its place in the list, within one build only.

use super::Descriptor;

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

impl Choices {
    /// A setting with these choices; its numbers are their places.
    pub const fn new(descriptor: Descriptor, choices: &'static [Choice], former: &'static [&'static str]) -> Choices {
        let descriptor = descriptor.range(0.0, choices.len() as f64 - 1.0);
        Choices { descriptor, choices, former }
    }

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
