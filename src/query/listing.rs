//! A table to a window of its rows, the same for every table.
//!
//! The rows of the last filter and order are kept as a list of places, so that scrolling costs a window only.

use super::Source;
use crate::explore::Turn;
use crate::model::listing::{FilterError, Page};
use crate::model::{Analysis, Finding, Secrets};
use crate::pipeline::Pipeline;
use crate::protocol::{Filter, Listing, Window};

/// Most rows in one answer.
const MOST_ROWS: u32 = 1000;

/// What a table is made from.
pub(super) struct QueryContext<'a> {
    pub(super) pipeline: &'a Pipeline,
    pub(super) analysis: &'a Analysis,
    pub(super) source: &'a mut dyn Source,
    /// When others get a turn.
    pub(super) turn: &'a Turn<'a>,
}

impl<'a> QueryContext<'a> {
    /// The finding that a filter names, if there is such a one.
    pub(super) fn finding(&self, filter: &Filter) -> Option<&'a Finding> {
        self.analysis.finding(filter.finding.as_ref()?)
    }

    /// How secrets are written.
    pub(super) fn secrets(&self) -> Secrets {
        Secrets::shown_if(self.analysis.shows_secrets)
    }
}

/// A table that the page shows a window of.
pub(super) trait Table: Listing<Sort: PartialEq> {
    /// The places of the rows that pass the window's filter, in its order.
    ///
    /// # Errors
    /// The filter cannot be used.
    async fn places(context: &mut QueryContext<'_>, window: &Window<Self::Sort>) -> Result<Places, FilterError>;

    /// The rows at some places, in the order of these; what is not there is left out.
    fn rows(context: &mut QueryContext<'_>, places: &[u64], cells: Self::Cells) -> Vec<Self>;
}

/// Which rows a table shows, in order.
pub(super) enum Places {
    /// All of them, as they come.
    All { n: u64, is_descending: bool },
    /// These.
    Some(Vec<u32>),
}

impl Places {
    fn len(&self) -> u64 {
        match self {
            Places::All { n, .. } => *n,
            Places::Some(places) => places.len() as u64,
        }
    }

    fn get(&self, index: u64) -> Option<u64> {
        match self {
            Places::All { n, .. } if index >= *n => None,
            Places::All { n, is_descending: true } => Some(n - 1 - index),
            Places::All { .. } => Some(index),
            Places::Some(places) => places.get(index as usize).map(|place| u64::from(*place)),
        }
    }
}

/// The rows that a table showed last: the window that asked for them, and where they are.
pub(super) struct Kept<L: Table>(Option<(Window<L::Sort>, Places, Option<FilterError>)>);

impl<L: Table> Default for Kept<L> {
    fn default() -> Self {
        Kept(None)
    }
}

impl<L: Table> Kept<L> {
    /// A window of the table, of at most [`MOST_ROWS`] rows.
    pub(super) async fn page(
        &mut self,
        context: &mut QueryContext<'_>,
        window: Window<L::Sort>,
        cells: L::Cells,
    ) -> Page<L> {
        let (offset, count) = (window.offset, window.count.min(MOST_ROWS));
        let (window, places, refused) = self.take(context, window).await;
        let wanted: Vec<u64> =
            (offset..offset.saturating_add(count.into())).map_while(|index| places.get(index)).collect();
        let page =
            Page { total: places.len(), offset, rows: L::rows(context, &wanted, cells), refused: refused.clone() };
        self.0 = Some((window, places, refused));
        page
    }

    /// Where a row stands among those of a window's filter and order.
    pub(super) async fn place_of(
        &mut self,
        context: &mut QueryContext<'_>,
        window: Window<L::Sort>,
        row: u64,
    ) -> Option<u64> {
        let (window, places, refused) = self.take(context, window).await;
        let place = (0..places.len()).find(|place| places.get(*place) == Some(row));
        self.0 = Some((window, places, refused));
        place
    }

    /// The rows of a window, those that were kept if they are the same.
    async fn take(
        &mut self,
        context: &mut QueryContext<'_>,
        window: Window<L::Sort>,
    ) -> (Window<L::Sort>, Places, Option<FilterError>) {
        if let Some(kept) = self.0.take().filter(|(kept, ..)| kept.is_of_same_rows(&window)) {
            return kept;
        }
        match L::places(context, &window).await {
            Ok(places) => (window, places, None),
            Err(error) => (window, Places::Some(Vec::new()), Some(error)),
        }
    }
}
