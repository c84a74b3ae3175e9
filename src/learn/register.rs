//! The register of outlier methods, in the order in which they are shown, and those of the consensus.

use super::method::Method;
use super::outlier;

/// Every method: fast ones first.
pub const METHODS: &[Method] = &[
    outlier::isolation_forest::METHOD,
    outlier::extended_isolation_forest::METHOD,
    outlier::pca::METHOD,
    outlier::mcd::METHOD,
    outlier::hbos::METHOD,
    outlier::ecod::METHOD,
    outlier::copod::METHOD,
    outlier::kmeans::METHOD,
    outlier::ocsvm::METHOD,
    outlier::kitnet::METHOD,
    outlier::knn::METHOD,
    outlier::lof::METHOD,
    outlier::dbscan::METHOD,
];

/// Ids of the methods whose ranks the consensus is the mean of unless others are chosen: one of each kind, as what one kind
/// does not see another does. How far the nearest rows are, how the bulk spreads, how few cuts set a row apart, and how far the
/// nearest large group is.
pub const CONSENSUS: &[&str] = &["knn", "mcd", "extended_isolation_forest", "kmeans"];

/// The method of an id.
pub fn method(id: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.id == id)
}
