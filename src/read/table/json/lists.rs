//! A list inside of a row to one text, and the same members of its objects to one text each.

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Most members of the objects of a list that are kept, and most bytes of each.
const MOST_MEMBERS: usize = 32;
const MOST_MEMBER_BYTES: usize = 4096;

/// Adds a scalar of a list to the texts, and the scalars of an object to its members by name.
pub struct Item<'a> {
    /// The texts of the row.
    pub texts: &'a mut Vec<u8>,
    /// Where the texts of the list begin.
    pub start: usize,
    /// Names and joined texts of the members of its objects.
    pub members: &'a mut Vec<(String, String)>,
}

impl<'de> DeserializeSeed<'de> for Item<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Item<'_> {
    fn add<E: Error>(self, text: &str) -> Result<(), E> {
        if self.texts.len() > self.start {
            self.texts.extend_from_slice(b", ");
        }
        self.texts.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Adds a value of the member of an object to those of the objects before.
fn add_member(members: &mut Vec<(String, String)>, name: String, value: &serde_json::Value) {
    let text = match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Number(_) | serde_json::Value::Bool(_) => value.to_string(),
        _ => return,
    };
    let has_room = members.len() < MOST_MEMBERS;
    match members.iter_mut().find(|(known, _)| *known == name) {
        Some((_, texts)) if texts.len() + text.len() < MOST_MEMBER_BYTES => {
            texts.push_str(", ");
            texts.push_str(&text);
        }
        Some(_) => {}
        None if has_room => members.push((name, text)),
        None => {}
    }
}

impl<'de> Visitor<'de> for Item<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.add(text)
    }

    fn visit_bool<E: Error>(self, is_true: bool) -> Result<(), E> {
        self.add(if is_true { "true" } else { "false" })
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.add(&number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.add(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.add(&number.to_string())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // Beside scalars an object is left out.
        let is_alone = self.texts.len() == self.start;
        while let Some((name, value)) = map.next_entry::<String, serde_json::Value>()? {
            if is_alone {
                add_member(self.members, name, &value);
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}
