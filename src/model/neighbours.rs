//! Who claims which address on the link, and who asks for whom: by ARP (RFC 826) and neighbour discovery (RFC 4861).

use super::net::addr::Addr;
use serde::{Deserialize, Serialize};

/// What ARP and neighbour discovery say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Neighbours {
    /// Addresses and the devices that claim them, contested ones first.
    pub bindings: Vec<Binding>,
    /// Who asked for whom, unanswered ones first.
    pub questions: Vec<AddressQuestion>,
    /// Messages that were read.
    pub n_messages: u64,
    /// Bindings and questions that are not listed.
    pub n_left_out: u64,
    /// Messages that were not read, because there are too many.
    pub n_not_read: u64,
}

/// A device that claims an IP address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Binding {
    /// The IP address.
    pub address: Addr,
    /// The Ethernet address.
    pub mac: [u8; 6],
    /// Tags of its layer-2 network; 0 without.
    pub vlan: u32,
    /// Messages with the claim.
    pub n_claims: u64,
    /// Of these, answers to a question.
    pub n_answers: u64,
    /// Of these, answers and announcements that nobody asked for.
    pub n_unasked: u64,
    /// First claim, ns since 1970.
    pub first_ns: i64,
    /// Last claim, ns since 1970.
    pub last_ns: i64,
    /// Devices that claim the same address.
    pub n_claimants: u32,
}

/// A host that asks for the Ethernet address of another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AddressQuestion {
    /// Who asks; unspecified for a probe.
    pub source: Addr,
    /// Its Ethernet address; none where it is not known.
    pub mac: Option<[u8; 6]>,
    /// For whom it asks.
    pub target: Addr,
    /// Questions.
    pub n_questions: u64,
    /// Of these, answered within 10 s.
    pub n_answered: u64,
    /// First question, ns since 1970.
    pub first_ns: i64,
    /// Last question, ns since 1970.
    pub last_ns: i64,
}
