//! PPPoE sessions: PPP behind six bytes (RFC 2516, section 4).

use super::{Inner, Work, header};

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let ([_, code, _, _, l0, l1], rest) = header(data, work)?;
    // What is behind the length is Ethernet's padding.
    let length = usize::from(u16::from_be_bytes([*l0, *l1]));
    (*code == 0).then_some((Inner::Ppp, rest.get(..length).unwrap_or(rest)))
}
