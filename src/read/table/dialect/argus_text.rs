//! What Argus's `ra` prints for people: columns under a heading, ports behind a point, an arrow between the sides.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::lines::{LineFormat, LinesFront, endpoint, front_lines};
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "argus_text",
    name: "Argus text",
    known_by: KnownBy::Lines(LineFormat { written: "text in columns", open, read }),
    roles: &[
        ("starttime", Role::Start),
        ("lasttime", Role::End),
        ("dur", Role::Duration),
        ("flgs", Role::Plain),
        ("dir", Role::Plain),
    ],
    state: state::argus,
    ..COMMON
};

/// Columns behind the arrow where no heading names them.
const DEFAULT: &[&str] = &["DstAddr", "Dport", "TotPkts", "TotBytes", "State"];
/// Arrows: who began, and whether that is sure.
const ARROWS: &[&str] = &["->", "<-", "<->", "?>", "<?", "<?>", "o>", "<o", "<o>", "who", "<|", "|>"];

fn open(front: &[u8]) -> Option<LinesFront> {
    let mut at = 0;
    for line in front.split_inclusive(|byte| *byte == b'\n').take(6) {
        at += line.len();
        let words: Vec<String> = String::from_utf8_lossy(line).split_whitespace().map(str::to_owned).collect();
        let has = |name: &str| words.iter().any(|word| word == name);
        if has("SrcAddr") && has("DstAddr") && has("Dir") {
            return Some(LinesFront { names: words, has_header: true, skip: at, reader: None });
        }
    }
    // Without a heading only by what an arrow stands between.
    let lines = front_lines(front);
    let is_row = |line: &&&[u8]| {
        let mut n_ports = 0;
        read(line, &[], &mut |name, text| n_ports += usize::from(matches!(name, "Sport" | "Dport") && !text.is_empty()))
            && n_ports == 2
    };
    let n_rows = lines.iter().filter(is_row).count();
    (n_rows >= 2 && n_rows * 2 >= lines.len()).then(LinesFront::default)
}

fn read(line: &[u8], names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let words: Vec<&str> = line.split_whitespace().collect();
    let Some(arrow) = words.iter().skip(2).position(|word| ARROWS.contains(word)).map(|place| place + 2) else {
        return false;
    };
    let (before, behind) = (words.get(..arrow).unwrap_or_default(), words.get(arrow + 1..).unwrap_or_default());
    // A port stands behind a point or in a column of its own.
    let is_port = |text: &str| text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_end = |text: &str| text.contains(['.', ':']) || text == "0";
    let (front, source) = match before {
        [front @ .., address, port] if is_port(port) && is_end(address) && address.len() > 1 && !port.is_empty() => {
            (front, (*address, *port))
        }
        [front @ .., end] => (front, endpoint(end, '.')),
        [] => return false,
    };
    let has_ports = !source.1.is_empty() && names.iter().any(|name| name == "Dport");
    let (target, figures) = match behind {
        [address, port, rest @ ..] if has_ports && is_port(port) && endpoint(address, '.').1.is_empty() => {
            ((*address, *port), rest)
        }
        [end, rest @ ..] => (endpoint(end, '.'), rest),
        [] => return false,
    };
    let Some(protocol) = front.last().filter(|_| is_end(source.0) && is_end(target.0)) else { return false };
    add("StartTime", time(&words).as_bytes());
    let of_front = names.iter().position(|name| name == "Proto").and_then(|place| names.get(..place));
    let has_duration = of_front.is_some_and(|names| names.last().is_some_and(|name| name == "Dur"));
    if let [.., duration, _] = front
        && has_duration
    {
        add("Dur", duration.as_bytes());
    }
    add("Proto", protocol.as_bytes());
    for (names, (address, port)) in [(("SrcAddr", "Sport"), source), (("DstAddr", "Dport"), target)] {
        add(names.0, address.as_bytes());
        add(names.1, port.as_bytes());
    }
    let dir = words.get(arrow).copied().unwrap_or_default();
    add("Dir", dir.as_bytes());
    let behind = names.iter().position(|name| name == "Dir").and_then(|place| names.get(place + 1..));
    let behind: Vec<&str> = behind.map_or(DEFAULT.to_vec(), |names| names.iter().map(String::as_str).collect());
    let named = behind.into_iter().filter(|name| !matches!(*name, "DstAddr" | "Dport"));
    for (name, word) in named.zip(figures) {
        add(name, word.as_bytes());
    }
    true
}

/// The first word, or date and time of day.
fn time(words: &[&str]) -> String {
    match words {
        [date, clock, ..]
            if clock.contains(':') && clock.starts_with(|c: char| c.is_ascii_digit()) && date.contains(['/', '-']) =>
        {
            format!("{date} {clock}")
        }
        [first, ..] => (*first).to_owned(),
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_around_the_arrow() {
        let line = "   17:37:24.820046  e s         tcp       192.168.56.1.54017     ->     192.168.56.101.21           20       1501   FIN";
        let mut cells = Vec::new();
        assert!(read(line.as_bytes(), &[], &mut |name, text| {
            cells.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
        }));
        let of = |name: &str| cells.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
        assert_eq!((of("SrcAddr"), of("Sport"), of("Dport")), (Some("192.168.56.1"), Some("54017"), Some("21")));
        assert_eq!((of("TotPkts"), of("TotBytes"), of("State")), (Some("20"), Some("1501"), Some("FIN")));
    }
}
