//! What is to score a table: a detector, or methods that learn from the table, one alone or several by their ranks.

use super::{Failure, output};
use crate::learn::consensus::Consensus;
use crate::learn::prepare::prepare;
use crate::learn::table::TableRows;
use crate::learn::work::Work;
use crate::learn::{CONSENSUS, METHODS, Method, Refusal, method};
use crate::pipeline;
use crate::settings::{self, Settings};
use std::ops::ControlFlow;

/// What is to score a table.
pub enum Judge {
    /// The detector at this place of the register.
    Detector(usize),
    /// These methods.
    Methods(Vec<&'static Method>),
}

impl Judge {
    /// What the arguments ask for. An id that both a detector and a method have is the detector's after `--detector`, and the
    /// method's after `--detectors`.
    pub fn of(detector: Option<&String>, detectors: &[String]) -> Result<Judge, Failure> {
        let Some(id) = detector else { return methods(detectors).map(Judge::Methods) };
        if id == "consensus" || (place(id).is_err() && method(id).is_some()) {
            return methods(std::slice::from_ref(id)).map(Judge::Methods);
        }
        place(id).map(Judge::Detector)
    }
}

/// The place of a detector in its table.
pub fn place(id: &str) -> Result<usize, Failure> {
    let known = pipeline::cards().into_iter().position(|(card, _)| card.id == id);
    known.ok_or_else(|| Failure::usage(format!("unknown detector {id:?}; see `packetloupe detectors`")))
}

fn methods(ids: &[String]) -> Result<Vec<&'static Method>, Failure> {
    let mut methods = Vec::new();
    for id in ids {
        match id.as_str() {
            "consensus" => methods.extend(METHODS.iter().filter(|method| CONSENSUS.contains(&method.id))),
            id => methods.extend([method(id)
                .ok_or_else(|| Failure::usage(format!("unknown method {id:?}; see `packetloupe methods`")))?]),
        }
    }
    Ok(methods)
}

/// The scores of the kept rows, from 0 to 1; a sentence if there is not enough data.
pub fn learnt(methods: &[&'static Method], rows: &TableRows<'_>, settings: &Settings) -> Result<Vec<f32>, String> {
    let mut go_on = |_: f32| ControlFlow::Continue(());
    let mut work = Work::new(&mut go_on);
    let said = |refusal: Refusal| match refusal {
        Refusal::NotEnough(why) => why,
        Refusal::Stopped => "Stopped.".to_owned(),
    };
    let prepared = prepare(rows, &mut work).map_err(said)?;
    let seed = settings.count(&settings::SEED);
    let consensus = Consensus::of(methods, &prepared, settings, seed, &mut work).map_err(said)?;
    consensus.left_out.iter().for_each(|(method, why)| output::complain(&format!("{} is left out: {why}", method.id)));
    consensus.scored.iter().filter_map(|of| of.sample()).for_each(|sample| output::complain(&sample));
    let scores = match &consensus.scored[..] {
        [alone] => alone.unit_scores(),
        _ => consensus.scores,
    };
    Ok(scores.into_iter().map(|score| score as f32).collect())
}
