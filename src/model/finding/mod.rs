//! What was found, the incidents that findings make, and what people decide about them.

pub mod allow;
pub mod annotation;
#[expect(clippy::module_inception, reason = "the finding itself, beside what belongs to it")]
mod finding;
pub mod former_ids;
pub mod incident;
pub mod series;

pub use finding::*;
