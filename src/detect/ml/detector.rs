//! The flow table to scores and findings by any [`Model`]: learn from a sample, score all, judge by a threshold.
//!
//! What was learnt is kept, so that another threshold only judges again.

use super::Model;
use super::matrix::Matrix;
use super::outliers::{Judged, findings};
use super::random::Selection;
use super::scale::Robust;
use crate::detect::{Card, Conclusion, Context, Detector};
use crate::flow::features::model::{N, vector};
use crate::flow::table::FlowTable;
use crate::model::quantity;
use crate::settings::{self, Descriptor};

/// Most flows that a model learns from; more make it slower, hardly better.
const MOST_LEARNT: u32 = 20_000;
/// Flows scored at a time.
const BLOCK: usize = 4096;

/// What a detector of this kind needs beside its model.
pub struct Spec {
    /// Its card.
    pub card: &'static Card,
    /// The score from which on a flow is reported.
    pub threshold: &'static Descriptor,
    /// Fewest flows to learn from.
    pub fewest: &'static Descriptor,
    /// Most flows scored.
    pub most: &'static Descriptor,
}

/// A detector that works by a model.
pub struct ModelDetector<M> {
    spec: &'static Spec,
    fitted: Option<(Key, Fitted<M>)>,
}

/// What a fit depends on.
#[derive(PartialEq)]
struct Key {
    seed: u64,
    most: u32,
    n_flows: usize,
    first_serial: Option<u32>,
    packets: u64,
}

struct Fitted<M> {
    model: M,
    usual: Robust,
    /// One a kept flow, NaN where it was not scored.
    scores: Vec<f32>,
    median_score: f32,
}

impl<M: Model> ModelDetector<M> {
    /// One that has learnt nothing yet.
    pub fn new(spec: &'static Spec) -> ModelDetector<M> {
        ModelDetector { spec, fitted: None }
    }
}

impl<M: Model> Detector for ModelDetector<M> {
    fn conclude(&mut self, context: &Context<'_>) -> Conclusion {
        let n = context.flows.len();
        let fewest = context.settings.get(self.spec.fewest);
        if (n as f64) < fewest {
            let flows = quantity::counted(n as u64, "flow", "flows");
            return not_enough(format!(
                "Only {flows}: a model of what is usual here needs at least {}.",
                quantity::plain(fewest)
            ));
        }
        let key = Key {
            seed: context.settings.value(settings::GENERAL, settings::SEED) as u64,
            most: context.settings.get(self.spec.most) as u32,
            n_flows: n,
            first_serial: context.flows.iter().next().map(|(serial, _)| serial),
            packets: context.packets,
        };
        if self.fitted.as_ref().is_none_or(|(fitted_for, _)| *fitted_for != key) {
            self.fitted = fit(context.flows, key.seed, key.most).map(|fitted| (key, fitted));
        }
        let Some((_, fitted)) = &self.fitted else {
            return not_enough("All flows are alike, so there is nothing to tell apart.".to_owned());
        };
        let judged = Judged {
            card: self.spec.card,
            threshold: context.settings.get(self.spec.threshold) as f32,
            scores: &fitted.scores,
            median_score: fitted.median_score,
            usual: &fitted.usual,
            parts: &|row, usual| fitted.model.parts(row, usual),
        };
        Conclusion {
            findings: findings(&judged, context.flows),
            scores: Some(fitted.scores.clone()),
            ..Conclusion::default()
        }
    }
}

fn not_enough(why: String) -> Conclusion {
    Conclusion { not_enough_data: Some(why), ..Conclusion::default() }
}

fn fit<M: Model>(flows: &FlowTable, seed: u64, most: u32) -> Option<Fitted<M>> {
    let n = u32::try_from(flows.len()).unwrap_or(u32::MAX);
    let mut learnt = Matrix::new(N);
    let mut selection = Selection::new(seed, n, MOST_LEARNT);
    for (_, flow) in flows.iter().filter(|_| selection.picks()) {
        learnt.push_with(|row| vector(flow, row));
    }
    let model = M::fit(&learnt, seed)?;
    let usual = Robust::fit(&learnt);
    drop(learnt);

    let mut scores = Vec::with_capacity(flows.len());
    let mut selection = Selection::new(seed.wrapping_add(1), n, most);
    let mut block = Matrix::new(N);
    let mut places = Vec::with_capacity(BLOCK);
    for (place, (_, flow)) in flows.iter().enumerate() {
        scores.push(f32::NAN);
        if selection.picks() {
            block.push_with(|row| vector(flow, row));
            places.push(place);
        }
        if places.len() == BLOCK {
            settle(&model, &mut block, &mut places, &mut scores);
        }
    }
    settle(&model, &mut block, &mut places, &mut scores);
    let mut sorted: Vec<f32> = scores.iter().copied().filter(|score| !score.is_nan()).collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let median_score = super::matrix::quantile(&sorted, 0.5);
    Some(Fitted { model, usual, scores, median_score })
}

/// Scores the rows of a block and puts the scores in their places.
fn settle<M: Model>(model: &M, block: &mut Matrix, places: &mut Vec<usize>, scores: &mut [f32]) {
    for (place, score) in places.drain(..).zip(model.scores(block)) {
        if let Some(slot) = scores.get_mut(place) {
            // Six decimals: what differs in the last bits between a browser and a native program must not show.
            *slot = ((score * 1e6).round() / 1e6) as f32;
        }
    }
    block.clear();
}
