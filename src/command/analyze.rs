//! `packetloupe analyze`: a capture or table to JSON, a report, a flow table, or a page of text.

use super::exports::{Exports, Selected};
use super::indicators::{self, IndicatorArguments};
use super::reading::ReadingArguments;
use super::report::{OutputPseudonyms, ReportArguments, one_of};
use super::{FINDINGS, Failure, baseline, files, model, output, read, settings, summary, together, words};
use crate::filter;
use crate::issue::IssueKind;
use crate::model::Severity;
use crate::settings::Settings;
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
    #[arg(long, value_name = "SEVERITY", value_parser = one_of(&Severity::ALL, Severity::id))]
    fail_on: Option<Severity>,
}

pub fn run(arguments: &AnalyzeArguments) -> Result<ExitCode, Failure> {
    let outputs: Vec<&Path> = arguments.exports.outputs().into_iter().chain(arguments.report.output()).collect();
    output::check(&arguments.files, &outputs)?;
    if let Some(text) = &arguments.filter {
        filter::compile(text).map_err(|error| files::refusal(text, &error))?;
    }
    let key = arguments.report.key()?;
    let lists = arguments.indicators.read()?;
    let (mut settings, warnings) = match &arguments.settings {
        Some(path) => settings::from_file(path)?,
        None => (Settings::default(), Vec::new()),
    };
    warnings.iter().for_each(|warning| output::notice(warning));
    if let Some(warning) = settings.everything_expected() {
        output::notice(&warning);
    }
    arguments.reading.apply(&mut settings)?;
    if arguments.show_secrets {
        settings.show_secrets();
    }

    let model = arguments.model.as_deref().map(model::read).transpose()?;
    let normal = arguments.baseline.as_deref().map(baseline::read_file).transpose()?;

    // Flow tables and exit codes do not name the file.
    let wants_hash = arguments.exports.needs_hash() || arguments.report.output().is_some();
    let options = read::ReadOptions { wants_hash, is_quiet: arguments.quiet, ..Default::default() };
    let read::Outcome { mut pipeline, sha256, bytes, mut progress } = match arguments.files.as_slice() {
        [file] => read::read(file, &settings, options)?,
        files => together::read(files, &settings, options)?,
    };
    warnings.iter().for_each(|_| pipeline.note(IssueKind::SettingIgnored));
    arguments.reading.note_unused(&pipeline);
    progress.evaluating();
    let mut analysis = pipeline.evaluate(&settings);
    indicators::apply(&lists, &pipeline, &mut analysis, &settings);
    (analysis.file.sha256, analysis.file.bytes) = (sha256, bytes);
    progress.clear();
    if let Some((path, model)) = arguments.model.as_deref().zip(model.as_ref()) {
        model::add_findings(path, model, &pipeline, &mut analysis, &settings)?;
    }
    if let Some((path, normal)) = arguments.baseline.as_deref().zip(normal.as_ref()) {
        baseline::add_findings(path, normal, &pipeline, &mut analysis, &settings)?;
    }

    let passing = match &arguments.filter {
        Some(text) => Some(files::passing(&arguments.files, &pipeline, &analysis, text)?),
        None => None,
    };
    let selected = Selected { files: &arguments.files, filter: arguments.filter.as_deref(), flows: passing };
    words::keep(&analysis);
    let mut pseudonyms = OutputPseudonyms::new(key, &analysis, &pipeline);
    arguments.exports.write((&analysis, &pipeline), &selected, (&mut pseudonyms, arguments.quiet))?;
    arguments.report.write(&analysis, &mut pseudonyms)?;
    if outputs.is_empty() && !arguments.quiet {
        // Before it is translated: `1.234.150.200` would be taken for an address.
        let mut said = |text: &str, is_ours| {
            let text = pseudonyms.text(text);
            if is_ours { words::said(&text) } else { text }
        };
        output::print(&summary::summary(&analysis, &mut said))?;
    }
    // The program ends here; to give the tables back piece by piece would only take time.
    std::mem::forget(pipeline);
    let worst = analysis.findings.iter().map(|finding| finding.severity).max();
    let has_failed = arguments.fail_on.is_some_and(|level| worst >= Some(level));
    Ok(if has_failed { ExitCode::from(FINDINGS) } else { ExitCode::SUCCESS })
}
