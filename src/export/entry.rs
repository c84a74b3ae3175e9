//! What the register says of an export: its option, its button, and how it is written.

use crate::flow::fields::FlowFields;
use crate::flow::names::Names;
use crate::flow::optional::OptionalTables;
use crate::flow::table::FlowTable;
use crate::model::Analysis;
use serde::{Deserialize, Serialize};

/// A file that results are written to.
#[derive(Clone, Copy, Debug)]
pub struct Export {
    /// Id; the command's option is `--` and this.
    pub id: &'static str,
    /// What it is, for the command's help.
    pub help: &'static str,
    /// Media type of the file.
    pub media_type: &'static str,
    /// True if the page offers it.
    pub is_on_page: bool,
    /// What it is called; may depend on the settings that the input was read with.
    pub about: fn(&Analysis) -> About,
    /// How it is written, and what that needs.
    pub writer: Writer,
}

/// What an export is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct About {
    /// What is saved, as the page's button says: `report`, `flows (CSV)`.
    pub label: &'static str,
    /// End of the name of a saved file: `report.html`.
    pub ending: &'static str,
    /// What else is worth to know before it is saved.
    pub hint: Option<String>,
    /// What the file has no place to say of itself: what it is, and what is to be known of it, as of `flow table` that it is
    /// `CIC-compatible`.
    pub warning: Option<(&'static str, &'static str)>,
}

impl About {
    /// A name that is always the same.
    pub const fn new(label: &'static str, ending: &'static str) -> About {
        About { label, ending, hint: None, warning: None }
    }
}

/// How an export is written.
#[derive(Clone, Copy, Debug)]
pub enum Writer {
    /// From the analysis alone: wherever that is.
    Analysis(fn(&Analysis) -> String),
    /// From the tables: only the worker and the command have them. The page's program does without these writers.
    Tables(TableExport),
}

impl Writer {
    /// True for what names the input by its hash.
    pub fn names_input(self) -> bool {
        matches!(self, Writer::Analysis(_))
    }
}

/// An export that is written from the tables, as the page asks the worker for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum TableExport {
    /// The flow table as CSV.
    Flows,
    /// Flows and the fields of their messages as JSON lines.
    Facts,
}

/// What such exports are written from.
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
}
