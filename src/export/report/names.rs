//! An analysis to the names in it that are the same in every language, even if they are spelt like a word of ours.

use crate::language::Kept;
use crate::model::Analysis;
use crate::model::format::{host_name, visible};

/// Names of hosts, domains and the file, and the headings of a table, as they are and as they are shown; and what people wrote.
pub fn names(analysis: &Analysis) -> Kept {
    let findings = analysis.findings.iter().chain(analysis.expected.iter().map(|expected| &expected.finding));
    let hosts = analysis.stats.top_hosts.iter().map(|host| &host.name);
    let all = findings.flat_map(|finding| &finding.names).chain(hosts).chain([&analysis.file.name]);
    let shown = |name: &String| [name.clone(), visible::text(&host_name::shown(name))];
    let notes = analysis.annotations.values().map(|annotation| &annotation.note);
    let notes = notes.chain(analysis.rules.iter().map(|rule| &rule.note)).flat_map(|note| note.lines());
    let columns = analysis.table.iter().flat_map(|table| &table.layout.columns);
    Kept {
        names: all
            .filter(|name| !name.is_empty())
            .flat_map(shown)
            .chain(notes.map(|line| line.trim().to_owned()))
            .collect(),
        headings: columns.map(|column| column.name.clone()).collect(),
    }
}
