//! What is to score a table: a detector, or methods that learn from the table, one alone or several by their ranks.

use super::score::ScoreArguments;
use super::{Failure, output};
use crate::learn::consensus::Consensus;
use crate::learn::prepare::prepare;
use crate::learn::table::TableRows;
use crate::learn::work::Work;
use crate::learn::{CONSENSUS, METHODS, Method, Refusal, method};
use crate::settings::{self, Settings};
use crate::stats::rows::RowStore;
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
    pub fn of(arguments: &ScoreArguments) -> Result<Judge, Failure> {
        let Some(id) = &arguments.detector else { return methods(&arguments.detectors).map(Judge::Methods) };
        if id == "consensus" || (super::score::place(id).is_err() && method(id).is_some()) {
            return methods(std::slice::from_ref(id)).map(Judge::Methods);
        }
        super::score::place(id).map(Judge::Detector)
    }
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
pub fn learnt(methods: &[&'static Method], rows: &RowStore, settings: &Settings) -> Result<Vec<f32>, String> {
    let mut go_on = |_: f32| ControlFlow::Continue(());
    let mut work = Work::new(&mut go_on);
    let said = |refusal: Refusal| match refusal {
        Refusal::NotEnough(why) => why,
        Refusal::Stopped => "Stopped.".to_owned(),
    };
    let prepared = prepare(&TableRows(rows), &mut work).map_err(said)?;
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
