//! For `train` and `evaluate`: inputs and their labels to the table that is trained on, and the measures of a test to text and JSON.

use super::reading::{ReadingArguments, no_column};
use super::table::table;
use super::{Failure, files, output, read};
use crate::learn::Refusal;
use crate::learn::trained::validate::Validation;
use crate::learn::trained::{CLASSIFIERS, Classifier, FoldKind, LabelledTable, Measures, ModelCard, Plan, classifier};
use crate::learn::work::Work;
use crate::model::format::quantity::{count, percent};
use crate::protocol::anomalies::AnomalyScope;
use crate::settings::{self, Settings};
use crate::training::{LabelFile, Wanted, gather};
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Most columns whose weight is printed.
const MOST_IMPORTANCES: usize = 10;

/// How to train and to test.
#[derive(clap::Args)]
pub struct SupervisedArguments {
    /// What one row is: rows of a table by its columns, or flows by features that captures have too. Without it, rows of
    /// tables and flows of captures
    #[arg(long, value_name = "rows|flows", value_parser = scope)]
    scope: Option<AnomalyScope>,
    /// Features or groups of features that alone are learnt from; or with + and - in front, those to add or to leave out
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', allow_hyphen_values = true)]
    features: Vec<String>,
    /// Tell the classes of the label apart, not only attacks from the rest
    #[arg(long)]
    classes: bool,
    /// Let every class count the same in all, however few rows it has
    #[arg(long)]
    balanced: bool,
    /// How rows are split for the test: stratified (at random), time (trained on what was before), group (no host, or
    /// with several files no file, on both sides)
    #[arg(long, value_name = "KIND", value_parser = fold_kind, default_value = "stratified")]
    folds: FoldKind,
    /// Number of folds
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=50))]
    n_folds: u8,
    /// Report rows from this probability on; without it, from the lowest one whose F1 in the folds is within
    /// one standard error of the best
    #[arg(long, value_name = "PROBABILITY")]
    threshold: Option<f64>,
    /// Seed for random choices
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
}

fn scope(id: &str) -> Result<AnomalyScope, String> {
    let known = AnomalyScope::from_id(id).filter(|scope| matches!(scope, AnomalyScope::Rows | AnomalyScope::Flows));
    known.ok_or_else(|| "one of rows, flows".to_owned())
}

fn fold_kind(id: &str) -> Result<FoldKind, String> {
    let known = FoldKind::ALL.into_iter().find(|kind| kind.id() == id);
    known.ok_or_else(|| format!("one of {}", FoldKind::ALL.map(FoldKind::id).join(", ")))
}

impl SupervisedArguments {
    /// The settings with the seed.
    pub fn apply(&self, settings: &mut Settings) {
        if let Some(seed) = self.seed {
            settings.set(&settings::SEED, seed.into());
        }
    }

    /// The plan for a classifier.
    pub fn plan<'a>(&self, classifier: &'static Classifier, settings: &'a Settings) -> Plan<'a> {
        Plan {
            classifier,
            by_class: self.classes,
            is_balanced: self.balanced,
            settings,
            seed: settings.count(&settings::SEED),
            folds: self.folds,
            n_folds: usize::from(self.n_folds),
            threshold: self.threshold,
        }
    }
}

/// The classifier of an id; a failure that lists the ids if there is none.
pub fn find_classifier(id: &str) -> Result<&'static Classifier, Failure> {
    let ids = || CLASSIFIERS.iter().map(|classifier| classifier.id).collect::<Vec<_>>().join(", ");
    classifier(id).ok_or_else(|| Failure::usage(format!("unknown method {id:?}; one of {}", ids())))
}

/// Where labels come from.
pub enum Labelling<'a> {
    /// A column.
    Column(&'a str),
    /// A file.
    File(&'a Path),
}

/// What is read to train on.
pub struct TrainingInput<'a> {
    /// The inputs.
    pub files: &'a [PathBuf],
    /// Where labels come from.
    pub labelling: Labelling<'a>,
    /// Further labels that mean benign.
    pub benign: &'a [String],
    /// How tables are read.
    pub reading: &'a ReadingArguments,
    /// How it is learnt.
    pub learning: &'a SupervisedArguments,
    /// No progress is shown.
    pub is_quiet: bool,
}

/// The table that is trained on, with what its model will be known by.
pub struct TrainingData {
    /// Rows with classes.
    pub table: LabelledTable,
    /// What one row is.
    pub scope: AnomalyScope,
    /// Names of the inputs and of the label; the rest is empty.
    pub card: ModelCard,
}

/// Reads all inputs into one table; with several, each is a group.
pub fn read_training_data(asked: &TrainingInput<'_>, settings: &Settings) -> Result<TrainingData, Failure> {
    let entries = match asked.labelling {
        Labelling::File(path) => Some(label_file(path)?),
        Labelling::Column(_) => None,
    };
    let mut all: Option<(LabelledTable, AnomalyScope)> = None;
    for (number, path) in asked.files.iter().enumerate() {
        let scope = asked.learning.scope.or(all.as_ref().map(|(_, scope)| *scope));
        let (mut table, scope) = labelled(asked, (path, scope), entries.as_ref(), settings)?;
        if asked.files.len() > 1 {
            table.groups = Some(vec![0; table.n_rows]);
            table.group_names = vec![read::name_of(path)];
        }
        match &mut all {
            Some((all, _)) => all.append(&table),
            None => all = Some((table, scope)),
        }
        if asked.files.len() > 1 && !asked.is_quiet {
            output::notice(&format!("{} of {} files read", number + 1, asked.files.len()));
        }
    }
    let (table, scope) = all.ok_or_else(|| Failure::usage("there is no input"))?;
    let n_attacks = table.n_attacks();
    if n_attacks == 0 || n_attacks == table.n_rows {
        let what = if n_attacks == 0 { "no row is an attack" } else { "every row is an attack" };
        return Err(Failure::input(format!("by the labels {what}, so there is nothing to tell apart.")));
    }
    let card = ModelCard {
        data: asked.files.iter().map(|path| read::name_of(path)).collect(),
        label: match asked.labelling {
            Labelling::Column(name) => name.to_owned(),
            Labelling::File(path) => read::name_of(path),
        },
        ..ModelCard::default()
    };
    Ok(TrainingData { table, scope, card })
}

/// Reads one input, with labels by a column or by the entries of a file, and says what of it is not learnt from. Without a scope
/// the input says what one row is.
fn labelled(
    asked: &TrainingInput<'_>,
    (path, scope): (&PathBuf, Option<AnomalyScope>),
    entries: Option<&LabelFile>,
    settings: &Settings,
) -> Result<(LabelledTable, AnomalyScope), Failure> {
    let label = match asked.labelling {
        Labelling::Column(name) => Some(name),
        Labelling::File(_) => None,
    };
    let options = read::ReadOptions { label, is_quiet: asked.is_quiet, ..Default::default() };
    let mut read = read::read(path, settings, options)?;
    asked.reading.note_unused(&read.pipeline);
    let marked = match entries {
        Some(entries) => {
            // A filter may ask about findings, which take evaluation.
            let analysis = read.pipeline.evaluate(settings);
            let passing = |filter: &str| files::passing(std::slice::from_ref(path), &read.pipeline, &analysis, filter);
            Some(entries.marks_of(&read::name_of(path), passing)?)
        }
        None => None,
    };
    read.progress.clear();
    if let (Some(label), Some(rows)) = (label, read.pipeline.rows())
        && rows.layout().label.is_none()
    {
        return Err(no_column(rows.layout(), label));
    }
    let is_table = read.pipeline.rows().is_some();
    let by_default = if is_table && entries.is_none() { AnomalyScope::Rows } else { AnomalyScope::Flows };
    let scope = scope.unwrap_or(by_default);
    let (features, benign) = (&asked.learning.features, asked.benign);
    let wanted = Wanted { scope, features, benign, marks: marked.as_deref(), unmarked: "benign" };
    let refuse = |why: String| Failure::input(format!("{}: {why}", path.display()));
    let gathered = gather(&read.pipeline, &wanted).map_err(refuse)?;
    for (column, why) in &gathered.held {
        let is_said = gathered.table.columns.iter().any(|of| of.name == *column);
        output::notice(&match is_said {
            true => format!("{column} is learnt from because you say so, though: {why}"),
            false => format!("{column} is held back: {why}"),
        });
    }
    Ok((gathered.table, scope))
}

/// Reads a file of labels.
fn label_file(path: &Path) -> Result<LabelFile, Failure> {
    let cannot = |why: String| Failure::usage(format!("cannot use {}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| cannot(error.to_string()))?;
    LabelFile::read(&text).map_err(cannot)
}

/// Runs learning to its end without showing progress; a refusal becomes a failure of the command.
pub fn run_to_end<T>(of: impl FnOnce(&mut Work<'_>) -> Result<T, Refusal>) -> Result<T, Failure> {
    let mut never_stop = |_: f32| ControlFlow::Continue(());
    of(&mut Work::new(&mut never_stop)).map_err(|refusal| match refusal {
        Refusal::NotEnough(why) => Failure::input(why),
        Refusal::Stopped => Failure::input("it was stopped"),
    })
}

/// The measures of some methods as a table, one row a method.
pub fn measures_table(of: &[(String, &Measures)]) -> String {
    let rows: Vec<Vec<String>> = of
        .iter()
        .map(|(name, measures)| {
            let [tp, missed, fp, tn] = measures.confusion;
            let figures = [measures.auroc, measures.average_precision, measures.f1()].map(|x| format!("{x:.4}"));
            let shares = [measures.recall(), measures.precision(), measures.false_positive_rate(), measures.accuracy()];
            let mut row = vec![name.clone()];
            row.extend(figures);
            row.extend(shares.map(|share| percent(share, 1.0)));
            row.push(format!("{:.4}", measures.brier));
            row.push(format!("{} / {} / {} / {}", count(tp), count(missed), count(fp), count(tn)));
            row
        })
        .collect();
    let heads = [
        "",
        "AUROC",
        "AVG PRECISION",
        "F1",
        "RECALL",
        "PRECISION",
        "FALSE POSITIVES",
        "ACCURACY",
        "BRIER",
        "ATTACKS REPORTED / MISSED / OTHERS REPORTED / QUIET",
    ];
    table(&heads, &rows)
}

/// The share of each class that is reported as a table: a row for each class, a column for each method.
pub fn reported_by_class_table(of: &[(String, &Measures)]) -> String {
    let Some((_, first)) = of.first() else { return String::new() };
    let rows: Vec<Vec<String>> = first
        .by_class
        .iter()
        .map(|class| {
            let kind = if class.is_attack { "attack" } else { "" };
            let mut row = vec![class.name.clone(), count(class.n_rows), kind.to_owned()];
            row.extend(of.iter().map(|(_, measures)| {
                let own = measures.by_class.iter().find(|own| own.name == class.name);
                own.map_or_else(String::new, |own| percent(own.n_reported as f64, own.n_rows.max(1) as f64))
            }));
            row
        })
        .collect();
    let heads: Vec<&str> = ["CLASS", "ROWS", ""].into_iter().chain(of.iter().map(|(name, _)| name.as_str())).collect();
    table(&heads, &rows)
}

/// What cross-validation showed of one method, as text with tables.
pub fn validation_text(name: &str, card: &ModelCard, threshold: f64) -> String {
    let mut lines = vec![(format!("{name}, all tested rows"), &card.measures)];
    lines.extend(card.of_new.as_ref().map(|of_new| (format!("{name}, new rows only"), of_new)));
    let mut text = measures_table(&lines);
    text.push_str(&format!(
        "\nReported from a probability of {threshold:.3} on. Share of each class that is reported:\n"
    ));
    text.push_str(&reported_by_class_table(&[(name.to_owned(), &card.measures)]));
    text.push_str("\nFolds:\n");
    let folds: Vec<Vec<String>> = card
        .by_fold
        .iter()
        .enumerate()
        .map(|(number, (train, test, auroc, f1))| {
            vec![(number + 1).to_string(), count(*train), count(*test), format!("{auroc:.4}"), format!("{f1:.4}")]
        })
        .collect();
    text.push_str(&table(&["FOLD", "TRAINED ON", "TESTED", "AUROC", "F1"], &folds));
    text.push_str("\nWhat it goes by (how much the mean squared error of the probability rises if the column's values change places):\n");
    let weights = card.importances.iter().take(MOST_IMPORTANCES);
    let weights: Vec<Vec<String>> = weights.map(|(name, rises)| vec![name.clone(), format!("{rises:.5}")]).collect();
    text.push_str(&table(&["COLUMN", "RISE"], &weights));
    if !card.leaks.is_empty() {
        text.push_str("\nWhat speaks against believing these figures:\n");
        card.leaks.iter().for_each(|leak| text.push_str(&format!("- {}\n", leak.sentence)));
    }
    text
}

/// The card with the results of a validation whose model is not kept.
pub fn card_of_validation(validation: &Validation, card: &ModelCard) -> ModelCard {
    ModelCard {
        by_fold: validation.folds.clone(),
        measures: validation.measures.clone(),
        of_new: validation.of_new.clone(),
        importances: validation.importances.clone(),
        leaks: validation.leaks.clone(),
        ..card.clone()
    }
}

/// The measures as JSON.
pub fn measures_json(of: &Measures) -> Value {
    let [tp, missed, fp, tn] = of.confusion;
    let recalls: serde_json::Map<String, Value> = of
        .by_class
        .iter()
        .map(|class| (class.name.clone(), json!(class.n_reported as f64 / class.n_rows.max(1) as f64)))
        .collect();
    json!({
        "rows": of.n_rows,
        "attacks": of.n_attacks,
        "auroc": of.auroc,
        "average_precision": of.average_precision,
        "f1": of.f1(),
        "precision": of.precision(),
        "recall": of.recall(),
        "false_positive_rate": of.false_positive_rate(),
        "accuracy": of.accuracy(),
        "brier": of.brier,
        "confusion": { "tp": tp, "fn": missed, "fp": fp, "tn": tn },
        "reported_by_class": recalls,
        "reliability": of.reliability.iter().map(|(said, is, n)| json!({ "said": said, "is": is, "rows": n })).collect::<Vec<_>>(),
        "roc": of.roc.iter().map(|(x, y)| json!([x, y])).collect::<Vec<_>>(),
        "pr": of.pr.iter().map(|(x, y)| json!([x, y])).collect::<Vec<_>>(),
    })
}

/// What cross-validation showed of one method, as JSON.
pub fn validation_json(id: &str, card: &ModelCard, threshold: f64) -> Value {
    json!({
        "id": id,
        "threshold": threshold,
        "measures": measures_json(&card.measures),
        "new_rows": card.of_new.as_ref().map(measures_json),
        "folds": card.by_fold.iter().map(|(train, test, auroc, f1)| json!({
            "trained_on": train, "tested": test, "auroc": auroc, "f1": f1,
        })).collect::<Vec<_>>(),
        "importances": card.importances.iter().map(|(name, rises)| json!({ "column": name, "error_rises": rises })).collect::<Vec<_>>(),
        "leaks": card.leaks.iter().map(|leak| json!({
            "kind": leak.kind, "column": leak.column, "text": leak.sentence,
        })).collect::<Vec<_>>(),
    })
}
