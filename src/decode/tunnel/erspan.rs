//! ERSPAN: mirrored Ethernet frames, in GRE as a rule (draft-foschiano-erspan).

use super::{Inner, Work, header};
use crate::model::app::protocol::AppProto;

/// Of the last byte of a type III header: eight more bytes follow.
const HAS_PLATFORM: u8 = 1;

/// Type I: no header of its own.
pub(super) fn read_first<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Erspan);
    Some((Inner::Ethernet, data))
}

/// Type II: eight bytes.
pub(super) fn read_second<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Erspan);
    let ([_, _, _, _, _, _, _, _], rest) = header(data, work)?;
    Some((Inner::Ethernet, rest))
}

/// Type III: twelve bytes, and eight more if its last bit says so.
pub(super) fn read_third<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Erspan);
    let ([_, _, _, _, _, _, _, _, _, _, _, last], rest) = header(data, work)?;
    if last & HAS_PLATFORM == 0 {
        return Some((Inner::Ethernet, rest));
    }
    let ([_, _, _, _, _, _, _, _], rest) = header(rest, work)?;
    Some((Inner::Ethernet, rest))
}
