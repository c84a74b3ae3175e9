//! DNS messages to facts (RFC 1035, section 4). DNS, mDNS and LLMNR share the format.
//!
//! Own code, since it runs for every datagram: nothing is allocated, and a record that makes no sense loses neither the
//! question nor the records before it.

use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::names::DnsCode;
use crate::model::app::kinds::names::DnsMessage;
use crate::model::app::kinds::names::DnsType;
use std::net::{Ipv4Addr, Ipv6Addr};

const HEADER_BYTES: usize = 12;
const ANSWER_FLAG: u8 = 0x80;
/// Operations that have a meaning (IANA's registry of DNS parameters).
const MOST_OPERATION: u8 = 6;
/// Most answers that become facts; more are counted.
const MOST_ANSWERS: u16 = 16;
/// Most questions that become facts: multicast asks for twenty services at once, and a flow keeps 48 facts.
const MOST_QUESTIONS: u16 = 48;
/// Most questions, and records of a section, of a message that is worth reading.
const MOST_RECORDS: u16 = 512;
/// Most bytes of a name in the message (RFC 1035, section 2.3.4).
const MOST_NAME_BYTES: usize = 255;
/// Most bytes of a name as text, with backslashes.
const MOST_TEXT_BYTES: usize = 512;

/// Reads a message into facts; false if it is none. What is cut is read as far as it goes, if that is a question or more.
pub fn read(payload: &[u8], fields: &mut FieldBuffer) -> bool {
    let Some(header) = Header::read(payload) else { return false };
    let mut message = Message { payload, at: HEADER_BYTES, name: Text { bytes: [0; MOST_TEXT_BYTES], n: 0 } };
    let mark = fields.mark();
    fields.token(FieldId::Message, if header.is_answer { DnsMessage::Answer } else { DnsMessage::Question });
    let n_read = (0..header.n_questions.min(MOST_QUESTIONS)).take_while(|_| message.question(fields).is_some()).count();
    if n_read == 0 && header.n_questions > 0 {
        fields.forget(mark);
        return false;
    }
    if !header.is_answer {
        return true;
    }
    fields.token(FieldId::DnsCode, response_code(header.code));
    fields.number(FieldId::DnsAnswers, header.n_answers.into());
    fields.number(FieldId::DnsAnswerBytes, payload.len() as u64);
    let n_answers = if n_read == usize::from(header.n_questions) { header.n_answers.min(MOST_ANSWERS) } else { 0 };
    let mut least_ttl = None;
    for place in 0..n_answers {
        // Multicast answers repeat no question; the record's own name serves.
        let is_asked = place == 0 && n_read == 0;
        let Some(ttl) = message.answer(is_asked, fields) else {
            if is_asked {
                fields.forget(mark);
                return false;
            }
            break;
        };
        least_ttl = Some(least_ttl.map_or(ttl, |least: u32| least.min(ttl)));
    }
    if let Some(ttl) = least_ttl {
        fields.number(FieldId::DnsTtl, ttl.into());
    }
    true
}

struct Header {
    is_answer: bool,
    code: u8,
    n_questions: u16,
    n_answers: u16,
}

impl Header {
    /// Cheap: most noise stops here.
    #[inline]
    fn read(payload: &[u8]) -> Option<Header> {
        let [_, _, flags, code, counts @ ..] = payload.first_chunk::<HEADER_BYTES>()?;
        let [n_questions, n_answers, n_authorities, n_others] =
            [0, 2, 4, 6].map(|at| counts.get(at..).and_then(|mut count| count.u16()).unwrap_or(0));
        let n_records = n_answers.checked_add(n_authorities)?.checked_add(n_others)?;
        let is_answer = flags & ANSWER_FLAG != 0;
        // Some refuse with the header alone.
        let has_content = n_questions > 0 || n_records > 0 || is_answer && payload.len() == HEADER_BYTES;
        let is_sane = n_questions <= MOST_RECORDS
            && n_records <= MOST_RECORDS
            && has_content
            && flags >> 3 & 0x0f <= MOST_OPERATION;
        is_sane.then_some(Header { is_answer, code: code & 0x0f, n_questions, n_answers })
    }
}

/// A message, and the place that is read next.
struct Message<'a> {
    payload: &'a [u8],
    at: usize,
    /// The name that was read last.
    name: Text,
}

impl<'a> Message<'a> {
    fn question(&mut self, fields: &mut FieldBuffer) -> Option<()> {
        self.name()?;
        let [high, low, _, _] = self.array()?;
        fields.bytes(FieldId::DnsQuery, self.name.bytes());
        record_type(u16::from_be_bytes([high, low]), fields);
        Some(())
    }

    /// Adds an answer and gives its time to live.
    fn answer(&mut self, is_asked: bool, fields: &mut FieldBuffer) -> Option<u32> {
        if is_asked {
            self.name()?;
            fields.bytes(FieldId::DnsQuery, self.name.bytes());
        } else {
            self.pass_name()?;
        }
        let kind = u16::from_be_bytes(self.array()?);
        self.array::<2>()?;
        let ttl = u32::from_be_bytes(self.array()?);
        let n = usize::from(u16::from_be_bytes(self.array()?));
        let end = self.at + n;
        let data = self.payload.get(self.at..end)?;
        // An odd record is skipped: where it ends is known.
        match kind {
            1 => {
                if let Ok(address) = <[u8; 4]>::try_from(data) {
                    fields.addr(FieldId::DnsAnswer, Ipv4Addr::from(address));
                }
            }
            28 => {
                if let Ok(address) = <[u8; 16]>::try_from(data) {
                    fields.addr(FieldId::DnsAnswer, Ipv6Addr::from(address));
                }
            }
            2 | 5 | 12 | 39 => self.named(0, fields),
            15 => self.named(2, fields),
            33 => self.named(6, fields),
            _ => {}
        }
        self.at = end;
        Some(ttl)
    }

    /// The name that an answer gives, so many bytes into its data.
    fn named(&mut self, n_before: usize, fields: &mut FieldBuffer) {
        self.at += n_before;
        if self.name().is_some() {
            fields.bytes(FieldId::DnsAnswer, self.name.bytes());
        }
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let taken = self.payload.get(self.at..)?.first_chunk::<N>()?;
        self.at += N;
        Some(*taken)
    }

    /// Reads a name: its labels with dots between them.
    #[inline]
    fn name(&mut self) -> Option<()> {
        self.name.n = 0;
        let mut at = self.at;
        let mut end = None;
        // Each pointer goes to before the labels that it follows (RFC 1035, section 4.1.4): so it ends.
        let mut least = self.at;
        let mut n_bytes = 0;
        loop {
            let length = usize::from(*self.payload.get(at)?);
            match length {
                0 => break,
                1..=63 => {
                    let label = self.payload.get(at + 1..=at + length)?;
                    n_bytes += length + 1;
                    if n_bytes > MOST_NAME_BYTES {
                        return None;
                    }
                    self.name.label(label);
                    at += length + 1;
                }
                0xc0..=0xff => {
                    let pointed = (length & 0x3f) << 8 | usize::from(*self.payload.get(at + 1)?);
                    end.get_or_insert(at + 2);
                    if pointed >= least {
                        return None;
                    }
                    (least, at) = (pointed, pointed);
                }
                _ => return None,
            }
        }
        self.at = end.unwrap_or(at + 1);
        Some(())
    }

    /// Passes over a name.
    #[inline]
    fn pass_name(&mut self) -> Option<()> {
        loop {
            match usize::from(*self.payload.get(self.at)?) {
                0 => self.at += 1,
                length @ 1..=63 => {
                    self.at += length + 1;
                    continue;
                }
                0xc0..=0xff => self.at += 2,
                _ => return None,
            }
            return Some(());
        }
    }
}

/// A name as text.
struct Text {
    bytes: [u8; MOST_TEXT_BYTES],
    n: usize,
}

impl Text {
    /// The root is a dot.
    #[inline]
    fn bytes(&self) -> &[u8] {
        if self.n == 0 { b"." } else { self.bytes.get(..self.n).unwrap_or(&[]) }
    }

    #[inline]
    fn label(&mut self, label: &[u8]) {
        if self.n > 0 {
            self.push(b".");
        }
        if !label.iter().any(|byte| matches!(byte, b'.' | b'\\')) {
            return self.push(label);
        }
        // Dots and backslashes within a label (RFC 6763, section 4.3).
        for byte in label {
            match byte {
                b'.' | b'\\' => self.push(&[b'\\', *byte]),
                _ => self.push(&[*byte]),
            }
        }
    }

    #[inline]
    fn push(&mut self, bytes: &[u8]) {
        if let Some(slot) = self.bytes.get_mut(self.n..self.n + bytes.len()) {
            slot.copy_from_slice(bytes);
            self.n += bytes.len();
        }
    }
}

/// Types of records (IANA's registry of DNS parameters).
fn record_type(kind: u16, fields: &mut FieldBuffer) {
    let name = match kind {
        1 => DnsType::A,
        2 => DnsType::Ns,
        5 => DnsType::Cname,
        6 => DnsType::Soa,
        10 => DnsType::Null,
        12 => DnsType::Ptr,
        13 => DnsType::Hinfo,
        15 => DnsType::Mx,
        16 => DnsType::Txt,
        17 => DnsType::Rp,
        24 => DnsType::Sig,
        25 => DnsType::Key,
        28 => DnsType::Aaaa,
        29 => DnsType::Loc,
        33 => DnsType::Srv,
        35 => DnsType::Naptr,
        37 => DnsType::Cert,
        39 => DnsType::Dname,
        41 => DnsType::Opt,
        43 => DnsType::Ds,
        44 => DnsType::Sshfp,
        46 => DnsType::Rrsig,
        47 => DnsType::Nsec,
        48 => DnsType::Dnskey,
        50 => DnsType::Nsec3,
        51 => DnsType::Nsec3param,
        52 => DnsType::Tlsa,
        59 => DnsType::Cds,
        60 => DnsType::Cdnskey,
        64 => DnsType::Svcb,
        65 => DnsType::Https,
        99 => DnsType::Spf,
        249 => DnsType::Tkey,
        250 => DnsType::Tsig,
        251 => DnsType::Ixfr,
        252 => DnsType::Axfr,
        255 => DnsType::Any,
        257 => DnsType::Caa,
        other => return fields.format(FieldId::DnsType, format_args!("TYPE{other}")),
    };
    fields.token(FieldId::DnsType, name);
}

/// Response codes (RFC 1035, section 4.1.1; RFC 2136, section 2.2).
pub fn response_code(code: u8) -> DnsCode {
    match code {
        0 => DnsCode::NoError,
        1 => DnsCode::FormatError,
        2 => DnsCode::ServerFailure,
        3 => DnsCode::NoSuchName,
        4 => DnsCode::NotImplemented,
        5 => DnsCode::Refused,
        6 => DnsCode::NameExists,
        7 => DnsCode::RecordsExist,
        8 => DnsCode::NoSuchRecords,
        9 => DnsCode::NotAuthoritative,
        10 => DnsCode::NotInZone,
        _ => DnsCode::OtherError,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"\x12\x34\x81\x80\0\x01\0\x02\0\0\0\0\x03www\x07example\x03com\0\0\x01\0\x01\
        \xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x04\x01a\xc0\x10\xc0\x2d\0\x01\0\x01\0\0\0\x0a\0\x04\xc0\0\x02\x07";
    /// Where the question ends, and the first answer.
    const ENDS: [usize; 2] = [33, 49];

    fn said(payload: &[u8], kind: FieldId) -> Vec<String> {
        let mut fields = FieldBuffer::default();
        read(payload, &mut fields);
        let texts = fields.iter().filter(|(other, _)| *other == kind);
        texts.map(|(_, value)| value.to_string()).collect()
    }

    #[test]
    fn all_questions_of_a_multicast_message_are_read() {
        let questions = (b'a'..b'a' + 20).flat_map(|sign| [1, sign, 0, 0, 12, 0, 1]);
        let message: Vec<u8> = [0, 0, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0].into_iter().chain(questions).collect();
        let mut fields = FieldBuffer::default();
        assert!(read(&message, &mut fields));
        assert_eq!(fields.iter().filter(|(kind, _)| *kind == FieldId::DnsQuery).count(), 20);
    }

    #[test]
    fn an_answer_names_what_was_asked_and_what_was_found() {
        assert_eq!(said(ANSWER, FieldId::DnsQuery), ["www.example.com"]);
        assert_eq!(said(ANSWER, FieldId::DnsType), ["A"]);
        assert_eq!(said(ANSWER, FieldId::DnsAnswer), ["a.example.com", "192.0.2.7"]);
        assert_eq!(
            (said(ANSWER, FieldId::DnsTtl), said(ANSWER, FieldId::DnsAnswers)),
            (vec!["10".into()], vec!["2".into()])
        );
    }

    #[test]
    fn what_is_cut_keeps_its_question_and_no_prefix_panics() {
        let [question, first] = ENDS;
        for end in 0..ANSWER.len() {
            assert_eq!(read(&ANSWER[..end], &mut FieldBuffer::default()), end >= question, "{end}");
        }
        assert_eq!(said(&ANSWER[..first + 5], FieldId::DnsAnswer), ["a.example.com"]);
    }

    #[test]
    fn a_header_alone_refuses() {
        assert_eq!(said(b"\x12\x34\x81\x05\0\0\0\0\0\0\0\0", FieldId::DnsCode), ["refused"]);
        assert!(!read(b"\x12\x34\x01\x00\0\0\0\0\0\0\0\0", &mut FieldBuffer::default()));
    }

    #[test]
    fn pointers_that_go_round_are_refused() {
        let mut round = ANSWER[..HEADER_BYTES].to_vec();
        round.extend(b"\xc0\x0c\0\x01\0\x01");
        assert!(!read(&round, &mut FieldBuffer::default()));
        let mut round = ANSWER[..HEADER_BYTES].to_vec();
        round.extend(b"\x01a\xc0\x0c\0\x01\0\x01");
        assert!(!read(&round, &mut FieldBuffer::default()));
    }

    #[test]
    fn odd_names_can_be_told_apart() {
        let with = |name: &[u8]| {
            let message = [b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0", name, b"\0\xff\0\x01"].concat();
            said(&message, FieldId::DnsQuery)
        };
        assert_eq!(with(b"\0"), ["."]);
        assert_eq!(with(b"\x03a.b\x01\\\0"), [r"a\.b.\\"]);
        assert_eq!(with(b"\x02\xff\xfe\0"), ["\u{fffd}\u{fffd}"]);
        let long = [[63].as_slice(), &[b'x'; 63]].concat().repeat(4);
        assert_eq!(with(&[&long, &b"\0"[..]].concat()), Vec::<String>::new());
    }
}
