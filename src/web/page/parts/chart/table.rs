//! A chart's values as a table.

use crate::chart;
use crate::chart::draw::ticks;
use crate::model;
use crate::model::chart::{Bar, BoxRow, ChartSeries, ChartSpec, Marks};
use crate::model::finding::series::SeriesKind;
use crate::model::format::quantity;
use crate::web::page::parts::text::label;
use yew::prelude::*;

/// The values in rows.
pub fn table(spec: &ChartSpec) -> Html {
    let (unit, has_data) = (spec.unit.as_str(), spec.has_data);
    // Of these the columns are named by us.
    let has_data_heads =
        has_data && !matches!(spec.marks, Marks::Boxes(_) | Marks::Bars(_) | Marks::Columns(_) | Marks::Course { .. });
    let (head, rows) = match &spec.marks {
        Marks::Areas { start_ns, bin_ns, offset_minutes, series, changes } => {
            let mut names: Vec<String> = series.iter().map(|series| series.name.clone()).collect();
            if !changes.is_empty() {
                names.push("Change".to_owned());
            }
            let words = |bin: usize| {
                let start = start_ns.saturating_add(bin_ns.saturating_mul(bin as i64));
                let marked = (!changes.is_empty()).then(|| chart::changes_within(changes, start, *bin_ns));
                (ticks::range(start, *bin_ns, *offset_minutes), marked)
            };
            (names, bins(series, unit, words))
        }
        Marks::Lines { start_ns, bin_ns, offset_minutes, series, .. } => {
            let words = |bin: usize| {
                let start = start_ns.saturating_add(bin_ns.saturating_mul(bin as i64));
                (ticks::range(start, *bin_ns, *offset_minutes), None)
            };
            (series.iter().map(|series| series.name.clone()).collect(), bins(series, unit, words))
        }
        Marks::Curves { places, series } => {
            let words = |place: usize| (places.get(place).cloned().unwrap_or_default(), None);
            (series.iter().map(|series| series.name.clone()).collect(), bins(series, unit, words))
        }
        Marks::Boxes(rows) => {
            let heads = ["Smallest", "First quartile", "Median", "Third quartile", "Largest"];
            (heads.map(str::to_owned).to_vec(), boxes(rows, (unit, has_data)))
        }
        Marks::Heat { columns, rows, values, .. } => {
            (columns.clone(), fields((rows, has_data), columns.len(), values, unit))
        }
        Marks::Bars(bars) | Marks::Columns(bars) => (vec![spec.unit.clone()], labelled(bars, (unit, has_data))),
        Marks::Course { offset_minutes, course } => {
            let mut names = vec![spec.unit.clone()];
            if !course.changes.is_empty() {
                names.push("Far from the baseline".to_owned());
            }
            (names, points(course, *offset_minutes))
        }
    };
    html! {
        <div class="scroll chart-table" role="region" tabindex="0" aria-label={format!("{} as a table", spec.title)}>
            <table class="plain">
                <thead>
                    <tr>
                        <th scope="col">{ first_column(&spec.marks) }</th>
                        for name in head {
                            <th scope="col" class="num">{ label(&name, has_data_heads) }</th>
                        }
                    </tr>
                </thead>
                <tbody>{ rows }</tbody>
            </table>
        </div>
    }
}

/// What the rows are told apart by.
fn first_column(marks: &Marks) -> &'static str {
    match marks {
        Marks::Areas { .. } | Marks::Lines { .. } => "Time",
        Marks::Heat { .. } => "",
        Marks::Course { course, .. } if course.kind != SeriesKind::Walk => "Time",
        Marks::Course { .. } => "Step",
        Marks::Bars(_) | Marks::Columns(_) | Marks::Curves { .. } | Marks::Boxes(_) => "What",
    }
}

fn bins(series: &[ChartSeries], unit: &str, label: impl Fn(usize) -> (String, Option<String>)) -> Html {
    let n_bins = series.first().map_or(0, |series| series.values.len());
    let value = |series: &ChartSeries, bin: usize| series.values.get(bin).copied().unwrap_or(0.0);
    // Bins in which nothing happened tell nothing: they are left out.
    let rows = (0..n_bins).filter(|bin| series.iter().any(|series| value(series, *bin) != 0.0));
    html! {
        for (bin, (label, marked)) in rows.map(|bin| (bin, label(bin))) {
            <tr>
                <th scope="row">{ label }</th>
                for series in series {
                    <td class="num">{ quantity::with_unit(value(series, bin), unit) }</td>
                }
                if let Some(marked) = marked {
                    <td class="num">{ marked }</td>
                }
            </tr>
        }
    }
}

fn fields((rows, has_data): (&[String], bool), n_columns: usize, values: &[Option<f64>], unit: &str) -> Html {
    html! {
        for (row, values) in rows.iter().zip(values.chunks(n_columns.max(1))) {
            <tr>
                <th scope="row">{ label(row, has_data) }</th>
                for value in values {
                    <td class="num">{ quantity::or_dash(value.map(|value| quantity::with_unit(value, unit))) }</td>
                }
            </tr>
        }
    }
}

fn boxes(rows: &[BoxRow], (unit, has_data): (&str, bool)) -> Html {
    html! {
        for row in rows {
            <tr>
                <th scope="row">{ label(&row.label, has_data) }</th>
                for value in row.five {
                    <td class="num">{ quantity::with_unit(value, unit) }</td>
                }
            </tr>
        }
    }
}

fn points(course: &model::Series, offset_minutes: i32) -> Html {
    html! {
        for (at, value) in course.points.iter() {
            <tr>
                <th scope="row">{ chart::place(course, *at, offset_minutes) }</th>
                <td class="num">{ quantity::with_unit(*value, &course.unit) }</td>
                if !course.changes.is_empty() {
                    <td class="num">{ if chart::is_in_change(course, *at) { "yes" } else { "" } }</td>
                }
            </tr>
        }
    }
}

fn labelled(bars: &[Bar], (unit, has_data): (&str, bool)) -> Html {
    html! {
        for bar in bars {
            <tr>
                <th scope="row">{ label(&bar.label, has_data) }</th>
                <td class="num">{ quantity::with_unit(bar.value, unit) }</td>
            </tr>
        }
    }
}
