//! YAF and other probes whose records of IPFIX hold both directions (RFC 5103).

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "yaf",
    name: "IPFIX with both directions",
    known_by: KnownBy::AnyHeadings(&[
        &["sourceipv4address", "reversepacketdeltacount"],
        &["sourceipv4address", "reversepackettotalcount"],
        &["sourceipv4address", "reverseoctetdeltacount"],
        &["sourceipv4address", "reverseoctettotalcount"],
        &["sourceipv6address", "reversepackettotalcount"],
        // Columns of yafscii.
        &["sip", "dip", "rpkt", "roct"],
    ]),
    roles: &[
        ("packetdeltacount", Role::FwdPackets),
        ("packettotalcount", Role::FwdPackets),
        ("octetdeltacount", Role::FwdBytes),
        ("octettotalcount", Role::FwdBytes),
        ("tcpcontrolbits", Role::Flags),
        ("uniontcpflags", Role::Flags),
        ("pkt", Role::FwdPackets),
        ("oct", Role::FwdBytes),
        ("rpkt", Role::BwdPackets),
        ("roct", Role::BwdBytes),
        ("iflags", Role::Plain),
        ("rtt", Role::Plain),
    ],
    state: state::by_flags,
    ..COMMON
};
