//! NFStream: both directions and each on its own, times in milliseconds since 1970.

use super::contract::{COMMON, Entry, KnownBy, Unit};
use crate::model::rows::Role;

pub const ENTRY: Entry = Entry {
    id: "nfstream",
    name: "NFStream",
    known_by: KnownBy::Headings(&["bidirectional_packets", "src2dst_packets"]),
    roles: &[
        ("id", Role::Id),
        ("expiration_id", Role::Plain),
        ("bidirectional_first_seen_ms", Role::Start),
        ("bidirectional_last_seen_ms", Role::End),
        ("bidirectional_duration_ms", Role::Duration),
        ("src2dst_packets", Role::FwdPackets),
        ("dst2src_packets", Role::BwdPackets),
        ("src2dst_bytes", Role::FwdBytes),
        ("dst2src_bytes", Role::BwdBytes),
        ("bidirectional_mean_piat_ms", Role::GapMean),
        ("bidirectional_stddev_piat_ms", Role::GapDeviation),
        ("bidirectional_min_piat_ms", Role::GapMin),
        ("bidirectional_max_piat_ms", Role::GapMax),
        ("src2dst_mean_piat_ms", Role::FwdGapMean),
        ("src2dst_stddev_piat_ms", Role::FwdGapDeviation),
        ("src2dst_min_piat_ms", Role::FwdGapMin),
        ("src2dst_max_piat_ms", Role::FwdGapMax),
        ("dst2src_mean_piat_ms", Role::BwdGapMean),
        ("dst2src_stddev_piat_ms", Role::BwdGapDeviation),
        ("dst2src_min_piat_ms", Role::BwdGapMin),
        ("dst2src_max_piat_ms", Role::BwdGapMax),
        ("bidirectional_syn_packets", Role::Syn),
        ("bidirectional_fin_packets", Role::Fin),
        ("bidirectional_rst_packets", Role::Rst),
        ("bidirectional_psh_packets", Role::Psh),
        ("bidirectional_ack_packets", Role::Ack),
        ("bidirectional_urg_packets", Role::Urg),
        ("bidirectional_cwr_packets", Role::Cwr),
        ("bidirectional_ece_packets", Role::Ece),
        ("application_name", Role::Service),
        ("requested_server_name", Role::ServerName),
    ],
    durations: Unit::Milli,
    gaps: Unit::Milli,
    ..COMMON
};
