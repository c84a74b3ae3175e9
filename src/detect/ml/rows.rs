//! Turns the rows of a table into scores and findings with any [`Model`]: learn from a sample, score all rows, report
//! those past a threshold.
//!
//! For tables whose rows are no flows. Columns with addresses, times or labels are never used.

use crate::detect::detector::Conclusion;
use crate::detect::ml::spec::Spec;
use crate::detect::support::finding_builder::{evidence, round3};
use crate::detect::support::severity::{Confidence, Impact};
use crate::learn::matrix::Matrix;
use crate::learn::model::Model;
use crate::learn::random::Selection;
use crate::learn::scale::Robust;
use crate::maths::number::number;
use crate::maths::order::nearest_quantile;
use crate::maths::sorting::Arrange;
use crate::model::format::quantity::{counted, plain};
use crate::model::rows::ColumnKind;
use crate::model::{Evidence, Finding};
use crate::settings::{self, Settings};
use crate::stats::columns;
use crate::stats::label_columns::label_columns;
use crate::stats::rows::{RowStore, cell};

/// Most rows that a model learns from.
const MOST_LEARNT: u32 = 20_000;
/// Most columns that a model looks at; past this it takes too long for what it gains.
const MOST_FEATURES: usize = 512;
/// Most different texts in a column that is looked at: each but the rarest becomes a column of its own.
const MOST_TEXTS: usize = 12;
/// Columns that a finding names.
const MOST_REASONS: usize = 4;

/// What a fit depends on.
#[derive(PartialEq, Clone)]
struct Key {
    seed: u64,
    most: u32,
    n_rows: u64,
}

/// A model that has learnt from rows, and what it makes of them.
pub struct FittedRows<M> {
    key: Key,
    features: Vec<Feature>,
    model: M,
    usual: Robust,
    /// One a kept row, NaN where it was not scored.
    scores: Vec<f32>,
}

/// A column of the matrix.
#[derive(Clone, PartialEq, Debug)]
struct Feature {
    column: usize,
    name: String,
    /// The text that counts as 1; none for a column of numbers.
    text: Option<u32>,
    /// What stands in for a missing number, and the ends that infinities are held at.
    median: f32,
    least: f32,
    most: f32,
}

/// What the model makes of a table; `fitted` keeps what was learnt for another threshold.
pub fn finish<M: Model>(
    spec: &Spec,
    fitted: &mut Option<FittedRows<M>>,
    rows: &RowStore,
    settings: &Settings,
) -> Conclusion {
    let n = rows.len();
    let fewest = settings.get(spec.fewest);
    if (n as f64) < fewest {
        let rows = counted(n as u64, "row", "rows");
        return not_enough(format!("Only {rows}: a model of this table's baseline needs at least {}.", plain(fewest)));
    }
    let key =
        Key { seed: settings.count(&settings::SEED), most: settings.get(spec.most) as u32, n_rows: rows.n_rows() };
    if fitted.as_ref().is_none_or(|fitted| fitted.key != key) {
        *fitted = fit(rows, key);
    }
    let Some(fitted) = fitted else {
        return not_enough(
            "The table has no numeric column that varies and is not a label, so there are no outliers.".to_owned(),
        );
    };
    let threshold = settings.get(spec.threshold) as f32;
    let findings = fitted.finding(spec, threshold, rows).into_iter().collect();
    Conclusion { findings, scores: Some(fitted.scores.clone()), ..Conclusion::default() }
}

fn not_enough(why: String) -> Conclusion {
    Conclusion { not_enough_data: Some(why), ..Conclusion::default() }
}

fn fit<M: Model>(rows: &RowStore, key: Key) -> Option<FittedRows<M>> {
    let n = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let mut selection = Selection::new(key.seed, n, MOST_LEARNT);
    let learnt: Vec<usize> = (0..rows.len()).filter(|_| selection.picks()).collect();
    let features = features(rows, &learnt);
    if features.is_empty() {
        return None;
    }
    let matrix = gather(rows, &features, &learnt);
    let usual = Robust::fit(&matrix);
    let model = M::fit(&matrix, &usual, key.seed)?;
    drop(matrix);
    let mut scores = vec![f32::NAN; rows.len()];
    let mut selection = Selection::new(key.seed.wrapping_add(1), n, key.most);
    let mut places = Vec::new();
    for row in 0..rows.len() {
        if selection.picks() {
            places.push(row);
        }
        if places.len() == BLOCK || row + 1 == rows.len() {
            let block = gather(rows, &features, &places);
            for (place, score) in places.drain(..).zip(model.scores(&block)) {
                if let Some(slot) = scores.get_mut(place) {
                    // Six decimals: what differs in the last bits between a browser and a native program must not show.
                    *slot = ((score * 1e6).round() / 1e6) as f32;
                }
            }
        }
    }
    Some(FittedRows { key, features, model, usual, scores })
}

/// Rows scored at a time.
const BLOCK: usize = 4096;

/// The columns that a model can look at: numbers that vary, and texts of which there are few.
fn features(rows: &RowStore, learnt: &[usize]) -> Vec<Feature> {
    let mut features = Vec::new();
    for ((column, named), held) in rows.layout().columns.iter().enumerate().zip(label_columns(rows)) {
        let is_feature = named.role.is_feature() && held.is_none();
        let Some(kept) = rows.column(column).filter(|_| is_feature) else { continue };
        match columns::kind(kept) {
            ColumnKind::Integer | ColumnKind::Number => {
                let mut values: Vec<f32> = learnt
                    .iter()
                    .filter_map(|row| cell::as_number(rows.cell(column, *row)))
                    .map(|value| value as f32)
                    .filter(|value| value.is_finite())
                    .collect();
                values.sort_unstable_by(f32::total_cmp);
                let ends = values.first().copied().zip(values.last().copied());
                let Some((least, most)) = ends.filter(|(least, most)| least < most) else { continue };
                let median = nearest_quantile(&values, 0.5);
                features.push(Feature { column, name: named.name.clone(), text: None, median, least, most });
            }
            ColumnKind::Text if (2..=MOST_TEXTS).contains(&kept.n_texts()) => {
                for code in 0..kept.n_texts() as u32 {
                    let text = columns::words(rows, column, ColumnKind::Text, cell::text(code));
                    let name = format!("{} is {text}", named.name);
                    features.push(Feature { column, name, text: Some(code), median: 0.0, least: 0.0, most: 1.0 });
                }
            }
            _ => {}
        }
        if features.len() >= MOST_FEATURES {
            features.truncate(MOST_FEATURES);
            break;
        }
    }
    features
}

/// The features of some rows, in order.
fn gather(rows: &RowStore, features: &[Feature], places: &[usize]) -> Matrix {
    let mut matrix = Matrix::new(features.len());
    let mut column = Vec::new();
    places.iter().for_each(|_| matrix.push_with(|_| {}));
    for (place, feature) in features.iter().enumerate() {
        column.clear();
        column.extend(places.iter().map(|row| feature.value(rows.cell(feature.column, *row))));
        matrix.set_column(place, &column);
    }
    matrix
}

impl Feature {
    fn value(&self, cell: u64) -> f32 {
        match self.text {
            Some(code) => f32::from(u8::from(cell::code(cell) == Some(code))),
            None => cell::as_number(cell).map_or(self.median, |value| {
                let value = value as f32;
                if value.is_finite() { value } else { value.clamp(self.least, self.most) }
            }),
        }
    }
}

impl<M: Model> FittedRows<M> {
    /// One finding on all rows whose score reaches the threshold: without addresses there is nothing to group them by.
    fn finding(&self, spec: &Spec, threshold: f32, rows: &RowStore) -> Option<Finding> {
        let mut past: Vec<usize> = (0..rows.len()).filter(|row| self.scores.get(*row) >= Some(&threshold)).collect();
        let n_past = past.len() as u64;
        let top_score = |row: &usize| self.scores.get(*row).copied().unwrap_or(0.0);
        past.arrange_by(|a, b| top_score(b).total_cmp(&top_score(a)));
        let top = *past.first()?;
        let top_number = rows.number(top)? + 1;
        let threshold = f64::from(threshold);
        let extent = (f64::from(top_score(&top)) - threshold) / (1.0 - threshold).max(f64::MIN_POSITIVE);
        let reasons = self.reasons(rows, top);
        let n_scored = self.scores.iter().filter(|score| !score.is_nan()).count() as u64;
        let named: Vec<String> =
            reasons.iter().map(|e| format!("{} ({}; {})", e.name, plain(e.value), e.typical)).collect();
        let explanation = format!(
            "{} of {} rows {} a score of {} or more: their numbers differ from those of the other rows. The most \
             unusual is row {top_number}{}{}. The model learnt only from this table and knows nothing about attacks: \
             unusual does not mean harmful.",
            plain(n_past as f64),
            plain(n_scored as f64),
            if n_past == 1 { "has" } else { "have" },
            round3(threshold),
            if named.is_empty() { "" } else { "; it differs most in: " },
            named.join("; "),
        );
        let score = evidence("Score", top_score(&top).into(), "", format!("reported from {}", round3(threshold)));
        Some(
            Finding::builder(spec.card)
                .title(format!("{} unusual, row {top_number} the most", counted(n_past, "row", "rows")))
                .score(extent)
                .weighed(Impact::NUISANCE, Confidence::UNLIKELY.towards(Confidence::EVEN, extent), extent)
                .evidence(std::iter::once(score).chain(reasons))
                .explanation(explanation)
                .benign_causes(&[spec.card.otherwise])
                .advice(&["Sort the rows by their score and check what the first ones have in common."])
                .packet_indices(past.iter().take(Finding::MOST_FLOWS).filter_map(|row| rows.number(*row)).collect())
                .build(),
        )
    }

    /// The columns that set a row apart the most.
    fn reasons(&self, rows: &RowStore, row: usize) -> Vec<Evidence> {
        let values: Vec<f32> = self.features.iter().map(|f| f.value(rows.cell(f.column, row))).collect();
        let usual: Vec<f32> = self.usual.columns.iter().map(|of| of.median).collect();
        let mut parts: Vec<(f64, usize)> = self.model.parts(&values, &usual).into_iter().zip(0..).collect();
        parts.iter_mut().for_each(|(part, _)| *part = (*part * 1e6).round());
        parts.retain(|(part, _)| *part > 0.0);
        parts.arrange_by(|(a, _), (b, _)| b.total_cmp(a));
        parts.truncate(MOST_REASONS);
        let reason = |(_, place): (f64, usize)| {
            let (feature, usual) = (self.features.get(place)?, self.usual.columns.get(place)?);
            let word = |value: f32| plain(three_digits(value));
            let typical =
                format!("median {}, middle half {} to {}", word(usual.median), word(usual.lower), word(usual.upper));
            Some(evidence(&feature.name, three_digits(*values.get(place)?), "", typical))
        };
        parts.into_iter().filter_map(reason).collect()
    }
}

/// Three digits that count.
fn three_digits(value: f32) -> f64 {
    number(&format!("{value:.2e}")).unwrap_or(f64::from(value))
}

#[cfg(test)]
mod tests {
    use crate::detect::ml::{isolation_forest, pca};
    use crate::model::rows::{CellValue, Column, Layout, Role};
    use crate::settings::Settings;
    use crate::stats::rows::{Place, RowStore};

    /// Two columns that go together, a label that gives the odd row away, and one odd row.
    fn table() -> RowStore {
        let mut rows = RowStore::new(usize::MAX, 42);
        let column = |name: &str, role| Column { role, ..Column::named(name) };
        let columns = vec![column("a", Role::Plain), column("b", Role::Plain), column("Label", Role::Label)];
        rows.set_layout(&Layout { columns, ..Layout::default() });
        for i in 0..500 {
            let x = f64::from(i % 37);
            let values = match i {
                250 => [CellValue::Number(900.0), CellValue::Number(f64::INFINITY), CellValue::Number(1.0)],
                251 => [CellValue::Missing, CellValue::Number(20.0), CellValue::Number(0.0)],
                _ => [CellValue::Number(x), CellValue::Number(2.0 * x + f64::from(i % 3)), CellValue::Number(0.0)],
            };
            rows.push(&values, b"", Place::default());
        }
        rows.flush();
        rows
    }

    #[test]
    fn the_odd_row_is_found_without_its_label() {
        let rows = table();
        for entry in [&pca::ENTRY, &isolation_forest::ENTRY] {
            let result = (entry.make)().finish_rows(&rows, &Settings::default()).unwrap();
            let scores = result.scores.unwrap();
            assert_eq!(scores.len(), 500);
            assert!(
                scores.iter().enumerate().all(|(row, score)| row == 250 || *score < scores[250]),
                "{}",
                entry.card.id
            );
            let finding = &result.findings[0];
            assert!(finding.title.contains("row 251 the most"), "{}", finding.title);
            assert!(finding.evidence.iter().any(|e| e.name == "a"));
            assert!(!finding.evidence.iter().any(|e| e.name == "Label"));
        }
    }
}
