//! Application messages to counts by protocol: how many, and how often each of the few values of a fact.

use crate::model::analysis::SaidCount;
use crate::model::fact::{FactKind, Message, Shape, Value};
use crate::model::protocol::Named;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// Most different values of a fact that are counted apart; the others are counted together.
const MOST_VALUES: usize = 256;
/// Values of a fact that are shown.
const MOST_SHOWN: usize = 20;

/// Counts of messages.
#[derive(Clone, Debug, Default)]
pub struct MessageCounts {
    /// By the number of the protocol.
    protocols: Vec<Option<Box<OfProtocol>>>,
}

#[derive(Clone, Debug, Default)]
struct OfProtocol {
    messages: u64,
    /// By the number of the kind of fact.
    kinds: Vec<OfKind>,
}

#[derive(Clone, Debug, Default)]
struct OfKind {
    numbers: HashMap<u64, u64, FixedState>,
    texts: HashMap<String, u64, FixedState>,
    n_others: u64,
}

impl MessageCounts {
    /// Counts a message.
    pub fn add(&mut self, message: &Message<'_>) {
        let place = message.protocol as usize;
        if self.protocols.len() <= place {
            self.protocols.resize_with(place + 1, || None);
        }
        let Some(slot) = self.protocols.get_mut(place) else { return };
        let of = slot.get_or_insert_default();
        of.messages += 1;
        for (kind, value) in message.said.iter().filter(|(kind, _)| kind.shape() == Shape::Kind) {
            of.kind(kind).add(value, 1);
        }
    }

    /// Adds the counts of another part of the same input.
    pub fn merge(&mut self, other: &MessageCounts) {
        if self.protocols.len() < other.protocols.len() {
            self.protocols.resize_with(other.protocols.len(), || None);
        }
        for (slot, other) in self.protocols.iter_mut().zip(&other.protocols) {
            let Some(other) = other else { continue };
            let of = slot.get_or_insert_default();
            of.messages += other.messages;
            for (kind, theirs) in FactKind::ALL.iter().zip(&other.kinds) {
                let ours = of.kind(*kind);
                theirs.numbers.iter().for_each(|(value, n)| ours.add(Value::Number(*value), *n));
                theirs.texts.iter().for_each(|(value, n)| ours.add(Value::Text(value), *n));
                ours.n_others += theirs.n_others;
            }
        }
    }

    /// Messages of a protocol.
    pub fn messages(&self, protocol: Named) -> u64 {
        self.protocols.get(protocol as usize).and_then(Option::as_ref).map_or(0, |of| of.messages)
    }

    /// What the messages of a protocol say.
    pub fn said(&self, protocol: Named) -> Vec<SaidCount> {
        let Some(of) = self.protocols.get(protocol as usize).and_then(Option::as_ref) else { return Vec::new() };
        let counts = FactKind::ALL.iter().zip(&of.kinds).map(|(kind, counts)| SaidCount {
            id: kind.id().to_owned(),
            label: kind.label().to_owned(),
            values: counts.ranked(),
        });
        counts.filter(|count| !count.values.is_empty()).collect()
    }
}

impl OfProtocol {
    fn kind(&mut self, kind: FactKind) -> &mut OfKind {
        let place = kind as usize;
        if self.kinds.len() <= place {
            self.kinds.resize_with(place + 1, OfKind::default);
        }
        // The place was just made; the last one stands for it so that nothing can fail.
        let last = self.kinds.len() - 1;
        #[allow(clippy::indexing_slicing, reason = "grown above")]
        &mut self.kinds[place.min(last)]
    }
}

impl OfKind {
    fn ranked(&self) -> Vec<(String, u64)> {
        let numbers = self.numbers.iter().map(|(value, n)| (value.to_string(), *n));
        let mut all: Vec<_> = numbers.chain(self.texts.iter().map(|(value, n)| (value.clone(), *n))).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let n_others = self.n_others + all.iter().skip(MOST_SHOWN).map(|(_, n)| n).sum::<u64>();
        all.truncate(MOST_SHOWN);
        all.extend((n_others > 0).then(|| ("(others)".to_owned(), n_others)));
        all
    }

    fn add(&mut self, value: Value<'_>, n: u64) {
        let is_full = self.numbers.len() + self.texts.len() >= MOST_VALUES;
        let slot = match value {
            Value::Number(number) if is_full => self.numbers.get_mut(&number),
            Value::Number(number) => Some(self.numbers.entry(number).or_default()),
            Value::Text(text) if is_full => self.texts.get_mut(text),
            Value::Text(text) => Some(self.texts.entry_ref(text).or_default()),
        };
        *slot.unwrap_or(&mut self.n_others) += n;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fact::Facts;

    fn count(counts: &mut MessageCounts, code: &str, n: u64) {
        let mut facts = Facts::default();
        facts.text(FactKind::DnsCode, code);
        facts.text(FactKind::DnsQuery, "not.counted.example");
        facts.number(FactKind::Reply, n);
        let said = facts.messages().next().unwrap();
        counts.add(&Message { protocol: Named::Dns, time_ns: 0, packet: 0, said });
    }

    #[test]
    fn values_are_counted_most_frequent_first_and_parts_add_up() {
        let (mut first, mut second) = (MessageCounts::default(), MessageCounts::default());
        count(&mut first, "refused", 1);
        count(&mut second, "no error", 1);
        count(&mut second, "no error", 2);
        first.merge(&second);
        assert_eq!(first.messages(Named::Dns), 3);
        let said = first.said(Named::Dns);
        assert_eq!(said.iter().map(|count| count.id.as_str()).collect::<Vec<_>>(), ["reply", "dns.code"]);
        assert_eq!(said[1].values, [("no error".to_owned(), 2), ("refused".to_owned(), 1)]);
    }

    #[test]
    fn past_the_most_values_are_counted_together() {
        let mut counts = MessageCounts::default();
        let n = MOST_VALUES as u64 + 10;
        (0..n).for_each(|reply| count(&mut counts, "x", reply));
        let said = counts.said(Named::Dns);
        assert_eq!(said[0].values.len(), MOST_SHOWN + 1);
        assert_eq!(said[0].values.last(), Some(&("(others)".to_owned(), n - MOST_SHOWN as u64)));
    }
}
