//! The front of a text to how it is written: delimited, Zeek's log, ARFF, JSON lines or a JSON list, or no table.

use super::cells::{Delimiter, Frame, texts};
use super::dialect::{self, Entry, KnownBy};
use super::format::{CellFormat, CellFormats};
use super::json::envelope::{Element, Walker};
use super::json::{self, envelope};
use super::lines::{LineFormat, LinesFront};
use super::log::{self, Log, Tool};
use super::number::value;
use super::plain::plain;
use super::{width, wording};
use crate::maths::elementary::ln;
use crate::model::format::text;
use crate::model::rows::CellValue;
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
}

/// Most kinds of logs that are named.
const MOST_PATHS: usize = 8;
/// Rows looked at to tell the dialect.
const ROWS: usize = 40;
/// The byte order mark of UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What the front of a file tells, if it looks like a table. `chosen` is the dialect that was asked for.
pub fn look(bytes: &[u8], chosen: Option<&'static Entry>) -> Option<Header> {
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
            Some(found) => Some(enveloped(start, found, before, chosen)),
            None => json_objects(start, Form::JsonLines, before, chosen),
        },
        b'[' if start.get(1..)?.trim_ascii_start().first() == Some(&b'{') => {
            match envelope::find(start).filter(|found| found.element == Element::Text) {
                Some(found) => Some(enveloped(start, found, before, chosen)),
                None => json_objects(start, Form::JsonList, before, chosen),
            }
        }
        b'#' if start.starts_with(b"#separator") || start.starts_with(b"#fields") => zeek(start, before, chosen),
        b'@' | b'%' if has_line(start, b"@relation") => arff(start, before, chosen),
        first => match lines(body, chosen) {
            Some((entry, format, opened)) => Some(of_lines(entry, format, opened, bom)),
            // A priority of syslog stands in the same brackets as HTML.
            None if *first == b'<' => None,
            None => delimited(body, bom, chosen),
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

const NO_CUT: Delimiter = Delimiter { separator: b',', has_quotes: false, has_triple_spaces: false };

fn of_lines(entry: &'static Entry, format: LineFormat, opened: LinesFront, bom: usize) -> Header {
    Header {
        form: Form::Lines,
        cut: NO_CUT,
        line_end: b'\n',
        has_header: opened.has_header,
        names: opened.names,
        skip: bom + opened.skip,
        entry,
        log: None,
        log_name: String::new(),
        walker: None,
        lines: Some(LineFormat { read: opened.reader.unwrap_or(format.read), ..format }),
    }
}

fn enveloped(start: &[u8], found: envelope::Found, skip: usize, chosen: Option<&'static Entry>) -> Header {
    let of_tuples = dialect::AZURE_FLOWS;
    let is_tuples = found.element == Element::Text;
    let names =
        if found.element == Element::Object { names_of_objects(start, &found.walker) } else { found.names.clone() };
    let lower: Vec<String> = names.iter().map(|name| wording::heading(name)).collect();
    let by_content = || if is_tuples { of_tuples } else { dialect::find(Some(&lower), &[]) };
    Header {
        form: Form::Envelope,
        cut: NO_CUT,
        line_end: b'\n',
        names: found.names,
        has_header: true,
        skip,
        entry: chosen.unwrap_or_else(by_content),
        log: None,
        log_name: String::new(),
        walker: Some(found.walker),
        lines: dialect::lines_of(of_tuples).filter(|_| is_tuples),
    }
}

/// Names of the members of the first objects.
fn names_of_objects(start: &[u8], walker: &Walker) -> Vec<String> {
    let (mut keys, mut values, mut texts) = <(json::Keys, Vec<CellValue>, Vec<u8>)>::default();
    let (mut walker, mut rest) = (walker.clone(), start);
    for _ in 0..ROWS {
        let (Some(from), Some(end)) = walker.next(rest) else { break };
        let object = rest.get(from..end).unwrap_or_default();
        json::values(object, &mut keys, &CellFormats::default(), &mut values, &mut texts);
        rest = rest.get(end..).unwrap_or_default();
    }
    keys.names
}

fn has_line(bytes: &[u8], begin: &[u8]) -> bool {
    bytes
        .split(|byte| *byte == b'\n')
        .take(200)
        .any(|line| line.trim_ascii_start().get(..begin.len()).is_some_and(|front| front.eq_ignore_ascii_case(begin)))
}

fn json_objects(start: &[u8], form: Form, skip: usize, chosen: Option<&'static Entry>) -> Option<Header> {
    // The names of the first objects tell the dialect.
    let (mut keys, mut values, mut texts) = Default::default();
    let (mut n_rows, mut first) = (0, None);
    let mut paths = BTreeSet::new();
    let mut rest = start;
    let mut objects = json::Objects::default();
    while let (Some(from), Some(end)) = objects.next(rest) {
        let object = rest.get(from..end)?;
        if !json::values(object, &mut keys, &CellFormats::default(), &mut values, &mut texts) {
            break;
        }
        n_rows += 1;
        first = first.or(Some(object));
        paths.extend(log::zeek::path(&keys.names, &values, &texts));
        rest = rest.get(end..)?;
        if n_rows == ROWS {
            break;
        }
    }
    if n_rows == 0 {
        return None;
    }
    let lower: Vec<String> = keys.names.iter().map(|name| wording::heading(name)).collect();
    let skip = if form == Form::JsonList { skip + 1 } else { skip };
    let entry = chosen.unwrap_or_else(|| dialect::find(Some(&lower), &[]));
    let log = log_of_columns(entry, &lower);
    // Objects over several lines, or several on one line, are found like those of a list.
    let is_over_lines = first.is_some_and(|first| memchr::memchr(b'\n', first).is_some())
        || first.and_then(|first| start.get(first.len()..)).is_some_and(|behind| {
            let blanks = behind.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b',')).count();
            behind.get(blanks) == Some(&b'{')
        });
    Some(Header {
        form: if is_over_lines { Form::JsonList } else { form },
        cut: NO_CUT,
        line_end: b'\n',
        names: Vec::new(),
        has_header: true,
        skip,
        entry,
        log,
        log_name: log_name(entry, log, paths),
        walker: None,
        lines: None,
    })
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

fn zeek(start: &[u8], before: usize, chosen: Option<&'static Entry>) -> Option<Header> {
    let mut separator = b'\t';
    let mut at = 0;
    let mut path = String::new();
    for line in start.split_inclusive(|byte| *byte == b'\n') {
        let trimmed = line.trim_ascii();
        at += line.len();
        if let Some(code) = trimmed.strip_prefix(b"#separator \\x") {
            let code = std::str::from_utf8(code.get(..2)?).ok()?;
            separator = u8::from_str_radix(code, 16).ok()?;
        }
        if let Some(said) = trimmed.strip_prefix(b"#path") {
            path = text::decode(said.get(1..).unwrap_or_default().trim_ascii());
        }
        if let Some(names) = trimmed.strip_prefix(b"#fields") {
            let has_triple_spaces = memchr::memmem::find(names, b"   ").is_some();
            let cut = Delimiter { separator, has_quotes: false, has_triple_spaces };
            let names: Vec<String> = texts(names.get(1..)?, cut).iter().map(|name| text::decode(name)).collect();
            let mut front = declared(Form::Zeek, cut, before + at, names, chosen);
            let is_zeek = dialect::is_zeek(front.entry) || matches!(front.entry.known_by, KnownBy::Rest);
            if is_zeek && chosen.is_none() && !path.is_empty() {
                let kind = log::named(&path).unwrap_or(&log::UNKNOWN);
                front.entry = dialect::of_zeek(kind);
                front.log = front.entry.log.map(|_| kind);
                front.log_name = format!("Zeek {path}.log");
            }
            return Some(front);
        }
    }
    None
}

fn arff(start: &[u8], before: usize, chosen: Option<&'static Entry>) -> Option<Header> {
    let mut names = Vec::new();
    let mut at = 0;
    for line in start.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        let line = line.trim_ascii();
        let is = |word: &[u8]| line.get(..word.len()).is_some_and(|front| front.eq_ignore_ascii_case(word));
        if is(b"@attribute") {
            let rest = text::decode(line.get(10..)?.trim_ascii());
            let name = match rest.split_once(['\'', '"']) {
                Some(("", quoted)) => quoted.split(['\'', '"']).next().unwrap_or_default().to_owned(),
                _ => rest.split_whitespace().next().unwrap_or_default().to_owned(),
            };
            names.push(name);
        } else if is(b"@data") {
            let cut = Delimiter { separator: b',', has_quotes: true, has_triple_spaces: false };
            return Some(declared(Form::Arff, cut, before + at, names, chosen));
        }
    }
    None
}

/// The front of a form that declares its columns before the rows, which begin at `skip`.
fn declared(form: Form, cut: Delimiter, skip: usize, names: Vec<String>, chosen: Option<&'static Entry>) -> Header {
    let lower: Vec<String> = names.iter().map(|name| wording::heading(name)).collect();
    let entry = chosen.unwrap_or_else(|| dialect::find(Some(&lower), &[]));
    let log = log_of_columns(entry, &lower);
    let log_name = log_name(entry, log, BTreeSet::new());
    Header {
        form,
        cut,
        line_end: b'\n',
        has_header: true,
        skip,
        entry,
        names,
        log,
        log_name,
        walker: None,
        lines: None,
    }
}

/// Rows of the front as texts, the last left out if it may be cut; and where each ends.
fn rows(body: &[u8], cut: Delimiter, line_end: u8) -> (Vec<Vec<String>>, Vec<usize>) {
    let (mut rows, mut ends, mut rest) = (Vec::new(), Vec::new(), body);
    while rows.len() < ROWS {
        let end = Frame::default().end(rest, cut, line_end);
        let Some(row) = rest.get(..end.unwrap_or(rest.len())).filter(|_| end.is_some() || rows.len() < 2) else {
            break;
        };
        let is_blank = row.trim_ascii().is_empty();
        rest = end.and_then(|end| rest.get(end + 1..)).unwrap_or_default();
        if !is_blank {
            rows.push(texts(row, cut).iter().map(|cell| text::decode(cell)).collect::<Vec<String>>());
            ends.push(body.len() - rest.len());
        }
        if rest.is_empty() {
            break;
        }
    }
    (rows, ends)
}

/// Most lines of titles before a table.
const MOST_TITLES: usize = 12;

/// What stands before a table: comments, the line by which Excel is told the separator, and that separator.
fn before_table(body: &[u8]) -> (usize, Option<u8>) {
    let (mut at, mut separator) = (0, None);
    for line in body.split_inclusive(|byte| *byte == b'\n').take(MOST_TITLES * 4) {
        let text = line.trim_ascii();
        let bare = text.strip_prefix(b"\"").unwrap_or(text);
        let told = bare.split_at_checked(4).filter(|(word, _)| word.eq_ignore_ascii_case(b"sep="));
        let mark = told.map(|(_, rest)| rest).filter(|rest| (1..=2).contains(&rest.len()));
        let is_tab = line.starts_with(b"sep=\t");
        // A line of headings may begin with the mark of comments too.
        let n_marks = text.iter().filter(|byte| matches!(byte, b',' | b';' | b'\t' | b'|')).count();
        let is_comment = text.is_empty() || (text.starts_with(b"#") && n_marks < 3) || text.starts_with(b"//");
        match mark.and_then(|mark| mark.first()) {
            _ if is_tab => separator = Some(b'\t'),
            Some(mark) => separator = Some(*mark),
            None if is_comment => {}
            None => break,
        }
        at += line.len();
    }
    (if at < body.len() { at } else { 0 }, separator)
}

/// Rows at the front that are titles and not rows: few, with fewer cells than half of what most rows behind them have.
fn n_titles(rows: &[Vec<String>]) -> usize {
    let (width, _) = width::commonest(rows.iter().map(Vec::len));
    let is_title = |row: &&Vec<String>| row.iter().filter(|cell| !cell.is_empty()).count() * 2 <= width;
    let n = rows.iter().take_while(is_title).count();
    if width >= 3 && n <= MOST_TITLES && n < rows.len() { n } else { 0 }
}

fn delimited(body: &[u8], bom: usize, chosen: Option<&'static Entry>) -> Option<Header> {
    let line_end =
        if memchr::memchr(b'\n', body).is_none() && memchr::memchr(b'\r', body).is_some() { b'\r' } else { b'\n' };
    let (n_before, told) = before_table(body);
    let table = body.get(n_before..)?;
    let told = told.map(|separator| [separator]);
    let separators = told.as_ref().map_or(&b",;\t|"[..], |told| &told[..]);
    let best = separators
        .iter()
        .map(|separator| {
            let cut = Delimiter { separator: *separator, has_quotes: true, has_triple_spaces: false };
            let (mut rows, mut ends) = rows(table, cut, line_end);
            let n_titles = n_titles(&rows);
            rows.drain(..n_titles);
            let first = n_titles.checked_sub(1).and_then(|last| ends.get(last)).copied().unwrap_or(0);
            let second = ends.drain(n_titles..).next().unwrap_or(first);
            (agreement(&rows), cut, rows, (first, second))
        })
        .max_by(|(a, _, rows_a, _), (b, _, rows_b, _)| {
            let n_first = |rows: &[Vec<String>]| rows.first().map_or(0, Vec::len);
            a.total_cmp(b).then(n_first(rows_a).cmp(&n_first(rows_b)))
        })?;
    let (agreement, cut, mut rows, (at_first, at_second)) = best;
    // The mark of comments before the headings.
    if let Some(name) = rows.first_mut().and_then(|first| first.first_mut()).filter(|name| name.starts_with('#')) {
        *name = name.trim_start_matches(['#', ' ']).to_owned();
    }
    let (first, others) = rows.split_first()?;
    let lower: Vec<String> = first.iter().map(|name| wording::heading(name)).collect();
    let by_headings = dialect::find(Some(&lower), &[]);
    let is_known = !matches!(by_headings.known_by, KnownBy::Rest);
    if agreement <= 0.0 && !is_known {
        return None;
    }
    let has_header = is_known || looks_like_header(first, others);
    let entry = chosen.unwrap_or_else(|| if has_header { by_headings } else { dialect::find(None, &rows) });
    let given: &[&str] = match &entry.known_by {
        KnownBy::Shape(_, names) if !has_header => names,
        _ => &[],
    };
    let names = if has_header {
        first.clone()
    } else {
        let named =
            |place: usize| given.get(place).map_or_else(|| format!("column {}", place + 1), |n| (*n).to_owned());
        (0..rows.iter().map(Vec::len).max().unwrap_or(0)).map(named).collect()
    };
    let log = log_of_columns(entry, &lower);
    Some(Header {
        form: Form::Delimited,
        cut,
        line_end,
        names,
        has_header,
        skip: bom + n_before + if has_header { at_second } else { at_first },
        entry,
        log,
        log_name: log_name(entry, log, BTreeSet::new()),
        walker: None,
        lines: None,
    })
}

/// How much a separator makes of the rows: the share of rows with the commonest number of cells, more for more cells;
/// 0 if it parts nothing.
fn agreement(rows: &[Vec<String>]) -> f64 {
    let (n_cells, n_common) = width::commonest(rows.iter().map(Vec::len));
    let share = if rows.is_empty() { 0.0 } else { n_common as f64 / rows.len() as f64 };
    // One line alone may be a sentence with commas in it, and so may lines that have one each.
    let is_enough = match (rows.len(), n_cells) {
        (_, 0 | 1) | (1, _) => false,
        (_, 2) => share >= 0.9,
        _ => share >= 0.6,
    };
    if is_enough { share * (1.0 + ln(n_cells as f64) / 10.0) } else { 0.0 }
}

/// True if the first row names columns: texts, all different where filled, over columns that have numbers below.
fn looks_like_header(first: &[String], others: &[Vec<String>]) -> bool {
    let of = |cell: &str| value(cell.as_bytes(), 0, CellFormat::default());
    let n_numbers = first.iter().filter(|cell| of(cell).number().is_some()).count();
    // Numbered features are named by numbers in some tables, but then they ascend.
    if n_numbers * 5 > first.len() {
        return false;
    }
    if others.is_empty() {
        return true;
    }
    let has_number_below =
        |place: usize| others.iter().take(10).filter_map(|row| row.get(place)).any(|cell| of(cell).number().is_some());
    let is_over_number =
        |(place, cell): (usize, &String)| matches!(of(cell), CellValue::Text(..)) && has_number_below(place);
    if first.iter().enumerate().any(is_over_number) {
        return true;
    }
    // A table of texts only: the first row is a header if none of its cells comes again in its column.
    let comes_again = |place: usize, cell: &String| others.iter().any(|row| row.get(place) == Some(cell));
    n_numbers == 0 && !first.iter().enumerate().any(|(place, cell)| !cell.is_empty() && comes_again(place, cell))
}
