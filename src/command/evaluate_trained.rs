//! `packetloupe evaluate` of what is trained: methods in folds side by side, or a model on a table that it may never have seen.

use super::reading::ReadingArguments;
use super::trained::{self, Labelling, SupervisedArguments, TrainingData};
use super::{Failure, model, output, read};
use crate::learn::trained::{CLASSIFIERS, Measures, ModelCard, validate};
use crate::model::format::quantity::counted;
use crate::protocol::anomalies::AnomalyScope;
use crate::settings::Settings;
use crate::training::{Wanted, gather};
use serde_json::{Value, json};
use std::path::Path;

/// What is asked for.
pub struct ToMeasure<'a> {
    /// The table.
    pub file: &'a Path,
    /// The label column.
    pub label: &'a str,
    /// Further labels that mean benign.
    pub benign: &'a [String],
    /// Where the document goes.
    pub json: Option<&'a Path>,
    /// Methods to train.
    pub methods: &'a [String],
    /// A model file.
    pub model: Option<&'a Path>,
    /// How it is learnt.
    pub learning: &'a SupervisedArguments,
    /// How the table is read.
    pub reading: &'a ReadingArguments,
}

/// Measures, and prints or writes the figures.
pub fn run(asked: &ToMeasure<'_>, settings: &Settings) -> Result<(), Failure> {
    match asked.model {
        Some(path) => of_model(asked, path, settings),
        None => of_methods(asked, settings),
    }
}

fn of_methods(asked: &ToMeasure<'_>, settings: &Settings) -> Result<(), Failure> {
    let is_all = asked.methods.iter().any(|id| id == "all");
    let classifiers = if is_all {
        CLASSIFIERS.iter().collect()
    } else {
        asked.methods.iter().map(|id| trained::find_classifier(id)).collect::<Result<Vec<_>, Failure>>()?
    };
    let files = [asked.file.to_owned()];
    let of = trained::TrainingInput {
        files: &files,
        labelling: Labelling::Column(asked.label),
        benign: asked.benign,
        reading: asked.reading,
        learning: asked.learning,
        is_quiet: false,
    };
    let TrainingData { table, scope, card } = trained::read_training_data(&of, settings)?;
    let mut tested: Vec<(&str, ModelCard, f64)> = Vec::new();
    for classifier in classifiers {
        let plan = asked.learning.plan(classifier, settings);
        let validation = trained::run_to_end(|work| validate(&table, &plan, work))?;
        tested.push((classifier.id, trained::card_of_validation(&validation, &card), validation.threshold));
    }
    let Some((_, first, _)) = tested.first() else { return Err(Failure::usage("no method is named")) };
    if let Some(out) = asked.json {
        let methods: Vec<Value> =
            tested.iter().map(|(id, card, threshold)| trained::validation_json(id, card, *threshold)).collect();
        return write(out, &document(asked, scope, &first.measures, "methods", &Value::Array(methods)));
    }
    if let [(id, card, threshold)] = tested.as_slice() {
        return print(&trained::validation_text(id, card, *threshold));
    }
    let all = |of: fn(&ModelCard) -> Option<&Measures>| -> Vec<(String, &Measures)> {
        tested.iter().filter_map(|(id, card, _)| Some(((*id).to_owned(), of(card)?))).collect()
    };
    let whole = all(|card| Some(&card.measures));
    let mut text = trained::measures_table(&whole);
    let of_new = all(|card| card.of_new.as_ref());
    if !of_new.is_empty() {
        text.push_str("\nOnly rows that no row trained on equals in all features:\n");
        text.push_str(&trained::measures_table(&of_new));
    }
    text.push_str("\nShare of each class that is reported:\n");
    text.push_str(&trained::reported_by_class_table(&whole));
    if !first.leaks.is_empty() {
        text.push_str("\nWhat speaks against believing these figures:\n");
        first.leaks.iter().for_each(|leak| text.push_str(&format!("- {}\n", leak.sentence)));
    }
    print(&text)
}

fn of_model(asked: &ToMeasure<'_>, path: &Path, settings: &Settings) -> Result<(), Failure> {
    let known = model::read(path)?;
    let options = read::ReadOptions { label: Some(asked.label), ..Default::default() };
    let mut read = read::read(asked.file, settings, options)?;
    asked.reading.note_unused(&read.pipeline);
    read.progress.clear();
    let scope = AnomalyScope::from_id(&known.file.scope).unwrap_or_default();
    // Which features are looked at is the model's business; only the labels count here.
    let wanted = Wanted { scope, features: &[], benign: asked.benign, marks: None, unmarked: "benign" };
    let refuse = |why: String| Failure::input(format!("{}: {why}", asked.file.display()));
    let gathered = gather(&read.pipeline, &wanted).map_err(refuse)?;
    let judged = model::apply(path, &known, &read.pipeline)?;
    let rows: Vec<u32> = (0..).take(gathered.table.n_rows).collect();
    let measures = Measures::of(&gathered.table, &rows, &judged.said.probabilities, known.file.threshold);
    let name = read::name_of(path);
    if let Some(out) = asked.json {
        let of = json!({
            "name": name,
            "method": known.file.method,
            "trained_on": known.file.card.data,
            "threshold": known.file.threshold,
            "measures": trained::measures_json(&measures),
        });
        return write(out, &document(asked, scope, &measures, "model", &of));
    }
    let mut text = format!(
        "{} of {}, by a {} trained on {}\n\n",
        counted(measures.n_rows, scope.nouns().0, scope.nouns().1),
        read::name_of(asked.file),
        known.file.method.replace('_', " "),
        known.file.card.data.join(", ")
    );
    let all = [(name, &measures)];
    text.push_str(&trained::measures_table(&all));
    text.push_str("\nShare of each class that is reported:\n");
    text.push_str(&trained::reported_by_class_table(&all));
    print(&text)
}

fn document(asked: &ToMeasure<'_>, scope: AnomalyScope, of: &Measures, key: &str, value: &Value) -> Value {
    let classes: Vec<Value> = of
        .by_class
        .iter()
        .map(|class| json!({ "name": class.name, "rows": class.n_rows, "is_attack": class.is_attack }))
        .collect();
    let mut document = json!({
        "schema": 1,
        "label": asked.label,
        "scope": scope.id(),
        "rows_judged": of.n_rows,
        "attacks": of.n_attacks,
        "classes": classes,
    });
    document.as_object_mut().into_iter().for_each(|object| {
        object.insert(key.to_owned(), value.clone());
    });
    document
}

fn write(out: &Path, document: &Value) -> Result<(), Failure> {
    output::write(out, |out| writeln!(out, "{document:#}"))
}

fn print(text: &str) -> Result<(), Failure> {
    output::print(&text.lines().map(|line| output::harmless(line) + "\n").collect::<String>())
}
