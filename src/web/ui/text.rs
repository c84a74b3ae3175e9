//! Values as the page writes them: times in the chosen zone, capture text made harmless to read.

use crate::chart::draw::text::visible;
use crate::chart::draw::ticks;
use crate::model::time;
use crate::session::Clock;
use crate::web::zone;
use yew::prelude::*;

/// Text from a capture: control and direction characters, which could hide or turn round what follows, are shown as �.
pub fn plain(text: &str) -> String {
    text.chars().map(visible).collect()
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

/// A term and what it is, for a description list.
pub fn pair(term: &str, value: impl Into<Html>) -> Html {
    html! { <div class="pair"><dt>{ term.to_owned() }</dt><dd>{ value.into() }</dd></div> }
}
