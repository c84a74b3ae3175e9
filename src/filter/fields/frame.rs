//! Fields of frames, Ethernet, VLAN tags, ARP and spanning tree.

use super::{headers, protocols};
use crate::filter::field::FieldType::{Bytes, Flag, Ipv4, Mac, Named, Number, Protocol, Seconds, Text, Time};
use crate::filter::field::{Field, Out, Value};
use crate::filter::view::PacketView;
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;
use crate::model::packet::Arp;

/// The fields.
pub const FIELDS: &[Field] = &[
    Field::of_index("frame", Protocol, "Every packet; frame contains \"text\" looks into its bytes", |p, out| {
        out(p.read.map_or(Value::Present, |read| Value::Bytes(read.frame)));
    }),
    Field::of_index("frame.number", Number, "Number of the packet in the capture, from 1", |p, out| {
        out(Value::Number(p.index as i64 + 1));
    }),
    Field::of_index("frame.len", Number, "Bytes on the wire", |p, out| out(Value::Number(i64::from(p.wire_bytes)))),
    Field::of_index("frame.cap_len", Number, "Bytes captured", |p, out| {
        out(Value::Number(i64::from(p.captured_bytes)));
    }),
    Field::of_index("frame.time", Time, "Time of the packet", |p, out| out(Value::Number(p.time_ns))),
    Field::of_index("frame.time_epoch", Time, "Time of the packet, seconds since 1970", |p, out| {
        out(Value::Number(p.time_ns));
    }),
    Field::of_index("frame.time_relative", Seconds, "Seconds since the first packet", |p, out| {
        out(Value::Number(p.time_ns.saturating_sub(p.tables.start_ns)));
    }),
    Field::of_index("frame.time_delta", Seconds, "Seconds since the packet before", |p, out| {
        out(Value::Number(p.time_ns.saturating_sub(p.before_ns)));
    }),
    Field::of_packet("frame.protocols", Text, "Its layers, as eth:ip:tcp:tls", |p, out| {
        out(Value::Text(&protocols::layers(p)));
    }),
    Field::of_packet_or_side(
        "eth.src",
        Mac,
        "Ethernet address of the sender",
        |s, out| headers::macs(s, out, true, false),
        |p, out| {
            mac(p, true, false, out);
        },
    ),
    Field::of_packet_or_side(
        "eth.dst",
        Mac,
        "Ethernet address of the receiver",
        |s, out| headers::macs(s, out, false, true),
        |p, out| {
            mac(p, false, true, out);
        },
    ),
    Field::of_packet_or_side(
        "eth.addr",
        Mac,
        "Ethernet address of sender or receiver",
        |s, out| headers::macs(s, out, true, true),
        |p, out| {
            mac(p, true, true, out);
        },
    ),
    Field::of_packet("eth.dst.ig", Flag, "The frame is for a group or for all", |p, out| {
        mac(p, false, true, &mut |value| {
            if let Value::Mac([first, ..]) = value {
                out(Value::Number(i64::from(first & 1)));
            }
        });
    }),
    Field::of_packet("eth.type", Number, "EtherType behind the addresses, as 0x0800", |p, out| {
        headers::ethertype(p).into_iter().for_each(|number| out(Value::Number(number)));
    }),
    Field::of_packet_or_side(
        "vlan.id",
        Number,
        "VLAN id (802.1Q)",
        |s, out| {
            if s.flow.key.vlan > 0 {
                out(Value::Number(i64::from(s.flow.key.vlan)));
            }
        },
        |p, out| headers::vlans(p).into_iter().for_each(|(id, _)| out(Value::Number(id))),
    ),
    Field::of_packet("vlan.etype", Number, "EtherType behind a VLAN tag", |p, out| {
        headers::vlans(p).into_iter().for_each(|(_, number)| out(Value::Number(number)));
    }),
    Field::of_packet("arp.opcode", Named(&[(1, "request"), (2, "reply")]), "Kind of ARP message", |p, out| {
        with_arp(p, |arp| out(Value::Number(i64::from(arp.operation))));
    }),
    Field::of_packet("arp.src.hw_mac", Mac, "Ethernet address that the sender claims", |p, out| {
        with_arp(p, |arp| out(Value::Mac(arp.sender_mac)));
    }),
    Field::of_packet("arp.dst.hw_mac", Mac, "Ethernet address of the target", |p, out| {
        with_arp(p, |arp| out(Value::Mac(arp.target_mac)));
    }),
    Field::of_packet("arp.src.proto_ipv4", Ipv4, "IPv4 address that the sender claims", |p, out| {
        with_arp(p, |arp| out(Value::Addr(arp.sender_ip)));
    }),
    Field::of_packet("arp.dst.proto_ipv4", Ipv4, "IPv4 address of the target", |p, out| {
        with_arp(p, |arp| out(Value::Addr(arp.target_ip)));
    }),
    Field::of_packet("arp.isgratuitous", Flag, "A host announces its own address", |p, out| {
        with_arp(p, |arp| {
            if arp.sender_ip == arp.target_ip {
                out(Value::Number(1));
            }
        });
    }),
    Field::of_message("stp.root.hw", Mac, "Ethernet address of the root bridge", FieldId::Root, &[AppProto::Stp]),
    Field::of_packet(
        "stp.type",
        Number,
        "Type of the message: 0x00 configuration, 0x02 rapid, 0x80 change",
        |p, out| {
            headers::stp(p, 3).into_iter().for_each(|byte| out(Value::Number(byte)));
        },
    ),
    Field::of_packet("stp.flags.tc", Flag, "The topology changes", |p, out| {
        headers::stp(p, 4).into_iter().for_each(|byte| out(Value::Number(byte & 1)));
    }),
    Field::of_packet("data.data", Bytes, "What follows the last header that is decoded", |p, out| {
        if let Some(read) = p.read {
            out(Value::Bytes(headers::payload(&read)));
        }
    }),
];

fn mac(view: &PacketView<'_>, is_source: bool, is_target: bool, out: Out<'_>) {
    let Some((source, target)) = view.read.and_then(|read| read.piece.unwrap_or(read.packet).macs) else { return };
    if is_source {
        out(Value::Mac(source));
    }
    if is_target && headers::is_ethernet(view) {
        out(Value::Mac(target));
    }
}

fn with_arp(view: &PacketView<'_>, see: impl FnOnce(&Arp)) {
    if let Some(arp) = view.read.and_then(|read| read.packet.arp.as_deref()) {
        see(arp);
    }
}
