//! Trains and tests fold by fold: what a classifier says of rows that it was not trained on.

use super::calibration::Calibration;
use super::classifier::{Classifier, Labelled, Trained};
use super::folds::{Fold, FoldKind, folds};
use super::leaks::{self, Leak};
use super::measures::{Measures, best_threshold};
use super::recipe::Recipe;
use super::table::LabelledTable;
use crate::learn::matrix::Matrix;
use crate::learn::method::Refusal;
use crate::learn::random::Random;
use crate::learn::work::{Work, share};
use crate::maths::sorting::Arrange;
use crate::settings::Settings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most rows by which the weight of a column is found, of all folds together.
const MOST_PERMUTED: usize = 2000;

/// What to train, and how to test it.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    /// How to learn.
    pub classifier: &'static Classifier,
    /// Tell the classes of the label apart, not only attacks from the rest.
    pub by_class: bool,
    /// Let every class count the same in all, however few rows it has.
    pub is_balanced: bool,
    /// Values of parameters.
    pub settings: &'a Settings,
    /// Of random choices.
    pub seed: u64,
    /// How rows are parted.
    pub folds: FoldKind,
    /// Folds.
    pub n_folds: usize,
    /// From which probability on a row is reported; none for [`best_threshold`] of the folds.
    pub threshold: Option<f64>,
}

/// A class that is told apart.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ModelClass {
    /// Name.
    pub name: String,
    /// Whether it is an attack.
    pub is_attack: bool,
}

/// What a classifier said in the folds.
pub struct Validation {
    /// Rows that were tested, ascending by fold.
    pub rows: Vec<u32>,
    /// The probability of an attack, as the classifier says it.
    pub raw: Vec<f64>,
    /// The same, calibrated by the other folds; equal to `raw` if there are too few rows.
    pub said: Vec<f64>,
    /// From which probability on a row is reported.
    pub threshold: f64,
    /// Of all tested rows.
    pub measures: Measures,
    /// Of those that no row trained on equals; none if all are new.
    pub of_new: Option<Measures>,
    /// Rows trained on, rows tested, AUROC and F1 of each fold.
    pub folds: Vec<(u64, u64, f64, f64)>,
    /// By how much the mean squared error of the probability rises if the values of a column change places, largest first.
    pub importances: Vec<(String, f64)>,
    /// What speaks against believing it.
    pub leaks: Vec<Leak>,
    /// Learnt from all tested rows, for use.
    pub calibration: Option<Calibration>,
}

/// The classes that are told apart, and the place of each class of the label among them.
pub fn classes(table: &LabelledTable, by_class: bool) -> (Vec<ModelClass>, Vec<u32>) {
    if by_class {
        let class =
            |class: &crate::stats::labels::Class| ModelClass { name: class.name.clone(), is_attack: class.is_attack };
        return (table.classes.iter().map(class).collect(), (0..).take(table.classes.len()).collect());
    }
    let class = |name: &str, is_attack| ModelClass { name: name.to_owned(), is_attack };
    let places = table.classes.iter().map(|class| u32::from(class.is_attack)).collect();
    (vec![class("benign", false), class("attack", true)], places)
}

/// Lets a classifier learn from some rows of a table.
pub fn fit(
    plan: &Plan<'_>,
    table: &LabelledTable,
    rows: &[u32],
    recipe: &Recipe,
    matrix: &Matrix,
    work: &mut Work<'_>,
) -> Result<Box<dyn Trained>, Refusal> {
    let (names, places) = classes(table, plan.by_class);
    let place = |row: &u32| {
        let class = table.of_rows.get(*row as usize).and_then(|class| places.get(*class as usize));
        class.copied().unwrap_or(0)
    };
    let of_rows: Vec<u32> = rows.iter().map(place).collect();
    let mut counts = vec![0_usize; names.len()];
    for class in &of_rows {
        counts.iter_mut().skip(*class as usize).take(1).for_each(|n| *n += 1);
    }
    let n_present = counts.iter().filter(|n| **n > 0).count().max(1);
    let balanced = |n: &usize| rows.len() as f64 / (n_present * (*n).max(1)) as f64;
    let weights: Vec<f64> = counts.iter().map(|n| if plan.is_balanced { balanced(n) } else { 1.0 }).collect();
    let filled = if plan.classifier.takes_missing { None } else { Some(recipe.filled(matrix)) };
    let labelled = Labelled {
        rows: filled.as_ref().unwrap_or(matrix),
        classes: &of_rows,
        n_classes: names.len(),
        weights: &weights,
        settings: plan.settings,
        seed: plan.seed,
    };
    (plan.classifier.fit)(&labelled, work)
}

/// The probability of an attack of every row, as a classifier says it.
pub fn attack_probabilities(
    trained: &dyn Trained,
    classes: &[ModelClass],
    rows: &Matrix,
    work: &mut Work<'_>,
) -> Result<Vec<f64>, Refusal> {
    let mut p = vec![0.0; classes.len()];
    let mut said = Vec::with_capacity(rows.n_rows());
    for (row, number) in rows.rows().zip(0..) {
        work.spend(trained.cost_of_row(), share(number, rows.n_rows()))?;
        trained.probabilities(row, &mut p);
        let attack: f64 = p.iter().zip(classes).filter(|(_, class)| class.is_attack).map(|(p, _)| p).sum();
        said.push(attack.clamp(0.0, 1.0));
    }
    Ok(said)
}

/// Trains and tests fold by fold.
pub fn validate(table: &LabelledTable, plan: &Plan<'_>, work: &mut Work<'_>) -> Result<Validation, Refusal> {
    let folds = folds(table, plan.folds, plan.n_folds, plan.seed).map_err(Refusal::NotEnough)?;
    let mut tested = Tested::default();
    for (number, fold) in folds.iter().enumerate() {
        let mut work = work.part(share(number, folds.len()), share(number + 1, folds.len()));
        tested.test(table, plan, (number, folds.len()), fold, &mut work)?;
    }
    let said = calibrated(table, &tested.rows, &tested.raw, &tested.fold_of, folds.len());
    let threshold = plan.threshold.unwrap_or_else(|| best_threshold(table, &tested.rows, &said));
    let of = |wanted: &dyn Fn(usize) -> bool| tested.measures(table, &said, threshold, wanted);
    let measures = of(&|_| true);
    let n_seen = tested.is_new.iter().filter(|is| !**is).count();
    let of_new = (n_seen > 0).then(|| of(&|place| tested.is_new.get(place).copied().unwrap_or(false)));
    let folds_measured = folds.iter().enumerate().map(|(number, fold)| {
        let own = of(&|place| tested.fold_of.get(place) == Some(&number));
        (fold.train.len() as u64, fold.test.len() as u64, own.auroc, own.f1())
    });
    let folds_measured = folds_measured.collect();
    let mut signs = leaks::of_table(table, plan.folds);
    signs.extend(leaks::of_duplicates(tested.rows.len(), n_seen, &folds));
    let calibration = Calibration::fit(&pairs(table, &tested.rows, &tested.raw));
    Ok(Validation {
        importances: tested.mean_importances(),
        rows: tested.rows,
        raw: tested.raw,
        said,
        threshold,
        measures,
        of_new,
        folds: folds_measured,
        leaks: signs,
        calibration,
    })
}

/// The rows that were tested so far, with what was said of them.
#[derive(Default)]
struct Tested {
    rows: Vec<u32>,
    /// The probability of an attack, as the classifier says it.
    raw: Vec<f64>,
    /// True if no row trained on equals it.
    is_new: Vec<bool>,
    fold_of: Vec<usize>,
    /// By column: by how much errors rise in all, and in how many rows.
    importances: BTreeMap<String, (f64, usize)>,
}

impl Tested {
    /// Trains without a fold, of so many the one with this number, and tests on it.
    fn test(
        &mut self,
        table: &LabelledTable,
        plan: &Plan<'_>,
        (number, n_folds): (usize, usize),
        fold: &Fold,
        work: &mut Work<'_>,
    ) -> Result<(), Refusal> {
        let (names, _) = classes(table, plan.by_class);
        let (recipe, prepared) = Recipe::learn(table, &fold.train, &mut work.part(0.0, 0.2))?;
        let places: Vec<usize> = recipe.places(&table.columns).map_err(|m| Refusal::NotEnough(m.sentence()))?;
        let test = recipe.rows(&table.columns, &places, &fold.test);
        let trained = fit(plan, table, &fold.train, &recipe, prepared.rows(), &mut work.part(0.2, 0.7))?;
        self.is_new.extend(leaks::is_new(prepared.rows(), &test));
        let test = if plan.classifier.takes_missing { test } else { recipe.filled(&test) };
        let said = attack_probabilities(trained.as_ref(), &names, &test, &mut work.part(0.7, 0.8))?;
        let of = Permuted { table, fold, recipe: &recipe, test: &test, trained: trained.as_ref(), classes: &names };
        let most = (MOST_PERMUTED / n_folds).max(1);
        let (n, rises) = of.importances(plan.seed, most, &mut work.part(0.8, 1.0))?;
        for (column, rise) in rises {
            let (sum, of_rows) = self.importances.entry(column).or_default();
            *sum += rise;
            *of_rows += n;
        }
        self.rows.extend(&fold.test);
        self.fold_of.extend(fold.test.iter().map(|_| number));
        self.raw.extend(said);
        Ok(())
    }

    /// The measures of the wanted ones, by their places; `said` is the calibrated probability of each.
    fn measures(
        &self,
        table: &LabelledTable,
        said: &[f64],
        threshold: f64,
        wanted: &dyn Fn(usize) -> bool,
    ) -> Measures {
        let own: Vec<usize> = (0..self.rows.len()).filter(|place| wanted(*place)).collect();
        let pick = |from: &[f64]| own.iter().filter_map(|place| from.get(*place)).copied().collect::<Vec<f64>>();
        let own_rows: Vec<u32> = own.iter().filter_map(|place| self.rows.get(*place)).copied().collect();
        let ranked = Measures::of(table, &own_rows, &pick(&self.raw), threshold);
        let measures = Measures::of(table, &own_rows, &pick(said), threshold);
        // Each fold is calibrated by others, so only what the classifier itself says ranks all rows alike.
        let Measures { auroc, average_precision, roc, pr, .. } = ranked;
        Measures { auroc, average_precision, roc, pr, ..measures }
    }

    /// By how much errors rise for each column on average, largest first.
    fn mean_importances(&self) -> Vec<(String, f64)> {
        let mean = |(column, (sum, n)): (&String, &(f64, usize))| (column.clone(), sum / (*n).max(1) as f64);
        let mut importances: Vec<(String, f64)> = self.importances.iter().map(mean).collect();
        importances.arrange_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        importances
    }
}

fn pairs(table: &LabelledTable, rows: &[u32], raw: &[f64]) -> Vec<(f64, bool)> {
    rows.iter().zip(raw).map(|(row, p)| (*p, table.is_attack(*row))).collect()
}

/// What was said, each fold calibrated by all others; as it is if there are too few rows.
fn calibrated(table: &LabelledTable, rows: &[u32], raw: &[f64], fold_of: &[usize], n_folds: usize) -> Vec<f64> {
    let pairs = pairs(table, rows, raw);
    let of_others = |fold: usize| {
        let others = pairs.iter().zip(fold_of).filter(|(_, of)| **of != fold).map(|(pair, _)| *pair);
        Calibration::fit(&others.collect::<Vec<_>>())
    };
    let Some(all) = (0..n_folds).map(of_others).collect::<Option<Vec<Calibration>>>() else { return raw.to_vec() };
    raw.iter().zip(fold_of).map(|(p, fold)| all.get(*fold).map_or(*p, |calibration| calibration.apply(*p))).collect()
}

/// A tested fold whose columns change places.
struct Permuted<'a> {
    table: &'a LabelledTable,
    fold: &'a Fold,
    recipe: &'a Recipe,
    test: &'a Matrix,
    trained: &'a dyn Trained,
    classes: &'a [ModelClass],
}

impl Permuted<'_> {
    /// The rows that were looked at, and by how much the sum of their squared errors rises if the values of a column change places among
    /// them (Breiman 2001): all features of a column together. Errors say more than ranks, which stay perfect where much else says the same.
    fn importances(&self, seed: u64, most: usize, work: &mut Work<'_>) -> Result<(usize, Vec<(String, f64)>), Refusal> {
        let n = self.fold.test.len();
        let step = n.div_ceil(most).max(1);
        let places: Vec<usize> = (0..n).step_by(step).collect();
        let is_attack = |place: &usize| self.fold.test.get(*place).is_some_and(|row| self.table.is_attack(*row));
        let wanted: Vec<f64> = places.iter().map(|place| f64::from(u8::from(is_attack(place)))).collect();
        let error = |matrix: &Matrix, work: &mut Work<'_>| -> Result<f64, Refusal> {
            let said = attack_probabilities(self.trained, self.classes, matrix, work)?;
            Ok(said.iter().zip(&wanted).map(|(p, is)| (p - is) * (p - is)).sum())
        };
        let with = |column: Option<usize>, from: &[usize]| {
            let mut matrix = Matrix::new(self.recipe.features.len());
            for (own, other) in places.iter().zip(from) {
                let (own, other) = (self.test.row(*own), self.test.row(*other));
                matrix.push_with(|out| {
                    for (((slot, own), other), feature) in out.iter_mut().zip(own).zip(other).zip(&self.recipe.features)
                    {
                        *slot = if Some(feature.column) == column { *other } else { *own };
                    }
                });
            }
            matrix
        };
        let whole = error(&with(None, &places), &mut work.part(0.0, 0.05))?;
        let mut random = Random::new(seed ^ 0x70e6);
        let mut shuffled = places.clone();
        for place in (1..shuffled.len()).rev() {
            shuffled.swap(place, random.below(place as u32 + 1) as usize);
        }
        let n_columns = self.recipe.columns.len();
        let mut rises = Vec::with_capacity(n_columns);
        for (number, column) in self.recipe.columns.iter().enumerate() {
            let mut work = work.part(share(number, n_columns), share(number + 1, n_columns));
            let without = error(&with(Some(number), &shuffled), &mut work)?;
            rises.push((column.name.clone(), without - whole));
        }
        Ok((places.len(), rises))
    }
}
