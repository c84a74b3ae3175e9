//! The front of a syslog line to its time, and what stands behind it.

/// A line without what syslog puts before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prefixed<'a> {
    /// The time as it stands; empty if there is none.
    pub time: &'a str,
    /// The rest, which begins with the name of the host or with the message.
    pub rest: &'a str,
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Takes the priority, the version and the time off: `<134>1 2024-05-01T10:00:00Z fw ...`, `Mar  9 20:49:00 fw ...`,
/// `Mar 09 2024 20:49:00: %ASA-...`.
pub fn split(line: &str) -> Prefixed<'_> {
    let mut rest = line.trim_start();
    if let Some(behind) = rest.strip_prefix('<').and_then(|inside| inside.split_once('>')) {
        rest = behind.1.trim_start();
        rest = rest.strip_prefix("1 ").unwrap_or(rest);
    }
    rest = without_marks(rest);
    let n = time_bytes(rest);
    let (time, behind) = rest.split_at_checked(n).unwrap_or(("", rest));
    let behind = if n > 0 { behind.trim_start_matches([':', ',', ']', ' ', '\t']) } else { rest };
    Prefixed { time: time.trim_start_matches('[').trim_end_matches([':', ',', ']']), rest: behind }
}

/// Without what Cisco puts before the time: the number of the message, and marks of whether the clock is right.
fn without_marks(text: &str) -> &str {
    let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let behind = text.get(n_digits..).and_then(|behind| behind.strip_prefix(": ")).unwrap_or(text);
    let bare = behind.trim_start_matches([':', '*', '.', ' ']);
    // Only where a time follows.
    if bare.len() < text.len() && time_bytes(bare) > 0 { bare } else { text }
}

/// Bytes of the time that a text begins with.
fn time_bytes(text: &str) -> usize {
    let mut words = Words { text, at: 0 };
    let Some(first) = words.next() else { return 0 };
    let bare = first.trim_start_matches('[');
    let is_month = MONTHS.iter().any(|month| month.eq_ignore_ascii_case(bare));
    if is_month {
        // Month, day, perhaps the year, the clock, perhaps a zone.
        words.next();
        let before = words.at;
        let is_year =
            words.next().is_some_and(|word| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()));
        words.at = if is_year { words.at } else { before };
        if !words.next().is_some_and(is_clock) {
            return 0;
        }
        let at = words.at;
        let is_zone = |word: &str| {
            word.strip_suffix(':')
                .is_some_and(|zone| (2..=5).contains(&zone.len()) && zone.bytes().all(|b| b.is_ascii_uppercase()))
        };
        return if words.next().is_some_and(is_zone) { words.at } else { at };
    }
    let digits = bare.bytes().filter(u8::is_ascii_digit).count();
    if bare.contains('T') && is_date(bare) && digits >= 10 {
        return words.at;
    }
    if is_date(bare) {
        let at = words.at;
        return if words.next().is_some_and(is_clock) { words.at } else { at };
    }
    // Seconds since 1970.
    let is_epoch = bare.split_once('.').map_or(bare, |(whole, _)| whole).len() == 10
        && bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_epoch || is_clock(bare) { words.at } else { 0 }
}

/// `2024-05-01`, `01/05/2024`, `may/01/2024`, `01-May-2024`, also with a time behind it.
fn is_date(word: &str) -> bool {
    let mut parts = word.splitn(3, ['-', '/']);
    let is_month = |part: &str| MONTHS.iter().any(|month| month.eq_ignore_ascii_case(part));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let is_part = |part: Option<&str>| part.is_some_and(|part| is_number(part) || is_month(part));
    is_part(parts.next())
        && is_part(parts.next())
        && parts.next().is_some_and(|third| third.as_bytes().first().is_some_and(u8::is_ascii_digit))
}

fn is_clock(word: &str) -> bool {
    let mut parts = word.trim_end_matches([':', ',', ']']).splitn(3, ':');
    let is_two = |part: Option<&str>| {
        part.is_some_and(|part| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
    };
    is_two(parts.next())
        && is_two(parts.next())
        && parts.next().is_some_and(|rest| rest.as_bytes().first().is_some_and(u8::is_ascii_digit))
}

/// Words of a text, and where the last one ended.
struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.text.get(self.at..)?;
        let start = rest.find(|c: char| !c.is_whitespace())?;
        let word = rest.get(start..)?;
        let end = word.find(char::is_whitespace).unwrap_or(word.len());
        self.at += start + end;
        word.get(..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_taken_off() {
        for (line, time, rest) in [
            ("Mar  9 20:49:00 fw kernel: x", "Mar  9 20:49:00", "fw kernel: x"),
            ("<134>1 2024-05-01T10:00:00.5+02:00 fw x", "2024-05-01T10:00:00.5+02:00", "fw x"),
            ("Apr 15 2013 09:36:52: %ASA-6-302014: Teardown", "Apr 15 2013 09:36:52", "%ASA-6-302014: Teardown"),
            ("2024-05-01 10:00:00 fw x", "2024-05-01 10:00:00", "fw x"),
            ("[12345.678] IN=eth0", "", "[12345.678] IN=eth0"),
            ("%ASA-6-302014: Teardown", "", "%ASA-6-302014: Teardown"),
            ("<162>:May 13 10:15:00 UTC: %ASA-2-106001: x", "May 13 10:15:00 UTC", "%ASA-2-106001: x"),
            ("<189>45: *Mar  1 18:46:11.123: %SEC-6-x", "Mar  1 18:46:11.123", "%SEC-6-x"),
            ("45: no time", "", "45: no time"),
            ("May not be a date", "", "May not be a date"),
            ("may/01/2024 10:00:35 firewall,info forward", "may/01/2024 10:00:35", "firewall,info forward"),
            ("01-May-2024 10:00:35.5 queries: info", "01-May-2024 10:00:35.5", "queries: info"),
        ] {
            assert_eq!(split(line), Prefixed { time, rest }, "{line}");
        }
    }
}
