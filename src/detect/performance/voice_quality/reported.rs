//! What receivers of media report (RTCP), to what they lost on the whole way, which the place of the capture may not see.

use super::{CARD, UNUSABLE};
use crate::detect::detector::Context;
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{count, evidence, pair_filter};
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::severity::{Confidence, Impact, past};
use crate::model::format::time::span;
use crate::model::{Addr, Finding};

/// Most pairs of hosts kept.
const MOST_PAIRS: usize = 1 << 13;
/// So many reports are the least that is judged: by RFC 3550, section 6.2, they come five seconds apart or more.
const LEAST_REPORTS: u64 = 2;
/// What a report tells its share of losses in.
const WHOLE: f64 = 256.0;

/// Reports by the host that sends the media and the one that receives and reports.
#[derive(Default)]
pub(super) struct Reports(Tally<(Addr, Addr), Reported, MOST_PAIRS>);

/// What a host reports of what another sends it.
#[derive(Default)]
pub(super) struct Reported {
    flow: u32,
    port: u16,
    n: u64,
    /// Sum of the losses, each of [`WHOLE`].
    lost: u64,
    first_ns: i64,
    last_ns: i64,
}

impl Reports {
    /// Takes a report on what `from` sends to `to`, which sent it from this port of the flow.
    pub(super) fn take(&mut self, (from, to): (Addr, Addr), (flow, port): (u32, u16), lost: u64, now: i64) {
        let Some(reported) = self.0.of((from, to)) else { return };
        if reported.n == 0 {
            (reported.flow, reported.port, reported.first_ns) = (flow, port, now);
        }
        reported.n += 1;
        reported.lost += lost;
        reported.last_ns = now;
    }

    /// Of what a host sends to another; none if it reports too little.
    pub(super) fn of(&self, from: Addr, to: Addr) -> Option<&Reported> {
        self.0.get(&(from, to)).filter(|reported| reported.n >= LEAST_REPORTS)
    }

    /// Pairs with reports of so much loss, in order.
    pub(super) fn lossy(&self, loss: f64) -> Vec<(&(Addr, Addr), &Reported)> {
        self.0.sorted_where(|reported| reported.n >= LEAST_REPORTS && reported.lost_percent() >= loss)
    }

    pub(super) fn n_refused(&self) -> u64 {
        self.0.n_refused
    }
}

impl Reported {
    /// Mean of all reports.
    pub(super) fn lost_percent(&self) -> f64 {
        100.0 * self.lost as f64 / (WHOLE * self.n.max(1) as f64)
    }
}

/// A receiver's reports of loss, and what passed here of the stream.
pub(super) struct Lossy<'a> {
    pub(super) ends: (Addr, Addr),
    pub(super) reported: &'a Reported,
    /// Lost before the place of the capture, per cent; none where the packets themselves cannot be read.
    pub(super) lost_here: Option<f64>,
}

impl Lossy<'_> {
    pub(super) fn finding(&self, context: &Context<'_>, loss: f64) -> Finding {
        let ((from, to), reported) = (self.ends, self.reported);
        let (lost, port) = (reported.lost_percent(), reported.port);
        let place = match self.lost_here {
            Some(here) if 2.0 * here < lost => format!(
                "Only {here:.1} % of them were missing where the capture was made: the others passed it, and were lost between there and {to}, or came too late for its buffer."
            ),
            Some(here) => format!("{here:.1} % of them were missing where the capture was made already."),
            None => "The packets of the sound cannot be counted here, so the place of the loss is unknown.".to_owned(),
        };
        Finding::builder(&CARD)
            .title(format!("{to} reports that {lost:.1} % of the sound from {from} is lost"))
            // It says so itself.
            .weighed(Impact::SLOWDOWN, Confidence::VERY_LIKELY, (lost / loss - 1.0) / (UNUSABLE - 1.0))
            .score(past(lost, loss))
            .sources([from])
            .targets([to])
            .ports([port])
            .protocol("RTCP")
            .evidence([
                evidence("Loss that the receiver reports, mean", lost, "%", format!("below {loss}")),
                evidence("Reports", reported.n as f64, "messages", ""),
            ])
            .evidence(self.lost_here.map(|here| evidence("Lost before the place of the capture", here, "%", "")))
            .explanation(format!(
                "In {} within {} the receiver {to} says how much of the stream from {from} did not arrive: {lost:.1} % in the mean. {place}",
                count(reported.n as usize, "report"),
                span(reported.last_ns - reported.first_ns),
            ))
            .flows(Gathered::of(context, [&reported.flow]))
            .period((reported.first_ns, reported.last_ns))
            .filter(format!("{} && rtcp", pair_filter(from, to)))
            .build()
    }
}
