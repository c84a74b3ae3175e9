//! A beacon of one host, with the other users of its server: its confidence, and RITA's threat level.

use super::call::{Call, Server};
use super::judged::Judged;
use super::weighed::Weighed;
use crate::detect::support::log_ratio;
use crate::detect::support::severity::Confidence;
use crate::flow::beacon_score::threat;
use crate::maths::elementary::log10;
use crate::model::format::time::SECOND;
use crate::model::{Addr, Flow, Site};
use std::borrow::Cow;

/// Hosts inside that must be seen before prevalence says anything.
const LEAST_HOSTS: usize = 4;
/// Calls that span less, s, are a poll or a retry as well as a beacon.
pub(super) const LEAST_SPAN: i64 = 600;
/// Calls that span this much, s, get full confidence.
const FULL_SPAN: f64 = 10_800.0;
/// What is left of the confidence in calls of minutes, and to a server inside.
const DOUBTFUL: f64 = 0.4;
/// Calls to a server with an ordinary name that span less, s, may be those of any program: devices and their apps poll for
/// as long as they are used.
const LEAST_OF_NAMED: i64 = 3600;
/// And less often than every so many seconds: nothing else opens a connection of its own for each of them.
const LEAST_OF_PROGRAM: f64 = 3.0;
/// So many hosts are several.
const SEVERAL: usize = 3;
/// From this weight down, beside the beat, it is rather an ordinary server that is called so.
const PLAIN: f64 = -1.8;
/// How far past the evidence that is asked for a case is as sure as it gets.
const FULL_EVIDENCE: f64 = 6.0;

/// Calls of a host to a server that are a beacon.
pub(super) struct Case<'a> {
    pub(super) source: Addr,
    pub(super) server: Server,
    pub(super) calls: Cow<'a, [Call]>,
    pub(super) judged: Judged,
    /// Mean payload sent and received in a call, B, where calls were not measured one by one.
    pub(super) carried: Option<[f64; 2]>,
    /// They are requests within few connections.
    pub(super) is_within: bool,
    /// The score alone is that of a beacon.
    pub(super) is_scored: bool,
    /// Beat and sizes, and how odd the server is, if that was weighed.
    pub(super) weighed: Option<Weighed>,
    /// Hosts inside that use the server.
    pub(super) n_users: usize,
    /// Hosts inside that were seen.
    pub(super) n_inside: usize,
    /// Which addresses are inside.
    pub(super) site: &'a Site,
}

impl Case<'_> {
    /// True for a flow of the time that was judged.
    pub(super) fn means(&self, flow: &Flow) -> bool {
        if self.is_within {
            let (first, last) = (flow.first_ns.div_euclid(SECOND), flow.last_ns.div_euclid(SECOND));
            return first <= self.judged.episode.1 && last >= self.judged.episode.0;
        }
        (self.judged.episode.0..=self.judged.episode.1).contains(&flow.first_ns.div_euclid(SECOND))
    }

    /// RITA's threat with the modifiers that can be told from flows.
    pub(super) fn threat(&self) -> f64 {
        let prevalence = self.prevalence();
        let mut threat = threat(self.judged.parts.score());
        if self.n_inside >= LEAST_HOSTS && prevalence >= 0.5 {
            threat -= 0.15;
        } else if prevalence <= 0.02 {
            threat += 0.15;
        }
        if self.judged.is_nameless_http {
            threat += 0.10;
        }
        threat.clamp(0.0, 1.0)
    }

    /// True for a server inside.
    pub(super) fn is_inside(&self) -> bool {
        matches!(self.server, Server::Place(host, _) if self.site.is_inside(host))
    }

    /// How sure it is by the score for its span: RITA judges 24 hours, and within minutes polls and retries look the same.
    /// Where the server is odd too, the evidence says how sure it is.
    pub(super) fn confidence(&self, by_score: Confidence, least: f64) -> Confidence {
        let evidence = self.weighed.as_ref().map(Weighed::evidence);
        // Devices that are set up call their maker for minutes, a connection each time, by programs that are their own.
        let is_odd = self.is_within
            || self.judged.length() >= LEAST_SPAN
            || self.weighed.as_ref().is_some_and(|it| it.odd.is_of_server);
        let for_name = if self.may_be_any_program() { DOUBTFUL } else { 1.0 };
        let by_evidence = evidence
            .filter(|evidence| *evidence >= least && !self.is_inside() && !self.is_of_most() && is_odd)
            .map(|evidence| log_ratio::sure(evidence, (least, FULL_EVIDENCE), Confidence::VERY_LIKELY))
            .map(|confidence| confidence.lowered(for_name));
        let is_ordinary = |weighed: &Weighed| weighed.without_beat() <= PLAIN;
        let is_plain = self.is_of_most() || self.weighed.as_ref().is_some_and(is_ordinary);
        let by_score = self.for_span(by_score).lowered(if is_plain { DOUBTFUL } else { 1.0 });
        match by_evidence {
            Some(confidence) if !self.is_scored || confidence > by_score => confidence,
            _ => by_score,
        }
    }

    fn for_span(&self, confidence: Confidence) -> Confidence {
        if self.is_inside() || self.judged.length() < LEAST_SPAN || self.may_be_any_program() {
            return confidence.lowered(DOUBTFUL);
        }
        let times = |length: f64| log10(length / LEAST_SPAN as f64);
        let whole = times(self.judged.length() as f64) / times(FULL_SPAN);
        confidence.lowered(0.7 + 0.3 * whole.min(1.0))
    }

    /// True for connections to a named server that nothing is odd about, not too often, for less than an hour.
    fn may_be_any_program(&self) -> bool {
        let is_odd = self.weighed.as_ref().is_some_and(|it| it.odd.is_of_server);
        let is_named = matches!(self.server, Server::Name(_));
        let is_brief = self.judged.length() < LEAST_OF_NAMED;
        is_named && is_brief && !self.is_within && !is_odd && self.period() >= LEAST_OF_PROGRAM
    }

    /// True for a named server that several hosts use, and at least half of them: devices of one maker, a program that all have.
    fn is_of_most(&self) -> bool {
        matches!(self.server, Server::Name(_)) && self.n_users >= SEVERAL && self.prevalence() >= 0.5
    }

    /// Share of the hosts inside that use this server.
    fn prevalence(&self) -> f64 {
        self.n_users as f64 / self.n_inside.max(1) as f64
    }
}
