//! Cisco's VN-Tag: where in a virtual switch a frame comes from and goes to; four bytes, then an EtherType.

use super::super::link::ethernet;
use super::{Inner, Work, header};

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let ([_, _, _, _, a, b], rest) = header(data, work)?;
    ethernet::inner(u16::from_be_bytes([*a, *b]), rest, work)
}
