//! `packetloupe evaluate`: measures on a labelled table how well each detector, method that is trained, or model separates
//! attacks from benign rows (AUROC, precision, recall).

use super::reading::{ReadingArguments, no_column};
use super::table::table;
use super::trained::SupervisedArguments;
use super::{Failure, evaluate_trained, output, read};
use crate::model::format::quantity::count;
use crate::model::format::quantity::percent;
use crate::pipeline::{self, Pipeline};
use crate::settings::Settings;
use crate::stats::labels::{self, Labels};
use crate::stats::ranking::{self, Ranking};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Arguments of `evaluate`.
#[derive(clap::Args)]
#[command(
    after_help = "Detectors never see the label column. The score of a row is the detector's own or, for detectors of \
behaviour, the score of the finding that covers it. With --method each method is trained and tested in folds; with --model a \
model is measured on this table; then detectors are measured only if --detector names them. Without --json a table is printed."
)]
pub struct EvaluateArguments {
    /// The table: CSV, JSON lines or a JSON list
    file: PathBuf,
    /// Name of the column that says what each row is
    #[arg(long, value_name = "COLUMN")]
    label: String,
    /// Values of that column that mean benign, in addition to the usual words; may be given several times
    #[arg(long, value_name = "VALUE")]
    benign: Vec<String>,
    /// Write the result as JSON
    #[arg(long, value_name = "OUT")]
    json: Option<PathBuf>,
    /// Only this detector; may be given several times
    #[arg(long, value_name = "ID")]
    detector: Vec<String>,
    /// Train and test these methods in folds: random_forest, extra_trees, logistic_regression, naive_bayes, nearest, or all
    #[arg(long, value_name = "ID,...", value_delimiter = ',')]
    method: Vec<String>,
    /// Measure this model, as `packetloupe train` writes it
    #[arg(long, value_name = "FILE", conflicts_with = "method")]
    model: Option<PathBuf>,
    /// Read settings from a JSON object of ids and numbers
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    #[command(flatten)]
    learning: SupervisedArguments,
    #[command(flatten)]
    reading: ReadingArguments,
}

/// The result of one detector, or why it did not have enough data.
struct Outcome {
    id: &'static str,
    result: Result<Ranking, String>,
}

pub fn run(arguments: &EvaluateArguments) -> Result<(), Failure> {
    let outputs: Vec<&Path> = arguments.json.as_deref().into_iter().collect();
    output::check(std::slice::from_ref(&arguments.file), &outputs)?;
    let mut settings = super::settings::or_default(arguments.settings.as_deref())?;
    arguments.reading.apply(&mut settings)?;
    for id in &arguments.detector {
        super::scorer::detector_place(id)?;
    }
    if (arguments.model.is_some() || !arguments.method.is_empty()) && arguments.detector.is_empty() {
        let EvaluateArguments { file, label, benign, json, method, model, learning, reading, .. } = arguments;
        learning.apply(&mut settings);
        let asked = evaluate_trained::ToMeasure {
            file,
            label,
            benign,
            json: json.as_deref(),
            methods: method,
            model: model.as_deref(),
            learning,
            reading,
        };
        super::score::score_all(&mut settings);
        return evaluate_trained::run(&asked, &settings);
    }
    super::score::score_all(&mut settings);
    let options = read::ReadOptions { label: Some(&arguments.label), ..Default::default() };
    let mut read = read::read(&arguments.file, &settings, options)?;
    arguments.reading.note_unused(&read.pipeline);
    let refuse = |why: String| Failure::input(format!("{}: {why}", arguments.file.display()));
    let rows =
        read.pipeline.rows().ok_or_else(|| refuse("this is a capture, not a table; it has no labels.".to_owned()))?;
    let Some(column) = rows.layout().label else {
        return Err(no_column(rows.layout(), &arguments.label));
    };
    let labels = labels::labels(rows, column as usize, &arguments.benign);
    if labels.n_attacks() == 0 || labels.n_attacks() == labels.len() as u64 {
        let what = if labels.n_attacks() == 0 { "no row is an attack" } else { "every row is an attack" };
        return Err(refuse(format!("in column {:?} {what}, so there is nothing to compare.", arguments.label)));
    }
    read.progress.evaluating();
    let wanted = |id: &str| arguments.detector.is_empty() || arguments.detector.iter().any(|wanted| wanted == id);
    let mut outcomes = Vec::new();
    for (place, (card, _)) in pipeline::cards().into_iter().enumerate() {
        if wanted(card.id) {
            outcomes.push(Outcome { id: card.id, result: evaluate(&mut read.pipeline, place, &settings, &labels) });
        }
    }
    read.progress.clear();
    match &arguments.json {
        Some(out) => {
            let document = format!("{:#}\n", document(&read.pipeline, &labels, &outcomes));
            output::write(out, |out| out.write_all(document.as_bytes()))
        }
        None => output::print(&text(&read.pipeline, &labels, &outcomes)),
    }
}

fn evaluate(pipeline: &mut Pipeline, place: usize, settings: &Settings, labels: &Labels) -> Result<Ranking, String> {
    let evaluated = super::score::evaluate(pipeline, place, settings)?;
    Ok(ranking::rank(&evaluated.scores, &evaluated.is_reported, labels))
}

fn text(pipeline: &Pipeline, labels: &Labels, outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    if let Some(rows) = pipeline.rows() {
        text.push_str(&format!(
            "{}\n{} rows, {} of them attacks",
            output::harmless(&rows.layout().describe()),
            count(labels.len() as u64),
            count(labels.n_attacks())
        ));
        if rows.is_sampled() {
            text.push_str(&format!(" (a sample of {} rows, seed {})", count(rows.n_rows()), rows.seed()));
        }
        text.push('\n');
    }
    let mut rows = Vec::new();
    for outcome in outcomes {
        if let Ok(ranking) = &outcome.result {
            let three = |value: f64| format!("{value:.3}");
            let [tp, missed, fp, tn] = ranking.confusion;
            rows.push(vec![
                outcome.id.to_owned(),
                three(ranking.auroc),
                three(ranking.average_precision),
                percent(tp as f64, (tp + missed) as f64),
                percent(tp as f64, (tp + fp).max(1) as f64),
                format!("{} / {} / {} / {}", count(tp), count(missed), count(fp), count(tn)),
            ]);
        }
    }
    text.push('\n');
    text.push_str(&table(
        &[
            "DETECTOR",
            "AUROC",
            "AVG PRECISION",
            "RECALL",
            "PRECISION",
            "ATTACKS REPORTED / MISSED / OTHERS REPORTED / QUIET",
        ],
        &rows,
    ));
    text.push_str("\nShare of each class that is reported:\n");
    text.push_str(&reported_by_class_table(labels, outcomes));
    let without_data: Vec<&str> = outcomes.iter().filter(|o| o.result.is_err()).map(|o| o.id).collect();
    if !without_data.is_empty() {
        text.push_str(&format!("\nNot enough data (--json says why): {}\n", without_data.join(", ")));
    }
    text
}

/// The share of each class that is reported: a row for each class, a column for each detector that had enough data.
fn reported_by_class_table(labels: &Labels, outcomes: &[Outcome]) -> String {
    let mut rows = Vec::new();
    for (place, class) in labels.classes().iter().enumerate() {
        let mut row =
            vec![class.name.clone(), count(class.n_rows), if class.is_attack { "attack" } else { "" }.to_owned()];
        let shares = outcomes.iter().filter_map(|o| o.result.as_ref().ok()).map(|ranking| {
            let n = ranking.reported_by_class.get(place).copied().unwrap_or(0);
            percent(n as f64, class.n_rows as f64)
        });
        row.extend(shares);
        rows.push(row);
    }
    let heads: Vec<&str> = ["CLASS", "ROWS", ""]
        .into_iter()
        .chain(outcomes.iter().filter(|o| o.result.is_ok()).map(|outcome| outcome.id))
        .collect();
    table(&heads, &rows)
}

fn document(pipeline: &Pipeline, labels: &Labels, outcomes: &[Outcome]) -> Value {
    let classes: Vec<Value> = labels
        .classes()
        .iter()
        .map(|class| json!({ "name": class.name, "rows": class.n_rows, "is_attack": class.is_attack }))
        .collect();
    let detectors: Vec<Value> = outcomes.iter().map(|outcome| one(outcome, labels)).collect();
    let layout = pipeline.rows().map(|rows| rows.layout());
    json!({
        "schema": 1,
        "dialect": layout.map(|layout| &layout.dialect),
        "label": layout.and_then(|layout| layout.label_name()),
        "rows": pipeline.rows().map(|rows| rows.n_rows()),
        "rows_judged": labels.len(),
        "attacks": labels.n_attacks(),
        "classes": classes,
        "detectors": detectors,
    })
}

fn one(outcome: &Outcome, labels: &Labels) -> Value {
    let ranking = match &outcome.result {
        Ok(ranking) => ranking,
        Err(why) => return json!({ "id": outcome.id, "not_enough_data": why }),
    };
    let [tp, missed, fp, tn] = ranking.confusion;
    let ratio = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let (precision, recall) = (ratio(tp, tp + fp), ratio(tp, tp + missed));
    let recalls: serde_json::Map<String, Value> = labels
        .classes()
        .iter()
        .zip(&ranking.reported_by_class)
        .map(|(class, n)| (class.name.clone(), json!(ratio(*n, class.n_rows))))
        .collect();
    json!({
        "id": outcome.id,
        "not_enough_data": null,
        "auroc": ranking.auroc,
        "average_precision": ranking.average_precision,
        "roc": ranking.roc.iter().map(|(x, y)| json!([x, y])).collect::<Vec<_>>(),
        "pr": ranking.pr.iter().map(|(x, y)| json!([x, y])).collect::<Vec<_>>(),
        "confusion": { "tp": tp, "fn": missed, "fp": fp, "tn": tn },
        "precision": precision,
        "recall": recall,
        "f1": if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 },
        "false_positive_rate": ratio(fp, fp + tn),
        "reported_by_class": recalls,
    })
}
