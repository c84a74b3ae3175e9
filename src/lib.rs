//! Packetloupe reads network captures, finds what does not belong in them, and explains why.
//!
//! The line that the data takes, top to bottom; nothing flows back up:
//!
//! ```text
//! file bytes -> read -> RawPacket -> decode -> Packet -> flow -> Flow -> stats, learn, detect -> triage -> Analysis
//!            -> query (small views), chart (data), export (files)
//! ```
//!
//! Nothing on the line knows the browser; only `web` does, and it exists only on wasm32.

pub mod maths;
pub mod model;

pub mod language;

pub mod issue;
pub mod settings;

pub mod read;

pub mod decode;

pub mod flow;

pub mod stats;

pub mod learn;

pub mod explore;

pub mod detect;

pub mod baseline;

pub mod triage;

pub mod summary;

pub mod filter;

pub mod indicators;

pub mod chart;

pub mod export;

pub mod pipeline;

pub mod anomalies;

pub mod training;

pub mod attach;

pub mod query;

pub mod protocol;

pub mod session;

#[cfg(not(target_arch = "wasm32"))]
pub mod command;

#[cfg(target_arch = "wasm32")]
pub mod web;
