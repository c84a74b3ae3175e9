//! Turns two different answers to one DNS query into findings, per client and server: one of them is forged.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, count, evidence};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::format::time::SECOND;
use crate::model::packet::{Packet, Transport};
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use foldhash::fast::FixedState;
use std::collections::BTreeSet;
use std::hash::BuildHasher;

const CARD: Card = Card {
    id: "dns_response_spoofing",
    name: "DNS response spoofing",
    category: Category::Spoofing,
    technique: Some(("T1557", "Adversary-in-the-Middle")),
    sees: "One DNS query gets two answers with different addresses; their Ethernet addresses or TTLs differ where these are known.",
    matters: "The first answer wins. An attacker who sees the query can send a forged answer quickly and direct the client to another machine; the real answer comes too late.",
    otherwise: "A resolver that answers twice, a filter that answers in the server's name, a censor on the path.",
    benign_causes: &[
        "A filter, your own or the provider's, that answers in the server's name",
        "A resolver that queries several others and forwards both answers",
    ],
    advice: &[
        "Compare the TTL, Ethernet address and delay of the two answers: which one is out of line?",
        "Check where the client connected to afterwards",
        "Use a resolver over TLS or HTTPS, or one that validates signatures (DNSSEC)",
    ],
    part_of: &[],
    source: "Duan, Weaver et al.: Hold-On: Protecting Against On-Path DNS Poisoning, SATIN 2012 (the real answer follows the injected one); RFC 5452.",
}
.explained_where_shown();

const QUESTIONS: Descriptor = Descriptor::count("dns_response_spoofing.questions", "Queries with two answers", 2.0)
    .range(1.0, 10_000.0)
    .unit("queries")
    .help(
        "This many from one host to one server. Servers whose addresses change by the second cause one now and then.",
    );

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<DnsResponseSpoofing>(CARD, &[QUESTIONS], Interest::MESSAGES);

/// The true answer comes this long after the false one at most.
const RACE_NS: i64 = 5 * SECOND;
/// Questions remembered, by a hash that is the same in each run, as findings must be. A newer one takes the place of an
/// older one.
const MOST_QUESTIONS: usize = 1 << 13;
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 14;
/// Most names shown.
const MOST_NAMES: usize = 5;

/// A question of one flow: how often it was asked and answered, and what the first answer said.
#[derive(Clone, Copy, Default)]
struct Question {
    hash: u64,
    n_asked: u32,
    n_answered: u32,
    said: u64,
    time_ns: i64,
    /// Ethernet address and hops left of the first answer.
    sender: Option<([u8; 6], u8)>,
}

/// Ethernet address and hops left of a packet of a DNS server.
fn sender(packet: &Packet) -> Option<([u8; 6], u8)> {
    let ((mac, _), ip) = packet.macs.zip(packet.ip.as_ref())?;
    matches!(&packet.transport, Transport::Udp(udp) if udp.source_port == 53).then_some((mac, ip.ttl))
}

struct DnsResponseSpoofing {
    questions: Vec<Question>,
    pairs: Tally<(Addr, Addr), Pair, MOST_PAIRS>,
    hasher: FixedState,
}

impl Default for DnsResponseSpoofing {
    fn default() -> Self {
        DnsResponseSpoofing {
            questions: vec![Question::default(); MOST_QUESTIONS],
            pairs: Tally::default(),
            hasher: FixedState::default(),
        }
    }
}

#[derive(Default)]
struct Pair {
    n: u64,
    names: BTreeSet<String>,
    seen: MessageEvidence,
}

impl Detector for DnsResponseSpoofing {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Dns { FieldSet::of(&[FieldId::DnsQuery]) } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        if event.message.protocol != AppProto::Dns {
            return;
        }
        let said = &event.message.fields;
        let (Some(flow), Some(update), Some(name)) = (event.flow, event.update, said.text(FieldId::DnsQuery)) else {
            return;
        };
        let hash = self.hasher.hash_one((update.serial, name, said.word(FieldId::DnsType)));
        let Some(slot) = self.questions.get_mut(hash as usize % MOST_QUESTIONS) else { return };
        let now = event.message.time_ns;
        if update.direction == Direction::ToResponder {
            if slot.hash == hash {
                slot.n_asked += 1;
            } else {
                *slot = Question { hash, n_asked: 1, ..Question::default() };
            }
            return;
        }
        if slot.hash != hash {
            return;
        }
        // Only addresses are compared: everything else may come in pieces or in another order.
        let addresses = said.addrs(FieldId::DnsAnswer);
        let sum = |sum: Option<u64>, address| Some(sum.unwrap_or(0).wrapping_add(self.hasher.hash_one(address)));
        let Some(answer) = addresses.fold(None, sum) else { return };
        let sender = event.packet.and_then(sender);
        slot.n_answered += 1;
        if slot.n_answered == 1 {
            (slot.said, slot.time_ns, slot.sender) = (answer, now, sender);
            return;
        }
        // A question that was asked twice may be answered twice, and one server may answer twice of its own.
        let is_one_sender = sender.is_some() && sender == slot.sender;
        let is_race =
            slot.n_answered > slot.n_asked && slot.said != answer && now - slot.time_ns <= RACE_NS && !is_one_sender;
        if !is_race {
            return;
        }
        let Some(pair) = self.pairs.of((flow.originator().0, flow.responder().0)) else { return };
        pair.n += 1;
        pair.seen.add(event);
        if pair.names.len() < MOST_NAMES {
            pair.names.insert(name.to_owned());
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&QUESTIONS);
        Report::of_table(&self.pairs, |pair| pair.n as f64 >= least)
            .largest_first(|(_key, pair)| pair.n)
            .each(|(key, pair)| pair.finding(**key, least))
    }
}

impl Pair {
    fn finding(&self, (asker, server): (Addr, Addr), least: f64) -> Finding {
        let n = self.n as f64;
        let confidence = Confidence::LIKELY;
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        Finding::builder(&CARD)
            .title(format!("Forged DNS answers to {asker} in the name of {server}"))
            .rated(Impact::INTERCEPTION, confidence, (n, least))
            .service((server, asker, 53), "DNS")
            .evidence([evidence("Queries with two different answers", n, "queries", "0")])
            .explanation(format!(
                "{} from {asker} to {server} got two answers with different addresses within {} s, for example for \
                 {}. A server answers once: somebody else, probably on the path, sent one of the two.",
                count(self.n as usize, "lookup"),
                RACE_NS / SECOND,
                names.join(", ")
            ))
            .messages(&self.seen)
            // Both answers are meant; the second one was noted.
            .n_packets(2 * self.n)
            .filter(format!("{} && dns.flags.response == 1", finding_builder::pair_filter(asker, server)))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{self, inside, outside};
    use crate::flow::names::Names;
    use crate::flow::table::FlowUpdate;
    use crate::model::app::field::{FieldBuffer, Message};
    use crate::model::app::kinds::names::DnsType;
    use crate::settings::Settings;

    /// Questions and answers of one flow: a number is an answer with the address of that host outside.
    fn found(messages: &[Option<u8>]) -> usize {
        let mut detector = DnsResponseSpoofing::default();
        let flow = testing::Made::tcp(inside(1), outside(53), 53, 1.0).flow();
        let names = Names::default();
        for name in ["a.example", "b.example"] {
            for answer in messages {
                let mut facts = FieldBuffer::default();
                facts.text(FieldId::DnsQuery, name);
                facts.token(FieldId::DnsType, DnsType::A);
                answer.iter().for_each(|n| facts.addr(FieldId::DnsAnswer, outside(*n).ip()));
                let said = facts.messages().next().unwrap();
                let message = Message { protocol: AppProto::Dns, time_ns: 1, packet: 1, fields: said };
                let direction = if answer.is_some() { Direction::ToOriginator } else { Direction::ToResponder };
                let update = Some(FlowUpdate { serial: 7, direction, is_retransmission: false });
                let flow = Some(&flow);
                detector.observe_message(&AppEvent {
                    message: &message,
                    update,
                    flow,
                    packet: None,
                    vlan_stack: 0,
                    names: &names,
                    query: None,
                });
            }
        }
        testing::finish_at(&mut detector, &names, &Default::default(), [0, 1].into_iter(), &Settings::default())
            .findings
            .len()
    }

    #[test]
    fn two_different_answers_to_one_question_are_a_race() {
        assert_eq!(found(&[None, Some(1), Some(7)]), 1);
        assert_eq!(found(&[None, Some(1), Some(1)]), 0, "sent twice");
        assert_eq!(found(&[None, None, Some(1), Some(7)]), 0, "asked twice");
    }
}
