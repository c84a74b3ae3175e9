//! Contacts to sockets that exchange datagrams with peers: one port of UDP for all, and ports of their own choice at the others.

use crate::detect::support::capped_map::Map;
use crate::detect::support::connection_attempts::{Contact, Contacts, Probe};
use crate::maths::sorting::Gather;
use crate::model::{Addr, Protocol};
use std::collections::BTreeSet;

/// Who has a port for so many others speaks with peers.
const LEAST_PEERS: usize = 8;
/// So many ports of a peer are known at most in the mean: one for each program behind its address.
const MOST_PORTS: usize = 8;
/// So many peers that answer at ports of their own are enough as well: their other ports are guessed, as NAT asks for.
const LEAST_ANSWERING: usize = 3;
/// At least this share of the peers has a port that none of the others has: a sweep tries the same ports everywhere.
const LEAST_OWN: f64 = 0.3;

/// Addresses with the ports of UDP from which they speak with peers.
pub(super) struct PeerSockets(BTreeSet<(Addr, u16)>);

impl PeerSockets {
    /// From all contacts.
    pub(super) fn of(contacts: &Contacts) -> PeerSockets {
        let socket = |c: &Contact| (c.probe == Probe::Udp && c.from_port >= 1024).then_some((c.source, c.from_port));
        let groups = contacts.groups(LEAST_ANSWERING as f64, socket);
        let sockets = groups.iter().filter(|contacts| is_of_peers(contacts));
        PeerSockets(sockets.filter_map(|contacts| contacts.first()).map(|c| (c.source, c.from_port)).gathered())
    }

    /// True if more than half of these contacts came from such a socket.
    pub(super) fn are_of_peers(&self, contacts: &[Contact]) -> bool {
        let n = contacts.iter().filter(|c| self.0.contains(&(c.source, c.from_port))).count();
        n * 2 > contacts.len()
    }
}

/// True for the contacts of one socket, in the order of their targets, if they are those of a program and its peers.
fn is_of_peers(contacts: &[Contact]) -> bool {
    let mut n_hosts: Map<u16, usize> = Map::default();
    contacts.iter().for_each(|c| *n_hosts.entry(c.port).or_default() += 1);
    let is_own = |c: &Contact| n_hosts.get(&c.port) == Some(&1) && !Protocol::is_service(false, c.port);
    let peers = || contacts.chunk_by(|a, b| a.target == b.target);
    let (n, n_own) = (peers().count(), peers().filter(|contacts| contacts.iter().any(is_own)).count());
    let answers = |c: &&Contact| c.outcome.is_success() && !Protocol::is_service(false, c.port);
    let n_sharing = contacts.iter().filter(|c| c.is_file_sharing).count();
    let n_answering = peers().filter(|contacts| contacts.iter().filter(answers).count() > 0).count();
    // Of packets that were cut it is not known what most of them say.
    n_sharing >= LEAST_ANSWERING
        || n_answering >= LEAST_ANSWERING
        || n >= LEAST_PEERS && contacts.len() <= MOST_PORTS * n && n_own as f64 >= LEAST_OWN * n as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, inside, outside};
    use crate::model::Flow;
    use crate::model::app::protocol::AppProto;

    fn of(ports: impl Fn(u8, u16) -> u16) -> bool {
        let mut contacts = Contacts::default();
        for host in 0..20 {
            for port in 0..6 {
                let silent = Made {
                    protocol: 17,
                    packets: [1, 0],
                    ..Made::refused(inside(1), outside(host), ports(host, port), 0.0)
                };
                contacts.add(&Made { from: (inside(1), 51_413), ..silent }.flow());
            }
        }
        let groups = contacts.groups(1.0, |c| Some(c.source));
        PeerSockets::of(&contacts).are_of_peers(&groups[0])
    }

    #[test]
    fn messages_of_file_sharing_are_to_peers_though_nobody_answers() {
        let is_peer = |app| {
            let mut contacts = Contacts::default();
            for port in 0..40 {
                let silent = Made::refused(inside(1), outside(1), 20_000 + 7 * port, 0.0);
                let silent = Made { protocol: 17, packets: [1, 0], from: (inside(1), 51_413), ..silent };
                contacts.add(&Flow { app, ..silent.flow() });
            }
            PeerSockets::of(&contacts).are_of_peers(&contacts.groups(1.0, |c| Some(c.source))[0])
        };
        assert!(is_peer(Some(AppProto::BitTorrent)) && !is_peer(None));
    }

    #[test]
    fn peers_have_ports_of_their_own_and_a_sweep_tries_the_same_ones() {
        assert!(of(|host, port| 20_000 + 97 * u16::from(host) + port));
        assert!(!of(|_, port| 20_000 + port));
        assert!(!of(|host, port| 100 + 6 * u16::from(host) + port), "services");
    }
}
