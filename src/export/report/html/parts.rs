//! What the sections of the report are made of: headings, tables, terms with their values, the badge of a severity.

use crate::model::Finding;
use crate::model::format::time;

/// A section with its heading; `id` is also its anchor.
pub fn section(id: &str, heading: &str, body: &str) -> String {
    format!("<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{heading}</h2>\n{body}</section>\n")
}

/// A table from headings and rows of cells that are HTML already. Headings that end in `#` have their cells on the
/// right.
pub fn table(caption: &str, headings: &[&str], rows: &[Vec<String>]) -> String {
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
pub fn facts(pairs: &[(&str, String)]) -> String {
    let pairs: String = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(term, value)| format!("<div><dt>{term}</dt><dd>{value}</dd></div>\n"))
        .collect();
    format!("<dl class=\"facts\">\n{pairs}</dl>\n")
}

/// When it began, as a cell; empty where that is not known.
pub fn since(finding: &Finding) -> String {
    finding.since(|ns| format!("<span class=\"t\">{}</span>", time::to_second(ns)))
}

/// The severity of a finding, as a badge.
pub fn badge(finding: &Finding) -> String {
    format!("<span class=\"sev {}\">{}</span>", finding.severity.id(), finding.severity.name())
}
