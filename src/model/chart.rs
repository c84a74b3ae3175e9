//! A chart as data: what to draw, not how. Each can also be read as a table.

use crate::model::finding::series;
use serde::{Deserialize, Serialize};

/// One chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartSpec {
    /// Id of the chart in its table.
    pub id: String,
    /// What it shows, in a few words.
    pub title: String,
    /// What it says, in one sentence with numbers, for who cannot see it.
    pub summary: String,
    /// The marks.
    pub marks: Marks,
    /// Unit of the values, as `B` or `packets`.
    pub unit: String,
    /// Labels are taken from the file, but for those in brackets: they are the same in every language.
    #[serde(default)]
    pub has_data: bool,
}

impl ChartSpec {
    /// The same chart with its labels as `written`; what they take of the picture is measured by them.
    #[must_use]
    pub fn relabelled(mut self, written: &dyn Fn(&str) -> Option<String>) -> ChartSpec {
        let has_data = self.has_data;
        self.each_label(|text| {
            if has_data && !text.starts_with('(') {
                return;
            }
            if let Some(other) = written(text) {
                *text = other;
            }
        });
        self
    }

    /// Calls with each label.
    pub fn each_label(&mut self, mut write: impl FnMut(&mut String)) {
        match &mut self.marks {
            Marks::Areas { series, .. } | Marks::Lines { series, .. } => {
                series.iter_mut().for_each(|series| write(&mut series.name));
            }
            Marks::Curves { places, series } => {
                places.iter_mut().for_each(&mut write);
                series.iter_mut().for_each(|series| write(&mut series.name));
            }
            Marks::Boxes(rows) => rows.iter_mut().for_each(|row| write(&mut row.label)),
            Marks::Heat { columns, rows, .. } => columns.iter_mut().chain(rows).for_each(write),
            Marks::Bars(bars) | Marks::Columns(bars) => bars.iter_mut().for_each(|bar| write(&mut bar.label)),
            Marks::Course { .. } => {}
        }
    }
}

/// The marks of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Marks {
    /// Stacked areas over time.
    Areas {
        /// Start of the first bin, ns since 1970.
        start_ns: i64,
        /// Width of a bin, ns.
        bin_ns: i64,
        /// Minutes east of UTC that the axis is written in.
        offset_minutes: i32,
        /// One per kind, all of the same length.
        series: Vec<ChartSeries>,
        /// When the traffic left what is usual, in order of time.
        changes: Vec<Change>,
    },
    /// Lines over time, in steps as wide as a bin.
    Lines {
        /// Start of the first bin, ns since 1970.
        start_ns: i64,
        /// Width of a bin, ns.
        bin_ns: i64,
        /// Minutes east of UTC that the axis is written in.
        offset_minutes: i32,
        /// One per line, all of the same length.
        series: Vec<ChartSeries>,
        /// The axis of values goes by powers of ten.
        is_log: bool,
    },
    /// Lines over places in a given order, in steps as wide as a place.
    Curves {
        /// Labels of the places.
        places: Vec<String>,
        /// One per line, all of the same length.
        series: Vec<ChartSeries>,
    },
    /// Horizontal boxes: where the values of each row lie.
    Boxes(Vec<BoxRow>),
    /// A field for each pair of a row and a column, the darker the larger its value.
    Heat {
        /// Labels of the columns, left to right.
        columns: Vec<String>,
        /// Labels of the rows, top to bottom.
        rows: Vec<String>,
        /// Row by row; none where the value is unknown. If some are below zero, colours tell both sides of it apart.
        values: Vec<Option<f64>>,
        /// Values lie on both sides of zero, from -1 to 1; otherwise colours go by their logarithm.
        is_signed: bool,
    },
    /// Horizontal bars, longest first.
    Bars(Vec<Bar>),
    /// Vertical bars in the given order.
    Columns(Vec<Bar>),
    /// The course of a finding's evidence.
    Course {
        /// Minutes east of UTC that times are written in.
        offset_minutes: i32,
        /// The values.
        course: series::Series,
    },
}

/// A time to mark on a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Its number on the chart, from 1.
    pub number: u32,
    /// From, ns since 1970.
    pub start_ns: i64,
    /// To, ns since 1970.
    pub end_ns: i64,
    /// What changed.
    pub title: String,
    /// Id of the finding that says so.
    pub finding: String,
}

/// A named run of values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartSeries {
    /// Name.
    pub name: String,
    /// One value a bin.
    pub values: Vec<f64>,
}

/// A labelled value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// Label.
    pub label: String,
    /// Value.
    pub value: f64,
}

/// Where the values of a row lie.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoxRow {
    /// Label.
    pub label: String,
    /// The smallest value, the first quartile, the median, the third quartile and the largest.
    pub five: [f64; 5],
}
