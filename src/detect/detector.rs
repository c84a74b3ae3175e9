//! The contract of a detector: what it is asked, what it may look at, and what it concludes.

use super::card::Card;
use super::support::connection_attempts::Contacts;
use super::support::domains::DnsQuery;
use crate::flow::endpoints::EndpointIndex;
use crate::flow::fields::FlowFields;
use crate::flow::names::Names;
use crate::flow::table::{FlowTable, FlowUpdate};
use crate::model::app::field::FieldSet;
use crate::model::app::field::Message;
use crate::model::app::protocol::AppProto;
use crate::model::finding::Finding;
use crate::model::packet::{Transport, tcp_flag};
use crate::model::{Flow, Packet};
use crate::settings::{Descriptor, Settings};
use crate::stats::rows::RowStore;

/// A detector's line in the table.
pub struct Entry {
    /// What it is, for people.
    pub card: Card,
    /// Its settings; ids begin with the detector's id and a dot.
    pub settings: &'static [Descriptor],
    /// Which packets and flows it wants to observe.
    pub wants: Wants,
    /// Makes one for a new analysis.
    pub make: fn() -> Box<dyn Detector>,
}

/// Which packets and flows a detector wants: the common data packet should cost nothing, and an ended flow only what
/// those make of it that know its protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wants(u16);

impl Wants {
    /// Kinds that are told apart.
    pub const KINDS: usize = 13;
    /// Nothing as it passes: only the table of flows at the end.
    pub const NOTHING: Wants = Wants(0);
    /// ARP.
    pub const ARP: Wants = Wants(1);
    /// TCP with SYN, FIN or RST, or with no flag at all.
    pub const TCP_CONTROL: Wants = Wants(1 << 1);
    /// ICMP and ICMPv6.
    pub const ICMP: Wants = Wants(1 << 2);
    /// UDP.
    pub const UDP: Wants = Wants(1 << 3);
    /// TCP that is not control.
    pub const TCP_DATA: Wants = Wants(1 << 4);
    /// Every other packet.
    pub const OTHER: Wants = Wants(1 << 5);
    /// Flows of TCP.
    pub const TCP_FLOWS: Wants = Wants(1 << 6);
    /// Flows of UDP.
    pub const UDP_FLOWS: Wants = Wants(1 << 7);
    /// Flows of ICMP and ICMPv6.
    pub const ICMP_FLOWS: Wants = Wants(1 << 8);
    /// Every other flow.
    pub const OTHER_FLOWS: Wants = Wants(1 << 9);

    /// Application messages.
    pub const MESSAGES: Wants = Wants(1 << 10);
    /// Pieces of IP packets, whatever their transport; those that complete a packet are also of its kind.
    pub const FRAGMENTS: Wants = Wants(1 << 11);
    /// Packets with odd headers; they are also of their kind.
    pub const ANOMALOUS: Wants = Wants(1 << 12);

    /// Flows of any protocol.
    pub const ANY_FLOW: Wants = Wants::TCP_FLOWS.and(Wants::UDP_FLOWS).and(Wants::ICMP_FLOWS).and(Wants::OTHER_FLOWS);

    /// What only a capture has: packets of any kind, and what they say.
    pub const ANY_PACKET: Wants = Wants((1 << 6) - 1).and(Wants::MESSAGES).and(Wants::FRAGMENTS).and(Wants::ANOMALOUS);

    /// Both.
    pub const fn and(self, other: Wants) -> Wants {
        Wants(self.0 | other.0)
    }

    /// True if any kind is in both.
    pub fn meets(self, other: Wants) -> bool {
        self.0 & other.0 != 0
    }

    /// The kind at a place from 0.
    pub fn kind(place: usize) -> Wants {
        Wants(1 << place)
    }

    /// Place of the only (or first) kind.
    #[inline]
    pub fn place(self) -> usize {
        self.0.trailing_zeros() as usize
    }

    /// The kind of a packet.
    #[inline]
    pub fn of_packet(packet: &Packet) -> Wants {
        match &packet.transport {
            Transport::Tcp(tcp) => {
                let is_control = tcp.flags == 0 || tcp.flags & (tcp_flag::SYN | tcp_flag::FIN | tcp_flag::RST) != 0;
                if is_control { Wants::TCP_CONTROL } else { Wants::TCP_DATA }
            }
            Transport::Udp(_) => Wants::UDP,
            Transport::Icmp(_) => Wants::ICMP,
            Transport::None if packet.arp.is_some() => Wants::ARP,
            Transport::None => Wants::OTHER,
        }
    }

    /// The kind of a flow.
    #[inline]
    pub fn of_flow(flow: &Flow) -> Wants {
        match flow.key.protocol {
            6 => Wants::TCP_FLOWS,
            17 => Wants::UDP_FLOWS,
            1 | 58 => Wants::ICMP_FLOWS,
            _ => Wants::OTHER_FLOWS,
        }
    }
}

/// A flow that has ended (or was still open when the file ended).
pub struct EndedFlow<'a> {
    /// Serial number, from 0 in order of first packet.
    pub serial: u32,
    /// The flow.
    pub flow: &'a Flow,
    /// Server name by DNS, TLS or HTTP; empty if unknown.
    pub name: &'a str,
}

/// An application message, with the flow that it is in.
pub struct AppEvent<'a> {
    /// What was said, and when.
    pub message: &'a Message<'a>,
    /// Its flow, and its way in it; none for what is not IP.
    pub update: Option<FlowUpdate>,
    /// Its flow.
    pub flow: Option<&'a Flow>,
    /// Texts, the names of flows among them.
    pub names: &'a Names,
    /// The name that a message of DNS asks for, if it is of a registered domain.
    pub query: Option<DnsQuery<'a>>,
}

/// What a detector may look at when it concludes.
pub struct Context<'a> {
    /// Values in force.
    pub settings: &'a Settings,
    /// Flows that were kept.
    pub flows: &'a FlowTable,
    /// The ends of those flows.
    pub endpoints: &'a EndpointIndex,
    /// Texts, server names among them.
    pub names: &'a Names,
    /// What flows said.
    pub told: &'a FlowFields,
    /// What became of first contacts.
    pub contacts: &'a Contacts,
    /// Rows of flows for models.
    pub rows: &'a super::ml::flow_rows::Shared,
    /// Earliest and latest packet, ns since 1970.
    pub span_ns: (i64, i64),
    /// Packets read.
    pub packets: u64,
}

/// What a detector concludes.
#[derive(Default)]
pub struct Conclusion {
    /// What it found.
    pub findings: Vec<Finding>,
    /// Why it could not judge, in a sentence.
    pub not_enough_data: Option<String>,
    /// Model-based detectors: a score from 0 to 1 for each kept flow, in the order of [`FlowTable::iter`]; NaN where
    /// a flow was not scored.
    pub scores: Option<Vec<f32>>,
    /// Hosts or pairs that were not judged because the detector's table was full.
    pub n_not_evaluated: u64,
}

/// A detector at work on one input.
pub trait Detector: Send {
    /// A packet passes; only those that the entry wants.
    fn observe_packet(&mut self, _packet: &Packet) {}

    /// Kinds of facts that matter to it in this protocol: messages without any of them are not shown.
    fn fields_of_interest(&self, _protocol: AppProto) -> FieldSet {
        FieldSet::ALL
    }

    /// An application message was read, if the entry wants messages. It comes after the packet that completes it.
    fn observe_message(&mut self, _spoken: &AppEvent<'_>) {}

    /// A flow has ended; only those that the entry wants. Flows come in the order in which they end, at the end of the file in serial order.
    fn observe_flow(&mut self, _ended: &EndedFlow<'_>) {}

    /// What it makes of all that passed. May be called again with other settings.
    fn finish(&mut self, context: &Context<'_>) -> Conclusion;

    /// What it makes of a table whose rows are no flows; none if it looks at flows or packets only.
    fn finish_rows(&mut self, _rows: &RowStore, _settings: &Settings) -> Option<Conclusion> {
        None
    }
}
