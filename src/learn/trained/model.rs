//! A trained model: what it needs, what it says of rows and why, and what is known of how good it is.

use super::calibration::Calibration;
use super::classifier::Trained;
use super::leaks::{self, Leak};
use super::measures::Measures;
use super::recipe::{Mismatch, Recipe, sentences};
use super::register::classifier;
use super::table::LabelledTable;
use super::validate::{ModelClass, Plan, Validation, attack_probabilities, classes, fit, validate};
use crate::learn::column::TableColumn;
use crate::learn::matrix::Matrix;
use crate::learn::method::{Refusal, by_replacement};
use crate::learn::work::Work;
use crate::maths::order::nearest_quantile;
use crate::maths::sorting::Arrange;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version of the file's form.
const VERSION: u32 = 1;
/// What a file says that it is.
const FORMAT: &str = "packetloupe model";

/// A model that can be used.
pub struct TrainedModel {
    /// What it is and what is known of it.
    pub file: ModelFile,
    trained: Box<dyn Trained>,
}

/// A model as its file has it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ModelFile {
    /// Says what the file is.
    pub format: String,
    /// Form of the file.
    pub version: u32,
    /// What is known of it.
    pub card: ModelCard,
    /// What one row is: `rows`, `flows`, `hosts` ...
    pub scope: String,
    /// Id of the classifier.
    pub method: String,
    /// What it tells apart.
    pub classes: Vec<ModelClass>,
    /// From which probability on a row is reported.
    pub threshold: f64,
    /// From what the classifier says to a probability.
    pub calibration: Option<Calibration>,
    /// How rows are prepared.
    pub recipe: Recipe,
    /// Lower quartile, median and upper quartile of the benign rows, one a feature, scaled as the classifier sees them and as
    /// the column has them; not a number if none has a value.
    pub usual: Vec<Usual>,
    /// What was learnt.
    pub trained: Value,
}

/// What is usual in the benign rows.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Usual {
    /// The median as the classifier sees it.
    pub scaled: f32,
    /// Quartiles in the column's own unit; none where it has no numbers.
    pub quartiles: Option<[f64; 3]>,
}

/// What is known of a model, for people.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct ModelCard {
    /// Names of the files.
    pub data: Vec<String>,
    /// Where the label comes from.
    pub label: String,
    /// Rows.
    pub n_rows: u64,
    /// Name, rows and whether it is an attack: class by class.
    pub classes: Vec<(String, u64, bool)>,
    /// Of random choices.
    pub seed: u64,
    /// Whether every class counted the same.
    pub is_balanced: bool,
    /// Parameters that were changed.
    pub parameters: Vec<(String, f64)>,
    /// How rows were split for the test.
    pub folds: String,
    /// Rows trained on, rows tested, AUROC and F1: fold by fold.
    pub by_fold: Vec<(u64, u64, f64, f64)>,
    /// Of all tested rows.
    pub measures: Measures,
    /// Of those that no row trained on equals.
    pub of_new: Option<Measures>,
    /// By how much the mean squared error of the probability rises if the values of a column change places.
    pub importances: Vec<(String, f64)>,
    /// What speaks against believing that.
    pub leaks: Vec<Leak>,
    /// What was done to the columns.
    pub preparation: Vec<String>,
    /// That it learnt from a sample.
    pub sampled: Option<u64>,
}

/// What a model says of rows.
pub struct Said {
    /// The probability of an attack, one a row.
    pub probabilities: Vec<f64>,
    /// The rows as the classifier sees them.
    pub rows: Matrix,
}

/// Why a row is called an attack: a feature, how much the probability falls if it were as usual, and what it is.
#[derive(Clone, PartialEq, Debug)]
pub struct ModelReason {
    /// Place of the feature.
    pub feature: usize,
    /// By how much the probability of an attack falls.
    pub falls: f64,
}

impl TrainedModel {
    /// Tests fold by fold, then trains on all rows. `card` has what the caller knows: data, label.
    pub fn train(
        table: &LabelledTable,
        plan: &Plan<'_>,
        scope: &str,
        card: ModelCard,
        work: &mut Work<'_>,
    ) -> Result<TrainedModel, Refusal> {
        let validation = validate(table, plan, &mut work.part(0.0, 0.8))?;
        TrainedModel::of(table, plan, scope, card, validation, &mut work.part(0.8, 1.0))
    }

    /// Trains on all rows what was tested.
    pub fn of(
        table: &LabelledTable,
        plan: &Plan<'_>,
        scope: &str,
        card: ModelCard,
        validation: Validation,
        work: &mut Work<'_>,
    ) -> Result<TrainedModel, Refusal> {
        let all: Vec<u32> = (0..).take(table.n_rows).collect();
        let (recipe, prepared) = Recipe::learn(table, &all, &mut work.part(0.0, 0.2))?;
        let trained = fit(plan, table, &all, &recipe, prepared.rows(), &mut work.part(0.2, 1.0))?;
        let Validation { threshold, measures, of_new, folds, importances, mut leaks, calibration, .. } = validation;
        leaks.extend(leaks::of_contradictions(table, prepared.rows()));
        let changed = plan.classifier.parameters.iter().filter(|of| plan.settings.changed().contains_key(of.id));
        let card = ModelCard {
            n_rows: table.n_rows as u64,
            classes: table.classes.iter().map(|class| (class.name.clone(), class.n_rows, class.is_attack)).collect(),
            seed: plan.seed,
            is_balanced: plan.is_balanced,
            parameters: changed.map(|of| (of.id.to_owned(), plan.settings.get(of))).collect(),
            folds: plan.folds.words().to_owned(),
            by_fold: folds,
            measures,
            of_new,
            importances,
            leaks,
            preparation: sentences(&prepared.steps),
            sampled: trained.sampled().map(|n| n as u64),
            ..card
        };
        let file = ModelFile {
            format: FORMAT.to_owned(),
            version: VERSION,
            card,
            scope: scope.to_owned(),
            method: plan.classifier.id.to_owned(),
            classes: classes(table, plan.by_class).0,
            threshold,
            calibration,
            usual: usual(table, &recipe, prepared.rows()),
            recipe,
            trained: trained.stored(),
        };
        Ok(TrainedModel { file, trained })
    }

    /// A model of its file; a sentence if it is none that this program understands.
    pub fn read(text: &str) -> Result<TrainedModel, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("this is no model file: {error}"))?;
        if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err("this is no model file".to_owned());
        }
        let version = value.get("version").and_then(Value::as_u64).unwrap_or(0);
        if version != u64::from(VERSION) {
            return Err(format!("its form is version {version}, and this program reads version {VERSION}"));
        }
        let file = ModelFile::deserialize(value).map_err(|error| format!("the model file is damaged: {error}"))?;
        let classifier =
            classifier(&file.method).ok_or_else(|| format!("there is no method called {:?}", file.method))?;
        let trained = (classifier.restore)(&file.trained)?;
        Ok(TrainedModel { file, trained })
    }

    /// Its file: one line of JSON.
    pub fn text(&self) -> String {
        serde_json::to_string(&self.file).unwrap_or_default() + "\n"
    }

    /// What it says of all rows of some columns; why it cannot, if they do not fit.
    pub fn say(
        &self,
        columns: &[TableColumn],
        n_rows: usize,
        work: &mut Work<'_>,
    ) -> Result<Result<Said, Mismatch>, Refusal> {
        let places = match self.file.recipe.places(columns) {
            Ok(places) => places,
            Err(mismatch) => return Ok(Err(mismatch)),
        };
        let all: Vec<u32> = (0..).take(n_rows).collect();
        let rows = self.file.recipe.rows(columns, &places, &all);
        let takes_missing = classifier(&self.file.method).is_some_and(|classifier| classifier.takes_missing);
        let rows = if takes_missing { rows } else { self.file.recipe.filled(&rows) };
        let mut probabilities = attack_probabilities(self.trained.as_ref(), &self.file.classes, &rows, work)?;
        if let Some(calibration) = &self.file.calibration {
            probabilities.iter_mut().for_each(|p| *p = calibration.apply(*p));
        }
        Ok(Ok(Said { probabilities, rows }))
    }

    /// The likeliest class of a row.
    pub fn class(&self, row: &[f32]) -> Option<&ModelClass> {
        let mut p = vec![0.0; self.file.classes.len()];
        self.trained.probabilities(row, &mut p);
        let best = p.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        best.and_then(|(place, _)| self.file.classes.get(place))
    }

    /// What speaks for an attack, the most first: by how much its probability falls if one feature had the median of benign rows.
    pub fn reasons(&self, row: &[f32]) -> Vec<ModelReason> {
        let typical: Vec<f32> = self.file.usual.iter().map(|usual| usual.scaled).collect();
        let mut p = vec![0.0; self.file.classes.len()];
        let trained = self.trained.as_ref();
        let falls = {
            let p = std::cell::RefCell::new(&mut p);
            by_replacement(row, &typical, |row| {
                let mut p = p.borrow_mut();
                trained.probabilities(row, &mut p);
                p.iter().zip(&self.file.classes).filter(|(_, class)| class.is_attack).map(|(p, _)| p).sum()
            })
        };
        let mut reasons: Vec<ModelReason> =
            falls.into_iter().enumerate().map(|(feature, falls)| ModelReason { feature, falls }).collect();
        reasons.retain(|reason| reason.falls > 1e-6);
        reasons.arrange_by(|a, b| b.falls.total_cmp(&a.falls).then(a.feature.cmp(&b.feature)));
        reasons
    }
}

fn usual(table: &LabelledTable, recipe: &Recipe, rows: &Matrix) -> Vec<Usual> {
    let benign: Vec<u32> = (0..).take(table.n_rows).filter(|row| !table.is_attack(*row)).collect();
    let of = |(place, feature): (usize, &super::recipe::PreparedFeature)| {
        let mut scaled: Vec<f32> =
            benign.iter().map(|row| rows.at(*row as usize, place)).filter(|x| !x.is_nan()).collect();
        scaled.sort_unstable_by(f32::total_cmp);
        let name = recipe.columns.get(feature.column).map(|column| &column.name);
        let column = table.columns.iter().find(|column| Some(&column.name) == name);
        let quartiles = column.and_then(|column| match &column.cells {
            crate::learn::column::Cells::Numbers(values) => {
                let own = benign.iter().filter_map(|row| values.get(*row as usize)).copied();
                let mut own: Vec<f64> = own.filter(|x| x.is_finite()).collect();
                own.sort_unstable_by(f64::total_cmp);
                (!own.is_empty()).then(|| [0.25, 0.5, 0.75].map(|share| nearest_quantile(&own, share)))
            }
            _ => None,
        });
        let median = if scaled.is_empty() { feature.typical } else { nearest_quantile(&scaled, 0.5) };
        Usual { scaled: median, quartiles }
    };
    recipe.features.iter().enumerate().map(of).collect()
}
