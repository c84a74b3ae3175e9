//! Adds to a finding the names of the servers of its flows, so that an allow-list rule can name them.

use crate::flow::names::Names;
use crate::flow::table::FlowTable;
use crate::maths::sorting::Arrange;
use crate::model::Finding;
use std::collections::BTreeSet;

/// Flows of a finding that are asked for their names.
const MOST_FLOWS: usize = 4096;

/// Fills in the names of a finding whose detector named none.
pub fn name(finding: &mut Finding, flows: &FlowTable, names: &Names) {
    if !finding.names.is_empty() {
        finding.names.arrange();
        finding.names.dedup();
        finding.names.truncate(Finding::MOST_NAMES);
        return;
    }
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for serial in finding.flow_serials.iter().take(MOST_FLOWS) {
        let name = flows.get(*serial).map_or("", |flow| names.text(flow.name));
        if !name.is_empty() && found.len() < Finding::MOST_NAMES {
            found.insert(name);
        }
    }
    finding.names = found.into_iter().map(str::to_owned).collect();
}
