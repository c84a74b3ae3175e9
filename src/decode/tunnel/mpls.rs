//! MPLS: a stack of labels; what is below it is recognised by its first bits (RFC 3032, RFC 4928).

use super::{Inner, Work, header};
use crate::model::app::protocol::AppProto;

/// Bottom of the stack.
const BOTTOM: u8 = 1;

/// Over an EtherType.
pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let mut rest = data;
    loop {
        let ([first, second, last, _], behind) = header(rest, work)?;
        rest = behind;
        // The label tells pseudowires apart (RFC 3032, section 2.1).
        work.packet.enter_vlan(u32::from_be_bytes([0, *first, *second, *last]) >> 4);
        if last & BOTTOM > 0 {
            break;
        }
    }
    match rest.first()? >> 4 {
        4 | 6 => Some((Inner::Ip, rest)),
        // The control word of a pseudowire (RFC 4385, section 3), with Ethernet behind it (RFC 4448).
        0 => Some((Inner::Ethernet, rest.get(4..)?)),
        // Its associated channel: messages of the pseudowire itself.
        1 => None,
        _ => Some((Inner::Ethernet, rest)),
    }
}

/// Over IP (RFC 4023) or UDP (RFC 7510).
pub(super) fn read_over_ip<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.enter(AppProto::Mpls, 0);
    read(data, work)
}
