//! The facts of a table for the analysis, and what cannot be evaluated with it.

use crate::detect::detector::Conclusion;
use crate::model::rows::{RowKind, TableFacts};
use crate::stats::rows::RowStore;

/// The facts of a table; `is_counted` if its rows counted packets.
pub(super) fn facts(rows: &RowStore, is_counted: bool) -> TableFacts {
    let layout = rows.layout();
    let lacks = layout.lacks.join(" and ");
    let mut not_evaluated = Vec::new();
    let mut rest = |what: &str, why: String| not_evaluated.push((what.to_owned(), why));
    match layout.kind {
        RowKind::Rows => {
            let why = format!("the table has no {lacks}");
            rest("Flows, hosts and ports", why.clone());
            rest("Timelines", why.clone());
            rest("Detectors of scans, floods, brute force and other behaviour", why);
            rest("Packets", "a table has no packets".to_owned());
        }
        RowKind::Flows => {
            if !is_counted {
                rest("Packets and bytes of connections", "the log does not count them".to_owned());
            }
            rest("Packets and their sizes", "a table of flows has no packets".to_owned());
            rest("Detectors that look at single packets", "a table of flows has no packets".to_owned());
        }
        RowKind::Packets => {
            rest("Packets as layers and bytes", "the packet list has no bytes; its lines are in Rows".to_owned());
        }
    }
    TableFacts { layout: layout.clone(), rows: rows.n_rows(), rows_kept: rows.len() as u64, not_evaluated }
}

/// A detector without enough data, and why.
pub(super) fn not_evaluated(why: String) -> Conclusion {
    Conclusion { not_enough_data: Some(why), ..Conclusion::default() }
}

/// Why the rows of a table are not flows.
pub(super) fn why_no_flows(rows: &RowStore) -> String {
    let lacks = rows.layout().lacks.join(" and ");
    format!("The table has no {lacks}, so its rows cannot be read as flows.")
}
