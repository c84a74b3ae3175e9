//! Tables: what their columns mean, one row's values, and what is known of a column.

use serde::{Deserialize, Serialize};

/// One cell as the reader understood it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum CellValue {
    /// Empty, or a word for no value: `-`, `NaN`, `null`.
    Missing,
    /// A number; may be infinite, never NaN.
    Number(f64),
    /// A moment, seconds since 1970 UTC.
    Time(f64),
    /// Text: a range of the row's bytes.
    Text(u32, u32),
}

impl CellValue {
    /// The number or moment.
    #[inline]
    pub fn number(self) -> Option<f64> {
        match self {
            CellValue::Number(x) | CellValue::Time(x) => Some(x),
            _ => None,
        }
    }
}

/// What a column contains. Flow roles include the direction: forward is from the originator.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
#[repr(u8)]
pub enum Role {
    /// A figure that needs no further meaning.
    Plain,
    /// Says what the row is: never a feature.
    Label,
    /// A number or name of the row itself: never a feature.
    Id,
    Start,
    End,
    Duration,
    /// A time of day that completes the date of the start.
    Clock,
    Source,
    SourcePort,
    Target,
    TargetPort,
    SourceMac,
    TargetMac,
    Protocol,
    Service,
    State,
    History,
    Flags,
    Info,
    Packets,
    Bytes,
    FwdPackets,
    BwdPackets,
    FwdBytes,
    BwdBytes,
    FwdPayload,
    BwdPayload,
    FwdHeader,
    BwdHeader,
    FwdDataPackets,
    FwdLengthMean,
    FwdLengthDeviation,
    FwdLengthMin,
    FwdLengthMax,
    BwdLengthMean,
    BwdLengthDeviation,
    BwdLengthMin,
    BwdLengthMax,
    GapMean,
    GapDeviation,
    GapMin,
    GapMax,
    FwdGapMean,
    FwdGapDeviation,
    FwdGapMin,
    FwdGapMax,
    BwdGapMean,
    BwdGapDeviation,
    BwdGapMin,
    BwdGapMax,
    Fin,
    Syn,
    Rst,
    Psh,
    Ack,
    Urg,
    Cwr,
    Ece,
    FwdWindow,
    BwdWindow,
    ServerName,
    EventType,
    /// What a firewall did: accept, reject, deny, drop.
    Action,
    /// Ports of a packet that is not TCP, where tables have separate columns.
    UdpSourcePort,
    UdpTargetPort,
    /// Numbers and bytes of a TCP segment.
    Sequence,
    Acknowledgment,
    SegmentBytes,
}

impl Role {
    /// Roles there are.
    pub const N: usize = Role::SegmentBytes as usize + 1;

    /// True if a model may use the column: not addresses, times, row numbers or labels.
    pub fn is_feature(self) -> bool {
        use Role::*;
        !matches!(
            self,
            Label
                | Id
                | Start
                | End
                | Clock
                | Source
                | SourcePort
                | Target
                | TargetPort
                | SourceMac
                | TargetMac
                | Info
                | ServerName
                | EventType
                | UdpSourcePort
                | UdpTargetPort
        )
    }

    /// In a word or two; empty for a plain column.
    pub fn name(self) -> &'static str {
        use Role::*;
        match self {
            Plain => "",
            Label => "label",
            Id => "row name",
            Start | End | Clock => "time",
            Source | SourceMac => "source",
            Target | TargetMac => "target",
            SourcePort | UdpSourcePort => "source port",
            TargetPort | UdpTargetPort => "target port",
            Duration => "duration",
            Protocol => "protocol",
            Service | ServerName => "service",
            State | History | Action | Flags | Fin | Syn | Rst | Psh | Ack | Urg | Cwr | Ece => "state",
            Info => "text",
            EventType => "kind of event",
            Packets | FwdPackets | BwdPackets | FwdDataPackets => "packets",
            _ => "flow figure",
        }
    }
}

/// A column.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Column {
    /// Its heading, trimmed; `column 3` where the table has none.
    pub name: String,
    /// What it holds.
    pub role: Role,
}

/// What a table is.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Layout {
    /// Id of the dialect.
    pub dialect: String,
    /// Name of the dialect for people.
    pub name: String,
    /// How it is written: `CSV, comma`, `JSON lines`.
    pub written: String,
    /// Unit of durations and gaps, in words.
    pub time_unit: String,
    /// Order of day and month, where its dates are written so that it matters; else empty.
    pub date_order: String,
    /// True if the table has a line of headings.
    pub has_header: bool,
    /// Place of the column that says what each row is.
    pub label: Option<u32>,
    /// True if the label column was chosen by a setting, not found.
    pub is_label_chosen: bool,
    /// The columns.
    pub columns: Vec<Column>,
    /// What each row becomes.
    pub kind: RowKind,
    /// What is missing for rows to be flows, in words; empty if nothing is.
    pub lacks: Vec<String>,
    /// Times count from the start of a capture, not from 1970.
    pub has_relative_times: bool,
}

impl Layout {
    /// In words: `CICFlowMeter v4 (CSV, comma), durations in microseconds, label column Label`.
    pub fn describe(&self) -> String {
        let label =
            self.label_name().map_or_else(|| "no label column".to_owned(), |name| format!("label column {name}"));
        let dates = if self.date_order.is_empty() { String::new() } else { format!(", dates {}", self.date_order) };
        format!("{} ({}), durations in {}{dates}, {label}", self.name, self.written, self.time_unit)
    }

    /// Name of the label column.
    pub fn label_name(&self) -> Option<&str> {
        self.columns.get(self.label? as usize).map(|column| column.name.as_str())
    }
}

/// What the rows of a table become.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum RowKind {
    /// Nothing more than rows.
    #[default]
    Rows,
    /// Flows: the table has addresses and times.
    Flows,
    /// Packets, without their bytes.
    Packets,
}

/// What a column's values are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ColumnKind {
    /// No value at all.
    Empty,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
    /// Moments.
    Time,
    /// Texts.
    Text,
    /// Numbers and texts.
    Mixed,
}

impl ColumnKind {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            ColumnKind::Empty => "empty",
            ColumnKind::Integer => "whole numbers",
            ColumnKind::Number => "numbers",
            ColumnKind::Time => "times",
            ColumnKind::Text => "text",
            ColumnKind::Mixed => "mixed",
        }
    }
}

/// What is known of a column.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ColumnInfo {
    /// Its place, from 0.
    pub place: u32,
    /// Its heading.
    pub name: String,
    /// What it holds.
    pub role: Role,
    /// True for the column that says what each row is.
    pub is_label: bool,
    /// What its values are.
    pub kind: ColumnKind,
    /// Values, missing ones left out.
    pub count: u64,
    /// Cells without a value.
    pub missing: u64,
    /// Values that are infinite.
    pub infinite: u64,
    /// Distinct values among the rows kept; at least so many if `is_distinct_least`.
    pub distinct: u64,
    /// True if there may be more distinct values than were counted.
    pub is_distinct_least: bool,
    /// Figures of the finite numbers; none if there are none.
    pub numbers: Option<Figures>,
    /// Most frequent values with how often they come, most frequent first.
    pub top: Vec<(String, u64)>,
    /// True if distinct, quantiles, top values and histogram are of a sample of the rows.
    pub is_sampled: bool,
}

/// Figures of a column of numbers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Figures {
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Sample standard deviation.
    pub deviation: f64,
    /// The values that 1, 5, 25, 50, 75, 95 and 99 % lie at or below.
    pub quantiles: [f64; 7],
    /// How many values lie in each of equal bins from `min` to `max`.
    pub histogram: Vec<u64>,
}

impl Figures {
    /// The shares of [`Figures::quantiles`].
    pub const SHARES: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];
}

/// A row as the page shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DataRow {
    /// Place in the table, from 0.
    pub number: u64,
    /// The cells of the requested columns, as in the file.
    pub cells: Vec<String>,
    /// Score of the row, 0 to 1; none if no model scored it.
    pub score: Option<f32>,
}

/// What an analysis says of a table.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct TableFacts {
    /// What it is.
    pub layout: Layout,
    /// Rows read.
    pub rows: u64,
    /// Rows kept with all their values.
    pub rows_kept: u64,
    /// Views and detectors that rest, and why.
    pub rests: Vec<(String, String)>,
}
