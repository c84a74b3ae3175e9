//! Findings, the incidents they form, and what analysts decide about them: allow-list and annotations.

pub mod allow;
pub mod annotation;
#[expect(clippy::module_inception, reason = "the finding itself, beside what belongs to it")]
mod finding;
pub mod former_ids;
pub mod incident;
pub mod series;

pub use finding::*;
