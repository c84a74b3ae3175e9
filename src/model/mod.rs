//! Plain data, with a module for each stage of the pipeline. Imports nothing else of this crate but `maths`.

pub mod analysis;
pub mod app;
pub mod chart;
pub mod comment;
pub mod coverage;
pub mod explained;
pub mod explore;
pub mod finding;
pub mod flow;
pub mod format;
pub mod graph;
pub mod guess;
pub mod interface;
pub mod listing;
pub mod neighbours;
pub mod net;
pub mod packet;
pub mod rows;
pub mod slowness;
pub mod stream;
pub mod terms;

pub use analysis::Analysis;
pub use app::field::{FieldBuffer, FieldId, Message};
pub use app::protocol::Protocol;
pub use comment::Comment;
pub use finding::allow::{Net, Rule};
pub use finding::annotation::{Annotation, Annotations, Verdict};
pub use finding::incident::Incident;
pub use finding::series::Series;
pub use finding::{Category, Evidence, Finding, Severity};
pub use flow::{DirectionStats, Flow, FlowKey};
pub use format::secret::Secrets;
pub use net::addr::{Addr, Endpoint};
pub use net::network::Network;
pub use net::site::Site;
pub use packet::{Packet, Transport};
