//! Extremely randomised trees: all rows, and each cut the best of one random cut in each of a few random columns.

use super::classifier::{Classifier, Labelled, Trained};
use super::forest::{self, ForestPlan};
use super::tree::Cutting;
use crate::learn::method::Refusal;
use crate::learn::work::Work;
use crate::settings::Descriptor;

const TREES: Descriptor = Descriptor::count("extra_trees.trees", "Trees", 100.0)
    .range(1.0, 1000.0)
    .offered("More trees are steadier and slower. 100 is the usual choice.");
const COLUMNS: Descriptor =
    Descriptor::percent("extra_trees.columns", "Columns looked at", 0.0).range(0.0, 100.0).offered(
        "The share of the columns that each cut is chosen among; 0 means the square root of their number, as usual.",
    );
const LEAF: Descriptor = Descriptor::count("extra_trees.leaf", "Fewest rows in a leaf", 1.0)
    .range(1.0, 1000.0)
    .unit("rows")
    .offered("Larger leaves give smoother probabilities and smaller models.");

/// Line in the register.
pub const CLASSIFIER: Classifier = Classifier {
    id: "extra_trees",
    label: "Extra trees",
    help: "As a random forest, with cuts at random values. Smoother between the rows that it knows, and often steadier on \
           traffic of another network.",
    fails: "Classes that one exact value tells apart, such as a port: its cuts seldom fall there. Its models are large.",
    source: "Geurts, Ernst, Wehenkel, Machine Learning 63, 2006; own trees, which count values in 255 bins.",
    parameters: &[TREES, COLUMNS, LEAF],
    takes_missing: true,
    fit,
    restore: forest::restore,
};

fn fit(labelled: &Labelled<'_>, work: &mut Work<'_>) -> Result<Box<dyn Trained>, Refusal> {
    let plan = ForestPlan {
        n_trees: labelled.settings.get(&TREES) as u32,
        share_looked_at: labelled.settings.get(&COLUMNS) / 100.0,
        fewest_in_leaf: labelled.settings.get(&LEAF) as usize,
        cutting: Cutting::Random,
        is_drawn: false,
    };
    forest::fit(labelled, plan, work)
}
