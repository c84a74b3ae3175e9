//! Finds the cause among name servers in trouble: a server that queries another one passes its trouble on.

use super::case::{Fault, QUICKER, ServerTrouble};
use crate::maths::sorting::Gather;
use crate::model::Addr;
use std::collections::{BTreeMap, BTreeSet};

/// True if a server has its trouble because it asks another one, which is in the same trouble at the same time.
fn is_cause(cause: &ServerTrouble<'_>, case: &ServerTrouble<'_>) -> bool {
    let is_slower = case.fault != Fault::Slow || cause.fault != Fault::Slow || cause.median >= case.median * QUICKER;
    let is_same_time = cause.period.0 <= case.period.1 && case.period.0 <= cause.period.1;
    cause.affected.contains(&case.server) && cause.server != case.server && is_slower && is_same_time
}

/// The cases that are root causes: a case that another one causes is dropped, and its clients go to the cause, also over several
/// servers. Of a ring one case stays. (Union-find: `above` holds each case's parent.)
pub fn root_causes(mut cases: Vec<ServerTrouble<'_>>) -> Vec<ServerTrouble<'_>> {
    let place_of: BTreeMap<Addr, usize> = cases.iter().enumerate().map(|(place, case)| (case.server, place)).gathered();
    let mut above: Vec<usize> = (0..cases.len()).collect();
    for (place, cause) in cases.iter().enumerate() {
        for at in cause.affected.iter().filter_map(|client| place_of.get(client)) {
            let (Some(case), true) = (cases.get(*at), above.get(*at) == Some(at)) else { continue };
            if is_cause(cause, case)
                && !is_cause(case, cause)
                && root(&mut above, place) != *at
                && let Some(above) = above.get_mut(*at)
            {
                *above = place;
            }
        }
    }
    let roots: Vec<usize> = (0..cases.len()).map(|place| root(&mut above, place)).collect();
    let passing = cases.iter_mut().zip(&roots).enumerate().filter(|(place, (_, root))| place != *root);
    let passed_on: Vec<(usize, Addr, BTreeSet<Addr>)> =
        passing.map(|(_, (case, root))| (*root, case.server, std::mem::take(&mut case.affected))).collect();
    for (root, server, affected) in passed_on {
        if let Some(cause) = cases.get_mut(root) {
            cause.behind.insert(server);
            cause.affected.extend(affected);
        }
    }
    cases
        .into_iter()
        .zip(roots)
        .enumerate()
        .filter(|(place, (_, root))| place == root)
        .map(|(_, (case, _))| case)
        .collect()
}

/// The last cause of a case: the one that has none above it but itself. Halves the path for the next look-up.
fn root(above: &mut [usize], mut of: usize) -> usize {
    while let Some(next) = above.get(of).copied().filter(|next| *next != of) {
        let after = above.get(next).copied().unwrap_or(next);
        if let Some(above) = above.get_mut(of) {
            *above = after;
        }
        of = after;
    }
    of
}
