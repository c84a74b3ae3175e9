//! Columns of text under headings of several words, as nfdump prints them in a form of one's own (`-o "fmt:%ts %te %pr %sa %sp
//! %da %dp %pkt %byt"`), to cells.

use super::LinesFront;

/// Headings of more than one word; what is of one word is itself.
const NAMES: &[&str] = &[
    "Date first seen",
    "Date last seen",
    "Date flow received",
    "Src IP Addr:Port",
    "Dst IP Addr:Port",
    "X-Src IP Addr:Port",
    "X-Dst IP Addr:Port",
    "Src IP Addr",
    "Dst IP Addr",
    "X-Src IP Addr",
    "X-Dst IP Addr",
    "Router IP",
    "Next-hop IP",
    "BGP next-hop IP",
    "Src Pt",
    "Dst Pt",
    "X-Src Pt",
    "X-Dst Pt",
    "Src AS",
    "Dst AS",
    "Next AS",
    "Prev AS",
    "In Pkt",
    "Out Pkt",
    "In Byte",
    "Out Byte",
    "Src Mask",
    "Dst Mask",
    "Src Vlan",
    "Dst Vlan",
    "In src MAC Addr",
    "Out dst MAC Addr",
];

/// Opens a file with such a heading.
pub fn open(front: &[u8]) -> Option<LinesFront> {
    let mut at = 0;
    for line in front.split_inclusive(|byte| *byte == b'\n').take(12) {
        at += line.len();
        let text = String::from_utf8_lossy(line);
        let has = |name: &str| text.contains(name);
        let is_heading = has("Src IP Addr") && has("Dst IP Addr") && (has("Date first") || has("Date last"));
        if is_heading && !text.contains([',', ';', '|']) {
            return Some(LinesFront { names: names(&text), has_header: true, skip: at, reader: Some(read) });
        }
    }
    None
}

fn names(heading: &str) -> Vec<String> {
    let (mut names, mut rest) = (Vec::new(), heading.trim_start());
    while !rest.is_empty() {
        let known = NAMES.iter().find(|name| rest.starts_with(**name));
        let name = known.copied().unwrap_or_else(|| rest.split_whitespace().next().unwrap_or(rest));
        rest = rest.get(name.len()..).unwrap_or_default().trim_start();
        if !matches!(name, "->" | "<->") {
            names.push(name.to_owned());
        }
    }
    names
}

fn read(line: &[u8], names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let mut words = line.split_whitespace().filter(|word| !matches!(*word, "->" | "<->")).peekable();
    if !words.peek().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_alphanumeric())) {
        return false;
    }
    let mut n = 0;
    for name in names {
        let Some(word) = words.next() else { break };
        n += 1;
        if name.starts_with("Date ") {
            add(name, format!("{word} {}", words.next().unwrap_or_default()).as_bytes());
        } else if let Some(side) = name.strip_suffix(" Addr:Port") {
            let mark = if word.matches(':').count() > 1 { '.' } else { ':' };
            let (address, port) = word.rsplit_once(mark).unwrap_or((word, ""));
            add(&format!("{side} addr"), address.as_bytes());
            add(&format!("{} pt", side.trim_end_matches(" IP")), port.as_bytes());
        } else if let Some(prefix) = words.next_if(|next| matches!(*next, "K" | "M" | "G" | "T")) {
            add(name, format!("{word} {prefix}").as_bytes());
        } else {
            add(name, word.as_bytes());
        }
    }
    n == names.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_under_headings_of_several_words() {
        let heading = "Date first seen         Date last seen    Proto Src IP Addr   Src Pt Dst IP Addr  Dst Pt  Flags Packets Bytes\n";
        let names = names(heading);
        assert_eq!(names.len(), 10);
        let mut cells = Vec::new();
        let line = "2026-07-07 09:10:00.214 2026-07-07 09:10:00.234 UDP 10.0.0.23 40161 10.0.0.2 161 ........ 1 1.4 M";
        assert!(read(line.as_bytes(), &names, &mut |name, text| {
            cells.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
        }));
        let of = |name: &str| cells.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
        assert_eq!((of("Date last seen"), of("Dst Pt")), (Some("2026-07-07 09:10:00.234"), Some("161")));
        assert_eq!(of("Bytes"), Some("1.4 M"));
        assert!(open(heading.as_bytes()).is_some() && open(b"Src IP Addr,Dst IP Addr,Date first seen\n").is_none());
    }
}
