//! Arithmetic of virtual tables: which rows are in sight, where the scroll bar stands, which windows to ask for.
//!
//! Browsers cap the height of an element (Chromium at about 33 million px, Firefox at about 17), so the scroll bar of
//! a long table stands for more pixels than it has.

use crate::model::listing::{FilterError, Page};
use std::collections::BTreeMap;
use std::ops::Range;

/// Tallest scroll range used: well below every browser's cap, also at 200 % zoom.
pub const MOST_TRACK_PX: f64 = 6_000_000.0;

/// A table's height against the height of its view.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scroll {
    /// Rows in all.
    pub n_rows: u64,
    /// Height of a row, px.
    pub row_px: f64,
    /// Height of the view that rows scroll in, px.
    pub view_px: f64,
}

impl Scroll {
    /// Height of all rows, px.
    pub fn content_px(&self) -> f64 {
        self.n_rows as f64 * self.row_px
    }

    /// Height of the element that is scrolled, px.
    pub fn track_px(&self) -> f64 {
        self.content_px().min(MOST_TRACK_PX)
    }

    /// Largest offset of the first row's top above the view's, px.
    pub fn most_top_px(&self) -> f64 {
        (self.content_px() - self.view_px).max(0.0)
    }

    /// True if the scroll bar stands for more pixels than it has.
    pub fn is_scaled(&self) -> bool {
        self.content_px() > MOST_TRACK_PX
    }

    /// The offset into the rows that a scroll position means.
    pub fn top_px(&self, scroll_top: f64) -> f64 {
        (scroll_top * self.ratio()).clamp(0.0, self.most_top_px())
    }

    /// The scroll position of an offset into the rows.
    pub fn scroll_top(&self, top_px: f64) -> f64 {
        top_px / self.ratio()
    }

    /// The rows that can be seen at least in part.
    pub fn visible(&self, top_px: f64) -> Range<u64> {
        let row_px = self.row_px.max(1.0);
        let first = (top_px / row_px) as u64;
        let end = ((top_px + self.view_px) / row_px).ceil() as u64;
        first.min(self.n_rows)..end.min(self.n_rows)
    }

    /// Rows that fit whole into the view, at least one.
    pub fn rows_per_view(&self) -> u64 {
        ((self.view_px / self.row_px.max(1.0)) as u64).max(1)
    }

    /// The offset nearest to `top_px` at which a row can be seen whole.
    pub fn reveal(&self, top_px: f64, row: u64) -> f64 {
        let row_top = row as f64 * self.row_px;
        let lowest = row_top + self.row_px - self.view_px;
        top_px.max(lowest).min(row_top).clamp(0.0, self.most_top_px())
    }

    fn ratio(&self) -> f64 {
        let room = self.track_px() - self.view_px;
        if self.is_scaled() && room > 0.0 { self.most_top_px() / room } else { 1.0 }
    }
}

/// Rows of a table that have arrived, in windows of [`Pages::SIZE`] rows.
#[derive(Clone, Debug)]
pub struct Pages<Row> {
    total: Option<u64>,
    windows: BTreeMap<u64, Vec<Row>>,
    asked: Option<u64>,
    refused: Option<FilterError>,
}

impl<Row> Default for Pages<Row> {
    fn default() -> Self {
        Pages { total: None, windows: BTreeMap::new(), asked: None, refused: None }
    }
}

impl<Row> Pages<Row> {
    /// Rows in a window.
    pub const SIZE: u32 = 128;
    /// Most windows kept; those far from sight go first.
    const MOST: usize = 24;

    /// Rows in all, once the first window has come.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Why the filter was refused, if it was.
    pub fn refused(&self) -> Option<&FilterError> {
        self.refused.as_ref()
    }

    /// A row, if it has come.
    pub fn row(&self, index: u64) -> Option<&Row> {
        let size = u64::from(Self::SIZE);
        self.windows.get(&(index / size))?.get((index % size) as usize)
    }

    /// The offset of the window to ask for next, given the rows in sight; none while one is under way or nothing is
    /// missing. One window beyond either end is fetched ahead. Calling it counts as asking.
    pub fn ask(&mut self, visible: &Range<u64>) -> Option<u64> {
        if self.asked.is_some() {
            return None;
        }
        let size = u64::from(Self::SIZE);
        let (first, last) = (visible.start / size, visible.end.saturating_sub(1).max(visible.start) / size);
        let ahead = [last + 1, first.saturating_sub(1)];
        let is_missing =
            |window: &u64| !self.windows.contains_key(window) && self.total.is_none_or(|total| window * size < total);
        let window = (first..=last).chain(ahead).find(is_missing)?;
        self.asked = Some(window);
        Some(window * size)
    }

    /// Takes a window that was asked for; `visible` says what to keep.
    pub fn take(&mut self, page: Page<Row>, visible: &Range<u64>) {
        self.asked = None;
        self.total = Some(page.total);
        self.refused = page.refused;
        self.windows.insert(page.offset / u64::from(Self::SIZE), page.rows);
        let middle = visible.start / u64::from(Self::SIZE);
        while self.windows.len() > Self::MOST {
            let Some(farthest) = self.windows.keys().copied().max_by_key(|window| window.abs_diff(middle)) else {
                return;
            };
            self.windows.remove(&farthest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Scroll = Scroll { n_rows: 5_000_000, row_px: 28.0, view_px: 600.0 };
    const SHORT: Scroll = Scroll { n_rows: 100, row_px: 28.0, view_px: 600.0 };

    #[test]
    fn a_short_table_scrolls_pixel_by_pixel() {
        assert_eq!((SHORT.track_px(), SHORT.top_px(123.0), SHORT.scroll_top(123.0)), (2800.0, 123.0, 123.0));
        assert_eq!(SHORT.visible(30.0), 1..23);
    }

    #[test]
    fn a_long_table_reaches_both_ends_within_the_cap() {
        assert_eq!(LONG.track_px(), MOST_TRACK_PX);
        assert_eq!(LONG.visible(LONG.top_px(0.0)).start, 0);
        let bottom = LONG.top_px(LONG.track_px() - LONG.view_px);
        assert_eq!(LONG.visible(bottom).end, LONG.n_rows);
        assert!((LONG.scroll_top(LONG.top_px(2_000_000.0)) - 2_000_000.0).abs() < 1e-3);
    }

    #[test]
    fn reveal_moves_no_more_than_needed() {
        for scroll in [SHORT, LONG] {
            assert_eq!(scroll.reveal(280.0, 15), 280.0);
            assert_eq!(scroll.reveal(280.0, 2), 56.0);
            assert_eq!(scroll.reveal(0.0, 40), 41.0 * 28.0 - 600.0);
            let last = scroll.n_rows - 1;
            assert_eq!(scroll.visible(scroll.reveal(0.0, last)).end, scroll.n_rows);
        }
        let empty = Scroll { n_rows: 0, ..SHORT };
        assert_eq!((empty.visible(0.0), empty.top_px(50.0)), (0..0, 0.0));
    }

    fn page(offset: u64, total: u64) -> Page<u64> {
        Page { total, offset, rows: (offset..total.min(offset + 128)).collect(), refused: None }
    }

    #[test]
    fn windows_in_sight_are_asked_for_first_one_at_a_time_then_their_neighbours() {
        let mut pages = Pages::default();
        assert_eq!(pages.ask(&(0..20)), Some(0));
        assert_eq!(pages.ask(&(0..20)), None);
        pages.take(page(0, 1000), &(0..20));
        assert_eq!(pages.row(5), Some(&5));
        let visible = 250..270;
        let mut offsets = Vec::new();
        while let Some(offset) = pages.ask(&visible) {
            offsets.push(offset);
            pages.take(page(offset, 1000), &visible);
        }
        assert_eq!(offsets, [128, 256, 384]);
        assert_eq!(pages.row(999), None);
    }

    #[test]
    fn nothing_is_asked_for_beyond_the_end_and_far_windows_are_let_go() {
        let mut pages = Pages::default();
        for start in (0..128 * 100).step_by(128) {
            let visible = start..start + 20;
            while let Some(offset) = pages.ask(&visible) {
                assert!(offset < 128 * 100);
                pages.take(page(offset, 128 * 100), &visible);
            }
        }
        assert!(pages.windows.len() <= Pages::<u64>::MOST);
        assert!(pages.row(0).is_none() && pages.row(128 * 99).is_some());
        let mut empty: Pages<u64> = Pages::default();
        assert_eq!(empty.ask(&(0..0)), Some(0));
        empty.take(page(0, 0), &(0..0));
        assert_eq!((empty.total(), empty.ask(&(0..0))), (Some(0), None));
    }
}
