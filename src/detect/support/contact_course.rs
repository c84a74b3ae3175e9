//! Turns the first contacts of a source, in order of time, into what both scan detectors evaluate: how fast they
//! failed, and the course of the random walk.

use crate::detect::support::connection_attempts::Contact;
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::threshold_random_walk::{self, Steps, Walk, busiest};
use crate::maths::sorting::Arrange;
use crate::model::Evidence;
use crate::model::format::time::{SECOND, span};

/// How the contacts of a source went on.
#[derive(Clone, Copy, Debug)]
pub struct ContactCourse {
    /// Most failures within the window.
    pub n_window: usize,
    /// The walk over the outcomes that are sure.
    pub walk: Walk,
    /// Its first steps.
    pub steps: Steps,
    /// First contact, ns since 1970.
    pub first_ns: i64,
    /// Last packet of any of them, ns since 1970.
    pub last_ns: i64,
}

impl ContactCourse {
    /// Of these contacts; none if there is none. Those whose outcome `is_sure` take a step of the walk.
    pub fn of(contacts: &[Contact], window_ns: i64, is_sure: impl Fn(&Contact) -> bool) -> Option<ContactCourse> {
        let mut in_time: Vec<&Contact> = contacts.iter().collect();
        in_time.arrange_by_key(|c| (c.first_ns, c.target, c.port));
        let failed: Vec<i64> = in_time.iter().filter(|c| !c.outcome.is_success()).map(|c| c.first_ns).collect();
        let outcomes = || in_time.iter().filter(|c| is_sure(c)).map(|c| c.outcome.is_success());
        Some(ContactCourse {
            n_window: busiest(&failed, window_ns),
            walk: Walk::over(outcomes()),
            steps: Steps::of(outcomes()),
            first_ns: in_time.first()?.first_ns,
            last_ns: contacts.iter().map(|c| c.last_ns).max()?,
        })
    }

    /// From the first contact to the last packet, ns.
    pub fn duration_ns(&self) -> i64 {
        self.last_ns - self.first_ns
    }

    /// Failures within the window, the walk and the time, of contacts with different `things`; `threshold` of them that failed
    /// are a scan.
    pub fn evidence(&self, things: &str, window_ns: i64, threshold: f64) -> [Evidence; 3] {
        let thing = things.trim_end_matches('s');
        [
            evidence(
                &format!("Most failed {things} within {}", span(window_ns)),
                self.n_window as f64,
                things,
                format!("below {threshold}"),
            ),
            threshold_random_walk::likelihood(self.walk.log_ratio()),
            evidence(
                &format!("Time from first to last new {thing}"),
                self.duration_ns() as f64 / SECOND as f64,
                "s",
                "",
            ),
        ]
    }
}
