//! Detectors: each observes packets and ended flows as they pass, then concludes with findings.
//!
//! Observing keeps tallies that know no threshold, so that a changed setting needs only a new conclusion (invariant 9).
//! A detector cannot fail; one that lacks its data says so.

pub mod contacts;
pub mod draft;
pub mod gateway;
pub mod gather;
pub mod guessing;
pub mod ml;
pub mod peaks;
pub mod regularity;
pub mod severity;
pub mod tally;
#[cfg(test)]
pub mod testing;
pub mod walk;

pub mod arp_spoofing;
pub mod arp_storm;
pub mod arp_sweep;
pub mod beacon;
pub mod connection_flood;
pub mod forged_reset;
pub mod ftp_guessing;
pub mod host_scan;
pub mod icmp_flood;
pub mod icmp_redirect;
pub mod icmp_tunnel;
pub mod isolation_forest;
pub mod lateral_movement;
pub mod llmnr_poisoning;
pub mod long_connection;
pub mod mac_flood;
pub mod pca;
pub mod port_scan;
pub mod rogue_dhcp;
pub mod rogue_router;
pub mod slow_requests;
pub mod ssh_guessing;
pub mod syn_flood;
pub mod udp_flood;

use crate::flow::names::Names;
use crate::flow::table::FlowTable;
use crate::model::finding::{Category, Finding};
use crate::model::{Address, Flow, Packet};
use crate::settings::{Descriptor, Settings};
use crate::stats::rows::RowStore;

/// Every detector, in the order in which they are shown and run.
pub const ALL: &[Entry] = &[
    port_scan::ENTRY,
    host_scan::ENTRY,
    arp_sweep::ENTRY,
    syn_flood::ENTRY,
    udp_flood::ENTRY,
    icmp_flood::ENTRY,
    arp_storm::ENTRY,
    arp_spoofing::ENTRY,
    ssh_guessing::ENTRY,
    ftp_guessing::ENTRY,
    beacon::ENTRY,
    connection_flood::ENTRY,
    slow_requests::ENTRY,
    forged_reset::ENTRY,
    rogue_dhcp::ENTRY,
    rogue_router::ENTRY,
    icmp_redirect::ENTRY,
    mac_flood::ENTRY,
    lateral_movement::ENTRY,
    llmnr_poisoning::ENTRY,
    icmp_tunnel::ENTRY,
    long_connection::ENTRY,
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
    /// Which packets it wants to observe.
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

/// Which packets a detector wants: most want only flows, and the common data packet should cost nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wants(pub u8);

impl Wants {
    /// Flows only.
    pub const FLOWS: Wants = Wants(0);
    /// ARP.
    pub const ARP: Wants = Wants(1);
    /// TCP with SYN, FIN or RST, or with no flag at all.
    pub const TCP_CONTROL: Wants = Wants(2);
    /// ICMP and ICMPv6.
    pub const ICMP: Wants = Wants(4);
    /// UDP.
    pub const UDP: Wants = Wants(8);
    /// TCP that is not control.
    pub const TCP_DATA: Wants = Wants(16);
    /// Everything else.
    pub const OTHER: Wants = Wants(32);

    /// Both.
    pub const fn and(self, other: Wants) -> Wants {
        Wants(self.0 | other.0)
    }

    /// True if any kind is in both.
    pub fn meets(self, other: Wants) -> bool {
        self.0 & other.0 != 0
    }
}

/// A flow that has ended (or was still open when the file ended).
pub struct Ended<'a> {
    /// Serial number, from 0 in order of first packet.
    pub serial: u32,
    /// The flow.
    pub flow: &'a Flow,
    /// Server name by DNS, TLS or HTTP; empty if unknown.
    pub name: &'a str,
}

/// What a detector may look at when it concludes.
pub struct Context<'a> {
    /// Values in force.
    pub settings: &'a Settings,
    /// Flows that were kept.
    pub flows: &'a FlowTable,
    /// Server names.
    pub names: &'a Names,
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
    pub n_not_judged: u64,
}

/// A detector at work on one input.
pub trait Detector {
    /// A packet passes; only those that the entry wants.
    fn observe_packet(&mut self, _packet: &Packet) {}

    /// A flow has ended. Flows come in the order in which they end, at the end of the file in serial order.
    fn observe_flow(&mut self, _ended: &Ended<'_>) {}

    /// What it makes of all that passed. May be called again with other settings.
    fn conclude(&mut self, context: &Context<'_>) -> Conclusion;

    /// What it makes of a table whose rows are no flows; none if it looks at flows or packets only.
    fn conclude_rows(&mut self, _rows: &RowStore, _settings: &Settings) -> Option<Conclusion> {
        None
    }
}

/// An id that stays the same for the same detector, actors and ports (FNV-1a, 32 bits).
pub fn identity(detector: &str, sources: &[Address], targets: &[Address], ports: &[u16]) -> String {
    let text = format!("{detector}|{sources:?}|{targets:?}|{ports:?}");
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{detector}-{hash:08x}")
}
