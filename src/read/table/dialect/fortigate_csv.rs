//! FortiGate's or FortiAnalyzer's traffic log as a table with headings: a row is written when its session ends.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;

pub const ENTRY: Entry = Entry {
    id: "fortigate_csv",
    name: "FortiGate traffic log",
    known_by: KnownBy::Headings(&["srcip", "dstip", "sentbyte", "rcvdbyte"]),
    roles: &[
        ("eventtime", Role::Plain),
        ("service", Role::Plain),
        ("app", Role::Service),
        ("hostname", Role::ServerName),
        ("type", Role::Plain),
        ("level", Role::Plain),
        ("action", Role::Action),
    ],
    logged_at_end: &["date", "time", "date/time", "datetime", "itime", "timestamp", "eventtime"],
    ..COMMON
};
