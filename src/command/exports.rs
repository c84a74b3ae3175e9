//! Options of the command that say where exports go: one for each entry of [`export::ALL`].

use super::report::OutputPseudonyms;
use super::{Failure, files, output};
use crate::export::{self, Export, Writer};
use crate::model::Analysis;
use crate::pipeline::Pipeline;
use crate::query;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};
use std::path::{Path, PathBuf};

/// The exports that were asked for, and where they go.
pub struct Exports(Vec<(&'static Export, PathBuf)>);

/// What is written.
pub struct Selected<'a> {
    /// The input.
    pub files: &'a [PathBuf],
    /// The filter, if there is one.
    pub filter: Option<&'a str>,
    /// Serial numbers of the flows that pass it, ascending; all if none are named.
    pub flows: Option<Vec<u32>>,
}

impl Exports {
    /// Where they go.
    pub fn outputs(&self) -> Vec<&Path> {
        self.0.iter().map(|(_, out)| out.as_path()).collect()
    }

    /// True if one of them names the input by its SHA-256, which must then be computed.
    pub fn needs_hash(&self) -> bool {
        self.0.iter().any(|(export, _)| export.writer.names_input())
    }

    /// Writes all of them; of flows, findings and packets only those that are selected. What a file has no place to say is
    /// said unless it must be quiet.
    pub fn write(
        &self,
        (analysis, pipeline): (&Analysis, &Pipeline),
        selected: &Selected<'_>,
        (pseudonyms, is_quiet): (&mut OutputPseudonyms, bool),
    ) -> Result<(), Failure> {
        let flows = selected.flows.as_deref();
        for (export, out) in &self.0 {
            let media = export.media_type;
            match export.writer {
                Writer::Analysis(write) => {
                    pseudonyms.write(out, media, |file| file.write_all(write(analysis).as_bytes()))?;
                }
                Writer::Findings(write) => {
                    let all = analysis.findings.iter().filter(|finding| export::is_selected(finding, flows));
                    let text = write(analysis, &all.collect::<Vec<_>>());
                    pseudonyms.write(out, media, |file| file.write_all(text.as_bytes()))?;
                }
                Writer::Tables(own) => {
                    pseudonyms.write(out, media, |file| query::write_passing(file, own, pipeline, analysis, flows))?;
                }
                Writer::Columns(format) => output::write(out, |file| {
                    query::write_columns(file, format, (pipeline, analysis), (flows, pseudonyms.pseudonyms()))
                })?,
                Writer::Packets => packets(out, (analysis, pipeline), selected, pseudonyms)?,
            }
            if let Some((what, words)) = (export.about)(analysis).warning.filter(|_| !is_quiet) {
                output::notice(&format!("{what} in {} is {words}", out.display()));
            }
        }
        Ok(())
    }
}

/// Reads packets again and writes them.
fn packets(
    out: &Path,
    (analysis, pipeline): (&Analysis, &Pipeline),
    selected: &Selected<'_>,
    pseudonyms: &mut OutputPseudonyms,
) -> Result<(), Failure> {
    if pipeline.index().is_empty() {
        return Err(Failure::usage("there are no packets in the input for --pcapng"));
    }
    let mut files = files::Files::open(selected.files, pipeline);
    if !files.has_all() {
        let why =
            "packets are read again for --pcapng, which is impossible for a compressed file or a pipe; unpack it first";
        return Err(Failure::usage(why));
    }
    let passing = match selected.filter {
        Some(text) => {
            let passing = query::passing_packets(pipeline, analysis, &mut files, text);
            Some(passing.map_err(|error| files::refusal(text, &error))?)
        }
        None => None,
    };
    let mut n_missing = 0;
    output::write(out, |file| {
        let which = (passing.as_deref(), pseudonyms.pseudonyms());
        n_missing = query::write_packets(file, (pipeline, analysis), &mut files, which)?;
        Ok(())
    })?;
    if n_missing > 0 {
        output::notice(&format!("{n_missing} packets are not in {}: the input has changed", out.display()));
    }
    Ok(())
}

impl FromArgMatches for Exports {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Exports, clap::Error> {
        let given = |export: &'static Export| Some((export, matches.get_one::<PathBuf>(export.id)?.clone()));
        Ok(Exports(export::ALL.iter().filter_map(given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Exports::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Exports {
    fn augment_args(command: Command) -> Command {
        export::ALL.iter().fold(command, |command, export| {
            let option = Arg::new(export.id).long(export.id).value_name("OUT").help(export.help);
            command.arg(option.value_parser(value_parser!(PathBuf)))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Exports::augment_args(command)
    }
}
