//! A JSON document of columns, as pandas and R write tables, to one JSON object a row: `{"a":{"0":1,"1":2},"b":[3,4]}`.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// A longer document of columns is refused: all of it has to be held at once.
pub const MOST_BYTES: usize = 64 << 20;

/// True if the front of a file is that of a document of columns: the first member is an object of numbered members, or a list of
/// plain values, and so is the next, as far as it can be seen.
pub fn looks(front: &[u8]) -> bool {
    let Some(inside) = front.trim_ascii_start().strip_prefix(b"{") else { return false };
    let inside = inside.trim_ascii_start();
    let Some(behind) = key(inside).and_then(|(_, behind)| behind.trim_ascii_start().strip_prefix(b":")) else {
        return false;
    };
    let value = behind.trim_ascii_start();
    match value.split_first() {
        Some((b'{', members)) => key(members.trim_ascii_start()).is_some_and(|(key, _)| matches!(key, b"0" | b"1")),
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

/// The text that bytes begin with, and what is behind it.
fn key(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = bytes.strip_prefix(b"\"")?;
    let end = memchr::memchr(b'"', inside)?;
    Some((inside.get(..end)?, inside.get(end + 1..)?))
}

/// One JSON object a line; none if the document is no table of columns.
pub fn rows(document: &[u8]) -> Option<Vec<u8>> {
    let Columns(columns) = serde_json::from_slice(document).ok()?;
    let n_rows = columns.first().map(|(_, column)| column.0.len()).filter(|n| *n > 0)?;
    if columns.len() < 2 || columns.iter().any(|(_, column)| column.0.len() != n_rows) {
        return None;
    }
    let mut lines = Vec::with_capacity(document.len());
    for row in 0..n_rows {
        for (place, (name, column)) in columns.iter().enumerate() {
            lines.push(if place == 0 { b'{' } else { b',' });
            serde_json::to_writer(&mut lines, name).ok()?;
            lines.push(b':');
            serde_json::to_writer(&mut lines, column.0.get(row)?).ok()?;
        }
        lines.extend_from_slice(b"}\n");
    }
    Some(lines)
}

/// The members of a document in their order.
struct Columns(Vec<(String, Column)>);

/// The values of a column in their order.
struct Column(Vec<Value>);

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
        let mut values = Vec::new();
        while let Some((_, value)) = map.next_entry::<IgnoredAny, Value>()? {
            values.push(value);
        }
        Ok(Column(values))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Column, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Column(values))
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
            assert_eq!(rows, "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n");
        }
        for other in
            [r#"{"a":1,"b":[1]}"#, r#"{"tags":["x"],"b":1}"#, r#"{"data":[{"a":1}]}"#, r#"{"a":{"b":1}}"#, "[1]"]
        {
            assert!(!looks(other.as_bytes()), "{other}");
        }
        assert!(rows(br#"{"a":[1,2],"b":[1]}"#).is_none());
    }
}
