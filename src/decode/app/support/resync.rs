//! Finds where a message may begin after lost bytes: by the shape of headers, and by headers that follow each other.

use crate::decode::app::parser::{PortPair, ProbeResult};

/// Most bytes that are searched at a time.
const MOST_SOUGHT_BYTES: usize = 16 * 1024;

/// The first place where a message begins, by a header that hardly anything else looks like.
pub fn scan(bytes: &[u8], is_start: impl Fn(&[u8]) -> bool) -> Option<usize> {
    (0..bytes.len().min(MOST_SOUGHT_BYTES)).find(|at| bytes.get(*at..).is_some_and(&is_start))
}

/// True if the bytes are messages one behind the other, of which only the last may be cut. `length` gives that of a message
/// whose header can be one; for headers that many bytes look like.
pub fn follows(bytes: &[u8], length: impl Fn(&[u8]) -> Option<usize>) -> bool {
    let mut rest = bytes;
    while !rest.is_empty() {
        match length(rest) {
            Some(n) if n > 0 && n <= rest.len() => rest = rest.get(n..).unwrap_or(&[]),
            // The last one goes on in the next segment, behind at least one that is whole.
            Some(n) if n > 0 => return rest.len() < bytes.len(),
            _ => return false,
        }
    }
    true
}

/// Ports that say nothing, to ask a protocol by content alone.
pub const ANY_PORTS: PortPair = PortPair { source_port: 0, target_port: 0, hint: None };

/// The first place where a protocol is certain to begin a message.
pub fn scan_with(bytes: &[u8], guess: fn(&[u8], &PortPair) -> ProbeResult) -> Option<usize> {
    scan(bytes, |rest| guess(rest, &ANY_PORTS) == ProbeResult::Certain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_follow_on_each_other_or_are_none() {
        let length = |bytes: &[u8]| bytes.first().filter(|n| (1..9).contains(*n)).map(|n| usize::from(*n));
        assert!(follows(&[2, 0, 3, 0, 0, 1], length));
        assert!(follows(&[2, 0, 8, 0], length), "the last one goes on");
        assert!(!follows(&[8, 0], length), "nothing shows that it is one");
        assert!(!follows(&[2, 0, 9, 0], length) && !follows(&[2, 0, 0], length));
        assert_eq!(scan(b"xxab", |rest| rest.starts_with(b"ab")), Some(2));
        assert_eq!(scan(b"xx", |_| false), None);
    }
}
