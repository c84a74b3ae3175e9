//! What is known of one packet after decoding: small facts, no borrowed bytes.

use crate::model::app::protocol::AppProto;
use crate::model::app::protocol::Protocol;
use crate::model::net::addr::Addr;
use std::ops::Range;

/// TCP flag bits as in the header (RFC 9293, section 3.1).
pub mod tcp_flag {
    /// No more data from the sender.
    pub const FIN: u8 = 0x01;
    /// Synchronise sequence numbers.
    pub const SYN: u8 = 0x02;
    /// Reset the connection.
    pub const RST: u8 = 0x04;
    /// Push.
    pub const PSH: u8 = 0x08;
    /// The acknowledgment field counts.
    pub const ACK: u8 = 0x10;
    /// The urgent pointer counts.
    pub const URG: u8 = 0x20;
    /// ECN echo (RFC 3168).
    pub const ECE: u8 = 0x40;
    /// Congestion window reduced (RFC 3168).
    pub const CWR: u8 = 0x80;
}

/// One decoded packet. Rare values are stored separately: packets pass between threads, and each byte costs.
#[derive(Clone, Debug)]
pub struct Packet {
    /// Place in the capture, from 0. Wireshark's frame number is one more.
    pub index: u64,
    /// Nanoseconds since 1970 UTC.
    pub time_ns: i64,
    /// The capture gave a time; else `time_ns` is that of the packet before.
    pub is_timed: bool,
    /// Bytes on the wire, link header included, as capinfos counts them.
    pub wire_bytes: u32,
    /// Bytes that the capture kept.
    pub captured_bytes: u32,
    /// Source and destination Ethernet address, where the link layer has them.
    pub macs: Option<([u8; 6], [u8; 6])>,
    /// Outermost VLAN id, 0 for none.
    pub vlan: u16,
    /// The layer-2 network that it is in: all its VLAN tags, the innermost in the lowest 12 bits, with the labels and ids of
    /// the tunnels that frames came through. The ids of more than two are folded into each other. 0 for none.
    pub vlan_stack: u32,
    /// The layers found, outermost first.
    pub layers: Layers,
    /// ARP for IPv4 over Ethernet.
    pub arp: Option<Box<Arp>>,
    /// IPv4 or IPv6.
    pub ip: Option<Ip>,
    /// What IP carries.
    pub transport: Transport,
    /// Part of it could not be decoded.
    pub is_damaged: bool,
    /// Who captured it, and whether it was captured twice.
    pub captured: Captured,
    /// Offset of the network header (IP or ARP) in the captured bytes; 0 if there is none.
    pub net_at: u32,
    /// Offset of the transport header in the captured bytes; 0 if there is none.
    pub transport_at: u32,
    /// Offset of the transport payload (or, without one, the last layer's) in the captured bytes.
    ///
    /// Of a packet that was put together from pieces: in its bytes, not in those of the last piece.
    pub payload: Range<u32>,
    /// What few packets have.
    pub extras: Option<Box<Extras>>,
}

/// The interface that captured a packet, and whether the packet is a copy of one before, in a byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Captured(u8);

impl Captured {
    const IS_COPY: u8 = 0x80;
    /// Most interfaces kept; the last index stands for all others.
    pub const MOST_INTERFACES: u8 = Self::IS_COPY;

    /// By the interface at this place.
    pub fn by(interface: u8, is_copy: bool) -> Captured {
        Captured(interface.min(Self::MOST_INTERFACES - 1) | if is_copy { Self::IS_COPY } else { 0 })
    }

    /// The interface's place among those of all files, in the order of their first packets.
    #[inline]
    pub fn interface(self) -> u8 {
        self.0 & !Self::IS_COPY
    }

    /// The capture has the packet once more, just before: a mirror port or another interface saw it too.
    #[inline]
    pub fn is_copy(self) -> bool {
        self.0 & Self::IS_COPY != 0
    }
}

/// Facts that few packets have.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// The tunnels that it came through, outermost first; all other facts are those of what is inside.
    pub encapsulations: Vec<Encapsulation>,
    /// It is a piece of an IP packet.
    pub fragment: Option<Fragment>,
    /// What its headers hold that no ordinary sender puts there.
    pub anomalies: Option<HeaderAnomalies>,
}

/// What is odd about the headers of a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HeaderAnomalies {
    /// TCP options whose lengths do not fit.
    pub has_bad_options: bool,
    /// IPv6 extension headers that RFC 8200, section 4.1, does not allow: repeated or too many.
    pub n_extensions: u8,
    /// Bytes in options of IPv6 that nobody has assigned, or that are far longer than theirs, and in padding that is
    /// not zero.
    pub n_hidden_bytes: u16,
    /// A route given by the sender, which is forbidden (RFC 5095).
    pub has_source_route: bool,
    /// Two customer VLAN tags, one in the other; stacked tags have a type of their own (802.1ad).
    pub has_two_tags: bool,
}

/// The outside of a tunnel.
#[derive(Clone, Debug)]
pub struct Encapsulation {
    /// The kind of tunnel.
    pub tunnel: AppProto,
    /// What tells this tunnel from others between the same two: key, VNI, TEID or session; 0 if it has none.
    pub id: u32,
    /// Endpoints of the tunnel.
    pub ip: Ip,
    /// What carries the tunnel beside IP.
    pub transport: Transport,
    /// Offset of the outer network header in the captured bytes.
    pub net_at: u32,
    /// Offset of the outer transport header in the captured bytes; 0 if there is none.
    pub transport_at: u32,
    /// Offset of the tunnel's header in the captured bytes, and its content.
    pub payload: Range<u32>,
}

/// A piece of an IP packet (RFC 791, section 3.2; RFC 8200, section 4.5).
#[derive(Clone, Copy, Debug, Default)]
pub struct Fragment {
    /// The same for all pieces of a packet.
    pub identification: u32,
    /// Where it belongs in the whole, bytes behind the IP header.
    pub offset: u32,
    /// Bytes of the whole that it carries, on the wire.
    pub bytes: u32,
    /// More pieces follow it.
    pub has_more: bool,
    /// It is the first, but too short for the transport header (RFC 1858, section 3).
    pub is_tiny: bool,
    /// It would make the whole longer than IP allows (as the ping of death does).
    pub is_overlong: bool,
    /// It lies over a piece that came before.
    pub is_overlap: bool,
    /// And says something else there: two receivers may read two different packets (RFC 5722).
    pub is_contradiction: bool,
    /// Ports of the whole (identifier of an ICMP echo), if its first piece has come.
    pub ports: Option<(u16, u16)>,
    /// It completes the whole, whose transport facts the packet then has: how many pieces there were.
    pub n_fragments: Option<u32>,
}

/// The layers of a packet, outermost first, at most eight.
#[derive(Clone, Copy, Debug)]
pub struct Layers {
    names: [Protocol; Layers::MOST],
    n: u8,
}

impl Default for Layers {
    fn default() -> Self {
        Layers { names: [Protocol::AppProto(AppProto::Ethernet); Layers::MOST], n: 0 }
    }
}

impl Layers {
    /// Deeper layers are not recorded.
    pub const MOST: usize = 8;

    /// Adds an inner layer; beyond the maximum it replaces the last, so the innermost is always recorded.
    #[inline]
    pub fn push(&mut self, protocol: impl Into<Protocol>) {
        if let Some(slot) = self.names.get_mut(usize::from(self.n)) {
            *slot = protocol.into();
            self.n += 1;
        } else if let Some(last) = self.names.last_mut() {
            *last = protocol.into();
        }
    }

    /// The layers, outermost first.
    #[inline]
    pub fn as_slice(&self) -> &[Protocol] {
        self.names.get(..usize::from(self.n)).unwrap_or(&[])
    }
}

/// The facts of an IP header.
#[derive(Clone, Copy, Debug)]
pub struct Ip {
    /// Source address.
    pub source: Addr,
    /// Destination address.
    pub target: Addr,
    /// Number of the carried protocol, IPv6 extension headers passed.
    pub protocol: u8,
    /// Time to live or hop limit.
    pub ttl: u8,
    /// True for any piece of a fragmented packet.
    pub is_fragment: bool,
    /// Bytes that the transport header and payload have on the wire.
    pub payload_bytes: u32,
}

/// What IP carries.
#[derive(Clone, Debug)]
pub enum Transport {
    /// Unknown or truncated.
    None,
    /// TCP.
    Tcp(Tcp),
    /// UDP.
    Udp(Udp),
    /// ICMP or ICMPv6.
    Icmp(Icmp),
}

/// The facts of a TCP header.
#[derive(Clone, Copy, Debug)]
pub struct Tcp {
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub target_port: u16,
    /// Sequence number.
    pub sequence: u32,
    /// Acknowledgment number.
    pub acknowledgment: u32,
    /// Flag bits, see [`tcp_flag`].
    pub flags: u8,
    /// The record says which flags are set; a list of packets may not. Then none is.
    pub has_flags: bool,
    /// Window field as sent, not scaled; none where a list of packets does not say it.
    pub window: Option<u16>,
    /// By how many bits windows are to be shifted, where a request or its answer says so (RFC 7323).
    pub window_scale: Option<u8>,
    /// It says that bytes came twice (D-SACK, RFC 2883): what was sent again had arrived.
    pub says_came_twice: bool,
    /// Header length in bytes, options included.
    pub header_bytes: u8,
    /// Payload bytes on the wire by the IP length, also where the capture cut them.
    pub payload_bytes: u32,
}

/// The facts of a UDP header.
#[derive(Clone, Copy, Debug)]
pub struct Udp {
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub target_port: u16,
    /// Payload bytes on the wire by the IP length.
    pub payload_bytes: u32,
}

/// The facts of an ICMP or ICMPv6 message.
#[derive(Clone, Debug)]
pub struct Icmp {
    /// True for ICMPv6.
    pub is_v6: bool,
    /// Type.
    pub kind: u8,
    /// Code.
    pub code: u8,
    /// Identifier of echo messages, else 0.
    pub identifier: u16,
    /// Bytes after the first eight.
    pub payload_bytes: u32,
    /// A hash of what an echo message carries behind the place where pings keep their time; none if it was not captured.
    pub content: Option<u32>,
    /// For an unreachable message: the packet that could not be delivered.
    pub refused: Option<Box<QuotedDatagram>>,
}

/// The packet that an ICMP destination-unreachable message quotes.
#[derive(Clone, Copy, Debug)]
pub struct QuotedDatagram {
    /// Sender.
    pub source: Addr,
    /// Intended receiver.
    pub target: Addr,
    /// IP protocol number.
    pub protocol: u8,
    /// Its source port.
    pub source_port: u16,
    /// Its destination port.
    pub target_port: u16,
}

/// ARP for IPv4 over Ethernet (RFC 826).
#[derive(Clone, Copy, Debug)]
pub struct Arp {
    /// 1 request, 2 reply.
    pub operation: u16,
    /// Ethernet address that the sender claims.
    pub sender_mac: [u8; 6],
    /// IPv4 address that the sender claims.
    pub sender_ip: Addr,
    /// Ethernet address of the target; zero in a question.
    pub target_mac: [u8; 6],
    /// IPv4 address of the target.
    pub target_ip: Addr,
}

impl Packet {
    /// What follows is in a layer-2 network within the one before, told from others by this tag or label.
    #[inline]
    pub fn enter_vlan(&mut self, id: u32) {
        self.vlan_stack = self.vlan_stack.rotate_left(12) ^ id;
    }

    /// The innermost protocol recognised.
    pub fn top(&self) -> Option<Protocol> {
        self.layers.as_slice().last().copied()
    }

    /// The piece of an IP packet that it is, if so.
    #[inline]
    pub fn fragment(&self) -> Option<&Fragment> {
        self.extras.as_ref()?.fragment.as_ref()
    }

    /// What is odd about its headers, if anything is.
    #[inline]
    pub fn anomalies(&self) -> Option<&HeaderAnomalies> {
        self.extras.as_ref()?.anomalies.as_ref()
    }

    /// The tunnels that it came through, outermost first.
    pub fn encapsulations(&self) -> &[Encapsulation] {
        self.extras.as_ref().map_or(&[], |extras| &extras.encapsulations)
    }

    /// The TCP facts, if it is TCP.
    #[inline]
    pub fn tcp(&self) -> Option<&Tcp> {
        if let Transport::Tcp(tcp) = &self.transport { Some(tcp) } else { None }
    }
}

impl Tcp {
    /// True if all of these flag bits are set.
    #[inline]
    pub fn has(&self, flags: u8) -> bool {
        self.flags & flags == flags
    }

    /// A connection request: SYN without ACK.
    #[inline]
    pub fn is_request(&self) -> bool {
        self.flags & (tcp_flag::SYN | tcp_flag::ACK) == tcp_flag::SYN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_three_cache_lines() {
        assert!(size_of::<Packet>() <= 192, "{}", size_of::<Packet>());
    }
}
