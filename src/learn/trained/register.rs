//! The register of classifiers, in the order in which they are shown: the first is the default.

use super::classifier::Classifier;
use super::{extra_trees, logistic_regression, naive_bayes, nearest, random_forest};

/// Every classifier.
pub const CLASSIFIERS: &[Classifier] = &[
    random_forest::CLASSIFIER.listed(),
    extra_trees::CLASSIFIER.listed(),
    logistic_regression::CLASSIFIER.listed(),
    naive_bayes::CLASSIFIER.listed(),
    nearest::CLASSIFIER.listed(),
];

/// The classifier of an id.
pub fn classifier(id: &str) -> Option<&'static Classifier> {
    CLASSIFIERS.iter().find(|classifier| classifier.id == id)
}
