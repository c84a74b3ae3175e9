//! The register entry of an export: its option, its button, and how it is written.

use crate::flow::fields::FlowFields;
use crate::flow::names::Names;
use crate::flow::optional::OptionalTables;
use crate::flow::table::FlowTable;
use crate::model::{Analysis, Finding};
use serde::{Deserialize, Serialize};

/// A file that results are written to.
#[derive(Clone, Copy, Debug)]
pub struct Export {
    /// Id; the command's option is `--` and this.
    pub id: &'static str,
    /// Its description in the command's help.
    pub help: &'static str,
    /// Media type of the file.
    pub media_type: &'static str,
    /// True if the page has a button for it at its top; its menu has all.
    pub is_at_top: bool,
    /// Its name; may depend on the settings used while reading.
    pub about: fn(&Analysis) -> About,
    /// How it is written, and what that needs.
    pub writer: Writer,
}

/// The name of an export.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct About {
    /// What is saved, as on the page's button: `report`, `flows (CSV)`.
    pub label: &'static str,
    /// End of the name of a saved file: `report.html`.
    pub ending: &'static str,
    /// What else to know before saving.
    pub hint: Option<String>,
    /// A warning that the file itself cannot contain: its subject and the warning, such as `flow table` and
    /// `CIC-compatible`.
    pub warning: Option<(&'static str, &'static str)>,
}

impl About {
    /// A fixed name.
    pub const fn new(label: &'static str, ending: &'static str) -> About {
        About { label, ending, hint: None, warning: None }
    }
}

/// How an export is written.
#[derive(Clone, Copy, Debug)]
pub enum Writer {
    /// From the analysis alone: available everywhere.
    Analysis(fn(&Analysis) -> String),
    /// From findings, those that are selected.
    Findings(fn(&Analysis, &[&Finding]) -> String),
    /// From the tables, which only the worker and the command have. The page does not contain these writers.
    Tables(TableExport),
    /// From the flow table, by crates that only the command has.
    #[cfg(not(target_arch = "wasm32"))]
    Columns(ColumnFormat),
    /// From the packets, which are read again: only the worker and the command do that.
    Packets,
}

/// Stands for a writer in a program that does not write this: the page lets another one write.
pub fn written_elsewhere(_: &Analysis) -> String {
    String::new()
}

/// The same for findings.
pub fn findings_elsewhere(_: &Analysis, _: &[&Finding]) -> String {
    String::new()
}

impl Writer {
    /// True if it contains the input's hash.
    pub fn names_input(self) -> bool {
        matches!(self, Writer::Analysis(_))
    }
}

/// A kind of file with typed columns.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ColumnFormat {
    /// Parquet, compressed with gzip.
    Parquet,
    /// Arrow's file format, which Feather 2 is.
    Arrow,
}

/// An export written from the tables, as the page requests it from the worker.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum TableExport {
    /// The flow table as CSV.
    Flows,
    /// Flows and the fields of their messages as JSON lines.
    Facts,
    /// The flows as Zeek's conn.log.
    ConnLog,
    /// The flows with NFStream's columns.
    NfStream,
    /// Flows and findings as EVE lines.
    Eve,
    /// Indicators of findings.
    Indicators,
    /// Beacon scores of pairs of hosts.
    Beacons,
    /// Names of hosts, domains and accounts, one a line: what pseudonyms stand for. Offered nowhere.
    Names,
}

/// The tables that such exports use.
#[derive(Clone, Copy)]
pub struct Tables<'a> {
    /// The flow table.
    pub flows: &'a FlowTable,
    /// What the messages of flows said.
    pub fields: &'a FlowFields,
    /// Texts.
    pub names: &'a Names,
    /// The tables beside the flow table, if any was asked for.
    pub optional: Option<&'a OptionalTables>,
    /// Largest score of the models for each kept flow, in order, not a number where there is none; may be shorter.
    pub scores: &'a [f32],
    /// Serial numbers of the flows that are written, ascending; all if none are named.
    pub passing: Option<&'a [u32]>,
}
