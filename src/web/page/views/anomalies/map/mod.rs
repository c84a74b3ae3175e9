//! Rows on a plane, coloured by the threshold: a point is selected by pointer or by keys, and the row that is selected is marked. A
//! part of it is chosen by dragging, or around the selected point: the list then has the rows in it.

use crate::model::format::quantity;
use crate::protocol::anomalies::{AnomalyMap, MapAxis, MapPoint, MapRegion};
use crate::session::{Anomalies, AnomalyAction, Shared};
use crate::web::browser::dots::{self, Dot, DotKind};
use crate::web::page::hooks::{IsDark, use_pixel_ratio, use_size};
use crate::web::page::parts::text::plain;
use web_sys::{Element, HtmlCanvasElement};
use yew::prelude::*;

/// Height, px.
const HEIGHT: f64 = 340.0;
/// Room around the points, px.
const MARGIN: f64 = 10.0;
/// A point is hit within this distance, px.
const NEAR: f64 = 14.0;
/// A pointer that moves less is a click, px.
const CLICK_PX: f64 = 5.0;

/// A place, px from the left and from the top.
type Spot = (f64, f64);

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct MapProps {
    /// Choices and result.
    pub it: Shared<Anomalies>,
    /// Called with what people do.
    pub on_action: Callback<AnomalyAction>,
}

/// The map.
#[component]
pub fn MapPart(props: &MapProps) -> Html {
    let it = &props.it;
    let (frame, surface) = (use_node_ref(), use_node_ref());
    let width = use_size(&frame).width;
    let pixel_ratio = use_pixel_ratio();
    let is_dark = use_context::<IsDark>().is_some_and(|dark| dark.0);
    let threshold = it.threshold().map_or(f64::INFINITY, |cut| cut.threshold);
    // Where the pointer was pressed and where it is.
    let drag = use_state_eq(|| None::<(Spot, Spot)>);
    let frame_shown = match *drag {
        Some((from, to)) if is_drag(from, to) => Some((from, to)),
        _ => it.region.map(|region| corners(region, width)),
    };
    {
        let surface = surface.clone();
        let key = (
            it.revision,
            threshold.to_bits(),
            it.selected,
            width.to_bits(),
            pixel_ratio.to_bits(),
            is_dark,
            frame_shown,
        );
        let it = it.clone();
        use_effect_with(key, move |_| {
            let surface = surface.cast::<HtmlCanvasElement>().filter(|_| width > 0.0);
            let map = it.result.as_ref().and_then(|result| result.map.as_ref());
            if let (Some(surface), Some(map)) = (surface, map) {
                let dots = points(map, &it, threshold, width);
                dots::draw(&surface, &dots, frame_shown, (width, HEIGHT), pixel_ratio, is_dark);
            }
        });
    }
    let Some(result) = it.result.clone() else { return Html::default() };
    let Some(map) = &result.map else { return Html::default() };
    let on_down = {
        let drag = drag.setter();
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            if let Some(target) = event.target_dyn_into::<Element>() {
                // Without it a part ends where the pointer leaves the map.
                let _ = target.set_pointer_capture(event.pointer_id());
            }
            drag.set(Some((spot(&event), spot(&event))));
        })
    };
    let on_move = {
        let drag = drag.clone();
        Callback::from(move |event: PointerEvent| {
            if let Some((from, _)) = *drag {
                drag.set(Some((from, spot(&event))));
            }
        })
    };
    let on_up = {
        let (it, drag, on_action) = (it.clone(), drag.clone(), props.on_action.clone());
        Callback::from(move |_: PointerEvent| {
            let Some((from, to)) = *drag else { return };
            drag.set(None);
            if is_drag(from, to) {
                let region = MapRegion::between(shares(from, width), shares(to, width));
                return on_action.emit(AnomalyAction::Brush(Some(region)));
            }
            let map = it.result.as_ref().and_then(|result| result.map.as_ref());
            if let Some(row) = map.and_then(|map| hit(map, to, width)) {
                on_action.emit(AnomalyAction::Select(Some(row)));
            } else if it.region.is_some() {
                on_action.emit(AnomalyAction::Brush(None));
            }
        })
    };
    let on_cancel = {
        let drag = drag.setter();
        Callback::from(move |_: PointerEvent| drag.set(None))
    };
    let on_key = {
        let (it, on_action) = (it.clone(), props.on_action.clone());
        Callback::from(move |event: KeyboardEvent| {
            let map = it.result.as_ref().and_then(|result| result.map.as_ref());
            if let Some(row) = map.and_then(|map| step(map, it.selected, &event.key())) {
                event.prevent_default();
                on_action.emit(AnomalyAction::Select(Some(row)));
            }
        })
    };
    let n_past = map.points.iter().filter(|point| point.score >= threshold).count();
    let [x, y] = &map.axes;
    let shown = map.points.iter().find(|point| Some(point.row) == it.selected);
    html! {
        <section class="card anomaly-map" aria-labelledby="map-title">
            <h2 id="map-title">{"Map"}</h2>
            <p class="hint">
                { format!("{} on the plane through the scaled features that shows most of how they differ{}. {}",
                    quantity::counted(map.points.len() as u64, "row", "rows"),
                    if (map.points.len() as u64) < result.n_rows { ", the most unusual among them and a random share of the rest" } else { "" },
                    if x.share + y.share < 0.5 { "It shows less than half of all differences: what is far off may look near." } else { "" }) }
            </p>
            <div class="map-frame" ref={frame}>
                <canvas ref={surface} role="slider" tabindex="0" aria-label="Map of rows; arrow keys go from the most unusual on"
                    aria-valuemin="0" aria-valuemax="1"
                    aria-valuenow={shown.map_or(0.0, |point| point.score).to_string()}
                    aria-valuetext={shown.map_or_else(
                        || format!("{} of {} points reach the threshold", n_past, map.points.len()),
                        |point| format!("Point with score {:.3}", point.score),
                    )}
                    onpointerdown={on_down} onpointermove={on_move} onpointerup={on_up} onpointercancel={on_cancel}
                    onkeydown={on_key} />
            </div>
            <p class="map-parts">
                if let Some(point) = shown {
                    <button type="button" class="button" onclick={brush(&props.on_action, Some(MapRegion::around((point.x, point.y))))}>
                        {"List the rows around it"}
                    </button>
                }
                if it.region.is_some() {
                    <button type="button" class="button" onclick={brush(&props.on_action, None)}>{"Choose no part"}</button>
                } else {
                    <span class="hint">{"Drag over a part of the map to list its rows."}</span>
                }
            </p>
            <ul class="map-legend" aria-label="Colours">
                <li class="dot-usual">{"below the threshold"}</li>
                <li class="dot-past">{"at or above it"}</li>
                if result.judged.is_some() {
                    <li class="dot-attack">{"an attack by the label"}</li>
                }
            </ul>
            <p class="hint">{ format!("Right: {}. Up: {}.", axis(x), axis(y)) }</p>
        </section>
    }
}

fn brush(on_action: &Callback<AnomalyAction>, region: Option<MapRegion>) -> Callback<MouseEvent> {
    on_action.reform(move |_| AnomalyAction::Brush(region))
}

fn spot(event: &PointerEvent) -> Spot {
    (f64::from(event.offset_x()), f64::from(event.offset_y()))
}

fn is_drag(from: Spot, to: Spot) -> bool {
    (from.0 - to.0).abs().max((from.1 - to.1).abs()) >= CLICK_PX
}

fn axis(axis: &MapAxis) -> String {
    let parts: Vec<String> = axis
        .features
        .iter()
        .map(|(name, grows)| format!("{} {}", if *grows { "more" } else { "less" }, plain(name)))
        .collect();
    format!("{} ({} of all differences)", parts.join(", "), quantity::percent(axis.share, 1.0))
}

fn place(x: f32, y: f32, width: f64) -> (f64, f64) {
    let along = MARGIN + f64::from(x) * (width - 2.0 * MARGIN);
    (along, HEIGHT - MARGIN - f64::from(y) * (HEIGHT - 2.0 * MARGIN))
}

/// The reverse: a place on the map, from 0 to 1 both ways.
fn shares((x, y): Spot, width: f64) -> (f32, f32) {
    let along = (x - MARGIN) / (width - 2.0 * MARGIN).max(1.0);
    let up = (HEIGHT - MARGIN - y) / (HEIGHT - 2.0 * MARGIN);
    (along as f32, up as f32)
}

fn corners(region: MapRegion, width: f64) -> (Spot, Spot) {
    (place(region.x.0, region.y.1, width), place(region.x.1, region.y.0, width))
}

fn points(map: &AnomalyMap, it: &Anomalies, threshold: f64, width: f64) -> Vec<Dot> {
    let dot = |point: &MapPoint| {
        let (x, y) = place(point.x, point.y, width);
        let kind = if point.score >= threshold { DotKind::Past } else { DotKind::Usual };
        Dot { x, y, kind, is_ringed: point.is_attack, is_selected: Some(point.row) == it.selected }
    };
    map.points.iter().map(dot).collect()
}

/// The row whose point is nearest, if it is near.
fn hit(map: &AnomalyMap, (x, y): (f64, f64), width: f64) -> Option<u32> {
    let distance = |point: &MapPoint| {
        let (px, py) = place(point.x, point.y, width);
        (px - x) * (px - x) + (py - y) * (py - y)
    };
    // Of points at the same place the most unusual, which is the last.
    let nearest = map.points.iter().rev().map(|point| (distance(point), point.row));
    nearest.min_by(|a, b| a.0.total_cmp(&b.0)).filter(|(square, _)| *square <= NEAR * NEAR).map(|(_, row)| row)
}

/// The row that a key leads to: points are gone through by falling score.
fn step(map: &AnomalyMap, from: Option<u32>, key: &str) -> Option<u32> {
    let last = map.points.len().checked_sub(1)?;
    let at = from.and_then(|row| map.points.iter().position(|point| point.row == row));
    let next = match (key, at) {
        ("Home", _) | ("ArrowRight" | "ArrowDown", None) => last,
        ("End", _) => 0,
        ("ArrowRight" | "ArrowDown", Some(at)) => at.saturating_sub(1),
        ("ArrowLeft" | "ArrowUp", Some(at)) => (at + 1).min(last),
        _ => return None,
    };
    map.points.get(next).map(|point| point.row)
}
