//! A JSON document of columns, or of rows by their numbers, as pandas and R write tables, to one of rows:
//! `{"a":{"0":1,"1":2},"b":[3,4]}`, `{"0":{"a":1},"1":{"a":2}}`.

use super::Objects;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// A longer document of columns is refused: all of it has to be held at once.
pub const MOST_BYTES: usize = 64 << 20;

/// True if the front of a file is that of a document of columns: the first member is an object of numbered members, or a list of
/// plain values, and so is the next, as far as it can be seen; and nothing stands behind the document.
pub fn looks(front: &[u8]) -> bool {
    let (_, end) = Objects::default().next(front);
    if end.and_then(|end| front.get(end..)).is_some_and(|behind| !behind.trim_ascii().is_empty()) {
        return false;
    }
    let Some(inside) = front.trim_ascii_start().strip_prefix(b"{") else { return false };
    let inside = inside.trim_ascii_start();
    let Some(behind) = key(inside).and_then(|(_, behind)| behind.trim_ascii_start().strip_prefix(b":")) else {
        return false;
    };
    let value = behind.trim_ascii_start();
    match value.split_first() {
        Some((b'{', members)) => {
            let is_row = key(inside).is_some_and(|(name, _)| is_number(name));
            key(members.trim_ascii_start())
                .is_some_and(|(key, _)| matches!(key, b"0" | b"1") || (is_row && !is_number(key)))
        }
        Some((b'[', items)) => {
            let is_scalar = items.trim_ascii_start().first().is_some_and(|byte| !matches!(byte, b'{' | b'[' | b']'));
            // One list among scalars is a record's; in a document of columns the next member is a list too.
            let next = items.iter().position(|byte| *byte == b']').and_then(|end| items.get(end + 1..));
            let is_next_list = next.is_none_or(|next| {
                let next = next.trim_ascii_start().strip_prefix(b",").map(<[u8]>::trim_ascii_start);
                let value = next.and_then(key).and_then(|(_, behind)| behind.trim_ascii_start().strip_prefix(b":"));
                value.is_some_and(|value| value.trim_ascii_start().first() == Some(&b'['))
            });
            is_scalar && is_next_list
        }
        _ => false,
    }
}

/// True for the number of a row.
fn is_number(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(u8::is_ascii_digit)
}

/// The text that bytes begin with, and what is behind it.
fn key(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = bytes.strip_prefix(b"\"")?;
    let end = memchr::memchr(b'"', inside)?;
    Some((inside.get(..end)?, inside.get(end + 1..)?))
}

/// Rows under their numbers as `{"data":[{"a":1},{"a":2}]}`; none if the names are no numbers.
fn numbered(document: &[u8]) -> Option<Vec<u8>> {
    let inside = document.trim_ascii_start().strip_prefix(b"{")?;
    let (name, behind) = key(inside.trim_ascii_start())?;
    let value = behind.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"{")?;
    let is_of_row = key(value.trim_ascii_start()).is_some_and(|(name, _)| !is_number(name));
    if !is_number(name) || !is_of_row {
        return None;
    }
    let Column { json, ends } = serde_json::from_slice(document).ok()?;
    let mut rows = Vec::with_capacity(document.len());
    rows.extend_from_slice(b"{\"data\":");
    let mut start = 0;
    for (place, end) in ends.into_iter().enumerate() {
        rows.extend_from_slice(if place == 0 { b"[" } else { b",\n" });
        rows.extend_from_slice(json.get(start..end as usize)?);
        start = end as usize;
    }
    rows.extend_from_slice(b"]}");
    Some(rows)
}

/// The same table as `{"columns":["a","b"],"data":[[1,3],[2,4]]}`; none if the document is no table of columns.
pub fn rows(document: &[u8]) -> Option<Vec<u8>> {
    if let Some(rows) = numbered(document) {
        return Some(rows);
    }
    let Columns(columns) = serde_json::from_slice(document).ok()?;
    let n_rows = columns.first().map(|(_, column)| column.ends.len()).filter(|n| *n > 0)?;
    if columns.len() < 2 || columns.iter().any(|(_, column)| column.ends.len() != n_rows) {
        return None;
    }
    let mut rows = Vec::with_capacity(document.len());
    rows.extend_from_slice(b"{\"columns\":");
    serde_json::to_writer(&mut rows, &columns.iter().map(|(name, _)| name).collect::<Vec<_>>()).ok()?;
    rows.extend_from_slice(b",\"data\":");
    for row in 0..n_rows {
        rows.extend_from_slice(if row == 0 { b"[" } else { b",\n" });
        for (place, (_, column)) in columns.iter().enumerate() {
            rows.push(if place == 0 { b'[' } else { b',' });
            rows.extend_from_slice(column.get(row)?);
        }
        rows.push(b']');
    }
    rows.extend_from_slice(b"]}");
    Some(rows)
}

/// The members of a document in their order.
struct Columns(Vec<(String, Column)>);

/// The values of a column in their order, as JSON.
#[derive(Default)]
struct Column {
    json: Vec<u8>,
    /// Where each value ends.
    ends: Vec<u32>,
}

impl Column {
    fn push<E: Error>(&mut self, value: &RawValue) -> Result<(), E> {
        self.json.extend_from_slice(value.get().as_bytes());
        self.ends.push(u32::try_from(self.json.len()).map_err(E::custom)?);
        Ok(())
    }

    fn get(&self, row: usize) -> Option<&[u8]> {
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.json.get(start as usize..*self.ends.get(row)? as usize)
    }
}

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ColumnsVisitor)
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ColumnVisitor)
    }
}

struct ColumnsVisitor;

impl<'de> Visitor<'de> for ColumnsVisitor {
    type Value = Columns;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of columns")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Columns, A::Error> {
        let mut columns = Vec::new();
        while let Some(column) = map.next_entry()? {
            columns.push(column);
        }
        Ok(Columns(columns))
    }
}

struct ColumnVisitor;

impl<'de> Visitor<'de> for ColumnVisitor {
    type Value = Column;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of values, or an object of numbered ones")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Column, A::Error> {
        let mut column = Column::default();
        while let Some((_, value)) = map.next_entry::<IgnoredAny, &RawValue>()? {
            column.push(value)?;
        }
        Ok(column)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Column, A::Error> {
        let mut column = Column::default();
        while let Some(value) = list.next_element::<&RawValue>()? {
            column.push(value)?;
        }
        Ok(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_become_rows() {
        for text in [r#"{"a":{"0":1,"1":2},"b":{"0":"x","1":"y"}}"#, r#"{"a": [1, 2], "b": ["x", "y"]}"#] {
            assert!(looks(text.as_bytes()), "{text}");
            let rows = String::from_utf8(rows(text.as_bytes()).unwrap()).unwrap();
            assert_eq!(rows, "{\"columns\":[\"a\",\"b\"],\"data\":[[1,\"x\"],\n[2,\"y\"]]}");
        }
        let by_number = r#"{"0":{"a":1,"b":"x"}, "1":{"a":2,"b":"y"}}"#;
        assert!(looks(by_number.as_bytes()));
        let expected = "{\"data\":[{\"a\":1,\"b\":\"x\"},\n{\"a\":2,\"b\":\"y\"}]}";
        assert_eq!(rows(by_number.as_bytes()).unwrap(), expected.as_bytes());
        for other in [
            r#"{"443":{"a":1}}{"443":{"a":2}}"#,
            r#"{"a":1,"b":[1]}"#,
            r#"{"tags":["x"],"b":1}"#,
            r#"{"data":[{"a":1}]}"#,
            r#"{"a":{"b":1}}"#,
            "[1]",
            "{\"tags\":[\"x\"],\"ports\":[1]}\n{\"tags\":[\"y\"],\"ports\":[2]}\n",
        ] {
            assert!(!looks(other.as_bytes()), "{other}");
        }
        assert!(rows(br#"{"a":[1,2],"b":[1]}"#).is_none());
    }

    #[test]
    fn values_stay_as_they_are_written() {
        let rows = rows(br#"{"a": [1.10, 1e400], "b": [12345678901234567890123, "\u00e4"]}"#).unwrap();
        let expected = r#"{"columns":["a","b"],"data":[[1.10,12345678901234567890123],NEXT[1e400,"\u00e4"]]}"#;
        assert_eq!(String::from_utf8(rows).unwrap(), expected.replace("NEXT", "\n"));
    }

    #[test]
    fn names_are_written_once() {
        let (name, numbers) = ("a".repeat(10_000), vec!["1"; 1000].join(","));
        let document = format!("{{\"{name}\":[{numbers}],\"b\":[{numbers}]}}");
        let rows = rows(document.as_bytes()).unwrap();
        assert!(rows.len() < 2 * document.len(), "{} of {}", rows.len(), document.len());
    }
}
