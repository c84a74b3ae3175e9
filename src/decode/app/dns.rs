//! DNS answers to the names of addresses, by simple-dns. Also serves mDNS and LLMNR, which share the format.

use crate::model::Host;
use simple_dns::Packet;
use simple_dns::rdata::RData;

const HEADER_BYTES: usize = 12;

/// The addresses that an answer gives, each with the name that was asked for (RFC 1035, section 4).
/// Empty for a question, an answer without addresses, and what is no DNS.
pub fn addresses(payload: &[u8]) -> Vec<(Host, String)> {
    let is_answer_with_records = match payload.first_chunk::<HEADER_BYTES>() {
        Some([_, _, flags, _, _, _, n0, n1, ..]) => flags & 0x80 != 0 && (*n0, *n1) != (0, 0),
        None => false,
    };
    if !is_answer_with_records {
        return Vec::new();
    }
    let Ok(packet) = Packet::parse(payload) else { return Vec::new() };
    let asked = packet.questions.first().map(|question| question.qname.to_string());
    packet
        .answers
        .iter()
        .filter_map(|record| {
            let host = match &record.rdata {
                RData::A(a) => Host::v4(a.address.to_be_bytes()),
                RData::AAAA(a) => Host::v6(a.address.to_be_bytes()),
                _ => return None,
            };
            // Multicast answers repeat no question; the record's own name serves.
            Some((host, asked.clone().unwrap_or_else(|| record.name.to_string())))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"\x12\x34\x81\x80\0\x01\0\x01\0\0\0\0\x03www\x07example\x03com\0\0\x01\0\x01\
        \xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x07";

    #[test]
    fn an_answer_names_its_address_and_no_prefix_panics() {
        assert_eq!(addresses(ANSWER), vec![(Host::v4([192, 0, 2, 7]), "www.example.com".to_owned())]);
        for end in 0..ANSWER.len() {
            assert!(addresses(&ANSWER[..end]).is_empty());
        }
    }
}
