//! Dialects: who wrote a table, recognised by its headings or, where it has none, by its shape. One file each.

mod argus_text;
mod aws_vpc;
mod azure_flows;
mod blank_list;
mod cesnet;
mod cicflowmeter_v4;
mod cicids2017_flows;
mod cicids2017_ml;
mod cicids2018;
mod ciciot2023;
mod cidds;
mod cisco_asa;
mod contract;
mod ctu13;
mod ecs;
mod envoy;
mod filterlog;
mod firewall_text;
mod fortigate;
mod fortigate_csv;
mod gcp_vpc;
mod goflow2;
mod gure_kdd;
mod hikari2021;
mod ipfix;
mod kdd99;
mod key_value;
mod mikrotik;
mod netfilter;
mod netflow_v5;
mod netflow_v9;
mod nfdump;
mod nfdump_json;
mod nfdump_old;
mod nfdump_pipe;
mod nfdump_quiet;
mod nfdump_text;
mod nfstream;
mod nsl_kdd;
mod other;
mod panos;
mod panos_csv;
mod pmacct;
mod python_cicflowmeter;
mod silk;
mod suricata_eve;
mod sysmon;
mod ton_iot;
mod tshark_fields;
mod tshark_text;
mod ugr16;
mod unsw_nb15;
mod unsw_nb15_raw;
mod w3c;
mod windows_events;
mod windows_firewall;
mod wireshark_conversations;
mod wireshark_list;
mod yaf;
mod yaf_text;
mod zeek_conn;
mod zeek_flowmeter;
mod zeek_log;

use super::lines::{LineFormat, LinesFront};
use super::log::{Log, Rows};
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
    ton_iot::ENTRY,
    pmacct::ENTRY,
    zeek_log::ENTRY,
    zeek_conn::ENTRY,
    suricata_eve::ENTRY,
    ecs::ENTRY,
    nfdump_old::ENTRY,
    nfdump::ENTRY,
    wireshark_list::ENTRY,
    netflow_v5::ENTRY,
    netflow_v9::ENTRY,
    ciciot2023::ENTRY,
    tshark_fields::ENTRY,
    wireshark_conversations::ENTRY,
    nfdump_json::ENTRY,
    nfdump_quiet::ENTRY,
    ugr16::ENTRY,
    cidds::ENTRY,
    yaf::ENTRY,
    cesnet::ENTRY,
    silk::ENTRY,
    goflow2::ENTRY,
    ipfix::ENTRY,
    gcp_vpc::ENTRY,
    envoy::ENTRY,
    panos_csv::ENTRY,
    fortigate_csv::ENTRY,
    sysmon::ENTRY,
    windows_firewall::ENTRY,
    w3c::ENTRY,
    aws_vpc::ENTRY,
    gure_kdd::ENTRY,
    nfdump_text::ENTRY,
    nfdump_pipe::ENTRY,
    argus_text::ENTRY,
    yaf_text::ENTRY,
    tshark_text::ENTRY,
    windows_events::ENTRY,
    netfilter::ENTRY,
    filterlog::ENTRY,
    mikrotik::ENTRY,
    cisco_asa::ENTRY,
    panos::ENTRY,
    fortigate::ENTRY,
    key_value::ENTRY,
    firewall_text::ENTRY,
    blank_list::ENTRY,
    azure_flows::ENTRY,
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
        KnownBy::Lines(_) => false,
        KnownBy::Rest => true,
    };
    ALL.iter().find(fits).unwrap_or(&other::ENTRY)
}

/// The dialect whose lines stand at the front of a text, what the front declares, and how lines are read.
pub fn find_lines(front: &[u8]) -> Option<(&'static Entry, LineFormat, LinesFront)> {
    ALL.iter().find_map(|entry| match entry.known_by {
        KnownBy::Lines(format) => (format.open)(front).map(|opened| (entry, format, opened)),
        _ => None,
    })
}

/// How the lines of this dialect are read, if it is one of lines.
pub fn lines_of(entry: &Entry) -> Option<LineFormat> {
    match entry.known_by {
        KnownBy::Lines(format) => Some(format),
        _ => None,
    }
}

/// True for the dialects of Zeek's own logs.
pub fn is_zeek(entry: &Entry) -> bool {
    [zeek_conn::ENTRY.id, zeek_log::ENTRY.id].contains(&entry.id)
}

/// The dialect of a log of Zeek whose head says of which kind it is.
pub fn of_zeek(kind: &Log) -> &'static Entry {
    if kind.rows == Rows::Flows { &zeek_conn::ENTRY } else { &zeek_log::ENTRY }
}

/// The dialect of tuples in the flow logs of Azure.
pub const AZURE_FLOWS: &Entry = &azure_flows::ENTRY;
