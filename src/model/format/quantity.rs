//! Numbers as people read them: thousands apart, decimal prefixes, percent.

/// `1,234,567`
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 packet`, `1,234 packets`: the noun in the plural unless there is exactly one. Names end in `s` or do not change.
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A text that may not be known or empty; a dash then.
pub fn or_dash(text: Option<String>) -> String {
    text.filter(|text| !text.is_empty()).unwrap_or_else(|| "–".to_owned())
}

/// `812 B`, `1.53 kB`, `20.0 MB`: decimal prefixes, as capinfos and disks count.
pub fn bytes(n: f64) -> String {
    if n.abs() < 1000.0 { format!("{} B", plain(n)) } else { prefixed(n, "B") }
}

/// A value with its unit: bytes with a prefix, counts with thousands apart.
pub fn with_unit(value: f64, unit: &str) -> String {
    match unit {
        "B" => bytes(value),
        "" => plain(value),
        _ if value == 1.0 => format!("1 {}", singular(unit)),
        _ => format!("{} {unit}", plain(value)),
    }
}

/// One of what a unit counts: `flow` of `flows`, `address` of `addresses`. Symbols (`s`, `ms`, `B/s`) stay.
fn singular(unit: &str) -> &str {
    let is_symbol = unit.chars().count() < 4 || !unit.chars().all(|letter| letter.is_ascii_lowercase());
    match unit.strip_suffix("sses") {
        _ if is_symbol => unit,
        Some(stem) => unit.get(..stem.len() + 2).unwrap_or(unit),
        None => unit.strip_suffix('s').unwrap_or(unit),
    }
}

/// The same, with microseconds in the unit that suits them.
pub fn amount(value: f64, unit: &str) -> String {
    match (unit, value.abs()) {
        ("µs", x) if x >= 1e6 => with_unit(value / 1e6, "s"),
        ("µs", x) if x >= 1e3 => with_unit(value / 1e3, "ms"),
        ("B/s", x) if x >= 1e3 => format!("{}/s", bytes(value)),
        _ => with_unit(value, unit),
    }
}

/// As short as an axis wants it: `950`, `1.5 k`, `20 M`; with the unit where it is bytes, or time or a share below 10,000.
pub fn short(value: f64, unit: &str) -> String {
    if matches!(unit, "s" | "ms" | "µs" | "%") && value.abs() < 10_000.0 {
        return format!("{} {unit}", plain(value));
    }
    let unit = if unit == "B" { "B" } else { "" };
    let (scaled, prefix) = scale(value);
    let digits = trimmed(format!("{scaled:.2}"));
    format!("{digits} {prefix}{unit}").trim_end().to_owned()
}

/// A number with thousands apart and at most as many decimals as tell something: `1,234.5`, `0.0312`, `7`.
pub fn plain(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let size = value.abs();
    let decimals = match size {
        _ if value.fract() == 0.0 => 0,
        x if x >= 1000.0 => 0,
        x if x >= 100.0 => 1,
        x if x >= 1.0 => 2,
        x if x >= 0.001 => 4,
        _ => return format!("{value:.2e}"),
    };
    let text = trimmed(format!("{size:.decimals$}"));
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), count);
    let sign = if value < 0.0 { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// The share of a whole: `0 %`, `0.4 %`, `37 %`.
pub fn percent(part: f64, whole: f64) -> String {
    /// What is less is not told apart.
    const LEAST: f64 = 0.1;
    let share = if whole > 0.0 { part / whole * 100.0 } else { 0.0 };
    match share {
        0.0 => "0 %".to_owned(),
        x if x < LEAST => format!("under {LEAST} %"),
        x if x < 10.0 => format!("{x:.1} %"),
        x => format!("{x:.0} %"),
    }
}

fn prefixed(value: f64, unit: &str) -> String {
    let (scaled, prefix) = scale(value);
    let decimals = match scaled.abs() {
        x if x >= 100.0 => 0,
        x if x >= 10.0 => 1,
        _ => 2,
    };
    format!("{scaled:.decimals$} {prefix}{unit}")
}

/// The value below 1000 and its SI prefix.
fn scale(value: f64) -> (f64, &'static str) {
    let mut scaled = value;
    for prefix in ["", "k", "M", "G", "T", "P"] {
        // 999.95 would be written as 1000.
        if scaled.abs() < 999.95 {
            return (scaled, prefix);
        }
        scaled /= 1000.0;
    }
    (scaled, "E")
}

fn trimmed(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Sorted ports, runs of three or more as ranges: `22`, `80–83`.
pub fn port_ranges(ports: &[u16]) -> Vec<String> {
    let mut runs: Vec<(u16, u16)> = Vec::new();
    for port in ports {
        match runs.last_mut() {
            Some((_, end)) if end.checked_add(1) == Some(*port) => *end = *port,
            _ => runs.push((*port, *port)),
        }
    }
    runs.into_iter()
        .map(|(start, end)| match end - start {
            0 => start.to_string(),
            1 => format!("{start}, {end}"),
            _ => format!("{start}–{end}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!((count(0), count(999), count(1000)), ("0".into(), "999".into(), "1,000".into()));
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!((counted(1, "flow", "flows"), counted(2, "flow", "flows")), ("1 flow".into(), "2 flows".into()));
    }

    #[test]
    fn bytes_take_decimal_prefixes() {
        let texts = [0.0, 999.0, 1000.0, 1536.0, 999_960.0, 2e7, 1.5e30].map(bytes);
        assert_eq!(texts, ["0 B", "999 B", "1.00 kB", "1.54 kB", "1.00 MB", "20.0 MB", "1500000000000 EB"]);
    }

    #[test]
    fn one_of_a_kind_is_singular() {
        let texts = ["flows", "addresses", "ms", "B/s", "s", "%", "bits/s", "B"].map(|unit| with_unit(1.0, unit));
        assert_eq!(texts, ["1 flow", "1 address", "1 ms", "1 B/s", "1 s", "1 %", "1 bits/s", "1 B"]);
        assert_eq!(with_unit(1.5, "flows"), "1.5 flows");
    }

    #[test]
    fn axis_values_are_short() {
        assert_eq!([short(2e6, "B"), short(1500.0, "packets"), short(0.0, "B")], ["2 MB", "1.5 k", "0 B"]);
        assert_eq!([short(15.0, "s"), short(0.25, "s"), short(1200.0, "ms")], ["15 s", "0.25 s", "1,200 ms"]);
    }

    #[test]
    fn plain_numbers_keep_what_tells_something() {
        let texts = [1234.5, 0.03125, 7.0, -1500.25, 1e-9, f64::NAN].map(plain);
        assert_eq!(texts, ["1,234", "0.0312", "7", "-1,500", "1.00e-9", "–"]);
    }

    #[test]
    fn shares() {
        assert_eq!([percent(0.0, 0.0), percent(1.0, 3.0), percent(1.0, 1e6)], ["0 %", "33 %", "under 0.1 %"]);
    }

    #[test]
    fn runs_of_ports_are_ranges() {
        assert_eq!(port_ranges(&[22, 80, 81, 82, 83, 90, 91, 65535]), ["22", "80–83", "90, 91", "65535"]);
        assert!(port_ranges(&[]).is_empty());
    }
}
