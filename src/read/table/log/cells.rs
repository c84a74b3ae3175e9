//! Reads the cells of a log's row as texts, numbers, times and lists, with each tool's words for "none", "yes" and
//! "no".

use crate::model::app::field::{FieldBuffer, FieldId};
use crate::model::app::kinds::token::Token;
use crate::model::format::text;
use crate::model::net::addr::mac_from_text;
use crate::model::rows::CellValue;
use crate::read::table::roles::{self, MOST_COUNT};
use std::borrow::Cow;

/// Most entries of a list that become fields; the rest is dropped. Set by us.
const MOST_LISTED: usize = 64;

/// What a cell becomes.
#[derive(Clone, Copy)]
pub enum FieldForm {
    /// Text as it stands.
    Text,
    /// A whole number; anything else is left out.
    Number,
    /// An IP address, else text.
    Addr,
    /// An Ethernet address.
    Mac,
    /// A moment.
    Time,
    /// A list parted by commas: an address or a text for each.
    List,
    /// One of few values, else text.
    Word(fn(&str) -> Option<Token>),
}

/// The cells of a row that [`Log::more`](super::contract::Log::more) asked for.
pub struct Cells<'a> {
    /// What texts are ranges of.
    pub bytes: &'a [u8],
    /// Values in the order of the columns that were asked for.
    pub values: Vec<CellValue>,
    /// They are of Suricata, which may write a row for each message.
    pub is_eve: bool,
    /// A row of a DNS query came before. Where none did, only answers are logged, and they say what was queried.
    pub has_queries: bool,
}

impl Cells<'_> {
    fn value(&self, place: usize) -> CellValue {
        self.values.get(place).copied().unwrap_or(CellValue::Missing)
    }

    /// Adds a column as a field.
    pub fn add(&self, id: FieldId, form: FieldForm, place: usize, fields: &mut FieldBuffer) {
        add(id, form, self.value(place), self.bytes, fields);
    }

    /// The text of a column; none if it is empty.
    pub fn text(&self, place: usize) -> Option<Cow<'_, str>> {
        shown(self.value(place), self.bytes)
    }

    /// The count in a column.
    pub fn count(&self, place: usize) -> Option<u64> {
        count(self.value(place))
    }

    /// The seconds in a column.
    pub fn seconds(&self, place: usize) -> Option<f64> {
        self.value(place).number().filter(|seconds| seconds.is_finite())
    }

    /// Yes or no.
    pub fn yes_or_no(&self, place: usize) -> Option<bool> {
        match self.value(place) {
            CellValue::Number(number) => Some(number != 0.0),
            value => yes_or_no(&shown(value, self.bytes)?),
        }
    }

    /// Entries of a list; 0 of none.
    pub fn n_listed(&self, place: usize) -> u64 {
        self.text(place).map_or(0, |list| list.split(',').filter(|entry| !entry.trim().is_empty()).count() as u64)
    }
}

/// A cell as text; none if it holds nothing.
pub fn shown(value: CellValue, bytes: &[u8]) -> Option<Cow<'_, str>> {
    match value {
        CellValue::Missing => None,
        CellValue::Number(number) | CellValue::Time(number) => Some(number.to_string().into()),
        CellValue::Text(start, end) => {
            let text = text::decode_cow(bytes.get(start as usize..end as usize)?);
            (!is_nothing(text.trim())).then_some(text)
        }
    }
}

/// True if a cell holds anything.
pub fn holds(value: CellValue, bytes: &[u8]) -> bool {
    match value {
        CellValue::Text(..) => shown(value, bytes).is_some(),
        CellValue::Missing => false,
        CellValue::Number(_) | CellValue::Time(_) => true,
    }
}

/// How tools write that there is nothing.
fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "-" | "(empty)" | "[]" | "null" | "None")
}

/// Yes or no in the words of the tools.
pub fn yes_or_no(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match () {
        () if is(&["t", "true", "yes", "1", "success", "succeeded"]) => Some(true),
        () if is(&["f", "false", "no", "0", "failure", "failed"]) => Some(false),
        () => None,
    }
}

fn count(value: CellValue) -> Option<u64> {
    value.number().filter(|number| (0.0..=MOST_COUNT as f64).contains(number)).map(|number| number as u64)
}

/// Adds a cell as a field.
pub fn add(id: FieldId, form: FieldForm, value: CellValue, bytes: &[u8], fields: &mut FieldBuffer) {
    match form {
        FieldForm::Number => {
            if let Some(number) = count(value) {
                fields.number(id, number);
            }
            return;
        }
        FieldForm::Time => {
            if let Some(ns) = roles::moment(value) {
                fields.time(id, ns.div_euclid(1_000_000_000));
            }
            return;
        }
        _ => {}
    }
    let Some(text) = shown(value, bytes) else { return };
    let text = text.trim();
    match form {
        FieldForm::Mac => {
            if let Some(mac) = mac_from_text(text) {
                fields.mac(id, mac);
            }
        }
        FieldForm::Addr => addr(id, text, fields),
        FieldForm::List => {
            let entries = text.split(',').map(str::trim).filter(|entry| !is_nothing(entry));
            entries.take(MOST_LISTED).for_each(|entry| addr(id, entry, fields));
        }
        FieldForm::Word(word) => match word(text) {
            Some(token) => fields.token(id, token),
            None => fields.text(id, text),
        },
        _ => fields.text(id, text),
    }
}

fn addr(id: FieldId, text: &str, fields: &mut FieldBuffer) {
    match text.parse::<std::net::IpAddr>() {
        Ok(address) => fields.addr(id, address),
        Err(_) => fields.text(id, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_yes_and_no_are_known_in_the_words_of_every_tool() {
        for nothing in ["-", "(empty)", "", "[]"] {
            assert_eq!(shown(CellValue::Text(0, nothing.len() as u32), nothing.as_bytes()), None, "{nothing}");
        }
        assert_eq!(
            [yes_or_no("T"), yes_or_no("success"), yes_or_no("F"), yes_or_no("failed"), yes_or_no("7")].map(|is| is),
            [Some(true), Some(true), Some(false), Some(false), None]
        );
    }

    #[test]
    fn a_list_becomes_addresses_and_names() {
        let (mut fields, list) = (FieldBuffer::default(), b"a.example,192.0.2.1, 2001:db8::1");
        add(FieldId::DnsAnswer, FieldForm::List, CellValue::Text(0, list.len() as u32), list, &mut fields);
        let message = fields.messages().next().unwrap();
        assert_eq!(
            (message.text(FieldId::DnsAnswer), message.addrs(FieldId::DnsAnswer).count()),
            (Some("a.example"), 2)
        );
    }
}
