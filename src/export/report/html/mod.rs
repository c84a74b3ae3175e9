//! Analysis to one self-contained HTML file: no script, nothing fetched, charts inline, every text escaped.
//!
//! The same analysis always gives the same file: no clock, no zone but UTC.

use crate::chart::draw::text::escape;
use crate::export::entry::written_elsewhere;
use crate::export::report::{Audience, ReportOptions, ReportSection, content};
use crate::export::{About, Export, Writer};
use crate::model::Analysis;
use crate::model::extra::in_extra;

mod appendix;
mod figures;
mod findings;
mod hosts;
mod overview;
mod parts;
mod style;
mod teaching;
mod triage;

/// Holds even if something slipped through the escaping: nothing runs and nothing is fetched.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// The report.
pub const EXPORT: Export = Export {
    id: "html",
    help: "Write a report: one HTML file without scripts",
    media_type: "text/html",
    is_at_top: true,
    about: |_| About::new("report", "report.html"),
    writer: Writer::Analysis(in_extra(html, written_elsewhere)),
};

/// The full report.
pub fn html(analysis: &Analysis) -> String {
    report(analysis, &ReportOptions::default())
}

/// The report that the options ask for.
pub fn report(analysis: &Analysis, options: &ReportOptions) -> String {
    let name = escape(&analysis.file.name);
    let chosen = content::sections(analysis, options);
    let sections: String = chosen.iter().map(|section| section_of(*section, analysis, options)).collect();
    let class = if options.audience == Audience::Teaching { teaching::terms() } else { String::new() };
    let answers = if options.audience == Audience::Teaching { teaching::answers(analysis) } else { String::new() };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta \
         http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta \
         name=\"generator\" content=\"Packetloupe {version}\">\n<title>{name} – Packetloupe \
         report</title>\n<style>\n{style}</style>\n</head>\n<body>\n{head}<main>\n{class}{sections}{answers}</main>\n\
         <footer><p>Made by Packetloupe {version}, build <code>{build}</code>, on the machine that has the file. {hash}The \
         same file and settings give the same report.</p></footer>\n</body>\n</html>\n",
        version = env!("CARGO_PKG_VERSION"),
        build = env!("PACKETLOUPE_BUILD"),
        style = style::css(),
        head = overview::head(analysis, options, &chosen),
        hash = overview::hash(analysis),
    )
}

fn section_of(section: ReportSection, analysis: &Analysis, options: &ReportOptions) -> String {
    match section {
        // On the first page, below the summary.
        ReportSection::Timeline => String::new(),
        ReportSection::Incidents => triage::incidents(analysis, options),
        ReportSection::Findings => findings::list(analysis, options),
        ReportSection::Hosts => hosts::hosts(analysis, options),
        ReportSection::Expected => triage::expected(analysis),
        ReportSection::Overview => overview::section(analysis),
        ReportSection::Charts => figures::section(analysis, options),
        ReportSection::Details => findings::details(analysis, options),
        ReportSection::Coverage => appendix::coverage(analysis),
        ReportSection::Detectors => appendix::detectors(analysis),
        ReportSection::Settings => appendix::settings(analysis),
    }
}

#[cfg(test)]
mod tests;
