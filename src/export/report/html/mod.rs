//! Analysis to one self-contained HTML file: no script, nothing fetched, charts inline, every text escaped.
//!
//! The same analysis always gives the same file: no clock, no zone but UTC.

use crate::chart::draw::text::escape;
use crate::export::{About, Export, Writer};
use crate::model::Analysis;

mod appendix;
mod figures;
mod findings;
mod overview;
mod parts;
mod style;
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
    writer: Writer::Analysis(html),
};

/// The report.
pub fn html(analysis: &Analysis) -> String {
    let name = escape(&analysis.file.name);
    let sections = [
        findings::list(analysis),
        triage::incidents(analysis),
        triage::expected(analysis),
        overview::section(analysis),
        findings::details(analysis),
        appendix::coverage(analysis),
        appendix::detectors(analysis),
        appendix::settings(analysis),
    ];
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta \
         http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta \
         name=\"generator\" content=\"Packetloupe {version}\">\n<title>{name} – Packetloupe \
         report</title>\n<style>\n{style}</style>\n</head>\n<body>\n{head}<main>\n{sections}</main>\n<footer><p>Made \
         by Packetloupe {version}, build <code>{build}</code>, on the machine that has the file. The same file and \
         settings give the same report.</p></footer>\n</body>\n</html>\n",
        version = env!("CARGO_PKG_VERSION"),
        build = env!("PACKETLOUPE_BUILD"),
        style = style::css(),
        head = overview::head(analysis),
        sections = sections.concat(),
    )
}

#[cfg(test)]
mod tests;
