//! A model file, for `analyze` and `evaluate`: to a model, to its probabilities for an input, and to findings.

use super::Failure;
use crate::attach;
use crate::learn::trained::TrainedModel;
use crate::learn::work::Work;
use crate::model::Analysis;
use crate::pipeline::Pipeline;
use crate::settings::Settings;
use crate::training::{self, Judged};
use std::ops::ControlFlow;
use std::path::Path;

/// Reads a model file.
pub fn read(path: &Path) -> Result<TrainedModel, Failure> {
    let cannot = |why: &dyn std::fmt::Display| Failure::usage(format!("cannot use {}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| cannot(&error))?;
    TrainedModel::read(&text).map_err(|why| cannot(&why))
}

/// Applies a model to an input: a probability for each row or flow.
pub fn apply(path: &Path, model: &TrainedModel, pipeline: &Pipeline) -> Result<Judged, Failure> {
    let mut never_stop = |_: f32| ControlFlow::Continue(());
    let judged = training::apply(model, pipeline, &mut Work::new(&mut never_stop));
    judged.map_err(|why| cannot(path, &why))
}

/// Adds findings for what the model classes as an attack.
pub fn add_findings(
    path: &Path,
    model: &TrainedModel,
    pipeline: &Pipeline,
    analysis: &mut Analysis,
    settings: &Settings,
) -> Result<(), Failure> {
    attach::add_model(model, pipeline, analysis, settings).map(|_| ()).map_err(|why| cannot(path, &why))
}

fn cannot(path: &Path, why: &str) -> Failure {
    Failure::usage(format!("cannot use {} on this input: {why}", path.display()))
}
