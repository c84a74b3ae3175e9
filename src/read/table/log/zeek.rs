//! Zeek's headings to whether they are those of conn.log, of another log or of several, and what they mean in all of them.

use super::cells::shown;
use super::contract::Rows;
use super::register::{all_by_columns, by_columns};
use crate::model::rows::{CellValue, Role};
use crate::read::table::plain::plain;

/// What the columns of conn.log, and the ends of any other, mean.
pub const ROLES: &[(&str, Role)] = &[
    ("ts", Role::Start),
    ("uid", Role::Id),
    ("id.orig_h", Role::Source),
    ("id.orig_p", Role::SourcePort),
    ("id.resp_h", Role::Target),
    ("id.resp_p", Role::TargetPort),
    ("conn_state", Role::State),
    ("history", Role::History),
    ("orig_bytes", Role::FwdPayload),
    ("resp_bytes", Role::BwdPayload),
    ("orig_pkts", Role::FwdPackets),
    ("resp_pkts", Role::BwdPackets),
    ("orig_ip_bytes", Role::FwdBytes),
    ("resp_ip_bytes", Role::BwdBytes),
    ("client_addr", Role::Source),
    ("server_addr", Role::Target),
    ("orig_l2_addr", Role::SourceMac),
    ("resp_l2_addr", Role::TargetMac),
];

/// Columns that IoT-23 adds.
pub const LABELS: &[&str] = &["label", "detailed-label", "detailedlabel"];

/// Columns in which a stream of several logs says of which a row is.
pub const PATHS: [&str; 3] = ["_path", "@path", "#path"];

/// The ends of a connection, with dots or underscores.
fn has_ends(columns: &[String]) -> bool {
    let has = |name: &str| columns.iter().any(|column| plain(column) == name);
    has("idorigh") && has("idresph")
}

/// True for the columns of conn.log alone.
pub fn is_conn(headings: &[String]) -> bool {
    has_ends(headings) && !is_log(headings)
}

/// True for the columns of any other log, or of several.
pub fn is_log(headings: &[String]) -> bool {
    let columns: Vec<String> = headings.iter().map(|heading| plain(heading)).collect();
    let has = |name: &str| columns.iter().any(|column| column == name);
    let says = headings.iter().any(|heading| PATHS.contains(&heading.as_str()));
    let n_kinds = all_by_columns(&has).count();
    let first = by_columns(&has);
    let is_conn = first.is_some_and(|log| log.rows == Rows::Flows);
    if has_ends(headings) {
        return says || !is_conn || n_kinds > 1;
    }
    // Certificates, files and the like are of no connection; newer DHCP logs name their ends otherwise.
    has("ts") && (says || first.is_some_and(|log| log.rows == Rows::Other || ["files", "dhcp"].contains(&log.id)))
}

/// Of which log a row says that it is.
pub fn path(names: &[String], values: &[CellValue], texts: &[u8]) -> Option<String> {
    let place = names.iter().position(|name| PATHS.contains(&name.as_str()))?;
    shown(*values.get(place)?, texts).map(|path| path.into_owned())
}
