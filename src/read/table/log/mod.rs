//! The rows of logs to connections and the messages that they carried: Zeek's logs, Suricata's EVE, and both and Packetbeat in
//! the Elastic Common Schema. One file for each kind of log.

mod alerts;
mod cells;
mod certificates;
mod connection;
mod contract;
mod dce_rpc;
mod dhcp;
mod dns;
mod files;
mod flows;
mod ftp;
mod http;
mod kerberos;
mod message;
mod ntlm;
mod quic;
mod rdp;
mod reader;
mod register;
mod reports;
mod small;
mod smb;
mod smtp;
mod ssh;
mod ssl;
pub mod tool;
mod words;
mod x509;
pub mod zeek;

pub use contract::{Log, Rows};
pub use flows::UNKNOWN;
pub use message::LogRow;
pub use reader::LogReader;
pub use register::{all_by_columns, by_columns, named};
pub use tool::Tool;
