//! Hosts that take part in findings, as a table.

use super::parts::{section, table};
use crate::chart::draw::text::escape;
use crate::export::report::content::{self, InvolvedHost};
use crate::export::report::{ReportOptions, ReportSection};
use crate::model::Analysis;
use crate::model::format::host_name;
use crate::model::format::quantity::{count, counted};

/// Each with its name, where it is, and how often it acts or is acted upon.
pub fn hosts(analysis: &Analysis, options: &ReportOptions) -> String {
    let (all, most) = (content::hosts(analysis), content::most_hosts(options));
    let rows: Vec<Vec<String>> = all.iter().take(most).map(row).collect();
    let more = match all.len().saturating_sub(most) {
        0 => String::new(),
        n => format!("<p class=\"quiet\">And {}.</p>\n", counted(n as u64, "more host", "more hosts")),
    };
    let headings = ["Host", "Name", "Where", "Most severe", "As source#", "As destination#"];
    let section_of = ReportSection::Hosts;
    section(section_of.id(), section_of.heading(), &format!("{}{more}", table("Hosts involved", &headings, &rows)))
}

fn row(host: &InvolvedHost) -> Vec<String> {
    vec![
        escape(&host.endpoint.to_string()),
        escape(&host_name::shown(&host.name)),
        host.place.to_owned(),
        host.worst.name().to_owned(),
        count(host.n_as_source),
        count(host.n_as_target),
    ]
}
