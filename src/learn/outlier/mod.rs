//! The outlier methods, one file each, which know nothing of each other. The register is `learn/register.rs`.

pub mod copod;
pub mod dbscan;
pub mod ecod;
pub mod extended_isolation_forest;
pub mod hbos;
pub mod isolation_forest;
pub mod kitnet;
pub mod kmeans;
pub mod knn;
pub mod lof;
pub mod mcd;
pub mod ocsvm;
pub mod pca;
