//! What a kind of row must provide so that a grid can show it.

use crate::protocol::{Filter, Query, Window};
use crate::session::State;
use crate::session::saved_rows::SavedRow;
use crate::web::page::parts::text::Times;
use std::borrow::Cow;
use std::fmt::Debug;
use std::rc::Rc;
use yew::AttrValue;

/// A column of a grid.
#[derive(Clone)]
pub struct Column<Sort: 'static> {
    /// Its heading.
    pub label: AttrValue,
    /// What the heading sorts by; none if rows cannot be sorted by it.
    pub sort: Option<Sort>,
    /// True for numbers, which stand to the right.
    pub is_number: bool,
    /// Whose texts it has.
    pub texts: Texts,
    /// Its width as a track of a CSS grid; empty where the style sheet has the widths of the table.
    pub width: &'static str,
    /// It is not shown until somebody wants it.
    pub is_hidden: bool,
}

/// A column as a header shows it, whatever its rows are.
#[derive(Clone)]
pub struct Head {
    /// Its heading.
    pub label: AttrValue,
    /// How the rows are sorted by it; none if they cannot be.
    pub order: Option<SortedBy>,
    /// True for numbers.
    pub is_number: bool,
    /// Whose texts it has.
    pub texts: Texts,
    /// Its width, as that of a [`Column`].
    pub width: &'static str,
    /// It is not shown until somebody wants it.
    pub is_hidden: bool,
}

/// Whose texts a column has: only ours are in the language that is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Texts {
    /// Heading and cells: words, figures and times that we write.
    Ours,
    /// The heading; cells are from the file.
    OurHeading,
    /// None: heading and cells are from the file.
    File,
}

/// A column that is shown: its place among all, whether it holds numbers, and whose texts it has.
pub type ShownColumn = (usize, bool, Texts);

/// The columns that are shown, in order.
pub type ShownColumns = Rc<[ShownColumn]>;

/// How rows are sorted by a column.
#[derive(Clone, Copy, PartialEq)]
pub enum SortedBy {
    /// By another one.
    Other,
    /// Lowest first.
    Ascending,
    /// Highest first.
    Descending,
}

impl<Sort: Copy + PartialEq> Column<Sort> {
    /// As a header shows it while rows are sorted so.
    pub fn head(&self, sort: Sort, is_descending: bool) -> Head {
        let order = self.sort.map(|own| match (own == sort, is_descending) {
            (false, _) => SortedBy::Other,
            (true, false) => SortedBy::Ascending,
            (true, true) => SortedBy::Descending,
        });
        let Column { label, is_number, texts, width, is_hidden, .. } = self.clone();
        Head { label, order, is_number, texts, width, is_hidden }
    }
}

/// What a grid says of its kind of rows.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Accessible name.
    pub label: &'static str,
    /// What one row and many rows are called.
    pub nouns: (&'static str, &'static str),
    /// Class of the grid.
    pub class: &'static str,
    /// People may arrange the columns.
    pub is_arranged: bool,
}

impl Kind {
    /// That of rows of a type.
    pub const fn of<R: Row>() -> Kind {
        Kind { label: R::LABEL, nouns: R::NOUNS, class: R::CLASS, is_arranged: R::IS_ARRANGED }
    }
}

/// A kind of row.
pub trait Row:
    SavedRow<Sort: Copy + Debug + PartialEq + 'static, Cells: Clone + 'static> + Clone + PartialEq + 'static
{
    /// What else says which cells are shown; `()` for tables whose columns are always the same.
    type Beside: Clone + PartialEq + Debug + Into<Self::Cells> + 'static;
    /// Accessible name of the grid.
    const LABEL: &'static str;
    /// What one row and many rows are called.
    const NOUNS: (&'static str, &'static str);
    /// Class of the grid: the style sheet has its column widths.
    const CLASS: &'static str;
    /// What rows are drawn with that the worker knows nothing of; `()` for most.
    type Look: Clone + PartialEq + Default + 'static;
    /// People may arrange the columns.
    const IS_ARRANGED: bool;
    /// The columns in order, where they are always the same.
    const COLUMNS: &'static [Column<Self::Sort>];

    /// The columns in order.
    fn columns(_wanted: &Wanted<Self>) -> Cow<'static, [Column<Self::Sort>]> {
        Cow::Borrowed(Self::COLUMNS)
    }

    /// Revision of the result that the rows are of now: rows that are being saved have to be of one.
    fn revision(state: &State) -> u32 {
        state.revision
    }

    /// What stays the same for the row in whatever order: serial number or place.
    fn key(&self) -> u64;
    /// The texts of the cells in the order of the columns.
    fn cells(&self, times: Times, look: &Self::Look) -> Vec<String>;
    /// Classes of the row beside its own.
    fn class(&self, _look: &Self::Look) -> Option<String> {
        None
    }
}

/// Which rows in which order, of which result.
#[derive(Clone)]
pub struct Wanted<R: Row> {
    /// Job and revision of the result; rows are asked for again when they change.
    pub result: (u32, u32),
    /// Which rows pass.
    pub filter: Filter,
    /// In which order.
    pub sort: R::Sort,
    /// Largest first.
    pub is_descending: bool,
    /// What else says which cells are shown.
    pub beside: R::Beside,
}

impl<R: Row> Wanted<R> {
    /// Names what decides which row stands where.
    pub fn key(&self) -> String {
        let Wanted { result: (job, _), filter, sort, is_descending, .. } = self;
        format!("{} {job} {filter:?} {sort:?} {is_descending}", R::CLASS)
    }

    /// The question that gets `count` of these rows from `offset` on.
    pub fn query(&self, offset: u64, count: u32) -> Query {
        self.query_cells(offset, count, self.beside.clone().into())
    }

    /// The same with other cells.
    pub fn query_cells(&self, offset: u64, count: u32, cells: R::Cells) -> Query {
        let Wanted { filter, sort, is_descending, .. } = self.clone();
        R::query(Window { filter, sort, is_descending, offset, count }, cells)
    }
}

impl<R: Row> PartialEq for Wanted<R> {
    fn eq(&self, other: &Self) -> bool {
        self.result == other.result
            && self.filter == other.filter
            && self.sort == other.sort
            && self.is_descending == other.is_descending
            && self.beside == other.beside
    }
}

/// Id of the element of a row, by its place.
pub fn id(class: &str, index: u64) -> String {
    format!("{class}-row-{index}")
}
