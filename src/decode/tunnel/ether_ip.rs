//! EtherIP: an Ethernet frame behind two bytes (RFC 3378).

use super::{Inner, Work, header};
use crate::model::app::protocol::AppProto;

/// Version 3, the rest reserved.
const VERSION: u8 = 0x30;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let ([version, _], rest) = header(data, work)?;
    if *version != VERSION {
        return None;
    }
    work.enter(AppProto::EtherIp, 0);
    Some((Inner::Ethernet, rest))
}
