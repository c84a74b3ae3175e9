//! Recognises from the front of a text how it is written: delimited, a Zeek log, ARFF, JSON lines, a JSON list, or no
//! table.

mod carried;
mod declared;
mod delimited;
mod objects;

use super::carried::Carrier;
use super::cells::Delimiter;
use super::dialect::{self, Entry, KnownBy};
use super::json::envelope::{self, Element, Walker};
use super::lines::{LineFormat, LinesFront};
use super::log::{self, Log, Tool};
use super::plain::plain;
use std::collections::BTreeSet;

/// How a table is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Cells between separators.
    Delimited,
    /// Zeek's log, with comment lines.
    Zeek,
    /// Weka's format: delimited rows behind a head of its own.
    Arff,
    /// One JSON object a line.
    JsonLines,
    /// A list of JSON objects.
    JsonList,
    /// A list somewhere inside of JSON documents.
    Envelope,
    /// Lines of text of a form of their own.
    Lines,
}

impl Form {
    /// True if cells stand between separators, in the order of the columns.
    pub fn is_delimited(self) -> bool {
        matches!(self, Form::Delimited | Form::Zeek | Form::Arff)
    }

    /// True if line ends part no rows.
    pub fn is_listed(self) -> bool {
        matches!(self, Form::JsonList | Form::Envelope)
    }
}

/// What the front of a table tells.
pub struct Header {
    /// How it is written.
    pub form: Form,
    /// How cells are parted.
    pub cut: Delimiter,
    /// The byte that ends a line.
    pub line_end: u8,
    /// Headings as they stand, or what the form calls its cells; empty where each row names them.
    pub names: Vec<String>,
    /// True if the headings stand in the file.
    pub has_header: bool,
    /// Bytes before the first row.
    pub skip: usize,
    /// The dialect.
    pub entry: &'static Entry,
    /// Of logs: the kind of all rows, if that is known.
    pub log: Option<&'static Log>,
    /// What the logs are called: `Zeek ssl.log`; empty for the name of the dialect.
    pub log_name: String,
    /// Finds the rows of an envelope.
    pub walker: Option<Walker>,
    /// How lines and tuples are read.
    pub lines: Option<LineFormat>,
    /// Where rows carry the records of another tool, which are read in their place.
    pub carrier: Option<Carrier>,
}

impl Header {
    /// Of rows from `skip` on, with what is the same for most forms.
    fn new(form: Form, entry: &'static Entry, names: Vec<String>, skip: usize) -> Header {
        Header {
            form,
            cut: Delimiter { separator: b',', has_quotes: false, has_triple_spaces: false },
            line_end: b'\n',
            names,
            has_header: true,
            skip,
            entry,
            log: None,
            log_name: String::new(),
            walker: None,
            lines: None,
            carrier: None,
        }
    }
}

/// Most kinds of logs that are named.
const MOST_PATHS: usize = 8;
/// Rows looked at to tell the dialect.
const ROWS: usize = 40;
/// The byte order mark of UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What the front of a file tells, if it looks like a table. `chosen` is the dialect that was asked for.
pub fn look(bytes: &[u8], chosen: Option<&'static Entry>) -> Option<Header> {
    let outer = look_outside(bytes, chosen)?;
    // A tool that is known says what its cells are.
    let may_carry = chosen.is_none() && outer.lines.is_none() && matches!(outer.entry.known_by, KnownBy::Rest);
    let carried = if may_carry { carried::look(bytes, &outer) } else { None };
    Some(carried.unwrap_or(outer))
}

/// The same of what stands in the file itself.
fn look_outside(bytes: &[u8], chosen: Option<&'static Entry>) -> Option<Header> {
    let bom = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let body = bytes.get(bom..)?;
    let is_control = |byte: &u8| matches!(byte, 0..=8 | 11 | 14..=26 | 28..=31);
    if body.get(..body.len().min(4096))?.iter().any(is_control) {
        return None;
    }
    let start = body.trim_ascii_start();
    let before = bom + body.len() - start.len();
    match start.first()? {
        b'{' => match envelope::find(start) {
            Some(found) => Some(objects::enveloped(start, found, before, chosen)),
            None => objects::json_objects(start, Form::JsonLines, before, chosen),
        },
        b'[' if start.get(1..)?.trim_ascii_start().first() == Some(&b'{') => {
            match envelope::find(start).filter(|found| found.element == Element::Text) {
                Some(found) => Some(objects::enveloped(start, found, before, chosen)),
                None => objects::json_objects(start, Form::JsonList, before, chosen),
            }
        }
        b'#' if start.starts_with(b"#separator") || start.starts_with(b"#fields") => {
            declared::zeek(start, before, chosen)
        }
        b'@' | b'%' if declared::has_line(start, b"@relation") => declared::arff(start, before, chosen),
        first => match lines(body, chosen) {
            Some((entry, format, opened)) => Some(of_lines(entry, format, opened, bom)),
            // A priority of syslog stands in the same brackets as HTML.
            None if *first == b'<' => None,
            None => delimited::delimited(body, bom, chosen),
        },
    }
}

/// The dialect of lines that the front is of.
fn lines(body: &[u8], chosen: Option<&'static Entry>) -> Option<(&'static Entry, LineFormat, LinesFront)> {
    match chosen {
        None => dialect::find_lines(body),
        Some(entry) => dialect::lines_of(entry).and_then(|format| Some((entry, format, (format.open)(body)?))),
    }
}

fn of_lines(entry: &'static Entry, format: LineFormat, opened: LinesFront, bom: usize) -> Header {
    Header {
        has_header: opened.has_header,
        lines: Some(LineFormat { read: opened.reader.unwrap_or(format.read), ..format }),
        ..Header::new(Form::Lines, entry, opened.names, bom + opened.skip)
    }
}

/// What logs are called: all by their paths, if rows say them.
fn log_name(entry: &Entry, log: Option<&'static Log>, paths: BTreeSet<String>) -> String {
    let paths: Vec<String> = paths.into_iter().take(MOST_PATHS).collect();
    match (log, paths.as_slice()) {
        _ if entry.log != Some(Tool::Zeek) => String::new(),
        (Some(log), _) => format!("Zeek {}.log", log.id),
        (None, []) => String::new(),
        (None, [path]) => format!("Zeek {path}.log"),
        (None, paths) => format!("Zeek logs ({})", paths.join(", ")),
    }
}

/// The kind of log that columns tell, if no column tells it of each row and they fit only one.
fn log_of_columns(entry: &Entry, lower: &[String]) -> Option<&'static Log> {
    let columns: Vec<String> = lower.iter().map(|name| plain(name)).collect();
    let has = |name: &str| columns.iter().any(|column| column == name);
    let is_said = lower.iter().any(|name| log::zeek::PATHS.contains(&name.as_str()));
    if entry.log != Some(Tool::Zeek) || is_said {
        return None;
    }
    let mut kinds = log::all_by_columns(&has);
    kinds.next().filter(|_| kinds.next().is_none())
}
