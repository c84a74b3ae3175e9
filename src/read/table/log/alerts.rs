//! Logs of what the tool itself found: notices, alerts, protocol anomalies; kept as a field of the connection in the
//! tool's own words.

use super::contract::{COMMON, FieldForm::*, Log, field, request};
use crate::model::app::field::FieldId;

pub static NOTICE: Log = Log {
    id: "notice",
    aliases: &["notice_alarm", "alert"],
    marks: &[&["note", "msg"], &["note", "sub", "actions"]],
    messages: &[request(
        None,
        &[
            field(FieldId::Alert, Text, "note", "alert.signature", "rule.name"),
            field(FieldId::Argument, Text, "msg", "alert.category", "rule.category|event.message"),
        ],
    )],
    ..COMMON
};

pub static WEIRD: Log = Log {
    id: "weird",
    aliases: &["anomaly", "weird_stats"],
    marks: &[&["name", "addl", "notice", "peer"], &["name", "notice", "peer"]],
    messages: &[request(
        None,
        &[
            field(FieldId::Alert, Text, "name", "anomaly.event", ""),
            field(FieldId::Argument, Text, "addl", "anomaly.type", ""),
        ],
    )],
    ..COMMON
};

pub static DPD: Log = Log {
    id: "dpd",
    aliases: &["analyzer"],
    marks: &[&["analyzer", "failure_reason"], &["analyzer_name", "failure_reason"]],
    messages: &[request(
        None,
        &[
            field(FieldId::Alert, Text, "analyzer|analyzer_name", "", ""),
            field(FieldId::Argument, Text, "failure_reason", "", ""),
        ],
    )],
    ..COMMON
};

pub static SIGNATURES: Log = Log {
    id: "signatures",
    marks: &[&["sig_id", "event_msg"]],
    messages: &[request(
        None,
        &[field(FieldId::Alert, Text, "sig_id", "", ""), field(FieldId::Argument, Text, "event_msg", "", "")],
    )],
    ..COMMON
};

pub static INTEL: Log = Log {
    id: "intel",
    marks: &[&["seen.indicator", "seen.where"]],
    messages: &[request(
        None,
        &[
            field(FieldId::Alert, Text, "seen.indicator", "", "threat.indicator.ip|threat.indicator.domain"),
            field(FieldId::Argument, Text, "sources", "", ""),
        ],
    )],
    ..COMMON
};
