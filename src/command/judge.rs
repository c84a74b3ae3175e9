//! What is to score a table: a detector, or methods that learn from the table, one alone or several by their ranks.

use super::Failure;
use crate::learn::{CONSENSUS, METHODS, Method, method};
use crate::pipeline;

/// What is to score a table.
pub enum Judge {
    /// The detector at this place of the register.
    Detector(usize),
    /// These methods.
    Methods(Vec<&'static Method>),
}

impl Judge {
    /// What the arguments ask for. An id that both a detector and a method have is the detector's after `--detector`, and the
    /// method's after `--methods`.
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
