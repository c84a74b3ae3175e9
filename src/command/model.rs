//! A model file for `analyze` and `evaluate`: read, asked about an input, and told in findings.

use super::Failure;
use crate::learn::trained::TrainedModel;
use crate::learn::work::Work;
use crate::model::analysis::DetectorRun;
use crate::model::{Analysis, Finding, Rule};
use crate::pipeline::Pipeline;
use crate::training::findings::{CARD, findings};
use crate::training::{Judged, apply};
use crate::triage::apply as sort_by_rules;
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
    judged.map_err(|why| Failure::usage(format!("cannot use {} on this input: {why}", path.display())))
}

/// Adds what a model says of an input to its analysis.
pub fn report(
    path: &Path,
    model: &TrainedModel,
    pipeline: &Pipeline,
    analysis: &mut Analysis,
    rules: &[Rule],
) -> Result<(), Failure> {
    let judged = ask(path, model, pipeline)?;
    let found = findings(model, &judged, pipeline, &analysis.findings);
    analysis.runs.push(DetectorRun {
        id: CARD.id.to_owned(),
        n_findings: found.len() as u64,
        not_enough_data: None,
        fault: None,
    });
    add(analysis, found, rules);
    Ok(())
}

/// Adds findings to an analysis as if a detector had made them.
pub fn add(analysis: &mut Analysis, found: Vec<Finding>, rules: &[Rule]) {
    analysis.findings.extend(found);
    sort_by_rules(analysis, rules);
}
