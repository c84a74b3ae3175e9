//! The timeline as a picture with two edges: what lies between them is selected.

use super::{brush, heights, n_bins, start_of, summary};
use crate::chart::draw::ticks;
use crate::model::{Analysis, Finding, Severity};
use crate::session::Shared;
use crate::web::browser::style;
use crate::web::page::hooks::use_store;
use std::fmt::Write;
use web_sys::Element;
use yew::prelude::*;

/// Findings that are marked, at most.
const MOST_MARKS: usize = 200;
/// A press that moves less is a click, px.
const CLICK_PX: f64 = 4.0;

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

/// Where the pointer was pressed and where it is, as shares of the width.
#[derive(Clone, Copy, PartialEq)]
struct Drag {
    from: f64,
    to: f64,
    width: f64,
}

/// The timeline.
#[component]
pub fn Picture(props: &StripPictureProps) -> Html {
    let store = use_store();
    let drag = use_state_eq(|| None::<Drag>);
    let StripPictureProps { analysis, time, offset } = props;
    let timeline = &analysis.stats.timeline;
    let n = n_bins(timeline);
    let drawn = use_memo(analysis.clone(), |analysis| (area(&heights(&analysis.stats.timeline)), marks(analysis)));
    let end_ns = start_of(timeline, n);
    let length = (end_ns - timeline.start_ns).max(1) as f64;
    let share = |ns: i64| ((ns - timeline.start_ns) as f64 / length).clamp(0.0, 1.0);
    let place = |ns: i64| (share(ns) * n as f64).round() as usize;
    let (first, last) = time.map_or((0, n), |(from, to)| (place(from), place(to)));
    let shown = match *drag {
        Some(Drag { from, to, .. }) => Some((from.min(to), from.max(to))),
        None => time.map(|(from, to)| (share(from), share(to))),
    };
    let at = |event: &PointerEvent| {
        let width = event.current_target().and_then(|target| wasm_bindgen::JsCast::dyn_into::<Element>(target).ok())?;
        let width = f64::from(width.client_width()).max(1.0);
        Some((f64::from(event.offset_x()) / width, width))
    };
    let on_down = {
        let drag = drag.setter();
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            if let Some((share, width)) = at(&event) {
                if let Some(target) = event.target_dyn_into::<Element>() {
                    // Without it a span ends where the pointer leaves the strip.
                    let _ = target.set_pointer_capture(event.pointer_id());
                }
                drag.set(Some(Drag { from: share, to: share, width }));
            }
        })
    };
    let on_move = {
        let drag = drag.clone();
        Callback::from(move |event: PointerEvent| {
            if let (Some(now), Some((share, _))) = (*drag, at(&event)) {
                drag.set(Some(Drag { to: share, ..now }));
            }
        })
    };
    let on_up = {
        let (drag, store, analysis, time) = (drag.clone(), store.clone(), analysis.clone(), *time);
        let is_within = move |share: f64| shown.is_some_and(|(from, to)| (from..=to).contains(&share));
        Callback::from(move |_: PointerEvent| {
            let (Some(Drag { from, to, width }), Some(store)) = (*drag, &store) else { return };
            drag.set(None);
            let timeline = &analysis.stats.timeline;
            let selection = store.state().selection.clone();
            if (from - to).abs() * width >= CLICK_PX {
                let (first, end) = brush::bins((from, to), n_bins(timeline));
                store.select(selection.at(Some((start_of(timeline, first), start_of(timeline, end)))));
            } else if time.is_some() && !is_within(from) {
                store.select(selection.at(None));
            }
        })
    };
    let on_cancel = {
        let drag = drag.setter();
        Callback::from(move |_: PointerEvent| drag.set(None))
    };
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
    let edge = |label: &'static str, at: usize, range: (usize, usize), is_first: bool| {
        let move_to = move_to.clone();
        let on_key = Callback::from(move |key: String| {
            if let Some(next) = brush::moved(&key, at, range) {
                move_to.emit(if is_first { (next, last) } else { (first, next) });
            } else if key == "Escape" {
                move_to.emit((0, n));
            }
        });
        let text = ticks::range(start_of(timeline, at), 0, *offset);
        let text = text.split(" to ").next().unwrap_or_default().to_owned();
        html! { <Edge {label} share={at as f64 / n.max(1) as f64} now={at} least={range.0} most={range.1} {text} {on_key} /> }
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
            <svg class="strip-range" aria-hidden="true">
                if let Some((from, to)) = shown {
                    <rect class="outside" x="0" width={format!("{:.2}%", from * 100.0)} height="100%" />
                    <rect class="outside" x={format!("{:.2}%", to * 100.0)} width={format!("{:.2}%", (1.0 - to) * 100.0)} height="100%" />
                    <rect class="inside" x={format!("{:.2}%", from * 100.0)} width={format!("{:.2}%", (to - from) * 100.0)} height="100%" />
                }
            </svg>
            <div class="strip-surface" title="Drag to select a range of time" onpointerdown={on_down} onpointermove={on_move}
                onpointerup={on_up} onpointercancel={on_cancel}></div>
            { edge("Selected from", first, (0, last.saturating_sub(1)), true) }
            { edge("Selected to", last, (first + 1, n), false) }
        </div>
    }
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
    const LEAST: f64 = 0.4;
    let timeline = &analysis.stats.timeline;
    let length = (start_of(timeline, n_bins(timeline)) - timeline.start_ns).max(1) as f64;
    let share = |ns: i64| ((ns - timeline.start_ns) as f64 / length * 100.0).clamp(0.0, 100.0);
    let mark = |finding: &Finding| {
        let (from, to) = (share(finding.start_ns), share(finding.end_ns));
        let lane = Severity::ALL.iter().rev().position(|severity| *severity == finding.severity).unwrap_or(0);
        (from.min(100.0 - LEAST), (to - from).max(LEAST), finding.severity, lane)
    };
    analysis.findings.iter().take(MOST_MARKS).map(mark).collect()
}
