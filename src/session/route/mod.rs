//! What is chosen in each view.

pub(super) mod hash;

pub(super) use hash::Given;

use super::explore::ExploreRoute;
use crate::model::Severity;
use crate::protocol::{Filter, FlowSort, PacketSort, RowSort};

/// A view and what is chosen in it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Route {
    /// What is in the capture, in short.
    #[default]
    Overview,
    /// The list of findings, and one of them in full.
    Findings {
        /// Id of the finding that is shown in full.
        id: Option<String>,
        /// Only findings of this severity.
        severity: Option<Severity>,
    },
    /// Measures by dimensions.
    Explore(ExploreRoute),
    /// A view of panels.
    Panels(PanelsRoute),
    /// ARP and IPv6 neighbours.
    Neighbours,
    /// Hosts and what they exchange, as a network.
    Graph,
    /// What a flow carries.
    Stream(StreamRoute),
    /// The flow table.
    Flows(FlowsRoute),
    /// The packet table.
    Packets(PacketsRoute),
    /// What the columns of a table are taken for.
    Reading,
    /// The columns of a table.
    Columns(ColumnsRoute),
    /// The rows of a table.
    Rows(RowsRoute),
    /// What is unusual; what is chosen there is kept with the file.
    Anomalies,
    /// The lessons, or one of them.
    Learn(LearnRoute),
    /// What differs from a baseline.
    Comparison,
    /// Training on labels; what is chosen there is kept with the file.
    Train,
    /// What could not be read.
    Issues,
    /// Settings and what detectors do.
    Settings,
}

/// What is chosen in a view of panels.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PanelsRoute {
    /// Id of the view.
    pub view: &'static str,
    /// What its panels are about, as a host; none for all.
    pub item: Option<String>,
    /// What is counted.
    pub filter: Filter,
}

/// What is chosen in the view that follows a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StreamRoute {
    /// Serial number of the flow; none until one is chosen.
    pub flow: Option<u32>,
    /// Bytes of the stream before those that are shown.
    pub from: u64,
    /// It is shown in hex.
    pub is_hex: bool,
}

/// What is chosen among lessons.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LearnRoute {
    /// Id of the lesson; none for the list of them.
    pub lesson: Option<String>,
    /// It is for a class: answers are not offered.
    pub is_class: bool,
}

/// What is chosen in the flow table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FlowsRoute {
    /// Which rows.
    pub filter: Filter,
    /// In which order.
    pub sort: FlowSort,
    /// Largest first.
    pub is_descending: bool,
}

/// What is chosen in the packet table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PacketsRoute {
    /// Which rows.
    pub filter: Filter,
    /// In which order.
    pub sort: PacketSort,
    /// Largest first.
    pub is_descending: bool,
    /// The packet that is shown in full, by its place in the capture from 0.
    pub packet: Option<u64>,
}

/// What is chosen in the list of columns.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ColumnsRoute {
    /// Which columns, by their names.
    pub filter: Filter,
    /// The column that is shown in full, by its place from 0.
    pub column: Option<u32>,
}

/// What is chosen in the rows of a table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RowsRoute {
    /// Which rows.
    pub filter: Filter,
    /// In which order.
    pub sort: RowSort,
    /// Largest first.
    pub is_descending: bool,
    /// The first column in sight, from 0.
    pub first_column: u32,
    /// A row that is to be in sight, by its number from 0.
    pub row: Option<u64>,
}

impl Route {
    /// The list of findings, or one finding.
    pub fn findings(id: Option<&str>) -> Route {
        Route::Findings { id: id.map(str::to_owned), severity: None }
    }

    /// The flows that a filter lets pass.
    pub fn flows(filter: Filter) -> Route {
        Route::Flows(FlowsRoute { filter, ..FlowsRoute::default() })
    }

    /// The packets that a filter lets pass.
    pub fn packets(filter: Filter) -> Route {
        Route::Packets(PacketsRoute { filter, ..PacketsRoute::default() })
    }

    /// A view of panels about one thing, or about all.
    pub fn panels(view: &'static str, item: Option<String>) -> Route {
        Route::Panels(PanelsRoute { view, item, filter: Filter::default() })
    }

    /// What a flow carries.
    pub fn stream(flow: u32) -> Route {
        Route::Stream(StreamRoute { flow: Some(flow), ..StreamRoute::default() })
    }

    /// The rows of a table that a filter lets pass.
    pub fn rows(filter: Filter) -> Route {
        Route::Rows(RowsRoute { filter, ..RowsRoute::default() })
    }

    /// A row of a table among all others, by its number from 0.
    pub fn row(number: u64) -> Route {
        Route::Rows(RowsRoute { row: Some(number), ..RowsRoute::default() })
    }
}
