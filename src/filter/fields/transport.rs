//! Fields of TCP and UDP. An ICMP error has the ports of what it quotes too.

use super::headers;
use crate::filter::field::FieldType::{Bytes, Flag, Number, Protocol};
use crate::filter::field::{Field, Out, Value};
use crate::filter::view::{PacketView, Side};
use crate::model::flow::Known;
use crate::model::flow::health::Remarks;
use crate::model::packet::tcp_flag::{ACK, CWR, ECE, FIN, PSH, RST, SYN, URG};
use crate::model::packet::{Tcp, Transport, Udp};

/// The fields.
pub const FIELDS: &[Field] = &[
    Field::of_both(
        "tcp.port",
        Number,
        "TCP port of either side",
        |s, out| ports(s, 6, [true, true], out),
        |p, out| port(p, 6, [true, true], out),
    ),
    Field::of_both(
        "tcp.srcport",
        Number,
        "TCP port of the sender",
        |s, out| ports(s, 6, [true, false], out),
        |p, out| port(p, 6, [true, false], out),
    ),
    Field::of_both(
        "tcp.dstport",
        Number,
        "TCP port of the receiver",
        |s, out| ports(s, 6, [false, true], out),
        |p, out| port(p, 6, [false, true], out),
    ),
    Field::of_side("tcp.stream", Number, "Number of the TCP connection, from 0", |s, out| stream(s, 6, out)),
    Field::of_packet("tcp.len", Number, "Payload bytes of the segment", |p, out| {
        with_tcp(p, |tcp| out(of(tcp.payload_bytes)))
    }),
    Field::of_packet("tcp.flags", Number, "All flags as a number, as 0x012", |p, out| {
        with_tcp(p, |tcp| out(of(u32::from(tcp.flags) | reserved(p))))
    }),
    Field::of_packet_or_side(
        "tcp.flags.fin",
        Flag,
        "No more data",
        |s, out| some(s, FIN, out),
        |p, out| flag(p, FIN, out),
    ),
    Field::of_packet_or_side(
        "tcp.flags.syn",
        Flag,
        "Opens a connection",
        |s, out| some(s, SYN, out),
        |p, out| flag(p, SYN, out),
    ),
    Field::of_packet_or_side(
        "tcp.flags.reset",
        Flag,
        "Resets the connection",
        |s, out| some(s, RST, out),
        |p, out| flag(p, RST, out),
    ),
    Field::of_packet_or_side(
        "tcp.flags.push",
        Flag,
        "Data to be passed on at once",
        |s, out| some(s, PSH, out),
        |p, out| flag(p, PSH, out),
    ),
    Field::of_packet_or_side(
        "tcp.flags.ack",
        Flag,
        "Acknowledges",
        |s, out| some(s, ACK, out),
        |p, out| flag(p, ACK, out),
    ),
    Field::of_packet_or_side(
        "tcp.flags.urg",
        Flag,
        "The urgent pointer counts",
        |s, out| some(s, URG, out),
        |p, out| flag(p, URG, out),
    ),
    Field::of_packet_or_side(
        "tcp.flags.ece",
        Flag,
        "Congestion was seen (RFC 3168)",
        |s, out| some(s, ECE, out),
        |p, out| flag(p, ECE, out),
    ),
    Field::of_packet_or_side(
        "tcp.flags.cwr",
        Flag,
        "The sender slowed down (RFC 3168)",
        |s, out| some(s, CWR, out),
        |p, out| flag(p, CWR, out),
    ),
    Field::of_packet("tcp.seq_raw", Number, "Sequence number as sent", |p, out| {
        with_tcp(p, |tcp| out(of(tcp.sequence)))
    }),
    Field::of_packet("tcp.ack_raw", Number, "Acknowledgment number as sent", |p, out| {
        with_tcp(p, |tcp| out(of(tcp.acknowledgment)))
    }),
    Field::of_packet("tcp.hdr_len", Number, "Length of the TCP header", |p, out| {
        with_tcp(p, |tcp| out(of(u32::from(tcp.header_bytes))))
    }),
    Field::of_packet("tcp.window_size_value", Number, "Window as sent, not scaled", |p, out| {
        with_tcp(p, |tcp| {
            if let Some(window) = tcp.window {
                out(of(u32::from(window)));
            }
        })
    }),
    Field::of_packet("tcp.payload", Bytes, "What the segment carries", |p, out| bytes(p, 6, out)),
    Field::of_packet("tcp.analysis.flags", Protocol, "Anything that TCP analysis remarks on", |p, out| {
        remark(p, !0, out)
    }),
    Field::of_packet("tcp.analysis.retransmission", Protocol, "Bytes that were sent before", |p, out| {
        remark(p, Remarks::RETRANSMISSION | Remarks::FAST_RETRANSMISSION | Remarks::SPURIOUS_RETRANSMISSION, out)
    }),
    Field::of_packet(
        "tcp.analysis.fast_retransmission",
        Protocol,
        "A retransmission after duplicate acknowledgments",
        |p, out| remark(p, Remarks::FAST_RETRANSMISSION, out),
    ),
    Field::of_packet(
        "tcp.analysis.spurious_retransmission",
        Protocol,
        "A retransmission of what was acknowledged",
        |p, out| remark(p, Remarks::SPURIOUS_RETRANSMISSION, out),
    ),
    Field::of_packet("tcp.analysis.out_of_order", Protocol, "A segment that later ones overtook", |p, out| {
        remark(p, Remarks::OUT_OF_ORDER, out)
    }),
    Field::of_packet("tcp.analysis.lost_segment", Protocol, "Segments before it are not in the capture", |p, out| {
        remark(p, Remarks::LOST_SEGMENT, out)
    }),
    Field::of_packet(
        "tcp.analysis.ack_lost_segment",
        Protocol,
        "It acknowledges bytes that are not in the capture",
        |p, out| remark(p, Remarks::ACK_LOST_SEGMENT, out),
    ),
    Field::of_packet("tcp.analysis.duplicate_ack", Protocol, "It acknowledges the same once more", |p, out| {
        remark(p, Remarks::DUPLICATE_ACK, out)
    }),
    Field::of_packet("tcp.analysis.zero_window", Protocol, "The receiver takes no more", |p, out| {
        remark(p, Remarks::ZERO_WINDOW, out)
    }),
    Field::of_packet("tcp.analysis.zero_window_probe", Protocol, "It probes a closed window", |p, out| {
        remark(p, Remarks::ZERO_WINDOW_PROBE, out)
    }),
    Field::of_packet("tcp.analysis.window_update", Protocol, "It only changes the window", |p, out| {
        remark(p, Remarks::WINDOW_UPDATE, out)
    }),
    Field::of_packet("tcp.analysis.window_full", Protocol, "It fills the receiver's window", |p, out| {
        remark(p, Remarks::WINDOW_FULL, out)
    }),
    Field::of_packet("tcp.analysis.keep_alive", Protocol, "It only asks whether the other side is there", |p, out| {
        remark(p, Remarks::KEEP_ALIVE, out)
    }),
    Field::of_both(
        "udp.port",
        Number,
        "UDP port of either side",
        |s, out| ports(s, 17, [true, true], out),
        |p, out| port(p, 17, [true, true], out),
    ),
    Field::of_both(
        "udp.srcport",
        Number,
        "UDP port of the sender",
        |s, out| ports(s, 17, [true, false], out),
        |p, out| port(p, 17, [true, false], out),
    ),
    Field::of_both(
        "udp.dstport",
        Number,
        "UDP port of the receiver",
        |s, out| ports(s, 17, [false, true], out),
        |p, out| port(p, 17, [false, true], out),
    ),
    Field::of_side("udp.stream", Number, "Number of the UDP conversation, from 0", |s, out| stream(s, 17, out)),
    Field::of_packet("udp.length", Number, "Length of the datagram with its header", |p, out| {
        with_udp(p, |udp| out(of(udp.payload_bytes + 8)))
    }),
    Field::of_packet("udp.payload", Bytes, "What the datagram carries", |p, out| bytes(p, 17, out)),
];

fn of(number: u32) -> Value<'static> {
    Value::Number(i64::from(number))
}

fn pair(ports: [u16; 2], ends: [bool; 2], out: Out<'_>) {
    for (port, _) in ports.into_iter().zip(ends).filter(|(_, is_wanted)| *is_wanted) {
        out(Value::Number(i64::from(port)));
    }
}

fn ports(side: &Side<'_>, protocol: u8, ends: [bool; 2], out: Out<'_>) {
    if side.flow.key.protocol == protocol && side.flow.known.has(Known::PORTS) {
        pair([side.source().1, side.target().1], ends, out);
    }
}

fn port(view: &PacketView<'_>, protocol: u8, ends: [bool; 2], out: Out<'_>) {
    let Some(read) = view.read else { return };
    let outer = read.packet.encapsulations().iter().map(|outer| &outer.transport);
    for transport in outer.chain([&read.packet.transport]) {
        match transport {
            Transport::Tcp(tcp) if protocol == 6 => pair([tcp.source_port, tcp.target_port], ends, out),
            Transport::Udp(udp) if protocol == 17 => pair([udp.source_port, udp.target_port], ends, out),
            _ => {}
        }
    }
    if let Some(quoted) = headers::quoted(&read)
        && quoted.protocol == protocol
        && let Some(ports) = quoted.ports
    {
        pair(ports, ends, out);
    }
    if matches!(read.packet.transport, Transport::None) && read.packet.ip.is_some() {
        headers::cut_ports(headers::net(&read), protocol).into_iter().for_each(|ports| pair(ports, ends, out));
    }
}

fn stream(side: &Side<'_>, protocol: u8, out: Out<'_>) {
    let number =
        side.serial.checked_sub(side.tables.first_serial).and_then(|place| side.tables.streams.get(place as usize));
    if let Some(number) = number.filter(|_| side.flow.key.protocol == protocol) {
        out(of(*number));
    }
}

fn with_tcp(view: &PacketView<'_>, see: impl FnOnce(&Tcp)) {
    if let Some(tcp) = view.read.and_then(|read| read.packet.tcp()) {
        see(tcp);
    }
}

/// The four bits beside the length of the header, above the flags.
fn reserved(view: &PacketView<'_>) -> u32 {
    let bits = view.read.and_then(|read| headers::byte(headers::transport(&read), 12));
    u32::from(bits.unwrap_or(0) & 0xf) << 8
}

fn with_udp(view: &PacketView<'_>, see: impl FnOnce(&Udp)) {
    if let Some(read) = view.read
        && let Transport::Udp(udp) = &read.packet.transport
    {
        see(udp);
    }
}

fn flag(view: &PacketView<'_>, bit: u8, out: Out<'_>) {
    with_tcp(view, |tcp| {
        if tcp.has_flags {
            out(Value::Number(i64::from(tcp.has(bit))));
        }
    });
}

/// Whether some packets of a side have the flag, and whether some have not.
fn some(side: &Side<'_>, bit: u8, out: Out<'_>) {
    let flow = side.flow;
    if !flow.is_tcp() || !flow.known.has(Known::FLAGS) {
        return;
    }
    let n = side.stats().flag(bit);
    if n > 0 {
        out(Value::Number(1));
    }
    if n < side.stats().packets || !flow.known.has(Known::FLAG_COUNTS) || n == 0 {
        out(Value::Number(0));
    }
}

fn bytes(view: &PacketView<'_>, protocol: u8, out: Out<'_>) {
    let Some(read) = view.read else { return };
    let is_own = match read.packet.transport {
        Transport::Tcp(_) => protocol == 6,
        Transport::Udp(_) => protocol == 17,
        _ => false,
    };
    let payload = headers::payload(&read);
    if is_own && !payload.is_empty() {
        out(Value::Bytes(payload));
    }
}

fn remark(view: &PacketView<'_>, bits: u16, out: Out<'_>) {
    if view.read.is_some_and(|read| read.remarks.has(bits)) {
        out(Value::Present);
    }
}

/// The ports of a packet, whatever its transport.
pub(super) fn any_port(view: &PacketView<'_>, out: Out<'_>) {
    port(view, 6, [true, true], out);
    port(view, 17, [true, true], out);
}
