//! A beacon of one host, with who else uses its server: how sure it is, and RITA's threat.

use super::beacon_score::threat;
use super::call::{Call, Server};
use super::judged::Judged;
use crate::detect::support::severity::Confidence;
use crate::maths::elementary::log10;
use crate::model::format::time::SECOND;
use crate::model::{Addr, Flow, Site};

/// Hosts inside that must be seen before prevalence says anything.
const LEAST_HOSTS: usize = 4;
/// Calls that span less, s, are a poll or a retry as well as a beacon.
pub(super) const LEAST_SPAN: i64 = 600;
/// Calls that span as much, s, are judged as surely as it gets.
const FULL_SPAN: f64 = 10_800.0;
/// What is left of the confidence in calls of minutes, and to a server inside.
const DOUBTFUL: f64 = 0.4;
/// Of so many hosts inside one alone that uses a server stands out, whatever the span.
const CROWD: usize = 8;
/// Frameworks for control servers sleep at least so long, s; pushes and long polls come sooner.
const LEAST_SLEEP: f64 = 5.0;

/// Calls of a host to a server that are a beacon.
pub(super) struct Case<'a> {
    pub(super) source: Addr,
    pub(super) server: Server,
    pub(super) calls: &'a [Call],
    pub(super) judged: Judged,
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

    /// How sure it is for its span: RITA judges 24 hours, and within minutes polls and retries look the same.
    pub(super) fn for_span(&self, confidence: Confidence) -> Confidence {
        if self.is_inside() {
            return confidence.lowered(DOUBTFUL);
        }
        if self.judged.length() >= LEAST_SPAN {
            let times = |length: f64| log10(length / LEAST_SPAN as f64);
            let whole = times(self.judged.length() as f64) / times(FULL_SPAN);
            return confidence.lowered(0.7 + 0.3 * whole.min(1.0));
        }
        let is_odd = self.n_users == 1 && self.n_inside >= CROWD && self.judged.parts.period >= LEAST_SLEEP;
        if is_odd { confidence } else { confidence.lowered(DOUBTFUL) }
    }

    /// Share of the hosts inside that use this server.
    fn prevalence(&self) -> f64 {
        self.n_users as f64 / self.n_inside.max(1) as f64
    }
}
