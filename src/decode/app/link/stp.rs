//! Spanning tree messages (IEEE 802.1D, clause 9): version, root bridge, and topology changes.

use crate::decode::app::parser::Entry;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::link::StpMessage;
use crate::model::app::kinds::link::StpVersion;
use crate::model::app::protocol::AppProto;
use crate::model::packet::Packet;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry { protocol: AppProto::Stp, datagram: None, stream: None, frame: Some(read) };

const TOPOLOGY_CHANGE_FLAG: u8 = 0x01;
const TOPOLOGY_CHANGE_NOTICE: u8 = 0x80;

fn read(packet: &Packet, data: &[u8], fields: &mut FieldBuffer) {
    let message = data.get(packet.payload.start as usize..packet.payload.end as usize).unwrap_or(&[]);
    bridge(message, fields);
    if let Some((sender, _)) = packet.macs {
        fields.mac(FieldId::Mac, sender);
    }
}

fn bridge(mut rest: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let [0, 0, version, kind] = rest.array::<4>()? else { return None };
    fields.token(
        FieldId::Version,
        match version {
            0 => StpVersion::Stp,
            2 => StpVersion::Rstp,
            3 => StpVersion::Mstp,
            4 => StpVersion::Spb,
            _ => StpVersion::Other,
        },
    );
    if kind == TOPOLOGY_CHANGE_NOTICE {
        fields.token(FieldId::Message, StpMessage::TopologyChangeNotice);
        return Some(());
    }
    let flags = rest.u8()?;
    let is_change = flags & TOPOLOGY_CHANGE_FLAG != 0;
    fields.token(FieldId::Message, if is_change { StpMessage::TopologyChange } else { StpMessage::Configuration });
    // The root's identifier: priority, and its address.
    let priority = rest.u16()?;
    let address = rest.array()?;
    fields.number(FieldId::Priority, u64::from(priority));
    fields.mac(FieldId::Root, address);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::facts_of_frame;
    use crate::decode::app::support::listed;

    #[test]
    fn the_root_is_read_also_from_the_tree_of_a_vlan() {
        let bridge = [0, 0, 2, 2, 0x3d, 0x80, 1, 2, 0, 0, 0, 0, 7, 0, 0, 0, 4, 0x80, 1, 2, 0, 0, 0, 0, 8, 0x80, 1];
        let expected =
            ["version=RSTP", "message=topology change", "stp.root=02:00:00:00:00:07", "mac=02:00:00:00:00:08"];
        for llc in [&[0x42, 0x42, 3][..], &[0xaa, 0xaa, 3, 0, 0, 12, 1, 11]] {
            let length = [0, (llc.len() + bridge.len()) as u8];
            let frame = [&[1, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0, 0, 8][..], &length, llc, &bridge].concat();
            let (protocol, fields) = facts_of_frame(1, &frame);
            assert_eq!(protocol, Some(AppProto::Stp));
            let said = listed(&fields);
            assert!(expected.iter().all(|fact| said.iter().any(|said| said == fact)), "{said:?}");
            assert!(said.contains(&"priority=32769".to_owned()));
            (0..frame.len()).for_each(|end| drop(facts_of_frame(1, &frame[..end])));
        }
    }
}
