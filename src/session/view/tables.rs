//! Views that list flows, packets, rows and columns, or one of them.

use super::{Needs, View};
use crate::session::route::Route;

/// The flow table.
pub static FLOWS: View = View {
    id: "flows",
    label: "Flows",
    needs: Needs::Flows,
    count: |analysis| Some(analysis.coverage.flows_kept),
    read: |_, given| Route::Flows(given.flows()),
    ..View::PLAIN
};

/// The packet table.
pub static PACKETS: View = View {
    id: "packets",
    label: "Packets",
    needs: Needs::Packets,
    count: |analysis| Some(analysis.summary.packets),
    read: |_, given| Route::Packets(given.packets()),
    ..View::PLAIN
};

/// What a flow carries, in order.
pub static STREAM: View = View {
    id: "stream",
    label: "Stream",
    needs: Needs::Packets,
    read: |rest, given| Route::Stream(given.stream(rest)),
    ..View::WHOLE
};

/// What the columns of a table are taken for, and why.
pub static READING: View =
    View { id: "reading", label: "Reading", needs: Needs::Table, read: |_, _| Route::Reading, ..View::WHOLE };

/// The columns of a table.
pub static COLUMNS: View = View {
    id: "columns",
    label: "Columns",
    needs: Needs::Table,
    count: |analysis| analysis.table.as_ref().map(|table| table.layout.columns.len() as u64),
    read: |_, given| Route::Columns(given.columns()),
    ..View::WHOLE
};

/// The rows of a table.
pub static ROWS: View = View {
    id: "rows",
    label: "Rows",
    needs: Needs::Table,
    count: |analysis| analysis.table.as_ref().map(|table| table.rows),
    read: |_, given| Route::Rows(given.rows()),
    ..View::PLAIN
};
