//! UNSW-NB15, the four raw files: 49 columns without headings; times in seconds since 1970.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;
use std::net::Ipv4Addr;

pub const ENTRY: Entry = Entry {
    id: "unsw_nb15_raw",
    name: "UNSW-NB15 raw",
    known_by: KnownBy::Shape(looks, COLUMNS),
    roles: &[("stime", Role::Start), ("ltime", Role::End)],
    labels: &["attack_cat", "label"],
    state: state::argus,
    ..COMMON
};

/// Columns 1 and 3 are addresses, and the last is 0 or 1.
fn looks(rows: &[Vec<String>]) -> bool {
    let is_address = |cell: Option<&String>| cell.is_some_and(|cell| cell.parse::<Ipv4Addr>().is_ok());
    let is_row = |row: &&Vec<String>| {
        row.len() == COLUMNS.len()
            && is_address(row.first())
            && is_address(row.get(2))
            && row.last().is_some_and(|last| matches!(last.as_str(), "0" | "1"))
    };
    !rows.is_empty() && rows.iter().filter(is_row).count() * 10 >= rows.len() * 9
}

const COLUMNS: &[&str] = &[
    "srcip",
    "sport",
    "dstip",
    "dsport",
    "proto",
    "state",
    "dur",
    "sbytes",
    "dbytes",
    "sttl",
    "dttl",
    "sloss",
    "dloss",
    "service",
    "Sload",
    "Dload",
    "Spkts",
    "Dpkts",
    "swin",
    "dwin",
    "stcpb",
    "dtcpb",
    "smeansz",
    "dmeansz",
    "trans_depth",
    "res_bdy_len",
    "Sjit",
    "Djit",
    "Stime",
    "Ltime",
    "Sintpkt",
    "Dintpkt",
    "tcprtt",
    "synack",
    "ackdat",
    "is_sm_ips_ports",
    "ct_state_ttl",
    "ct_flw_http_mthd",
    "is_ftp_login",
    "ct_ftp_cmd",
    "ct_srv_src",
    "ct_srv_dst",
    "ct_dst_ltm",
    "ct_src_ltm",
    "ct_src_dport_ltm",
    "ct_dst_sport_ltm",
    "ct_dst_src_ltm",
    "attack_cat",
    "Label",
];
