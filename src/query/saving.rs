//! What a selection leaves to files: flows and packets that pass it.

use super::listing::QueryContext;
use super::{filter, packets_again, pseudonyms, write_passing};
use crate::explore::turn::whole;
use crate::export::pseudonyms::{PseudonymKey, Rewriter};
use crate::protocol::{Filter, SaveError, Saving, Scope};
use std::io::Write;

/// See [`super::save`].
pub(super) fn save(
    out: &mut dyn Write,
    (saving, scope, key): (Saving, &Scope, Option<&PseudonymKey>),
    context: &mut QueryContext<'_>,
) -> Result<u64, SaveError> {
    let within = Filter { scope: scope.clone(), ..Filter::default() };
    let passing = match saving {
        _ if scope.passes_all() => None,
        Saving::Table(_) => Some(whole(filter::flows(context, &within))),
        Saving::Packets => Some(whole(filter::packets(context, &within))),
        // The worker writes these itself, while it has them.
        Saving::Baseline => return Err(SaveError::Unread),
        Saving::Model(_) => return Err(SaveError::NoModel),
    };
    let passing = passing.transpose().map_err(|error| error.to_string())?;
    let QueryContext { pipeline, analysis, source, .. } = context;
    let mut hidden = key.map(|key| pseudonyms(key, pipeline, analysis));
    let written = match saving {
        Saving::Table(export) => {
            let write = |out: &mut dyn Write| write_passing(out, export, pipeline, analysis, passing.as_deref());
            let written = match &mut hidden {
                Some(hidden) => Rewriter::through(out, hidden, export.notation(), write),
                None => write(out),
            };
            written.map(|()| 0)
        }
        Saving::Packets => {
            packets_again::write(out, pipeline, analysis, *source, (passing.as_deref(), hidden.as_mut()))
        }
        Saving::Baseline | Saving::Model(_) => Ok(0),
    };
    Ok(written?)
}

/// Serial numbers of the flows that are left, ascending; none if that is all of them.
pub(super) fn flows_within(context: &mut QueryContext<'_>, scope: &Scope) -> Result<Option<Vec<u32>>, String> {
    let within = Filter { scope: scope.clone(), ..Filter::default() };
    let flows = (!scope.passes_all()).then(|| whole(filter::flows(context, &within)));
    flows.transpose().map_err(|error| error.to_string())
}
