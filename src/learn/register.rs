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

/// Ids of the methods whose ranks the consensus is the mean of unless others are chosen: of different kinds, as what one does not
/// see another does, and such that a few percent of unusual rows hardly shift. How thin the rows lie, how far the nearest are,
/// how the bulk spreads, and how few cuts set a row apart.
pub const CONSENSUS: &[&str] = &["dbscan", "knn", "mcd", "extended_isolation_forest"];

/// The method of an id.
pub fn method(id: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.id == id)
}
