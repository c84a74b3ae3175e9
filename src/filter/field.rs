//! The contract of a field: its name, type and meaning, and how its values are read from a flow and from a packet.

use super::view::{PacketView, Side};
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;
use crate::model::explained::explained;
use crate::model::net::addr::Addr;

/// Takes the values of a field, one after another.
pub type Out<'o> = &'o mut dyn FnMut(Value<'_>);

/// Reads a field from one side of a flow: what its packets in one direction share.
pub type SideRead = fn(&Side<'_>, Out<'_>);

/// Reads a field from a packet.
pub type PacketRead = fn(&PacketView<'_>, Out<'_>);

/// A value of a field.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Value<'a> {
    /// It is there, and has no value of its own: a protocol.
    Present,
    /// A number in the unit of its field; times in nanoseconds.
    Number(i64),
    /// A share or score.
    Real(f64),
    /// A text.
    Text(&'a str),
    /// An IP address.
    Addr(Addr),
    /// An Ethernet address.
    Mac([u8; 6]),
    /// Bytes of the packet.
    Bytes(&'a [u8]),
}

/// The type of a field: which values it can be compared with, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldType {
    /// A protocol: there or not.
    Protocol,
    /// A whole number.
    Number,
    /// A number whose values have names.
    Named(&'static [(i64, &'static str)]),
    /// A span in seconds, with fractions.
    Seconds,
    /// A moment: seconds since 1970, or a date and time in UTC.
    Time,
    /// A number with fractions.
    Real,
    /// 1 or 0, true or false.
    Flag,
    /// A text; upper and lower case differ.
    Text,
    /// A text of ours; upper and lower case are the same.
    Word,
    /// An IPv4 address or network.
    Ipv4,
    /// An IPv6 address or network.
    Ipv6,
    /// An address or network of either kind.
    Address,
    /// An Ethernet address.
    Mac,
    /// Bytes.
    Bytes,
    /// A text, a number or an address, whatever the message holds.
    Any,
}

impl FieldType {
    /// Its name, as `packetloupe fields` shows it.
    pub fn name(self) -> &'static str {
        match self {
            FieldType::Protocol => "protocol",
            FieldType::Number => "number",
            FieldType::Named(_) => "number or name",
            FieldType::Seconds => "seconds",
            FieldType::Time => "time",
            FieldType::Real => "decimal number",
            FieldType::Flag => "flag",
            FieldType::Text => "text",
            FieldType::Word => "word",
            FieldType::Ipv4 => "IPv4 address",
            FieldType::Ipv6 => "IPv6 address",
            FieldType::Address => "IP address",
            FieldType::Mac => "Ethernet address",
            FieldType::Bytes => "bytes",
            FieldType::Any => "text or number",
        }
    }
}

/// From what a field is known exactly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum KnownBy {
    /// All packets that a flow has in one direction have the same: an address, a port, a score.
    Side,
    /// A flow knows it as a whole, but which packet has it stands in the packets: a name asked for.
    Flow,
    /// The index of packets has it: a time, a length.
    Index,
    /// Each packet has its own.
    Packet,
}

/// How the values of a field are found.
#[derive(Clone, Copy)]
pub enum FieldRead {
    /// By functions. A packet without a function of its own has what its flow has in its direction.
    Of {
        /// From one side of a flow; for [`KnownBy::Packet`] it tells what some of the packets have.
        side: Option<SideRead>,
        /// From a packet.
        packet: Option<PacketRead>,
    },
    /// A field of application messages, of these protocols; of all if none is named.
    Message(FieldId, &'static [AppProto]),
    /// The same, translated to other values.
    Translated(FieldId, &'static [AppProto], fn(Value<'_>, Out<'_>)),
}

/// A field that filters can name.
#[derive(Clone, Copy)]
pub struct Field {
    /// As it is written; Wireshark's name where Wireshark has the field.
    pub id: &'static str,
    /// Its type.
    pub kind: FieldType,
    /// What it means, in a few words.
    pub help: &'static str,
    /// From what it is known exactly.
    pub known: KnownBy,
    /// How its values are found.
    pub read: FieldRead,
}

impl Field {
    const fn of(
        id: &'static str,
        kind: FieldType,
        help: &'static str,
        known: KnownBy,
        side: Option<SideRead>,
        packet: Option<PacketRead>,
    ) -> Field {
        Field { id, kind, help: explained(help), known, read: FieldRead::Of { side, packet } }
    }

    /// The same for all packets of one side.
    pub const fn of_side(id: &'static str, kind: FieldType, help: &'static str, side: SideRead) -> Field {
        Field::of(id, kind, help, KnownBy::Side, Some(side), None)
    }

    /// The same for all packets of one side of an ordinary flow; others are read.
    pub const fn of_both(
        id: &'static str,
        kind: FieldType,
        help: &'static str,
        side: SideRead,
        packet: PacketRead,
    ) -> Field {
        Field::of(id, kind, help, KnownBy::Side, Some(side), Some(packet))
    }

    /// In the index of packets.
    pub const fn of_index(id: &'static str, kind: FieldType, help: &'static str, packet: PacketRead) -> Field {
        Field::of(id, kind, help, KnownBy::Index, None, Some(packet))
    }

    /// In each packet.
    pub const fn of_packet(id: &'static str, kind: FieldType, help: &'static str, packet: PacketRead) -> Field {
        Field::of(id, kind, help, KnownBy::Packet, None, Some(packet))
    }

    /// In each packet; the flow knows roughly.
    pub const fn of_packet_or_side(
        id: &'static str,
        kind: FieldType,
        help: &'static str,
        side: SideRead,
        packet: PacketRead,
    ) -> Field {
        Field::of(id, kind, help, KnownBy::Packet, Some(side), Some(packet))
    }

    /// Of a flow as a whole, and of those of its packets that show it.
    pub const fn of_flow(
        id: &'static str,
        kind: FieldType,
        help: &'static str,
        side: SideRead,
        packet: PacketRead,
    ) -> Field {
        Field::of(id, kind, help, KnownBy::Flow, Some(side), Some(packet))
    }

    /// Of application messages.
    pub const fn of_message(
        id: &'static str,
        kind: FieldType,
        help: &'static str,
        field: FieldId,
        protocols: &'static [AppProto],
    ) -> Field {
        Field { id, kind, help, known: KnownBy::Flow, read: FieldRead::Message(field, protocols) }
    }

    /// True if it is a protocol, which a filter names alone.
    pub fn is_protocol(&self) -> bool {
        self.kind == FieldType::Protocol
    }
}
