//! Options of the command that say where exports go: one for each entry of [`export::ALL`].

use super::{Failure, output};
use crate::export::{self, Export, Writer};
use crate::model::Analysis;
use crate::pipeline::Pipeline;
use crate::query;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};
use std::path::{Path, PathBuf};

/// The exports that were asked for, and where they go.
pub struct Exports(Vec<(&'static Export, PathBuf)>);

impl Exports {
    /// Where they go.
    pub fn outputs(&self) -> Vec<&Path> {
        self.0.iter().map(|(_, out)| out.as_path()).collect()
    }

    /// True if one of them names the input by its hash.
    pub fn name_input(&self) -> bool {
        self.0.iter().any(|(export, _)| export.writer.names_input())
    }

    /// Writes all of them; of flows only those that pass, if these are named. What a file has no place to say is said unless it must be quiet.
    pub fn write(
        &self,
        analysis: &Analysis,
        pipeline: &Pipeline,
        passing: Option<&[u32]>,
        is_quiet: bool,
    ) -> Result<(), Failure> {
        for (export, out) in &self.0 {
            output::write(out, |file| match export.writer {
                Writer::Analysis(write) => file.write_all(write(analysis).as_bytes()),
                Writer::Tables(own) => query::write_passing(file, own, pipeline, analysis, passing),
            })?;
            if let Some((what, words)) = (export.about)(analysis).warning.filter(|_| !is_quiet) {
                output::complain(&format!("{what} in {} is {words}", out.display()));
            }
        }
        Ok(())
    }
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
