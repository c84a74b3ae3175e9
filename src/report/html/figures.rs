//! The charts of the report: each drawn for wide and for narrow screens, the small ones also as a table.

use super::table;
use crate::chart::draw::Theme;
use crate::chart::draw::text::escape;
use crate::chart::{self, draw};
use crate::model::Analysis;
use crate::model::chart::{ChartSpec, Marks};
use crate::model::quantity::with_unit;

const FULL: u32 = 874;
const HALF: u32 = 424;
const SMALL: u32 = 340;

/// Every chart that has something to show.
pub fn all(analysis: &Analysis) -> String {
    let figures: String = chart::all(analysis, 0).iter().filter(|spec| !draw::is_empty(spec)).map(figure).collect();
    format!("<div class=\"figures\">\n{figures}</div>\n")
}

fn figure(spec: &ChartSpec) -> String {
    let is_full = matches!(spec.marks, Marks::Areas { .. });
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
        as_table(spec),
    )
}

fn as_table(spec: &ChartSpec) -> String {
    let (Marks::Bars(bars) | Marks::Columns(bars)) = &spec.marks else { return String::new() };
    let rows: Vec<Vec<String>> =
        bars.iter().map(|bar| vec![escape(&bar.label), escape(&with_unit(bar.value, &spec.unit))]).collect();
    let title = escape(&spec.title);
    format!("<details><summary>As a table</summary>\n{}</details>\n", table(&title, &["", "Value#"], &rows))
}
