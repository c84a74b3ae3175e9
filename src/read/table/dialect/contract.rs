//! The contract of a dialect: how it is recognised and read, and what most dialects have in common.

use crate::model::Flow;
use crate::model::rows::Role;
use crate::read::table::lines::LineFormat;
use crate::read::table::log::tool::Tool;
use crate::read::table::roles::Row;
use crate::read::table::state;
use crate::read::table::time::Order;

/// A dialect's line in the table.
pub struct Entry {
    /// Id: the file's stem.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// How it is told.
    pub known_by: KnownBy,
    /// Meanings that differ from the common ones, by heading in lower case.
    pub roles: &'static [(&'static str, Role)],
    /// Unit of durations.
    pub durations: Unit,
    /// Unit of gaps between packets.
    pub gaps: Unit,
    /// Order of day and month that the tool writes; none if that depends on the machine.
    pub order: Option<Order>,
    /// First and last day, since 1970, of data sets whose hours are twelve without AM or PM and from eight to six.
    pub twelve_hour_days: Option<(i64, i64)>,
    /// Headings of the columns that say what a row is, in lower case, the best first.
    pub labels: &'static [&'static str],
    /// A row has one direction; the answers stand in a row of their own.
    pub is_one_way: bool,
    /// States of rows that tell of a part of a flow: one that begins, one that goes on, one that ends; what they count adds up.
    pub parts: Option<[&'static [u8]; 3]>,
    /// What rows are.
    pub kind: Kind,
    /// Columns, in lower case, that say when a row was written: when the flow ended, if the row has its duration.
    pub logged_at_end: &'static [&'static str],
    /// A line that begins with this ends the rows; empty if there is none.
    pub ends_at: &'static str,
    /// The tool whose logs of several kinds these are; none for a table of one kind of row.
    pub log: Option<Tool>,
    /// Reads states and flags of a row into its flow.
    pub state: fn(&Row<'_>, &mut Flow),
}

/// How a dialect is told.
pub enum KnownBy {
    /// All of these headings are there, in lower case.
    Headings(&'static [&'static str]),
    /// Any of these sets of headings is there.
    AnyHeadings(&'static [&'static [&'static str]]),
    /// No headings; the cells of the first rows look like it, and the columns are called so.
    Shape(fn(&[Vec<String>]) -> bool, &'static [&'static str]),
    /// The headings are told by more than which are there.
    Columns(fn(&[String]) -> bool),
    /// Lines of text of its own form.
    Lines(LineFormat),
    /// Nothing else fits.
    Rest,
}

/// What rows are where the table has what that takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Flows.
    Flows,
    /// Packets.
    Packets,
}

/// A unit of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Seconds.
    Second,
    /// Milliseconds.
    Milli,
    /// Microseconds.
    Micro,
    /// Nanoseconds.
    Nano,
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
}

impl Unit {
    /// In nanoseconds.
    pub fn ns(self) -> f64 {
        match self {
            Unit::Second => 1e9,
            Unit::Milli => 1e6,
            Unit::Micro => 1e3,
            Unit::Nano => 1.0,
            Unit::Minute => 60e9,
            Unit::Hour => 3600e9,
        }
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Second => "seconds",
            Unit::Milli => "milliseconds",
            Unit::Micro => "microseconds",
            Unit::Nano => "nanoseconds",
            Unit::Minute => "minutes",
            Unit::Hour => "hours",
        }
    }
}

/// What most dialects have in common.
pub const COMMON: Entry = Entry {
    id: "",
    name: "",
    known_by: KnownBy::Rest,
    roles: &[],
    durations: Unit::Second,
    gaps: Unit::Second,
    order: None,
    twelve_hour_days: None,
    labels: &["label"],
    is_one_way: false,
    parts: None,
    kind: Kind::Flows,
    logged_at_end: &[],
    ends_at: "",
    log: None,
    state: state::by_counts,
};
