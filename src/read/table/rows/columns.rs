//! Decides the role of each column of a table: by its heading, by the user's choice, and by its values.

use super::RowReader;
use crate::issue::{IssueKind, IssueLog};
use crate::model::rows::{Column, Role, RoleReason, UnusedChoice, label_names};
use crate::read::table::dialect::KnownBy;
use crate::read::table::plain::plain;
use crate::read::table::{Label, choices, names, survey, wording};

/// Headings that begin alike, at least, and their share of all in per cent.
const LEAST_ALIKE: usize = 5;
const LEAST_SHARE: usize = 60;

/// What most of these headings begin with, up to the first mark.
fn shared_prefix(names: &[String]) -> Option<String> {
    let front = |name: &String| name.trim().find(['_', '.']).and_then(|at| name.trim().get(..=at).map(str::to_owned));
    let fronts: Vec<String> = names.iter().filter_map(front).collect();
    let count = |wanted: &String| fronts.iter().filter(|front| *front == wanted).count();
    let best = fronts.iter().max_by_key(|front| count(front))?;
    let n = count(best);
    (n >= LEAST_ALIKE && n * 100 >= names.len() * LEAST_SHARE).then(|| best.clone())
}

impl RowReader {
    pub(super) fn add_columns(&mut self, names: &[String]) {
        let entry = self.front.entry;
        if self.layout.columns.is_empty() && matches!(entry.known_by, KnownBy::Rest) {
            self.prefix = shared_prefix(names);
        }
        let n_columns = self.layout.columns.len() + names.len();
        for name in names {
            let place = self.layout.columns.len();
            let is_label = match &self.options.label {
                Label::Place(wanted) => place == *wanted,
                Label::Name(wanted) => name.trim().eq_ignore_ascii_case(wanted.trim()),
                Label::Found | Label::None => false,
            };
            let heading = if name.trim().is_empty() { format!("column {}", place + 1) } else { name.trim().to_owned() };
            let name = self.without_prefix(name);
            let by_name = names::role(name, entry);
            let chosen = self.options.columns.of(&heading, place, n_columns);
            let (role, rank, reason) = match chosen {
                _ if is_label => (Role::Label, 0, RoleReason::Chosen),
                Some(role) => (role, by_name.1, RoleReason::Chosen),
                None => (by_name.0, by_name.1, names::reason(name, by_name.0, entry)),
            };
            if is_label && self.layout.label.is_none() {
                self.layout.label = Some(place as u32);
            }
            // What its heading says anyway is no news: of several such columns the same one counts.
            if reason == RoleReason::Chosen && role != by_name.0 {
                self.places.add_first(role, place);
            } else {
                self.places.add(role, place, rank);
            }
            if let Some(logs) = &mut self.logs {
                logs.add_column(wording::of_record(name));
            }
            self.layout.columns.push(Column { name: heading, role, reason, examples: Vec::new() });
        }
        self.choose_label();
    }

    /// A heading without what most headings begin with, where no tool is known that writes them so: `FilterData_SourceIP`.
    fn without_prefix<'n>(&self, name: &'n str) -> &'n str {
        let behind = |prefix: &String| name.trim().strip_prefix(prefix.as_str()).filter(|rest| !rest.is_empty());
        self.prefix.as_ref().and_then(behind).unwrap_or(name)
    }

    /// Of the columns that hold labels, takes the one whose name says most.
    pub(super) fn choose_label(&mut self) {
        if self.options.label != Label::Found {
            return;
        }
        let of_dialect = self.front.entry.labels;
        let rank = |name: &str| {
            let own = of_dialect.iter().position(|known| known.eq_ignore_ascii_case(name.trim()));
            own.unwrap_or_else(|| of_dialect.len() + label_names::rank(&plain(name)))
        };
        let columns = self.layout.columns.iter().enumerate().filter(|(_, column)| column.role == Role::Label);
        let best = columns.min_by_key(|(_, column)| (!column.is_chosen(), rank(&column.name)));
        self.layout.label = best.map(|(place, _)| place as u32);
    }

    /// Makes columns of names that JSON objects have brought; true if there were any.
    pub(super) fn add_keys(&mut self) -> bool {
        let added = self.keys.names.get(self.layout.columns.len()..).unwrap_or_default().to_vec();
        if !added.is_empty() {
            self.add_columns(&added);
        }
        !added.is_empty()
    }

    /// Goes back to the headings for columns whose values cannot be what was chosen.
    pub(super) fn check_choices(&mut self, rows: &survey::SampleRows) {
        let entry = self.front.entry;
        for place in choices::unfit(&self.layout.columns, rows, entry) {
            let Some(column) = self.layout.columns.get_mut(place) else { continue };
            let unused = UnusedChoice { heading: column.name.clone(), role: column.role, is_absent: false };
            self.places.remove(column.role, place);
            let (role, rank) = names::role(&column.name, entry);
            (column.role, column.reason) = (role, names::reason(&column.name, role, entry));
            self.places.add(role, place, rank);
            self.layout.unused_choices.push(unused);
            self.notes.push(IssueKind::ColumnUnfit);
        }
    }

    /// Takes a column for something else than its heading says, unless people say what it is.
    pub(super) fn take_for(&mut self, place: usize, role: Role) {
        let Some(column) = self.layout.columns.get_mut(place).filter(|column| !column.is_chosen()) else { return };
        self.places.remove(column.role, place);
        column.role = role;
        column.reason = if role == Role::Plain { RoleReason::Refuted } else { RoleReason::Values };
        self.places.add(role, place, 0);
    }

    /// Notes choices about columns that the table turned out not to have; true if there were any.
    pub(super) fn note_absent_choices(&mut self, issues: &mut IssueLog) -> bool {
        let absent = choices::absent(&self.options.columns, &self.layout.columns);
        absent.iter().for_each(|_| issues.add(IssueKind::ColumnAbsent, None, None));
        let has_some = !absent.is_empty();
        self.layout.unused_choices.extend(absent);
        has_some
    }
}
