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
    is_on_page: true,
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
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"Packetloupe {version}\">\n\
         <title>{name} – Packetloupe report</title>\n<style>\n{style}</style>\n</head>\n<body>\n\
         {head}<main>\n{sections}</main>\n\
         <footer><p>Made by Packetloupe {version}, build <code>{build}</code>, on the machine that held the file. \
         The same file and settings give the same report.</p></footer>\n</body>\n</html>\n",
        version = env!("CARGO_PKG_VERSION"),
        build = env!("PACKETLOUPE_BUILD"),
        style = style::css(),
        head = overview::head(analysis),
        sections = sections.concat(),
    )
}

/// A section with its heading; `id` is also its anchor.
fn section(id: &str, heading: &str, body: &str) -> String {
    format!("<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{heading}</h2>\n{body}</section>\n")
}

/// A table from headings and rows of cells that are HTML already. Headings that end in `#` have their cells on the
/// right.
fn table(caption: &str, headings: &[&str], rows: &[Vec<String>]) -> String {
    let is_number: Vec<bool> = headings.iter().map(|heading| heading.ends_with('#')).collect();
    let class = |place: usize| if is_number.get(place) == Some(&true) { " class=\"n\"" } else { "" };
    let head: String = headings
        .iter()
        .enumerate()
        .map(|(place, heading)| format!("<th scope=\"col\"{}>{}</th>", class(place), heading.trim_end_matches('#')))
        .collect();
    let body: String = rows
        .iter()
        .map(|row| {
            let cells: String =
                row.iter().enumerate().map(|(place, cell)| format!("<td{}>{cell}</td>", class(place))).collect();
            format!("<tr>{cells}</tr>\n")
        })
        .collect();
    format!(
        "<div class=\"scroll\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\"><table>\n\
         <caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n"
    )
}

/// Terms with their values, which are HTML already; empty values are left out.
fn facts(pairs: &[(&str, String)]) -> String {
    let pairs: String = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(term, value)| format!("<div><dt>{term}</dt><dd>{value}</dd></div>\n"))
        .collect();
    format!("<dl class=\"facts\">\n{pairs}</dl>\n")
}

#[cfg(test)]
mod tests;
