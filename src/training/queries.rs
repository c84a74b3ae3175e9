//! What the page asks about learning from labels, answered: what there is to train on, a task for whoever trains, and what came of it.

use super::gather::{Gathered, Wanted, gather, subjects};
use super::label_file::NamedMarks;
use crate::anomalies::method_offer;
use crate::learn::trained::validate::validate;
use crate::learn::trained::{
    CLASSIFIERS, Classifier, FoldKind, LabelledTable, Measures, ModelCard, Plan, TrainedModel, classifier,
};
use crate::learn::work::{Work, share};
use crate::learn::{Refusal, method::Cost};
use crate::pipeline::Pipeline;
use crate::protocol::anomalies::{AnomalyMethod, AnomalyScope, Withheld};
use crate::protocol::training::{
    TestMeasures, TestedMethod, TrainingAnswer, TrainingChoice, TrainingOffer, TrainingResult,
};
use crate::settings::{SEED, Settings};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Classes, features, columns and importances that are told, at most: messages stay small.
const MOST_CLASSES: usize = 100;
const MOST_FEATURES: usize = 600;
const MOST_COLUMNS: usize = 600;
const MOST_IMPORTANCES: usize = 100;
/// Points of a curve that are told, at most.
const MOST_POINTS: usize = 150;

/// What is to be trained on: needs nothing else, so that another worker can do it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TrainingTask {
    choice: TrainingChoice,
    table: LabelledTable,
    held: Vec<(String, String)>,
    /// Names of the files.
    data: Vec<String>,
    /// The label column.
    label: String,
}

/// What there is to train on, for a choice; of flows `marks` say what they are, if there are any.
pub fn offer(pipeline: &Pipeline, choice: &TrainingChoice, marks: Option<&NamedMarks>) -> TrainingOffer {
    let mut offer = TrainingOffer {
        scope: choice.scope,
        scopes: scopes(pipeline),
        columns: columns(pipeline),
        label: label(pipeline, choice, marks),
        is_marked: in_force(choice, marks).is_some(),
        methods: CLASSIFIERS.iter().map(method).collect(),
        ..TrainingOffer::default()
    };
    if let Ok(subjects) = subjects(pipeline, choice.scope) {
        let feature = |feature: crate::anomalies::Feature| {
            let why = feature.withheld.map(|of| match of {
                Withheld::Label(why) => format!("Held for a label. {why}"),
                Withheld::Identity(why) => why,
            });
            (feature.name, feature.group.to_owned(), why)
        };
        offer.features = subjects.features(pipeline).into_iter().take(MOST_FEATURES).map(feature).collect();
    }
    // No feature is needed to know the classes, and looking at all of them takes time.
    let first = offer.features.iter().find(|(.., why)| why.is_none()).map(|(name, ..)| vec![name.clone()]);
    let gathered = gathered(pipeline, &TrainingChoice { features: first.unwrap_or_default(), ..choice.clone() }, marks);
    let (mut has_times, mut has_groups) = (false, false);
    match gathered {
        Ok(Gathered { table, .. }) => {
            (has_times, has_groups) = (table.times.is_some(), table.groups.is_some());
            let class = |class: &crate::stats::labels::Class| (class.name.clone(), class.n_rows, class.is_attack);
            offer.classes = table.classes.iter().take(MOST_CLASSES).map(class).collect();
            offer.why_not = why_not(&table);
        }
        Err(why) => offer.why_not = Some(format!("Nothing can be trained: {why}.")),
    }
    let fold = |kind: FoldKind| {
        let is_possible = match kind {
            FoldKind::Stratified => true,
            FoldKind::Time => has_times,
            FoldKind::Group => has_groups,
        };
        (kind.id().to_owned(), kind.words().to_owned(), is_possible)
    };
    offer.folds = FoldKind::ALL.map(fold).to_vec();
    offer
}

/// Makes a task; a sentence if that cannot be done.
pub fn task(
    pipeline: &Pipeline,
    files: Vec<String>,
    choice: &TrainingChoice,
    marks: Option<&NamedMarks>,
) -> Result<TrainingTask, String> {
    chosen_classifiers(choice)?;
    let Gathered { table, held } =
        gathered(pipeline, choice, marks).map_err(|why| format!("Nothing can be trained: {why}."))?;
    if let Some(why) = why_not(&table) {
        return Err(why);
    }
    let label = label(pipeline, choice, marks).unwrap_or_default();
    Ok(TrainingTask { choice: choice.clone(), table, held, data: files, label })
}

/// Marks say what flows are; what rows are stands in them.
fn in_force<'a>(choice: &TrainingChoice, marks: Option<&'a NamedMarks>) -> Option<&'a NamedMarks> {
    marks.filter(|_| choice.scope == AnomalyScope::Flows)
}

fn gathered(pipeline: &Pipeline, choice: &TrainingChoice, marks: Option<&NamedMarks>) -> Result<Gathered, String> {
    let (features, benign) = (&choice.features, &choice.benign);
    let marks = in_force(choice, marks).map(|named| named.marks.as_slice());
    let wanted = Wanted { scope: choice.scope, features, benign, marks, unmarked: "benign" };
    gather(pipeline, &wanted)
}

fn why_not(table: &LabelledTable) -> Option<String> {
    let n = table.n_attacks();
    let what = match n {
        0 => "no row is an attack",
        n if n == table.n_rows => "every row is an attack",
        _ => return None,
    };
    Some(format!("By the labels {what}, so there is nothing to tell apart."))
}

/// The file of labels or the label column.
fn label(pipeline: &Pipeline, choice: &TrainingChoice, marks: Option<&NamedMarks>) -> Option<String> {
    if let Some(named) = in_force(choice, marks) {
        return Some(named.file.clone());
    }
    let layout = pipeline.rows()?.layout();
    layout.columns.get(layout.label? as usize).map(|column| column.name.clone())
}

fn columns(pipeline: &Pipeline) -> Vec<String> {
    let Some(rows) = pipeline.rows() else { return Vec::new() };
    rows.layout().columns.iter().take(MOST_COLUMNS).map(|column| column.name.clone()).collect()
}

fn scopes(pipeline: &Pipeline) -> Vec<(AnomalyScope, u64)> {
    let of = |scope| subjects(pipeline, scope).ok().map(|subjects| (scope, subjects.len() as u64));
    [AnomalyScope::Rows, AnomalyScope::Flows].into_iter().filter_map(of).collect()
}

fn chosen_classifiers(choice: &TrainingChoice) -> Result<Vec<&'static Classifier>, String> {
    if choice.methods.is_empty() {
        return Err("No way to learn is chosen.".to_owned());
    }
    let find = |id: &String| classifier(id).ok_or_else(|| format!("There is no way to learn called {id:?}."));
    choice.methods.iter().map(find).collect()
}

fn method(of: &Classifier) -> AnomalyMethod {
    AnomalyMethod {
        id: of.id.to_owned(),
        label: of.label.to_owned(),
        help: of.help.to_owned(),
        fails: of.fails.to_owned(),
        source: of.source.to_owned(),
        is_default: CLASSIFIERS.first().is_some_and(|first| first.id == of.id),
        ..method_offer("", of.parameters, Cost::Medium)
    }
}

/// Trains and tests, and says what came of it, with the models.
pub fn train(
    task: &TrainingTask,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> (Vec<TrainedModel>, TrainingAnswer) {
    let mut work = Work::new(report);
    match train_all(task, &mut work) {
        Ok((models, result)) => (models, TrainingAnswer::Trained(Box::new(result))),
        Err(Refusal::NotEnough(why)) => (Vec::new(), TrainingAnswer::Refused(why)),
        Err(Refusal::Stopped) => (Vec::new(), TrainingAnswer::Cancelled),
    }
}

fn train_all(task: &TrainingTask, work: &mut Work<'_>) -> Result<(Vec<TrainedModel>, TrainingResult), Refusal> {
    let TrainingTask { choice, table, held, data, label } = task;
    let classifiers = chosen_classifiers(choice).map_err(Refusal::NotEnough)?;
    let mut settings = Settings::default();
    settings.set(&SEED, choice.seed as f64);
    for (id, value) in &choice.parameters {
        let known = CLASSIFIERS.iter().flat_map(|of| of.parameters).find(|of| of.id == id);
        known.into_iter().for_each(|known| _ = settings.set(known, *value));
    }
    let (mut models, mut methods) = (Vec::new(), Vec::new());
    for (number, of) in classifiers.iter().enumerate() {
        let mut work = work.part(share(number, classifiers.len()), share(number + 1, classifiers.len()));
        let plan = Plan {
            classifier: of,
            by_class: choice.by_class,
            is_balanced: choice.is_balanced,
            settings: &settings,
            seed: settings.count(&SEED),
            folds: FoldKind::ALL.into_iter().find(|kind| kind.id() == choice.folds).unwrap_or_default(),
            n_folds: choice.n_folds as usize,
            threshold: None,
        };
        let card = ModelCard { data: data.clone(), label: label.clone(), ..ModelCard::default() };
        let validation = validate(table, &plan, &mut work.part(0.0, 0.8))?;
        let model = TrainedModel::of(table, &plan, choice.scope.id(), card, validation, &mut work.part(0.8, 1.0))?;
        methods.push(tested(of, &model));
        models.push(model);
    }
    let result = TrainingResult { choice: choice.clone(), n_rows: table.n_rows as u64, held: held.clone(), methods };
    Ok((models, result))
}

fn tested(of: &Classifier, model: &TrainedModel) -> TestedMethod {
    let card = &model.file.card;
    TestedMethod {
        id: of.id.to_owned(),
        label: of.label.to_owned(),
        fails: of.fails.to_owned(),
        threshold: model.file.threshold,
        measures: told(&card.measures),
        of_new: card.of_new.as_ref().map(told),
        folds: card.by_fold.clone(),
        importances: card.importances.iter().take(MOST_IMPORTANCES).cloned().collect(),
        leaks: card.leaks.iter().map(|leak| (leak.kind.clone(), leak.sentence.clone())).collect(),
        preparation: card.preparation.clone(),
        sampled: card.sampled,
        n_features: model.file.recipe.features.len() as u64,
        model_bytes: model.text().len() as u64,
    }
}

fn told(of: &Measures) -> TestMeasures {
    let class = |class: &crate::learn::trained::measures::ClassMeasure| {
        (class.name.clone(), class.n_rows, class.is_attack, class.n_reported)
    };
    TestMeasures {
        n_rows: of.n_rows,
        n_attacks: of.n_attacks,
        auroc: of.auroc,
        average_precision: of.average_precision,
        confusion: of.confusion,
        brier: of.brier,
        f1: of.f1(),
        precision: of.precision(),
        recall: of.recall(),
        false_positive_rate: of.false_positive_rate(),
        accuracy: of.accuracy(),
        by_class: of.by_class.iter().take(MOST_CLASSES).map(class).collect(),
        reliability: of.reliability.clone(),
        roc: thinned(&of.roc),
        pr: thinned(&of.pr),
    }
}

/// The points of a curve, or so many of them, evenly apart in the list; the ends always.
fn thinned(points: &[(f64, f64)]) -> Vec<(f32, f32)> {
    let n = points.len();
    let place = |i: usize| if n <= MOST_POINTS { i } else { i * (n - 1) / (MOST_POINTS - 1) };
    let point = |i: usize| points.get(place(i)).map(|(x, y)| (*x as f32, *y as f32));
    (0..n.min(MOST_POINTS)).filter_map(point).collect()
}
