//! The contract of a detector: what it receives, what it may use, and what it returns.

use super::card::Card;
use super::support::address_claims::AddressClaims;
use super::support::connection_attempts::Contacts;
use super::support::domains::DnsQuery;
use super::support::gateway::Gateway;
use super::support::odd_server::OutsideServers;
use super::support::service_answers::ServiceAnswers;
use crate::flow::endpoints::EndpointIndex;
use crate::flow::fields::FlowFields;
use crate::flow::loss::Losses;
use crate::flow::names::Names;
use crate::flow::table::{FlowTable, FlowUpdate};
use crate::model::app::field::{FieldSet, Message};
use crate::model::app::protocol::AppProto;
use crate::model::finding::Finding;
use crate::model::flow::Direction;
use crate::model::packet::{Transport, tcp_flag};
use crate::model::{Addr, Flow, Packet, Site};
use crate::settings::{Descriptor, Settings};
use crate::stats::rows::RowStore;
use std::sync::OnceLock;

/// A detector's entry in the register.
pub struct Entry {
    /// Its texts for people.
    pub card: Card,
    /// Its settings; ids begin with the detector's id and a dot.
    pub settings: &'static [Descriptor],
    /// Which packets and flows it observes.
    pub interest: Interest,
    /// Creates one for a new analysis.
    pub make: fn() -> Box<dyn Detector>,
    /// True if it uses the site in `observe_flow`: it receives flows only after the site is known, at the end of the
    /// file.
    pub asks_site: bool,
    /// True if flows alone suffice, although it also uses messages: it also runs on tables without messages.
    pub is_content_with_flows: bool,
    /// What its findings blame for a slow network, in words; `None` for detectors of other things.
    pub fault: Option<&'static str>,
}

impl Entry {
    /// The entry of the detector `D`, which starts empty.
    pub const fn of<D: Detector + Default + 'static>(
        card: Card,
        settings: &'static [Descriptor],
        interest: Interest,
    ) -> Entry {
        Entry {
            card,
            settings,
            interest,
            make: || Box::new(D::default()),
            asks_site: false,
            is_content_with_flows: false,
            fault: None,
        }
    }

    /// The same for a detector that uses messages too, but for which flows alone suffice.
    pub const fn content_with_flows(self) -> Entry {
        Entry { is_content_with_flows: true, ..self }
    }

    /// The same for a detector that finds why the network is slow; `fault` is what its findings blame.
    pub const fn blaming(self, fault: &'static str) -> Entry {
        Entry { fault: Some(fault), ..self }
    }

    /// The same for a detector that uses the site in `observe_flow`. It receives flows in serial order after reading
    /// has ended and all messages were passed; before that only those that are removed from the flow table.
    pub const fn asking_site(self) -> Entry {
        Entry { asks_site: true, ..self }
    }
}

bitflags::bitflags! {
    /// Which packets and flows a detector receives: the common data packet should cost nothing, and an ended flow only
    /// concern detectors of its protocol.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Interest: u16 {
        /// ARP.
        const ARP = 1;
        /// TCP with SYN, FIN or RST, or with no flag at all.
        const TCP_CONTROL = 1 << 1;
        /// ICMP and ICMPv6.
        const ICMP = 1 << 2;
        /// UDP.
        const UDP = 1 << 3;
        /// Every other TCP segment.
        const TCP_DATA = 1 << 4;
        /// Every other packet.
        const OTHER = 1 << 5;
        /// Flows of TCP.
        const TCP_FLOWS = 1 << 6;
        /// Flows of UDP.
        const UDP_FLOWS = 1 << 7;
        /// Flows of ICMP and ICMPv6.
        const ICMP_FLOWS = 1 << 8;
        /// Every other flow.
        const OTHER_FLOWS = 1 << 9;
        /// Application messages.
        const MESSAGES = 1 << 10;
        /// IP fragments of any transport; a fragment that completes a packet also belongs to the packet's kind.
        const FRAGMENTS = 1 << 11;
        /// Packets with header anomalies; they also belong to their own kind.
        const ANOMALOUS = 1 << 12;
        /// Flows of any protocol.
        const ANY_FLOW = Self::TCP_FLOWS.bits() | Self::UDP_FLOWS.bits() | Self::ICMP_FLOWS.bits() | Self::OTHER_FLOWS.bits();
        /// What only a capture has: packets of any kind, and their messages. Everything except flows.
        const ANY_PACKET = Self::ARP.bits()
            | Self::TCP_CONTROL.bits()
            | Self::ICMP.bits()
            | Self::UDP.bits()
            | Self::TCP_DATA.bits()
            | Self::OTHER.bits()
            | Self::MESSAGES.bits()
            | Self::FRAGMENTS.bits()
            | Self::ANOMALOUS.bits();
    }
}

impl Interest {
    /// Number of different kinds.
    pub const KINDS: usize = Interest::all().bits().count_ones() as usize;
    /// Nothing while the file is read: only the flow table at the end.
    pub const NOTHING: Interest = Interest::empty();

    /// The kind at an index from 0.
    pub fn kind(place: usize) -> Interest {
        Interest::from_bits_truncate(1 << place)
    }

    /// Index of the only (or first) kind.
    #[inline]
    pub fn place(self) -> usize {
        self.bits().trailing_zeros() as usize
    }

    /// The kind of a packet.
    #[inline]
    pub fn of_packet(packet: &Packet) -> Interest {
        match &packet.transport {
            Transport::Tcp(tcp) => {
                let is_control = (tcp.has_flags && tcp.flags == 0)
                    || tcp.flags & (tcp_flag::SYN | tcp_flag::FIN | tcp_flag::RST) != 0;
                if is_control { Interest::TCP_CONTROL } else { Interest::TCP_DATA }
            }
            Transport::Udp(_) => Interest::UDP,
            Transport::Icmp(_) => Interest::ICMP,
            Transport::None if packet.arp.is_some() => Interest::ARP,
            Transport::None => Interest::OTHER,
        }
    }

    /// The kind of a flow.
    #[inline]
    pub fn of_flow(flow: &Flow) -> Interest {
        match flow.key.protocol {
            6 => Interest::TCP_FLOWS,
            17 => Interest::UDP_FLOWS,
            1 | 58 => Interest::ICMP_FLOWS,
            _ => Interest::OTHER_FLOWS,
        }
    }
}

/// A flow that has ended (or was still open when the file ended).
pub struct EndedFlow<'a> {
    /// Serial number, from 0 in order of first packet.
    pub serial: u32,
    /// The flow.
    pub flow: &'a Flow,
    /// Server name from DNS, TLS or HTTP; empty if unknown.
    pub name: &'a str,
    /// Which addresses are inside; unknown while reading unless the entry [asks](Entry::asking_site) for it.
    pub site: &'a Site,
}

/// An application message, with its flow.
pub struct AppEvent<'a> {
    /// The message, and when it was sent.
    pub message: &'a Message<'a>,
    /// Its flow and direction; `None` if it is not IP.
    pub update: Option<FlowUpdate>,
    /// Its flow.
    pub flow: Option<&'a Flow>,
    /// The packet that carried it, or whose bytes completed it; `None` for a row of a table, and if the stream ended
    /// before it was complete.
    pub packet: Option<&'a Packet>,
    /// The layer-2 network that it was in, as [`Packet::vlan_stack`]; 0 if there is none.
    pub vlan_stack: u32,
    /// Interned texts, including the names of flows.
    pub names: &'a Names,
    /// The name that a DNS message queries, if it belongs to a registered domain.
    pub query: Option<DnsQuery<'a>>,
}

impl AppEvent<'_> {
    /// Sender and receiver of the message, each with its port; `None` without a flow. Which of them is the client
    /// follows from the protocol's messages, not from the order of packets in the capture.
    pub fn sender_and_receiver(&self) -> Option<((Addr, u16), (Addr, u16))> {
        let (flow, update) = (self.flow?, self.update?);
        let (originator, responder) = (flow.originator(), flow.responder());
        Some(match update.direction {
            Direction::ToResponder => (originator, responder),
            Direction::ToOriginator => (responder, originator),
        })
    }
}

/// What a detector may use in `finish`.
pub struct Context<'a> {
    /// Current values of the settings.
    pub settings: &'a Settings,
    /// Flows that were kept.
    pub flows: &'a FlowTable,
    /// The endpoints of those flows, for queries over all flows.
    pub endpoints: &'a EndpointIndex,
    /// What TCP shows of the bytes that were not captured.
    pub losses: &'a Losses,
    /// Interned texts, including server names.
    pub names: &'a Names,
    /// Message fields of flows.
    pub fields: &'a FlowFields,
    /// Outcomes of first contacts.
    pub contacts: &'a Contacts,
    /// Which devices claimed which addresses.
    pub claims: &'a AddressClaims,
    /// The gateway: the Ethernet address that external traffic is sent to.
    pub gateway: &'a Gateway,
    /// What services answer, and how quickly.
    pub answers: &'a ServiceAnswers,
    /// What hosts inside use outside, once somebody [asks](Context::outside_servers).
    pub outside: OnceLock<OutsideServers<'a>>,
    /// Which addresses are inside.
    pub site: &'a Site,
    /// Rows of flows for models.
    pub rows: &'a super::ml::flow_rows::FlowRowsCache,
    /// Earliest and latest packet, ns since 1970.
    pub span_ns: (i64, i64),
    /// Number of packets read.
    pub packets: u64,
}

impl<'a> Context<'a> {
    /// What hosts inside use outside. Listed once, for the first detector that asks.
    pub fn outside_servers(&self) -> &OutsideServers<'a> {
        self.outside.get_or_init(|| OutsideServers::of(self.flows, self.site, self.names, self.fields))
    }
}

/// A detector's result.
#[derive(Default)]
pub struct Conclusion {
    /// Its findings.
    pub findings: Vec<Finding>,
    /// Why it did not have enough data, in a sentence.
    pub not_enough_data: Option<String>,
    /// Model-based detectors: a score from 0 to 1 for each kept flow, in the order of [`FlowTable::iter`]; NaN where
    /// a flow was not scored.
    pub scores: Option<Vec<f32>>,
    /// Hosts or pairs that were not evaluated because the detector's table was full.
    pub n_not_evaluated: u64,
}

impl Conclusion {
    /// With the findings of another conclusion of the same detector appended.
    pub fn and(mut self, other: Conclusion) -> Conclusion {
        self.findings.extend(other.findings);
        self.n_not_evaluated += other.n_not_evaluated;
        self
    }
}

/// A detector, observing one input.
pub trait Detector: Send {
    /// Receives a packet of a kind in its entry's interest.
    fn observe_packet(&mut self, _packet: &Packet) {}

    /// Fields that it needs of this protocol; messages without any of them are not passed to it.
    fn fields_of_interest(&self, _protocol: AppProto) -> FieldSet {
        FieldSet::ALL
    }

    /// Receives an application message, if its entry's interest has messages, after the packet that completes it.
    fn observe_message(&mut self, _spoken: &AppEvent<'_>) {}

    /// Receives an ended flow of a kind in its entry's interest, in the order in which flows end; at the end of the
    /// file in serial order.
    fn observe_flow(&mut self, _ended: &EndedFlow<'_>) {}

    /// Its result for everything observed. May be called again with other settings.
    fn finish(&mut self, context: &Context<'_>) -> Conclusion;

    /// Its result for a table whose rows are not flows; none if it uses flows or packets only.
    fn finish_rows(&mut self, _rows: &RowStore, _settings: &Settings) -> Option<Conclusion> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_place_and_is_of_flows_or_of_packets() {
        let kinds: Vec<Interest> = (0..Interest::KINDS).map(Interest::kind).collect();
        assert!(kinds.iter().enumerate().all(|(place, kind)| kind.place() == place && kind.bits().count_ones() == 1));
        assert_eq!(Interest::ANY_FLOW.union(Interest::ANY_PACKET), Interest::all());
        assert!(!Interest::ANY_FLOW.intersects(Interest::ANY_PACKET) && Interest::NOTHING.is_empty());
    }
}
