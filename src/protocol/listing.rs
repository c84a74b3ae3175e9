//! The kinds of rows that the worker lists: how a window of each is asked for, and found in the answer.

use super::anomalies::{AnomalyAnswer, AnomalyQuery, AnomalyRow, AnomalySort, ScoredWithin};
use super::query::{Answer, Cells, FlowSort, PacketLooks, PacketSort, Query, RowSort};
use super::window::Window;
use crate::model::listing::{FlowRow, PacketRow, Page};
use crate::model::rows::{ColumnInfo, DataRow};

/// A kind of row that the worker lists: how a window of them is asked for, and found in the answer.
pub trait Listing: Sized {
    /// What rows can be sorted by; `()` for those that have one order only.
    type Sort;
    /// Which of their cells are wanted; `()` where that is always all.
    type Cells;

    /// The question that gets a window.
    fn query(window: Window<Self::Sort>, cells: Self::Cells) -> Query;
    /// The window in an answer; none if it answers another question.
    fn page(answer: Answer) -> Option<Page<Self>>;
}

impl Listing for FlowRow {
    type Sort = FlowSort;
    type Cells = ();

    fn query(window: Window<FlowSort>, (): ()) -> Query {
        Query::Flows(window)
    }

    fn page(answer: Answer) -> Option<Page<Self>> {
        if let Answer::Flows(page) = answer { Some(page) } else { None }
    }
}

impl Listing for PacketRow {
    type Sort = PacketSort;
    type Cells = PacketLooks;

    fn query(window: Window<PacketSort>, looks: PacketLooks) -> Query {
        Query::Packets(window, looks)
    }

    fn page(answer: Answer) -> Option<Page<Self>> {
        if let Answer::Packets(page) = answer { Some(page) } else { None }
    }
}

impl Listing for DataRow {
    type Sort = RowSort;
    type Cells = Cells;

    fn query(window: Window<RowSort>, cells: Cells) -> Query {
        Query::Rows(window, cells)
    }

    fn page(answer: Answer) -> Option<Page<Self>> {
        if let Answer::Rows(page) = answer { Some(page) } else { None }
    }
}

impl Listing for ColumnInfo {
    type Sort = ();
    type Cells = ();

    fn query(window: Window<()>, (): ()) -> Query {
        Query::Columns(window)
    }

    fn page(answer: Answer) -> Option<Page<Self>> {
        if let Answer::Columns(page) = answer { Some(page) } else { None }
    }
}

impl Listing for AnomalyRow {
    type Sort = AnomalySort;
    type Cells = ScoredWithin;

    fn query(window: Window<AnomalySort>, within: ScoredWithin) -> Query {
        Query::Anomalies(Box::new(AnomalyQuery::Rows(window, within)))
    }

    fn page(answer: Answer) -> Option<Page<Self>> {
        if let Answer::Anomalies(AnomalyAnswer::Rows(page)) = answer { Some(page) } else { None }
    }
}
