//! The native command, for scripts: arguments to outputs and an exit code, through the same pipeline as in the browser. One file
//! per subcommand.

use crate::language::Language;
use clap::{Parser, Subcommand};
use std::fmt::Display;
use std::process::ExitCode;

mod analyze;
mod baseline;
mod detectors;
mod evaluate;
mod evaluate_trained;
mod explorable;
mod exports;
mod features;
mod fields;
mod files;
mod indicators;
mod memory;
mod methods;
mod model;
mod output;
mod progress;
mod query;
mod read;
mod reading;
mod report;
mod score;
mod score_learnt;
mod scorer;
mod settings;
mod summary;
mod table;
mod together;
mod train;
mod trained;
mod words;

/// Finds and explains what does not belong in a network capture.
#[derive(Parser)]
#[command(name = "packetloupe", version = VERSION, max_term_width = 100, after_help = EXIT_CODES)]
struct Cli {
    /// Speak this language, in reports too; JSON, tables and other files that programs read stay English, and so does this
    /// help. By default the one that LC_ALL, LC_MESSAGES or LANG names, else English
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = words::languages())]
    language: Option<Language>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Analyze captures or a table of flows, also compressed, and report what does not belong in them
    Analyze(analyze::AnalyzeArguments),
    /// Count packets, bytes, flows and more of captures or a table, split by time, protocol, host and other dimensions
    Query(query::QueryArguments),
    /// Train a model on a labelled table, or on captures with labels, and test it in folds
    Train(train::TrainArguments),
    /// Sum up what is normal in captures, for `analyze --baseline`
    Baseline(baseline::BaselineArguments),
    /// Measure how well detectors, methods that are trained, or a model separate the rows of a labelled table
    Evaluate(evaluate::EvaluateArguments),
    /// Give each row of a table an anomaly score
    Score(score::ScoreArguments),
    /// List what `query` can split by
    Dimensions(ListArguments),
    /// List what `query` can count
    Measures(ListArguments),
    /// List the detectors
    Detectors(ListArguments),
    /// List the methods that learn: which rows are unusual, without labels, or what rows are, from labels
    Methods(ListArguments),
    /// List the features of a flow
    Features(ListArguments),
    /// List the fields that filters can name
    Fields(ListArguments),
    /// List the settings
    Settings(ListArguments),
}

#[derive(clap::Args)]
struct ListArguments {
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (build ", env!("PACKETLOUPE_BUILD"), ")");

const EXIT_CODES: &str = "Exit codes: 0 done; 1 a finding at least as severe as --fail-on; 2 wrong usage, or an \
output that cannot be written; 3 the file has an unknown format or cannot be read; \
4 not enough memory.";

/// Why the command ends without a result.
enum Failure {
    /// Wrong usage, or an output that cannot be written.
    Usage(String),
    /// A filter that is not understood: why, its text, and a mark below the part that is meant.
    Filter(Vec<String>),
    /// The input has an unknown format or cannot be read.
    Input(String),
    /// There is not enough memory.
    Memory(String),
}

impl Failure {
    fn usage(text: impl Display) -> Failure {
        Failure::Usage(text.to_string())
    }

    fn input(text: impl Display) -> Failure {
        Failure::Input(text.to_string())
    }
}

const FINDINGS: u8 = 1;
const USAGE: u8 = 2;
const INPUT: u8 = 3;
const MEMORY: u8 = 4;

/// Runs the command with the arguments of the process.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe while help is printed is no news.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    words::speak(cli.language);
    let done = match &cli.task {
        Task::Analyze(arguments) => analyze::run(arguments),
        Task::Query(arguments) => query::run(arguments).map(|()| ExitCode::SUCCESS),
        Task::Baseline(arguments) => baseline::run(arguments).map(|()| ExitCode::SUCCESS),
        Task::Train(arguments) => train::run(arguments).map(|()| ExitCode::SUCCESS),
        Task::Evaluate(arguments) => evaluate::run(arguments).map(|()| ExitCode::SUCCESS),
        Task::Score(arguments) => score::run(arguments).map(|()| ExitCode::SUCCESS),
        Task::Dimensions(list) => explorable::dimensions(list.json).map(|()| ExitCode::SUCCESS),
        Task::Measures(list) => explorable::measures(list.json).map(|()| ExitCode::SUCCESS),
        Task::Detectors(list) => detectors::run(list.json).map(|()| ExitCode::SUCCESS),
        Task::Methods(list) => methods::run(list.json).map(|()| ExitCode::SUCCESS),
        Task::Features(list) => features::run(list.json).map(|()| ExitCode::SUCCESS),
        Task::Fields(list) => fields::run(list.json).map(|()| ExitCode::SUCCESS),
        Task::Settings(list) => settings::run(list.json).map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|failure| {
        let (lines, code) = match failure {
            Failure::Usage(text) => (vec![text], USAGE),
            Failure::Filter(lines) => (lines, USAGE),
            Failure::Input(text) => (vec![text], INPUT),
            Failure::Memory(text) => (vec![text], MEMORY),
        };
        lines.iter().for_each(|line| output::notice(line));
        ExitCode::from(code)
    })
}
