//! Packets, flows and rows to running counters, the timeline, histograms and top lists; the index of packets; the rows of
//! tables and what is known of their columns.

pub mod bins;
pub mod certificates;
pub mod change;
pub mod columns;
pub mod counters;
pub mod duplicates;
pub mod entropy;
pub mod interfaces;
pub mod label_columns;
pub mod labels;
pub mod messages;
pub mod packet_index;
pub mod ranking;
pub mod rows;
pub mod timeline;
pub mod tops;
