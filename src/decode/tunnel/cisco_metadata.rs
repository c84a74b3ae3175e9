//! Cisco metadata (TrustSec): version, length in words, options with the security group tag, then an EtherType.

use super::super::link::ethernet;
use super::{Inner, Work, header};

/// Bytes of a word of options.
const WORD_BYTES: usize = 4;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let ([_version, n_words], options) = header(data, work)?;
    let (_, behind) = options.split_at(options.len().min(usize::from((*n_words).max(1)) * WORD_BYTES));
    let ([a, b], rest) = header(behind, work)?;
    ethernet::inner(u16::from_be_bytes([*a, *b]), rest, work)
}
