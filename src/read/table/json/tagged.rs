//! A record with the name of its log around it to both, as Zeek's writer for Kafka tags records.

use super::Objects;

/// Longest name of a log.
const MOST_TAG_BYTES: usize = 32;

/// A record with the name of its log around it, as Zeek's writer for Kafka tags it: `{"conn": {"ts": ...}}`.
pub(super) fn tagged(object: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = object.trim_ascii().strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"")?;
    let end = memchr::memchr(b'"', inside.get(..MOST_TAG_BYTES).unwrap_or(inside))?;
    let (tag, behind) = inside.split_at_checked(end)?;
    let record = behind.strip_prefix(b"\"")?.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
    let is_record = record.strip_prefix(b"{")?.trim_ascii_start().starts_with(b"\"ts\"");
    let record = record.strip_suffix(b"}").filter(|_| is_record)?.trim_ascii_end();
    // Nothing stands beside it.
    let mut objects = Objects::default();
    (objects.next(record) == (Some(0), Some(record.len()))).then_some((tag, record))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lone_record_is_taken_out() {
        let of = |object: &'static str| tagged(object.as_bytes());
        assert_eq!(of(r#"{"conn": {"ts":1,"a":{"b":2}}}"#), Some((&b"conn"[..], &br#"{"ts":1,"a":{"b":2}}"#[..])));
        for other in [r#"{"conn":{"ts":1},"x":2}"#, r#"{"conn":{"a":1}}"#, r#"{"ts":1}"#, r#"{"conn":"{"}"#, "{}", "{"]
        {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
