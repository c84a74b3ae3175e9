//! Teredo: IPv6 over UDP, with an authentication and an origin in front (RFC 4380, section 5.1.1).

use super::{Inner, Work};
use crate::model::app::protocol::AppProto;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let mut rest = data;
    if let [0, 1, client, value, behind @ ..] = rest {
        // Client identifier, authentication value, nonce of eight bytes, confirmation.
        rest = behind.get(usize::from(*client) + usize::from(*value) + 9..)?;
    }
    if let [0, 0, _, _, _, _, _, _, behind @ ..] = rest {
        rest = behind;
    }
    if rest.first()? >> 4 != 6 || rest.len() < 40 {
        return None;
    }
    work.enter(AppProto::Teredo, 0);
    work.packet.layers.push(AppProto::Teredo);
    Some((Inner::Ip, rest))
}
