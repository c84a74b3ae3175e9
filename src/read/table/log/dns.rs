//! Logs of DNS: a question, and the answer to it where there was one.

use super::cells::Cells;
use super::contract::{COMMON, FieldForm, Log, names};
use super::message::Messages;
use super::words::{record_type, response_code};
use crate::maths::number::number;
use crate::model::app::field::{FieldBuffer, FieldId};
use crate::model::app::kinds::names::DnsMessage;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::format::time::from_seconds;

pub static LOG: Log = Log {
    id: "dns",
    aliases: &["mdns", "llmnr"],
    marks: &[&["query", "qtype_name"], &["query", "qtype"], &["query", "rcode_name"], &["query", "trans_id"]],
    protocol: Some(AppProto::Dns),
    transport: 17,
    columns: &[
        names("query", "dns.rrname|dns.queries.rrname|dns.query.rrname", "dns.question.name"),
        names("qtype_name|qtype", "dns.rrtype|dns.queries.rrtype|dns.query.rrtype", "dns.question.type"),
        names("trans_id", "dns.id", "dns.id"),
        names("rcode_name|rcode", "dns.rcode", "dns.response_code"),
        names(
            "answers",
            "dns.answers.rdata|dns.rdata|dns.grouped.a|dns.grouped.aaaa|dns.grouped.cname|dns.grouped.txt",
            "dns.answers.data|dns.resolved_ip",
        ),
        names("TTLs", "dns.answers.ttl|dns.ttl", "dns.answers.ttl"),
        names("rtt", "", ""),
        names("", "", "dns.answers_count"),
        names("", "dns.type", "dns.type"),
    ],
    more: Some(both),
    ..COMMON
};

const QUERY: usize = 0;
const TYPE: usize = 1;
const ID: usize = 2;
const CODE: usize = 3;
const ANSWERS: usize = 4;
const TTLS: usize = 5;
const DELAY: usize = 6;
const N_ANSWERS: usize = 7;
const KIND: usize = 8;

/// Zeek and Packetbeat write both into one row; Suricata mostly writes a row for each.
fn both(cells: &Cells<'_>, messages: &mut Messages) {
    let kind = cells.text(KIND);
    let is =
        |words: [&str; 2]| kind.as_deref().is_some_and(|kind| words.iter().any(|word| word.eq_ignore_ascii_case(kind)));
    let is_eve = cells.is_eve;
    if !(is_eve && is(["answer", "response"]) && cells.has_queries) {
        messages.message(Direction::ToResponder, |fields| question(cells, DnsMessage::Question, fields));
    }
    let is_answered = cells.text(CODE).is_some() || cells.text(ANSWERS).is_some();
    if !is_answered || (is_eve && is(["query", "request"])) {
        return;
    }
    messages.delay(cells.seconds(DELAY).map_or(0, from_seconds));
    messages.message(Direction::ToOriginator, |fields| {
        question(cells, DnsMessage::Answer, fields);
        cells.add(FieldId::DnsCode, FieldForm::Word(response_code), CODE, fields);
        fields.number(FieldId::DnsAnswers, cells.count(N_ANSWERS).unwrap_or_else(|| cells.n_listed(ANSWERS)));
        cells.add(FieldId::DnsAnswer, FieldForm::List, ANSWERS, fields);
        let ttls = cells.text(TTLS);
        let seconds = ttls.iter().flat_map(|ttls| ttls.split(',')).filter_map(|ttl| number(ttl.trim()));
        if let Some(least) = seconds.filter(|ttl| *ttl >= 0.0).min_by(f64::total_cmp) {
            fields.number(FieldId::DnsTtl, least as u64);
        }
    });
}

fn question(cells: &Cells<'_>, kind: DnsMessage, fields: &mut FieldBuffer) {
    if cells.text(QUERY).is_none() && kind == DnsMessage::Question {
        return;
    }
    fields.token(FieldId::Message, kind);
    cells.add(FieldId::Identifier, FieldForm::Number, ID, fields);
    cells.add(FieldId::DnsQuery, FieldForm::Text, QUERY, fields);
    cells.add(FieldId::DnsType, FieldForm::Word(record_type), TYPE, fields);
}
