//! A list of indicators from its text: plain lines, CSV, STIX 2 or MISP's JSON.

use super::json;
use super::value::Value;

/// Longer lists are cut.
pub const MOST: usize = 1_000_000;
/// Headings of the column that holds indicators.
pub(super) const VALUES: [&str; 16] = [
    "value",
    "indicator",
    "indicator_value",
    "ioc",
    "ioc_value",
    "observable",
    "ip",
    "ip_address",
    "dst_ip",
    "domain",
    "host",
    "hostname",
    "url",
    "hash",
    "ja3_md5",
    "ja3",
];
/// Those of them that nothing but a list of indicators has.
pub(super) const OF_LISTS_ONLY: [&str; 6] =
    ["indicator", "indicator_value", "ioc", "ioc_value", "observable", "ja3_md5"];
/// Headings of the column that holds a date.
const DATES: [&str; 9] =
    ["date", "first_seen", "first_seen_utc", "firstseen", "listingdate", "created", "timestamp", "last_seen", "added"];

/// Where in its list an indicator stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Position {
    /// A line, from 1.
    Line(u64),
    /// An object of a JSON document, from 1.
    Entry(u64),
}

/// One line of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Indicator {
    /// What it means.
    pub value: Value,
    /// Where it stands.
    pub position: Position,
    /// Its date, as the list writes it.
    pub date: Option<String>,
}

/// A list of indicators.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct List {
    /// Name of its file.
    pub name: String,
    /// Its indicators, in its order.
    pub indicators: Vec<Indicator>,
    /// Lines or objects that hold no indicator.
    pub n_unknown: u64,
}

impl List {
    /// Reads a list.
    ///
    /// # Errors
    /// In words: nothing in it is an indicator.
    pub fn read(name: &str, text: &str) -> Result<List, String> {
        let text = text.trim_start_matches('\u{feff}');
        let mut list = List { name: name.to_owned(), indicators: Vec::new(), n_unknown: 0 };
        match text.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str(text)) {
            Some(Ok(document)) => {
                let found = json::read(&document).into_iter();
                found.for_each(|one| list.add(one.value, Position::Entry(one.entry), one.date));
            }
            Some(Err(error)) => return Err(format!("{name} is no list of indicators: the JSON is broken ({error})")),
            None => list.read_lines(text),
        }
        if list.indicators.is_empty() {
            return Err(format!(
                "{name} is no list of indicators: it holds no address, name, URL, hash or fingerprint"
            ));
        }
        Ok(list)
    }

    fn read_lines(&mut self, text: &str) {
        let mut columns = Columns::default();
        let mut is_first = true;
        for (place, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) && Value::parse(line).is_none() || line.starts_with("//")
            {
                // Feeds put their headings into a comment.
                columns.take_headings(line.trim_start_matches(['#', ' ']));
                continue;
            }
            if std::mem::take(&mut is_first) && columns.take_headings(line) {
                continue;
            }
            let cells = cells(line);
            let date = columns.date.and_then(|place| cells.get(place)).filter(|date| !date.is_empty()).cloned();
            let named = columns.value.and_then(|place| cells.get(place)).and_then(|cell| Value::parse(cell));
            let found = named.or_else(|| cells.iter().find_map(|cell| Value::parse(cell)));
            self.add(found, Position::Line(place as u64 + 1), date);
        }
    }

    fn add(&mut self, value: Option<Value>, position: Position, date: Option<String>) {
        match value {
            Some(value) if self.indicators.len() < MOST => self.indicators.push(Indicator { value, position, date }),
            _ => self.n_unknown += 1,
        }
    }
}

/// Which columns hold what.
#[derive(Default)]
struct Columns {
    value: Option<usize>,
    date: Option<usize>,
}

impl Columns {
    /// True if the line is one of headings.
    fn take_headings(&mut self, line: &str) -> bool {
        let cells = cells(line);
        let names: Vec<String> = cells.iter().map(|cell| heading(cell)).collect();
        let place = |known: &[&str]| known.iter().find_map(|known| names.iter().position(|name| name == known));
        let Some(value) = place(&VALUES) else { return false };
        *self = Columns { value: Some(value), date: place(&DATES) };
        true
    }
}

/// A heading as the lists above have it.
pub(super) fn heading(cell: &str) -> String {
    cell.to_lowercase().replace([' ', '-'], "_")
}

/// The cells of a line, parted by commas, semicolons or tabs outside of quotes. A line without them is one cell, up to a
/// comment behind it.
pub(super) fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ',' | ';' | '\t' if !is_quoted => cells.push(String::new()),
            _ => cells.last_mut().into_iter().for_each(|cell| cell.push(letter)),
        }
    }
    if let [cell] = cells.as_mut_slice()
        && let Some((before, _)) = cell.split_once(" #")
    {
        *cell = before.to_owned();
    }
    // An apostrophe keeps a spreadsheet from taking a cell for a formula: our own lists have it too.
    cells.iter().map(|cell| cell.trim().trim_start_matches('\'').to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Position, Option<String>)> {
        let list = List::read("list", text).unwrap();
        list.indicators.into_iter().map(|one| (one.value.to_string(), one.position, one.date)).collect()
    }

    fn line(text: &str, line: u64, date: Option<&str>) -> (String, Position, Option<String>) {
        (text.to_owned(), Position::Line(line), date.map(str::to_owned))
    }

    #[test]
    fn plain_lines_and_tables_are_read() {
        let plain = "# a feed\n\n192.0.2.1\nevil.example # why\nnonsense\n// more\n10.0.0.0/8\n";
        assert_eq!(
            read(plain),
            [line("192.0.2.1", 3, None), line("evil.example", 4, None), line("10.0.0.0/8", 7, None)]
        );
        assert_eq!(List::read("list", plain).unwrap().n_unknown, 1);
        let table =
            "first_seen,type,ioc_value\n2026-01-02,malware.family,\"a.example\"\n2026-01-03,url,http://b.example/x\n";
        let read_table = read(table);
        assert_eq!(read_table, [line("a.example", 2, Some("2026-01-02")), line("b.example/x", 3, Some("2026-01-03"))]);
        // abuse.ch puts the headings into a comment.
        let feed =
            "# ja3_md5,Firstseen,Lastseen,Listingreason\na0e9f5d64349fb13191bc781f81f42e1,2026-01-04 10:00:00,x,Bad\n";
        assert_eq!(read(feed), [line("a0e9f5d64349fb13191bc781f81f42e1", 2, Some("2026-01-04 10:00:00"))]);
        let own = "type,value,findings\naddress,203.0.113.9,beacon-1\nname,'-a.example,beacon-1\n";
        assert_eq!(read(own), [line("203.0.113.9", 2, None), line("-a.example", 3, None)]);
    }

    #[test]
    fn json_of_stix_and_misp_is_read() {
        let stix = r#"{"type": "bundle", "id": "bundle--1", "objects": [
            {"type": "identity", "id": "identity--1"},
            {"type": "indicator", "valid_from": "2026-01-02T00:00:00Z", "pattern_type": "stix",
             "pattern": "[ipv4-addr:value = '192.0.2.1' OR domain-name:value = 'evil.example'] AND [url:value='http://c.example/p']"},
            {"type": "ipv4-addr", "value": "192.0.2.9"}]}"#;
        let date = || Some("2026-01-02T00:00:00Z".to_owned());
        assert_eq!(
            read(stix),
            [
                ("192.0.2.1".to_owned(), Position::Entry(2), date()),
                ("evil.example".to_owned(), Position::Entry(2), date()),
                ("c.example/p".to_owned(), Position::Entry(2), date()),
                ("192.0.2.9".to_owned(), Position::Entry(3), None),
            ]
        );
        let misp = r#"{"Event": {"info": "x", "Attribute": [
            {"type": "domain|ip", "value": "evil.example|192.0.2.1", "timestamp": "1767312000"},
            {"type": "ja3-fingerprint-md5", "value": "a0e9f5d64349fb13191bc781f81f42e1"},
            {"type": "comment", "value": "see example.com"}],
            "Object": [{"Attribute": [{"type": "ip-dst", "value": "192.0.2.2"}]}]}}"#;
        let date = Some("2026-01-02T00:00:00.000000Z".to_owned());
        assert_eq!(
            read(misp),
            [
                ("evil.example".to_owned(), Position::Entry(1), date.clone()),
                ("192.0.2.1".to_owned(), Position::Entry(1), date),
                ("a0e9f5d64349fb13191bc781f81f42e1".to_owned(), Position::Entry(2), None),
                ("192.0.2.2".to_owned(), Position::Entry(4), None),
            ]
        );
    }

    #[test]
    fn what_is_no_list_is_refused_in_words() {
        for (text, why) in [
            ("", "holds no address"),
            ("hello\nworld\n", "holds no address"),
            ("{\"a\": ", "broken"),
            ("[1, 2]", "holds no"),
        ] {
            let refused = List::read("x.txt", text).unwrap_err();
            assert!(refused.starts_with("x.txt is no list") && refused.contains(why), "{refused}");
        }
    }
}
