//! The picture of a graph: chosen, moved and enlarged by pointer and by keys; what is chosen narrows all views.

use super::pointer::use_pointer;
use super::scene::Scene;
use super::shapes;
use super::viewport::Viewport;
use crate::model::format::quantity;
use crate::model::graph::{Graph, GraphNode, GraphUnit};
use crate::session::{Shared, graph};
use crate::web::browser::network;
use crate::web::page::hooks::{IsDark, use_pixel_ratio, use_size, use_store};
use crate::web::page::parts::text::plain;
use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement, WheelEvent};
use yew::prelude::*;

/// Enlargement of one step.
const STEP: f64 = 1.4;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct GraphPictureProps {
    /// The graph.
    pub graph: Shared<Graph>,
}

/// The picture.
#[component]
pub fn Picture(props: &GraphPictureProps) -> Html {
    let graph = &props.graph;
    let store = use_store();
    let (frame, surface) = (use_node_ref(), use_node_ref());
    let size = use_size(&frame);
    let pixel_ratio = use_pixel_ratio();
    let is_dark = use_context::<IsDark>().is_some_and(|dark| dark.0);
    let chosen = use_state_eq(|| None::<usize>);
    let viewport = use_state_eq(|| Viewport::ALL);
    // All views are narrowed to a node.
    let select = {
        let graph = graph.clone();
        Callback::from(move |place: usize| {
            let filter = graph.nodes.get(place).map(|node| node.filter.clone()).filter(|filter| !filter.is_empty());
            if let (Some(store), Some(filter)) = (&store, filter) {
                store.select(store.state().selection.with(&filter));
            }
        })
    };
    let scene = Scene { graph: graph.clone(), chosen, viewport, size: (size.width, size.height) };
    let pointer = use_pointer(&scene, &select);
    use_fresh_start(&scene);
    use_drawing(&surface, &scene, pixel_ratio, is_dark);
    use_wheel(&surface, &scene.viewport);
    let on_key = {
        let (scene, select) = (scene.clone(), select.clone());
        Callback::from(move |event: KeyboardEvent| press(&scene, &select, &event))
    };
    let zoom = |factor: f64| {
        let scene = scene.clone();
        Callback::from(move |_: MouseEvent| scene.zoom(factor))
    };
    let fit = {
        let scene = scene.clone();
        Callback::from(move |_: MouseEvent| scene.show_all())
    };
    let chosen = *scene.chosen;
    let told = chosen.and_then(|place| graph.nodes.get(place)).map(|node| words(node, graph.unit));
    let on_select = chosen
        .filter(|place| graph.nodes.get(*place).is_some_and(|node| !node.filter.is_empty()))
        .map(|place| select.reform(move |_: MouseEvent| place));
    html! {
        <section class="card graph-card" aria-label="Connection graph">
            <div class="graph-tools">
                <p class="read-out" role="status">{ told.clone().unwrap_or_else(|| "Choose a host by click or arrow keys; Enter or a double click narrows all views to it.".to_owned()) }</p>
                <div class="buttons">
                    if let Some(on_select) = on_select {
                        <button type="button" class="button" onclick={on_select}>{"Show only its traffic"}</button>
                    }
                    <button type="button" class="button" aria-label="Enlarge" title="Enlarge (+)" onclick={zoom(STEP)}>{"+"}</button>
                    <button type="button" class="button" aria-label="Make smaller" title="Make smaller (−)" onclick={zoom(1.0 / STEP)}>{"−"}</button>
                    <button type="button" class="button" title="Show all (0)" onclick={fit}>{"Fit"}</button>
                </div>
            </div>
            <div class="graph-frame" ref={frame}>
                <canvas ref={surface} role="slider" tabindex="0" aria-label="Hosts; arrow keys walk from one to the next" aria-valuemin="0"
                    aria-valuemax={graph.nodes.len().to_string()} aria-valuenow={chosen.map_or(0, |place| place + 1).to_string()}
                    aria-valuetext={told.unwrap_or_else(|| format!("{} nodes", graph.nodes.len()))}
                    onpointerdown={pointer.down} onpointermove={pointer.moved} onpointerup={pointer.up} onpointercancel={pointer.cancel}
                    ondblclick={pointer.double_click} onkeydown={on_key} />
            </div>
            { signs() }
        </section>
    }
}

/// Of another graph nothing is chosen yet, and all is seen.
#[hook]
fn use_fresh_start(scene: &Scene) {
    let (chosen, viewport) = (scene.chosen.setter(), scene.viewport.setter());
    use_effect_with(scene.graph.clone(), move |_| {
        chosen.set(None);
        viewport.set(Viewport::ALL);
    });
}

/// Draws the graph whenever it looks different.
#[hook]
fn use_drawing(surface: &NodeRef, scene: &Scene, pixel_ratio: f64, is_dark: bool) {
    let (surface, graph, size) = (surface.clone(), scene.graph.clone(), scene.size);
    let (chosen, viewport) = (*scene.chosen, *scene.viewport);
    let key = (graph.clone(), chosen, viewport, size.0.to_bits(), size.1.to_bits(), pixel_ratio.to_bits(), is_dark);
    use_effect_with(key, move |_| {
        if let Some(surface) = surface.cast::<HtmlCanvasElement>().filter(|_| size.0 > 0.0) {
            let (shapes, lines) = shapes::drawn(&graph, chosen, viewport, size);
            network::draw(&surface, (&shapes, &lines), size, pixel_ratio, is_dark);
        }
    });
}

/// Enlarges the picture by the wheel, with a key: without one the page scrolls.
#[hook]
fn use_wheel(surface: &NodeRef, viewport: &UseStateHandle<Viewport>) {
    let (surface, set) = (surface.clone(), viewport.setter());
    use_effect_with(**viewport, move |now| {
        let now = *now;
        let options = EventListenerOptions::enable_prevent_default();
        let listener = surface.cast::<Element>().map(|surface| {
            EventListener::new_with_options(&surface, "wheel", options, move |event| {
                if let Some(event) = event.dyn_ref::<WheelEvent>().filter(|event| event.ctrl_key()) {
                    event.prevent_default();
                    set.set(now.zoomed(if event.delta_y() < 0.0 { 1.15 } else { 1.0 / 1.15 }));
                }
            })
        });
        move || drop(listener)
    });
}

/// Takes a key if it means something here.
fn press(scene: &Scene, select: &Callback<usize>, event: &KeyboardEvent) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    match event.key().as_str() {
        "+" | "=" => scene.zoom(STEP),
        "-" => scene.zoom(1.0 / STEP),
        "0" => scene.show_all(),
        "Escape" => scene.chosen.set(None),
        "Enter" => {
            if let Some(place) = *scene.chosen {
                select.emit(place);
            }
        }
        key => {
            let Some(next) = graph::step(&scene.graph, *scene.chosen, key) else { return };
            scene.choose(next);
        }
    }
    event.prevent_default();
}

fn signs() -> Html {
    html! {
        <ul class="map-legend graph-legend" aria-label="Signs">
            <li class="sign-inside">{"inside (circle)"}</li>
            <li class="sign-outside">{"outside (square)"}</li>
            <li class="sign-unknown">{"not known"}</li>
            <li class="sign-finding">{"ring: in a finding, the thicker the worse"}</li>
            <li>{"size: traffic; a shape within another one: several hosts"}</li>
        </ul>
    }
}

/// What is known of a node, in a sentence.
fn words(node: &GraphNode, unit: GraphUnit) -> String {
    let place = match node.is_inside {
        Some(true) => ", inside",
        Some(false) => ", outside",
        None => "",
    };
    let hosts =
        if node.n_hosts > 1 { format!(" ({} hosts)", quantity::count(node.n_hosts.into())) } else { String::new() };
    let amount = match unit {
        GraphUnit::Bytes => format!(", {}", quantity::bytes(node.amount as f64)),
        GraphUnit::Flows => String::new(),
    };
    let flows = quantity::counted(node.n_flows, "flow", "flows");
    let severity =
        node.severity.map(|severity| format!(", in a finding of severity {}", severity.name().to_lowercase()));
    format!("{}{hosts}{place}{amount}, {flows}{}", plain(&node.name), severity.unwrap_or_default())
}
