//! Questions of the page about the tables, and the worker's answers.

use crate::model::listing::{FlowRow, PacketDetail, PacketRow, Page};
use crate::model::rows::{ColumnInfo, DataRow};
use serde::{Deserialize, Serialize};

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
