//! What the page requests from the worker to fill its tables (flows, packets, rows, columns), and the worker's answers.

use super::anomalies::{AnomalyAnswer, AnomalyQuery};
use super::comparison::Comparison;
use super::demonstration::{Demonstration, DemonstrationChoice};
use super::training::{TrainingAnswer, TrainingQuery};
use super::window::{Scope, Window};
use crate::model::explore;
use crate::model::graph::Graph;
use crate::model::guess::Guess;
use crate::model::listing::{FlowRow, PacketDetail, PacketRow, Page};
use crate::model::neighbours::Neighbours;
use crate::model::rows::{ColumnInfo, DataRow};
use crate::model::stream::FollowedStream;
use serde::{Deserialize, Serialize};

/// A request of the page for part of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Query {
    /// A window of the flow table.
    Flows(Window<FlowSort>),
    /// A window of the packet table.
    Packets(Window<PacketSort>, PacketLooks),
    /// The place of a packet among those of a window's filter and order.
    PacketPlace(Window<PacketSort>, u64),
    /// A window of the rows of a table.
    Rows(Window<RowSort>, Cells),
    /// A window of the columns of a table, by their names.
    Columns(Window<()>),
    /// One column in full.
    Column {
        /// Index of the column, from 0.
        place: u32,
    },
    /// One packet in full.
    Packet {
        /// Index of the packet in the capture, from 0.
        index: u64,
    },
    /// Measures, split by dimensions.
    Explore(explore::Question),
    /// What can be asked with [`Query::Explore`].
    Catalogue,
    /// What a flow carries, from a byte on.
    Stream {
        /// Serial number of the flow.
        flow: u32,
        /// Bytes of the stream before those wanted.
        from: u64,
    },
    /// Who claims which address on the link, and who asks for whom.
    Neighbours(Scope),
    /// Which findings have something to do with what is selected.
    Findings(Scope),
    /// A method at work on a small sample.
    Demonstration(DemonstrationChoice),
    /// What differs from the baseline that is applied, of what is left by a selection.
    Comparison(Scope),
    /// About learning from labels.
    Training(Box<TrainingQuery>),
    /// The network of hosts of what is selected, laid out.
    Graph(Scope),
    /// What a host may be, by its address as it is written.
    Guesses(String),
    /// About what is unusual, and learning it.
    Anomalies(Box<AnomalyQuery>),
}

/// Which cells of each row of a table are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cells {
    /// Index of the first column wanted, from 0.
    pub first_column: u32,
    /// Number of columns wanted.
    pub n_columns: u32,
}

/// What else is wanted of each row of the packet table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PacketLooks {
    /// Filters of the rules for colours in order; the first that fits a packet counts.
    pub rules: Vec<String>,
    /// What TCP analysis remarks on them.
    pub has_remarks: bool,
}

impl Query {
    /// True if the answer needs the stored rows of a table.
    pub fn is_about_rows(&self) -> bool {
        matches!(
            self,
            Query::Rows(..)
                | Query::Columns(_)
                | Query::Column { .. }
                | Query::Explore(_)
                | Query::Catalogue
                | Query::Anomalies(_)
                | Query::Training(_)
        )
    }
}

/// What is answered to a question that somebody cancelled.
const CANCELLED: &str = "counting was cancelled; choose the view again to count";

impl Query {
    /// The answer once somebody has cancelled it; none if nothing is shown in its place.
    pub fn cancelled(&self) -> Option<Answer> {
        let why = || CANCELLED.to_owned();
        match self {
            Query::Explore(_) => Some(Answer::Explored(Box::new(Err(why())))),
            Query::Neighbours(_) => Some(Answer::Neighbours(Box::new(Err(why())))),
            Query::Findings(_) => Some(Answer::Findings(Err(why()))),
            Query::Graph(_) => Some(Answer::Graph(Box::new(Err(why())))),
            Query::Comparison(_) => Some(Answer::Comparison(Box::new(Err(why())))),
            _ => None,
        }
    }

    /// True if nobody waits for the answer itself: it says how far it is and is cancelled by a question of its own, its place says that
    /// it is being loaded, or it is there at once.
    pub fn is_beside(&self) -> bool {
        matches!(self, Query::Anomalies(_) | Query::Training(_) | Query::Demonstration(_) | Query::Catalogue)
    }
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
    /// By the column with this index, from 0.
    Column(u32),
}

/// An answer of the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// To [`Query::Flows`].
    Flows(Page<FlowRow>),
    /// To [`Query::Packets`].
    Packets(Page<PacketRow>),
    /// To [`Query::PacketPlace`]; `None` if it does not pass.
    PacketPlace(Option<u64>),
    /// To [`Query::Rows`].
    Rows(Page<DataRow>),
    /// To [`Query::Columns`].
    Columns(Page<ColumnInfo>),
    /// To [`Query::Column`]; `None` if there is no such column.
    Column(Option<Box<ColumnInfo>>),
    /// To [`Query::Packet`]; `None` if its bytes can no longer be read.
    Packet(Option<Box<PacketDetail>>),
    /// To [`Query::Explore`]; what cannot be asked of the input is an error, in a sentence.
    Explored(#[serde(with = "super::packed")] Box<Result<explore::Answer, String>>),
    /// To [`Query::Catalogue`].
    Catalogue(Box<explore::Catalogue>),
    /// To [`Query::Stream`]; `None` if there is no such flow.
    Stream(Option<Box<FollowedStream>>),
    /// To [`Query::Neighbours`]; a scope that cannot be used is an error, in a sentence.
    Neighbours(Box<Result<Neighbours, String>>),
    /// To [`Query::Findings`]: their ids in their order; a scope that cannot be used is an error, in a sentence.
    Findings(Result<Vec<String>, String>),
    /// To [`Query::Demonstration`]; a sentence if there is no such one.
    Demonstration(Box<Result<Demonstration, String>>),
    /// To [`Query::Comparison`]; none if no baseline is applied; a sentence if it cannot be done.
    Comparison(Box<Result<Option<Comparison>, String>>),
    /// To [`Query::Training`]. Before the last one may come some that say how far it is.
    Training(TrainingAnswer),
    /// To [`Query::Graph`]; a scope that cannot be used is an error, in a sentence.
    Graph(Box<Result<Graph, String>>),
    /// To [`Query::Guesses`], by what they are about, the surest first.
    Guesses(Vec<Guess>),
    /// To [`Query::Anomalies`]. Before the last one may come some that say how far it is.
    Anomalies(AnomalyAnswer),
}

impl Answer {
    /// True if no other answer to the same question follows.
    pub fn is_last(&self) -> bool {
        !matches!(self, Answer::Anomalies(AnomalyAnswer::Progress(_)) | Answer::Training(TrainingAnswer::Progress(_)))
    }
}
