//! Turns flows into first contacts: the outcome of a source's first attempt to reach one port of one host. Shared by
//! the scan detectors and lateral movement.

mod classify;
mod probe;

pub use classify::classify;
pub use probe::{Outcome, Probe, Probes};

use crate::detect::support::capped_map::Tally;
use crate::detect::support::episodes::Timed;
use crate::model::app::protocol::AppProto;
use crate::model::format::time::SECOND;
use crate::model::{Addr, Flow};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash};

/// Counters for each contact, to tell which share a group with enough others: with four, two contacts of a thousand that are alone with
/// their kind look as if there were three.
const COUNTERS_EACH: usize = 4;

/// First contact of a source to one port of one host.
#[derive(Clone, Copy, Debug)]
pub struct Contact {
    /// The host that tried.
    pub source: Addr,
    /// The host that was tried.
    pub target: Addr,
    /// IP protocol number.
    pub protocol: u8,
    /// Port of `target`; 0 for ICMP.
    pub port: u16,
    /// Port of `source` at the first try; 0 for ICMP.
    pub from_port: u16,
    /// How, at the first try.
    pub probe: Probe,
    /// How, at all tries that were no success.
    pub probes: Probes,
    /// The outcome of the first try.
    pub outcome: Outcome,
    /// True if DNS had returned the target's address for a name before it was first tried, or a router reported no
    /// route to it: a failure is then no sign of a scan.
    pub is_excused: bool,
    /// True if the source left a connection half-open that the target had accepted, and completed another one: it knew then
    /// that the port is open, and asked what is there.
    pub is_followed: bool,
    /// True if it was a message of file sharing: its peers are told to each other, and many of them are gone.
    pub is_file_sharing: bool,
    /// Time of the first try, ns since 1970.
    pub first_ns: i64,
    /// Time of the last try that was no success; that of the first if there is none.
    pub last_ns: i64,
    /// Number of visits of the source; tries shortly after each other are one visit.
    pub n_visits: u16,
    /// Visits that began with a success.
    pub n_answered: u16,
    /// Start of the last visit, ns since 1970.
    pub last_visit_ns: i64,
}

impl Timed for Contact {
    fn span_ns(&self) -> (i64, i64) {
        (self.first_ns, self.last_ns)
    }

    fn order(&self) -> impl Ord {
        (self.target, self.port)
    }

    fn until(self, end_ns: i64) -> Contact {
        Contact { last_ns: self.last_ns.min(end_ns), ..self }
    }
}

#[derive(Clone, Copy)]
struct First {
    probe: Probe,
    probes: Probes,
    outcome: Outcome,
    is_excused: bool,
    /// Some try was left half-open, and some succeeded.
    is_half_open: bool,
    is_reached: bool,
    is_file_sharing: bool,
    from_port: u16,
    n_visits: u16,
    n_answered: u16,
    first_ns: i64,
    last_ns: i64,
    last_visit_ns: i64,
}

/// Tries this close together are one visit: repeats of a request that was lost, or several connections for one thing.
const VISIT_NS: i64 = 4 * SECOND;
/// Most requests of one series of pings that are counted.
const MOST_OF_SERIES: i64 = 1000;

impl First {
    /// Takes the further requests of one series of pings, evenly over its time.
    fn go_on(&mut self, flow: &Flow, is_success: bool) {
        let n = i64::from(flow.forward().packets).saturating_sub(1);
        let gap = if n > 0 { flow.duration_ns() / n } else { 0 };
        if gap > VISIT_NS {
            (1..=n.min(MOST_OF_SERIES)).for_each(|i| self.visit(flow.first_ns + i * gap, is_success));
        }
    }

    /// Takes a try of this moment, for the count of visits.
    fn visit(&mut self, begin_ns: i64, is_success: bool) {
        if self.n_visits == 0 || begin_ns.saturating_sub(self.last_visit_ns) > VISIT_NS {
            self.n_visits = self.n_visits.saturating_add(1);
            self.n_answered = self.n_answered.saturating_add(u16::from(is_success));
            self.last_visit_ns = begin_ns;
        }
    }
}

impl Default for First {
    fn default() -> Self {
        First {
            probe: Probe::Syn,
            probes: Probes::default(),
            outcome: Outcome::Silence,
            is_excused: false,
            is_half_open: false,
            is_reached: false,
            is_file_sharing: false,
            from_port: 0,
            n_visits: 0,
            n_answered: 0,
            first_ns: i64::MAX,
            last_ns: i64::MIN,
            last_visit_ns: i64::MIN,
        }
    }
}

/// Source, protocol, target and port.
type Key = (Addr, u8, Addr, u16);

/// TCP connections in a table, with known or unknown outcomes.
#[derive(Clone, Copy, Default)]
struct Outcomes {
    /// With a known outcome.
    n_known: u64,
    /// All.
    n: u64,
}

/// First contacts of all sources.
#[derive(Default)]
pub struct Contacts {
    firsts: Tally<Key, First, { Contacts::MOST }>,
    /// By source, of a table only; all of them in `outcomes`.
    outcomes_of: Tally<Addr, Outcomes, { Contacts::MOST_SOURCES }>,
    outcomes: Outcomes,
}

impl Contacts {
    /// Most contacts kept; 96 bytes each.
    pub const MOST: usize = 1 << 19;
    /// Most sources whose outcomes are counted.
    const MOST_SOURCES: usize = 1 << 17;

    /// Takes a flow that has ended. Not inlined: browsers optimise a function that is called often, but not a long loop
    /// in one that is called once.
    #[inline(never)]
    pub fn add(&mut self, flow: &Flow) {
        let contact = classify(flow);
        if flow.is_tcp() && flow.recorded.is_some() {
            self.count(flow.originator().0, contact.is_some());
        }
        let Some((probe, outcome)) = contact else { return };
        let ((source, _), (target, port)) = (flow.originator(), flow.responder());
        if flow.is_to_group() || source.is_group() {
            return;
        }
        let port = if probe == Probe::Echo { 0 } else { port };
        let Some(first) = self.firsts.of((source, flow.key.protocol, target, port)) else { return };
        first.is_half_open |= outcome == Outcome::HalfOpen;
        first.is_reached |= outcome.is_success();
        first.is_file_sharing |= flow.app == Some(AppProto::BitTorrent);
        first.visit(flow.first_ns, outcome.is_success());
        if probe == Probe::Echo {
            first.go_on(flow, outcome.is_success());
        }
        if !outcome.is_success() {
            first.probes.merge(probe.into());
            first.last_ns = first.last_ns.max(flow.first_ns);
        }
        // A bare exchange before a successful one was the end of an older connection.
        let is_explained = first.outcome == Outcome::Bare && outcome.is_success();
        if flow.first_ns < first.first_ns || is_explained {
            (first.probe, first.outcome, first.first_ns) = (probe, outcome, flow.first_ns);
            first.from_port = if probe == Probe::Echo { 0 } else { flow.originator().1 };
            first.is_excused = flow.name != 0 || flow.is_tcp() && flow.is_unreachable;
        }
    }

    fn count(&mut self, source: Addr, is_known: bool) {
        let of_source = self.outcomes_of.of(source);
        for outcomes in of_source.into_iter().chain([&mut self.outcomes]) {
            outcomes.n += 1;
            outcomes.n_known += u64::from(is_known);
        }
    }

    /// TCP connections of a table that `source` began, or all without one: of how many the outcome is known, and how many
    /// there are.
    pub fn n_known(&self, source: Option<Addr>) -> (u64, u64) {
        let Outcomes { n_known, n } = match source {
            Some(source) => self.outcomes_of.get(&source).copied().unwrap_or_default(),
            None => self.outcomes,
        };
        (n_known, n)
    }

    /// Contacts that have at least `least` of their group, group by group in order, in each by target, port and
    /// protocol. Contacts for which `group` gives none are left out.
    pub fn groups<G: Copy + Ord + Hash>(&self, least: f64, group: impl Fn(&Contact) -> Option<G>) -> Vec<Vec<Contact>> {
        let contact = |((source, protocol, target, port), first): (&Key, &First)| Contact {
            source: *source,
            target: *target,
            protocol: *protocol,
            port: *port,
            from_port: first.from_port,
            probe: first.probe,
            probes: first.probes,
            outcome: first.outcome,
            is_excused: first.is_excused,
            is_followed: first.is_half_open && first.is_reached,
            is_file_sharing: first.is_file_sharing,
            first_ns: first.first_ns,
            last_ns: first.last_ns.max(first.first_ns),
            n_visits: first.n_visits,
            n_answered: first.n_answered,
            last_visit_ns: first.last_visit_ns,
        };
        // Most contacts are alone with their kind: counters of their hashes, several times as many as contacts, tell nearly all of
        // these from the rest, which alone is grouped.
        let hashes = foldhash::fast::FixedState::default();
        let n_counters = (self.firsts.n_keys() * COUNTERS_EACH).next_power_of_two();
        let counter = |group: &G| hashes.hash_one(group) as usize & (n_counters - 1);
        let mut counters: Vec<u16> = vec![0; n_counters];
        for group in self.firsts.iter().filter_map(|entry| group(&contact(entry))) {
            counters.get_mut(counter(&group)).into_iter().for_each(|n| *n = n.saturating_add(1));
        }
        let may_be_large = |group: &G| {
            let n = counters.get(counter(group)).copied().unwrap_or(0);
            n == u16::MAX || f64::from(n) >= least
        };
        let mut large: BTreeMap<G, Vec<Contact>> = BTreeMap::new();
        for contact in self.firsts.iter().map(contact) {
            if let Some(group) = group(&contact).filter(may_be_large) {
                large.entry(group).or_default().push(contact);
            }
        }
        large.retain(|_, contacts| contacts.len() as f64 >= least);
        let mut groups: Vec<Vec<Contact>> = large.into_values().collect();
        groups.iter_mut().for_each(|contacts| contacts.sort_unstable_by_key(|c| (c.target, c.port, c.protocol)));
        groups
    }

    /// Contacts that were not kept because the table was full.
    pub fn n_refused(&self) -> u64 {
        self.firsts.n_refused
    }
}

/// The contacts without bare ones, if others worked: a client of many servers leaves the ends of older connections. If
/// hardly any worked, nothing else explains them.
pub fn without_rests(contacts: &[Contact]) -> Vec<Contact> {
    let n_answered = contacts.iter().filter(|c| c.outcome.is_success()).count();
    let is_vain = n_answered * 10 <= contacts.len();
    contacts.iter().filter(|c| is_vain || c.outcome != Outcome::Bare).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, inside, outside};

    #[test]
    fn an_answer_of_dhcp_is_no_try_and_a_long_series_of_pings_is_many_visits() {
        let datagram = |from: u16, to: u16| Made {
            protocol: 17,
            from: (inside(1), from),
            packets: [1, 0],
            bytes: [300, 0],
            ..Made::tcp(inside(1), inside(9), to, 0.0)
        };
        let visits = |flow: Flow| {
            let mut contacts = Contacts::default();
            contacts.add(&flow);
            contacts.groups(1.0, |contact| Some(contact.source)).first().map(|group| group[0].n_visits)
        };
        assert_eq!((visits(datagram(67, 68).flow()), visits(datagram(50_000, 161).flow())), (None, Some(1)));
        let pings = |seconds: f64| Made {
            protocol: 1,
            from: (inside(1), 0),
            packets: [10, 10],
            bytes: [560, 560],
            seconds,
            state: crate::model::flow::TcpState::Unknown,
            ..Made::tcp(inside(1), inside(9), 0, 0.0)
        };
        let series = |seconds| Flow { icmp: Some((8, 0)), ..pings(seconds).flow() };
        assert_eq!((visits(series(9.0)), visits(series(90.0))), (Some(1), Some(10)));
    }

    #[test]
    fn a_broadcast_address_is_known_by_its_frames_and_a_host_that_ends_in_255_is_a_host() {
        let silent = Made { packets: [1, 0], ..Made::refused(inside(1), inside(255), 137, 0.0) };
        let framed = |receiver| Flow { macs: Some(([2, 0, 0, 0, 0, 1], receiver)), ..silent.flow() };
        assert!(framed([0xff; 6]).is_to_group() && !framed([2, 0, 0, 0, 0, 9]).is_to_group());
        let half = Made { to: (inside(127), 137), ..silent };
        assert!(Flow { macs: framed([0xff; 6]).macs, ..half.flow() }.is_to_group() && !half.flow().is_to_group());
        // Without frames: silent and beside the one who asks.
        let from_elsewhere = Made::refused(outside(1), inside(255), 80, 0.0).flow();
        assert!(Made { packets: [1, 0], ..Made::tcp(inside(1), inside(255), 137, 0.0) }.flow().is_to_group());
        assert!(!Made::refused(inside(1), inside(255), 80, 0.0).flow().is_to_group() && !from_elsewhere.is_to_group());
        // A scan of such a host counts.
        let mut contacts = Contacts::default();
        contacts.add(&from_elsewhere);
        assert_eq!(contacts.groups(1.0, |contact| Some(contact.source)).len(), 1);
    }
}
