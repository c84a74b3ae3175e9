//! Answers to questions of measures and dimensions, drawn by their first measure.

use super::{boxes, likeness};
use crate::maths::sorting::Arrange;
use crate::model::chart::{Bar, ChartSeries, ChartSpec, Marks};
use crate::model::explore::{Answer, AnswerRow, Mark, Scale, ValueKind};
use crate::model::format::quantity::{percent, with_unit};
use crate::model::format::time;

/// Bars that are drawn, at most; the table has all.
const MOST_BARS: usize = 20;
/// Columns of a histogram, at most.
const MOST_COLUMNS: i64 = 400;
/// Rows and columns of a heatmap, at most.
const MOST_ROWS: usize = 40;
const MOST_HEAT_COLUMNS: usize = 400;

/// A chart of an answer; none if it cannot be drawn so.
pub fn explored(answer: &Answer, mark: Mark, offset_minutes: i32) -> Option<ChartSpec> {
    let marks = match mark {
        Mark::Table | Mark::Tree => None,
        Mark::Bars => (!answer.dimensions.is_empty()).then(|| bars(answer)),
        Mark::Columns => columns(answer),
        Mark::Cumulative => cumulative(answer),
        Mark::Density => density(answer),
        Mark::Boxes => boxes::of(answer),
        Mark::Areas | Mark::Lines | Mark::LogLines => over_time(answer, mark, offset_minutes),
        Mark::Heat => heat(answer, offset_minutes),
        Mark::Clusters => heat(answer, offset_minutes).map(likeness::ordered),
    }?;
    let measure = answer.measures.first()?;
    let by: Vec<String> = answer.dimensions.iter().map(|head| lower(&head.label)).collect();
    Some(ChartSpec {
        id: "explore".to_owned(),
        title: match mark {
            Mark::Density => format!("Density of {} by {}", lower(&measure.label), by.join(" and ")),
            Mark::Boxes if by.is_empty() => boxes::title(answer),
            Mark::Boxes => format!("{} by {}", boxes::title(answer), by.join(" and ")),
            _ if by.is_empty() => measure.label.clone(),
            _ if is_correlation(answer) => format!("{} of columns", measure.label),
            Mark::Cumulative => format!("Cumulative share of {} by {}", lower(&measure.label), by.join(" and ")),
            _ => format!("{} by {}", measure.label, by.join(" and ")),
        },
        summary: summary(answer),
        marks,
        unit: if matches!(mark, Mark::Cumulative | Mark::Density) { "%".to_owned() } else { measure.unit.clone() },
        has_data: answer.dimensions.iter().any(|head| head.has_data),
    })
}

/// In small letters within a title, but for names that are written in capitals.
fn lower(label: &str) -> String {
    let is_name = label.chars().nth(1).is_none_or(|letter| letter.is_uppercase() || letter.is_numeric());
    let mut letters = label.chars();
    match letters.next() {
        Some(first) if !is_name => first.to_lowercase().chain(letters).collect(),
        _ => label.to_owned(),
    }
}

/// What the largest row is, in a sentence.
fn summary(answer: &Answer) -> String {
    let Some(measure) = answer.measures.first() else { return String::new() };
    let figure = |row: &AnswerRow| row.figures.first().copied().flatten();
    let largest =
        answer.rows.iter().rev().max_by(|a, b| figure(a).unwrap_or(-1.0).total_cmp(&figure(b).unwrap_or(-1.0)));
    let total = answer.total.first().copied().flatten();
    match largest.and_then(|row| Some((row, figure(row)?))) {
        None => "There is nothing to show.".to_owned(),
        Some((row, value)) => {
            let name = name(row);
            let share = total.filter(|_| measure.is_sum).map(|total| format!(" ({})", percent(value, total)));
            format!(
                "The largest value is that of {name} with {}{}.",
                with_unit(value, &measure.unit),
                share.unwrap_or_default()
            )
        }
    }
}

fn name(row: &AnswerRow) -> String {
    row.values.iter().map(|value| value.text.as_str()).collect::<Vec<_>>().join(", ")
}

fn bars(answer: &Answer) -> Marks {
    let bars = answer.rows.iter().take(MOST_BARS);
    Marks::Bars(
        bars.map(|row| Bar { label: name(row), value: row.figures.first().copied().flatten().unwrap_or(0.0) })
            .collect(),
    )
}

/// A bar for each place of an ordered scale, also where nothing is; names in the order of the rows.
fn columns(answer: &Answer) -> Option<Marks> {
    let value = |row: &AnswerRow| row.figures.first().copied().flatten().unwrap_or(0.0);
    let is_ordered = !matches!(answer.dimensions.first()?.scale, Scale::Names);
    let placed: Vec<&AnswerRow> = answer.rows.iter().filter(|row| kind(row, 0) == ValueKind::Value).collect();
    if !is_ordered {
        let bars = placed.iter().take(MOST_BARS).map(|row| Bar { label: name(row), value: value(row) });
        return Some(Marks::Columns(bars.collect()));
    }
    let step = match answer.dimensions.first()?.scale {
        Scale::Time { width_ns, .. } => width_ns.max(1),
        _ => 1,
    };
    let at = |row: &&AnswerRow| row.values.first().map_or(0, |value| value.at);
    let (first, last) = (placed.iter().map(at).min()?, placed.iter().map(at).max()?);
    if (last - first) / step >= MOST_COLUMNS {
        let bars = placed.iter().take(MOST_COLUMNS as usize).map(|row| Bar { label: name(row), value: value(row) });
        return Some(Marks::Columns(bars.collect()));
    }
    let n = ((last - first) / step + 1) as usize;
    let mut bars = vec![Bar { label: String::new(), value: 0.0 }; n];
    for row in placed {
        if let Some(bar) = bars.get_mut(((at(&row) - first) / step) as usize) {
            *bar = Bar {
                label: row.values.first().map_or_else(String::new, |value| value.text.clone()),
                value: bar.value + value(row),
            };
        }
    }
    Some(Marks::Columns(bars))
}

/// The share of all up to each place, in percent; of what is no sum there is none.
fn cumulative(answer: &Answer) -> Option<Marks> {
    let Marks::Columns(bars) = columns(answer).filter(|_| answer.measures.first().is_some_and(|head| head.is_sum))?
    else {
        return None;
    };
    let total: f64 = bars.iter().map(|bar| bar.value).sum();
    let mut sum = 0.0;
    let running = bars.into_iter().map(|bar| {
        sum += bar.value;
        Bar { value: if total > 0.0 { sum / total * 100.0 } else { 0.0 }, ..bar }
    });
    Some(Marks::Columns(running.collect()))
}

/// For each value of the second dimension the share of its own sum that each place of the first has, in percent.
fn density(answer: &Answer) -> Option<Marks> {
    let measure = answer.measures.first().filter(|head| head.is_sum)?;
    answer.dimensions.first()?;
    let (places, names) = places(answer, 0, MOST_COLUMNS as usize, 0);
    let mut series: Vec<ChartSeries> = Vec::new();
    for row in &answer.rows {
        let name = row.values.get(1).map_or(&measure.label, |value| &value.text);
        let place = key(answer, row, 0).and_then(|own| places.iter().position(|place| *place == own));
        let at = series.iter().position(|one| one.name == *name).unwrap_or_else(|| {
            series.push(ChartSeries { name: name.clone(), values: vec![0.0; places.len()] });
            series.len() - 1
        });
        let slot = place.and_then(|place| series.get_mut(at)?.values.get_mut(place));
        if let (Some(slot), Some(figure)) = (slot, row.figures.first().copied().flatten()) {
            *slot += figure;
        }
    }
    let sum = |one: &ChartSeries| one.values.iter().sum::<f64>();
    series.retain(|one| sum(one) > 0.0);
    series.arrange_by(|a, b| sum(b).total_cmp(&sum(a)));
    for one in &mut series {
        let all = sum(one);
        one.values.iter_mut().for_each(|value| *value *= 100.0 / all);
    }
    Some(Marks::Curves { places: names, series })
}

fn kind(row: &AnswerRow, nth: usize) -> ValueKind {
    row.values.get(nth).map_or(ValueKind::Unknown, |value| value.kind)
}

/// A series for each value of the second dimension, the largest first and what is no value last.
fn over_time(answer: &Answer, mark: Mark, offset_minutes: i32) -> Option<Marks> {
    let Scale::Time { start_ns, width_ns, n } = answer.dimensions.first()?.scale else { return None };
    let mut series: Vec<(ValueKind, ChartSeries)> = Vec::new();
    for row in answer.rows.iter().filter(|row| kind(row, 0) == ValueKind::Value) {
        let (kind, name) = match row.values.get(1) {
            Some(value) => (value.kind, value.text.clone()),
            None => (ValueKind::Value, answer.measures.first()?.label.clone()),
        };
        let place = (row.values.first()?.at - start_ns) / width_ns.max(1);
        let own = match series.iter().position(|(_, one)| one.name == name) {
            Some(own) => own,
            None => {
                series.push((kind, ChartSeries { name, values: vec![0.0; n as usize] }));
                series.len() - 1
            }
        };
        let slot = series.get_mut(own).and_then(|(_, one)| one.values.get_mut(usize::try_from(place).ok()?));
        if let (Some(slot), Some(value)) = (slot, row.figures.first().copied().flatten()) {
            *slot += value;
        }
    }
    let sum = |one: &ChartSeries| one.values.iter().sum::<f64>();
    series.arrange_by(|a, b| a.0.cmp(&b.0).then(sum(&b.1).total_cmp(&sum(&a.1))));
    let series = series.into_iter().map(|(_, one)| one).collect();
    let (bin_ns, changes) = (width_ns, Vec::new());
    Some(match mark {
        Mark::Lines => Marks::Lines { start_ns, bin_ns, offset_minutes, series, is_log: false },
        Mark::LogLines => Marks::Lines { start_ns, bin_ns, offset_minutes, series, is_log: true },
        _ => Marks::Areas { start_ns, bin_ns, offset_minutes, series, changes },
    })
}

/// True for what goes from -1 to 1, whether or not something is below zero.
fn is_correlation(answer: &Answer) -> bool {
    answer.measures.first().is_some_and(|measure| measure.term.id == "correlation")
}

/// The first dimension downwards, the second to the right; what does not occur is zero where the measure is a sum.
fn heat(answer: &Answer, offset_minutes: i32) -> Option<Marks> {
    answer.dimensions.get(1)?;
    let (rows, row_names) = places(answer, 0, MOST_ROWS, offset_minutes);
    let (columns, column_names) = places(answer, 1, MOST_HEAT_COLUMNS, offset_minutes);
    let absent = answer.measures.first()?.is_sum.then_some(0.0);
    let mut values = vec![absent; rows.len() * columns.len()];
    for row in &answer.rows {
        let place = |nth: usize, all: &[(ValueKind, i64, String)]| {
            all.iter().position(|one| Some(one) == key(answer, row, nth).as_ref())
        };
        if let (Some(y), Some(x)) = (place(0, &rows), place(1, &columns))
            && let Some(slot) = values.get_mut(y * columns.len() + x)
        {
            *slot = row.figures.first().copied().flatten();
        }
    }
    let is_signed = is_correlation(answer);
    Some(Marks::Heat { columns: column_names, rows: row_names, values, is_signed })
}

/// What tells a row's value of a dimension from others: on an ordered scale its place, else its words.
fn key(answer: &Answer, row: &AnswerRow, nth: usize) -> Option<(ValueKind, i64, String)> {
    let value = row.values.get(nth)?;
    let is_ordered = !matches!(answer.dimensions.get(nth)?.scale, Scale::Names);
    Some((
        value.kind,
        if is_ordered { value.at } else { 0 },
        if is_ordered { String::new() } else { value.text.clone() },
    ))
}

/// Values of a dimension as they are laid out: an ordered scale without gaps, names in the order of the rows.
fn places(
    answer: &Answer,
    nth: usize,
    most: usize,
    offset_minutes: i32,
) -> (Vec<(ValueKind, i64, String)>, Vec<String>) {
    let mut all: Vec<((ValueKind, i64, String), String)> = Vec::new();
    for row in &answer.rows {
        let (Some(key), Some(value)) = (key(answer, row, nth), row.values.get(nth)) else { continue };
        if !all.iter().any(|(other, _)| *other == key) {
            all.push((key, value.text.clone()));
        }
    }
    let scale = answer.dimensions.get(nth).map(|head| head.scale).unwrap_or_default();
    if scale != Scale::Names {
        all.arrange();
        all.truncate(most);
    } else {
        all.truncate(most);
    }
    let step = if let Scale::Time { width_ns, .. } = scale { width_ns.max(1) } else { 1 };
    let first = all.first().map_or(0, |((_, at, _), _)| *at);
    let last = all.iter().rev().find(|((kind, ..), _)| *kind == ValueKind::Value).map_or(0, |((_, at, _), _)| *at);
    if scale != Scale::Names && (last - first) / step < most as i64 {
        // Places without a row are there too: a scale has no holes.
        let mut full = Vec::new();
        let mut at = first;
        while at <= last {
            let known = all.iter().find(|((kind, own, _), _)| *kind == ValueKind::Value && *own == at);
            let words = if let Scale::Time { width_ns, .. } = scale {
                moment(at, width_ns, offset_minutes)
            } else {
                String::new()
            };
            full.push(known.cloned().unwrap_or(((ValueKind::Value, at, String::new()), words)));
            at += step;
        }
        full.extend(all.iter().filter(|((kind, ..), _)| *kind != ValueKind::Value).cloned());
        all = full;
    }
    if let Scale::Time { .. } = scale {
        without_day(&mut all);
    }
    all.into_iter().unzip()
}

/// The start of an interval, as fine as its width.
fn moment(ns: i64, width_ns: i64, offset_minutes: i32) -> String {
    let text = time::text(ns, offset_minutes);
    let digits = match width_ns {
        w if w % time::SECOND == 0 => 19,
        w if w % 1_000_000 == 0 => 23,
        _ => 26,
    };
    text.get(..digits).unwrap_or(&text).to_owned()
}

/// Times without their day, if all are of one day: a label has little room.
fn without_day(all: &mut [((ValueKind, i64, String), String)]) {
    const DAY: usize = "2026-11-21".len();
    let times = || all.iter().filter(|((kind, ..), text)| *kind == ValueKind::Value && !text.is_empty());
    let day = times().next().and_then(|(_, text)| text.get(..DAY)).map(str::to_owned);
    if times().all(|(_, text)| text.get(..DAY) == day.as_deref()) {
        for (_, text) in all.iter_mut().filter(|((kind, ..), _)| *kind == ValueKind::Value) {
            *text = text.get(DAY + 1..).unwrap_or_default().to_owned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::explore::{AnswerValue, DimensionHead, MeasureHead};

    fn answer(scales: &[Scale], rows: &[(&[(&str, i64)], f64)]) -> Answer {
        let head = |scale: &Scale| DimensionHead { label: "Port".into(), scale: *scale, ..DimensionHead::default() };
        let value = |(text, at): &(&str, i64)| AnswerValue {
            text: (*text).to_owned(),
            kind: ValueKind::Value,
            at: *at,
            filter: None,
        };
        let row = |(values, figure): &(&[(&str, i64)], f64)| AnswerRow {
            values: values.iter().map(value).collect(),
            figures: vec![Some(*figure)],
        };
        Answer {
            dimensions: scales.iter().map(head).collect(),
            measures: vec![MeasureHead {
                label: "Bytes".into(),
                unit: "B".into(),
                is_sum: true,
                ..MeasureHead::default()
            }],
            rows: rows.iter().map(row).collect(),
            total: vec![Some(10.0)],
            ..Answer::default()
        }
    }

    #[test]
    fn gaps_in_time_are_zero_and_series_are_in_order_of_size() {
        let time = Scale::Time { start_ns: 0, width_ns: 10, n: 4 };
        let rows: &[(&[(&str, i64)], f64)] =
            &[(&[("a", 0), ("UDP", 0)], 1.0), (&[("b", 30), ("UDP", 0)], 2.0), (&[("b", 30), ("TCP", 0)], 7.0)];
        let spec = explored(&answer(&[time, Scale::Names], rows), Mark::Areas, 0).unwrap();
        let Marks::Areas { series, bin_ns, .. } = &spec.marks else { panic!("{spec:?}") };
        let all: Vec<(&str, &[f64])> = series.iter().map(|one| (one.name.as_str(), one.values.as_slice())).collect();
        assert_eq!(all, [("TCP", &[0.0, 0.0, 0.0, 7.0][..]), ("UDP", &[1.0, 0.0, 0.0, 2.0])]);
        assert_eq!((*bin_ns, spec.title.as_str()), (10, "Bytes by port and port"));
        assert_eq!(spec.summary, "The largest value is that of b, TCP with 7 B (70 %).");
        assert!(explored(&answer(&[Scale::Names], &[]), Mark::Lines, 0).is_none());
    }

    #[test]
    fn densities_of_groups_add_up_to_a_hundred_each_whatever_their_size() {
        let steps = Scale::Steps { n: 0 };
        let rows: &[(&[(&str, i64)], f64)] = &[
            (&[("2", 2), ("web", 0)], 30.0),
            (&[("4", 4), ("web", 0)], 10.0),
            (&[("2", 2), ("dns", 0)], 1.0),
            (&[("3", 3), ("dns", 0)], 3.0),
        ];
        let spec = explored(&answer(&[steps, Scale::Names], rows), Mark::Density, 0).unwrap();
        let Marks::Curves { places, series } = &spec.marks else { panic!("{spec:?}") };
        let all: Vec<(&str, &[f64])> = series.iter().map(|one| (one.name.as_str(), one.values.as_slice())).collect();
        assert_eq!(all, [("web", &[75.0, 0.0, 25.0][..]), ("dns", &[25.0, 75.0, 0.0])]);
        assert_eq!((places.len(), spec.unit.as_str()), (3, "%"));
        assert!(!super::super::draw::svg(&spec, &super::super::draw::Theme::LIGHT, 400, 200).contains("No data"));
    }

    #[test]
    fn histograms_and_heatmaps_have_no_holes() {
        let steps = Scale::Steps { n: 0 };
        let rows: &[(&[(&str, i64)], f64)] = &[(&[("2", 2)], 1.0), (&[("5", 5)], 3.0)];
        let spec = explored(&answer(&[steps], rows), Mark::Columns, 0).unwrap();
        assert!(matches!(&spec.marks, Marks::Columns(bars) if bars.iter().map(|b| b.value).eq([1.0, 0.0, 0.0, 3.0])));
        let rows: &[(&[(&str, i64)], f64)] = &[(&[("h", 0), ("2", 2)], 1.0), (&[("g", 0), ("4", 4)], 3.0)];
        let spec = explored(&answer(&[Scale::Names, steps], rows), Mark::Heat, 0).unwrap();
        let Marks::Heat { columns, rows, values, .. } = &spec.marks else { panic!("{spec:?}") };
        assert_eq!((columns.len(), rows.as_slice()), (3, &["h".to_owned(), "g".to_owned()][..]));
        assert_eq!(*values, [1.0, 0.0, 0.0, 0.0, 0.0, 3.0].map(Some));
    }

    #[test]
    fn shares_add_up_and_rows_that_are_alike_lie_together() {
        let steps = Scale::Steps { n: 0 };
        let rows: &[(&[(&str, i64)], f64)] = &[(&[("2", 2)], 1.0), (&[("4", 4)], 3.0)];
        let spec = explored(&answer(&[steps], rows), Mark::Cumulative, 0).unwrap();
        assert!(matches!(&spec.marks, Marks::Columns(bars) if bars.iter().map(|b| b.value).eq([25.0, 25.0, 100.0])));
        assert_eq!((spec.unit.as_str(), spec.title.as_str()), ("%", "Cumulative share of bytes by port"));
        let row = |name: &'static str, at: i64, value: f64| ([(name, 0), (["x", "y"][at as usize], at)], value);
        let all = [row("a", 0, 9.0), row("b", 1, 8.0), row("c", 0, 7.0), row("d", 1, 6.0)];
        let rows: Vec<(&[(&str, i64)], f64)> = all.iter().map(|(values, value)| (values.as_slice(), *value)).collect();
        let spec = explored(&answer(&[Scale::Names, steps], &rows), Mark::Clusters, 0).unwrap();
        let Marks::Heat { rows, values, columns, .. } = &spec.marks else { panic!("{spec:?}") };
        assert_eq!((rows.join(""), columns.len()), ("acbd".to_owned(), 2));
        assert_eq!(*values, [9.0, 0.0, 7.0, 0.0, 0.0, 8.0, 0.0, 6.0].map(Some));
    }
}
