//! A JSON document around rows to the rows: lists inside of objects (`{"data":[...]}`, `hits.hits`, `records`), one document or many
//! behind each other. Streams: only names of open objects are kept.

use super::scanner::{Event, Scanner, Step};

/// Most lists that are compared.
const MOST_LISTS: usize = 64;
/// Share of the front that the list of rows takes up at least, in per cent.
const LEAST_SHARE: usize = 50;
/// Names of lists of rows.
const KNOWN: &[&str] = &[
    "data",
    "records",
    "flows",
    "hits",
    "items",
    "results",
    "rows",
    "entries",
    "values",
    "value",
    "events",
    "logs",
    "logevents",
    "packets",
    "conversations",
    "sessions",
    "connections",
    "response",
    "result",
    "docs",
    "tables",
    "flowtuples",
    "objects",
    "content",
];

/// What the elements of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// Objects: rows that name their cells.
    Object,
    /// Lists: rows whose cells stand in the order of columns.
    List,
    /// Texts.
    Text,
    /// Anything else.
    Other,
}

/// Finds the elements of one list in JSON that comes in slices.
#[derive(Clone, Debug)]
pub struct Walker {
    wanted: Vec<Step>,
    scanner: Scanner,
    /// Depth inside of the element at hand, 1 for its own braces; 0 outside.
    inside: usize,
    /// The element at hand is a text.
    is_text_element: bool,
}

impl Walker {
    /// For the elements of the list at this path.
    pub fn new(wanted: Vec<Step>) -> Walker {
        Walker { wanted, scanner: Scanner::default(), inside: 0, is_text_element: false }
    }

    /// True if an element has begun and not ended.
    pub fn is_inside(&self) -> bool {
        self.inside > 0 || self.is_text_element
    }

    /// The first byte of the next element and the byte behind its end, searching on from where the last search ended. The start
    /// is none if the element began in earlier bytes.
    pub fn next(&mut self, bytes: &[u8]) -> (Option<usize>, Option<usize>) {
        let mut start = None;
        for (place, byte) in bytes.iter().enumerate() {
            let event = self.scanner.step(*byte);
            if self.is_text_element {
                if event == Event::TextEnds {
                    self.is_text_element = false;
                    return (start, Some(place + 1));
                }
                continue;
            }
            if self.inside > 0 {
                match event {
                    Event::Opens => self.inside = self.inside.saturating_add(1),
                    Event::Closes => {
                        self.inside -= 1;
                        if self.inside == 0 {
                            return (start, Some(place + 1));
                        }
                    }
                    _ => {}
                }
                continue;
            }
            let is_element = match event {
                Event::Opens => self.scanner.parent_is(&self.wanted, 1),
                Event::TextBegins => self.scanner.parent_is(&self.wanted, 0),
                _ => false,
            };
            if is_element {
                start = Some(place);
                self.inside = usize::from(event == Event::Opens);
                self.is_text_element = event == Event::TextBegins;
            }
        }
        (start, None)
    }
}

/// A list that the front of a document holds.
#[derive(Clone, Debug)]
struct List {
    path: Vec<Step>,
    element: Element,
    n_elements: usize,
    /// Bytes that it takes up.
    bytes: usize,
}

/// The list of rows inside of a document, if that is what the front of a file is.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where it is.
    pub walker: Walker,
    /// What its elements are.
    pub element: Element,
    /// Names of columns that stand beside it.
    pub names: Vec<String>,
}

/// Looks for the list of rows in the front of a JSON document.
pub fn find(front: &[u8]) -> Option<Found> {
    let Document { lists, bytes: document_bytes, outermost_comma } = document(front);
    let tuples = lists.iter().find(|list| list.path.last().is_some_and(|step| is_named(step, b"flowtuples")));
    if let Some(tuples) = tuples.filter(|list| list.element == Element::Text) {
        return Some(found(tuples, Vec::new()));
    }
    // A record names addresses itself; only lists beside it hold other things.
    let own = front.get(..document_bytes).unwrap_or(front);
    if n_own_addresses(own) >= 2 {
        return None;
    }
    if let Some(list) = lists.iter().filter(|list| list.element == Element::List).max_by_key(|list| list.bytes) {
        let names = names_beside(front, list);
        if !names.is_empty() {
            return Some(found(list, names));
        }
    }
    let has_more = front.get(document_bytes..).is_some_and(|behind| !behind.trim_ascii().is_empty());
    let fits = |list: &&List| {
        let is_known = list.path.last().is_some_and(|step| KNOWN.iter().any(|name| is_named(step, name.as_bytes())));
        let is_most = list.bytes * 100 >= document_bytes * LEAST_SHARE;
        // Nothing else stands beside it, or around it.
        let is_alone = outermost_comma > list.path.len();
        let is_enough = if is_known { is_most || is_alone || !has_more } else { is_most && list.n_elements > 1 };
        list.element == Element::Object && !list.path.is_empty() && is_enough
    };
    lists.iter().filter(fits).max_by_key(|list| list.bytes).map(|list| found(list, Vec::new()))
}

fn found(list: &List, names: Vec<String>) -> Found {
    Found { walker: Walker::new(list.path.clone()), element: list.element, names }
}

fn is_named(step: &Step, name: &[u8]) -> bool {
    step.as_deref().is_some_and(|step| step == name)
}

/// What the front of a file shows of its first document.
struct Document {
    /// Lists whose elements are objects, lists or texts, outermost first.
    lists: Vec<List>,
    /// Bytes of the document.
    bytes: usize,
    /// How many objects and lists are open at the outermost comma between members or elements.
    outermost_comma: usize,
}

/// A list that is open.
struct OpenList {
    /// How many objects and lists are open inside of it, itself among them.
    depth: usize,
    /// Its place among the lists that are compared, if it is one of them.
    place: Option<usize>,
    /// No list at its path came before it: its bytes count.
    is_first: bool,
}

fn document(front: &[u8]) -> Document {
    let mut outermost_comma = usize::MAX;
    let mut scanner = Scanner::default();
    let mut lists: Vec<List> = Vec::new();
    let mut open: Vec<OpenList> = Vec::new();
    for (place, byte) in front.iter().enumerate() {
        let event = scanner.step(*byte);
        if *byte == b',' && !scanner.is_text {
            outermost_comma = outermost_comma.min(scanner.open.len().saturating_add(scanner.n_deeper));
        }
        let element = match event {
            Event::Opens if *byte == b'{' => Element::Object,
            Event::Opens => Element::List,
            Event::TextBegins => Element::Text,
            Event::Closes => {
                while open.last().is_some_and(|list| list.depth > scanner.open.len()) {
                    open.pop();
                }
                if scanner.open.is_empty() {
                    return Document { lists, bytes: place + 1, outermost_comma };
                }
                Element::Other
            }
            _ => Element::Other,
        };
        let n_but = usize::from(event == Event::Opens);
        let depth = scanner.open.len().saturating_sub(n_but);
        let is_in_list = depth > 0 && scanner.open.get(depth - 1).is_some_and(|level| level.is_list);
        if element != Element::Other && is_in_list && scanner.n_deeper == 0 {
            // The path is compared once for each list, not for each element.
            if open.last().is_none_or(|list| list.depth != depth) {
                let known = lists.iter().position(|list| list.path.iter().eq(scanner.path(n_but)));
                let is_first = known.is_none() && lists.len() < MOST_LISTS;
                if is_first {
                    let path = scanner.path(n_but).cloned().collect();
                    lists.push(List { path, element, n_elements: 0, bytes: 0 });
                }
                let place = if is_first { lists.len().checked_sub(1) } else { known };
                open.push(OpenList { depth, place, is_first });
            }
            let list = open.last().and_then(|list| lists.get_mut(list.place?));
            list.into_iter().for_each(|list| list.n_elements += 1);
        }
        for list in open.iter().filter(|list| list.is_first) {
            list.place.and_then(|place| lists.get_mut(place)).into_iter().for_each(|list| list.bytes += 1);
        }
    }
    Document { lists, bytes: front.len(), outermost_comma }
}

/// Texts of a document that are addresses and stand in no list.
fn n_own_addresses(document: &[u8]) -> usize {
    let mut scanner = Scanner::default();
    let (mut n, mut start) = (0, None);
    for (place, byte) in document.iter().enumerate() {
        match scanner.step(*byte) {
            Event::TextBegins if !scanner.open.iter().any(|level| level.is_list) => start = Some(place + 1),
            Event::TextEnds => {
                let text = start.take().and_then(|start| document.get(start..place));
                let text = text.and_then(|text| std::str::from_utf8(text).ok());
                n += usize::from(text.is_some_and(|text| text.parse::<std::net::IpAddr>().is_ok()));
            }
            _ => {}
        }
    }
    n
}

/// Names of the columns of a list of lists: `columns` beside it, as texts or as objects with a name.
fn names_beside(front: &[u8], list: &List) -> Vec<String> {
    let mut beside = list.path.clone();
    for name in ["columns", "fields", "schema", "header", "meta"] {
        let Some(last) = beside.last_mut() else { break };
        *last = Some(name.as_bytes().to_vec());
        let mut walker = Walker::new(beside.clone());
        let (mut names, mut rest) = (Vec::new(), front);
        while let (Some(start), Some(end)) = walker.next(rest) {
            names.extend(rest.get(start..end).and_then(name_of));
            rest = rest.get(end..).unwrap_or_default();
        }
        if !names.is_empty() {
            return names;
        }
    }
    Vec::new()
}

fn name_of(element: &[u8]) -> Option<String> {
    match serde_json::from_slice(element).ok()? {
        serde_json::Value::String(name) => Some(name),
        serde_json::Value::Object(object) => {
            let name = ["name", "Name", "ColumnName", "field", "text"].iter().find_map(|key| object.get(*key))?;
            Some(name.as_str()?.to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::scanner::{MOST_DEPTH, MOST_KEY};
    use super::*;

    fn elements(text: &str, size: usize) -> Vec<String> {
        let found = find(text.as_bytes()).unwrap_or_else(|| panic!("{text}"));
        let mut walker = found.walker;
        let (mut all, mut element) = (Vec::new(), Vec::new());
        for slice in text.as_bytes().chunks(size) {
            let mut rest = slice;
            loop {
                let was_inside = walker.is_inside();
                let (start, end) = walker.next(rest);
                let start = if was_inside { 0 } else { start.unwrap_or(rest.len()) };
                element.extend_from_slice(&rest[start..end.unwrap_or(rest.len())]);
                let Some(end) = end else { break };
                all.push(String::from_utf8(std::mem::take(&mut element)).unwrap());
                rest = &rest[end..];
            }
        }
        all
    }

    #[test]
    fn rows_are_found_in_any_envelope() {
        for (text, n, first) in [
            (r#"{"count":2,"data":[{"a":1},{"a":"]}"}],"next":{"b":[{"a":3}]}}"#, 2, r#"{"a":1}"#),
            (
                r#"{"took":5,"hits":{"total":{"value":2},"hits":[{"_source":{"a":[{"x":1}]}},{"_source":{"a":2}}]}}"#,
                2,
                r#"{"_source":{"a":[{"x":1}]}}"#,
            ),
            (r#"{"Records":[{"a":1}]}{"Records":[{"a":2}]}"#, 2, r#"{"a":1}"#),
            (r#"{"Records":[{"a":1},{"a":2}]}"#, 2, r#"{"a":1}"#),
            (
                r#"{"records":[{"properties":{"flows":[{"rule":"r","flows":[{"mac":"m","flowTuples":["1,2","3,4"]}]}]}}]}"#,
                2,
                r#""1,2""#,
            ),
            (r#"{"columns":["a","b"],"index":[0,1],"data":[[1,2],[3,4]]}"#, 2, "[1,2]"),
            (r#"{"meta":[{"name":"a","type":"String"}],"data":[[1],[2]],"rows":2}"#, 2, "[1]"),
            (r#"{"tables":[{"name":"T","columns":[{"name":"a","type":"x"}],"rows":[[1],[2],[3]]}]}"#, 3, "[1]"),
        ] {
            for size in [1, 7, 1000] {
                let all = elements(text, size);
                assert_eq!((all.len(), all[0].as_str()), (n, first), "{text}, slices of {size}");
            }
        }
    }

    #[test]
    fn what_is_nested_too_deep_hides_nothing_behind_it() {
        let (opens, closes) = ("[{\"a\":".repeat(100_000), "}]".repeat(100_000));
        let deep = format!(r#"{{"x":{opens}[{{"b":1}}]{closes},"data":[{{"a":1}},{{"a":2}}]}}"#);
        let mut walker = Walker::new(vec![Some(b"data".to_vec())]);
        let (start, end) = walker.next(deep.as_bytes());
        assert_eq!(start.zip(end).map(|(start, end)| &deep[start..end]), Some(r#"{"a":1}"#));
    }

    #[test]
    fn elements_of_many_deep_lists_are_counted() {
        let name = "n".repeat(MOST_KEY);
        let (opens, closes) = (format!("{{\"{name}\":").repeat(MOST_DEPTH - 3), "}".repeat(MOST_DEPTH - 3));
        let short: String = (0..2 * MOST_LISTS).map(|n| format!("\"{n}\":[\"\"],")).collect();
        let texts = vec!["\"\""; 1 << 16].join(",");
        let front = format!("{opens}{{\"long\":[{texts}],{short}\"long\":[\"\",[[\"\"]],\"\"]}}{closes}");
        let lists = document(front.as_bytes()).lists;
        assert_eq!((lists.len(), lists[0].n_elements, lists[0].bytes), (MOST_LISTS, (1 << 16) + 3, texts.len()));
        assert_eq!((lists[1].n_elements, lists[1].bytes), (1, 2));
    }

    #[test]
    fn records_with_lists_of_their_own_are_no_envelopes() {
        for text in [
            r#"{"src_ip":"10.0.0.1","dest_ip":"10.0.0.2","data":[{"a":1},{"a":2}]}"#,
            r#"{"source":{"ip":"10.0.0.1"},"destination":{"ip":"10.0.0.2"},"hits":[{"a":1},{"a":2}]}"#,
            r#"{"a":1,"b":"x"}"#,
            "{\"a\":1,\"data\":[{\"x\":1}]}\n{\"a\":2,\"data\":[{\"x\":2}]}",
            "{\"data\":[{\"x\":1}],\"a\":1}\n{\"data\":[{\"x\":2}],\"a\":2}",
        ] {
            assert!(find(text.as_bytes()).is_none(), "{text}");
        }
    }
}
