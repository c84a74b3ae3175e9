//! Requests of which a firewall wrote without saying what it did, to whether they are of a scan.
//!
//! A rule that only logs says nothing of the outcome, and ordinary clients ask many hosts for pages, mail and logins. But nobody uses
//! so many services of one host, and nobody outside has business with so many neighbours.

use crate::model::{Addr, Flow};
use foldhash::fast::RandomState;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

/// Different ports of one host that a source tries, at least, for a scan. Chosen by us: domain controllers are asked on up to ten.
const LEAST_PORTS: usize = 15;
/// Hosts of one network (of 24 bits) that a source of another tries on one port, at least.
const LEAST_HOSTS: usize = 20;
/// Ports on which ordinary clients and mail servers ask many hosts: pages, mail, messages, pushes.
const CLIENT_PORTS: [u16; 14] = [25, 80, 110, 143, 443, 465, 587, 853, 993, 995, 5222, 5228, 8080, 8443];
/// Ports on which who runs many machines asks them.
const ADMINISTRATION: [u16; 4] = [22, 161, 3389, 5985];
/// Most pairs, and most networks, that are kept.
const MOST: usize = 1 << 16;

/// What was tried.
#[derive(Default)]
pub(super) struct Tries {
    ports: HashMap<(Addr, Addr), BTreeSet<u16>, RandomState>,
    hosts: HashMap<(Addr, [u8; 3], u16), BTreeSet<u8>, RandomState>,
}

impl Tries {
    /// Takes a request.
    pub fn add(&mut self, flow: &Flow) {
        let ((source, _), (target, port)) = (flow.originator(), flow.responder());
        if (self.ports.len() < MOST || self.ports.contains_key(&(source, target))) && port > 0 {
            let ports = self.ports.entry((source, target)).or_default();
            if ports.len() < LEAST_PORTS {
                ports.insert(port);
            }
        }
        if let Some((network, host)) = foreign(flow)
            && (self.hosts.len() < MOST || self.hosts.contains_key(&(source, network, port)))
        {
            let hosts = self.hosts.entry((source, network, port)).or_default();
            if hosts.len() < LEAST_HOSTS {
                hosts.insert(host);
            }
        }
    }

    /// True if a request is one of so many that only a scan makes them.
    pub fn are_of_a_scan(&self, flow: &Flow) -> bool {
        let ((source, _), (target, port)) = (flow.originator(), flow.responder());
        let is_port_scan = self.ports.get(&(source, target)).is_some_and(|ports| ports.len() >= LEAST_PORTS);
        let of_network = foreign(flow).and_then(|(network, _)| self.hosts.get(&(source, network, port)));
        is_port_scan || of_network.is_some_and(|hosts| hosts.len() >= LEAST_HOSTS)
    }
}

/// The network and the host in it that a source asks which is not of the same site, on a port on which strangers have no business.
fn foreign(flow: &Flow) -> Option<([u8; 3], u8)> {
    let ((source, _), (target, port)) = (flow.originator(), flow.responder());
    let IpAddr::V4(host) = target.ip() else { return None };
    let is_private = |addr: Addr| matches!(addr.ip(), IpAddr::V4(ip) if ip.is_private());
    let is_inside = is_private(source) && host.is_private();
    let is_usual = CLIENT_PORTS.contains(&port) || (is_private(source) && ADMINISTRATION.contains(&port));
    let [a, b, c, d] = host.octets();
    (!is_inside && !is_usual).then_some(([a, b, c], d))
}
