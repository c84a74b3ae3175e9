//! ARP and neighbour discovery, read from the file again: who claims which address, and who asks for whom.

use super::listing::QueryContext;
use super::slices::{known_of, raw, spans_in_turns};
use crate::decode::fragments::Fragments;
use crate::decode::inspect;
use crate::maths::sorting::Arrange;
use crate::model::Addr;
use crate::model::Secrets;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::link::Icmpv6Message;
use crate::model::app::protocol::AppProto;
use crate::model::format::time::SECOND;
use crate::model::listing::FilterError;
use crate::model::neighbours::{AddressQuestion, Binding, Neighbours};
use crate::protocol::{Filter, Scope};
use crate::stats::packet_index::{IndexedPacket, PacketFlow};
use std::collections::BTreeMap;

/// Messages that are read, at most.
const MOST_MESSAGES: usize = 1 << 18;
/// Bindings and questions that are listed, at most.
const MOST_LISTED: usize = 300;
/// An answer up to this long after the question counts as asked for.
const ASKED_NS: i64 = 10 * SECOND;
/// IP protocol number of ICMPv6.
const ICMPV6: u8 = 58;

/// A device claims an address, or somebody asks for one.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Said {
    /// `to` is whom it tells; none for an announcement to all.
    Claim {
        address: Addr,
        mac: [u8; 6],
        to: Option<Addr>,
        is_answer: bool,
    },
    Question {
        source: Addr,
        mac: Option<[u8; 6]>,
        target: Addr,
    },
}

/// What the link says within a scope.
///
/// # Errors
/// The scope's filter cannot be used.
pub(super) async fn neighbours(context: &mut QueryContext<'_>, scope: &Scope) -> Result<Neighbours, FilterError> {
    let pipeline = context.pipeline;
    let index = pipeline.index();
    let passing = match scope.passes_all() {
        true => None,
        false => Some(super::filter::packets(context, &Filter { scope: scope.clone(), ..Filter::default() }).await?),
    };
    let is_wanted = |belongs: PacketFlow| match belongs {
        PacketFlow::Alone(named) => named == Some(AppProto::Arp),
        PacketFlow::Flow(serial, _) => pipeline.flows().get(serial).is_some_and(|flow| flow.key.protocol == ICMPV6),
    };
    let meant = (0_u32..).zip(index.belongs()).filter(|(_, belongs)| is_wanted(*belongs)).map(|(place, _)| place);
    let within = |place: &u32| passing.as_ref().is_none_or(|passing| passing.binary_search(place).is_ok());
    let places: Vec<u32> = meant.filter(within).collect();
    let found = places.iter().take(MOST_MESSAGES);
    let known: Vec<(u64, IndexedPacket)> =
        found.filter_map(|place| Some((u64::from(*place), index.get(u64::from(*place))?))).collect();
    let mut tables = Tables::default();
    let mut fragments = Fragments::default();
    let take = |place: u64, packet: &IndexedPacket, bytes: Option<&[u8]>| {
        let Some(bytes) = bytes else { return };
        let beside = known_of(pipeline, packet, Secrets::Masked);
        let facts = inspect::facts(&raw(&packet.location, bytes), place, beside, true, &mut fragments);
        let vlan = facts.packet.vlan_stack;
        for said in said(&facts) {
            tables.take(said, vlan, packet.location.time_ns);
        }
    };
    spans_in_turns(context.source, &known, context.turn, take).await;
    let n_not_read = places.len().saturating_sub(known.len()) as u64;
    Ok(Neighbours { n_not_read, ..tables.end() })
}

/// What a packet says.
fn said(facts: &inspect::PacketFacts) -> Vec<Said> {
    if let Some(arp) = &facts.packet.arp {
        let mut all = Vec::new();
        let is_announcement = arp.sender_ip == arp.target_ip;
        // A probe has no sender address and claims nothing (RFC 5227, section 2.1.1).
        if !arp.sender_ip.is_group() {
            let to = (arp.operation == 2 && !is_announcement).then_some(arp.target_ip);
            let is_answer = arp.operation == 2 || is_announcement;
            all.push(Said::Claim { address: arp.sender_ip, mac: arp.sender_mac, to, is_answer });
        }
        if arp.operation == 1 && !is_announcement {
            all.push(Said::Question { source: arp.sender_ip, mac: Some(arp.sender_mac), target: arp.target_ip });
        }
        return all;
    }
    let message = facts.fields.messages().next().filter(|_| facts.app == Some(AppProto::Icmpv6));
    let (Some(ip), Some(message)) = (facts.packet.ip, message) else { return Vec::new() };
    let Some(address) = message.addr(FieldId::Address) else { return Vec::new() };
    let mac = message.mac(FieldId::Mac);
    if message.is(FieldId::Message, Icmpv6Message::NeighbourSolicitation) {
        return vec![Said::Question { source: ip.source, mac, target: address }];
    }
    let is_claim = message.is(FieldId::Message, Icmpv6Message::NeighbourAdvertisement);
    let to = Some(ip.target).filter(|target| !target.is_group());
    mac.filter(|_| is_claim).map(|mac| Said::Claim { address, mac, to, is_answer: true }).into_iter().collect()
}

/// What was said so far, by the stack of VLAN tags.
#[derive(Default)]
struct Tables {
    bindings: BTreeMap<(u32, Addr, [u8; 6]), Binding>,
    questions: BTreeMap<(u32, Addr, Addr), AddressQuestion>,
    /// When somebody last asked for somebody, until that is answered, ns since 1970.
    open: BTreeMap<(u32, Addr, Addr), i64>,
    n_messages: u64,
}

impl Tables {
    fn take(&mut self, said: Said, vlan: u32, time_ns: i64) {
        self.n_messages += 1;
        match said {
            Said::Question { source, mac, target } => {
                let question = self.questions.entry((vlan, source, target)).or_insert(AddressQuestion {
                    source,
                    mac,
                    target,
                    n_questions: 0,
                    n_answered: 0,
                    first_ns: time_ns,
                    last_ns: time_ns,
                });
                question.n_questions += 1;
                question.last_ns = question.last_ns.max(time_ns);
                self.open.insert((vlan, source, target), time_ns);
            }
            Said::Claim { address, mac, to, is_answer } => {
                let asked = to.and_then(|to| self.open.remove(&(vlan, to, address)));
                let is_asked = asked.is_some_and(|asked_ns| time_ns - asked_ns <= ASKED_NS);
                if is_asked && let Some(question) = to.and_then(|to| self.questions.get_mut(&(vlan, to, address))) {
                    question.n_answered += 1;
                }
                let binding = self.bindings.entry((vlan, address, mac)).or_insert(Binding {
                    address,
                    mac,
                    vlan,
                    n_claims: 0,
                    n_answers: 0,
                    n_unasked: 0,
                    first_ns: time_ns,
                    last_ns: time_ns,
                    n_claimants: 1,
                });
                binding.n_claims += 1;
                binding.n_answers += u64::from(is_answer && is_asked);
                binding.n_unasked += u64::from(is_answer && !is_asked);
                binding.last_ns = binding.last_ns.max(time_ns);
            }
        }
    }

    fn end(self) -> Neighbours {
        let mut claimants: BTreeMap<(u32, Addr), u32> = BTreeMap::new();
        for (vlan, address, _) in self.bindings.keys() {
            *claimants.entry((*vlan, *address)).or_default() += 1;
        }
        let counted = |binding: Binding| Binding {
            n_claimants: claimants.get(&(binding.vlan, binding.address)).copied().unwrap_or(1),
            ..binding
        };
        let mut bindings: Vec<Binding> = self.bindings.into_values().map(counted).collect();
        bindings.arrange_by_key(|one| (one.n_claimants == 1, one.vlan, one.address, one.first_ns, one.mac));
        let mut questions: Vec<AddressQuestion> = self.questions.into_values().collect();
        let order =
            |one: &AddressQuestion| (one.n_answered > 0, std::cmp::Reverse(one.n_questions), one.source, one.target);
        questions.arrange_by_key(order);
        let beyond = |n: usize| n.saturating_sub(MOST_LISTED) as u64;
        let n_left_out = beyond(bindings.len()) + beyond(questions.len());
        bindings.truncate(MOST_LISTED);
        questions.truncate(MOST_LISTED);
        Neighbours { bindings, questions, n_messages: self.n_messages, n_left_out, n_not_read: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(last: u8) -> Addr {
        Addr::v4([192, 0, 2, last])
    }

    fn question() -> Said {
        Said::Question { source: host(2), mac: Some([2; 6]), target: host(1) }
    }

    fn answer(mac: u8) -> Said {
        Said::Claim { address: host(1), mac: [mac; 6], to: Some(host(2)), is_answer: true }
    }

    #[test]
    fn answers_are_told_from_what_nobody_asked_for_and_contested_addresses_come_first() {
        let mut tables = Tables::default();
        tables.take(Said::Claim { address: host(0), mac: [9; 6], to: None, is_answer: true }, 0, 0);
        tables.take(question(), 0, SECOND);
        tables.take(answer(1), 0, 2 * SECOND);
        tables.take(answer(7), 0, 3 * SECOND);
        // In another VLAN it is another address.
        tables.take(answer(8), 5, 3 * SECOND);
        let said = tables.end();
        let rows: Vec<_> =
            said.bindings.iter().map(|one| (one.mac[0], one.n_claimants, one.n_answers, one.n_unasked)).collect();
        assert_eq!(rows, [(1, 2, 1, 0), (7, 2, 0, 1), (9, 1, 0, 1), (8, 1, 0, 1)]);
        assert_eq!((said.questions[0].n_questions, said.questions[0].n_answered), (1, 1));
    }

    #[test]
    fn an_answer_that_comes_late_was_not_asked_for() {
        let mut tables = Tables::default();
        tables.take(question(), 0, 0);
        tables.take(answer(1), 0, ASKED_NS + 1);
        let said = tables.end();
        assert_eq!((said.bindings[0].n_unasked, said.questions[0].n_answered), (1, 0));
    }
}
