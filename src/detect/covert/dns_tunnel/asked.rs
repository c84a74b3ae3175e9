//! Collects, from the queries of one host for names of one domain and their answers, the signs that are weighed.

use super::SHORT;
use super::numbered::Numbered;
use super::replies::Replies;
use super::weigh::NameSigns;
use crate::detect::detector::{AppEvent, Context};
use crate::detect::support::domains::{self, Characters, DnsQuery};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::wordiness::Wordiness;
use crate::model::app::field::{FieldId, MessageFields};
use crate::model::app::kinds::names::{DnsCode, DnsType};
use crate::model::flow::Direction;
use crate::model::format::time::SECOND;
use crate::model::{Addr, Finding};
use foldhash::fast::RandomState;
use std::collections::BTreeSet;
use std::collections::HashMap;

/// A numbered piece has at least so many bytes: a TXT record that is full has 255 and the question beside them.
const LEAST_PIECE_BYTES: f64 = 160.0;
/// Most patterns of numbered names kept for a pair, and most names of each.
const MOST_PATTERNS: usize = 4;
const MOST_PIECES: usize = 1 << 12;
/// Most different names counted for a pair.
const MOST_NAMES: usize = 1 << 14;
/// Most names of a pair whose times are kept, to be drawn.
const MOST_TIMES: usize = 1 << 12;
/// The same question so soon is the same question: its answer was lost or is late.
const AGAIN_NS: i64 = 15 * SECOND;
/// An answer that lives so long, s, is hardly kept.
const SHORT_LIFE: u64 = 5;
/// Bytes of an answer beside the names and the record's data: its header, the question's type and class, the record's header
/// with a pointer to the name (RFC 1035, section 4).
const FRAME_BYTES: u64 = 12 + 2 + 4 + 12;
/// Hexadecimal digits of checksums: MD5, SHA-1, SHA-224, SHA-256.
const SHORTEST_CHECKSUM: usize = 32;
const CHECKSUMS: [usize; 4] = [SHORTEST_CHECKSUM, 40, 56, 64];
/// Fewest answers that say something, and fewest of which it is known how long they may be kept.
const LEAST_ANSWERS: u64 = 3;
const LEAST_LIVES: u64 = 2;

/// What one host asked of one domain.
#[derive(Default)]
pub(super) struct Asked {
    /// Names by their index among the names: the types that were asked, and when last.
    names: HashMap<u32, (u64, i64), RandomState>,
    /// Questions for a name not asked for before.
    pub n_new: u64,
    pub n_questions: u64,
    n_repeated: u64,
    /// New names that hardly hold anything.
    n_short: u64,
    /// Those before the domain, of new names.
    pub characters: Characters,
    wordiness: Wordiness,
    /// Questions for types that hardly anybody asks, and for those that hold much.
    pub n_odd: u64,
    pub n_wide: u64,
    pub n_answers: u64,
    pub answer_bytes: u64,
    n_failed: u64,
    n_lives: u64,
    n_short_lives: u64,
    n_data_answers: u64,
    data_bytes: u64,
    form: Form,
    numbered: Numbered,
    /// Names that differ by numbers only, with the answers that they got.
    staged: Vec<Staged>,
    /// Answers that are addresses or names.
    pub replies: Replies,
    pub servers: BTreeSet<Addr>,
    /// When a name was new.
    pub new_ns: Vec<i64>,
    pub seen: MessageEvidence,
}

/// The form that all names have.
#[derive(Clone, Debug, Default)]
enum Form {
    #[default]
    None,
    /// The first name: the others have labels of the same lengths, one is as long as a checksum, and those that are not of
    /// hexadecimal digits are the same.
    Checksum(Box<str>),
    Other,
}

/// Answers of TXT or NULL records to names that differ by their numbers only: pieces of something larger.
#[derive(Default)]
pub(super) struct Staged {
    /// The name before its domain without its digits.
    pattern: String,
    /// By their index among the names.
    pub names: BTreeSet<u32>,
    pub n_bytes: u64,
}

impl Staged {
    /// True for so many pieces, each full of data in the mean.
    pub fn is_program(&self, least: f64) -> bool {
        let n = self.names.len() as f64;
        n >= least && self.n_bytes as f64 >= LEAST_PIECE_BYTES * n
    }
}

/// True for names that hold no data by what they are for: services (RFC 2782) and addresses turned round (RFC 5782).
pub(super) fn is_for_service(before: &str) -> bool {
    // Most names have neither.
    if !before.contains('_') && before.bytes().filter(|byte| *byte == b'.').count() < 3 {
        return false;
    }
    let is_number = |label: &str| label.parse::<u8>().is_ok();
    let is_digit = |label: &str| label.len() == 1 && label.bytes().all(|byte| byte.is_ascii_hexdigit());
    before.starts_with('_')
        || before.contains("._")
        || before.split('.').take(4).filter(|label| is_number(label)).count() == 4
        || before.split('.').take(32).filter(|label| is_digit(label)).count() == 32
}

fn is_hexadecimal(label: &str) -> bool {
    label.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A label is as long as a checksum in hexadecimal digits.
fn has_checksum(before: &str) -> bool {
    before.split('.').any(|label| CHECKSUMS.contains(&label.len()) && is_hexadecimal(label))
}

/// Labels are as long as those of the first name, and the same if they are not of hexadecimal digits. A checksum has no part
/// that stays, as numbers have.
fn is_of_form(before: &str, first: &str) -> bool {
    let n_same = |label: &str, other: &str| label.bytes().zip(other.bytes()).filter(|(a, b)| a == b).count();
    let pairs = || before.split('.').zip(first.split('.'));
    before.len() == first.len()
        && before.split('.').count() == first.split('.').count()
        && pairs().all(|(label, other)| {
            let is_made = label.len() == other.len() && is_hexadecimal(label) && is_hexadecimal(other);
            label == other || is_made && (label.len() < SHORTEST_CHECKSUM || 3 * n_same(label, other) <= label.len())
        })
}

impl Asked {
    pub fn note(&mut self, event: &AppEvent<'_>, name: DnsQuery<'_>, server: Addr, direction: Direction) {
        let fields = &event.message.fields;
        self.seen.add(event);
        if self.servers.len() < Finding::MOST_ADDRESSES {
            self.servers.insert(server);
        }
        match direction {
            Direction::ToResponder => self.note_question(event, name),
            Direction::ToOriginator => self.note_answer(name, fields, event.names.text(name.name).len() as u64),
        }
    }

    fn note_question(&mut self, event: &AppEvent<'_>, name: DnsQuery<'_>) {
        let (fields, now) = (&event.message.fields, event.message.time_ns);
        let kind = fields.kind::<DnsType>(FieldId::DnsType);
        let bit = kind.map_or(1 << 63, |kind| 1_u64 << (kind as u64 & 63));
        let is_full = self.names.len() >= MOST_NAMES;
        if let Some((types, last_ns)) = self.names.get_mut(&name.name) {
            let (is_same, silence_ns) = (*types & bit != 0, now.saturating_sub(*last_ns));
            (*types, *last_ns) = (*types | bit, now);
            if is_same && silence_ns < AGAIN_NS {
                return;
            }
            self.n_repeated += u64::from(is_same);
        } else if !is_full {
            self.names.insert(name.name, (bit, now));
            self.note_new(name.before, now);
        }
        self.n_questions += 1;
        use DnsType::{Cname, Key, Mx, Null, Srv, Txt};
        let is_odd = match kind {
            Some(kind) => matches!(kind, Null | Key),
            None => fields.has(FieldId::DnsType),
        };
        self.n_odd += u64::from(is_odd);
        self.n_wide += u64::from(is_odd || matches!(kind, Some(Txt | Cname | Mx | Srv)));
    }

    fn note_new(&mut self, before: &str, now: i64) {
        self.n_new += 1;
        if self.new_ns.len() < MOST_TIMES {
            self.new_ns.push(now);
        }
        self.n_short += u64::from(before.chars().take(SHORT).count() < SHORT);
        self.characters.add(before);
        self.wordiness.add(before);
        self.numbered.add(before);
        self.form = match std::mem::take(&mut self.form) {
            Form::None if has_checksum(before) => Form::Checksum(Box::from(before)),
            Form::Checksum(first) if is_of_form(before, &first) => Form::Checksum(first),
            _ => Form::Other,
        };
    }

    fn note_answer(&mut self, name: DnsQuery<'_>, fields: &MessageFields<'_>, name_bytes: u64) {
        self.n_answers += 1;
        let code = fields.kind(FieldId::DnsCode);
        self.n_failed += u64::from(matches!(code, Some(DnsCode::ServerFailure | DnsCode::Refused)));
        let n_bytes = fields.number(FieldId::DnsAnswerBytes).unwrap_or(0);
        self.answer_bytes += n_bytes;
        self.replies.add(name, fields);
        let has_records = fields.number(FieldId::DnsAnswers) != Some(0);
        if let Some(seconds) = fields.number(FieldId::DnsTtl).filter(|_| has_records) {
            self.n_lives += 1;
            self.n_short_lives += u64::from(seconds <= SHORT_LIFE);
        }
        use DnsType::{Cname, Key, Mx, Null, Txt};
        let kind = fields.kind(FieldId::DnsType);
        // An answer without records may be long all the same: what proves that there are none is signed.
        if !has_records {
            return;
        }
        if n_bytes > 0 && matches!(kind, Some(Txt | Null | Cname | Mx | Key)) {
            self.n_data_answers += 1;
            self.data_bytes += n_bytes.saturating_sub(name_bytes + FRAME_BYTES);
        }
        if matches!(kind, Some(Txt | Null)) {
            self.stage(name, n_bytes);
        }
    }

    /// Takes the answer to a name with a number in it.
    fn stage(&mut self, name: DnsQuery<'_>, n_bytes: u64) {
        let is_digit = |byte: &u8| byte.is_ascii_digit();
        if !name.before.bytes().any(|byte| is_digit(&byte)) {
            return;
        }
        let is_meant = |staged: &Staged| name.before.bytes().filter(|byte| !is_digit(byte)).eq(staged.pattern.bytes());
        let place = match self.staged.iter().position(is_meant) {
            Some(place) => place,
            None if self.staged.len() < MOST_PATTERNS => {
                let pattern = name.before.chars().filter(|char| !char.is_ascii_digit()).collect();
                self.staged.push(Staged { pattern, ..Staged::default() });
                self.staged.len() - 1
            }
            None => return,
        };
        if let Some(staged) = self.staged.get_mut(place)
            && staged.names.len() < MOST_PIECES
            && staged.names.insert(name.name)
        {
            staged.n_bytes += n_bytes;
        }
    }

    /// Of so many pieces or more each: how many there are in all, and their bytes; none if there are none.
    pub fn program(&self, least: f64) -> Option<(usize, u64)> {
        let pieces = || self.staged.iter().filter(|staged| staged.is_program(least));
        pieces().next()?;
        Some(pieces().fold((0, 0), |(n, sum), staged| (n + staged.names.len(), sum + staged.n_bytes)))
    }

    /// Mean length before the domain.
    pub fn length(&self) -> f64 {
        self.characters.n() as f64 / self.n_new.max(1) as f64
    }

    /// Share of questions for types that hold much.
    pub fn wide_share(&self) -> f64 {
        self.n_wide as f64 / self.n_questions.max(1) as f64
    }

    /// Share of the new names that hardly hold anything.
    pub fn short_share(&self) -> f64 {
        self.n_short as f64 / self.n_new.max(1) as f64
    }

    /// Most questions are for types that hardly anybody asks.
    pub fn is_odd(&self) -> bool {
        2 * self.n_odd > self.n_questions
    }

    /// Mean bytes of the records in answers that are text or names.
    pub fn data_bytes(&self) -> Option<f64> {
        (self.n_data_answers >= LEAST_ANSWERS).then(|| self.data_bytes as f64 / self.n_data_answers as f64)
    }

    /// The signs, to be weighed.
    pub fn signs(&self, context: &Context<'_>) -> NameSigns {
        NameSigns {
            n_names: self.n_new as f64,
            repeated: self.n_repeated as f64 / self.n_questions.max(1) as f64,
            length: self.length(),
            random: self.wordiness.log_ratio_of_random(),
            odd: self.n_odd as f64 / self.n_questions.max(1) as f64,
            wide: self.wide_share(),
            short_lived: (self.n_lives >= LEAST_LIVES).then(|| self.n_short_lives as f64 / self.n_lives as f64),
            answer_bytes: self.data_bytes(),
            addresses: self.replies.addresses(context),
            is_numbered: self.numbered.is_all(),
            is_checksum: matches!(self.form, Form::Checksum(_)),
            failed: self.n_failed as f64 / self.n_answers.max(1) as f64,
        }
    }
}

/// True for domains whose owners answer questions about files, senders and addresses that stand in the names, as each says on
/// its pages for administrators.
pub(super) fn is_reputation_service(domain: &str) -> bool {
    const SERVICES: [&str; 20] = [
        "barracudacentral.org",
        "cymru.com",
        "dnswl.org",
        "e5.sk",
        "habeas.com",
        "mailspike.net",
        "mailshell.net",
        "mcafee.com",
        "njabl.org",
        "senderbase.org",
        "sophosxl.net",
        "sorbs.net",
        "spamcop.net",
        "spamhaus.org",
        "spamhaus.net",
        "surbl.org",
        "trendmicro.com",
        "uceprotect.net",
        "uribl.com",
        "webroot.com",
    ];
    SERVICES.iter().any(|service| domains::is_of(domain, service))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_services_and_addresses_hold_no_data() {
        let nibbles = ["8"; 32].join(".");
        for name in ["_ldap._tcp.dc", "k1._domainkey", "7.113.0.203.zen", &nibbles] {
            assert!(is_for_service(name), "{name}");
        }
        assert!(!is_for_service("www") && !is_for_service("7.113.0.x") && !is_for_service("3f9a0c77be12d4e0"));
        let sums = ["3f9a0c77be12d4e0a5b16f88c93d27e0.av", "81c2e4d6f80a1b3c5d7e9f0213243546.av"];
        assert!(has_checksum(sums[0]) && is_of_form(sums[1], sums[0]) && !is_of_form("www.av", sums[0]));
        let number = |i: u8| format!("{i:032x}.d");
        assert!(!is_of_form(&number(7), &number(9)), "a number with zeros before it");
        assert!(is_reputation_service("sophosxl.net") && !is_reputation_service("notsophosxl.net"));
    }
}
