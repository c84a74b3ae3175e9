//! The arguments `--detector` and `--methods` to what scores a table: a detector, or methods that learn from it.

use super::Failure;
use crate::learn::{CONSENSUS, METHODS, Method, method};
use crate::pipeline;

/// What is to score a table.
pub enum Scorer {
    /// The detector at this place of the register.
    Detector(usize),
    /// These methods.
    Methods(Vec<&'static Method>),
}

impl Scorer {
    /// What the arguments ask for. An id that both a detector and a method have is the detector's after `--detector`, and the
    /// method's after `--methods`.
    pub fn of(detector: Option<&String>, method_ids: &[String]) -> Result<Scorer, Failure> {
        let Some(id) = detector else { return methods(method_ids).map(Scorer::Methods) };
        if id == "consensus" || (detector_place(id).is_err() && method(id).is_some()) {
            return methods(std::slice::from_ref(id)).map(Scorer::Methods);
        }
        detector_place(id).map(Scorer::Detector)
    }
}

/// A detector's place in the register, by its id.
pub fn detector_place(id: &str) -> Result<usize, Failure> {
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
