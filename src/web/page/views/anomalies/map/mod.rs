//! Rows on a plane, coloured by the threshold: a point is selected by pointer or by keys, and the row that is selected is marked. A
//! part of it is chosen by dragging, or around the selected point: the list then has the rows in it.

use crate::model::format::quantity;
use crate::protocol::anomalies::{AnomalyMap, MapAxis, MapPoint, MapRegion};
use crate::session::{Anomalies, AnomalyAction, Shared};
use crate::web::browser::dots;
use crate::web::page::hooks::{IsDark, use_pixel_ratio, use_size};
use crate::web::page::parts::text::plain;
use drag::use_region_drag;
use places::{HEIGHT, Spot, points, step};
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

mod drag;
mod places;

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
    let (drag, region) = use_region_drag(it, width, &props.on_action);
    use_drawing(&surface, it, region, &Screen { width, pixel_ratio, is_dark });
    let Some(result) = &it.result else { return Html::default() };
    let Some(map) = &result.map else { return Html::default() };
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
    let threshold = threshold(it);
    let n_past = map.points.iter().filter(|point| point.score >= threshold).count();
    let selected = map.points.iter().find(|point| Some(point.row) == it.selected);
    let [x, y] = &map.axes;
    html! {
        <section class="card anomaly-map" aria-labelledby="map-title">
            <h2 id="map-title">{"Map"}</h2>
            <p class="hint">{ about(map, result.n_rows) }</p>
            <div class="map-frame" ref={frame}>
                <canvas ref={surface} role="slider" tabindex="0" aria-label="Map of rows; arrow keys go from the most unusual on"
                    aria-valuemin="0" aria-valuemax="1"
                    aria-valuenow={selected.map_or(0.0, |point| point.score).to_string()}
                    aria-valuetext={selected.map_or_else(
                        || format!("{} of {} points reach the threshold", n_past, map.points.len()),
                        |point| format!("Point with score {:.3}", point.score),
                    )}
                    onpointerdown={drag.on_down} onpointermove={drag.on_move} onpointerup={drag.on_up} onpointercancel={drag.on_cancel}
                    onkeydown={on_key} />
            </div>
            { choices(selected, it.region.is_some(), &props.on_action) }
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

/// What the map is drawn on.
struct Screen {
    width: f64,
    pixel_ratio: f64,
    is_dark: bool,
}

/// Draws the map whenever it looks different.
#[hook]
fn use_drawing(surface: &NodeRef, it: &Shared<Anomalies>, frame: Option<(Spot, Spot)>, screen: &Screen) {
    let Screen { width, pixel_ratio, is_dark } = *screen;
    let threshold = threshold(it);
    let key = (it.revision, threshold.to_bits(), it.selected, width.to_bits(), pixel_ratio.to_bits(), is_dark, frame);
    let (surface, it) = (surface.clone(), it.clone());
    use_effect_with(key, move |_| {
        let surface = surface.cast::<HtmlCanvasElement>().filter(|_| width > 0.0);
        let map = it.result.as_ref().and_then(|result| result.map.as_ref());
        if let (Some(surface), Some(map)) = (surface, map) {
            let dots = points(map, &it, threshold, width);
            dots::draw(&surface, &dots, frame, (width, HEIGHT), pixel_ratio, is_dark);
        }
    });
}

/// The score from which on a row is past the threshold.
fn threshold(it: &Anomalies) -> f64 {
    it.threshold().map_or(f64::INFINITY, |cut| cut.threshold)
}

/// What the map shows of how many rows.
fn about(map: &AnomalyMap, n_rows: u64) -> String {
    let [x, y] = &map.axes;
    let n_points = map.points.len() as u64;
    format!(
        "{} on the plane through the scaled features that shows most of how they differ{}. {}",
        quantity::counted(n_points, "row", "rows"),
        if n_points < n_rows { ", the most unusual among them and a random share of the rest" } else { "" },
        match x.share + y.share < 0.5 {
            true => "It shows less than half of all differences: what is far off may look near.",
            false => "",
        }
    )
}

/// Buttons that choose a part of the map, and choose none.
fn choices(selected: Option<&MapPoint>, has_region: bool, on_action: &Callback<AnomalyAction>) -> Html {
    let brush = |region: Option<MapRegion>| on_action.reform(move |_: MouseEvent| AnomalyAction::Brush(region));
    html! {
        <p class="map-parts">
            if let Some(point) = selected {
                <button type="button" class="button" onclick={brush(Some(MapRegion::around((point.x, point.y))))}>
                    {"List the rows around it"}
                </button>
            }
            if has_region {
                <button type="button" class="button" onclick={brush(None)}>{"Choose no part"}</button>
            } else {
                <span class="hint">{"Drag over a part of the map to list its rows."}</span>
            }
        </p>
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
