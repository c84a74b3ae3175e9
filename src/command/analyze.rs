//! `packetloupe analyze`: a capture or table to JSON, a report, a flow table, or a page of text.

use super::exports::{Exports, Selected};
use super::indicators::{self, IndicatorArguments};
use super::reading::ReadingArguments;
use super::report::{OutputPseudonyms, ReportArguments};
use super::{FINDINGS, Failure, baseline, files, model, output, read, settings, summary, together};
use crate::filter;
use crate::issue::IssueKind;
use crate::model::Severity;
use crate::settings::Settings;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `analyze`.
#[derive(clap::Args)]
#[command(after_help = "Use - as OUT for standard output. Without any output option, a summary is printed.")]
pub struct AnalyzeArguments {
    /// The capture (pcap, pcapng, snoop, ERF, Network Monitor, hex dump ...) or table (CSV, JSON, logs), also compressed (gzip,
    /// Zstandard, xz, bzip2, LZ4) or in a zip or tar archive, recognised by its content. Several captures are read as one, in time order; a table is read on its own
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    exports: Exports,
    #[command(flatten)]
    report: ReportArguments,
    /// Read settings from a JSON object of ids and numbers, as listed by `packetloupe settings`, and the allow-list from
    /// its key `expected`: rules of host, peer, port, name and detector with a note. The page saves such a file
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Also report what a model, as `packetloupe train` writes it, holds for attacks; refused if the input lacks a
    /// feature of the model, or has it in another unit
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Also report what is new, gone or different since a baseline, as `packetloupe baseline` writes it
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    #[command(flatten)]
    indicators: IndicatorArguments,
    #[command(flatten)]
    reading: ReadingArguments,
    /// Show passwords and other secrets, also in JSON, report and facts; by default they are masked
    #[arg(long)]
    show_secrets: bool,
    /// Write only flows that pass this filter, findings that have one of them, and packets that pass, to all outputs but
    /// --html, --json and --report: Wireshark's display filter or plain words, with the fields that `packetloupe fields` lists
    #[arg(long = "where", value_name = "FILTER")]
    filter: Option<String>,
    /// Print neither progress nor summary; warnings and errors are still printed
    #[arg(long, short)]
    quiet: bool,
    /// Exit with code 1 if an unexpected finding is at least this severe
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<Level>,
}

/// A severity as an argument.
#[derive(Clone, Copy)]
struct Level(Severity);

impl ValueEnum for Level {
    fn value_variants<'a>() -> &'a [Level] {
        const ALL: [Level; 5] = [
            Level(Severity::Info),
            Level(Severity::Low),
            Level(Severity::Medium),
            Level(Severity::High),
            Level(Severity::Critical),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.id()))
    }
}

pub fn run(arguments: &AnalyzeArguments) -> Result<ExitCode, Failure> {
    let outputs: Vec<&Path> = arguments.exports.outputs().into_iter().chain(arguments.report.output()).collect();
    check(&arguments.files, &outputs)?;
    if let Some(text) = &arguments.filter {
        filter::compile(text).map_err(|error| files::refusal(text, &error))?;
    }
    let key = arguments.report.key()?;
    let lists = arguments.indicators.read()?;
    let (mut settings, warnings) = match &arguments.settings {
        Some(path) => settings::from_file(path)?,
        None => (Settings::default(), Vec::new()),
    };
    warnings.iter().for_each(|warning| output::complain(warning));
    if let Some(warning) = settings.everything_expected() {
        output::complain(&warning);
    }
    arguments.reading.apply(&mut settings)?;
    if arguments.show_secrets {
        settings.show_secrets();
    }

    let model = arguments.model.as_deref().map(model::read).transpose()?;
    let normal = arguments.baseline.as_deref().map(baseline::read_file).transpose()?;

    // Flow tables and exit codes do not name the file.
    let wants_hash = arguments.exports.name_input() || arguments.report.output().is_some();
    let read::Outcome { mut pipeline, sha256, bytes, mut progress } = match arguments.files.as_slice() {
        [file] => read::read(file, &settings, None, wants_hash, arguments.quiet)?,
        files => together::read(files, &settings, wants_hash, arguments.quiet)?,
    };
    warnings.iter().for_each(|_| pipeline.note(IssueKind::SettingIgnored));
    arguments.reading.complain(&pipeline);
    progress.evaluating();
    let mut analysis = pipeline.evaluate(&settings);
    indicators::apply(&lists, &pipeline, &mut analysis, &settings);
    (analysis.file.sha256, analysis.file.bytes) = (sha256, bytes);
    progress.clear();
    if let Some((path, model)) = arguments.model.as_deref().zip(model.as_ref()) {
        model::report(path, model, &pipeline, &mut analysis, &settings)?;
    }
    if let Some((path, normal)) = arguments.baseline.as_deref().zip(normal.as_ref()) {
        baseline::report(path, normal, &pipeline, &mut analysis, &settings)?;
    }

    let passing = match &arguments.filter {
        Some(text) => Some(files::passing(&arguments.files, &pipeline, &analysis, text)?),
        None => None,
    };
    let selected = Selected { files: &arguments.files, filter: arguments.filter.as_deref(), flows: passing };
    let mut pseudonyms = OutputPseudonyms::new(key, &analysis, &pipeline);
    arguments.exports.write((&analysis, &pipeline), &selected, (&mut pseudonyms, arguments.quiet))?;
    arguments.report.write(&analysis, &mut pseudonyms)?;
    if outputs.is_empty() && !arguments.quiet {
        output::print(&pseudonyms.text(&summary::summary(&analysis)))?;
    }
    // The program ends here; to give the tables back piece by piece would only take time.
    std::mem::forget(pipeline);
    let worst = analysis.findings.iter().map(|finding| finding.severity).max();
    let has_failed = arguments.fail_on.is_some_and(|level| worst >= Some(level.0));
    Ok(if has_failed { ExitCode::from(FINDINGS) } else { ExitCode::SUCCESS })
}

/// Two outputs to one place would mix, and an output that replaces the capture would destroy it.
fn check(files: &[PathBuf], outputs: &[&Path]) -> Result<(), Failure> {
    let place = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let is_file = |path: &Path| path.is_file();
    for (i, out) in outputs.iter().enumerate() {
        if is_file(out) && files.iter().any(|file| place(out) == place(file)) {
            return Err(Failure::usage(format!("{} is an input file; name another output", out.display())));
        }
        let is_twice =
            outputs.iter().skip(i + 1).any(|other| other == out || is_file(out) && place(other) == place(out));
        if is_twice && (output::is_standard(out) || !out.exists() || is_file(out)) {
            return Err(Failure::usage(format!("two outputs cannot both be written to {}", out.display())));
        }
    }
    Ok(())
}
