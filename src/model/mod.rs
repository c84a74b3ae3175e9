//! Plain data, one type family per station of the line. Imports nothing else of ours.

pub mod address;
pub mod analysis;
pub mod chart;
pub mod comment;
pub mod fact;
pub mod finding;
pub mod flow;
pub mod moments;
pub mod packet;
pub mod protocol;
pub mod quantity;
pub mod rows;
pub mod table;
pub mod text;
pub mod time;

pub use address::{Address, Host};
pub use analysis::Analysis;
pub use comment::Comment;
pub use fact::{FactKind, Facts, Message};
pub use finding::{Category, Evidence, Finding, Severity};
pub use flow::{Direction, Flow, FlowKey};
pub use packet::{Packet, Transport};
pub use protocol::Protocol;
