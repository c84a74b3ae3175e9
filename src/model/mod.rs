//! Plain data, one type family per station of the line. Imports nothing else of ours.

pub mod address;
pub mod allow;
pub mod analysis;
pub mod annotation;
pub mod chart;
pub mod comment;
pub mod coverage;
pub mod exchanges;
pub mod fact;
pub mod finding;
pub mod flow;
pub mod incident;
pub mod moments;
pub mod packet;
pub mod protocol;
pub mod quantity;
pub mod rows;
pub mod secret;
pub mod series;
pub mod table;
pub mod tcp_anomalies;
pub mod text;
pub mod time;

pub use address::{Addr, Endpoint};
pub use allow::{Net, Rule};
pub use analysis::Analysis;
pub use annotation::{Annotation, Annotations, Verdict};
pub use comment::Comment;
pub use fact::{FieldBuffer, FieldId, Message};
pub use finding::{Category, Evidence, Finding, Severity};
pub use flow::{DirectionStats, Flow, FlowKey};
pub use incident::Incident;
pub use packet::{Packet, Transport};
pub use protocol::Protocol;
pub use secret::Secrets;
pub use series::Series;
