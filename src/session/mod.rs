//! The page's state machine: State + Action -> State and effects. Independent of the browser.
//!
//! The worker owns the capture; this holds what the page shows of it. Answers to table questions do not pass through
//! here: the table that asked keeps them.

mod address;
pub mod memory;
mod offered;
pub mod route;
pub mod state;
pub mod update;
pub mod view;
pub mod window;

pub use memory::Memory;
pub use route::Route;
pub use state::{Clock, Notice, OpenFile, Phase, Shared, State, Worker};
pub use update::{Action, Effect};
pub use view::{VIEWS, View};
