//! Messages between page and worker, defined once. They cross as postcard bytes; files ride beside them.

use crate::model::Analysis;
use crate::model::listing::FlowRow;
use crate::model::listing::PacketDetail;
use crate::model::listing::PacketRow;
use crate::model::listing::Page;
use crate::model::rows::{ColumnInfo, DataRow};
use crate::settings::Settings;
use serde::{Deserialize, Serialize};

/// Hash of the sources that this was built from: page and worker must match.
pub const BUILD: &str = env!("PACKETLOUPE_BUILD");

/// Page to worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Analyse the files that ride beside this message, as one capture. Ends any older job.
    Open {
        /// Number of the new job.
        job: u32,
        /// Settings in force.
        settings: Settings,
    },
    /// Conclude again with other settings, without reading.
    Evaluate {
        /// Job concerned.
        job: u32,
        /// Settings in force.
        settings: Settings,
    },
    /// Take another allow-list: findings move, nothing is concluded again and nothing answered.
    Expect {
        /// Job concerned.
        job: u32,
        /// Settings in force.
        settings: Settings,
    },
    /// Stop reading and conclude with what was read.
    Stop {
        /// Job concerned.
        job: u32,
    },
    /// A question about the tables.
    Ask {
        /// Job concerned.
        job: u32,
        /// Number of the question; the answer carries it.
        question: u32,
        /// The question.
        query: Query,
    },
    /// Write the flow table as CSV.
    SaveFlows {
        /// Job concerned.
        job: u32,
    },
}

/// Worker to page. All but `Ready` carry the job number; answers to an older job are dropped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The worker runs; first message.
    Ready {
        /// Its [`BUILD`].
        build: String,
    },
    /// How far it is, at most ten times a second.
    Progress {
        /// Job concerned.
        job: u32,
        /// How far.
        progress: Progress,
    },
    /// Statistics so far, without findings, at most twice a second.
    Partial {
        /// Job concerned.
        job: u32,
        /// What is known so far.
        analysis: Box<Analysis>,
    },
    /// The result; comes again after `Evaluate`.
    Done {
        /// Job concerned.
        job: u32,
        /// The result; `file.sha256` follows later.
        analysis: Box<Analysis>,
    },
    /// SHA-256 of the whole file, computed after the findings.
    Sha256 {
        /// Job concerned.
        job: u32,
        /// In hex.
        hex: String,
    },
    /// This is no file that we know, or it cannot be read.
    Refused {
        /// Job concerned.
        job: u32,
        /// One sentence for people.
        text: String,
    },
    /// Answer to a question.
    Answer {
        /// Job concerned.
        job: u32,
        /// Number of the question.
        question: u32,
        /// The answer.
        answer: Answer,
    },
    /// The flow table as CSV; it rides beside this message as a file, because it can be larger than the capture.
    FlowsSaved {
        /// Job concerned.
        job: u32,
    },
}

/// What the worker is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Reading packets.
    Reading,
    /// Detectors conclude.
    Evaluating,
    /// Hashing the file; results are on the page already.
    Hashing,
}

/// How far the worker is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// What it does.
    pub stage: Stage,
    /// Bytes done of this stage (reading, hashing).
    pub bytes_done: u64,
    /// Bytes in all.
    pub bytes_total: u64,
    /// Packets read so far.
    pub packets: u64,
    /// Packets a second since reading began.
    pub packets_per_second: f64,
    /// Seconds left of this stage, once it can be told.
    pub seconds_left: Option<f64>,
    /// Name of the detector that concludes; empty in other stages.
    pub detector: String,
}

/// A question of the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Query {
    /// A window of the flow table.
    Flows {
        /// Which flows.
        filter: Filter,
        /// In which order.
        sort: FlowSort,
        /// Largest first.
        is_descending: bool,
        /// First row wanted.
        offset: u64,
        /// Rows wanted.
        count: u32,
    },
    /// A window of the packet table.
    Packets {
        /// Which packets.
        filter: Filter,
        /// In which order.
        sort: PacketSort,
        /// Largest first.
        is_descending: bool,
        /// First row wanted.
        offset: u64,
        /// Rows wanted.
        count: u32,
    },
    /// A window of the rows of a table.
    Rows {
        /// Which rows.
        filter: Filter,
        /// In which order.
        sort: RowSort,
        /// Largest first.
        is_descending: bool,
        /// First row wanted.
        offset: u64,
        /// Rows wanted.
        count: u32,
        /// First column wanted.
        first_column: u32,
        /// Columns wanted.
        n_columns: u32,
    },
    /// A window of the columns of a table.
    Columns {
        /// Which columns, by their names.
        filter: Filter,
        /// First column wanted.
        offset: u64,
        /// Columns wanted.
        count: u32,
    },
    /// One column in full, by its place from 0.
    Column {
        /// Place from 0.
        place: u32,
    },
    /// One packet in full, by its place in the capture from 0.
    Packet {
        /// Place from 0.
        index: u64,
    },
}

impl Query {
    /// True for what only the packed rows of a table tell.
    pub fn is_about_rows(&self) -> bool {
        matches!(self, Query::Rows { .. } | Query::Columns { .. } | Query::Column { .. })
    }
}

/// Which rows pass. Empty passes all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Filter {
    /// Words that must all fit: an address or its beginning, `port 443` or `:443`, a protocol, a state, part of a name.
    pub text: String,
    /// Only this flow.
    pub flow: Option<u32>,
    /// Only what this finding means, by its id.
    pub finding: Option<String>,
}

/// Order of the flow table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum FlowSort {
    #[default]
    Start,
    Duration,
    Source,
    Target,
    TargetPort,
    Transport,
    App,
    Name,
    Packets,
    Bytes,
    Score,
}

/// Order of the packet table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum PacketSort {
    #[default]
    Number,
    Time,
    Length,
    Flow,
}

/// Order of the rows of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RowSort {
    /// As they stand in the file.
    #[default]
    Number,
    /// By the score of the models.
    Score,
    /// By a column, by its place from 0.
    Column(u32),
}

/// An answer of the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// To [`Query::Flows`].
    Flows(Page<FlowRow>),
    /// To [`Query::Packets`].
    Packets(Page<PacketRow>),
    /// To [`Query::Rows`].
    Rows(Page<DataRow>),
    /// To [`Query::Columns`].
    Columns(Page<ColumnInfo>),
    /// To [`Query::Column`]; none if there is no such column.
    Column(Option<Box<ColumnInfo>>),
    /// To [`Query::Packet`]; none if it cannot be read any more.
    Packet(Option<Box<PacketDetail>>),
}

/// A message as bytes.
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    postcard::to_allocvec(message).unwrap_or_default()
}

/// A message from bytes; none if page and worker are of different builds.
pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}
