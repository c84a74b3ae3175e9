//! What the page asks of the worker.

use super::attached::AttachedFile;
use super::query::Query;
use super::window::Scope;
use crate::export::TableExport;
use crate::export::pseudonyms::PseudonymKey;
use crate::settings::Settings;
use serde::{Deserialize, Serialize};

/// Page to worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Analyse the files that ride beside this message, as one capture, as a new job. Ends any older job.
    Open(Settings),
    /// The same, but of a table read only so much that it is known how its columns are read.
    Look(Settings),
    /// Conclude again with other settings, without reading.
    Evaluate(Settings),
    /// Take another allow-list: findings move, nothing is concluded again and nothing answered.
    Expect(Settings),
    /// Stop reading and conclude with what was read.
    Stop,
    /// A question about the tables.
    Ask {
        /// Number of the question; the answer carries it.
        question: u32,
        /// The question.
        query: Query,
    },
    /// Leave these questions unanswered, unless they are being answered.
    Forget(Vec<u32>),
    /// Say what the files are that ride beside this message, by their content. About no job.
    Recognise {
        /// Number of the offer; the reply carries it.
        offer: u32,
        /// Settings in force.
        settings: Settings,
    },
    /// Apply just these files, which ride beside this message, to what is open and to all that is opened later.
    Attach(Vec<AttachedFile>),
    /// Write an export that is made from tables or packets, of what is left by a selection, with pseudonyms if there is a key.
    Save(Saving, Scope, Option<PseudonymKey>),
}

/// An export that the worker writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Saving {
    /// From the tables.
    Table(TableExport),
    /// The packets as pcapng, read again.
    Packets,
    /// What is normal in the flows.
    Baseline,
    /// A model that was trained, by its place among them.
    Model(u32),
}
