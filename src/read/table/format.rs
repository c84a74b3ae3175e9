//! How the cells of a table are read, column by column.

use super::time::DateFormat;

/// What the cells of a column are taken for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Reading {
    /// Whatever each looks like.
    #[default]
    Any,
    /// Texts as they stand.
    Text,
    /// Numbers, also with digits in groups, prefixes of units and per cents.
    Figure,
    /// Figures that count so many bytes each.
    Multiples(u32),
    /// Spans of time: `00:01:30`, `1.5 s`, `350 ms`; read as seconds.
    Span,
    /// Moments in words, dates, or times of day.
    Time,
    /// Digits of a date and time.
    Digits,
    /// Days of a spreadsheet.
    Spreadsheet,
}

/// What stands inside numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Marks {
    /// `1,5` is one and a half; without it commas part groups of three digits.
    pub has_decimal_comma: bool,
    /// Points part groups of three digits.
    pub has_point_groups: bool,
}

/// How the cells of a column are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CellFormat {
    /// What they are taken for.
    pub reading: Reading,
    /// What stands inside numbers.
    pub marks: Marks,
    /// How dates are written.
    pub dates: DateFormat,
}

impl CellFormat {
    /// True if even a cell that looks like a plain number is none.
    fn is_never_plain(&self) -> bool {
        match self.reading {
            Reading::Text | Reading::Digits | Reading::Spreadsheet | Reading::Multiples(_) => true,
            Reading::Figure => self.marks.has_point_groups,
            Reading::Any | Reading::Span | Reading::Time => false,
        }
    }
}

/// How the cells of each column are read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CellFormats {
    columns: Vec<CellFormat>,
    never_plain: Vec<usize>,
    other: CellFormat,
}

impl CellFormats {
    /// These for the first columns, and `other` for those behind.
    pub fn new(columns: Vec<CellFormat>, other: CellFormat) -> CellFormats {
        let never_plain = columns.iter().enumerate().filter(|(_, format)| format.is_never_plain());
        CellFormats { never_plain: never_plain.map(|(place, _)| place).collect(), columns, other }
    }

    /// All cells as texts.
    pub fn texts() -> CellFormats {
        let other = CellFormat { reading: Reading::Text, ..CellFormat::default() };
        CellFormats { other, ..CellFormats::default() }
    }

    /// The format of a column.
    #[inline]
    pub fn of(&self, place: usize) -> CellFormat {
        self.columns.get(place).copied().unwrap_or(self.other)
    }

    /// Places of the columns whose cells are no plain numbers even where they look so, ascending.
    #[inline]
    pub fn never_plain(&self) -> &[usize] {
        &self.never_plain
    }
}
