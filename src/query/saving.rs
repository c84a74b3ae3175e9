//! What a selection leaves to files: flows and packets that pass it.

use super::listing::Sight;
use super::{filter, packets_again, write_passing};
use crate::protocol::{Filter, Saving, Scope};
use std::io::Write;

/// See [`super::save`].
pub(super) fn save(out: &mut dyn Write, saving: Saving, scope: &Scope, sight: &mut Sight<'_>) -> Result<u64, String> {
    let within = Filter { scope: scope.clone(), ..Filter::default() };
    let passing = match saving {
        _ if scope.passes_all() => None,
        Saving::Table(_) => Some(filter::flows(sight, &within)),
        Saving::Packets => Some(filter::packets(sight, &within)),
    };
    let passing = passing.transpose().map_err(|error| error.to_string())?;
    let Sight { pipeline, analysis, source } = sight;
    let written = match saving {
        Saving::Table(export) => write_passing(out, export, pipeline, analysis, passing.as_deref()).map(|()| 0),
        Saving::Packets => packets_again::write(out, pipeline, analysis, *source, passing.as_deref()),
    };
    written.map_err(|_| String::new())
}
