//! A flow: the packets of one five-tuple (and VLAN) in both directions, between its start and its end.

use super::health::{SenderHealth, TcpHealth};
use crate::model::app::protocol::AppProto;
use crate::model::flow::exchanges::Exchanges;
use crate::model::flow::loss::StreamLoss;
use crate::model::flow::moments::Moments;
use crate::model::flow::tcp_anomalies::TcpAnomalies;
use crate::model::flow::{DirectionStats, Known, Outcome};
use crate::model::net::addr::Addr;
use serde::{Deserialize, Serialize};

/// The five-tuple and VLAN in canonical order: `low` is the smaller (address, port) pair.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct FlowKey {
    /// Smaller address.
    pub low: Addr,
    /// Larger address.
    pub high: Addr,
    /// Port of `low`; the echo identifier for ICMP.
    pub low_port: u16,
    /// Port of `high`; the echo identifier for ICMP.
    pub high_port: u16,
    /// Outermost VLAN id, 0 for none.
    pub vlan: u16,
    /// IP protocol number.
    pub protocol: u8,
}

/// State of a TCP connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum TcpState {
    /// Not TCP, or joined in the middle.
    Unknown,
    /// Request seen, no answer yet.
    Requested,
    /// Request and SYN-ACK seen.
    Answered,
    /// Handshake complete.
    Established,
    /// One side sent FIN.
    Closing,
    /// Both sides sent FIN.
    Closed,
    /// Refused: RST in answer to the request.
    Refused,
    /// Reset after it was answered.
    Reset,
}

impl TcpState {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            TcpState::Unknown => "",
            TcpState::Requested => "no answer",
            TcpState::Answered => "half open",
            TcpState::Established => "open",
            TcpState::Closing => "closing",
            TcpState::Closed => "closed",
            TcpState::Refused => "refused",
            TcpState::Reset => "reset",
        }
    }
}

/// Where a flow's server name comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum NameSource {
    /// An earlier DNS answer that gave this address.
    Dns,
    /// The Host field of an HTTP request.
    HttpHost,
    /// The server name in a TLS ClientHello.
    TlsSni,
}

/// Bulk transfer, active and idle periods: kept apart because most flows never have them.
#[derive(Clone, Debug, Default)]
pub struct Extra {
    /// Bulk transfers of `low` to `high` and of `high` to `low`.
    pub bulk: [Bulk; 2],
    /// Closed active periods between idle gaps, µs; the open one runs from `active_start_ns` to `last_ns` of the flow.
    pub active: Moments,
    /// Gaps longer than the activity time-out, µs.
    pub idle: Moments,
    /// Gaps longer than a second: subflow borders.
    pub subflow_gaps: u32,
    /// Segments that two receivers may treat differently, of `low` to `high` and of `high` to `low`.
    pub anomalies: Option<Box<[TcpAnomalies; 2]>>,
    /// Exchanges by size and time, where only these are visible: TLS and QUIC.
    pub exchanges: Option<Box<Exchanges>>,
    /// Bytes that the capture lacks, of `low` to `high` and of `high` to `low`.
    pub loss: Option<Box<[StreamLoss; 2]>>,
    /// Health of a TCP connection.
    pub health: Option<Box<TcpHealth>>,
}

/// Bulk transfers of one direction: four or more payload packets, gaps of at most a second, not interrupted by payload
/// of the other side (CICFlowMeter's definition).
#[derive(Clone, Copy, Debug, Default)]
pub struct Bulk {
    /// Bulk transfers.
    pub count: u32,
    /// Packets in bulk transfers.
    pub packets: u32,
    /// Payload bytes in bulk transfers.
    pub bytes: u64,
    /// Time in bulk transfers, ns.
    pub duration_ns: i64,
}

/// A run of payload packets that may become a bulk transfer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run {
    /// Packets so far.
    pub packets: u32,
    /// Payload bytes so far.
    pub bytes: u64,
    /// Start, ns since 1970.
    pub start_ns: i64,
    /// Latest packet, ns since 1970.
    pub last_ns: i64,
}

/// One flow.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Five-tuple and VLAN.
    pub key: FlowKey,
    /// True if `key.low` is the originator.
    pub is_low_originator: bool,
    /// TCP state.
    pub state: TcpState,
    /// Which of its values were measured.
    pub known: Known,
    /// The outcome as recorded in a table; `None` in a capture, where it follows from the packets.
    pub recorded: Option<Outcome>,
    /// True if an ICMP unreachable message quoted a packet of the originator.
    pub is_unreachable: bool,
    /// True if the flow has ended; a later flow may have the same five-tuple.
    pub is_over: bool,
    /// True if a TCP request (SYN) began it.
    pub saw_syn: bool,
    /// Application protocol by content, otherwise by port.
    pub app: Option<AppProto>,
    /// True if `app` was recognised by content.
    pub is_app_certain: bool,
    /// Index of the server's name among the interned names; 0 for none.
    pub name: u32,
    /// Where `name` comes from.
    pub name_source: NameSource,
    /// Its message fields: the latest among all that are kept; 0 for none.
    pub fields: u32,
    /// Index of its TCP stream among those being parsed; 0 if not begun, [`Flow::NOT_PARSED`] if no longer parsed.
    pub stream: u32,
    /// Window scales of `low` and `high` from their SYN (RFC 7323), bits; [`Flow::UNSCALED`] without the option.
    pub window_scales: [u8; 2],
    /// Time of the first packet, ns since 1970.
    pub first_ns: i64,
    /// Time of the latest packet, ns since 1970.
    pub last_ns: i64,
    /// Start of the current active period, ns since 1970.
    pub active_start_ns: i64,
    /// Index of the first packet.
    pub first_packet: u64,
    /// Gaps between packets of both directions, µs.
    pub gap: Moments,
    /// Figures of `low` to `high` and of `high` to `low`.
    pub directions: [DirectionStats; 2],
    /// The current run of payload packets.
    pub run: Run,
    /// Direction of `run`: 0 from `low`, 1 from `high`.
    pub run_direction: u8,
    /// ICMP type and code of the first message.
    pub icmp: Option<(u8, u8)>,
    /// MAC addresses of the first packet: sender, receiver.
    pub macs: Option<([u8; 6], [u8; 6])>,
    /// Rare figures.
    pub extra: Option<Box<Extra>>,
}

impl Flow {
    /// Its health; `None` for what is no TCP connection of a capture, or too short.
    pub fn health(&self) -> Option<&TcpHealth> {
        self.extra.as_ref()?.health.as_deref()
    }

    /// Health of the data that the originator and the responder sent.
    pub fn sender_health(&self) -> Option<[&SenderHealth; 2]> {
        let [low, high] = &self.health()?.sides;
        Some(if self.is_low_originator { [low, high] } else { [high, low] })
    }

    /// Its stream is no longer parsed: the protocol needs no more, or is not supported.
    pub const NOT_PARSED: u32 = u32::MAX;
    /// Its windows are not scaled.
    pub const UNSCALED: u8 = u8::MAX;

    /// A flow with these endpoints, first and last time (ns since 1970), and counters of `low` to `high` and of `high`
    /// to `low`; all other values are unknown.
    pub fn new(key: FlowKey, is_low_originator: bool, times_ns: (i64, i64), directions: [DirectionStats; 2]) -> Flow {
        Flow {
            key,
            is_low_originator,
            state: TcpState::Unknown,
            known: Known::ALL,
            recorded: None,
            is_unreachable: false,
            is_over: false,
            saw_syn: false,
            app: None,
            is_app_certain: false,
            name: 0,
            name_source: NameSource::Dns,
            fields: 0,
            stream: 0,
            window_scales: [Flow::UNSCALED; 2],
            first_ns: times_ns.0,
            last_ns: times_ns.1,
            active_start_ns: times_ns.0,
            first_packet: 0,
            gap: Moments::default(),
            directions,
            run: Run::default(),
            run_direction: 0,
            icmp: None,
            macs: None,
            extra: None,
        }
    }

    /// Address and port of the originator.
    pub fn originator(&self) -> (Addr, u16) {
        if self.is_low_originator { (self.key.low, self.key.low_port) } else { (self.key.high, self.key.high_port) }
    }

    /// Address and port of the responder.
    pub fn responder(&self) -> (Addr, u16) {
        if self.is_low_originator { (self.key.high, self.key.high_port) } else { (self.key.low, self.key.low_port) }
    }

    /// True if it goes to more than one host: to a group (see [`Addr::is_group`]), or to the broadcast address of a network.
    /// That is one that got frames for all, whatever the netmask. Where frames are unknown, as in tables and raw captures,
    /// it is a silent x.x.x.255 in the originator's own /24; a guess, which a silent host there in a larger network fails.
    pub fn is_to_group(&self) -> bool {
        let ((source, _), (target, _)) = (self.originator(), self.responder());
        target.is_group()
            || match self.macs {
                Some((_, receiver)) => receiver == [0xff; 6] && target.may_be_broadcast(),
                None => {
                    target.0 & 0xff == 0xff
                        && target.is_v4()
                        && source.0 >> 8 == target.0 >> 8
                        && self.backward().packets == 0
                }
            }
    }

    /// Figures from originator to responder.
    pub fn forward(&self) -> &DirectionStats {
        let [low, high] = &self.directions;
        if self.is_low_originator { low } else { high }
    }

    /// Figures from responder to originator.
    pub fn backward(&self) -> &DirectionStats {
        let [low, high] = &self.directions;
        if self.is_low_originator { high } else { low }
    }

    /// Packets of both directions.
    pub fn packets(&self) -> u64 {
        u64::from(self.forward().packets) + u64::from(self.backward().packets)
    }

    /// False if its packets were not counted, as in a log of messages: zero counts then mean nothing.
    pub fn is_counted(&self) -> bool {
        self.recorded.is_some() || self.packets() > 0
    }

    /// Bytes on the wire of both directions.
    pub fn bytes(&self) -> u64 {
        self.forward().bytes + self.backward().bytes
    }

    /// `figure` if the values it needs were measured.
    pub fn measured<T>(&self, needs: Known, figure: T) -> Option<T> {
        self.known.has(needs).then_some(figure)
    }

    /// From the first to the last packet, ns.
    pub fn duration_ns(&self) -> i64 {
        self.last_ns - self.first_ns
    }

    /// From the end of the earlier one to the beginning of the later one, ns; 0 where they overlap.
    pub fn apart_ns(&self, other: &Flow) -> i64 {
        (other.first_ns - self.last_ns).max(self.first_ns - other.last_ns).max(0)
    }

    /// Segments that two receivers may treat differently: of the originator, of the responder.
    pub fn anomalies(&self) -> Option<[&TcpAnomalies; 2]> {
        let [low, high] = self.extra.as_ref()?.anomalies.as_deref()?;
        Some(if self.is_low_originator { [low, high] } else { [high, low] })
    }

    /// The same of one direction (0 from `low`), to add to.
    pub fn anomalies_mut(&mut self, from: usize) -> Option<&mut TcpAnomalies> {
        self.extra.get_or_insert_default().anomalies.get_or_insert_default().get_mut(from)
    }

    /// Bytes of one direction (0 from `low`) that the capture lacks, if any ever did.
    pub fn loss(&self, from: usize) -> Option<&StreamLoss> {
        self.extra.as_ref()?.loss.as_ref()?.get(from)
    }

    /// The same, to change.
    pub fn loss_mut(&mut self, from: usize) -> Option<&mut StreamLoss> {
        self.extra.as_mut()?.loss.as_mut()?.get_mut(from)
    }

    /// Exchanges of an encrypted session.
    pub fn exchanges(&self) -> Option<&Exchanges> {
        self.extra.as_ref()?.exchanges.as_deref()
    }

    /// True for TCP.
    pub fn is_tcp(&self) -> bool {
        self.key.protocol == 6
    }

    /// True for UDP.
    pub fn is_udp(&self) -> bool {
        self.key.protocol == 17
    }

    /// Name of the transport, as in `TCP`.
    pub fn transport(&self) -> crate::model::Protocol {
        crate::model::Protocol::from_ip_protocol(self.key.protocol)
    }
}
