//! IGMP messages (RFC 1112, RFC 2236, RFC 9776): version, kind and group.

use crate::decode::app::parser::Entry;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;
use crate::model::packet::Packet;
use std::net::Ipv4Addr;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry { protocol: AppProto::Igmp, datagram: None, stream: None, frame: Some(read) };

/// Most group records of a report that become facts.
const MOST_RECORDS: usize = 8;
/// A query of version 3 is longer than one of the others (RFC 9776, section 7.1).
const QUERY_V3_BYTES: usize = 12;

fn read(packet: &Packet, data: &[u8], fields: &mut FieldBuffer) {
    let message = data.get(packet.payload.start as usize..packet.payload.end as usize).unwrap_or(&[]);
    let Some([kind, time, _, _, group @ ..]) = message.first_chunk::<8>() else { return };
    let (version, name) = match kind {
        0x11 if message.len() >= QUERY_V3_BYTES => ("3", "membership query"),
        0x11 if *time == 0 => ("1", "membership query"),
        0x11 => ("2", "membership query"),
        0x12 => ("1", "membership report"),
        0x16 => ("2", "membership report"),
        0x17 => ("2", "leave group"),
        0x22 => ("3", "membership report"),
        0x13 => ("DVMRP", "DVMRP"),
        0x14 => ("PIM 1", "PIM"),
        _ => ("", "other"),
    };
    fields.text(FieldId::Message, name);
    fields.text(FieldId::Version, version);
    match kind {
        0x11 | 0x12 | 0x16 | 0x17 if *group != [0; 4] => address(*group, fields),
        0x22 => drop(records(message.get(8..).unwrap_or(&[]), fields)),
        _ => {}
    }
}

fn address(group: [u8; 4], fields: &mut FieldBuffer) {
    fields.addr(FieldId::Group, Ipv4Addr::from(group));
}

/// Group records: type, words of auxiliary data, number of sources, group (RFC 9776, section 4.2.4).
fn records(mut rest: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    for _ in 0..MOST_RECORDS {
        let ([_, n_words, n0, n1, group @ ..], after) = rest.split_first_chunk::<8>()?;
        address(*group, fields);
        let n_sources = usize::from(u16::from_be_bytes([*n0, *n1]));
        rest = after.get((n_sources + usize::from(*n_words)) * 4..)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use crate::decode::app::support::facts_of_frame;
    use crate::decode::app::support::listed;

    fn said(igmp: &[u8]) -> Vec<String> {
        let length = 20 + igmp.len() as u8;
        let packet = [&[0x45, 0, 0, length, 0, 0, 0, 0, 1, 2, 0, 0, 10, 0, 0, 1, 224, 0, 0, 22], igmp].concat();
        (0..packet.len()).for_each(|end| drop(facts_of_frame(101, &packet[..end])));
        listed(&facts_of_frame(101, &packet).1)
    }

    #[test]
    fn versions_kinds_and_groups_are_read() {
        assert_eq!(said(&[0x11, 100, 0, 0, 0, 0, 0, 0]), ["message=membership query", "version=2"]);
        let report = [0x22, 0, 0, 0, 0, 0, 0, 2, 4, 0, 0, 1, 239, 1, 2, 3, 10, 0, 0, 9, 3, 0, 0, 0, 224, 0, 0, 251];
        assert_eq!(
            said(&report),
            ["message=membership report", "version=3", "igmp.group=239.1.2.3", "igmp.group=224.0.0.251"]
        );
        let leave = [0x17, 0, 0, 0, 239, 0, 0, 5];
        assert_eq!(said(&leave), ["message=leave group", "version=2", "igmp.group=239.0.0.5"]);
    }
}
