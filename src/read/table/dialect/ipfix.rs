//! Records of NetFlow 9 or IPFIX by the names of IANA, as collectors write them; each direction has a row of its own.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "ipfix",
    name: "IPFIX elements",
    known_by: KnownBy::AnyHeadings(&[
        &["sourceipv4address", "destinationipv4address"],
        &["sourceipv6address", "destinationipv6address"],
    ]),
    roles: &[
        ("packetdeltacount", Role::FwdPackets),
        ("packettotalcount", Role::FwdPackets),
        ("octetdeltacount", Role::FwdBytes),
        ("octettotalcount", Role::FwdBytes),
        ("tcpcontrolbits", Role::Flags),
    ],
    is_one_way: true,
    state: state::by_flags,
    ..COMMON
};
