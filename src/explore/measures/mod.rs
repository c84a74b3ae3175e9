//! Every measure: the register.

use super::measure::Measure;

mod bytes;
mod bytes_in;
mod bytes_out;
mod column;
mod duration_max;
mod duration_mean;
mod duration_median;
mod duration_min;
mod duration_q1;
mod duration_q3;
mod errors;
mod findings;
mod flows;
mod hosts;
mod packets;
mod packets_in;
mod packets_out;
mod resets;
mod response_median;
mod response_p95;
mod retransmissions;
mod rows;
mod score_max;
mod score_mean;

/// Every measure, in the order in which they are listed.
pub const MEASURES: &[Measure] = &[
    packets::ENTRY,
    bytes::ENTRY,
    flows::ENTRY,
    hosts::ENTRY,
    packets_out::ENTRY,
    packets_in::ENTRY,
    bytes_out::ENTRY,
    bytes_in::ENTRY,
    retransmissions::ENTRY,
    resets::ENTRY,
    errors::ENTRY,
    response_median::ENTRY,
    response_p95::ENTRY,
    duration_mean::ENTRY,
    duration_median::ENTRY,
    duration_max::ENTRY,
    duration_min::ENTRY,
    duration_q1::ENTRY,
    duration_q3::ENTRY,
    score_max::ENTRY,
    score_mean::ENTRY,
    findings::ENTRY,
    rows::ENTRY,
    column::SUM,
    column::MEAN,
    column::MEDIAN,
    column::Q1,
    column::Q3,
    column::MIN,
    column::MAX,
    column::COUNT,
];
