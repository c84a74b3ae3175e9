//! The register of all fields: those written by hand, and one for each field that application messages can have.

use super::field::{Field, FieldType};
use super::fields;
use crate::maths::sorting::Arrange;
use crate::model::app::field::{FieldId, FieldShape};
use std::sync::OnceLock;

/// All fields, in the order of their names.
pub fn all() -> &'static [Field] {
    static ALL: OnceLock<Vec<Field>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut list: Vec<Field> = fields::ALL.iter().flat_map(|family| family.iter().copied()).collect();
        for kind in FieldId::ALL {
            if !kind.shape().is_secret() && list.iter().all(|field| field.id != kind.id()) {
                list.push(of_message(*kind));
            }
        }
        list.arrange_by_key(|field| field.id);
        list
    })
}

/// A field of messages of any protocol, by its id in exports.
fn of_message(kind: FieldId) -> Field {
    let type_of = if kind.shape() == FieldShape::Time { FieldType::Time } else { FieldType::Any };
    Field::of_message(kind.id(), type_of, kind.label(), kind, &[])
}

/// The field of this name; upper and lower case are the same.
pub fn field(id: &str) -> Option<&'static Field> {
    let old = match id {
        "bootp.option.dhcp" => "dhcp.option.dhcp",
        "ssl" => "tls",
        "bootp" => "dhcp",
        other => other,
    };
    all().iter().find(|field| field.id.eq_ignore_ascii_case(old))
}

/// True for `tcp.something`: it can only be meant as a field.
pub(super) fn is_of_protocol(word: &str) -> bool {
    let Some((first, rest)) = word.split_once('.') else { return false };
    !rest.is_empty() && field(first).is_some_and(Field::is_protocol)
}

impl Field {
    /// True if its name alone asks whether it is there, and is no plain word.
    pub(super) fn stands_alone(&self) -> bool {
        self.is_protocol() || self.id.contains('.') || self.id == "finding"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_said() {
        let list = all();
        let wrong: Vec<&str> =
            list.windows(2).filter(|pair| pair[0].id.eq_ignore_ascii_case(pair[1].id)).map(|pair| pair[0].id).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        assert!(list.iter().all(|field| !field.help.is_empty() && !field.help.ends_with('.')));
        assert!(list.len() > 250, "{}", list.len());
    }

    #[test]
    fn secrets_have_no_field() {
        assert!(["password", "snmp.community", "http.form"].iter().all(|id| field(id).is_none()));
    }

    #[test]
    fn a_word_that_begins_like_a_protocol_is_a_field() {
        assert!(is_of_protocol("tcp.prt") && !is_of_protocol("example.org") && !is_of_protocol("tcp."));
    }
}
