//! Values as the page writes them: times in the chosen zone, capture text made harmless to read.

use super::terms::explained;
use crate::chart::draw::ticks;
use crate::model::analysis::Summary;
use crate::model::format::{host_name, time, visible};
use crate::session::Clock;
use crate::web::browser::zone;
use yew::prelude::*;

/// Text from a capture: control and direction characters, which could hide or turn round what follows, are shown as �.
pub fn plain(text: &str) -> String {
    visible::text(text)
}

/// A host name from a capture, or what may be one; with a remark if it is not what it seems.
pub fn name(text: &str) -> String {
    plain(&host_name::shown(text))
}

/// Text from a file as it is: it is never translated, and its direction turns nothing round beside it.
pub fn data(text: &str) -> Html {
    html! { <bdi translate="no">{ plain(text) }</bdi> }
}

/// A host name from a file as it is, as [`data`]; with a remark if it is not what it seems.
pub fn data_name(text: &str) -> Html {
    html! { <bdi translate="no">{ name(text) }</bdi> }
}

/// A value's label: data as [`data`], but for what stands in brackets (`(others)`), which is ours.
pub fn label(text: &str, is_data: bool) -> Html {
    if is_data && !text.starts_with('(') { data(text) } else { plain(text).into() }
}

/// A score of a model, or that there is none.
pub fn score(score: Option<f32>) -> String {
    score.filter(|score| score.is_finite()).map_or_else(|| "–".to_owned(), |score| format!("{score:.2}"))
}

/// A moment with microseconds, without its zone.
pub fn moment(ns: i64, clock: Clock) -> String {
    time::text(ns, zone::offset_minutes(clock, ns))
}

/// A moment to the second with its zone: `2026-11-21 09:41:05 UTC`.
pub fn moment_with_zone(ns: i64, clock: Clock) -> String {
    let offset = zone::offset_minutes(clock, ns);
    let text = time::text(ns, offset);
    format!("{} {}", text.get(..19).unwrap_or(&text), ticks::zone(offset))
}

/// The zone that a moment is written in: `UTC`, `UTC+01:00`.
pub fn zone_of(ns: i64, clock: Clock) -> String {
    ticks::zone(zone::offset_minutes(clock, ns))
}

/// A span as seconds with microseconds: `0.000250`.
pub fn seconds(ns: i64) -> String {
    let sign = if ns < 0 { "−" } else { "" };
    let micros = ns.unsigned_abs() / 1000;
    format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// How tables write times: without the day where the whole capture lies in one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Times {
    clock: Clock,
    /// None where nothing has a time.
    first_ns: Option<i64>,
    has_day: bool,
}

impl Times {
    /// For a capture.
    pub fn new(summary: &Summary, clock: Clock) -> Times {
        let day = |ns: Option<i64>| ns.and_then(|ns| moment(ns, clock).get(..10).map(str::to_owned));
        let has_day = day(summary.first_ns) != day(summary.last_ns);
        Times { clock, first_ns: summary.first_ns, has_day }
    }

    /// True if times are written with their day.
    pub fn has_day(&self) -> bool {
        self.has_day
    }

    /// A moment with microseconds.
    pub fn text(&self, ns: i64) -> String {
        let text = moment(ns, self.clock);
        if self.has_day { text } else { text.get(11..).map(str::to_owned).unwrap_or(text) }
    }

    /// Seconds since the first packet of the capture, with microseconds.
    pub fn since_start(&self, ns: i64) -> String {
        self.first_ns.map(|first_ns| seconds(ns.saturating_sub(first_ns))).unwrap_or_default()
    }

    /// What the times leave out: `Times in UTC on 2026-11-21.`; empty where nothing has a time.
    pub fn note(&self) -> String {
        let Some(first_ns) = self.first_ns else { return String::new() };
        let zone = zone_of(first_ns, self.clock);
        match moment(first_ns, self.clock).get(..10) {
            Some(day) if !self.has_day => format!("Times in {zone} on {day}."),
            _ => format!("Times in {zone}."),
        }
    }
}

/// A term and what it is, for a description list.
pub fn pair(term: &str, value: impl Into<Html>) -> Html {
    html! { <div class="pair"><dt>{ explained(term) }</dt><dd>{ value.into() }</dd></div> }
}

/// A term and a list of data; what is beyond the first few is folded away, with what is to be said of the list's `limit`. Empty
/// lists are left out.
pub fn pair_of_many(term: &str, entries: &[String], limit: Option<String>) -> Html {
    const FEW: usize = 12;
    if entries.is_empty() {
        return Html::default();
    }
    let (first, more) = entries.split_at(entries.len().min(FEW));
    let limit = limit.map(|limit| format!(" ({limit})")).unwrap_or_default();
    html! {
        <div class={classes!("pair", (entries.len() > 3).then_some("wide"))}>
            <dt>{ explained(term) }</dt>
            <dd>
                { data(&first.join(", ")) }
                if !more.is_empty() {
                    <details class="more">
                        <summary>{ format!("and {} more{limit}", more.len()) }</summary>
                        { data(&more.join(", ")) }
                    </details>
                } else {
                    { limit }
                }
            </dd>
        </div>
    }
}
