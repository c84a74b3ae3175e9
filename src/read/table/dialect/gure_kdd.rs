//! gureKDDCup: number, time, ports and addresses of a connection, then the 41 columns of KDD99; cells between blanks, and no
//! label where nothing was found.

use super::contract::{COMMON, Entry, KnownBy};
use crate::maths::number::number;
use crate::model::rows::Role;
use crate::read::table::kdd;
use crate::read::table::lines::{LineFormat, LinesFront, blank, front_lines};
use crate::read::table::state;
use std::net::IpAddr;

pub const ENTRY: Entry = Entry {
    id: "gure_kdd",
    name: "gureKDDCup",
    known_by: KnownBy::Lines(LineFormat { written: "text, spaces", open, read: blank::read }),
    roles: &[
        ("num_conn", Role::Id),
        ("starttime", Role::Start),
        ("orig_port", Role::SourcePort),
        ("resp_port", Role::TargetPort),
        ("orig_ip", Role::Source),
        ("resp_ip", Role::Target),
        ("src_bytes", Role::FwdPayload),
        ("dst_bytes", Role::BwdPayload),
        ("service", Role::Plain),
        ("flag", Role::State),
    ],
    state: state::zeek,
    ..COMMON
};

/// Columns before those of KDD99.
const CONNECTION: &[&str] = &["num_conn", "starttime", "orig_port", "resp_port", "orig_ip", "resp_ip"];
/// Columns of KDD99 without the label.
const N_FEATURES: usize = 41;

fn open(front: &[u8]) -> Option<LinesFront> {
    let lines = front_lines(front);
    let n_rows = lines.iter().filter(|line| is_row(line)).count();
    if n_rows == 0 || n_rows * 10 < lines.len() * 9 {
        return None;
    }
    let names = CONNECTION.iter().chain(kdd::COLUMNS.get(..=N_FEATURES)?).map(|name| (*name).to_owned()).collect();
    Some(LinesFront { names, ..LinesFront::default() })
}

fn is_row(line: &[u8]) -> bool {
    let cells: Vec<&str> = blank::cells(line).filter_map(|cell| std::str::from_utf8(cell).ok()).collect();
    let n_behind = cells.len().checked_sub(CONNECTION.len() + N_FEATURES);
    let [_, time, _, _, from, to, _, protocol, ..] = cells.as_slice() else { return false };
    matches!(n_behind, Some(0 | 1))
        && number(time).is_some()
        && [from, to].iter().all(|address| address.parse::<IpAddr>().is_ok())
        && matches!(*protocol, "tcp" | "udp" | "icmp")
}
