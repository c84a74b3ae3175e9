//! The calls of a host to a server to a case, and the cases that become findings.

use super::call::{Call, Server};
use super::case::{Case, LEAST_SPAN};
use super::judged::Judged;
use super::weighed::{self, Weighed};
use super::{EVIDENCE, LEAST, PERIOD, SCORE};
use crate::detect::detector::Context;
use crate::maths::sorting::Arrange;
use crate::model::format::time::SECOND;
use crate::model::{Addr, Site};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Most findings; the highest scores win.
const MOST_FINDINGS: usize = 100;
/// Without sizes, times must be so even: the pages of one who reads come in bursts too.
const EVEN_WITHOUT_SIZES: f64 = 0.8;
/// Who calls so many servers inside by their address is a monitor.
const MONITORED: usize = 3;

/// From where on calls are those of a beacon.
pub(super) struct Limits {
    /// Calls at different seconds.
    pub(super) least: usize,
    /// Shortest period, s.
    period: f64,
    score: f64,
    /// For a control server.
    pub(super) evidence: f64,
    /// First and last second of the capture.
    span: (i64, i64),
}

impl Limits {
    pub(super) fn of(context: &Context<'_>) -> Limits {
        Limits {
            least: context.settings.get(&LEAST) as usize,
            period: context.settings.get(&PERIOD),
            score: context.settings.get(&SCORE),
            evidence: context.settings.get(&EVIDENCE),
            span: (context.span_ns.0.div_euclid(SECOND), context.span_ns.1.div_euclid(SECOND)),
        }
    }

    fn is_beacon(&self, judged: &Judged) -> bool {
        (!judged.parts.is_unsized || judged.parts.timestamp >= EVEN_WITHOUT_SIZES)
            && judged.n_seconds >= self.least
            && judged.parts.period >= self.period
            && judged.parts.score() >= self.score
    }

    /// Calls in time that are a beacon by their score, as a whole or in their busiest burst.
    fn scored(&self, in_time: &[Call]) -> Option<Judged> {
        let is_beacon = |judged: &Judged| self.is_beacon(judged);
        Judged::whole(in_time, self.span)
            .filter(is_beacon)
            .or_else(|| Judged::busiest_burst(in_time, self.span, is_beacon))
    }
}

/// Hosts inside that use servers.
pub(super) struct Users {
    /// How many use each server.
    pub(super) of_server: BTreeMap<Server, usize>,
    /// How many there are.
    pub(super) n_inside: usize,
}

/// Calls of a host to a server.
pub(super) struct Candidate<'a> {
    /// Both.
    pub(super) pair: (Addr, Server),
    /// In the order in which they were seen.
    pub(super) calls: Cow<'a, [Call]>,
    /// They are requests within connections.
    pub(super) is_within: bool,
}

impl<'a> Candidate<'a> {
    /// The case, with its score and the evidence of a control server; none if there is neither.
    pub(super) fn case(self, limits: &Limits, users: &Users, site: &'a Site) -> Option<Case<'a>> {
        let Candidate { pair: (source, server), calls, is_within } = self;
        let mut in_time = calls.to_vec();
        in_time.arrange_by_key(|call| (call.millis, call.bytes));
        let is_seen = calls.iter().all(|call| !call.is_looked_up);
        let may_score = calls.len() >= limits.least && !is_within && is_seen;
        let scored = may_score.then(|| limits.scored(&in_time)).flatten();
        let mut weighed = Weighed::of(&in_time, if is_within { 0 } else { weighed::TOGETHER });
        if let (Some(weighed), Some(first), Some(last)) = (&mut weighed, in_time.first(), in_time.last()) {
            weighed.weigh_end((first.second(), last.second()), limits.span);
        }
        let is_scored = scored.is_some();
        let judged = scored.or_else(|| weighed.as_ref().and_then(|_| Judged::whole(&in_time, limits.span)))?;
        Some(Case {
            source,
            server,
            calls,
            judged,
            carried: None,
            is_within,
            is_scored,
            weighed,
            n_users: users.of_server.get(&server).copied().unwrap_or(1),
            n_inside: users.n_inside,
            site,
        })
    }
}

/// Of cases between hosts inside, leaves those of a host that alone calls a few servers long enough by score.
pub(super) fn drop_monitors(cases: &mut Vec<Case<'_>>) {
    let mut n_servers: BTreeMap<Addr, usize> = BTreeMap::new();
    cases.iter().filter(|case| case.is_inside()).for_each(|case| *n_servers.entry(case.source).or_default() += 1);
    let is_monitor = |source: &Addr| n_servers.get(source).is_some_and(|n| *n >= MONITORED);
    cases.retain(|case| {
        !case.is_inside()
            || case.is_scored && case.n_users == 1 && case.judged.length() >= LEAST_SPAN && !is_monitor(&case.source)
    });
}

/// One case for each pair, connections before requests, the highest scores first.
pub(super) fn keep_highest(cases: &mut Vec<Case<'_>>) {
    cases.arrange_by(|a, b| {
        (a.is_within.cmp(&b.is_within))
            .then_with(|| b.judged.parts.score().total_cmp(&a.judged.parts.score()))
            .then_with(|| (a.source, a.server).cmp(&(b.source, b.server)))
    });
    let mut seen = BTreeSet::new();
    cases.retain(|case| seen.insert((case.source, case.server)));
    cases.truncate(MOST_FINDINGS);
}
