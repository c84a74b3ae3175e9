//! A filter as a tree of conditions.

use super::check::Check;
use super::field::Field;
use super::word::Word;

/// A condition, or several.
#[derive(Clone)]
pub(super) enum Node {
    /// All of them; none pass everything.
    All(Vec<Node>),
    /// One of them.
    Any(Vec<Node>),
    /// One of both, but not both.
    Either(Box<Node>, Box<Node>),
    /// Not this.
    Not(Box<Node>),
    /// Values of a field.
    Field(FieldCheck),
    /// Cells of a column of a table, by its place.
    Column(usize, Check),
    /// A plain word.
    Word(Word),
}

/// A condition on the values of a field.
#[derive(Clone)]
pub(super) struct FieldCheck {
    pub(super) field: &'static Field,
    pub(super) check: Check,
    /// Its number among the conditions of the filter.
    pub(super) number: usize,
    /// Where the field stands in the text: first byte and bytes.
    pub(super) place: (usize, usize),
}

impl Node {
    /// Both; lists of lists are flattened, so that the tree is as deep as its brackets.
    pub(super) fn and(self, other: Node) -> Node {
        match (self, other) {
            (Node::All(mut list), Node::All(more)) => {
                list.extend(more);
                Node::All(list)
            }
            (Node::All(mut list), other) => {
                list.push(other);
                Node::All(list)
            }
            (own, other) => Node::All(vec![own, other]),
        }
    }

    /// One of both.
    pub(super) fn or(self, other: Node) -> Node {
        match (self, other) {
            (Node::Any(mut list), Node::Any(more)) => {
                list.extend(more);
                Node::Any(list)
            }
            (Node::Any(mut list), other) => {
                list.push(other);
                Node::Any(list)
            }
            (own, other) => Node::Any(vec![own, other]),
        }
    }

    /// The opposite.
    pub(super) fn not(self) -> Node {
        match self {
            Node::Not(inner) => *inner,
            own => Node::Not(Box::new(own)),
        }
    }

    /// Sees every condition.
    pub(super) fn each<'n>(&'n self, see: &mut dyn FnMut(&'n Node)) {
        match self {
            Node::All(list) | Node::Any(list) => list.iter().for_each(|node| node.each(see)),
            Node::Either(a, b) => {
                a.each(see);
                b.each(see);
            }
            Node::Not(inner) => inner.each(see),
            leaf => see(leaf),
        }
    }

    /// Whether it passes, if `leaf` says so of its conditions.
    pub(super) fn passes(&self, leaf: &mut dyn FnMut(&Node) -> bool) -> bool {
        match self {
            Node::All(list) => list.iter().all(|node| node.passes(leaf)),
            Node::Any(list) => list.iter().any(|node| node.passes(leaf)),
            Node::Either(a, b) => a.passes(leaf) != b.passes(leaf),
            Node::Not(inner) => !inner.passes(leaf),
            own => leaf(own),
        }
    }

    /// Whether it passes by what `leaf` knows of its conditions; `None` if that does not decide it.
    pub(super) fn decides(&self, leaf: &mut dyn FnMut(&Node) -> Option<bool>) -> Option<bool> {
        let mut of_list = |list: &[Node], deciding: bool| {
            let mut is_open = false;
            for node in list {
                match node.decides(leaf) {
                    Some(passes) if passes == deciding => return Some(deciding),
                    Some(_) => {}
                    None => is_open = true,
                }
            }
            if is_open { None } else { Some(!deciding) }
        };
        match self {
            Node::All(list) => of_list(list, false),
            Node::Any(list) => of_list(list, true),
            Node::Either(a, b) => Some(a.decides(leaf)? != b.decides(leaf)?),
            Node::Not(inner) => inner.decides(leaf).map(|passes| !passes),
            own => leaf(own),
        }
    }
}
