//! DNS messages to facts, by simple-dns (RFC 1035, section 4). DNS, mDNS and LLMNR share the format.

use crate::model::fact::{FactKind, Facts};
use simple_dns::rdata::RData;
use simple_dns::{Packet, QTYPE, ResourceRecord};

const HEADER_BYTES: usize = 12;
const ANSWER_FLAG: u8 = 0x80;
/// Most answers that become facts; more are counted.
const MOST_ANSWERS: usize = 16;
/// Most questions, and records of a section, of a message that is worth reading.
const MOST_RECORDS: u16 = 512;

/// Reads a message into facts; false if it is none.
pub fn read(payload: &[u8], facts: &mut Facts) -> bool {
    if !looks_right(payload) {
        return false;
    }
    let Ok(packet) = Packet::parse(payload) else { return false };
    let is_answer = payload.get(2).is_some_and(|flags| flags & ANSWER_FLAG != 0);
    facts.text(FactKind::Message, if is_answer { "answer" } else { "question" });
    for question in &packet.questions {
        facts.format(FactKind::DnsQuery, &question.qname);
        record_type(question.qtype, facts);
    }
    if !is_answer {
        return true;
    }
    facts.text(FactKind::DnsCode, code_name(payload.get(3).map_or(0, |flags| flags & 0x0f)));
    facts.number(FactKind::DnsAnswers, packet.answers.len() as u64);
    if let Some(ttl) = packet.answers.iter().map(|record| record.ttl).min() {
        facts.number(FactKind::DnsTtl, u64::from(ttl));
    }
    facts.number(FactKind::DnsAnswerBytes, payload.len() as u64);
    if packet.questions.is_empty() {
        // Multicast answers repeat no question; the record's own name serves.
        if let Some(record) = packet.answers.first() {
            facts.format(FactKind::DnsQuery, &record.name);
        }
    }
    packet.answers.iter().take(MOST_ANSWERS).for_each(|record| answer(record, facts));
    true
}

/// Cheap look at the header: most noise stops here.
fn looks_right(payload: &[u8]) -> bool {
    let Some([_, _, _, _, counts @ ..]) = payload.first_chunk::<HEADER_BYTES>() else { return false };
    let mut counts = counts.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair));
    let n_questions = counts.next().unwrap_or(0);
    let n_records = counts.try_fold(0_u16, |sum, n| sum.checked_add(n)).unwrap_or(u16::MAX);
    n_questions <= MOST_RECORDS && n_records <= MOST_RECORDS && (n_questions > 0 || n_records > 0)
}

fn answer(record: &ResourceRecord<'_>, facts: &mut Facts) {
    let kind = FactKind::DnsAnswer;
    match &record.rdata {
        RData::A(a) => facts.format(kind, std::net::Ipv4Addr::from(a.address)),
        RData::AAAA(a) => facts.format(kind, std::net::Ipv6Addr::from(a.address)),
        RData::CNAME(name) => facts.format(kind, &name.0),
        RData::NS(name) => facts.format(kind, &name.0),
        RData::PTR(name) => facts.format(kind, &name.0),
        RData::MX(mx) => facts.format(kind, &mx.exchange),
        RData::SRV(srv) => facts.format(kind, &srv.target),
        _ => {}
    }
}

/// Names of record types (IANA's registry of DNS parameters).
fn record_type(kind: QTYPE, facts: &mut Facts) {
    let name = match u16::from(kind) {
        1 => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        10 => "NULL",
        12 => "PTR",
        13 => "HINFO",
        15 => "MX",
        16 => "TXT",
        25 => "KEY",
        28 => "AAAA",
        33 => "SRV",
        35 => "NAPTR",
        41 => "OPT",
        43 => "DS",
        46 => "RRSIG",
        47 => "NSEC",
        48 => "DNSKEY",
        52 => "TLSA",
        64 => "SVCB",
        65 => "HTTPS",
        99 => "SPF",
        251 => "IXFR",
        252 => "AXFR",
        255 => "ANY",
        257 => "CAA",
        other => return facts.format(FactKind::DnsType, format_args!("TYPE{other}")),
    };
    facts.text(FactKind::DnsType, name);
}

/// Names of response codes (RFC 1035, section 4.1.1; RFC 2136).
fn code_name(code: u8) -> &'static str {
    match code {
        0 => "no error",
        1 => "format error",
        2 => "server failure",
        3 => "no such name",
        4 => "not implemented",
        5 => "refused",
        _ => "other error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fact::Value;

    const ANSWER: &[u8] = b"\x12\x34\x81\x80\0\x01\0\x01\0\0\0\0\x03www\x07example\x03com\0\0\x01\0\x01\
        \xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x07";

    #[test]
    fn an_answer_names_its_address_and_no_prefix_panics() {
        let mut facts = Facts::default();
        assert!(read(ANSWER, &mut facts));
        let has = |kind, text| facts.iter().any(|fact| fact == (kind, Value::Text(text)));
        assert!(has(FactKind::DnsQuery, "www.example.com"));
        assert!(has(FactKind::DnsType, "A"));
        assert!(has(FactKind::DnsAnswer, "192.0.2.7"));
        for end in 0..ANSWER.len() {
            assert!(!read(&ANSWER[..end], &mut Facts::default()));
        }
    }
}
