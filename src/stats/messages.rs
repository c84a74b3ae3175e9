//! Counts application messages by protocol: how many, and how often each value of the fields with few values.

use crate::flow::fields::InternedField;
use crate::flow::names::Names;
use crate::maths::sorting::Arrange;
use crate::model::analysis::FieldCount;
use crate::model::app::field::FieldId;
use crate::model::app::field::FieldShape;
use crate::model::app::protocol::AppProto;

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

/// Counts of the values of one kind. There are few, so the frequent ones are kept in front and looked through.
#[derive(Clone, Debug, Default)]
struct OfKind {
    values: Vec<Count>,
    n_others: u64,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    value: u64,
    is_text: bool,
    n: u64,
}

impl MessageCounts {
    /// Counts a message.
    pub fn add(&mut self, protocol: AppProto, fields: &[InternedField]) {
        let place = protocol as usize;
        if self.protocols.len() <= place {
            self.protocols.resize_with(place + 1, || None);
        }
        let Some(slot) = self.protocols.get_mut(place) else { return };
        let of = slot.get_or_insert_default();
        of.messages += 1;
        for fact in fields.iter().filter(|fact| fact.kind.shape() == FieldShape::Kind) {
            of.kind(fact.kind).add(fact);
        }
    }

    /// Messages of a protocol.
    pub fn messages(&self, protocol: AppProto) -> u64 {
        self.protocols.get(protocol as usize).and_then(Option::as_ref).map_or(0, |of| of.messages)
    }

    /// What the messages of a protocol say.
    pub fn fields(&self, protocol: AppProto, names: &Names) -> Vec<FieldCount> {
        let Some(of) = self.protocols.get(protocol as usize).and_then(Option::as_ref) else { return Vec::new() };
        let counts = FieldId::ALL.iter().zip(&of.kinds).map(|(kind, counts)| FieldCount {
            id: kind.id().to_owned(),
            label: kind.label().to_owned(),
            values: counts.ranked(names),
        });
        counts.filter(|count| !count.values.is_empty()).collect()
    }
}

impl OfProtocol {
    fn kind(&mut self, kind: FieldId) -> &mut OfKind {
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
    fn ranked(&self, names: &Names) -> Vec<(String, u64)> {
        let text = |count: &Count| match count.is_text {
            true => names.text(count.value as u32).to_owned(),
            false => count.value.to_string(),
        };
        let mut all: Vec<_> = self.values.iter().map(|count| (text(count), count.n)).collect();
        all.arrange_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let n_others = self.n_others + all.iter().skip(MOST_SHOWN).map(|(_, n)| n).sum::<u64>();
        all.truncate(MOST_SHOWN);
        all.extend((n_others > 0).then(|| ("(others)".to_owned(), n_others)));
        all
    }

    #[inline]
    fn add(&mut self, fact: &InternedField) {
        let is_meant = |count: &Count| count.value == fact.value && count.is_text == fact.is_text;
        match self.values.iter().position(is_meant) {
            Some(place) => {
                if let Some(count) = self.values.get_mut(place) {
                    count.n += 1;
                }
                if place > 0 {
                    self.values.swap(place, place - 1);
                }
            }
            // A text that found no room among the names has no index of its own.
            None if self.values.len() >= MOST_VALUES || (fact.is_text && fact.value == 0) => self.n_others += 1,
            None => self.values.push(Count { value: fact.value, is_text: fact.is_text, n: 1 }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::fields;
    use crate::model::app::field::FieldBuffer;

    fn count(counts: &mut MessageCounts, names: &mut Names, code: &str, n: u64) {
        let mut fields = FieldBuffer::default();
        fields.text(FieldId::DnsCode, code);
        fields.text(FieldId::DnsQuery, "not.counted.example");
        fields.number(FieldId::Reply, n);
        let mut interned = Vec::new();
        fields::intern(&fields.messages().next().unwrap(), names, &mut interned);
        counts.add(AppProto::Dns, &interned);
    }

    #[test]
    fn values_are_counted_most_frequent_first() {
        let (mut counts, mut names) = (MessageCounts::default(), Names::default());
        count(&mut counts, &mut names, "refused", 1);
        count(&mut counts, &mut names, "no error", 1);
        count(&mut counts, &mut names, "no error", 2);
        assert_eq!(counts.messages(AppProto::Dns), 3);
        let fields = counts.fields(AppProto::Dns, &names);
        assert_eq!(fields.iter().map(|count| count.id.as_str()).collect::<Vec<_>>(), ["reply", "dns.code"]);
        assert_eq!(fields[1].values, [("no error".to_owned(), 2), ("refused".to_owned(), 1)]);
    }

    #[test]
    fn past_the_most_values_are_counted_together() {
        let (mut counts, mut names) = (MessageCounts::default(), Names::default());
        let n = MOST_VALUES as u64 + 10;
        (0..n).for_each(|reply| count(&mut counts, &mut names, "x", reply));
        let fields = counts.fields(AppProto::Dns, &names);
        assert_eq!(fields[0].values.len(), MOST_SHOWN + 1);
        assert_eq!(fields[0].values.last(), Some(&("(others)".to_owned(), n - MOST_SHOWN as u64)));
    }
}
