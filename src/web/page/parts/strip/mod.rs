//! The timeline of the whole file and the filters that narrow all views: a range is brushed by pointer or moved by keys.

use super::icon::Icon;
use super::text::plain;
use crate::chart::draw::ticks;
use crate::model::Analysis;
use crate::model::analysis::Timeline;
use crate::model::format::quantity;
use crate::session::Shared;
use crate::session::selection::{Chip, Selection};
use crate::web::browser::{style, zone};
use crate::web::page::hooks::{use_clock, use_store};
use crate::web::page::store::Store;
use picture::Picture;
use yew::prelude::*;

mod brush;
mod drag;
mod picture;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct StripProps {
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// What all views are narrowed to.
    pub selection: Selection,
    /// The view that is shown obeys it.
    pub is_narrowed: bool,
}

/// The timeline and the chips.
#[component]
pub fn Strip(props: &StripProps) -> Html {
    let (store, clock) = (use_store(), use_clock());
    let StripProps { analysis, selection, is_narrowed } = props;
    let timeline = &analysis.stats.timeline;
    let offset = zone::offset_minutes(clock, timeline.start_ns);
    let has_time = n_bins(timeline) > 1;
    let Some(store) = store.filter(|_| has_time || !selection.is_empty()) else { return Html::default() };
    html! {
        <section class="strip" aria-label="Selection">
            if has_time {
                <Picture analysis={analysis.clone()} time={selection.time} {offset} />
            }
            if !selection.is_empty() {
                <div class="strip-chips">
                    <ul class="chips" aria-label="All views are narrowed to">
                        if let Some((from, to)) = selection.time {
                            <li class="chip chosen">
                                { format!("{} {}", ticks::range(from, to.saturating_sub(from).max(1), offset), ticks::zone(offset)) }
                                { remove(&store, "Select the whole time again", selection.at(None)) }
                            </li>
                        }
                        for (place, one) in selection.chips.iter().enumerate() {
                            { chip(&store, selection, place, one) }
                        }
                    </ul>
                    <button type="button" class="as-link" onclick={to(&store, Selection::default())}>{"Clear selection"}</button>
                    if !is_narrowed && !selection.passes_all() {
                        <span class="hint">{"This view shows the whole file."}</span>
                    }
                </div>
            }
        </section>
    }
}

/// A filter with what can be done with it.
fn chip(store: &Store, selection: &Selection, place: usize, chip: &Chip) -> Html {
    let text = plain(&chip.text);
    let class = classes!("chip", "chosen", chip.is_off.then_some("is-off"));
    let switched = selection.changed(place, |chip| chip.is_off = !chip.is_off);
    let inverted = selection.changed(place, |chip| chip.is_inverted = !chip.is_inverted);
    html! {
        <li key={chip.text.clone()} {class}>
            <button type="button" class="chip-text" aria-pressed={(!chip.is_off).to_string()} onclick={to(store, switched)}
                title={if chip.is_off { "Turn this filter on" } else { "Turn this filter off" }}>
                if chip.is_inverted { <strong>{"not "}</strong> }{ text.clone() }
            </button>
            <button type="button" class="chip-off" aria-pressed={chip.is_inverted.to_string()} aria-label={format!("Invert the filter {text}")}
                title="Invert: leave out what it selects" onclick={to(store, inverted)}>{ Icon::Invert.html() }</button>
            { remove(store, &format!("Remove the filter {text}"), selection.without(place)) }
        </li>
    }
}

fn remove(store: &Store, label: &str, next: Selection) -> Html {
    html! {
        <button type="button" class="chip-off" aria-label={label.to_owned()} onclick={to(store, next)}>{ Icon::Cross.html() }</button>
    }
}

/// Narrows all views to something else.
fn to(store: &Store, next: Selection) -> Callback<MouseEvent> {
    let store = store.clone();
    Callback::from(move |_| {
        store.select(next.clone());
        style::focus_if_lost(&[".chips button", ".strip [tabindex]", "#main"]);
    })
}

/// Bins of a timeline; 0 while there is nothing.
fn n_bins(timeline: &Timeline) -> usize {
    if timeline.bin_ns > 0 { timeline.packets.iter().map(Vec::len).max().unwrap_or(0) } else { 0 }
}

/// Start of a bin, ns since 1970.
fn start_of(timeline: &Timeline, bin: usize) -> i64 {
    timeline.start_ns.saturating_add(timeline.bin_ns.saturating_mul(i64::try_from(bin).unwrap_or(i64::MAX)))
}

/// Where a time is, as a share of the whole.
fn share(timeline: &Timeline, ns: i64) -> f64 {
    let length = (start_of(timeline, n_bins(timeline)) - timeline.start_ns).max(1) as f64;
    ((ns - timeline.start_ns) as f64 / length).clamp(0.0, 1.0)
}

/// Traffic in each bin: bytes, or packets where bytes are not known.
fn heights(timeline: &Timeline) -> Vec<u64> {
    let sums = |kinds: &[Vec<u64>; 5]| -> Vec<u64> {
        let of = |bin: usize| kinds.iter().filter_map(|kind| kind.get(bin)).sum();
        (0..n_bins(timeline)).map(of).collect()
    };
    let bytes = sums(&timeline.bytes);
    if bytes.iter().any(|n| *n > 0) { bytes } else { sums(&timeline.packets) }
}

/// What the timeline says, in a sentence.
fn summary(analysis: &Analysis) -> String {
    let n = analysis.findings.len() as u64;
    format!("Traffic over the whole time, with the times of {}.", quantity::counted(n, "finding", "findings"))
}
