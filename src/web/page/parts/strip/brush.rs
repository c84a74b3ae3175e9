//! Arithmetic of brushing: places on the strip to bins, and where keys move an edge.

/// The bins from the first to behind the last that a span of the strip touches, by shares of its width.
pub fn bins((from, to): (f64, f64), n: usize) -> (usize, usize) {
    let (from, to) = (from.min(to).clamp(0.0, 1.0), from.max(to).clamp(0.0, 1.0));
    let first = ((from * n as f64) as usize).min(n.saturating_sub(1));
    let end = ((to * n as f64).ceil() as usize).clamp(first + 1, n.max(first + 1));
    (first, end)
}

/// Where a key moves an edge that stands at a bin; none for other keys.
pub fn moved(key: &str, at: usize, (least, most): (usize, usize)) -> Option<usize> {
    let page = ((most - least) / 10).max(1);
    let next = match key {
        "ArrowLeft" | "ArrowDown" => at.saturating_sub(1),
        "ArrowRight" | "ArrowUp" => at + 1,
        "PageDown" => at.saturating_sub(page),
        "PageUp" => at + page,
        "Home" => least,
        "End" => most,
        _ => return None,
    };
    Some(next.clamp(least, most))
}
