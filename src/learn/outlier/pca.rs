//! Rows to their distance from the pattern of the others: the components of `learn/linear.rs` as an outlier method.

use crate::learn::linear::Components;
use crate::learn::matrix::Matrix;
use crate::learn::method::{Cost, Fitted, Method, Refusal, Training};
use crate::learn::model::Model;
use crate::learn::scale::Robust;
use crate::learn::trace::Traced;
use crate::learn::work::Work;

/// Products of columns, at most, that are added up between two reports.
const MOST_PRODUCTS: usize = 100_000_000;

/// Line in the register.
pub const METHOD: Method = Method {
    id: "pca",
    label: "Principal components",
    help: "A row is unusual if its numbers do not go together as those of the other rows do, or if it lies far out along \
           that pattern.",
    fails: "Curved patterns, several kinds of usual rows, and rows that are odd along the main directions only a little.",
    source: "Tipping and Bishop, J. R. Stat. Soc. B 61, 1999: reconstruction error and place along the components that \
             hold 90 % of the variance, each weighed by what is usual there.",
    explains: "The squared distance is a sum over columns of value times slope; these are its terms.",
    parameters: &[],
    cost: Cost::Medium,
    fewest_rows: 5,
    leaves_missing_out: false,
    fit,
};

struct Pca {
    components: Components,
    width: usize,
    sampled: Option<usize>,
}

fn fit(training: &Training<'_>, work: &mut Work<'_>) -> Result<Box<dyn Fitted>, Refusal> {
    let width = training.rows.n_columns();
    let members = training.sample((MOST_PRODUCTS / width / width).clamp(500, 20_000));
    let mut rows = Matrix::new(width);
    members.iter().for_each(|row| rows.push_with(|out| out.copy_from_slice(training.rows.row(*row as usize))));
    work.spend(members.len() * width, 0.1)?;
    let usual = Robust::fit(&rows);
    work.spend(members.len() * width * 40, 0.3)?;
    let Some(components) = Components::fit(&rows, &usual, training.seed) else {
        return Err(Refusal::NotEnough("No column varies.".to_owned()));
    };
    training.tell(|| Traced::Axes(components.axes()));
    work.spend(members.len() * width * width, 1.0)?;
    let is_sample = members.len() < training.rows.n_rows();
    Ok(Box::new(Pca { components, width, sampled: is_sample.then_some(members.len()) }))
}

impl Fitted for Pca {
    fn score(&self, row: &[f32], _own: Option<u32>) -> f64 {
        self.components.distance(row)
    }

    fn cost_of_row(&self) -> usize {
        self.width * self.width
    }

    fn contributions(&self, row: &[f32], _own: Option<u32>, typical: &[f32]) -> Vec<f64> {
        self.components.parts(row, typical)
    }

    fn sampled(&self) -> Option<usize> {
        self.sampled
    }
}
