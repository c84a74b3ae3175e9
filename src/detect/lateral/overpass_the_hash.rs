//! Turns Kerberos logins that offer only RC4, in a domain that uses AES, into findings of logins with a stolen hash
//! instead of a password, per client and key distribution centre.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, count, evidence, yes_no};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::directory::{KerberosCipher, KerberosMessage, PreAuth};
use crate::model::app::kinds::login::Security;
use crate::model::app::protocol::AppProto;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "overpass_the_hash",
    name: "Overpass the hash",
    category: Category::LateralMovement,
    technique: Some(("T1550.002", "Pass the Hash")),
    sees: "A client requests a login ticket with RC4 only, from a domain that encrypts its tickets with AES.",
    matters: "The RC4 key is the password hash stored in a machine's memory: an attacker who took it can log in as that user without the password.",
    otherwise: "Old systems and some appliances support only RC4.",
    benign_causes: &[
        "An old system, or an appliance that supports only RC4",
        "An account whose keys are older than AES in the domain",
    ],
    advice: &[
        "Check which user logged in from the client, and whether this is their usual workplace",
        "Check the controller's log for event 4768 with ticket encryption 0x17 at that time",
        "Disable RC4 for Kerberos in the domain, and change the password of the account",
    ],
    part_of: &[],
    source: "MITRE ATT&CK T1550.002; RFC 4757 (the RC4 key is the NT hash); Windows since Vista offers AES first (RFC 3962, MS-KILE).",
}
.explained_where_shown();

const LOGINS: Descriptor = Descriptor::count("overpass_the_hash.logins", "Logins with RC4 only", 1.0)
    .range(1.0, 10_000.0)
    .unit("logins")
    .help("Requests from one client for a login ticket that offer RC4 only.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<OverpassTheHash>(CARD, &[LOGINS], Interest::MESSAGES);

/// Most pairs of client and server, and most servers, kept.
const MOST_PAIRS: usize = 1 << 14;
/// Most users of a pair kept, and most shown.
const MOST_USERS: usize = 16;

#[derive(Default)]
struct OverpassTheHash {
    pairs: Tally<(Addr, Addr), Pair, MOST_PAIRS>,
    /// Servers that encrypted a ticket with AES.
    strong: Tally<Addr, (), MOST_PAIRS>,
}

#[derive(Default)]
struct Pair {
    users: BTreeSet<String>,
    /// Logins that offered something better.
    n_strong: u64,
    /// The login that waits for its answer offered RC4 only.
    is_last_weak: bool,
    /// A login with RC4 only was granted.
    is_accepted: bool,
    weak: MessageEvidence,
}

impl Detector for OverpassTheHash {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Kerberos { FieldSet::of(&[FieldId::Message]) } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        if event.message.protocol != AppProto::Kerberos {
            return;
        }
        let fields = &event.message.fields;
        let (Some(message), Some((sender, receiver))) = (fields.kind(FieldId::Message), event.sender_and_receiver())
        else {
            return;
        };
        match message {
            KerberosMessage::AsReq => {
                let Some(pair) = self.pairs.of((sender.0, receiver.0)) else { return };
                pair.is_last_weak = false;
                if !fields.is(FieldId::Security, Security::OnlyWeakEncryptionAskedFor) {
                    pair.n_strong += 1;
                } else if fields.is(FieldId::Method, PreAuth::EncryptedTimestamp) {
                    pair.is_last_weak = true;
                    pair.weak.add(event);
                    if let Some(user) = fields.text(FieldId::User).filter(|_| pair.users.len() < MOST_USERS) {
                        pair.users.insert(user.to_owned());
                    }
                }
            }
            KerberosMessage::AsRep | KerberosMessage::TgsRep => {
                let aes = [KerberosCipher::Aes256CtsHmacSha196, KerberosCipher::Aes128CtsHmacSha196];
                if fields.kind(FieldId::Cipher).is_some_and(|cipher| aes.contains(&cipher)) {
                    self.strong.of(sender.0);
                }
                if message == KerberosMessage::AsRep
                    && let Some(pair) = self.pairs.known(&(receiver.0, sender.0))
                {
                    pair.is_accepted |= std::mem::take(&mut pair.is_last_weak);
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&LOGINS);
        let is_strong = |server: &Addr| self.strong.get(server).is_some();
        // Where the domain was not seen to know better, nothing speaks against RC4.
        let cases = self.pairs.sorted_where(|pair| pair.weak.n as f64 >= least);
        Report::of(cases.into_iter().filter(|((_, server), _)| is_strong(server)))
            .largest_first(|(_, pair)| pair.weak.n)
            .not_evaluated(self.pairs.n_refused)
            .each(|(key, pair)| pair.finding(**key, least))
    }
}

impl Pair {
    fn finding(&self, (client, server): (Addr, Addr), least: f64) -> Finding {
        let n = self.weak.n as f64;
        // A client that otherwise offers better is no old one.
        let confidence = if self.n_strong > 0 { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
        let users: Vec<&str> = self.users.iter().map(String::as_str).collect();
        let as_whom = if users.is_empty() { String::new() } else { format!(", as {}", users.join(", ")) };
        Finding::builder(&CARD)
            .title(format!("{client} logs in with RC4 only{as_whom}"))
            .rated(Impact::ACCESS_TRY, confidence, (n, least))
            .service((client, server, 88), "Kerberos")
            .evidence([
                evidence("Logins with RC4 only", n, "logins", "0"),
                evidence("Logins from this client that offer stronger encryption", self.n_strong as f64, "logins", ""),
                yes_no("Accepted", self.is_accepted, ""),
                yes_no("The domain encrypts with AES", true, "1"),
            ])
            .explanation(format!(
                "{client} asked {server} for {} with RC4 only, although the domain encrypts its tickets with AES. The \
                 RC4 key is the password hash, so the hash alone is enough to log in.",
                count(self.weak.n as usize, "login ticket")
            ))
            .filter(format!("{} && kerberos.msg_type == 10", finding_builder::pair_filter(client, server)))
            .messages(&self.weak)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, TestValue, inside, observe_messages};
    use crate::settings::Settings;

    fn line(second: f64, facts: Vec<(FieldId, TestValue)>) -> Line {
        Line::request(AppProto::Kerberos, second, inside(1), (inside(2), 88), facts)
    }

    fn asked(second: f64, is_weak: bool, user: &str) -> Line {
        let mut asked: Vec<(FieldId, TestValue)> = vec![
            (FieldId::Message, KerberosMessage::AsReq.into()),
            (FieldId::User, user.into()),
            (FieldId::Method, PreAuth::EncryptedTimestamp.into()),
        ];
        if is_weak {
            asked.push((FieldId::Security, Security::OnlyWeakEncryptionAskedFor.into()));
        }
        line(second, asked)
    }

    fn granted(second: f64, cipher: KerberosCipher) -> Line {
        let facts = vec![(FieldId::Message, KerberosMessage::AsRep.into()), (FieldId::Cipher, cipher.into())];
        line(second, facts).answered()
    }

    fn found(is_weak: bool, cipher: KerberosCipher) -> usize {
        observe_messages(&ENTRY, &[asked(1.0, is_weak, "anna"), granted(1.1, cipher)], &Settings::default())
            .findings
            .len()
    }

    #[test]
    fn rc4_alone_counts_where_the_domain_knows_better() {
        assert_eq!(found(true, KerberosCipher::Aes256CtsHmacSha196), 1);
        assert_eq!(found(true, KerberosCipher::Rc4Hmac), 0);
        assert_eq!(found(false, KerberosCipher::Aes256CtsHmacSha196), 0);
    }

    #[test]
    fn an_answer_is_of_the_log_in_before_it() {
        let aes = KerberosCipher::Aes256CtsHmacSha196;
        let found = |lines: &[Line]| observe_messages(&ENTRY, lines, &Settings::default()).findings.remove(0);
        let is_accepted = |finding: &Finding| finding.evidence.iter().any(|e| e.name == "Accepted" && e.value > 0.0);
        let of_weak = found(&[asked(1.0, true, "anna"), granted(1.1, aes)]);
        let of_strong = found(&[asked(1.0, true, "anna"), asked(2.0, false, "bert"), granted(2.1, aes)]);
        assert!(is_accepted(&of_weak) && !is_accepted(&of_strong));
        assert!(of_weak.title.ends_with("RC4 only, as anna"), "{}", of_weak.title);
        let nameless = found(&[asked(1.0, true, ""), granted(1.1, aes)]);
        assert!(nameless.title.ends_with("RC4 only"), "{}", nameless.title);
    }
}
