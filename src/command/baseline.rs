//! `packetloupe baseline`: captures to a file of what is normal in them; and that file against another capture, for `analyze`.

use super::reading::ReadingArguments;
use super::{Failure, output, read, together, words};
use crate::attach;
use crate::baseline::Profile;
use crate::baseline::profile::ThingKind;
use crate::model::Analysis;
use crate::model::format::quantity::counted;
use crate::pipeline::Pipeline;
use crate::settings::Settings;
use std::path::{Path, PathBuf};

/// Arguments of `baseline`.
#[derive(clap::Args)]
#[command(
    after_help = "The file has addresses, services, names and certificates of the captures, and no content of packets."
)]
pub struct BaselineArguments {
    /// Captures of usual traffic, read as one in time order; or one table of flows
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where the baseline goes
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// Read settings from a JSON object of ids and numbers
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Print no summary
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    reading: ReadingArguments,
}

pub fn run(arguments: &BaselineArguments) -> Result<(), Failure> {
    output::check(&arguments.files, &[arguments.out.as_path()])?;
    let mut settings = super::settings::or_default(arguments.settings.as_deref())?;
    arguments.reading.apply(&mut settings)?;
    let options = read::ReadOptions { is_quiet: arguments.quiet, ..Default::default() };
    let read::Outcome { mut pipeline, mut progress, .. } = match arguments.files.as_slice() {
        [file] => read::read(file, &settings, options)?,
        files => together::read(files, &settings, options)?,
    };
    arguments.reading.note_unused(&pipeline);
    // Which networks are inside is known once all is evaluated.
    let analysis = pipeline.evaluate(&settings);
    progress.clear();
    let files = arguments.files.iter().map(|path| read::name_of(path)).collect();
    let profile = Profile::of(&attach::profile_sources(&pipeline, &analysis, files));
    if profile.n_flows == 0 {
        let names: Vec<String> = arguments.files.iter().map(|path| path.display().to_string()).collect();
        return Err(Failure::input(format!("{}: there are no flows, so nothing is normal", names.join(", "))));
    }
    let text = profile.text();
    output::write(&arguments.out, |out| out.write_all(text.as_bytes()))?;
    if arguments.quiet || output::is_standard(&arguments.out) {
        return Ok(());
    }
    let mut said = format!("{} in {:.0} s\n", counted(profile.n_flows, "flow", "flows"), profile.seconds);
    for kind in ThingKind::ALL {
        let (one, many) = kind.nouns();
        said.push_str(&format!("{}\n", counted(profile.of_kind(kind).count() as u64, one, many)));
    }
    for (kind, n) in &profile.left_out {
        said.push_str(&format!("{} left out: the list is full\n", counted(*n, kind.nouns().0, kind.nouns().1)));
    }
    output::print(&said.lines().map(|line| words::said(line) + "\n").collect::<String>())
}

/// Reads a baseline file.
pub fn read_file(path: &Path) -> Result<Profile, Failure> {
    let cannot = |why: &dyn std::fmt::Display| Failure::usage(format!("cannot use {}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| cannot(&error))?;
    Profile::read(&text).map_err(|why| cannot(&why))
}

/// Adds what differs from a baseline to an analysis.
pub fn add_findings(
    path: &Path,
    normal: &Profile,
    pipeline: &Pipeline,
    analysis: &mut Analysis,
    settings: &Settings,
) -> Result<(), Failure> {
    let added = attach::add_changes(normal, pipeline, analysis, settings);
    added.map(|_| ()).map_err(|why| Failure::usage(format!("cannot use {} on this input: {why}", path.display())))
}
