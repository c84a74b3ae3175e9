//! The charts of the report: each drawn for wide and for narrow screens, the small ones also as a table.

use super::parts::{self, table};
use crate::chart::draw::Theme;
use crate::chart::draw::text::escape;
use crate::chart::{self, draw};
use crate::export::report::{ReportOptions, ReportSection, content};
use crate::model::chart::{Change, ChartSpec, Marks};
use crate::model::format::quantity::with_unit;
use crate::model::{Analysis, Finding};

const FULL: u32 = 874;
const HALF: u32 = 424;
const SMALL: u32 = 340;

/// The charts that were chosen and have something to show.
pub fn section(analysis: &Analysis, options: &ReportOptions) -> String {
    let chosen = chart::ALL.iter().filter(|entry| options.charts.contains(&entry.id));
    let figures: String = chosen
        .map(|entry| (entry.make)(analysis, 0))
        .filter(|spec| !draw::is_empty(spec))
        .map(|spec| figure(&spec, (analysis, options)))
        .collect();
    let of = ReportSection::Charts;
    if figures.is_empty() {
        return parts::section(of.id(), of.heading(), "<p>There is nothing to draw.</p>\n");
    }
    parts::section(of.id(), of.heading(), &format!("<div class=\"figures\">\n{figures}</div>\n"))
}

/// Traffic over time with the most severe findings marked.
pub fn timeline(analysis: &Analysis, options: &ReportOptions) -> String {
    let of = ReportSection::Timeline;
    let spec = chart::with_findings(analysis, 0);
    parts::section(
        of.id(),
        of.heading(),
        &format!("<div class=\"figures\">\n{}</div>\n", figure(&spec, (analysis, options))),
    )
}

/// The course of a finding's evidence; empty if it has none.
pub fn course(finding: &Finding, within: (&Analysis, &ReportOptions)) -> String {
    let Some(series) = &finding.series else { return String::new() };
    figure(&chart::course(&finding.id, series, 0), within)
}

fn figure(spec: &ChartSpec, within: (&Analysis, &ReportOptions)) -> String {
    let is_full = matches!(spec.marks, Marks::Areas { .. } | Marks::Course { .. });
    let drawn = |width: u32, class: &str| {
        let height = draw::natural_height(spec, f64::from(width)) as u32;
        draw::svg(spec, &Theme::LIGHT, width, height).replacen(
            "class=\"chart\"",
            &format!("class=\"chart {class}\""),
            1,
        )
    };
    format!(
        "<figure{}><figcaption><h3>{}</h3><p>{}</p></figcaption>\n{}{}{}</figure>\n",
        if is_full { " class=\"full\"" } else { "" },
        escape(&spec.title),
        escape(&spec.summary),
        drawn(if is_full { FULL } else { HALF }, "large"),
        drawn(SMALL, "small"),
        as_table(spec) + &changes(spec, within),
    )
}

/// What is marked on a chart over time, with links to the findings.
fn changes(spec: &ChartSpec, (analysis, options): (&Analysis, &ReportOptions)) -> String {
    let Marks::Areas { changes, .. } = &spec.marks else { return String::new() };
    let line = |change: &Change| {
        let (time, title) = (chart::change_time(change, 0), escape(&change.title));
        let has_anchor =
            analysis.finding(&change.finding).is_some_and(|one| content::has_anchor(analysis, options, one));
        let title = if has_anchor { format!("<a href=\"#{}\">{title}</a>", escape(&change.finding)) } else { title };
        format!("<li value=\"{}\">{time} UTC: {title}</li>\n", change.number)
    };
    let lines: String = changes.iter().map(line).collect();
    if lines.is_empty() {
        lines
    } else {
        format!("<ol class=\"marked\" aria-label=\"Marked on the chart\">\n{lines}</ol>\n")
    }
}

fn as_table(spec: &ChartSpec) -> String {
    let row = |label: &str, value: f64| vec![escape(label), escape(&with_unit(value, &spec.unit))];
    let rows: Vec<Vec<String>> = match &spec.marks {
        Marks::Bars(bars) | Marks::Columns(bars) => bars.iter().map(|bar| row(&bar.label, bar.value)).collect(),
        Marks::Course { course, .. } => {
            let note = |at: i64| if chart::is_in_change(course, at) { " (far from the baseline)" } else { "" };
            let label = |at: i64| format!("{}{}", chart::place(course, at, 0), note(at));
            course.points.iter().map(|(at, value)| row(&label(*at), *value)).collect()
        }
        Marks::Areas { .. } | Marks::Lines { .. } | Marks::Curves { .. } | Marks::Boxes(_) | Marks::Heat { .. } => {
            return String::new();
        }
    };
    let title = escape(&spec.title);
    format!("<details><summary>As a table</summary>\n{}</details>\n", table(&title, &["", "Value#"], &rows))
}
