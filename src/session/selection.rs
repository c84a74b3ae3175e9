//! What all views are narrowed to: a range of time and filters that can be turned off, inverted and removed. It stands in
//! the address, so that back and forward undo and redo it.

use crate::model::format::percent;
use crate::protocol::{Filter, Scope};

/// Most chips: an address has room for so many.
const MOST_CHIPS: usize = 16;

/// A filter among those of a selection.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Chip {
    /// The filter, as it is typed into a table's filter.
    pub text: String,
    /// It stands there, but selects nothing.
    pub is_off: bool,
    /// It leaves out what it would select.
    pub is_inverted: bool,
}

/// What all views are narrowed to. Empty is everything.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Selection {
    /// From one time to before another, ns since 1970.
    pub time: Option<(i64, i64)>,
    /// Filters, all of which must pass.
    pub chips: Vec<Chip>,
}

/// The kinds of chips: their keys in an address, whether they are off and whether they are inverted.
const KINDS: [(&str, bool, bool); 4] =
    [("with", false, false), ("without", false, true), ("off", true, false), ("off_without", true, true)];

impl Selection {
    /// True if nothing is chosen, not even a chip that is off.
    pub fn is_empty(&self) -> bool {
        *self == Selection::default()
    }

    /// True if everything passes.
    pub fn passes_all(&self) -> bool {
        self.time.is_none() && self.chips.iter().all(|chip| chip.is_off)
    }

    /// The chips in force as one filter.
    pub fn text(&self) -> String {
        let one = |chip: &Chip| match chip.is_inverted {
            true => format!("not ({})", chip.text),
            false => format!("({})", chip.text),
        };
        let all: Vec<String> = self.chips.iter().filter(|chip| !chip.is_off).map(one).collect();
        all.join(" and ")
    }

    /// A view's own filter within this selection.
    pub fn over(&self, filter: &Filter) -> Filter {
        Filter { scope: self.scope(), ..filter.clone() }
    }

    /// What it leaves to all views.
    pub fn scope(&self) -> Scope {
        let (from_ns, to_ns) = (self.time.map(|(from, _)| from), self.time.map(|(_, to)| to));
        Scope { text: self.text(), from_ns, to_ns }
    }

    /// With another filter. One that stands there already is turned on as it is wanted, not doubled.
    #[must_use]
    pub fn with(&self, text: &str) -> Selection {
        let text = text.trim();
        let mut next = self.clone();
        if let Some(chip) = next.chips.iter_mut().find(|chip| chip.text == text) {
            (chip.is_off, chip.is_inverted) = (false, false);
        } else if !text.is_empty() && next.chips.len() < MOST_CHIPS {
            next.chips.push(Chip { text: text.to_owned(), ..Chip::default() });
        }
        next
    }

    /// Without the chip at a place.
    #[must_use]
    pub fn without(&self, place: usize) -> Selection {
        let mut next = self.clone();
        if place < next.chips.len() {
            next.chips.remove(place);
        }
        next
    }

    /// With the chip at a place changed.
    #[must_use]
    pub fn changed(&self, place: usize, change: impl FnOnce(&mut Chip)) -> Selection {
        let mut next = self.clone();
        if let Some(chip) = next.chips.get_mut(place) {
            change(chip);
        }
        next
    }

    /// At another time; none for all of it.
    #[must_use]
    pub fn at(&self, time: Option<(i64, i64)>) -> Selection {
        let time = time.map(|(a, b)| (a.min(b), a.max(b))).filter(|(from, to)| from < to);
        Selection { time, ..self.clone() }
    }

    /// From the names and values of an address.
    pub(super) fn read(given: &[(String, String)]) -> Selection {
        let time = |key: &str| given.iter().find(|(name, _)| name == key)?.1.parse::<i64>().ok();
        let mut selection = Selection::default().at(time("from").zip(time("to")));
        for (key, text) in given {
            let kind = KINDS.iter().find(|(name, ..)| name == key);
            if let Some((_, is_off, is_inverted)) = kind.filter(|_| selection.chips.len() < MOST_CHIPS)
                && !text.trim().is_empty()
            {
                selection.chips.push(Chip { text: text.clone(), is_off: *is_off, is_inverted: *is_inverted });
            }
        }
        selection
    }

    /// Adds what [`Selection::read`] reads to an address.
    pub(super) fn write(&self, hash: &mut String) {
        let mut add = |key: &str, value: &str| {
            let mark = if hash.contains('?') { '&' } else { '?' };
            hash.push_str(&format!("{mark}{key}={}", percent::encode(value)));
        };
        if let Some((from, to)) = self.time {
            add("from", &from.to_string());
            add("to", &to.to_string());
        }
        for chip in &self.chips {
            let kind = KINDS.iter().find(|(_, off, inverted)| (*off, *inverted) == (chip.is_off, chip.is_inverted));
            add(kind.map_or("with", |(key, ..)| *key), &chip.text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chips_are_one_expression_that_the_language_understands() {
        let selection = Selection::default().with("10.0.0.5 10.0.0.9").with("port 443").with("\"dns\"").with("tls");
        let selection = selection.changed(1, |chip| chip.is_inverted = true).changed(3, |chip| chip.is_off = true);
        assert_eq!(selection.text(), "(10.0.0.5 10.0.0.9) and not (port 443) and (\"dns\")");
        assert!(crate::filter::compile(&selection.text()).is_ok());
        assert!(!selection.passes_all() && !selection.is_empty());
        let off = Selection::default().with("tls").changed(0, |chip| chip.is_off = true);
        assert!(off.passes_all() && !off.is_empty() && off.text().is_empty());
    }

    #[test]
    fn a_filter_that_stands_there_is_turned_on_not_doubled() {
        let selection =
            Selection::default().with("dns").changed(0, |chip| (chip.is_off, chip.is_inverted) = (true, true));
        assert_eq!(selection.with(" dns ").chips, [Chip { text: "dns".into(), ..Chip::default() }]);
        assert_eq!(Selection::default().with(" ").chips, []);
        assert_eq!(selection.without(0), Selection::default());
        assert_eq!(selection.without(5), selection);
    }

    #[test]
    fn a_range_of_time_is_never_empty_or_turned_round() {
        let selection = Selection::default();
        assert_eq!(selection.at(Some((9, 4))).time, Some((4, 9)));
        assert_eq!(selection.at(Some((4, 4))).time, None);
        let filter = selection.at(Some((4, 9))).with("tls").over(&Filter::default());
        assert_eq!((filter.scope.from_ns, filter.scope.to_ns, filter.scope.text.as_str()), (Some(4), Some(9), "(tls)"));
        assert!(!filter.passes_all());
    }
}
