//! The application messages of one packet that was read again, without those before it.

use super::Known;
use crate::decode::app::parser::PortPair;
use crate::decode::app::registry::{self, Datagrams};
use crate::model::app::field::{FieldBuffer, FieldId};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::format::secret::{MASK, Secrets};
use crate::model::packet::{Icmp, Packet, Transport};
use etherparse::{Ipv4HeaderSlice, Ipv6HeaderSlice};

/// The application that a packet is of, and what it says by itself.
pub(super) fn application(packet: &Packet, data: &[u8], known: Known) -> (Option<AppProto>, FieldBuffer) {
    let mut fields = FieldBuffer::default();
    let payload = payload(packet, data);
    let app = match &packet.transport {
        Transport::Tcp(tcp) if tcp.payload_bytes > 0 => {
            let ends = PortPair::new(true, tcp.source_port, tcp.target_port);
            let to_server =
                if tcp.source_port >= tcp.target_port { Direction::ToResponder } else { Direction::ToOriginator };
            let direction = known.direction.unwrap_or(to_server);
            let app =
                registry::read_segment(payload, &ends, known.app, direction, &mut fields).or(known.app).or(ends.hint);
            if app == Some(AppProto::Telnet) && known.secrets == Secrets::Masked {
                fields = without_typed(&fields);
            }
            app
        }
        Transport::Udp(udp) => {
            let ends = PortPair::new(false, udp.source_port, udp.target_port);
            let told = packet.ip.as_ref().and_then(|ip| {
                let (source, target) = ((ip.source, udp.source_port), (ip.target, udp.target_port));
                Datagrams::default().read(payload, source, target, &mut fields)
            });
            told.map(|(app, _)| app).or(known.app).or(ends.hint)
        }
        Transport::Tcp(_) => None,
        _ => registry::read_frame(packet, data, &mut fields),
    };
    (app, fields)
}

/// Fields without what was typed: the screen that asked for it, perhaps for a password, is in other packets.
fn without_typed(fields: &FieldBuffer) -> FieldBuffer {
    let mut masked = FieldBuffer::default();
    for message in fields.messages() {
        masked.begin();
        for (kind, value) in message.iter() {
            match kind {
                FieldId::Argument => masked.text(kind, MASK),
                _ => masked.add(kind, value),
            }
        }
    }
    masked
}

/// The application of the UDP datagram that an ICMP error quotes, if so much of it is quoted that it can be read.
pub(super) fn quoted_message(packet: &Packet, data: &[u8], fields: &mut FieldBuffer) -> Option<AppProto> {
    let Transport::Icmp(Icmp { refused: Some(refused), .. }) = &packet.transport else { return None };
    let quoted = data.get(packet.transport_at as usize + 8..)?;
    let header = match Ipv4HeaderSlice::from_slice(quoted) {
        Ok(header) => usize::from(header.ihl()) * 4,
        Err(_) => Ipv6HeaderSlice::from_slice(quoted).ok().map(|_| 40)?,
    };
    let payload = quoted.get(header + 8..).filter(|_| refused.protocol == 17)?;
    let (source, target) = ((refused.source, refused.source_port), (refused.target, refused.target_port));
    Datagrams::default().read(payload, source, target, fields).map(|(app, _)| app)
}

fn payload<'a>(packet: &Packet, data: &'a [u8]) -> &'a [u8] {
    data.get(packet.payload.start as usize..packet.payload.end as usize).unwrap_or(&[])
}
