//! Finds how many cells most rows of the front have.

use crate::maths::sorting::Arrange;

/// The commonest number of cells, the larger of two that are as common, and how many rows have it; 0 of 0 without rows.
pub fn commonest(widths: impl Iterator<Item = usize>) -> (usize, usize) {
    let mut widths: Vec<usize> = widths.collect();
    widths.arrange();
    let common = widths.chunk_by(|a, b| a == b).max_by_key(|run| run.len()).unwrap_or_default();
    (common.first().copied().unwrap_or(0), common.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commonest_width_is_found() {
        assert_eq!(commonest([3, 5, 3, 1, 3, 5].into_iter()), (3, 3));
        assert_eq!(commonest([3, 5, 3, 5].into_iter()), (5, 2));
        assert_eq!(commonest(std::iter::empty()), (0, 0));
    }
}
