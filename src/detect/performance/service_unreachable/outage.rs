//! Turns a service that clients cannot reach into a finding.

use super::{Attempts, CARD};
use crate::detect::support::finding_builder::{Identity, count, evidence, server_filter, who, yes_no};
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::detect::support::trouble::{self, LONG_NS};
use crate::model::format::quantity::percent;
use crate::model::format::time::span;
use crate::model::{Addr, Finding, Series};

/// A client that is refused on this many ports of one host is looking for what the host offers.
const SEVERAL_PORTS: usize = 3;
/// A single client with this many times the reported number of attempts, all failed, needs the service.
const NEEDED: f64 = 2.0;
/// Trouble of a single client has at most this share of the full extent.
const EXTENT_OF_ONE: f64 = 0.3;

/// A service that clients cannot reach.
pub struct Outage<'a> {
    /// Its host and port.
    pub service: (Addr, u16),
    /// The clients whose attempts fail.
    pub clients: Vec<(Addr, &'a Attempts)>,
    /// The outcomes of all their attempts together.
    pub sum: Attempts,
    /// Established connections to it.
    pub n_reached: u64,
    /// Its host answers on another port.
    pub is_host_alive: bool,
    /// The clients reach others.
    pub are_clients_online: bool,
    /// The service is elsewhere, and others of the clients' networks get as far.
    pub do_neighbours_get_out: bool,
    /// Ports of the host that refuse.
    pub n_ports: usize,
    /// Services that the client with the fewest such fails to reach.
    pub n_failing_of_one: u32,
}

impl Outage<'_> {
    /// True for one of the clients.
    pub fn has(&self, client: Addr) -> bool {
        self.clients.iter().any(|(one, _)| *one == client)
    }

    fn is_silent(&self) -> bool {
        self.sum.n_silent >= self.sum.n_refused + self.sum.n_rejected
    }

    /// The finding.
    pub fn finding(&self, least: f64, flows: Gathered) -> Finding {
        let ((server, port), n) = (self.service, self.sum.n_failed());
        let clients: Vec<Addr> = self.clients.iter().map(|(client, _)| *client).collect();
        let length_ns = self.sum.last_ns - self.sum.first_ns;
        let is_dead = self.n_reached == 0;
        // A client that is refused on several ports of a host looks for a service that the host does not have.
        let is_search = !self.is_silent() && is_dead && self.n_ports >= SEVERAL_PORTS;
        // A client that does without some other service too may find this one dispensable.
        let is_needed = is_dead && length_ns >= LONG_NS && self.n_failing_of_one <= 1;
        // That several are cut off while others beside them are not would be a chance.
        let is_sound = self.are_clients_online || self.do_neighbours_get_out && clients.len() >= 2;
        let impact = if !is_sound || is_search {
            Impact::NUISANCE
        } else if self.is_silent() && is_dead && length_ns >= LONG_NS {
            Impact::OUTAGE
        } else if clients.len() == 1 && is_needed && n as f64 >= NEEDED * least {
            Impact::SLOWDOWN
        } else {
            trouble::impact(clients.len(), length_ns)
        };
        let most = if clients.len() >= 2 || is_needed && !self.is_silent() { 1.0 } else { EXTENT_OF_ONE };
        let confidence = match (self.are_clients_online, is_sound) {
            (true, _) => Confidence::VERY_LIKELY,
            (false, true) => Confidence::LIKELY,
            _ => Confidence::EVEN,
        };
        let (from, n_all) = (who(&clients), n + self.n_reached);
        let title = match (self.is_silent(), is_dead) {
            (true, true) => format!("Nothing comes back from {server}, port {port}: {n} attempts of {from} time out"),
            (false, true) => format!("{server} refuses connections on port {port}: {n} attempts of {from}"),
            (_, false) => format!(
                "{server} is reached on port {port} only now and then: {} of {n_all} attempts fail",
                percent(n as f64, n_all as f64)
            ),
        };
        Finding::builder(&CARD)
            .title(title)
            .weighed(impact, confidence, extent(n as f64, least).min(most))
            .score(past(n as f64, least))
            .sources([server])
            .targets(clients)
            .ports([port])
            .identity(Identity::ActorsAndPorts)
            .protocol("TCP")
            .evidence([
                evidence("Attempts without any answer", self.sum.n_silent as f64, "connections", "0"),
                evidence("Attempts that were refused (reset)", self.sum.n_refused as f64, "connections", "0"),
                evidence(
                    "Attempts that were answered by ICMP unreachable",
                    self.sum.n_rejected as f64,
                    "connections",
                    "0",
                ),
                evidence("Connections that came about", self.n_reached as f64, "connections", "all"),
                evidence("Clients that try again and again", self.clients.len() as f64, "clients", ""),
                yes_no("The host answers otherwise", self.is_host_alive, ""),
                yes_no("The clients reach others as far away", self.are_clients_online, "1"),
                yes_no("Others of their network do", self.do_neighbours_get_out, "1"),
            ])
            .explanation(self.explanation())
            .series(Series::counts("Failed attempts", "connections", &self.sum.times))
            .flows(flows)
            .filter(server_filter(server, port))
            .build()
    }

    fn explanation(&self) -> String {
        let ((server, port), sum) = (self.service, &self.sum);
        let n = sum.n_failed() as usize;
        let mut text = format!(
            "{} asked {server} for a connection to port {port} {} in vain within {}, each time anew and at the pace of an \
             ordinary system, so it is no scan.",
            count(self.clients.len(), "client"),
            count(n, "time"),
            span(sum.last_ns - sum.first_ns)
        );
        text += if self.is_silent() {
            " Nothing came back, not even a refusal: a firewall drops the packets in silence, or the machine is off."
        } else if sum.n_rejected > sum.n_refused {
            " A router or firewall answered that it cannot be reached."
        } else {
            " The machine answered with a reset: it is there, but nothing listens on this port, or a firewall refuses."
        };
        if self.n_reached > 0 {
            text += &format!(
                " {} came about: the service works in part, so it is overloaded, restarts again and again, or is one of \
                 several behind one address; or only some clients are let through.",
                count(self.n_reached as usize, "connection")
            );
        } else if self.is_silent() && self.is_host_alive {
            text += " The host answers others or on other ports, so it is not off: this port is blocked.";
        }
        if self.n_ports >= SEVERAL_PORTS && self.n_reached == 0 {
            text +=
                " The host refuses on other ports too: the clients may try one way after another that it never had.";
        }
        if !self.are_clients_online && self.do_neighbours_get_out {
            text +=
                " These clients do nothing else in the capture, but others of their network reach hosts as far away.";
        } else if !self.are_clients_online {
            text += " Nothing shows that these clients reach anybody as far away: they may be cut off themselves.";
        }
        text
    }
}
