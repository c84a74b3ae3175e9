//! The page's state machine: a state and an action give the next state and its effects. Independent of the browser.
//!
//! The worker owns the capture; this holds what the page shows of it. Answers to queries of tables (`protocol::query`)
//! do not pass through here: the table that sent the query keeps them.

mod address;
pub mod anomalies;
pub mod arrangement;
pub mod attached;
pub mod carried;
pub mod colours;
pub mod comparison;
pub mod explore;
mod findings_left;
pub mod graph;
pub mod learn;
pub mod lesson;
pub mod marks;
pub mod memory;
mod merge;
mod offered;
pub mod panel;
pub mod route;
pub mod saved_rows;
pub mod selection;
mod shared;
pub mod state;
pub mod training;
pub mod update;
pub mod view;
pub mod window;

pub use anomalies::{Anomalies, AnomalyAction};
pub use arrangement::Arrangement;
pub use colours::Colours;
pub use findings_left::{FindingsLeft, filter_of};
pub use learn::{Learn, LearnAction};
pub use marks::Marks;
pub use memory::Memory;
pub use merge::merged;
pub use route::Route;
pub use selection::Selection;
pub use shared::Shared;
pub use state::{Clock, Notice, OpenFile, Phase, State, Worker};
pub use training::{Training, TrainingAction};
pub use update::{Action, Effect};
pub use view::{VIEWS, View};
