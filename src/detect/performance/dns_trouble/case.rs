//! Turns a name server in trouble into a finding.

use super::{CARD, Limits};
use crate::detect::detector::Context;
use crate::detect::support::dns_lookups::Lookup;
use crate::detect::support::finding_builder::{count, evidence, host_filter, round3};
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::detect::support::trouble::{self, LONG_NS, LOSSY, Lines};
use crate::maths::sorting::Gather;
use crate::model::app::kinds::names::DnsCode;
use crate::model::finding::series::{Level, SeriesKind};
use crate::model::format::quantity::{counted, percent};
use crate::model::format::time::{from_seconds, seconds, span, to_second};
use crate::model::{Addr, Finding, Series};
use std::collections::BTreeSet;

/// A client may be a name server that queries for others: its trouble counts as that of many clients if it has this
/// many times the least number of bad look-ups.
const MANY: usize = 4;
/// From so many clients on, the number of bad look-ups weighs too. Set by us.
const SEVERAL: usize = 3;
/// From this share of bad look-ups on, half of [`MANY`] is enough. Set by us.
const NEARLY_ALL: f64 = 0.9;
/// Another server, or the same at another time, is quicker if its median is at most this share.
pub const QUICKER: f64 = 0.5;

/// A client that gets answers to at least half of its queries is not cut off.
const CUT_OFF: f64 = 0.5;

/// What is wrong with the answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// None come.
    Silent,
    /// The server could not find out.
    Failed,
    /// The server refuses to serve the client.
    Refused,
    /// They come late.
    Slow,
}

/// A server that is in trouble, in its worst stretch.
pub struct ServerTrouble<'a> {
    /// The server.
    pub server: Addr,
    /// What is wrong.
    pub fault: Fault,
    /// Look-ups of the stretch.
    pub lookups: Vec<&'a Lookup>,
    /// How many of them have the fault.
    pub n_bad: usize,
    /// Other look-ups of that time that the server knew the answer to.
    pub n_cached: usize,
    /// The clients that got no answer or waited.
    pub affected: BTreeSet<Addr>,
    /// Median delay within the stretch, s.
    pub median: f64,
    /// And outside of it, if there is enough to compare with.
    pub elsewhere: Option<f64>,
    /// From the first bad query to the last answer, ns since 1970.
    pub period: (i64, i64),
    /// Nothing before it was any better.
    pub begins_with_capture: bool,
    /// Hosts for which the one client asks, as far as that shows.
    pub n_dependents: usize,
    /// Name servers that ask this one in turn and have the same fault because of it.
    pub behind: BTreeSet<Addr>,
}

impl ServerTrouble<'_> {
    fn share(&self) -> f64 {
        self.n_bad as f64 / self.lookups.len().max(1) as f64
    }

    fn title(&self) -> String {
        let (server, share) = (self.server, percent(self.n_bad as f64, self.lookups.len() as f64));
        match self.fault {
            Fault::Slow => {
                let median = span(from_seconds(self.median));
                let which = if self.n_cached > 0 { " to what it must look up" } else { "" };
                format!("Name server {server} answers slowly: half of its answers{which} take {median} or longer")
            }
            Fault::Silent => format!("Name server {server} leaves {share} of the queries without an answer"),
            Fault::Failed => format!("Name server {server} fails to resolve {share} of the names (SERVFAIL)"),
            Fault::Refused => format!("Name server {server} refuses {share} of the queries (REFUSED)"),
        }
    }

    /// The finding; `other` is the median of the quickest of the other servers, s.
    pub fn finding(&self, context: &Context<'_>, limits: &Limits, other: Option<f64>, lines: &Lines) -> Finding {
        let line = lines.together(&self.affected);
        let lost = line.lost();
        let n_affected = self.affected.len();
        let (impact, confidence) = (self.impact(limits), self.confidence(lost, line.n_established, other));
        let slow = seconds(limits.slow_ns);
        let (value, threshold) =
            if self.fault == Fault::Slow { (self.median, slow) } else { (self.share(), limits.share) };
        // A small share of many queries of several clients is much trouble too.
        let of_many = if n_affected >= SEVERAL { extent(self.n_bad as f64, 2.0 * limits.least as f64) } else { 0.0 };
        let n_of = |is_meant: &dyn Fn(&Lookup) -> bool| self.lookups.iter().filter(|one| is_meant(one)).count() as f64;
        let beside = match (self.elsewhere, other) {
            (Some(own), _) => format!("{} at other times", span(from_seconds(own))),
            (None, Some(other)) => format!("{} of another name server", span(from_seconds(other))),
            (None, None) => format!("below {slow} s"),
        };
        Finding::builder(&CARD)
            .title(self.title())
            .weighed(impact, confidence, extent(value, threshold).max(of_many))
            .score(past(value, threshold))
            .sources([self.server])
            .targets(self.affected.iter().copied())
            .ports([53])
            .protocol("DNS")
            .evidence([
                evidence("Median time to an answer", self.median, "s", beside),
                evidence("Queries without an answer", n_of(&|one| one.delay_ns.is_none()), "queries", "none or few"),
                evidence(
                    "Failures (SERVFAIL)",
                    n_of(&|one| one.code == Some(DnsCode::ServerFailure)),
                    "answers",
                    "a few",
                ),
                evidence("Refusals (REFUSED)", n_of(&|one| one.code == Some(DnsCode::Refused)), "answers", "0"),
                evidence("Queries in this time", self.lookups.len() as f64, "queries", ""),
                evidence("Queries that had to be repeated", n_of(&|one| one.n_repeats > 0), "queries", "none or few"),
                evidence("Clients affected", n_affected as f64, "clients", ""),
                evidence("Retransmitted packets of their TCP connections", lost * 100.0, "%", "under 3"),
            ])
            .explanation(self.explanation(lost, line.n_established, (self.elsewhere, other)))
            .flows(Gathered::of(context, self.lookups.iter().map(|lookup| &lookup.flow).gathered::<BTreeSet<_>>()))
            .series(self.series(slow))
            .period(self.period)
            .filter_in_time(format!("dns && {}", host_filter("addr", self.server)))
            .build()
    }

    fn impact(&self, limits: &Limits) -> Impact {
        let (n_affected, length_ns) = (self.affected.len(), self.period.1 - self.period.0);
        let needed = if self.share() >= NEARLY_ALL { MANY / 2 } else { MANY };
        let is_of_many = length_ns >= LONG_NS && self.n_bad >= needed * limits.least;
        match self.fault {
            // A server that refuses does not serve this client: the client's settings are wrong, or the server's.
            Fault::Refused => Impact::NUISANCE,
            _ if n_affected == 1 && is_of_many => Impact::SLOWDOWN,
            _ => trouble::impact(n_affected + self.n_dependents, length_ns),
        }
    }

    /// How sure it is that the server is at fault: `lost` is the share of repeated data of the clients' other connections,
    /// `n_established` how many of those there are, `other` the median of another server, s.
    fn confidence(&self, lost: f64, n_established: u64, other: Option<f64>) -> Confidence {
        let is_quicker = |median: &f64| *median <= self.median * QUICKER;
        let is_compared = self.elsewhere.as_ref().is_some_and(is_quicker) || other.as_ref().is_some_and(is_quicker);
        let is_delayed = matches!(self.fault, Fault::Silent | Fault::Slow) && lost >= LOSSY;
        let is_line = is_delayed || self.fault == Fault::Silent && self.are_cut_off(n_established);
        match self.fault {
            _ if is_line => Confidence::EVEN,
            Fault::Slow if !is_compared => Confidence::LIKELY,
            // Nothing shows how good the line of these clients is.
            Fault::Silent if n_established == 0 => Confidence::LIKELY,
            _ => Confidence::VERY_LIKELY,
        }
    }

    /// True if its clients may get nowhere at all: hardly an answer, and no other connection.
    fn are_cut_off(&self, n_established: u64) -> bool {
        n_established == 0 && self.behind.is_empty() && self.share() > CUT_OFF
    }

    /// The delays of the answers, beside the delay from which they count as slow, s.
    fn series(&self, slow: f64) -> Option<Series> {
        let points = self.lookups.iter().filter_map(|one| Some((one.asked_ns, round3(seconds(one.delay_ns?)))));
        let every = self.lookups.len().div_ceil(Series::MOST).max(1);
        let points: Vec<(i64, f64)> = points.step_by(every).collect();
        (points.len() >= 2).then(|| Series {
            kind: SeriesKind::Values,
            name: "Time to the answer".to_owned(),
            unit: "s".to_owned(),
            points,
            level: Some(Level { name: "threshold".to_owned(), value: slow }),
            changes: Vec::new(),
        })
    }

    fn explanation(&self, lost: f64, n_established: u64, (own, other): (Option<f64>, Option<f64>)) -> String {
        let (n_bad, n, server) = (self.n_bad, counted(self.lookups.len() as u64, "query", "queries"), self.server);
        let what = match self.fault {
            Fault::Slow => "were answered late",
            Fault::Silent => "got no answer",
            Fault::Failed => "were answered with SERVFAIL: the server could not find out",
            Fault::Refused => "were refused: the server does not resolve names for these clients",
        };
        let (from, till) = (to_second(self.period.0), to_second(self.period.1));
        let from =
            if self.begins_with_capture { "the beginning of the capture".to_owned() } else { format!("{from} UTC") };
        let clients = count(self.affected.len(), "client");
        let cached = if self.fault == Fault::Slow && self.n_cached > 0 {
            format!(" It also answered {} at once, from its cache.", counted(self.n_cached as u64, "query", "queries"))
        } else {
            String::new()
        };
        let mut text = format!(
            "{n_bad} of {n} to {server} {what}, from {from} till {till} UTC; {clients} had to wait or got nothing.{cached}"
        );
        if !self.behind.is_empty() {
            let behind: Vec<String> = self.behind.iter().take(4).map(Addr::to_string).collect();
            let behind = behind.join(", ");
            text += &format!(
                " {behind} asks it in turn and passes the trouble on to its own clients, which are counted here."
            );
        }
        if self.fault == Fault::Slow && lost >= LOSSY {
            text += " Other connections of these clients retransmit much of their data: a line that is full or loses packets delays answers too, and the name server need not be at fault.";
        } else if self.fault == Fault::Slow {
            match (own, other) {
                (Some(own), _) if own <= self.median * QUICKER => {
                    text += &format!(
                        " At other times it answers in {}, so it is not the distance: the server, or what it asks in turn, \
                         is overloaded.",
                        span(from_seconds(own))
                    );
                }
                (_, Some(other)) if other <= self.median * QUICKER => {
                    text += &format!(" Another name server answers the same network in {}.", span(from_seconds(other)));
                }
                _ => text += " The capture has nothing to compare with: the path to it may be long.",
            }
        }
        if let (Some(client), 1..) = (self.affected.first(), self.n_dependents) {
            text += &format!(
                " {client} asks for others: {} of its network appear in the capture, and none of them asks a name server itself.",
                count(self.n_dependents, "other host")
            );
        }
        let is_silent = self.fault == Fault::Silent;
        if is_silent && lost >= LOSSY {
            text += " Other connections of these clients retransmit much of their data too: the line loses packets, and the name server need not be at fault.";
        } else if is_silent && self.are_cut_off(n_established) {
            text += " No other connection of these clients came about in the capture: they may be cut off altogether.";
        } else if is_silent && n_established > 0 {
            text += " Other connections of these clients work and retransmit little, so it is the server or the path to it.";
        }
        text
    }
}
