//! Flows as other tools write them, so that their users can go on: Zeek's conn.log, NFStream's columns, Suricata's EVE lines.
//!
//! What was not measured stays empty. What these tools count otherwise or know more of is left out rather than guessed.

mod conn_log;
mod eve;
mod nfstream;

pub use conn_log::EXPORT as CONN_LOG;
pub use eve::EXPORT as EVE;
pub use nfstream::EXPORT as NFSTREAM;
pub use {conn_log::write as write_conn_log, eve::write as write_eve, nfstream::write as write_nfstream};
