//! `packetloupe train`: a labelled table, or captures with labels, to a model file, and how good the model is in folds.

use super::reading::ReadingArguments;
use super::trained::{self, Labelling, SupervisedArguments, TrainingInput};
use super::{Failure, output};
use crate::learn::trained::TrainedModel;
use crate::model::format::quantity::{count, counted};
use std::path::PathBuf;

/// Arguments of `train`.
#[derive(clap::Args)]
#[command(
    after_help = "The label is never a feature, nor is any column that is called as labels are or follows from one. A file of \
labels is a JSON list of objects: \"label\", and any of \"start\" and \"end\" in seconds since 1970, \"hosts\", \"sources\", \
\"targets\" (lists of addresses), \"filter\" (a display filter) and \"file\" (the name of a capture). The first that fits a \
flow says what it is; other flows are benign."
)]
pub struct TrainArguments {
    /// The labelled table; or captures, with --labels. Several are trained on together
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Name of the column that says what each row is
    #[arg(long, value_name = "COLUMN", required_unless_present = "labels", conflicts_with = "labels")]
    label: Option<String>,
    /// What the flows of captures are, by time, address and filter: see below
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Where the model goes
    #[arg(long, value_name = "OUT")]
    model: PathBuf,
    /// How to learn: random_forest, extra_trees, logistic_regression, naive_bayes or nearest
    #[arg(long, value_name = "ID", default_value = "random_forest")]
    method: String,
    /// Values of the label that mean benign, in addition to the usual words; may be given several times
    #[arg(long, value_name = "VALUE")]
    benign: Vec<String>,
    /// Read settings, the parameters of methods among them, from a JSON object of ids and numbers
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Print no figures
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    learning: SupervisedArguments,
    #[command(flatten)]
    reading: ReadingArguments,
}

pub fn run(arguments: &TrainArguments) -> Result<(), Failure> {
    output::check(&arguments.files, &[arguments.model.as_path()])?;
    let classifier = trained::find_classifier(&arguments.method)?;
    let mut settings = super::settings::or_default(arguments.settings.as_deref())?;
    arguments.reading.apply(&mut settings)?;
    arguments.learning.apply(&mut settings);
    super::score::score_all(&mut settings);
    let labelling = match (&arguments.label, &arguments.labels) {
        (Some(label), _) => Labelling::Column(label),
        (None, Some(path)) => Labelling::File(path),
        (None, None) => return Err(Failure::usage("say which column is the label, with --label")),
    };
    let asked = TrainingInput {
        files: &arguments.files,
        labelling,
        benign: &arguments.benign,
        reading: &arguments.reading,
        learning: &arguments.learning,
        is_quiet: arguments.quiet,
    };
    let data = trained::read_training_data(&asked, &settings)?;
    let plan = arguments.learning.plan(classifier, &settings);
    let (table, card) = (&data.table, data.card);
    let model = trained::run_to_end(|work| TrainedModel::train(table, &plan, data.scope.id(), card, work))?;
    let text = model.text();
    output::write(&arguments.model, |out| out.write_all(text.as_bytes()))?;
    if arguments.quiet || output::is_standard(&arguments.model) {
        return Ok(());
    }
    let card = &model.file.card;
    let classes = card
        .classes
        .iter()
        .map(|(name, n, is_attack)| format!("{name} {}{}", count(*n), if *is_attack { " (attack)" } else { "" }));
    let mut said = format!(
        "{} of {}: {}\n{}\nTested in {}, {}.\n\n",
        counted(card.n_rows, data.scope.nouns().0, data.scope.nouns().1),
        card.data.join(", "),
        classes.collect::<Vec<_>>().join(", "),
        counted(model.file.recipe.features.len() as u64, "feature", "features"),
        counted(card.by_fold.len() as u64, "fold", "folds"),
        card.folds,
    );
    if let Some(n) = card.sampled {
        said.push_str(&format!("It learnt from a random {} of the rows.\n\n", count(n)));
    }
    said.push_str(&trained::validation_text(classifier.id, card, model.file.threshold));
    output::print(&said.lines().map(|line| output::harmless(line) + "\n").collect::<String>())
}
