//! A baseline and a pipeline's tables to what differs, as the page shows it; and the part of a capture that is selected to a baseline.

use super::attachment::Attachment;
use crate::baseline::profile::{Sources, Thing};
use crate::baseline::{Change, Profile, compare};
use crate::maths::sorting::Arrange;
use crate::model::Analysis;
use crate::pipeline::Pipeline;
use crate::protocol::comparison::{ChangedKind, ChangedRate, ChangedValues, Comparison};

/// Things of a kind that are told, at most: messages stay small.
const MOST_THINGS: usize = 60;
/// Changed rates that are told, at most.
const MOST_RATES: usize = 100;

/// The tables of a pipeline that a profile is computed from.
pub fn profile_sources<'a>(pipeline: &'a Pipeline, analysis: &'a Analysis, files: Vec<String>) -> Sources<'a> {
    Sources {
        flows: pipeline.flows(),
        fields: pipeline.flow_fields(),
        names: pipeline.names(),
        site: &analysis.site,
        files,
        passing: None,
    }
}

/// What is normal in the flows that pass, or in all.
///
/// # Errors
/// In a sentence: there are none.
pub fn learn(
    pipeline: &Pipeline,
    analysis: &Analysis,
    files: Vec<String>,
    passing: Option<&[u32]>,
) -> Result<Profile, String> {
    let mut from = profile_sources(pipeline, analysis, files);
    from.passing = passing;
    let profile = Profile::of(&from);
    if profile.n_flows == 0 { Err("There are no flows, so nothing is normal.".to_owned()) } else { Ok(profile) }
}

/// What differs between a baseline and the flows that pass, or all.
///
/// # Errors
/// In a sentence: there are none.
pub fn comparison(
    normal: &Profile,
    pipeline: &Pipeline,
    analysis: &Analysis,
    passing: Option<&[u32]>,
) -> Result<Comparison, String> {
    let here = learn(pipeline, analysis, vec![analysis.file.name.clone()], passing)?;
    let changes = compare(normal, &here);
    let about = |profile: &Profile| Attachment::Baseline(Box::new(profile.clone())).about();
    let mut told = Comparison { about: [about(normal), about(&here)], ..Comparison::default() };
    for kind in crate::baseline::profile::ThingKind::ALL {
        for is_new in [true, false] {
            let of = |change: &Change| match change {
                Change::New(of, name, thing) if is_new && *of == kind => Some((name.clone(), *thing)),
                Change::Vanished(of, name, thing) if !is_new && *of == kind => Some((name.clone(), *thing)),
                _ => None,
            };
            let mut things: Vec<(String, Thing)> = changes.iter().filter_map(of).collect();
            if things.is_empty() {
                continue;
            }
            things.arrange_by(|a, b| b.1.flows.cmp(&a.1.flows).then(a.0.cmp(&b.0)));
            let (one, many) = kind.nouns();
            told.kinds.push(ChangedKind {
                nouns: (one.to_owned(), many.to_owned()),
                is_new,
                n: things.len() as u64,
                things: things
                    .into_iter()
                    .take(MOST_THINGS)
                    .map(|(name, thing)| (name, thing.flows, thing.bytes, thing.first_ns))
                    .collect(),
            });
        }
    }
    for change in &changes {
        match change {
            Change::Rate { kind, name, per_hour, p } if told.rates.len() < MOST_RATES => told.rates.push(ChangedRate {
                kind: kind.nouns().0.to_owned(),
                name: name.clone(),
                per_hour: *per_hour,
                p: *p,
            }),
            Change::Shift { name, unit, medians, shift } => told.shifts.push(ChangedValues {
                name: name.clone(),
                unit: unit.clone(),
                medians: *medians,
                distance: shift.distance,
                p: shift.p,
                delta: shift.delta,
                effect: shift.words().to_owned(),
            }),
            _ => {}
        }
    }
    Ok(told)
}
