//! The timeline as a picture with two edges: what lies between them is selected.

use super::drag::use_time_drag;
use super::{brush, heights, n_bins, share, start_of, summary};
use crate::model::format::time;
use crate::model::{Analysis, Finding, Severity};
use crate::session::Shared;
use crate::web::browser::style;
use crate::web::page::hooks::use_store;
use std::fmt::Write;
use yew::prelude::*;

/// Findings that are marked, at most.
const MOST_MARKS: usize = 200;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct StripPictureProps {
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// What is selected, ns since 1970.
    pub time: Option<(i64, i64)>,
    /// Minutes east of UTC.
    pub offset: i32,
}

/// The selected range in bins: the first, the one behind the last, and how many there are in all.
#[derive(Clone, Copy)]
struct Bins {
    first: usize,
    end: usize,
    n: usize,
}

/// The timeline.
#[component]
pub fn Picture(props: &StripPictureProps) -> Html {
    let StripPictureProps { analysis, time, offset } = props;
    let timeline = &analysis.stats.timeline;
    let n = n_bins(timeline);
    let store = use_store();
    let drag = use_time_drag(analysis, *time);
    let shown = match drag.span {
        Some(((from, _), (to, _))) => Some((from.min(to), from.max(to))),
        None => time.map(|(from, to)| (share(timeline, from), share(timeline, to))),
    };
    let drawn = use_memo(analysis.clone(), |analysis| (area(&heights(&analysis.stats.timeline)), marks(analysis)));
    let place = |ns: i64| (share(timeline, ns) * n as f64).round() as usize;
    let (first, end) = time.map_or((0, n), |(from, to)| (place(from), place(to)));
    let bins = Bins { first, end, n };
    // An edge that keys move: the entry of the history is replaced, so that one step back undoes all of it.
    let move_to = {
        let (analysis, had_time) = (analysis.clone(), time.is_some());
        Callback::from(move |(first, last): (usize, usize)| {
            let Some(store) = &store else { return };
            let timeline = &analysis.stats.timeline;
            let is_all = first == 0 && last == n_bins(timeline);
            let span = (start_of(timeline, first), start_of(timeline, last));
            let selection = store.state().selection.at(Some(span).filter(|_| !is_all));
            if had_time { store.reselect(selection) } else { store.select(selection) }
        })
    };
    let text = |bin: usize| {
        let text = time::text(start_of(timeline, bin), *offset);
        let n_letters = if timeline.bin_ns >= time::SECOND { 19 } else { 23 };
        text.get(..n_letters).unwrap_or(&text).to_owned()
    };
    let view_box = format!("0 0 {n} 100");
    html! {
        <div class="strip-picture">
            <svg class="strip-traffic" viewBox={view_box} preserveAspectRatio="none" role="img" aria-label={summary(analysis)}>
                <path d={drawn.0.clone()} />
            </svg>
            <svg class="strip-marks" aria-hidden="true">
                for (x, width, severity, lane) in &drawn.1 {
                    <rect class={format!("mark-{}", severity.id())} x={format!("{x:.2}%")} width={format!("{width:.2}%")}
                        y={format!("{}%", 20 * lane + 2)} height="16%" />
                }
            </svg>
            { range(shown) }
            <div class="strip-surface" title="Drag to select a range of time" onpointerdown={drag.on_down} onpointermove={drag.on_move}
                onpointerup={drag.on_up} onpointercancel={drag.on_cancel}></div>
            { edge(bins, Side::From, text(first), &move_to) }
            { edge(bins, Side::To, text(end), &move_to) }
        </div>
    }
}

/// What is selected, and what is not, as shares of the width.
fn range(shown: Option<(f64, f64)>) -> Html {
    html! {
        <svg class="strip-range" aria-hidden="true">
            if let Some((from, to)) = shown {
                <rect class="outside" x="0" width={format!("{:.2}%", from * 100.0)} height="100%" />
                <rect class="outside" x={format!("{:.2}%", to * 100.0)} width={format!("{:.2}%", (1.0 - to) * 100.0)} height="100%" />
                <rect class="inside" x={format!("{:.2}%", from * 100.0)} width={format!("{:.2}%", (to - from) * 100.0)} height="100%" />
            }
        </svg>
    }
}

/// Which edge of the selected range.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    From,
    To,
}

/// An edge of the range as a slider; `move_to` is called with both bins that keys move the edges to.
fn edge(Bins { first, end, n }: Bins, side: Side, text: String, move_to: &Callback<(usize, usize)>) -> Html {
    let (label, at, range) = match side {
        Side::From => ("Selected from", first, (0, end.saturating_sub(1))),
        Side::To => ("Selected to", end, (first + 1, n)),
    };
    let move_to = move_to.clone();
    let on_key = Callback::from(move |key: String| {
        if let Some(next) = brush::moved(&key, at, range) {
            move_to.emit(if side == Side::From { (next, end) } else { (first, next) });
        } else if key == "Escape" {
            move_to.emit((0, n));
        }
    });
    html! { <Edge {label} share={at as f64 / n.max(1) as f64} now={at} least={range.0} most={range.1} {text} {on_key} /> }
}

#[derive(Properties, PartialEq)]
struct EdgeProps {
    label: &'static str,
    share: f64,
    now: usize,
    least: usize,
    most: usize,
    text: String,
    on_key: Callback<String>,
}

/// An edge of the selected range.
#[component]
fn Edge(props: &EdgeProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.share, move |share| style::set(&node, "left", &format!("{:.3}%", share * 100.0)));
    }
    let on_key = props.on_key.clone();
    let on_key = Callback::from(move |event: KeyboardEvent| {
        if event.ctrl_key() || event.alt_key() || event.meta_key() || event.key() == "Tab" {
            return;
        }
        if event.key().starts_with("Arrow")
            || ["Home", "End", "PageUp", "PageDown", "Escape"].contains(&event.key().as_str())
        {
            event.prevent_default();
            on_key.emit(event.key());
        }
    });
    html! {
        <div class="strip-edge" ref={node} role="slider" tabindex="0" aria-label={props.label} aria-valuemin={props.least.to_string()}
            aria-valuemax={props.most.to_string()} aria-valuenow={props.now.to_string()} aria-valuetext={props.text.clone()} onkeydown={on_key}></div>
    }
}

/// The outline of the traffic in a box as wide as there are bins and 100 high; square roots, so that little is seen too.
fn area(heights: &[u64]) -> String {
    let most = heights.iter().copied().max().unwrap_or(0).max(1) as f64;
    let mut path = String::from("M0 100");
    for (bin, height) in heights.iter().enumerate() {
        let y = 100.0 - 96.0 * (*height as f64 / most).sqrt();
        // Writing to a string cannot fail.
        let _ = write!(path, "V{y:.1}H{}", bin + 1);
    }
    path + "V100Z"
}

/// Where findings are marked: place and width in percent, severity and lane, the most severe in the first.
fn marks(analysis: &Analysis) -> Vec<(f64, f64, Severity, usize)> {
    // Narrowest mark that can be seen, percent. Set by us.
    const LEAST: f64 = 0.4;
    let timeline = &analysis.stats.timeline;
    let length = (start_of(timeline, n_bins(timeline)) - timeline.start_ns).max(1) as f64;
    let share = |ns: i64| ((ns - timeline.start_ns) as f64 / length * 100.0).clamp(0.0, 100.0);
    let mark = |finding: &Finding| {
        let (from, to) = (share(finding.start_ns), share(finding.end_ns));
        let lane = Severity::ALL.iter().rev().position(|severity| *severity == finding.severity).unwrap_or(0);
        (from.min(100.0 - LEAST), (to - from).max(LEAST), finding.severity, lane)
    };
    analysis.findings.iter().filter(|finding| finding.has_time()).take(MOST_MARKS).map(mark).collect()
}
