//! Random forest: trees of rows drawn with replacement, each cut the best of a few random columns.

use super::classifier::{Classifier, Labelled, Trained};
use super::forest::{self, ForestPlan};
use super::tree::Cutting;
use crate::learn::method::Refusal;
use crate::learn::work::Work;
use crate::settings::Descriptor;

const TREES: Descriptor = Descriptor::count("random_forest.trees", "Trees", 200.0)
    .range(1.0, 1000.0)
    .offered("More trees are steadier and slower. 100 is the usual choice; 200 say more finely how sure they are.");
const COLUMNS: Descriptor = Descriptor::percent("random_forest.columns", "Columns looked at", 0.0)
    .range(0.0, 100.0)
    .offered("The share of the columns that each cut is chosen among; 0 means half the square root of their number: less than usual, which costs \
           nothing within a table and holds up better on another one (NSL-KDD, see docs/measured.md).");
const LEAF: Descriptor = Descriptor::count("random_forest.leaf", "Fewest rows in a leaf", 3.0)
    .range(1.0, 1000.0)
    .unit("rows")
    .offered("Larger leaves give smoother probabilities and smaller models.");

/// Line in the register.
pub const CLASSIFIER: Classifier = Classifier {
    id: "random_forest",
    label: "Random forest",
    help: "The mean of many decision trees, each grown from other rows and columns. Good with few or many columns of any \
           scale, and the usual first choice for flows.",
    fails: "Values beyond all that it was trained on: it treats them like the largest that it knows.",
    source: "Breiman, Machine Learning 45, 2001; own trees, which count values in 255 bins.",
    parameters: &[TREES, COLUMNS, LEAF],
    takes_missing: true,
    fit,
    restore: forest::restore,
};

fn fit(labelled: &Labelled<'_>, work: &mut Work<'_>) -> Result<Box<dyn Trained>, Refusal> {
    let plan = ForestPlan {
        n_trees: labelled.settings.get(&TREES) as u32,
        share_looked_at: match labelled.settings.get(&COLUMNS) / 100.0 {
            share if share > 0.0 => share,
            _ => 0.5 / (labelled.rows.n_columns() as f64).sqrt(),
        },
        fewest_in_leaf: labelled.settings.get(&LEAF) as usize,
        cutting: Cutting::Best,
        is_drawn: true,
    };
    forest::fit(labelled, plan, work)
}
