//! The bytes of a table to rows: CSV and its kin, Zeek's logs, ARFF, JSON lines and lists. Any slicing gives the same rows.
//!
//! The front of the file tells how it is written and by which tool ([`dialect`]); then rows stream by.

mod carried;
mod cell_reader;
pub mod cells;
mod choices;
mod clock;
mod composed;
mod content;
pub mod dialect;
mod figure;
mod flags;
pub mod flow;
mod format;
pub mod header;
mod in_words;
mod json;
mod kdd;
mod labels;
pub mod lines;
pub mod log;
mod names;
mod number;
mod packet_fields;
mod packets;
mod plain;
mod roles;
mod rows;
mod state;
mod survey;
mod synonyms;
mod time;
mod translate;
mod units;
mod width;
mod wording;

use super::{Record, UnsupportedFile};
use crate::issue::{IssueKind, IssueLog};
use crate::model::rows::{CellValue, Layout};
use crate::model::{Flow, Packet};
use crate::settings::ColumnChoices;
pub use cell_reader::CellReader;
use json::transpose;
use rows::RowReader;
pub use time::{Order, days_in_name};

/// Most columns; those behind are left out.
pub const MOST_COLUMNS: usize = 16_384;
/// Most columns that come up after the front of a table of JSON: each costs room for a run of rows, and the layout is
/// told anew.
const MOST_LATE_COLUMNS: usize = 1024;
/// Longest name of a column in JSON.
const MOST_NAME_BYTES: usize = 512;
/// Bytes that are looked at before rows are read; more if the first line is longer.
const FRONT_BYTES: usize = 64 << 10;
/// A longer line is no table's.
const MOST_FRONT_BYTES: usize = 4 << 20;
/// Most bytes that are looked at where nothing in them tells whether dates are day first or month first.
const MOST_OPEN_BYTES: usize = 16 << 20;
/// A longer row is taken as damage: most often a quote that is never closed.
const MOST_ROW_BYTES: usize = 2 << 20;
/// So many quotes that are never closed, and quotes mean nothing in this file.
const MOST_OPEN_QUOTES: u32 = 16;

/// Said of a document of columns that is too long.
const COLUMNS_TOO_LONG: &str = "This is JSON that lists columns, not rows: all of it must be held in memory at once, \
                                and it is longer than 64 MiB. Write rows instead, in Python with: \
                                df.to_json('OUT.json', orient='records', lines=True)";

/// What people may say about a table before it is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// Place of the dialect in [`dialect::ALL`]; none to tell it by the content.
    pub dialect: Option<usize>,
    /// Unit of durations and gaps; none for that of the dialect.
    pub unit: Option<dialect::Unit>,
    /// Order of day and month; none for what the rows show.
    pub order: Option<Order>,
    /// Days since 1970 that the name of the file says, as [`days_in_name`] finds them: they decide where rows do not.
    pub days: Vec<i64>,
    /// Place of the label column.
    pub label: Label,
    /// What columns are taken for, whatever headings and values say.
    pub columns: ColumnChoices,
    /// What of it is wanted.
    pub part: Part,
}

/// What of a table is wanted, where two share the work.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Part {
    /// The cells of rows, and what rows are beside rows.
    #[default]
    Whole,
    /// Cells only: no row becomes more than a row.
    Cells,
    /// What rows are beside rows: cells that have no part in that may be missing.
    RowContent,
}

/// Which column says what a row is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Label {
    /// The one whose heading says so.
    #[default]
    Found,
    /// None.
    None,
    /// This one, from 0.
    Place(usize),
    /// The one of this name.
    Name(String),
}

/// One row.
pub struct TableRow<'a> {
    /// First byte in the file.
    pub offset: u64,
    /// Bytes in the file.
    pub length: u32,
    /// What texts are ranges of.
    pub bytes: &'a [u8],
    /// Its values, one a column; those of missing columns behind may be left out.
    pub values: &'a [CellValue],
    /// What it is beside a row.
    pub content: RowContent,
}

/// What a row is beside a row. In a box, because flows and packets are large and go through several hands.
pub enum RowContent {
    /// Nothing more.
    Row,
    /// A flow; true if only one of its directions.
    Flow(Box<Flow>, bool),
    /// The first row of a flow, of which others follow.
    FlowBegins(Box<Flow>),
    /// What was counted since the row before of the same flow; true if it ended with that.
    FlowPart(Box<Flow>, bool),
    /// A packet without bytes.
    Packet(Box<Packet>),
    /// A connection of a log and what it carried.
    Log(Box<log::LogRow>),
}

/// Reads a table that is fed to it in slices.
pub struct TableReader {
    options: Options,
    stage: Stage,
}

enum Stage {
    /// The front is being gathered.
    Header {
        bytes: Vec<u8>,
        at: u64,
    },
    /// A document of columns: all of it has to come before there is a row.
    Columns {
        bytes: Vec<u8>,
        at: u64,
    },
    RowReader(Box<RowReader>),
}

impl TableReader {
    /// One that has seen nothing yet.
    pub fn new(options: Options) -> TableReader {
        TableReader { options, stage: Stage::Header { bytes: Vec::new(), at: 0 } }
    }

    /// Takes the next bytes of the file, which stand at offset `at`.
    ///
    /// # Errors
    /// This is text, but no table.
    pub fn feed(
        &mut self,
        mut bytes: &[u8],
        mut offset: u64,
        issues: &mut IssueLog,
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<(), UnsupportedFile> {
        if let Stage::Header { bytes: front, at } = &mut self.stage {
            if front.is_empty() {
                *at = offset;
            }
            let mut target = FRONT_BYTES;
            let reader = loop {
                let missing = target.saturating_sub(front.len());
                let (now, later) = bytes.split_at(missing.min(bytes.len()));
                front.extend_from_slice(now);
                offset += now.len() as u64;
                bytes = later;
                if front.len() < target {
                    return Ok(());
                }
                let has_rows = memchr::memchr2_iter(b'\n', b'\r', front).nth(4).is_some();
                let reader = if has_rows { row_reader(front, &self.options) } else { None };
                // Later rows may tell the order of day and month where these do not.
                let most = match &reader {
                    _ if !has_rows => MOST_FRONT_BYTES,
                    Some(reader) if reader.is_date_order_open() => MOST_OPEN_BYTES,
                    _ => FRONT_BYTES,
                };
                if target >= most {
                    break reader;
                }
                target *= 2;
            };
            self.open(reader, issues, sink)?;
        }
        match &mut self.stage {
            Stage::RowReader(body) => body.feed(bytes, offset, issues, sink),
            Stage::Columns { bytes: document, .. } => {
                document.extend_from_slice(bytes);
                if document.len() > transpose::MOST_BYTES {
                    return Err(UnsupportedFile(COLUMNS_TOO_LONG.to_owned()));
                }
            }
            Stage::Header { .. } => {}
        }
        Ok(())
    }

    /// The file has ended.
    ///
    /// # Errors
    /// This is text, but no table.
    pub fn end(&mut self, issues: &mut IssueLog, sink: &mut dyn FnMut(Record<'_>)) -> Result<(), UnsupportedFile> {
        self.open(None, issues, sink)?;
        if let Stage::Columns { bytes, at } = &mut self.stage {
            let (bytes, at) = (std::mem::take(bytes), *at);
            match transpose::rows(&bytes) {
                Some(rows) => {
                    drop(bytes);
                    self.start(&rows, 0, None, issues, sink)?;
                    if let Stage::RowReader(body) = &mut self.stage {
                        body.own = Some(rows.into());
                    }
                }
                None => self.start(&bytes, at, None, issues, sink)?,
            }
        }
        if let Stage::RowReader(body) = &mut self.stage {
            body.end(issues, sink);
            if body.n_rows() == 0 && body.layout().has_header {
                issues.add(IssueKind::TableEmpty, None, None);
            }
        }
        Ok(())
    }

    /// From the next row on only this part is wanted.
    pub fn want(&mut self, part: Part) {
        self.options.part = part;
        if let Stage::RowReader(body) = &mut self.stage {
            body.want(part);
        }
    }

    /// Forgets a row whose rest will not come.
    pub fn give_up(&mut self) {
        match &mut self.stage {
            Stage::Header { bytes, .. } => bytes.truncate(whole_lines(bytes)),
            Stage::Columns { .. } => {}
            Stage::RowReader(body) => body.give_up(),
        }
    }

    /// The front is there. `reader` is the one that looked at all of it, if one did.
    fn open(
        &mut self,
        reader: Option<RowReader>,
        issues: &mut IssueLog,
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<(), UnsupportedFile> {
        let Stage::Header { bytes, at } = &mut self.stage else { return Ok(()) };
        let (bytes, at) = (std::mem::take(bytes), *at);
        if transpose::looks(&bytes) {
            self.stage = Stage::Columns { bytes, at };
            return Ok(());
        }
        self.start(&bytes, at, reader, issues, sink)
    }

    /// Reads rows from here on: `bytes` are the front of the file, which stands at `at`, or what was made of all of it.
    fn start(
        &mut self,
        bytes: &[u8],
        at: u64,
        reader: Option<RowReader>,
        issues: &mut IssueLog,
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<(), UnsupportedFile> {
        // Of a document that was held as a whole the front tells.
        let is_document = matches!(self.stage, Stage::Columns { .. });
        let looked_at = bytes.get(..MOST_FRONT_BYTES).filter(|_| is_document).unwrap_or(bytes);
        let Some(mut body) = reader.or_else(|| row_reader(looked_at, &self.options)) else {
            return Err(super::guess::refusal(looked_at, true));
        };
        let skip = body.first_row().min(bytes.len());
        body.note(issues);
        sink(Record::Layout(body.layout()));
        body.feed(bytes.get(skip..).unwrap_or_default(), at + skip as u64, issues, sink);
        self.stage = Stage::RowReader(Box::new(body));
        Ok(())
    }

    /// What the table is, once its front was read.
    pub fn layout(&self) -> Option<&Layout> {
        match &self.stage {
            Stage::Header { .. } | Stage::Columns { .. } => None,
            Stage::RowReader(body) => Some(body.layout()),
        }
    }

    /// Rows so far, once the front was read.
    pub fn n_rows(&self) -> Option<u64> {
        match &self.stage {
            Stage::Header { .. } | Stage::Columns { .. } => None,
            Stage::RowReader(body) => Some(body.n_rows()),
        }
    }

    /// What reads the cells of a row again, once the front was read.
    pub fn cell_reader(&self) -> Option<CellReader> {
        match &self.stage {
            Stage::Header { .. } | Stage::Columns { .. } => None,
            Stage::RowReader(body) => Some(body.cell_reader()),
        }
    }
}

/// What reads the rows of a table with this front; none if it is that of no table.
fn row_reader(front: &[u8], options: &Options) -> Option<RowReader> {
    let chosen = options.dialect.and_then(|place| dialect::ALL.get(place));
    header::look(front, chosen).map(|header| RowReader::new(header, options, front))
}

/// So many bytes at the front of a cut table are whole lines; all bytes if those lines alone are no table.
pub fn whole_lines(bytes: &[u8]) -> usize {
    let end = memchr::memrchr2(b'\n', b'\r', bytes).map_or(0, |end| end + 1);
    let lines = bytes.get(..end).unwrap_or_default();
    if header::look(lines, None).is_some() { end } else { bytes.len() }
}

/// True if the front of a file may be that of a table. The first object of a JSON table may be longer than the front.
pub fn looks_like_table(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    let object = start.strip_prefix(b"[").unwrap_or(start).trim_ascii_start().strip_prefix(b"{");
    let is_long_object = bytes.len() >= super::guess::FRONT_BYTES
        && object.is_some_and(|inside| inside.trim_ascii_start().starts_with(b"\""));
    is_long_object || header::look(bytes, None).is_some()
}
