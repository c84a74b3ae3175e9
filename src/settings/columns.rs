//! The user's choices for columns of tables: by heading, the role of a column. They override heading and values.
//!
//! Written as `SrcAddr=source address,Label=label,Foo=ignore`, or as an object of headings and ids of roles.

use crate::maths::sorting::Gather;
use crate::model::rows::{Role, choice_name};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Roles by heading, as [`Layout::choice_name`](crate::model::rows::Layout::choice_name) writes it. They hold for every
/// table that has the heading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnChoices {
    roles: BTreeMap<String, Role>,
    /// Headings of which it was said of the table at hand: one that it lacks is an issue. The others were kept and may be
    /// of other tables.
    asked: BTreeSet<String>,
}

impl ColumnChoices {
    /// Most columns that something is said of.
    pub const MOST: usize = 2_000;
    /// Longest heading, in bytes.
    const MOST_HEADING_BYTES: usize = 1_024;

    /// Says what a column is, or that nothing is said of it any more; false if no more can be said.
    pub fn set(&mut self, heading: &str, role: Option<Role>) -> bool {
        let heading = heading.trim();
        let Some(role) = role else {
            self.roles.remove(heading);
            self.asked.remove(heading);
            return true;
        };
        let has_room = self.roles.len() < ColumnChoices::MOST || self.roles.contains_key(heading);
        let is_usable = has_room && !heading.is_empty() && heading.len() <= ColumnChoices::MOST_HEADING_BYTES;
        if is_usable {
            self.roles.insert(heading.to_owned(), role);
        }
        is_usable
    }

    /// What was said of a column of this heading, at this place of so many.
    pub fn of(&self, heading: &str, place: usize, n_columns: usize) -> Option<Role> {
        self.entry(heading, place, n_columns).map(|(_, role)| role)
    }

    /// The same, and the heading as it was said: one without a heading is also known by its place alone, `column 3`, but
    /// what was said of tables of this width comes first.
    pub fn entry(&self, heading: &str, place: usize, n_columns: usize) -> Option<(&str, Role)> {
        if self.roles.is_empty() {
            return None;
        }
        let said = self.roles.get_key_value(choice_name(heading, place, n_columns).as_ref());
        let (heading, role) = said.or_else(|| self.roles.get_key_value(heading))?;
        Some((heading, *role))
    }

    /// Says nothing of this column any more, however it was called.
    pub fn forget(&mut self, heading: &str, place: usize, n_columns: usize) {
        self.set(&choice_name(heading, place, n_columns), None);
        self.set(heading, None);
    }

    /// All, by heading.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Role)> {
        self.roles.iter().map(|(heading, role)| (heading.as_str(), *role))
    }

    /// True if nothing was said.
    pub fn is_empty(&self) -> bool {
        self.roles.is_empty()
    }

    /// Takes what `other` says too; of the same heading, that holds.
    pub fn extend(&mut self, other: &ColumnChoices) {
        for (heading, role) in other.iter() {
            self.set(heading, Some(role));
        }
        self.asked.extend(other.asked.iter().filter(|heading| self.roles.contains_key(*heading)).cloned());
    }

    /// The same, all of it said of the table at hand.
    pub fn about_this(self) -> ColumnChoices {
        ColumnChoices { asked: self.roles.keys().cloned().gathered(), ..self }
    }

    /// Headings of which it was said of the table at hand, with the roles: one that it lacks has to be told.
    pub fn asked(&self) -> impl Iterator<Item = (&str, Role)> {
        self.iter().filter(|(heading, _)| self.asked.contains(*heading))
    }

    /// From `HEADING=ROLE,HEADING=ROLE`. A comma or a backslash in a heading stands behind a backslash.
    ///
    /// # Errors
    /// A part names no role, or one that is not known; the sentence names those that there are.
    pub fn from_text(text: &str) -> Result<ColumnChoices, String> {
        let mut choices = ColumnChoices::default();
        for part in parts(text) {
            // Headings may have the mark too, roles have not.
            let (heading, id) =
                part.rsplit_once('=').ok_or_else(|| format!("{part:?} is not HEADING=ROLE; roles are {}", ids()))?;
            let role = Role::from_id(id).ok_or_else(|| no_role(heading, id))?;
            if !choices.set(heading, Some(role)) {
                return Err(format!("{part:?} has no heading, or there are more than {}", ColumnChoices::MOST));
            }
        }
        Ok(choices)
    }

    /// As an object of a file.
    pub fn to_value(&self) -> Value {
        Value::Object(
            self.iter().map(|(heading, role)| (heading.to_owned(), Value::from(role.id()))).collect::<Map<_, _>>(),
        )
    }

    /// From an object of a file, and a sentence for each part that is not usable.
    pub fn from_value(value: &Value) -> (ColumnChoices, Vec<String>) {
        let mut choices = ColumnChoices::default();
        let Value::Object(given) = value else {
            let why = "what is said of columns is not used: it is no object of headings and roles".to_owned();
            return (choices, vec![why]);
        };
        let mut warnings = Vec::new();
        for (heading, id) in given {
            let id = id.as_str().unwrap_or_default();
            match Role::from_id(id) {
                None => warnings.push(no_role(heading, id)),
                Some(role) if choices.set(heading, Some(role)) => {}
                Some(_) => warnings.push(format!(
                    "what is said of column {heading:?} is not used: it has no heading, a very long one, or there are more than {}",
                    ColumnChoices::MOST
                )),
            }
        }
        (choices, warnings)
    }
}

fn no_role(heading: &str, id: &str) -> String {
    format!(
        "column {:?} cannot be taken for {:?}: there is no such role; roles are {}",
        heading.trim(),
        id.trim(),
        ids()
    )
}

/// The ids of all roles, for a sentence.
fn ids() -> String {
    Role::ALL.map(|(_, id, _)| id).join(", ")
}

/// What commas part; a backslash takes the next character as it is.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let taken = match letter {
            ',' => {
                parts.push(String::new());
                continue;
            }
            '\\' => letters.next().unwrap_or(letter),
            letter => letter,
        };
        if let Some(part) = parts.last_mut() {
            part.push(taken);
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn choices_are_read_from_a_line() {
        let choices =
            ColumnChoices::from_text(r"SrcAddr=source address, Label = LABEL ,Foo=ignore,a\,b=c=bytes,").unwrap();
        let expected =
            [("Foo", Role::Ignored), ("Label", Role::Label), ("SrcAddr", Role::Source), ("a,b=c", Role::Bytes)];
        assert_eq!(choices.iter().collect::<Vec<_>>(), expected);
        for (text, words) in [("x", "not HEADING=ROLE"), ("x=nothing", "no such role"), ("=bytes", "no heading")] {
            let why = ColumnChoices::from_text(text).unwrap_err();
            assert!(why.contains(words), "{why}");
        }
        assert!(ColumnChoices::from_text("x=port").unwrap_err().contains("source port, destination address"));
    }

    #[test]
    fn what_a_file_says_wrongly_is_said_and_the_rest_is_used() {
        let file = serde_json::json!({ "a": "start time", "b": "no role", "c": 1, "": "bytes" });
        let (choices, warnings) = ColumnChoices::from_value(&file);
        assert_eq!((choices.iter().collect::<Vec<_>>(), warnings.len()), (vec![("a", Role::Start)], 3));
        assert_eq!(ColumnChoices::from_value(&serde_json::json!([])).1.len(), 1);
    }

    #[test]
    fn what_was_said_of_this_table_is_told_apart_from_what_was_kept() {
        let mut choices = ColumnChoices::from_text("kept=bytes,both=label").unwrap();
        choices.extend(&ColumnChoices::from_text("both=packets,asked=label").unwrap().about_this());
        assert_eq!(choices.asked().collect::<Vec<_>>(), [("asked", Role::Label), ("both", Role::Packets)]);
        choices.set("both", None);
        choices.set("both", Some(Role::Label));
        assert_eq!(choices.asked().collect::<Vec<_>>(), [("asked", Role::Label)]);
    }

    #[test]
    fn a_column_without_a_heading_is_known_by_its_place_and_better_by_its_place_among_so_many() {
        let mut choices = ColumnChoices::from_text("column 3=bytes,column 3 of 7=packets,column 9=label").unwrap();
        let of = |choices: &ColumnChoices, n| choices.of("column 3", 2, n);
        assert_eq!((of(&choices, 7), of(&choices, 8)), (Some(Role::Packets), Some(Role::Bytes)));
        // A heading that says so of another place is a heading.
        assert_eq!((choices.of("column 9", 2, 7), choices.of("x", 2, 7)), (Some(Role::Label), None));
        choices.forget("column 3", 2, 7);
        assert_eq!((of(&choices, 7), of(&choices, 8), choices.iter().count()), (None, None, 1));
    }

    #[test]
    fn choices_have_an_end() {
        let mut choices = ColumnChoices::default();
        assert!((0..ColumnChoices::MOST).all(|n| choices.set(&n.to_string(), Some(Role::Id))));
        assert!(!choices.set("more", Some(Role::Id)) && choices.set("1", Some(Role::Label)) && choices.set("1", None));
        assert!(choices.set("more", Some(Role::Id)));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(headings in proptest::collection::vec(".{1,8}", 0..5), role in 0..Role::N) {
            let mut choices = ColumnChoices::default();
            headings.iter().for_each(|heading| { choices.set(heading, Some(Role::ALL[role].0)); });
            prop_assert_eq!(ColumnChoices::from_value(&choices.to_value()), (choices, Vec::new()));
        }
    }
}
