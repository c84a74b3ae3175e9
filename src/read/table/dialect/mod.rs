//! Dialects: who wrote a table, told by its headings or, where it has none, by its shape. One file each.

mod cicflowmeter_v4;
mod cicids2017_flows;
mod cicids2017_ml;
mod cicids2018;
mod ciciot2023;
mod contract;
mod ctu13;
mod ecs;
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
mod zeek_log;

pub use contract::{Entry, Kind, KnownBy, Unit};

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
    zeek_log::ENTRY,
    zeek_conn::ENTRY,
    suricata_eve::ENTRY,
    ecs::ENTRY,
    nfdump_old::ENTRY,
    nfdump::ENTRY,
    wireshark_list::ENTRY,
    netflow_v9::ENTRY,
    ciciot2023::ENTRY,
    other::ENTRY,
];

/// The dialect of a table with these headings (in lower case) or, if there are none, these first rows.
pub fn find(headings: Option<&[String]>, rows: &[Vec<String>]) -> &'static Entry {
    let has = |name: &&str| headings.is_some_and(|headings| headings.iter().any(|heading| heading == name));
    let fits = |entry: &&'static Entry| match &entry.known_by {
        KnownBy::Headings(names) => names.iter().all(has),
        KnownBy::AnyHeadings(sets) => sets.iter().any(|names| names.iter().all(has)),
        KnownBy::Shape(looks, _) => headings.is_none() && looks(rows),
        KnownBy::Columns(is_it) => headings.is_some_and(is_it),
        KnownBy::Rest => true,
    };
    ALL.iter().find(fits).unwrap_or(&other::ENTRY)
}
