//! GRE (RFC 2784, 2890), and its enhanced form that PPTP uses (RFC 2637).

use super::{Inner, Work, erspan, header};
use crate::model::app::protocol::AppProto;

const CHECKSUM: u8 = 0x80;
const ROUTING: u8 = 0x40;
const KEY: u8 = 0x20;
const SEQUENCE: u8 = 0x10;
/// In the second byte, of version 1: an acknowledgment follows.
const ACKNOWLEDGMENT: u8 = 0x80;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let ([flags, version, k0, k1], mut rest) = header(data, work)?;
    let mut field = |is_there: bool, work: &mut Work<'_, '_>| -> Option<u32> {
        if !is_there {
            return Some(0);
        }
        let (word, behind) = header::<4>(rest, work)?;
        rest = behind;
        Some(u32::from_be_bytes(*word))
    };
    // Checksum and offset stand together.
    field(flags & (CHECKSUM | ROUTING) > 0, work)?;
    let key = field(flags & KEY > 0, work)?;
    field(flags & SEQUENCE > 0, work)?;
    let is_enhanced = version & 7 == 1;
    field(is_enhanced && version & ACKNOWLEDGMENT > 0, work)?;
    // Source routes (RFC 1701) were given up long ago; version 1 without a sequence number only acknowledges.
    if flags & ROUTING > 0 || version & 7 > 1 || is_enhanced && flags & SEQUENCE == 0 {
        return None;
    }
    work.enter(AppProto::Gre, key);
    match u16::from_be_bytes([*k0, *k1]) {
        // A keep-alive carries nothing.
        0 => None,
        0x880b => Some((Inner::Ppp, rest)),
        0x6558 => Some((Inner::Ethernet, rest)),
        0x88be if flags & SEQUENCE == 0 => erspan::read_first(rest, work),
        0x88be => erspan::read_second(rest, work),
        0x22eb => erspan::read_third(rest, work),
        kind => Some((Inner::EtherType(kind), rest)),
    }
}
