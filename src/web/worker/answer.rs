//! A question to its answer, in turns.

use super::job::Job;
use super::scope::{pause, post};
use super::underway::Underway;
use super::{Shared, with};
use crate::protocol::{Answer, Query, Reply};
use std::task::Poll;

/// What came of a turn.
enum Step {
    Answered(Answer),
    Paused,
    /// The tables change: it has to begin again once they do no more.
    Dropped,
}

/// Answers a question, unless it is forgotten meanwhile.
pub(super) async fn answer(shared: &Shared, number: u32, question: u32, query: Query) {
    shared.asked.set(Some(question));
    while let Some(true) = with(shared, number, |job| begin(job, query.clone())) {
        let step = loop {
            match with(shared, number, take_turn) {
                Some(Step::Paused) => pause().await,
                Some(step) => break step,
                None => return,
            }
            if shared.asked.get() != Some(question) {
                _ = with(shared, number, |job| job.underway = None);
                return;
            }
        };
        if let Step::Answered(answer) = step {
            return post(number, Reply::Answer { question, answer });
        }
        while with(shared, number, |job| job.is_evaluating()) == Some(true) {
            pause().await;
        }
    }
}

/// Begins to answer a question; false if there is no analysis yet.
fn begin(job: &mut Job, query: Query) -> bool {
    let Some(analysis) = job.analysis.clone() else { return false };
    let tables = std::mem::take(&mut job.views.tables);
    job.underway = Some(Underway::begin((job.pipeline.clone(), analysis), tables, job.source(), query));
    true
}

fn take_turn(job: &mut Job) -> Step {
    match job.underway.as_mut().map(Underway::take_turn) {
        Some(Poll::Ready((answer, tables))) => {
            job.underway = None;
            job.views.tables = tables;
            Step::Answered(answer)
        }
        Some(Poll::Pending) if !job.is_evaluating() => Step::Paused,
        // Detectors change the tables with each turn of theirs.
        _ => {
            job.underway = None;
            Step::Dropped
        }
    }
}
