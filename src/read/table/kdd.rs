//! The columns that KDD Cup 1999 and NSL-KDD share.

/// Headings, which the files themselves do not have.
use crate::maths::number::number;
pub const COLUMNS: &[&str] = &[
    "duration",
    "protocol_type",
    "service",
    "flag",
    "src_bytes",
    "dst_bytes",
    "land",
    "wrong_fragment",
    "urgent",
    "hot",
    "num_failed_logins",
    "logged_in",
    "num_compromised",
    "root_shell",
    "su_attempted",
    "num_root",
    "num_file_creations",
    "num_shells",
    "num_access_files",
    "num_outbound_cmds",
    "is_host_login",
    "is_guest_login",
    "count",
    "srv_count",
    "serror_rate",
    "srv_serror_rate",
    "rerror_rate",
    "srv_rerror_rate",
    "same_srv_rate",
    "diff_srv_rate",
    "srv_diff_host_rate",
    "dst_host_count",
    "dst_host_srv_count",
    "dst_host_same_srv_rate",
    "dst_host_diff_srv_rate",
    "dst_host_same_src_port_rate",
    "dst_host_srv_diff_host_rate",
    "dst_host_serror_rate",
    "dst_host_srv_serror_rate",
    "dst_host_rerror_rate",
    "dst_host_srv_rerror_rate",
    "label",
    "difficulty",
];

/// So many cells, the second a transport, the first and the fifth numbers.
pub fn is_row(row: &[String], n_cells: usize) -> bool {
    let is_number = |place: usize| row.get(place).is_some_and(|cell| number(cell).is_some());
    row.len() == n_cells
        && row.get(1).is_some_and(|cell| matches!(cell.as_str(), "tcp" | "udp" | "icmp"))
        && is_number(0)
        && is_number(4)
}
