//! The register of outlier methods, in the order in which they are shown, and those of the consensus.

use super::method::Method;
use super::outlier;

/// Every method: fast ones first.
pub const METHODS: &[Method] = &[
    outlier::isolation_forest::METHOD.listed(),
    outlier::extended_isolation_forest::METHOD.listed(),
    outlier::pca::METHOD.listed(),
    outlier::mcd::METHOD.listed(),
    outlier::hbos::METHOD.listed(),
    outlier::ecod::METHOD.listed(),
    outlier::copod::METHOD.listed(),
    outlier::kmeans::METHOD.listed(),
    outlier::ocsvm::METHOD.listed(),
    outlier::kitnet::METHOD.listed(),
    outlier::knn::METHOD.listed(),
    outlier::lof::METHOD.listed(),
    outlier::dbscan::METHOD.listed(),
];

/// Ids of the methods whose ranks the consensus is the mean of unless others are chosen: of different kinds, as what one does not
/// see another does, and such that a few percent of unusual rows hardly shift. How thin the rows lie, how far the nearest are,
/// how the bulk spreads, and how few cuts set a row apart.
pub const CONSENSUS: &[&str] = &["dbscan", "knn", "mcd", "extended_isolation_forest"];

/// The method of an id.
pub fn method(id: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.id == id)
}
