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
use crate::model::format::quantity::percent;
use crate::model::format::time::{from_seconds, seconds, span, to_second};
use crate::model::{Addr, Finding, Series};
use std::collections::BTreeSet;

/// A client may be a name server that queries for others: its trouble counts as that of many clients if it has this
/// many times the least number of bad look-ups.
const MANY: usize = 4;
/// So many clients are several.
const SEVERAL: usize = 3;
/// If nearly all look-ups go wrong, half as many do.
const NEARLY_ALL: f64 = 0.9;
/// Another server, or the same at another time, is quicker if its median is at most this share.
pub const QUICKER: f64 = 0.5;

/// Who gets answers to half of the questions at least is not cut off.
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
    /// From the first bad question to the last answer, ns since 1970.
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
            Fault::Silent => format!("Name server {server} leaves {share} of the questions without an answer"),
            Fault::Failed => format!("Name server {server} fails to resolve {share} of the names (SERVFAIL)"),
            Fault::Refused => format!("Name server {server} refuses {share} of the questions (REFUSED)"),
        }
    }

    /// The finding; `other` is the median of the quickest of the other servers, s.
    pub fn finding(&self, context: &Context<'_>, limits: &Limits, other: Option<f64>, lines: &Lines) -> Finding {
        let line = lines.together(&self.affected);
        let lost = line.lost();
        let n_affected = self.affected.len();
        let length_ns = self.period.1 - self.period.0;
        let is_quicker = |median: &f64| *median <= self.median * QUICKER;
        let is_compared = self.elsewhere.as_ref().is_some_and(is_quicker) || other.as_ref().is_some_and(is_quicker);
        // A server that refuses does not serve this client: the client's settings are wrong, or the server's.
        let needed = if self.share() >= NEARLY_ALL { MANY / 2 } else { MANY };
        let is_of_many = length_ns >= LONG_NS && self.n_bad >= needed * limits.least;
        let impact = match self.fault {
            Fault::Refused => Impact::NUISANCE,
            _ if n_affected == 1 && is_of_many => Impact::SLOWDOWN,
            _ => trouble::impact(n_affected + self.n_dependents, length_ns),
        };
        let is_alone = line.n_established == 0 && self.behind.is_empty() && self.share() > CUT_OFF;
        let is_delayed = matches!(self.fault, Fault::Silent | Fault::Slow) && lost >= LOSSY;
        let is_line = is_delayed || self.fault == Fault::Silent && is_alone;
        let confidence = match self.fault {
            _ if is_line => Confidence::EVEN,
            Fault::Slow if !is_compared => Confidence::LIKELY,
            // Nothing shows how good the line of these clients is.
            Fault::Silent if line.n_established == 0 => Confidence::LIKELY,
            _ => Confidence::VERY_LIKELY,
        };
        let slow = seconds(limits.slow_ns);
        let (value, threshold) =
            if self.fault == Fault::Slow { (self.median, slow) } else { (self.share(), limits.share) };
        // A small share of many questions of several clients is much trouble too.
        let of_many = if n_affected >= SEVERAL { extent(self.n_bad as f64, 2.0 * limits.least as f64) } else { 0.0 };
        let n_of = |is_meant: &dyn Fn(&Lookup) -> bool| self.lookups.iter().filter(|one| is_meant(one)).count() as f64;
        let points = self.lookups.iter().filter_map(|one| Some((one.asked_ns, round3(seconds(one.delay_ns?)))));
        let every = self.lookups.len().div_ceil(Series::MOST).max(1);
        let series = Series {
            kind: SeriesKind::Values,
            name: "Time to the answer".to_owned(),
            unit: "s".to_owned(),
            points: points.step_by(every).collect(),
            level: Some(Level { name: "threshold".to_owned(), value: slow }),
            changes: Vec::new(),
        };
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
                evidence(
                    "Questions without an answer",
                    n_of(&|one| one.delay_ns.is_none()),
                    "questions",
                    "none or few",
                ),
                evidence(
                    "Failures (SERVFAIL)",
                    n_of(&|one| one.code == Some(DnsCode::ServerFailure)),
                    "answers",
                    "a few",
                ),
                evidence("Refusals (REFUSED)", n_of(&|one| one.code == Some(DnsCode::Refused)), "answers", "0"),
                evidence("Questions in this time", self.lookups.len() as f64, "questions", ""),
                evidence(
                    "Questions that had to be repeated",
                    n_of(&|one| one.n_repeats > 0),
                    "questions",
                    "none or few",
                ),
                evidence("Clients affected", n_affected as f64, "clients", ""),
                evidence("Repeated packets of their TCP connections", lost * 100.0, "%", "under 3"),
            ])
            .explanation(self.explanation(lost, line.n_established, (self.elsewhere, other)))
            .flows(Gathered::of(context, self.lookups.iter().map(|lookup| &lookup.flow).gathered::<BTreeSet<_>>()))
            .series((series.points.len() >= 2).then_some(series))
            .period(self.period)
            .filter_in_time(format!("dns && {}", host_filter("addr", self.server)))
            .build()
    }

    fn explanation(&self, lost: f64, n_established: u64, (own, other): (Option<f64>, Option<f64>)) -> String {
        let (n_bad, n, server) = (self.n_bad, count(self.lookups.len(), "question"), self.server);
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
            format!(" {} more it answered at once, from its cache.", count(self.n_cached, "question"))
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
            text += " Other connections of these clients repeat much of their data: a line that is full or loses packets delays answers too, and the name server need not be at fault.";
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
                _ => text += " Nothing to compare with is in the capture: the way to it may be long.",
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
            text += " Other connections of these clients repeat much of their data too: the line loses packets, and the name server need not be at fault.";
        } else if is_silent && n_established == 0 && self.behind.is_empty() && self.share() > CUT_OFF {
            text += " No other connection of these clients came about in the capture: they may be cut off altogether.";
        } else if is_silent && n_established > 0 {
            text += " Other connections of these clients work and repeat little, so it is the server or the way to it.";
        }
        text
    }
}
