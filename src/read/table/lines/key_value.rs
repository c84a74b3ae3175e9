//! Lines of `key=value` to cells: values in quotes may hold blanks; of words without a key only what a firewall did is kept.

use super::{LinesFront, event_format, front_lines, prefix};

/// A piece of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A key and its value, without quotes.
    Pair(&'a str, &'a str),
    /// A word without a key.
    Word(&'a str),
}

/// The pieces of a line.
pub fn pieces(line: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t', ',', ';', '[']);
        if rest.is_empty() {
            return None;
        }
        // Some put key and value together in quotes.
        if let Some((inside, behind)) = rest.strip_prefix('"').and_then(|inside| inside.split_once('"'))
            && let Some((key, value)) = inside.split_once('=')
        {
            rest = behind;
            return Some(Piece::Pair(key, value));
        }
        let end = rest.find([' ', '\t', '=', ',', ';']).unwrap_or(rest.len());
        // Check Point separates them by a colon and puts the value in quotes.
        let mark = rest.get(..end).and_then(|word| word.find(":\"")).filter(|at| *at > 0);
        if let Some((key, behind)) = mark.and_then(|at| Some((rest.get(..at)?, rest.get(at + 2..)?))) {
            let (value, after) = behind.split_once('"').unwrap_or((behind, ""));
            rest = after;
            return Some(Piece::Pair(key, value));
        }
        let (key, behind) = rest.split_at_checked(end)?;
        let Some(value) = behind.strip_prefix('=').filter(|_| !key.is_empty()) else {
            let n = end.max(1);
            let word = rest.get(..n).unwrap_or(rest);
            rest = rest.get(n..).unwrap_or_default();
            return Some(Piece::Word(word));
        };
        let (value, after) = match value.strip_prefix('"') {
            Some(inside) => inside.split_once('"').unwrap_or((inside, "")),
            None => value.split_at_checked(value.find([' ', '\t', ',', ';']).unwrap_or(value.len()))?,
        };
        rest = after;
        Some(Piece::Pair(key.trim_matches('"'), value))
    })
}

/// Words without a key that say what a firewall did.
const ACTIONS: [&str; 6] = ["allow", "deny", "drop", "block", "accept", "reject"];

/// Reads a line of keys and values. Date, time and zone in keys of their own become one cell; else the time in front.
pub fn read<'a>(line: &'a [u8], _names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let (mut date, mut clock, mut zone, mut n) = ("", "", "", 0);
    let prefixed = prefix::split(line);
    let mut take = |key: &str, value: &'a str| {
        n += 1;
        match key {
            "date" => date = value,
            "time" if !date.is_empty() => clock = value,
            "tz" | "timezone" => zone = value,
            _ => add(key, value.as_bytes()),
        }
    };
    match event_format::pairs(prefixed.rest) {
        Some(pairs) => pairs.into_iter().for_each(|(key, value)| take(key, value)),
        None => {
            let mut has_action = false;
            for piece in pieces(prefixed.rest) {
                match piece {
                    Piece::Pair(key, value) => {
                        has_action |= key == "action";
                        take(key, value);
                    }
                    Piece::Word(word) if !has_action && ACTIONS.contains(&word) => {
                        has_action = true;
                        take("action", word);
                    }
                    // `RT_FLOW_SESSION_DENY` of Juniper.
                    Piece::Word(word) if !has_action && word.ends_with("_SESSION_DENY") => {
                        has_action = true;
                        take("action", "deny");
                    }
                    Piece::Word(_) => {}
                }
            }
        }
    }
    if !clock.is_empty() {
        add("time", format!("{date} {clock} {zone}").trim_end().as_bytes());
    } else if !date.is_empty() {
        add("date", date.as_bytes());
    }
    if date.is_empty() && n > 0 && !prefixed.time.is_empty() {
        add("log time", prefixed.time.as_bytes());
    }
    n > 0
}

/// Opens the lines if seven in ten at the front have at least four pairs, and most of their words are pairs. Set by us: prose and
/// other logs hold a pair or two now and then.
pub fn open(front: &[u8]) -> Option<LinesFront> {
    let lines = front_lines(front);
    let n_pairs = |line: &&[u8]| {
        let text = std::str::from_utf8(line).unwrap_or_default();
        let (mut n_pairs, mut n_words) = (0, 0);
        if let Some(pairs) = event_format::pairs(text) {
            return pairs.len();
        }
        for piece in pieces(prefix::split(text).rest) {
            match piece {
                Piece::Pair(..) => n_pairs += 1,
                Piece::Word(_) => n_words += 1,
            }
        }
        if n_pairs * 2 > n_words { n_pairs } else { 0 }
    };
    let n_rows = lines.iter().filter(|line| n_pairs(line) >= 4).count();
    (n_rows > 0 && n_rows * 10 >= lines.len() * 7).then(LinesFront::default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colon_before_quotes_parts_key_and_value() {
        let all: Vec<Piece<'_>> = pieces("[action:\"Drop\"; src:\"10.0.0.1\"; msg=a:b]").collect();
        let pairs =
            [("action", "Drop"), ("src", "10.0.0.1"), ("msg", "a:b]")].map(|(key, value)| Piece::Pair(key, value));
        assert_eq!(all, pairs);
    }

    #[test]
    fn values_may_stand_in_quotes() {
        let line = "date=2024-05-01 time=10:00:00 msg=\"a b=c\" SYN OUT= src=10.0.0.1";
        let all: Vec<Piece<'_>> = pieces(line).collect();
        assert_eq!(
            all,
            [
                Piece::Pair("date", "2024-05-01"),
                Piece::Pair("time", "10:00:00"),
                Piece::Pair("msg", "a b=c"),
                Piece::Word("SYN"),
                Piece::Pair("OUT", ""),
                Piece::Pair("src", "10.0.0.1"),
            ]
        );
        let mut cells = Vec::new();
        assert!(read(line.as_bytes(), &[], &mut |name, text| {
            cells.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
        }));
        assert!(cells.contains(&("time".to_owned(), "2024-05-01 10:00:00".to_owned())), "{cells:?}");
    }
}
