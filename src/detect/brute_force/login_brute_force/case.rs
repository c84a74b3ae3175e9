//! Turns the failed logins of one client over one protocol into a finding.

use super::{CARD, Key, Pair, SPRAYED_USERS, WINDOW_NS};
use crate::detect::detector::Context;
use crate::detect::support::finding_builder::{self, FindingBuilder, Identity, count, evidence, thousands};
use crate::detect::support::flow_selector::{Between, Gathered, gather};
use crate::detect::support::known_outcomes;
use crate::detect::support::logins::LoginWalk;
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::severity::{Confidence, Impact};
use crate::detect::support::threshold_random_walk::busiest;
use crate::maths::sorting::{Arrange, Gather};
use crate::model::app::protocol::AppProto;
use crate::model::format::time::span;
use crate::model::{Addr, Finding, Series};
use foldhash::fast::RandomState;
use std::collections::BTreeSet;
use std::collections::HashSet;

/// Different passwords that could be read, or users, from which on it is no program with an old password.
const LEAST_TOLD: usize = 3;

/// The services at which logins of one client fail.
pub(super) struct Case<'a> {
    client: Addr,
    protocol: AppProto,
    walk: LoginWalk,
    /// Other hosts of which it tried the same port in vain, if they are many.
    n_swept: usize,
    pairs: Vec<(&'a Key, &'a Pair)>,
    /// When logins were refused, ascending.
    refused_ns: Vec<i64>,
    flows: Gathered,
}

impl<'a> Case<'a> {
    /// Of some services, without those where most logins work; without flows yet.
    pub(super) fn of(client: Addr, protocol: AppProto, walk: LoginWalk, pairs: &[(&'a Key, &'a Pair)]) -> Case<'a> {
        let pairs: Vec<_> = match pairs {
            [one] => vec![*one],
            many => many.iter().filter(|(_, pair)| pair.n_refused > pair.n_accepted).copied().collect(),
        };
        let mut refused_ns: Vec<i64> = pairs.iter().flat_map(|(_, pair)| &pair.refused_ns).copied().collect();
        refused_ns.sort_unstable();
        Case { client, protocol, walk, n_swept: 0, pairs, refused_ns, flows: Gathered::default() }
    }

    /// Of a client that tried the same port of so many other hosts in vain, if they are many.
    pub(super) fn of_sweep(self, n_swept: usize) -> Case<'a> {
        Case { n_swept, ..self }
    }

    /// True if this many failed within the window, or this many in a row.
    pub(super) fn is_guessing(&self, least: f64, in_a_row: f64) -> bool {
        let is_passed = self.is_many(least) || self.walk.has_passed(in_a_row) || self.is_of_sweep(in_a_row);
        !self.pairs.is_empty() && is_passed
    }

    /// True for half as many that failed, none of which worked, of a client that looks for machines to log in to.
    fn is_of_sweep(&self, in_a_row: f64) -> bool {
        self.n_swept > 0 && 2.0 * self.n_refused() as f64 >= in_a_row && self.sum(|pair| pair.n_accepted) == 0
    }

    fn is_many(&self, least: f64) -> bool {
        self.n_refused() >= self.sum(|pair| pair.n_accepted) && busiest(&self.refused_ns, WINDOW_NS) as f64 >= least
    }

    /// Looks up the flows of all cases.
    pub(super) fn gather(context: &Context<'_>, cases: &mut [Case<'a>]) {
        let of = |(client, server, port, _): &Key| Between::service(*client, *server, *port);
        let ends: Vec<Between> = cases.iter().flat_map(|case| &case.pairs).map(|(key, _)| of(key)).collect();
        let mut flows = gather(context, &ends, |_, _| true).into_iter();
        for case in cases {
            flows.by_ref().take(case.pairs.len()).for_each(|part| case.flows.merge(part));
        }
    }

    /// Logins refused.
    pub(super) fn n_refused(&self) -> u64 {
        self.sum(|pair| pair.n_refused)
    }

    fn sum(&self, of: impl Fn(&Pair) -> u64) -> u64 {
        self.pairs.iter().map(|(_, pair)| of(pair)).sum()
    }

    fn n_different(&self, of: impl Fn(&Pair) -> &HashSet<u64, RandomState>) -> usize {
        self.pairs.iter().flat_map(|(_, pair)| of(pair)).gathered::<BTreeSet<&u64>>().len()
    }

    /// How sure it is: what differs between tries, and whether the count alone says so.
    fn confidence(&self, least: f64, n_users: usize, n_passwords: usize) -> Confidence {
        // The same password all the time is a program with an old one.
        if n_passwords == 1 && n_users <= 1 {
            Confidence::EVEN
        } else if self.is_many(least) {
            Confidence::ALMOST_CERTAIN
        } else if n_passwords >= LEAST_TOLD || n_users >= LEAST_TOLD {
            Confidence::VERY_LIKELY
        } else {
            Confidence::LIKELY
        }
    }

    pub(super) fn finding(&self, least: f64, in_a_row: f64) -> FindingBuilder {
        let n_refused = self.n_refused();
        let (n, name, shown) = (n_refused as f64, self.protocol.name(), thousands(n_refused as usize));
        let n_users = self.n_different(|pair| &pair.users);
        let n_passwords = self.n_different(|pair| &pair.passwords);
        let is_few_each = n_refused <= 3 * n_users as u64 || (1..=n_users / 2).contains(&n_passwords);
        let is_spray = n_users >= SPRAYED_USERS && is_few_each;
        let mut servers: Vec<Addr> = self.pairs.iter().map(|((_, server, _, _), _)| *server).collect();
        servers.dedup();
        let mut ports: Vec<u16> = self.pairs.iter().map(|((_, _, port, _), _)| *port).collect();
        ports.arrange();
        ports.dedup();
        let whom = match servers.as_slice() {
            [server] => server.to_string(),
            many => count(many.len(), "server"),
        };
        let first = self.refused_ns.first().copied().unwrap_or(0);
        let duration = self.refused_ns.last().copied().unwrap_or(first) - first;
        let threshold = if self.is_many(least) { least } else { in_a_row.min(n) };
        let mut seen = MessageEvidence::default();
        self.pairs.iter().for_each(|(_, pair)| seen.merge(&pair.seen));
        let client = self.client;
        Finding::builder(&CARD)
            .title(match is_spray {
                true => format!("{client} tries passwords on many users of {whom} ({name}): {shown} refused"),
                false => format!("{client} guesses {name} passwords on {whom}: {shown} refused"),
            })
            .rated(Impact::ACCESS_TRY, self.confidence(least, n_users, n_passwords), (n, threshold))
            .technique(is_spray.then_some(("T1110.003", "Password Spraying")))
            .sources([client])
            .targets(servers.iter().copied())
            .ports(ports.iter().copied())
            .protocol(name)
            .identity(match servers.as_slice() {
                [_] => Identity::ActorsAndPorts,
                _ => Identity::Word(format!("{name} on many")),
            })
            .evidence([
                evidence("Failed logins", n, "logins", "0 to 3"),
                evidence("Most of them within 15 min", busiest(&self.refused_ns, WINDOW_NS) as f64, "logins", "0 to 3"),
                self.walk.likelihood(),
                evidence("Servers", servers.len() as f64, "hosts", "1"),
                evidence("Different users", n_users as f64, "users", "1"),
                evidence("Different passwords that could be read", n_passwords as f64, "passwords", "1 or 2"),
                evidence("Accepted logins afterwards", self.sum(|pair| pair.n_accepted_after) as f64, "logins", "1"),
            ])
            .evidence((self.n_swept > 0).then(|| {
                evidence("Other hosts that it tried in vain on the same port", self.n_swept as f64, "hosts", "0")
            }))
            .explanation(format!(
                "{whom} refused {shown} logins from {client} over {name} within {}.{} {}{}{}",
                span(duration),
                self.replaced_words(),
                match self.sum(|pair| pair.n_accepted_after) {
                    0 => "No login was accepted.",
                    _ => "Later logins from the same client were accepted: a guess may have succeeded.",
                },
                self.swept_words(),
                known_outcomes::sentence(self.n_known(), "login attempts")
            ))
            .filter(self.filter(&servers, &ports))
            .series(Series::counts("Failed logins", "logins", &self.refused_ns))
            .messages(&seen)
            .flows(self.flows.clone())
    }

    /// Of how many tries over HTTP the outcome is known.
    fn n_known(&self) -> (u64, u64) {
        (self.sum(|pair| pair.n_answers + pair.n_replaced), self.sum(|pair| pair.n_tries))
    }

    fn swept_words(&self) -> String {
        match self.n_swept {
            0 => String::new(),
            n => format!(
                " It tried the same port of {} in vain too: who mistypes a password knows where to log in.",
                count(n, "other host")
            ),
        }
    }

    fn replaced_words(&self) -> String {
        match self.sum(|pair| pair.n_replaced) {
            0 => String::new(),
            n => format!(
                " Of these, {} failed as the next try of the same user shows, which had another password.",
                thousands(n as usize)
            ),
        }
    }

    fn filter(&self, servers: &[Addr], ports: &[u16]) -> String {
        let hosts = match servers {
            [server] => finding_builder::pair_filter(self.client, *server),
            _ => finding_builder::host_filter("addr", self.client),
        };
        let on = finding_builder::ports_filter("tcp.port", ports, Finding::MOST_PORTS);
        format!("{hosts} && {}", on.unwrap_or("tcp".to_owned()))
    }
}

impl Pair {
    /// Many connections that each ask to log in, of which it is unknown what came of most.
    pub(super) fn asked(&self, (client, server, port, protocol): Key, least: f64) -> FindingBuilder {
        let (n, n_users, name) = (self.asked_ns.len(), self.users.len(), protocol.name());
        // One name again and again may be a program that connects again.
        let confidence = if n_users >= SPRAYED_USERS { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
        let first = self.asked_ns.first().copied().unwrap_or(0);
        let duration = self.asked_ns.last().copied().unwrap_or(first) - first;
        Finding::builder(&CARD)
            .title(format!(
                "{client} asks again and again to log in to {server} over {name}: {}",
                count(n, "connection")
            ))
            .rated(Impact::ACCESS_TRY, confidence, (self.n_asked() as f64, least))
            .technique((n_users >= SPRAYED_USERS).then_some(("T1110.003", "Password Spraying")))
            .service((client, server, port), name)
            .evidence([
                evidence("Connections that ask to log in", n as f64, "connections", "1 for each session"),
                evidence("Most of them within 15 min", self.n_asked() as f64, "connections", format!("below {least}")),
                evidence("Different users", n_users as f64, "users", "1"),
            ])
            .explanation(format!(
                "{client} opened {} to {server} within {} that each ask to log in over {name}, as {}. One who works \
                 there logs in once. What the server answers is encrypted.{}",
                count(n, "connection"),
                span(duration),
                count(n_users, "user"),
                known_outcomes::sentence((self.n_answers, n as u64), "login attempts")
            ))
            .filter(format!("{} && tcp.port == {port}", finding_builder::pair_filter(client, server)))
            .series(Series::counts("Connections that ask to log in", "connections", &self.asked_ns))
            .messages(&self.seen)
    }
}
