//! JSON objects to rows: nested names are joined by dots, and columns come as they are met.
//!
//! Nesting is bounded twice: rows are looked for down to a fixed depth ([`scanner`]), and inside of a row what is nested
//! deeper than 128 is damage, which is the limit of the parser. Ends of objects are found by counting, however deep they are.

pub mod envelope;
mod lists;
mod objects;
mod scanner;
mod tagged;
pub mod transpose;

use crate::model::rows::CellValue;
use crate::read::table::format::{CellFormats, Reading};
use crate::read::table::number::value;
use crate::read::table::time::numeric;
use crate::read::table::{MOST_COLUMNS, MOST_NAME_BYTES};
use foldhash::fast::RandomState;
use lists::Item;
pub use objects::Objects;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::HashMap;
use std::fmt::{self, Write};
use tagged::tagged;

/// The columns met so far.
#[derive(Default)]
pub struct Keys {
    /// Their names, in order of appearance.
    pub names: Vec<String>,
    places: HashMap<String, u32, RandomState>,
    /// Most columns there may be, if fewer than in other tables.
    pub most: Option<usize>,
    /// Names that were not taken because there were too many.
    pub n_refused: u64,
    /// The column behind the one that came last: objects of a file mostly name them in the same order.
    next: usize,
}

impl Keys {
    /// These columns and no others.
    pub fn of(names: &[String]) -> Keys {
        let mut keys = Keys { most: Some(names.len()), ..Keys::default() };
        for name in names {
            keys.place(name);
        }
        keys
    }

    /// A row begins.
    pub fn begin(&mut self) {
        self.next = 0;
    }

    /// The place of a column, which is added if there is room.
    pub fn place(&mut self, name: &str) -> Option<usize> {
        // First of all: a long name around many values would be compared and hashed for each of them.
        if name.len() > MOST_NAME_BYTES {
            self.n_refused += 1;
            return None;
        }
        if self.names.get(self.next).is_some_and(|next| next == name) {
            self.next += 1;
            return Some(self.next - 1);
        }
        if let Some(place) = self.places.get(name) {
            self.next = *place as usize + 1;
            return Some(*place as usize);
        }
        let most = self.most.unwrap_or(MOST_COLUMNS);
        if self.names.len() >= most {
            self.n_refused += 1;
            return None;
        }
        let place = self.names.len();
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), place as u32);
        Some(place)
    }
}

/// Reads one object. Texts become ranges of `texts`. False if it is no object, or damaged.
pub fn values(
    object: &[u8],
    keys: &mut Keys,
    formats: &CellFormats,
    values: &mut Vec<CellValue>,
    texts: &mut Vec<u8>,
) -> bool {
    let mut name = String::new();
    let mut row = Row::new(keys, formats, values, texts, &mut name);
    let Some((tag, record)) = tagged(object) else { return read(object, Level { row: &mut row, is_top: true }) };
    row.name.push_str("_path");
    row.set_text(tag);
    row.name.clear();
    read(record, Level { row: &mut row, is_top: true })
}

/// Reads an element of a list: an object with a comma behind it or not, or a list whose values have the names that are declared
/// beside it.
pub fn element(
    element: &[u8],
    declared: &[String],
    keys: &mut Keys,
    formats: &CellFormats,
    into: &mut Vec<CellValue>,
    texts: &mut Vec<u8>,
) -> bool {
    let element = element.trim_ascii().strip_suffix(b",").unwrap_or(element);
    if !element.starts_with(b"[") {
        return values(element, keys, formats, into, texts);
    }
    let mut name = String::new();
    let mut row = Row::new(keys, formats, into, texts, &mut name);
    read(element, Listed { row: &mut row, declared })
}

/// True if these bytes are one value that the seed takes, and nothing else.
fn read<'de>(bytes: &'de [u8], seed: impl DeserializeSeed<'de>) -> bool {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    seed.deserialize(&mut deserializer).is_ok() && deserializer.end().is_ok()
}

struct Row<'a> {
    keys: &'a mut Keys,
    formats: &'a CellFormats,
    values: &'a mut Vec<CellValue>,
    texts: &'a mut Vec<u8>,
    name: &'a mut String,
}

impl<'a> Row<'a> {
    /// One without cells.
    fn new(
        keys: &'a mut Keys,
        formats: &'a CellFormats,
        values: &'a mut Vec<CellValue>,
        texts: &'a mut Vec<u8>,
        name: &'a mut String,
    ) -> Row<'a> {
        values.clear();
        values.resize(keys.names.len(), CellValue::Missing);
        texts.clear();
        keys.begin();
        Row { keys, formats, values, texts, name }
    }

    fn set(&mut self, value: CellValue) {
        if let Some(place) = self.keys.place(self.name) {
            self.set_at(place, value);
        }
    }

    fn set_at(&mut self, place: usize, value: CellValue) {
        if self.values.len() <= place {
            self.values.resize(place + 1, CellValue::Missing);
        }
        if let Some(slot) = self.values.get_mut(place) {
            *slot = value;
        }
    }

    fn set_text(&mut self, text: &[u8]) {
        let Some(place) = self.keys.place(self.name) else { return };
        let start = self.texts.len();
        self.texts.extend_from_slice(text);
        self.set_at(place, value(text, start, self.formats.of(place)));
    }

    fn set_number(&mut self, number: f64) {
        let Some(place) = self.keys.place(self.name) else { return };
        let time = match self.formats.of(place).reading {
            Reading::Digits => numeric::of_digits(number.to_string().as_bytes()),
            Reading::Spreadsheet => Some(numeric::of_spreadsheet(number)),
            _ => None,
        };
        let number = match self.formats.of(place).reading {
            Reading::Multiples(n_bytes) => number * f64::from(n_bytes),
            _ => number,
        };
        self.set_at(place, time.map_or(CellValue::Number(number), CellValue::Time));
    }
}

/// A list of cells in the order of the declared names; those behind are numbered.
struct Listed<'r, 'a> {
    row: &'r mut Row<'a>,
    declared: &'r [String],
}

impl<'de> DeserializeSeed<'de> for Listed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Listed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of cells")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        for place in 0.. {
            self.row.name.clear();
            match self.declared.get(place) {
                Some(name) => self.row.name.push_str(name),
                None => write!(self.row.name, "column {}", place + 1).map_err(A::Error::custom)?,
            }
            if list.next_element_seed(Level { row: &mut *self.row, is_top: false })?.is_none() {
                break;
            }
        }
        Ok(())
    }
}

/// A value below the name in `row`.
struct Level<'r, 'a> {
    row: &'r mut Row<'a>,
    is_top: bool,
}

impl<'de> DeserializeSeed<'de> for Level<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of names and values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let length = self.row.name.len();
        while map.next_key_seed(Key(self.row.name))?.is_some() {
            map.next_value_seed(Level { row: &mut *self.row, is_top: false })?;
            self.row.name.truncate(length);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.is_top {
            return Err(A::Error::custom("a list"));
        }
        // Scalars of a list become one text, and so do the same members of the objects of a list; what is nested deeper
        // is left out.
        let start = self.row.texts.len();
        let mut members = Vec::new();
        let mut n = 0;
        while list.next_element_seed(Item { texts: self.row.texts, start, members: &mut members })?.is_some() {
            n += 1;
        }
        let end = self.row.texts.len();
        let length = self.row.name.len();
        for (name, text) in &members {
            Key(self.row.name).visit_str::<A::Error>(name)?;
            self.row.set_text(text.as_bytes());
            self.row.name.truncate(length);
        }
        if end == start && !members.is_empty() {
            return Ok(());
        }
        // tshark and Elasticsearch put brackets around every field that they were asked for.
        let is_alone = n == 1 && (self.row.name.contains("layers.") || self.row.name.starts_with("fields."));
        let alone = self.row.texts.get(start..end).filter(|text| is_alone && !text.is_empty()).map(<[u8]>::to_vec);
        match alone {
            Some(text) => {
                self.row.texts.truncate(start);
                self.row.set_text(&text);
            }
            None if end > start => self.row.set(CellValue::Text(start as u32, end as u32)),
            None => self.row.set(CellValue::Missing),
        }
        Ok(())
    }

    fn visit_bool<E: Error>(self, is_true: bool) -> Result<(), E> {
        self.scalar(CellValue::Number(f64::from(u8::from(is_true))))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.number(number as f64)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.number(number as f64)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.number(number)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if self.is_top {
            return Err(E::custom("a text"));
        }
        self.row.set_text(text.as_bytes());
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar(CellValue::Missing)
    }
}

impl Level<'_, '_> {
    fn number<E: Error>(self, number: f64) -> Result<(), E> {
        if self.is_top {
            return Err(E::custom("a single value"));
        }
        self.row.set_number(number);
        Ok(())
    }

    fn scalar<E: Error>(self, value: CellValue) -> Result<(), E> {
        if self.is_top {
            return Err(E::custom("a single value"));
        }
        self.row.set(value);
        Ok(())
    }
}

/// Adds a key to the name.
struct Key<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        if !self.0.is_empty() {
            self.0.push('.');
        }
        self.0.push_str(key);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
