//! A model file for `analyze` and `evaluate`: read, asked about an input, and told in findings.

use super::Failure;
use crate::attach;
use crate::learn::trained::TrainedModel;
use crate::learn::work::Work;
use crate::model::Analysis;
use crate::pipeline::Pipeline;
use crate::settings::Settings;
use crate::training::{Judged, apply};
use std::ops::ControlFlow;
use std::path::Path;

/// Reads a model file.
pub fn read(path: &Path) -> Result<TrainedModel, Failure> {
    let cannot = |why: &dyn std::fmt::Display| Failure::usage(format!("cannot use {}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| cannot(&error))?;
    TrainedModel::read(&text).map_err(|why| cannot(&why))
}

/// What a model says of an input.
pub fn ask(path: &Path, model: &TrainedModel, pipeline: &Pipeline) -> Result<Judged, Failure> {
    let mut report = |_: f32| ControlFlow::Continue(());
    let judged = apply(model, pipeline, &mut Work::new(&mut report));
    judged.map_err(|why| cannot(path, &why))
}

/// Adds what a model says of an input to its analysis.
pub fn report(
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
