//! Finds devices that end TCP connections in the name of other hosts: their Ethernet address differs from all those
//! from which the address opens or accepts connections.

use crate::detect::support::capped_map::Tally;
use crate::model::packet::tcp_flag::{FIN, RST, SYN};
use crate::model::packet::{Packet, Transport};
use crate::model::{Addr, Finding};
use std::collections::{BTreeMap, BTreeSet};

/// An Ethernet address.
pub(super) type Mac = [u8; 6];
/// A connection, the lower end first.
type Connection = ((Addr, u16), (Addr, u16));

/// Most addresses whose devices are kept.
const MOST_ADDRESSES: usize = 1 << 16;
/// Most devices of an address; one with more is of a network that is captured in several places.
const MOST_DEVICES: usize = 4;
/// Most pairs of a device and an address in whose name it ends connections.
const MOST_NAMES: usize = 1 << 12;
/// Most connections of such a pair kept.
const MOST_CONNECTIONS: usize = 1 << 10;
/// A device that opens and accepts connections for more addresses passes on those of others, as a router does: a host has one
/// address of version 4, and a few of version 6.
const MOST_OWN: usize = 6;
/// So many addresses, for a device with an address that another one has too ends the connections of that address only.
const LEAST_NAMES: usize = 2;

/// What devices do, by the layer-2 network that they are in.
#[derive(Default)]
pub(super) struct Senders {
    /// The devices from which an address opens and accepts connections.
    devices: Tally<(u32, Addr), Vec<Mac>, MOST_ADDRESSES>,
    /// What a device ended in the name of an address that was not known to be its own.
    ends: Tally<(u32, Mac, Addr), Ends, MOST_NAMES>,
}

#[derive(Default)]
struct Ends {
    connections: BTreeSet<Connection>,
    n_packets: u64,
    first_ns: i64,
    last_ns: i64,
    packets: Vec<u64>,
}

/// A device that ends connections in the name of others.
#[derive(Clone, Debug, Default)]
pub(super) struct Forger {
    /// Its Ethernet address.
    pub mac: Mac,
    /// Addresses that it has itself.
    pub own: Vec<Addr>,
    /// In whose name.
    pub names: BTreeSet<Addr>,
    /// Connections, the lower end first.
    pub connections: BTreeSet<Connection>,
    /// Packets.
    pub n_packets: u64,
    /// First and last packet, ns since 1970.
    pub period_ns: (i64, i64),
    /// Indices of some packets.
    pub packets: Vec<u64>,
}

impl Forger {
    /// The host that most of the connections share, and how many: of equals the one in whose name fewer ends come first.
    pub(super) fn victim(&self) -> Option<(Addr, usize)> {
        let mut hosts: BTreeMap<Addr, usize> = BTreeMap::new();
        for (a, b) in &self.connections {
            *hosts.entry(a.0).or_default() += 1;
            *hosts.entry(b.0).or_default() += 1;
        }
        hosts.into_iter().max_by_key(|(host, n)| (*n, std::cmp::Reverse(*host)))
    }
}

impl Senders {
    /// Takes a packet.
    pub(super) fn observe(&mut self, packet: &Packet) {
        let (Transport::Tcp(tcp), Some(ip), Some((mac, _))) = (&packet.transport, &packet.ip, packet.macs) else {
            return;
        };
        let place = (packet.vlan_stack, ip.source);
        if tcp.flags & SYN != 0 {
            if let Some(devices) = self.devices.of(place)
                && devices.len() < MOST_DEVICES
                && !devices.contains(&mac)
            {
                devices.push(mac);
            }
            return;
        }
        let is_end = tcp.flags & (RST | FIN) != 0;
        if !is_end || self.devices.get(&place).is_none_or(|devices| devices.contains(&mac)) {
            return;
        }
        let Some(ends) = self.ends.of((packet.vlan_stack, mac, ip.source)) else { return };
        if ends.connections.len() < MOST_CONNECTIONS {
            let (a, b) = ((ip.source, tcp.source_port), (ip.target, tcp.target_port));
            ends.connections.insert((a.min(b), a.max(b)));
        }
        if ends.n_packets == 0 {
            ends.first_ns = packet.time_ns;
        }
        ends.last_ns = packet.time_ns;
        ends.n_packets += 1;
        if ends.packets.len() < Finding::MOST_FLOWS {
            ends.packets.push(packet.index);
        }
    }

    /// Devices that ended connections in the name of several addresses that are not theirs, in the order of their addresses.
    pub(super) fn forgers(&self) -> Vec<Forger> {
        let mut own: BTreeMap<(u32, Mac), Vec<Addr>> = BTreeMap::new();
        for ((network, address), devices) in self.devices.sorted() {
            for mac in devices {
                own.entry((*network, *mac)).or_default().push(*address);
            }
        }
        let mut forgers: BTreeMap<(u32, Mac), Forger> = BTreeMap::new();
        for ((network, mac, name), ends) in self.ends.sorted() {
            let own = own.get(&(*network, *mac)).map_or(&[][..], Vec::as_slice);
            let is_crowded = self.devices.get(&(*network, *name)).is_none_or(|devices| devices.len() >= MOST_DEVICES);
            // The address moved to it, or it passes on what others send.
            if own.len() > MOST_OWN || own.contains(name) || is_crowded {
                continue;
            }
            let forger = forgers.entry((*network, *mac)).or_insert_with(|| Forger {
                mac: *mac,
                own: own.to_vec(),
                period_ns: (i64::MAX, i64::MIN),
                ..Forger::default()
            });
            forger.names.insert(*name);
            forger.connections.extend(&ends.connections);
            forger.n_packets += ends.n_packets;
            forger.period_ns = (forger.period_ns.0.min(ends.first_ns), forger.period_ns.1.max(ends.last_ns));
            forger.packets.extend(&ends.packets);
        }
        forgers.into_values().filter(|forger| forger.names.len() >= LEAST_NAMES).collect()
    }

    /// Packets that were not kept because a table was full.
    pub(super) fn n_refused(&self) -> u64 {
        self.devices.n_refused + self.ends.n_refused
    }
}
