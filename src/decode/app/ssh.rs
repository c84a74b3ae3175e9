//! SSH: the identification string that both sides send first (RFC 4253, section 4.2).

use super::Verdict;

pub(super) fn read(payload: &[u8]) -> Verdict {
    if payload.starts_with(b"SSH-2.0-") || payload.starts_with(b"SSH-1.") {
        Verdict::Mine(None)
    } else {
        Verdict::NotMine
    }
}
