//! Units of time in headings.

use super::dialect::Unit;

/// What headings call units, the longer first.
const ENDS: &[(&str, Unit)] = &[
    ("milliseconds", Unit::Milli),
    ("microseconds", Unit::Micro),
    ("nanoseconds", Unit::Nano),
    ("millisecond", Unit::Milli),
    ("microsecond", Unit::Micro),
    ("nanosecond", Unit::Nano),
    ("millis", Unit::Milli),
    ("micros", Unit::Micro),
    ("nanos", Unit::Nano),
    ("seconds", Unit::Second),
    ("msec", Unit::Milli),
    ("usec", Unit::Micro),
    ("nsec", Unit::Nano),
    ("secs", Unit::Second),
    ("sec", Unit::Second),
    ("ms", Unit::Milli),
    ("us", Unit::Micro),
    ("µs", Unit::Micro),
    ("ns", Unit::Nano),
    ("s", Unit::Second),
];

/// A heading without the unit at its end, and the unit: `Elapsed Time (sec)`, `duration_ms`, `FLOW_DURATION_MILLISECONDS`.
/// A mark has to part them.
pub fn split(name: &str) -> Option<(&str, Unit)> {
    let name = name.trim().trim_end_matches([')', ']']);
    let (end, unit) = ENDS.iter().find(|(end, _)| {
        let start = name.len().checked_sub(end.len());
        start.and_then(|start| name.get(start..)).is_some_and(|found| found.eq_ignore_ascii_case(end))
    })?;
    let before = name.get(..name.len() - end.len())?;
    let is_parted = before.ends_with(['_', ' ', '(', '[', '.', '-', '/']);
    let before = before.trim_end_matches(|c: char| !c.is_alphanumeric());
    (is_parted && !before.is_empty()).then_some((before, *unit))
}

/// The unit that a heading names.
pub fn unit_of_heading(name: &str) -> Option<Unit> {
    split(name).map(|(_, unit)| unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_stand_behind_a_mark() {
        assert_eq!(split("Elapsed Time (sec)"), Some(("Elapsed Time", Unit::Second)));
        assert_eq!(split("duration_ms"), Some(("duration", Unit::Milli)));
        assert_eq!(split("FLOW_DURATION_MILLISECONDS"), Some(("FLOW_DURATION", Unit::Milli)));
        assert_eq!(split("Dauer [µs]"), Some(("Dauer", Unit::Micro)));
        assert_eq!([split("packets"), split("bytes"), split("status"), split("ms")], [None; 4]);
    }
}
