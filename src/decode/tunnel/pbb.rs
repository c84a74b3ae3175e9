//! Provider backbone bridges: a customer's Ethernet frame behind a service tag (IEEE 802.1ah).

use super::{Inner, Work, header};

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let ([_, _, _, _], frame) = header(data, work)?;
    Some((Inner::Ethernet, frame))
}
