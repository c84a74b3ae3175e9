//! A model and a file to what the model says of each of its rows, if it has all that the model needs, in the same units.

use super::gather::{columns, serials, subjects};
use crate::anomalies::Subjects;
use crate::learn::Refusal;
use crate::learn::column::TableColumn;
use crate::learn::trained::TrainedModel;
use crate::learn::trained::model::Said;
use crate::learn::work::Work;
use crate::pipeline::Pipeline;
use crate::protocol::anomalies::AnomalyScope;

/// What a model says of a file.
pub struct Judged {
    /// What its rows are.
    pub subjects: Subjects,
    /// The flow of each row, where there is one.
    pub serials: Vec<Option<u32>>,
    /// What is said of each row.
    pub said: Said,
    /// The columns that it is said by.
    pub columns: Vec<TableColumn>,
}

impl Judged {
    /// The probability of a row to be an attack.
    pub fn probability(&self, row: usize) -> f64 {
        self.said.probabilities.get(row).copied().unwrap_or(0.0)
    }
}

/// Asks a model about all rows of a file; a sentence for people if it cannot be asked.
pub fn apply(model: &TrainedModel, pipeline: &Pipeline, work: &mut Work<'_>) -> Result<Judged, String> {
    let scope = AnomalyScope::from_id(&model.file.scope)
        .ok_or_else(|| format!("the model is of {:?}, which this program does not know", model.file.scope))?;
    let subjects = subjects(pipeline, scope).map_err(|why| match scope {
        AnomalyScope::Rows => format!(
            "the model was trained on rows of a table, and {why}; a model for captures is trained with --scope flows"
        ),
        _ => why,
    })?;
    let features = subjects.features(pipeline);
    let is_needed = |name: &str| model.file.recipe.columns.iter().any(|column| column.name == name);
    let places: Vec<usize> =
        features.iter().enumerate().filter(|(_, feature)| is_needed(&feature.name)).map(|(place, _)| place).collect();
    let columns = columns(pipeline, &subjects, &features, &places);
    match model.say(&columns, subjects.len(), work) {
        Ok(Ok(said)) => Ok(Judged { serials: serials(pipeline, &subjects), subjects, said, columns }),
        Ok(Err(mismatch)) => Err(format!("the model does not fit: {}", mismatch.sentence())),
        Err(Refusal::Stopped) => Err("it was stopped".to_owned()),
        Err(Refusal::NotEnough(why)) => Err(why),
    }
}
