//! Packets that people marked, each with a comment that may be empty: by their places in the capture, from 0.

use std::collections::BTreeMap;

/// The marked packets of a file and what is said of each.
pub type Marks = BTreeMap<u64, String>;

/// Most packets marked of a file.
pub const MOST: usize = 1000;
/// Longest comment, characters.
pub const LONGEST: usize = 500;

/// The filter that selects the marked packets; none if there are none.
pub fn filter(marks: &Marks) -> Option<String> {
    let numbers: Vec<String> = marks.keys().map(|index| index.saturating_add(1).to_string()).collect();
    (!numbers.is_empty()).then(|| format!("frame.number in {{{}}}", numbers.join(", ")))
}

/// The marked packet after or before another one; past the last one, the first, and the other way round.
pub fn next(marks: &Marks, from: Option<u64>, is_back: bool) -> Option<u64> {
    let (first, last) = (marks.keys().next().copied(), marks.keys().next_back().copied());
    match (from, is_back) {
        (None, false) => first,
        (None, true) => last,
        (Some(from), false) => marks.range(from.checked_add(1)?..).next().map(|(index, _)| *index).or(first),
        (Some(from), true) => marks.range(..from).next_back().map(|(index, _)| *index).or(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_stepped_through_and_selected_by_a_filter() {
        let marks: Marks = [3, 7, 20].map(|index| (index, String::new())).into();
        assert_eq!(
            [None, Some(3), Some(5), Some(20)].map(|from| next(&marks, from, false)),
            [Some(3), Some(7), Some(7), Some(3)]
        );
        assert_eq!([None, Some(3), Some(5)].map(|from| next(&marks, from, true)), [Some(20), Some(20), Some(3)]);
        let text = filter(&marks).unwrap();
        assert_eq!(text, "frame.number in {4, 8, 21}");
        assert!(crate::filter::compile(&text).is_ok());
        assert_eq!((filter(&Marks::new()), next(&Marks::new(), None, false)), (None, None));
    }
}
