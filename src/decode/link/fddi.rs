//! FDDI: frame control, two addresses, LLC (LINKTYPE_FDDI).

use super::{Inner, Work, ethernet, header};
use crate::model::app::protocol::AppProto;

/// Frame control of asynchronous LLC frames, its priority bits left out (ANSI X3.139).
const LLC: u8 = 0x50;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Fddi);
    let ([control, t0, t1, t2, t3, t4, t5, s0, s1, s2, s3, s4, s5], rest) = header(data, work)?;
    work.packet.macs = Some(([*s0, *s1, *s2, *s3, *s4, *s5], [*t0, *t1, *t2, *t3, *t4, *t5]));
    if control & 0xf0 == LLC { ethernet::llc(rest, work) } else { None }
}
