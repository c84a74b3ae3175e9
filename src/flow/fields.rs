//! Message fields to the fields of each flow: each distinct field once, with its count; bounded.

use super::names::Names;
use crate::model::Flow;
use crate::model::app::field::FieldId;
use crate::model::app::field::FieldShape;
use crate::model::app::field::FieldValue;
use crate::model::app::field::MessageFields;
use std::io::Write;

/// Longest address as text: an IPv4 address within an IPv6 one.
const MOST_ADDRESS_BYTES: usize = 45;
/// Most distinct fields of a flow.
const MOST_OF_FLOW: usize = 48;
/// Most fields of all flows: 64 MiB.
const MOST: usize = 1 << 22;

/// A field as it is kept: texts are replaced by their index among the names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InternedField {
    /// What it is about.
    pub kind: FieldId,
    /// True if `value` is the index of a text.
    pub is_text: bool,
    /// A number, or the index of a text among the names.
    pub value: u64,
}

/// Converts the fields of a message to the form in which they are kept, into `all`.
pub fn intern(fields: &MessageFields<'_>, names: &mut Names, all: &mut Vec<InternedField>) {
    all.clear();
    all.extend(fields.iter().filter(|(kind, _)| !kind.shape().is_passing()).map(|(kind, value)| match value {
        FieldValue::Number(value) => InternedField { kind, is_text: false, value },
        FieldValue::Time(seconds) => InternedField { kind, is_text: false, value: seconds as u64 },
        FieldValue::Text(text) => InternedField { kind, is_text: true, value: u64::from(names.keep(text)) },
        FieldValue::Token(token) => InternedField { kind, is_text: true, value: u64::from(names.keep(token.label())) },
        FieldValue::Addr(_) | FieldValue::Mac(_) => {
            InternedField { kind, is_text: true, value: u64::from(keep_shown(value, names)) }
        }
    }));
}

/// The index of a value's text, which is written without allocating.
fn keep_shown(value: FieldValue<'_>, names: &mut Names) -> u32 {
    let mut words = [0; MOST_ADDRESS_BYTES];
    let mut rest = &mut words[..];
    // What does not fit is cut; no address is longer.
    let _ = write!(rest, "{value}");
    let n = MOST_ADDRESS_BYTES - rest.len();
    names.keep(words.get(..n).and_then(|words| std::str::from_utf8(words).ok()).unwrap_or_default())
}

/// Message fields of all flows.
#[derive(Debug, Default)]
pub struct FlowFields {
    /// A chain for each flow, the latest fact first; place 0 ends a chain, so places count from 1.
    list: Vec<StoredField>,
    /// Facts that were not kept because there were too many.
    pub n_refused: u64,
}

#[derive(Clone, Copy, Debug)]
struct StoredField {
    value: u64,
    /// Place of the fact of the same flow before it.
    before: u32,
    n: u16,
    kind: FieldId,
    is_text: bool,
}

/// A field of a flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FlowField<'a> {
    /// What it is about.
    pub kind: FieldId,
    /// Its value.
    pub value: FieldValue<'a>,
    /// How often it was said; counting stops at 65,535.
    pub n: u16,
}

impl FlowFields {
    /// Adds a fact of a message to its flow.
    #[inline]
    pub fn add(&mut self, flow: &mut Flow, InternedField { kind, is_text, value }: InternedField) {
        let mut place = flow.fields;
        let mut n_kept = 0;
        while let Some(fact) = (place as usize).checked_sub(1).and_then(|at| self.list.get_mut(at)) {
            if (fact.kind, fact.value, fact.is_text) == (kind, value, is_text) {
                fact.n = fact.n.saturating_add(1);
                return;
            }
            place = fact.before;
            n_kept += 1;
        }
        if n_kept >= MOST_OF_FLOW || self.list.len() >= MOST {
            self.n_refused += 1;
            return;
        }
        self.list.push(StoredField { value, before: flow.fields, n: 1, kind, is_text });
        flow.fields = self.list.len() as u32;
    }

    /// The facts of a flow in the order in which they were first said.
    pub fn of<'a>(&'a self, flow: &Flow, names: &'a Names) -> Vec<FlowField<'a>> {
        let mut fields = Vec::new();
        let mut place = flow.fields;
        while let Some(fact) = self.at(place) {
            let value = match (fact.is_text, fact.kind.shape()) {
                (true, _) => FieldValue::Text(names.text(fact.value as u32)),
                (false, FieldShape::Time) => FieldValue::Time(fact.value as i64),
                (false, _) => FieldValue::Number(fact.value),
            };
            fields.push(FlowField { kind: fact.kind, value, n: fact.n });
            place = fact.before;
        }
        fields.reverse();
        fields
    }

    /// The same as they are kept, the latest first, without allocating.
    pub fn chain(&self, flow: &Flow) -> impl Iterator<Item = InternedField> + use<'_> {
        let mut place = flow.fields;
        std::iter::from_fn(move || {
            let StoredField { value, before, kind, is_text, .. } = *self.at(place)?;
            place = before;
            Some(InternedField { kind, is_text, value })
        })
    }

    /// The distinct values of one field of a flow, as they are kept, the latest first.
    pub fn values(&self, flow: &Flow, kind: FieldId) -> impl Iterator<Item = InternedField> {
        let first = self.at(flow.fields);
        let all = std::iter::successors(first, |field| self.at(field.before));
        let is_meant = move |field: &&StoredField| field.kind == kind;
        all.filter(is_meant).map(move |field| InternedField { kind, is_text: field.is_text, value: field.value })
    }

    /// What the fields of a flow mean, the latest first.
    pub fn kinds(&self, flow: &Flow) -> impl Iterator<Item = FieldId> {
        std::iter::successors(self.at(flow.fields), |field| self.at(field.before)).map(|field| field.kind)
    }

    fn at(&self, place: u32) -> Option<&StoredField> {
        self.list.get((place as usize).checked_sub(1)?)
    }
}
