//! The views of the page in one table: what each is called, when it is offered, and how much is in it.
//!
//! Addresses, tabs and the tests in a browser go by this table. What is chosen in a view is its [`Route`].

use super::route::{Given, Route};
use crate::model::Analysis;
use crate::model::rows::RowKind;

/// A view of the page.
#[derive(Debug)]
pub struct View {
    /// Id: what its address begins with.
    pub id: &'static str,
    /// Name, for its heading and the navigation.
    pub label: &'static str,
    /// What it is offered for.
    pub needs: Needs,
    /// How much is in it; none where that says nothing.
    pub count: fn(&Analysis) -> Option<u64>,
    /// What its address chooses in it: the part behind the id, and what is given by name.
    pub(super) read: fn(&str, &Given) -> Route,
}

/// What a view needs. What a file cannot have is not offered; the overview says why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// Nothing: it is there before a file is open.
    Nothing,
    /// A file.
    File,
    /// Flows: a capture, or a table that has them.
    Flows,
    /// Packets: a capture.
    Packets,
    /// Rows and columns: a table.
    Table,
}

impl Needs {
    /// True if a file has what the view needs.
    pub(super) fn are_met(self, analysis: &Analysis) -> bool {
        let table = analysis.table.as_ref();
        match self {
            Needs::Nothing | Needs::File => true,
            Needs::Flows => table.is_none_or(|table| table.layout.kind != RowKind::Rows),
            Needs::Packets => table.is_none(),
            Needs::Table => table.is_some(),
        }
    }
}

/// What is in the capture, in short; before a file is open, where one is chosen.
pub static OVERVIEW: View =
    View { id: "overview", label: "Overview", needs: Needs::Nothing, count: |_| None, read: |_, _| Route::Overview };

/// The list of findings, and one of them in full.
pub static FINDINGS: View = View {
    id: "findings",
    label: "Findings",
    needs: Needs::File,
    count: |analysis| Some(analysis.findings.len() as u64),
    read: |rest, given| given.findings(rest),
};

/// Measures by dimensions: time series, distributions, conversations and so on.
pub static EXPLORE: View = View {
    id: "explore",
    label: "Explore",
    needs: Needs::File,
    count: |_| None,
    read: |rest, given| Route::Explore(given.explore(rest)),
};

/// The flow table.
pub static FLOWS: View = View {
    id: "flows",
    label: "Flows",
    needs: Needs::Flows,
    count: |analysis| Some(analysis.coverage.flows_kept),
    read: |_, given| Route::Flows(given.flows()),
};

/// The packet table.
pub static PACKETS: View = View {
    id: "packets",
    label: "Packets",
    needs: Needs::Packets,
    count: |analysis| Some(analysis.summary.packets),
    read: |_, given| Route::Packets(given.packets()),
};

/// What the columns of a table are taken for, and why.
pub static READING: View =
    View { id: "reading", label: "Reading", needs: Needs::Table, count: |_| None, read: |_, _| Route::Reading };

/// The columns of a table.
pub static COLUMNS: View = View {
    id: "columns",
    label: "Columns",
    needs: Needs::Table,
    count: |analysis| analysis.table.as_ref().map(|table| table.layout.columns.len() as u64),
    read: |_, given| Route::Columns(given.columns()),
};

/// The rows of a table.
pub static ROWS: View = View {
    id: "rows",
    label: "Rows",
    needs: Needs::Table,
    count: |analysis| analysis.table.as_ref().map(|table| table.rows),
    read: |_, given| Route::Rows(given.rows()),
};

/// What is unusual, by methods that learn from the file alone.
pub static ANOMALIES: View =
    View { id: "anomalies", label: "Anomalies", needs: Needs::File, count: |_| None, read: |_, _| Route::Anomalies };

/// What could not be read.
pub static ISSUES: View = View {
    id: "issues",
    label: "Issues",
    needs: Needs::File,
    count: |analysis| Some(analysis.issues.len() as u64),
    read: |_, _| Route::Issues,
};

/// Settings and what detectors do.
pub static SETTINGS: View =
    View { id: "settings", label: "Settings", needs: Needs::Nothing, count: |_| None, read: |_, _| Route::Settings };

/// All views in the order of the navigation. The first is shown for an address that names none.
pub static VIEWS: [&View; 11] =
    [&OVERVIEW, &FINDINGS, &EXPLORE, &FLOWS, &PACKETS, &READING, &COLUMNS, &ROWS, &ANOMALIES, &ISSUES, &SETTINGS];

impl View {
    /// The address's hash of the view, with nothing chosen in it.
    pub fn hash(&self) -> String {
        format!("#/{}", self.id)
    }
}

/// Views are constants told apart by their ids.
impl PartialEq for View {
    fn eq(&self, other: &View) -> bool {
        self.id == other.id
    }
}
