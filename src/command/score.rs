//! `packetloupe score`: a table to one anomaly score a row, in the order of the rows, by a detector or by methods that learn.

use super::reading::ReadingArguments;
use super::score_learnt::{self, Asked, LearningArguments};
use super::scorer::Scorer;
use super::{Failure, output, read};
use crate::model::format::quantity::counted;
use crate::pipeline::{self, Pipeline};
use crate::settings::{self, Settings};
use std::path::{Path, PathBuf};

/// Arguments of `score`.
#[derive(clap::Args)]
#[command(
    after_help = "One score per line from 0 to 1, in the order of the rows; an empty line for a row that cannot be \
scored. Of other scopes than rows, CSV of names and scores. Nothing sees a label column, whatever it is called, nor what \
follows from one, unless --features names it."
)]
pub struct ScoreArguments {
    /// The table: CSV, JSON lines or a JSON list; with --scope also a capture
    file: PathBuf,
    /// The detector, a method of `packetloupe methods` or `consensus`
    #[arg(long, value_name = "ID", required_unless_present_any = ["methods", "profile"], conflicts_with = "methods")]
    detector: Option<String>,
    /// Methods of `packetloupe methods`, or `consensus` for those of its default: the mean of their ranks
    #[arg(long, visible_alias = "detectors", value_name = "METHOD,...", value_delimiter = ',')]
    methods: Vec<String>,
    /// Seed for random choices
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
    /// Write the scores here instead of to standard output
    #[arg(long, value_name = "OUT", default_value = "-")]
    out: PathBuf,
    /// Name of the label column, if it cannot be recognised from its heading
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// Read settings from a JSON object of ids and numbers
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingArguments,
    #[command(flatten)]
    learning: LearningArguments,
}

/// What a detector made of the kept rows, one value a row.
pub struct Evaluated {
    /// Scores; NaN where a row was not scored.
    pub scores: Vec<f32>,
    /// True for rows that a finding means or whose score reaches the threshold.
    pub is_reported: Vec<bool>,
}

pub fn run(arguments: &ScoreArguments) -> Result<(), Failure> {
    let outputs: Vec<&Path> = std::iter::once(arguments.out.as_path()).chain(arguments.learning.output()).collect();
    output::check(std::slice::from_ref(&arguments.file), &outputs)?;
    let scorer = Scorer::of(arguments.detector.as_ref(), &arguments.methods)?;
    let mut settings = super::settings::or_default(arguments.settings.as_deref())?;
    arguments.reading.apply(&mut settings)?;
    if let Some(seed) = arguments.seed {
        settings.set(&settings::SEED, seed.into());
    }
    score_all(&mut settings);
    let options = read::ReadOptions { label: arguments.label.as_deref(), ..Default::default() };
    let mut read = read::read(&arguments.file, &settings, options)?;
    arguments.reading.note_unused(&read.pipeline);
    let refuse = |why: &str| Failure::input(format!("{}: {why}", arguments.file.display()));
    if let Scorer::Methods(methods) = &scorer {
        if read.pipeline.rows().is_none() && arguments.learning.is_of_rows() && !arguments.learning.has_profile() {
            return Err(refuse("this is a capture, not a table: choose what to score with --scope."));
        }
        read.progress.clear();
        let ScoreArguments { file, out, seed, learning, .. } = arguments;
        let asked = Asked { file, out, seed: *seed, learning };
        return score_learnt::run(&asked, methods, &read.pipeline, &settings);
    }
    let Some(rows) = read.pipeline.rows() else { return Err(refuse("this is a capture, not a table.")) };
    let numbers: Vec<u64> = (0..rows.len()).filter_map(|row| rows.number(row)).collect();
    let n_rows = rows.n_rows();
    read.progress.evaluating();
    let Scorer::Detector(place) = scorer else { return Err(refuse("this is a capture, not a table.")) };
    let scores = evaluate(&mut read.pipeline, place, &settings).map(|evaluated| evaluated.scores);
    read.progress.clear();
    let scores = scores.map_err(|why| refuse(&why))?;
    let n_missing = n_rows - scores.iter().filter(|score| !score.is_nan()).count() as u64;
    if n_missing > 0 {
        output::notice(&format!("{} not scored: their lines are empty", counted(n_missing, "row is", "rows are")));
    }
    output::write(&arguments.out, |out| {
        let mut scored = numbers.iter().zip(&scores).peekable();
        for number in 0..n_rows {
            match scored.next_if(|(of, _)| **of == number) {
                Some((_, score)) if !score.is_nan() => writeln!(out, "{score}")?,
                _ => writeln!(out)?,
            }
        }
        Ok(())
    })
}

/// Keeps and scores every row, which the command has the memory and the time for, and scores few rows too: who asks for
/// scores gets them.
pub fn score_all(settings: &mut Settings) {
    let largest =
        |id: &str| id == settings::TABLE_MEMORY.id || id == settings::MOST_FLOWS.id || id.ends_with(".most_flows");
    for descriptor in pipeline::descriptors() {
        if settings.changed().contains_key(descriptor.id) {
            continue;
        }
        if largest(descriptor.id) {
            settings.set(descriptor, descriptor.max);
        } else if descriptor.id.ends_with(".fewest_flows") {
            settings.set(descriptor, descriptor.min);
        }
    }
}

/// Lets a detector conclude; a sentence if it has not enough data.
pub fn evaluate(pipeline: &mut Pipeline, place: usize, settings: &Settings) -> Result<Evaluated, String> {
    let conclusion = pipeline.finish(place, settings);
    if let Some(why) = conclusion.not_enough_data {
        return Err(why);
    }
    let Some(rows) = pipeline.rows() else { return Err("This is a capture, not a table.".to_owned()) };
    let n = rows.len();
    if pipeline.has_rows_only() {
        let mut is_reported = vec![false; n];
        let reported: std::collections::BTreeSet<u64> =
            conclusion.findings.iter().flat_map(|finding| finding.packet_indices.iter().copied()).collect();
        for (row, slot) in is_reported.iter_mut().enumerate() {
            *slot = rows.number(row).is_some_and(|number| reported.contains(&number));
        }
        let scores = conclusion.scores.unwrap_or_else(|| vec![f32::NAN; n]);
        return Ok(Evaluated { scores, is_reported });
    }
    let flows = pipeline.flows();
    let first = flows.first_serial();
    let has_scores = conclusion.scores.is_some();
    let mut of_flow = conclusion.scores.unwrap_or_else(|| vec![0.0; flows.len()]);
    let mut reported = vec![false; flows.len()];
    for finding in &conclusion.findings {
        for serial in &finding.flow_serials {
            let place = (serial - first) as usize;
            if let Some(slot) = reported.get_mut(place) {
                *slot = true;
            }
            if let Some(slot) = of_flow.get_mut(place).filter(|_| !has_scores) {
                // A finding just past its threshold has the score 0, but says more than none.
                *slot = slot.max(0.5 + 0.5 * finding.score as f32);
            }
        }
    }
    let place = |serial: Option<u32>| serial.and_then(|serial| serial.checked_sub(first)).map(|place| place as usize);
    let serials = pipeline.flows_of_rows();
    let of = |serial: &Option<u32>| place(*serial).and_then(|place| of_flow.get(place)).copied().unwrap_or(f32::NAN);
    let scores = serials.iter().map(of).collect();
    let is_reported =
        serials.iter().map(|serial| place(*serial).and_then(|p| reported.get(p)).copied().unwrap_or(false)).collect();
    Ok(Evaluated { scores, is_reported })
}
