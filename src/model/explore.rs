//! Questions to the tables of an input, and their answers: measures, split by dimensions, under one selection.
//!
//! Plain data that page, worker and command share. What there is to ask for is a [`Catalogue`]; a question's parts are
//! written as in `time=10s`, `host:8` or `mean=Flow Duration`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A dimension or measure by its id, with what it is of: `packets`, `column=Label`, `field=dns.query`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Term {
    /// Id in the register.
    pub id: String,
    /// Heading of a column, id of a field or width of an interval; empty for a term that takes none.
    pub of: String,
}

/// A dimension to split by.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Split {
    /// The dimension.
    pub term: Term,
    /// Only so many of its values, those with the largest first measure; the rest is taken together. None for all.
    pub limit: Option<u32>,
}

/// What is to be shown: measures of a selection, split by dimensions.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Question {
    /// The dimensions, at most [`Question::MOST_SPLITS`]; none for one row of totals.
    pub by: Vec<Split>,
    /// The measures, at most [`Question::MOST_MEASURES`].
    pub measures: Vec<Term>,
    /// What is counted.
    pub selection: Selection,
    /// Order of the rows.
    pub order: Order,
    /// Most rows; the rest is taken together. None for all.
    pub limit: Option<u32>,
    /// Minutes east of UTC: where hours and days begin, and how times are written.
    pub offset_minutes: i32,
}

impl Question {
    /// Most dimensions of a question.
    pub const MOST_SPLITS: usize = 4;
    /// Most measures of a question.
    pub const MOST_MEASURES: usize = 16;
}

/// Which packets, flows and rows are counted. Empty selects all.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Selection {
    /// Filter as in the flow table.
    pub text: String,
    /// Only this flow.
    pub flow: Option<u32>,
    /// Only what this finding means, by its id.
    pub finding: Option<String>,
    /// Only what happens at this time or later, ns since 1970.
    pub from_ns: Option<i64>,
    /// Only what happens before this time, ns since 1970.
    pub to_ns: Option<i64>,
}

/// Order of the rows of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Order {
    /// Values that have an order of their own (times, hours, sizes) in it; else the largest first measure first.
    #[default]
    Usual,
    /// By the values of the dimensions.
    Values {
        /// Last first.
        is_descending: bool,
    },
    /// By a measure; rows in which it is unknown come last.
    Measure {
        /// Its place among those of the question, from 0.
        place: u32,
        /// Largest first.
        is_descending: bool,
    },
}

/// The answer to a [`Question`].
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Answer {
    /// The dimensions, in the order of the question.
    pub dimensions: Vec<DimensionHead>,
    /// The measures, in the order of the question.
    pub measures: Vec<MeasureHead>,
    /// One row for each combination of values that occurs.
    pub rows: Vec<AnswerRow>,
    /// Each measure over the whole selection; none if it is unknown.
    pub total: Vec<Option<f64>>,
    /// Rows that there are, those of `others` among them.
    pub n_rows: u64,
    /// Each measure over the rows that the limit leaves out; empty if it leaves out none.
    pub others: Vec<Option<f64>>,
    /// What is to be said of it, a sentence each: what is not known, what was left out.
    pub notes: Vec<String>,
}

/// A dimension of an answer.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct DimensionHead {
    /// What was asked for.
    pub term: Term,
    /// Name for people.
    pub label: String,
    /// How its values lie to each other.
    pub scale: Scale,
    /// What is counted may have several of its values, so that rows add up to more than the total.
    pub is_overlapping: bool,
    /// Its values are taken from the file: they are the same in every language.
    pub has_data: bool,
}

/// How the values of a dimension lie to each other.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub enum Scale {
    /// Names without an order.
    #[default]
    Names,
    /// Intervals of time of equal width; a row's `at` is the start of its own, ns since 1970.
    Time {
        /// Start of the first interval, ns since 1970.
        start_ns: i64,
        /// Width, ns.
        width_ns: i64,
        /// Intervals to the end of the selection.
        n: u32,
    },
    /// Values in an order of their own: hours, weekdays, classes of sizes; a row's `at` is its place.
    Steps {
        /// Values that there can be; 0 if that is open.
        n: u32,
    },
}

/// A measure of an answer.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct MeasureHead {
    /// What was asked for.
    pub term: Term,
    /// Name for people.
    pub label: String,
    /// Unit of its values; empty for a plain number.
    pub unit: String,
    /// Rows of dimensions that do not overlap add up to the total.
    pub is_sum: bool,
    /// Packets, flows or rows whose value is not known; they are in none of the figures.
    pub n_unknown: u64,
}

/// A row of an answer.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct AnswerRow {
    /// Its value of each dimension.
    pub values: Vec<AnswerValue>,
    /// Each measure; none if it is unknown.
    pub figures: Vec<Option<f64>>,
}

impl AnswerRow {
    /// Filter of the flow table that selects its flows; none if no filter does.
    pub fn filter(&self) -> Option<String> {
        let parts: Option<Vec<&str>> = self.values.iter().map(|value| value.filter.as_deref()).collect();
        parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join(" "))
    }
}

/// A value of a dimension.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
pub struct AnswerValue {
    /// In words.
    pub text: String,
    /// What kind of value it is.
    pub kind: ValueKind,
    /// Its place on an ordered [`Scale`].
    pub at: i64,
    /// Filter of the flow table, or of the rows of a table without flows, that selects it; none if no filter does.
    pub filter: Option<String>,
}

/// Whether a row has a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
pub enum ValueKind {
    /// It has.
    #[default]
    Value,
    /// It has none: a flow without a port, a cell without content.
    Nothing,
    /// It is not known whether it has, and which.
    Unknown,
    /// All values that a limit leaves out.
    Others,
}

/// How an answer is drawn. Each can also be read as a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Mark {
    /// A table alone.
    Table,
    /// A horizontal bar for each row.
    #[default]
    Bars,
    /// A vertical bar for each value, in their order: a histogram.
    Columns,
    /// The share of all that lies up to each value, in their order.
    Cumulative,
    /// Stacked areas over time, one for each value of the second dimension.
    Areas,
    /// Lines over time.
    Lines,
    /// Lines over time on an axis by powers of ten.
    LogLines,
    /// For each value of the second dimension, how its own are shared among the values of the first, in their order.
    Density,
    /// Quartiles and extremes of a measure, for each value.
    Boxes,
    /// A field for each pair of values.
    Heat,
    /// The same with those beside each other that are alike.
    Clusters,
    /// A table in which the values of each dimension stand below those of the one before.
    Tree,
}

impl Mark {
    /// Every mark with its id and its name, in the order of lists.
    pub const ALL: [(Mark, &'static str, &'static str); 12] = [
        (Mark::Table, "table", "Table"),
        (Mark::Bars, "bars", "Bars"),
        (Mark::Columns, "columns", "Histogram"),
        (Mark::Cumulative, "cumulative", "Cumulative share"),
        (Mark::Density, "density", "Density, by group"),
        (Mark::Boxes, "boxes", "Box plot"),
        (Mark::Areas, "areas", "Stacked areas"),
        (Mark::Lines, "lines", "Lines"),
        (Mark::LogLines, "log-lines", "Lines, logarithmic"),
        (Mark::Heat, "heat", "Heatmap"),
        (Mark::Clusters, "clusters", "Heatmap, alike together"),
        (Mark::Tree, "tree", "Tree"),
    ];

    /// Id in addresses.
    pub fn id(self) -> &'static str {
        Mark::ALL.iter().find(|(mark, ..)| *mark == self).map_or("", |(_, id, _)| id)
    }

    /// The measures that a box is drawn from, smallest first, for a measure of the same thing; none of what has no quartiles.
    pub fn five(of: &Term) -> Option<[Term; 5]> {
        const OF_COLUMNS: [&str; 5] = ["min", "q1", "median", "q3", "max"];
        const OF_DURATIONS: [&str; 5] =
            ["duration_min", "duration_q1", "duration_median", "duration_q3", "duration_max"];
        let family = [OF_COLUMNS, OF_DURATIONS].into_iter().find(|ids| ids.contains(&of.id.as_str()));
        family.map(|ids| ids.map(|id| Term::of(id, &of.of)))
    }

    /// The mark of an id.
    pub fn from_id(id: &str) -> Option<Mark> {
        Mark::ALL.iter().find(|(_, own, _)| *own == id).map(|(mark, ..)| *mark)
    }
}

/// What can be asked of an input.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Catalogue {
    /// Dimensions, by group.
    pub dimensions: Vec<Choice>,
    /// Measures, by group.
    pub measures: Vec<Choice>,
    /// Columns of a table that are not listed, because there are too many: they can be asked for all the same.
    pub n_left_out: u64,
}

/// A dimension or measure that can be asked for.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Choice {
    /// How to ask for it.
    pub term: Term,
    /// Name for people.
    pub label: String,
    /// What it belongs to.
    pub group: String,
    /// What it is, in a sentence.
    pub help: String,
    /// Unit of a measure.
    pub unit: String,
    /// A dimension whose values have an order of their own.
    pub is_ordered: bool,
}

impl Term {
    /// A term that takes no parameter.
    pub fn new(id: &str) -> Term {
        Term { id: id.to_owned(), of: String::new() }
    }

    /// A term with what it is of.
    pub fn of(id: &str, of: &str) -> Term {
        Term { id: id.to_owned(), of: of.to_owned() }
    }

    /// From `packets` or `mean=Flow Duration`.
    pub fn parse(text: &str) -> Term {
        let (id, of) = text.split_once('=').unwrap_or((text, ""));
        Term { id: id.trim().to_owned(), of: of.trim().to_owned() }
    }

    /// A list parted by commas; a backslash before a comma makes it part of a name.
    pub fn parse_list(text: &str) -> Vec<Term> {
        parts(text).iter().map(|part| Term::parse(part)).collect()
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        if self.of.is_empty() { Ok(()) } else { write!(f, "={}", self.of) }
    }
}

impl Split {
    /// All values of a dimension.
    pub fn new(term: Term) -> Split {
        Split { term, limit: None }
    }

    /// From `time`, `host:8` or `column=Label:5`; the number is the limit.
    pub fn parse(text: &str) -> Split {
        let limited = text.rsplit_once(':').and_then(|(term, limit)| Some((term, limit.trim().parse::<u32>().ok()?)));
        match limited.filter(|(_, limit)| *limit > 0) {
            Some((term, limit)) => Split { term: Term::parse(term), limit: Some(limit) },
            None => Split::new(Term::parse(text)),
        }
    }

    /// A list parted by commas; a backslash before a comma makes it part of a name.
    pub fn parse_list(text: &str) -> Vec<Split> {
        parts(text).iter().map(|part| Split::parse(part)).collect()
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.term.fmt(f)?;
        self.limit.map_or(Ok(()), |limit| write!(f, ":{limit}"))
    }
}

/// Terms or splits as one text that [`Split::parse_list`] and [`Term::parse_list`] read.
pub fn list<T: fmt::Display>(terms: &[T]) -> String {
    terms.iter().map(|term| term.to_string().replace('\\', "\\\\").replace(',', "\\,")).collect::<Vec<_>>().join(",")
}

fn parts(text: &str) -> Vec<String> {
    let (mut all, mut part, mut is_escaped) = (Vec::new(), String::new(), false);
    for letter in text.chars() {
        match letter {
            '\\' if !is_escaped => is_escaped = true,
            ',' if !is_escaped => all.push(std::mem::take(&mut part)),
            other => {
                part.push(other);
                is_escaped = false;
            }
        }
    }
    all.push(part);
    all.retain(|part| !part.trim().is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_question_are_written_as_they_are_read() {
        let splits = Split::parse_list("time=10s, host:8,column=a\\,b:5,port");
        let text = list(&splits);
        assert_eq!(text, "time=10s,host:8,column=a\\,b:5,port");
        assert_eq!(Split::parse_list(&text), splits);
        assert_eq!((splits[2].term.of.as_str(), splits[2].limit), ("a,b", Some(5)));
        let terms = Term::parse_list("packets,mean=Flow Duration,max=C:\\\\x");
        assert_eq!(Term::parse_list(&list(&terms)), terms);
        assert_eq!((terms[1].of.as_str(), terms[2].of.as_str()), ("Flow Duration", "C:\\x"));
        assert!(Split::parse_list(" , ").is_empty());
        // What is no number is part of a name.
        assert_eq!(Split::parse("column=a:b"), Split::new(Term::of("column", "a:b")));
    }
}
