//! Where a key leads in a grid.

use crate::session::window::Scroll;

/// The row that a key leads to from the row `at`; none for other keys and for empty grids. Without a row to start
/// from, the first one in sight is reached.
pub fn target_row(key: &str, at: Option<u64>, scroll: &Scroll, top_px: f64) -> Option<u64> {
    let last = scroll.n_rows.checked_sub(1)?;
    let page = scroll.rows_per_view();
    let Some(at) = at else {
        return match key {
            "End" => Some(last),
            "Home" => Some(0),
            "ArrowDown" | "ArrowUp" | "PageDown" | "PageUp" | " " => Some(scroll.visible(top_px).start.min(last)),
            _ => None,
        };
    };
    let next = match key {
        "ArrowDown" => at + 1,
        "ArrowUp" => at.saturating_sub(1),
        "PageDown" => at + page,
        "PageUp" => at.saturating_sub(page),
        "Home" => 0,
        "End" => last,
        " " => at,
        _ => return None,
    };
    Some(next.min(last))
}
