//! What a method does while it learns, step by step, for people who want to watch it. Nothing is learnt otherwise because of it.

use std::cell::RefCell;

/// A step of learning.
#[derive(Clone, PartialEq, Debug)]
pub enum Traced {
    /// A tree was cut: the part at this place (1 is the root; the parts of place p are 2p, at or below the cut, and 2p + 1), with
    /// so many rows.
    Cut {
        /// The part.
        place: usize,
        /// The column.
        column: u32,
        /// Values at or below go to the first part.
        at: f32,
        /// Rows in the part.
        n_rows: usize,
    },
    /// A part of a tree is cut no more.
    Leaf {
        /// The part.
        place: usize,
        /// Rows in it.
        n_rows: usize,
    },
    /// Centres of clusters, with how many rows each has; none yet if they were only drawn.
    Centres {
        /// Where they are.
        centres: Vec<Vec<f64>>,
        /// Rows of each.
        sizes: Vec<usize>,
    },
    /// The histogram of a column.
    Bins {
        /// The column.
        column: usize,
        /// Its least and its largest value.
        range: [f32; 2],
        /// How rare a value in each bin is.
        rarities: Vec<f64>,
    },
    /// Components: two points on each, of scores -1 and 1 standard deviation along it, and its variance.
    Axes(Vec<([Vec<f64>; 2], f64)>),
}

/// Takes the steps.
#[derive(Debug, Default)]
pub struct Trace(RefCell<Vec<Traced>>);

impl Trace {
    /// Adds a step.
    pub fn add(&self, step: Traced) {
        self.0.borrow_mut().push(step);
    }

    /// All steps so far.
    pub fn into_steps(self) -> Vec<Traced> {
        self.0.into_inner()
    }
}
