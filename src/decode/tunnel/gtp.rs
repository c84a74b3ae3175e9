//! GTP-U: the user's IP packets in a mobile network (3GPP TS 29.281, section 5).

use super::{Inner, Work, ip};
use crate::model::app::protocol::AppProto;

/// Version 1, GTP and not GTP prime.
const VERSION: u8 = 0x30;
/// A user's packet; other messages are about the path.
const G_PDU: u8 = 255;
/// Extension header, sequence number or N-PDU number: if one is there, the room of all is.
const OPTIONAL: u8 = 0x07;
/// An extension header follows the optional fields.
const EXTENSION: u8 = 0x04;
/// Real packets have one or two.
const MOST_EXTENSIONS: usize = 8;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let ([flags, kind, _, _, t0, t1, t2, t3], mut rest) = data.split_first_chunk()?;
    if flags & 0xf0 != VERSION || *kind != G_PDU {
        return None;
    }
    if flags & OPTIONAL > 0 {
        let ([_, _, _, first], behind) = rest.split_first_chunk()?;
        rest = behind;
        let mut next = if flags & EXTENSION > 0 { *first } else { 0 };
        for _ in 0..MOST_EXTENSIONS {
            if next == 0 {
                break;
            }
            // Length in words; the last byte is the type of the next.
            let (extension, behind) = rest.split_at_checked(usize::from(*rest.first()?).max(1) * 4)?;
            (next, rest) = (*extension.last()?, behind);
        }
    }
    let inner = ip(rest)?;
    work.enter(AppProto::Gtp, u32::from_be_bytes([*t0, *t1, *t2, *t3]));
    work.packet.layers.push(AppProto::Gtp);
    Some(inner)
}
