//! A job that was read to its analysis: the detectors finish, one after the other.

use super::scope::{now, pause, post};
use super::{Shared, speed, with};
use crate::detect;
use crate::protocol::{Progress, Reply, Stage};
use std::rc::Rc;

/// Detectors finish for this long before the next is named and messages get in; browsers let each wait last 4 ms.
const EVALUATING_MS: f64 = 50.0;

/// Lets all detectors finish; gives way to a newer round with newer settings.
pub(super) async fn evaluate(shared: &Shared, number: u32) -> Option<()> {
    with(shared, number, |job| job.n_rounds += 1)?;
    let is_done = one_round(shared, number).await;
    with(shared, number, |job| job.n_rounds -= 1)?;
    is_done
}

async fn one_round(shared: &Shared, number: u32) -> Option<()> {
    let round = with(shared, number, |job| job.round)?;
    let mut posted = None;
    for (place, entry) in detect::ALL.iter().enumerate() {
        if posted.is_none_or(|posted| now() - posted >= EVALUATING_MS) {
            let (packets, bytes) = with(shared, number, |job| (job.pipeline.packets(), job.bytes_total as u64))?;
            post(
                number,
                Reply::Progress(Progress {
                    stage: Stage::Evaluating,
                    bytes_done: bytes,
                    bytes_total: bytes,
                    packets,
                    packets_per_second: 0.0,
                    seconds_left: None,
                    detector: entry.card.name.to_owned(),
                }),
            );
            pause().await;
            posted = Some(now());
        }
        if with(shared, number, |job| job.round)? != round {
            return Some(());
        }
        with(shared, number, |job| job.pipeline_mut().map(|(pipeline, own)| pipeline.evaluate_one(place, own)))?;
    }
    speed::summary_of_rows(shared, number).await?;
    shared.applied.wait().await;
    if shared.applied.needs_rows() {
        speed::gather_rows(shared, number).await?;
    }
    if with(shared, number, |job| job.round)? != round {
        return Some(());
    }
    let (analysis, outcomes) = with(shared, number, |job| {
        let sha256 = job.analysis.as_ref().and_then(|analysis| analysis.file.sha256.clone());
        let mut analysis = job.pipeline.analysis(&job.settings);
        analysis.file.sha256 = sha256;
        let outcomes = shared.applied.apply(&job.pipeline, &mut analysis, &job.settings);
        job.views.clear();
        // The page asks by a finding's id; the lists of flows and packets behind it stay here.
        let mut sent = Box::new(analysis.clone());
        let findings = sent.findings.iter_mut().chain(sent.expected.iter_mut().map(|expected| &mut expected.finding));
        for finding in findings {
            finding.flow_serials = Vec::new();
            finding.packet_indices = Vec::new();
        }
        job.analysis = Some(Rc::new(analysis));
        (sent, outcomes)
    })?;
    post(number, Reply::Attached(outcomes));
    post(number, Reply::Done(analysis));
    Some(())
}
