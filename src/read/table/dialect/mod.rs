//! Dialects: who wrote a table, told by its headings or, where it has none, by its shape. One file each.

mod cicflowmeter_v4;
mod cicids2017_flows;
mod cicids2017_ml;
mod cicids2018;
mod ciciot2023;
mod ctu13;
mod hikari2021;
mod kdd99;
mod netflow_v9;
mod nfdump;
mod nfdump_old;
mod nfstream;
mod nsl_kdd;
mod other;
mod python_cicflowmeter;
mod suricata_eve;
mod unsw_nb15;
mod unsw_nb15_raw;
mod wireshark_list;
mod zeek_conn;
mod zeek_flowmeter;

use super::flow::Row;
use super::time::Order;
use crate::model::Flow;
use crate::model::rows::Role;

/// Every dialect. The first that fits is taken; the last fits anything.
pub const ALL: &[Entry] = &[
    python_cicflowmeter::ENTRY,
    cicids2018::ENTRY,
    cicids2017_flows::ENTRY,
    cicflowmeter_v4::ENTRY,
    cicids2017_ml::ENTRY,
    nfstream::ENTRY,
    hikari2021::ENTRY,
    zeek_flowmeter::ENTRY,
    unsw_nb15::ENTRY,
    unsw_nb15_raw::ENTRY,
    nsl_kdd::ENTRY,
    kdd99::ENTRY,
    ctu13::ENTRY,
    zeek_conn::ENTRY,
    suricata_eve::ENTRY,
    nfdump_old::ENTRY,
    nfdump::ENTRY,
    wireshark_list::ENTRY,
    netflow_v9::ENTRY,
    ciciot2023::ENTRY,
    other::ENTRY,
];

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
    /// Order of day and month.
    pub order: Order,
    /// Headings of the columns that say what a row is, in lower case, the best first.
    pub labels: &'static [&'static str],
    /// A row has one direction; the answers stand in a row of their own.
    pub is_one_way: bool,
    /// What rows are.
    pub kind: Kind,
    /// A line that begins with this ends the rows; empty if there is none.
    pub ends_at: &'static str,
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
}

impl Unit {
    /// In nanoseconds.
    pub fn ns(self) -> f64 {
        match self {
            Unit::Second => 1e9,
            Unit::Milli => 1e6,
            Unit::Micro => 1e3,
            Unit::Nano => 1.0,
        }
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Second => "seconds",
            Unit::Milli => "milliseconds",
            Unit::Micro => "microseconds",
            Unit::Nano => "nanoseconds",
        }
    }
}

/// What most dialects have in common.
pub(super) const COMMON: Entry = Entry {
    id: "",
    name: "",
    known_by: KnownBy::Rest,
    roles: &[],
    durations: Unit::Second,
    gaps: Unit::Second,
    order: Order::DayFirst,
    labels: &["label"],
    is_one_way: false,
    kind: Kind::Flows,
    ends_at: "",
    state: super::state::by_counts,
};

/// The dialect of a table with these headings (in lower case) or, if there are none, these first rows.
pub fn find(headings: Option<&[String]>, rows: &[Vec<String>]) -> &'static Entry {
    let has = |name: &&str| headings.is_some_and(|headings| headings.iter().any(|heading| heading == name));
    let fits = |entry: &&'static Entry| match &entry.known_by {
        KnownBy::Headings(names) => names.iter().all(has),
        KnownBy::AnyHeadings(sets) => sets.iter().any(|names| names.iter().all(has)),
        KnownBy::Shape(looks, _) => headings.is_none() && looks(rows),
        KnownBy::Rest => true,
    };
    ALL.iter().find(fits).unwrap_or(&other::ENTRY)
}
