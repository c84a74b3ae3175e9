//! Headings to the units that they end with: units of time, and multiples of a byte.

use super::dialect::Unit;

/// What headings call units of time, in the languages of exports that were seen. One that ends another comes after it.
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
    ("minutes", Unit::Minute),
    ("hours", Unit::Hour),
    ("minuten", Unit::Minute),
    ("stunden", Unit::Hour),
    ("msec", Unit::Milli),
    ("usec", Unit::Micro),
    ("nsec", Unit::Nano),
    ("secs", Unit::Second),
    ("сек", Unit::Second),
    ("мс", Unit::Milli),
    ("sek", Unit::Second),
    ("sn", Unit::Second),
    ("秒", Unit::Second),
    ("초", Unit::Second),
    ("sec", Unit::Second),
    ("ms", Unit::Milli),
    ("us", Unit::Micro),
    // The micro sign, and the Greek letter.
    ("µs", Unit::Micro),
    ("\u{3bc}s", Unit::Micro),
    ("ns", Unit::Nano),
    ("s", Unit::Second),
];

/// Short ones that mean something else outside of brackets: a smallest value, a letter.
const IN_BRACKETS: &[(&str, Unit)] = &[
    ("min.", Unit::Minute),
    ("min", Unit::Minute),
    ("mins", Unit::Minute),
    ("hrs", Unit::Hour),
    ("h", Unit::Hour),
    ("m", Unit::Minute),
];

fn split_brackets(name: &str) -> Option<(&str, Unit)> {
    let (before, unit) = name.trim().strip_suffix([')', ']'])?.rsplit_once(['(', '['])?;
    let (_, unit) = IN_BRACKETS.iter().find(|(known, _)| known.eq_ignore_ascii_case(unit.trim()))?;
    let before = before.trim_end();
    (!before.is_empty()).then_some((before, *unit))
}

/// A heading without the unit at its end, and the unit: `Elapsed Time (sec)`, `duration_ms`, `FLOW_DURATION_MILLISECONDS`.
/// A mark has to part them.
pub fn split(name: &str) -> Option<(&str, Unit)> {
    if let Some(found) = split_brackets(name) {
        return Some(found);
    }
    split_end(name, ENDS)
}

/// A heading without the one of `ends` at its end, and what that means. A mark has to separate them.
fn split_end<'a, T: Copy>(name: &'a str, ends: &[(&str, T)]) -> Option<(&'a str, T)> {
    let name = name.trim().trim_end_matches([')', ']']);
    let (end, meaning) = ends.iter().find(|(end, _)| {
        let start = name.len().checked_sub(end.len());
        start.and_then(|start| name.get(start..)).is_some_and(|found| found.eq_ignore_ascii_case(end))
    })?;
    let before = name.get(..name.len() - end.len())?;
    let is_separated = before.ends_with(['_', ' ', '(', '[', '.', '-', '/']);
    let before = before.trim_end_matches(|c: char| !c.is_alphanumeric());
    (is_separated && !before.is_empty()).then_some((before, *meaning))
}

/// What headings call multiples of a byte, and how many bytes one is.
const BYTES: &[(&str, u32)] = &[
    ("kilobytes", 1_000),
    ("megabytes", 1_000_000),
    ("gigabytes", 1_000_000_000),
    ("kibibytes", 1 << 10),
    ("mebibytes", 1 << 20),
    ("kbytes", 1_000),
    ("mbytes", 1_000_000),
    ("gbytes", 1_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
];

/// A heading without the multiple of a byte at its end, and how many bytes it is: `Upload (MB)`, `sent_kib`.
pub fn split_bytes(name: &str) -> Option<(&str, u32)> {
    split_end(name, BYTES)
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
        assert_eq!([split("Dauer [µs]"), split("Dauer [\u{3bc}s]")], [Some(("Dauer", Unit::Micro)); 2]);
        assert_eq!(split("Duration [min]"), Some(("Duration", Unit::Minute)));
        assert_eq!(split("Dur (h)"), Some(("Dur", Unit::Hour)));
        assert_eq!(split("duration_minutes"), Some(("duration", Unit::Minute)));
        assert_eq!([split("Flow IAT Min"), split("duration_min")], [None; 2]);
        assert_eq!(split_bytes("Upload (MB)"), Some(("Upload", 1_000_000)));
        assert_eq!(
            [split_bytes("sent_kib"), split_bytes("thumb"), split_bytes("KB")],
            [Some(("sent", 1024)), None, None]
        );
        assert_eq!([split("packets"), split("bytes"), split("status"), split("ms")], [None; 4]);
    }
}
