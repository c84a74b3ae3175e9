//! Attachments and a pipeline's tables to further findings of an analysis.

use super::attachment::Attachment;
use super::comparison::profile_sources;
use crate::baseline::findings::CARD as CHANGES_CARD;
use crate::baseline::{self, Profile, compare};
use crate::indicators::{self, List, Matches, Seen};
use crate::learn::trained::TrainedModel;
use crate::learn::work::Work;
use crate::model::analysis::DetectorRun;
use crate::model::{Analysis, Finding};
use crate::pipeline::{self, Pipeline};
use crate::protocol::attached::AttachedKind;
use crate::settings::Settings;
use crate::training::findings::CARD as MODEL_CARD;
use crate::training::{apply as apply_model, findings};
use std::ops::ControlFlow;

/// Why an attachment is not applied, in a sentence.
pub type NotApplied = String;

/// Adds to an analysis what attachments give, in the order of their kinds; for each, in the order given, how many findings came of it,
/// or why it is not applied.
pub fn apply(
    attachments: &[&Attachment],
    pipeline: &Pipeline,
    analysis: &mut Analysis,
    settings: &Settings,
) -> Vec<Result<u64, NotApplied>> {
    let mut said = vec![Ok(0); attachments.len()];
    for kind in AttachedKind::ALL {
        let own = attachments.iter().zip(&mut said).filter(|(of, _)| of.kind() == kind);
        let (mut lists, mut of_lists) = (Vec::new(), Vec::new());
        for (attachment, said) in own {
            match attachment {
                Attachment::Indicators(list) => {
                    lists.push(list);
                    of_lists.push(said);
                }
                // Nothing is found by labels: they are trained on.
                Attachment::Labels(_) => {}
                Attachment::Model(model) => *said = add_model(model, pipeline, analysis, settings),
                Attachment::Baseline(normal) => *said = add_changes(normal, pipeline, analysis, settings),
            }
        }
        // An indicator that is in several lists counts for the first of them, so all lists are matched together.
        if !lists.is_empty() {
            let (by_list, _) = add_indicators(&lists, pipeline, analysis, settings);
            of_lists.into_iter().zip(by_list).for_each(|(said, n)| *said = Ok(n));
        }
    }
    said
}

/// Adds a finding for each indicator of some lists that was seen: how many of each list, and how many more there would be.
pub fn add_indicators(
    lists: &[&List],
    pipeline: &Pipeline,
    analysis: &mut Analysis,
    settings: &Settings,
) -> (Vec<u64>, u64) {
    let seen = Seen { flows: pipeline.flows(), fields: pipeline.flow_fields(), names: pipeline.names() };
    let Matches { findings, by_list, n_more } = indicators::findings(lists, &seen);
    pipeline::add_findings(analysis, findings, settings);
    (by_list, n_more)
}

/// Adds what a model says.
///
/// # Errors
/// In a sentence: the input lacks a feature of the model, or has it in another unit.
pub fn add_model(
    model: &TrainedModel,
    pipeline: &Pipeline,
    analysis: &mut Analysis,
    settings: &Settings,
) -> Result<u64, NotApplied> {
    let mut never_stop = |_: f32| ControlFlow::Continue(());
    let judged = apply_model(model, pipeline, &mut Work::new(&mut never_stop))?;
    let found = findings::findings(model, &judged, pipeline, &analysis.findings);
    Ok(add(analysis, MODEL_CARD.id, found, settings))
}

/// Adds what differs from a baseline.
///
/// # Errors
/// In a sentence: there are no flows to compare.
pub fn add_changes(
    normal: &Profile,
    pipeline: &Pipeline,
    analysis: &mut Analysis,
    settings: &Settings,
) -> Result<u64, NotApplied> {
    if pipeline.flows().is_empty() {
        return Err("there are no flows to compare with a baseline".to_owned());
    }
    let found = {
        let from = profile_sources(pipeline, analysis, Vec::new());
        let changes = compare(normal, &Profile::of(&from));
        baseline::findings(normal, &changes, &from)
    };
    Ok(add(analysis, CHANGES_CARD.id, found, settings))
}

/// Adds findings as if a detector of this id had made them.
fn add(analysis: &mut Analysis, id: &str, found: Vec<Finding>, settings: &Settings) -> u64 {
    let n_findings = found.len() as u64;
    analysis.runs.push(DetectorRun { id: id.to_owned(), n_findings, not_enough_data: None, fault: None });
    pipeline::add_findings(analysis, found, settings);
    n_findings
}
