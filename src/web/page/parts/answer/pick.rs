//! Where a bin, bar or field of a chart leads: it narrows all views to its time, or to what its row is about.

use crate::chart;
use crate::model::chart::Marks;
use crate::model::explore::{Answer, AnswerRow, Mark, Scale, ValueKind};
use crate::session::Shared;
use crate::web::page::store::Store;
use yew::Callback;

/// What choosing the places of the first and the last bin, bar or field does; none where it does nothing.
pub fn pick(answer: &Shared<Answer>, mark: Mark, store: Option<Store>) -> Option<Callback<(usize, usize)>> {
    let (store, answer) = (store?, answer.clone());
    let scale = |nth: usize| answer.dimensions.get(nth).map(|head| head.scale);
    let is_time = |nth: usize| matches!(scale(nth), Some(Scale::Time { n, .. }) if n > 1);
    match mark {
        Mark::Areas | Mark::Lines | Mark::LogLines if is_time(0) => {
            Some(Callback::from(move |places| select(&store, &answer, 0, places)))
        }
        Mark::Heat | Mark::Clusters => {
            let Marks::Heat { columns, rows, .. } = chart::explored(&answer, mark, 0)?.marks else { return None };
            let n = columns.len().max(1);
            let across = is_time(1);
            // What is ordered by likeness has lost the order of time.
            if across || is_time(0) && mark == Mark::Heat {
                let place = move |place: usize| if across { place % n } else { place / n };
                return Some(Callback::from(move |(from, to): (usize, usize)| {
                    let places = (place(from).min(place(to)), place(from).max(place(to)));
                    select(&store, &answer, usize::from(across), places);
                }));
            }
            Some(Callback::from(move |(_, place): (usize, usize)| {
                let (y, x) = (place / n, place % n);
                let has = |row: &&AnswerRow| {
                    let text = |nth: usize| row.values.get(nth).map(|value| &value.text);
                    let is_whole = row.values.iter().all(|value| value.kind == ValueKind::Value);
                    text(0) == rows.get(y) && text(1) == columns.get(x) && is_whole
                };
                narrow(&store, answer.rows.iter().find(has));
            }))
        }
        Mark::Bars => Some(Callback::from(move |(_, place): (usize, usize)| narrow(&store, answer.rows.get(place)))),
        _ => None,
    }
}

/// Narrows all views to what a row is about.
fn narrow(store: &Store, row: Option<&AnswerRow>) {
    if let Some(filter) = row.and_then(AnswerRow::filter) {
        store.select(store.state().selection.with(&filter));
    }
}

/// Narrows all views to the time of some bins of a dimension.
fn select(store: &Store, answer: &Answer, nth: usize, (from, to): (usize, usize)) {
    let Some(Scale::Time { start_ns, width_ns, .. }) = answer.dimensions.get(nth).map(|head| head.scale) else {
        return;
    };
    let start = |place: usize| Some(start_ns.saturating_add(width_ns.saturating_mul(i64::try_from(place).ok()?)));
    store.select(store.state().selection.at(start(from).zip(start(to.saturating_add(1)))));
}
