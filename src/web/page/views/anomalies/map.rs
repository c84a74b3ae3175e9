//! Rows on a plane, coloured by the threshold: a point is selected by pointer or by keys, and the row that is selected is marked.

use crate::model::format::quantity;
use crate::protocol::anomalies::{AnomalyMap, MapAxis, MapPoint};
use crate::session::{Anomalies, AnomalyAction, Shared};
use crate::web::browser::dots::{self, Dot, DotKind};
use crate::web::page::hooks::{IsDark, use_pixel_ratio, use_size};
use crate::web::page::parts::text::plain;
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

/// Height, px.
const HEIGHT: f64 = 340.0;
/// Room around the points, px.
const MARGIN: f64 = 10.0;
/// A point is hit within this distance, px.
const NEAR: f64 = 14.0;

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
    {
        let surface = surface.clone();
        let key = (it.revision, threshold.to_bits(), it.selected, width.to_bits(), pixel_ratio.to_bits(), is_dark);
        let it = it.clone();
        use_effect_with(key, move |_| {
            let surface = surface.cast::<HtmlCanvasElement>().filter(|_| width > 0.0);
            let map = it.result.as_ref().and_then(|result| result.map.as_ref());
            if let (Some(surface), Some(map)) = (surface, map) {
                let dots = points(map, &it, threshold, width);
                dots::draw(&surface, &dots, (width, HEIGHT), pixel_ratio, is_dark);
            }
        });
    }
    let Some(result) = it.result.clone() else { return Html::default() };
    let Some(map) = &result.map else { return Html::default() };
    let on_click = {
        let (it, on_action) = (it.clone(), props.on_action.clone());
        Callback::from(move |event: MouseEvent| {
            let map = it.result.as_ref().and_then(|result| result.map.as_ref());
            let at = (f64::from(event.offset_x()), f64::from(event.offset_y()));
            if let Some(row) = map.and_then(|map| hit(map, at, width)) {
                on_action.emit(AnomalyAction::Select(Some(row)));
            }
        })
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
                    onclick={on_click} onkeydown={on_key} />
            </div>
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
