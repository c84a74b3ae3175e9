//! Questions of the page about the tables, and the worker's answers.

use super::window::Window;
use crate::model::listing::{FlowRow, PacketDetail, PacketRow, Page};
use crate::model::rows::{ColumnInfo, DataRow};
use serde::{Deserialize, Serialize};

/// A question of the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Query {
    /// A window of the flow table.
    Flows(Window<FlowSort>),
    /// A window of the packet table.
    Packets(Window<PacketSort>),
    /// A window of the rows of a table.
    Rows(Window<RowSort>, Cells),
    /// A window of the columns of a table, by their names.
    Columns(Window<()>),
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

/// Which cells of each row of a table are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cells {
    /// First column wanted, by its place from 0.
    pub first_column: u32,
    /// Columns wanted.
    pub n_columns: u32,
}

impl Query {
    /// True for what only the packed rows of a table tell.
    pub fn is_about_rows(&self) -> bool {
        matches!(self, Query::Rows(..) | Query::Columns(_) | Query::Column { .. })
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
