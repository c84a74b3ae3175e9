//! Detectors: each observes packets and ended flows as they pass, then concludes with findings.
//!
//! Observing keeps tallies that know no threshold, so that a changed setting needs only a new conclusion (invariant 9).
//! A detector cannot fail; one that lacks its data says so.

pub mod baseline;
pub mod benign;
pub mod contacts;
pub mod courses;
pub mod crowd;
pub mod domains;
pub mod draft;
pub mod encrypted_sessions;
pub mod fold;
pub mod gateway;
pub mod gather;
pub mod guessing;
pub mod home;
pub mod logins;
pub mod message_evidence;
mod middle;
pub mod ml;
pub mod peaks;
pub mod regularity;
pub mod resolvers;
pub mod severity;
pub mod stores;
pub mod tally;
pub mod tcp_anomalies;
#[cfg(test)]
pub mod testing;
pub mod walk;
pub mod web_signs;
pub mod whole;

pub mod amplification;
pub mod arp_spoofing;
pub mod arp_storm;
pub mod arp_sweep;
pub mod beacon;
pub mod bridge_takeover;
pub mod cleartext_login;
pub mod connection_flood;
pub mod contradicting_segments;
pub mod dga;
pub mod dhcp_starvation;
pub mod dns_tunnel;
pub mod domain_attack;
pub mod false_close;
pub mod forged_reset;
pub mod fragment_abuse;
pub mod ftp_bounce;
pub mod ftp_guessing;
pub mod hidden_names;
pub mod hidden_network;
pub mod host_scan;
pub mod icmp_flood;
pub mod icmp_redirect;
pub mod icmp_tunnel;
pub mod impossible_packets;
pub mod ipv6_abuse;
pub mod isolation_forest;
pub mod kerberoasting;
pub mod known_exploit;
pub mod lateral_movement;
pub mod llmnr_poisoning;
pub mod login_guessing;
pub mod long_connection;
pub mod mac_flood;
pub mod mail_exfiltration;
pub mod mining;
pub mod name_poisoning;
pub mod neighbour_spoofing;
pub mod odd_port;
pub mod pca;
pub mod port_scan;
pub mod racing_answer;
pub mod remote_control;
pub mod remote_shell;
pub mod retransmission_storm;
pub mod rogue_dhcp;
pub mod rogue_router;
pub mod slow_drip;
pub mod slow_requests;
pub mod ssh_guessing;
pub mod stray_flood;
pub mod syn_flood;
pub mod traffic_change;
pub mod ttl_game;
pub mod udp_flood;
pub mod upload;
pub mod vlan_hopping;
pub mod weak_tls;
pub mod web_attack;
pub mod zone_transfer;

use crate::flow::endpoints::EndpointIndex;
use crate::flow::fields::FlowFields;
use crate::flow::names::Names;
use crate::flow::table::{FlowTable, FlowUpdate};
use crate::model::fact::{FieldSet, Message};
use crate::model::finding::{Category, Finding};
use crate::model::packet::{Transport, tcp_flag};
use crate::model::protocol::AppProto;
use crate::model::{Endpoint, Flow, Packet};
use crate::settings::{Descriptor, Settings};
use crate::stats::rows::RowStore;
use contacts::Contacts;
use domains::DnsQuery;

/// Every detector, in the order in which they are shown and run.
pub const ALL: &[Entry] = &[
    port_scan::ENTRY,
    host_scan::ENTRY,
    arp_sweep::ENTRY,
    zone_transfer::ENTRY,
    syn_flood::ENTRY,
    udp_flood::ENTRY,
    stray_flood::ENTRY,
    amplification::ENTRY,
    icmp_flood::ENTRY,
    arp_storm::ENTRY,
    dhcp_starvation::ENTRY,
    arp_spoofing::ENTRY,
    ssh_guessing::ENTRY,
    ftp_guessing::ENTRY,
    login_guessing::ENTRY,
    kerberoasting::ENTRY,
    domain_attack::ENTRY,
    web_attack::ENTRY,
    known_exploit::ENTRY,
    cleartext_login::ENTRY,
    weak_tls::ENTRY,
    beacon::ENTRY,
    dga::ENTRY,
    connection_flood::ENTRY,
    slow_requests::ENTRY,
    forged_reset::ENTRY,
    fragment_abuse::ENTRY,
    impossible_packets::ENTRY,
    false_close::ENTRY,
    ttl_game::ENTRY,
    contradicting_segments::ENTRY,
    retransmission_storm::ENTRY,
    ipv6_abuse::ENTRY,
    ftp_bounce::ENTRY,
    rogue_dhcp::ENTRY,
    rogue_router::ENTRY,
    neighbour_spoofing::ENTRY,
    bridge_takeover::ENTRY,
    vlan_hopping::ENTRY,
    racing_answer::ENTRY,
    icmp_redirect::ENTRY,
    mac_flood::ENTRY,
    lateral_movement::ENTRY,
    remote_control::ENTRY,
    llmnr_poisoning::ENTRY,
    name_poisoning::ENTRY,
    icmp_tunnel::ENTRY,
    dns_tunnel::ENTRY,
    odd_port::ENTRY,
    hidden_network::ENTRY,
    hidden_names::ENTRY,
    upload::ENTRY,
    slow_drip::ENTRY,
    mail_exfiltration::ENTRY,
    mining::ENTRY,
    remote_shell::ENTRY,
    long_connection::ENTRY,
    traffic_change::ENTRY,
    pca::ENTRY,
    isolation_forest::ENTRY,
];

/// The cards and settings of [`ALL`], copied out when this is compiled: who only shows them does not link the detectors.
pub static CARDS: [(Card, &[Descriptor]); ALL.len()] = cards();

#[allow(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is an error")]
const fn cards() -> [(Card, &'static [Descriptor]); ALL.len()] {
    let mut cards = [(ALL[0].card, ALL[0].settings); ALL.len()];
    let mut place = 1;
    while place < ALL.len() {
        cards[place] = (ALL[place].card, ALL[place].settings);
        place += 1;
    }
    cards
}

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

/// What a detector is, in fixed headings.
#[derive(Clone, Copy, Debug)]
pub struct Card {
    /// Id: the file's stem.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Kind of its findings.
    pub category: Category,
    /// MITRE ATT&CK technique and its published name.
    pub technique: Option<(&'static str, &'static str)>,
    /// What it sees, in one or two plain sentences.
    pub sees: &'static str,
    /// Why that matters.
    pub matters: &'static str,
    /// What else it could be.
    pub otherwise: &'static str,
    /// Where method and thresholds come from.
    pub source: &'static str,
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
    pub rows: &'a ml::flow_rows::Shared,
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

/// An id that stays the same for the same detector, actors and ports (FNV-1a, 32 bits).
pub fn identity(detector: &str, sources: &[Endpoint], targets: &[Endpoint], ports: &[u16]) -> String {
    let text = format!("{detector}|{sources:?}|{targets:?}|{ports:?}");
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{detector}-{hash:08x}")
}
