//! A filter over the rows of a table: its conditions on columns, and those on the flow that a row is.

use super::Filter;
use super::check::Check;
use super::field::Value;
use super::node::{FieldCheck, Node};
use super::selection::Selection;
use super::view::Side;
use super::word::Word;
use crate::maths::number;
use crate::model::flow::{Direction, Flow};
use crate::model::listing::FilterError;

/// A condition on rows.
pub enum RowCondition<'a> {
    /// On the cells of a column, by its place.
    Column(usize, CellCheck<'a>),
    /// On the score of the row.
    Score(CellCheck<'a>),
    /// On the flow of the row.
    Flow(FlowCheck<'a>),
    /// A word that stands in any cell.
    Word(CellWord<'a>),
}

/// What a cell has to be.
#[derive(Clone, Copy)]
pub struct CellCheck<'a>(&'a Check);

impl CellCheck<'_> {
    /// True if a number passes.
    pub fn passes_number(self, number: f64) -> bool {
        self.0.passes(|out| out(Value::Real(number)))
    }

    /// True if a text passes; a missing value is the empty text.
    pub fn passes_text(self, text: &str) -> bool {
        self.0.passes(|out| out(Value::Text(text)))
    }
}

/// A word that is looked for in cells.
#[derive(Clone, Copy)]
pub struct CellWord<'a>(&'a Word);

impl CellWord<'_> {
    /// True if a number is the word.
    pub fn is_number(self, number: f64) -> bool {
        match self.0 {
            Word::Port(port) => number == f64::from(*port),
            Word::Text(text) => number::number(text) == Some(number),
            Word::Network(_) | Word::Mac(_) => false,
        }
    }

    /// True if the word stands in a text.
    pub fn is_in(self, text: &str) -> bool {
        let lower = text.to_lowercase();
        match self.0 {
            Word::Port(port) => lower.contains(&port.to_string()),
            Word::Text(part) => lower.contains(part.as_str()),
            Word::Mac(mac) => super::literal::mac(&lower).is_some_and(|own| own == *mac),
            Word::Network(network) => {
                let address = lower.parse().ok().map(crate::model::Addr::of);
                address.is_some_and(|address| network.has(address))
            }
        }
    }
}

/// A condition on a flow.
#[derive(Clone, Copy)]
pub struct FlowCheck<'a>(&'a FieldCheck);

impl FlowCheck<'_> {
    /// True if a side of the flow passes.
    pub fn passes(self, selection: &Selection<'_>, serial: u32, flow: &Flow) -> bool {
        let side = |direction| Side { tables: selection.tables(), serial, flow, direction };
        [Direction::ToResponder, Direction::ToOriginator]
            .into_iter()
            .any(|direction| selection.side_passes(self.0, &side(direction)))
    }
}

impl Filter {
    /// Which of `n` rows pass, if `mark` says so of each condition.
    pub fn marks(&self, n: usize, mark: &mut dyn FnMut(RowCondition<'_>) -> Vec<bool>) -> Vec<bool> {
        marks(&self.node, n, mark)
    }

    /// The first field that is no column: what to say where rows are no flows.
    pub fn needs_flows(&self) -> Option<FilterError> {
        let FieldCheck { field, place: (at, length), .. } = self.fields().find(|check| check.field.id != "score")?;
        let text = format!("There is no column {}, and the rows of this table are no flows.", field.id);
        Some(super::error::error(*at, *length, text))
    }
}

fn marks(node: &Node, n: usize, mark: &mut dyn FnMut(RowCondition<'_>) -> Vec<bool>) -> Vec<bool> {
    let join = |list: &[Node], is_all: bool, mark: &mut dyn FnMut(RowCondition<'_>) -> Vec<bool>| {
        let mut joined = vec![is_all; n];
        for node in list {
            let own = marks(node, n, mark);
            joined.iter_mut().zip(own).for_each(|(joined, own)| if is_all { *joined &= own } else { *joined |= own });
        }
        joined
    };
    match node {
        Node::All(list) => join(list, true, mark),
        Node::Any(list) => join(list, false, mark),
        Node::Either(a, b) => {
            let (a, b) = (marks(a, n, mark), marks(b, n, mark));
            a.into_iter().zip(b).map(|(a, b)| a != b).collect()
        }
        Node::Not(inner) => marks(inner, n, mark).into_iter().map(|passes| !passes).collect(),
        Node::Column(place, check) => mark(RowCondition::Column(*place, CellCheck(check))),
        Node::Field(check) if check.field.id == "score" => mark(RowCondition::Score(CellCheck(&check.check))),
        Node::Field(check) => mark(RowCondition::Flow(FlowCheck(check))),
        Node::Word(word) => mark(RowCondition::Word(CellWord(word))),
    }
}
