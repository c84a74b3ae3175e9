//! The picture of a graph: chosen, moved and enlarged by pointer and by keys; what is chosen narrows all views.

use crate::model::format::quantity;
use crate::model::graph::{Graph, GraphNode, GraphUnit};
use crate::session::{Shared, graph};
use crate::web::browser::network::{self, Shape, Stroke};
use crate::web::page::hooks::{IsDark, use_pixel_ratio, use_size, use_store};
use crate::web::page::parts::text::plain;
use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement, WheelEvent};
use yew::prelude::*;

/// Room around the nodes, px.
const MARGIN: f64 = 40.0;
/// Least and most enlargement, and that of one step.
const ZOOMS: (f64, f64) = (0.5, 20.0);
const STEP: f64 = 1.4;
/// Pointers that move less than this click, px.
const CLICK_PX: f64 = 4.0;

/// Which part of the plane is seen.
#[derive(Clone, Copy, PartialEq)]
struct Sight {
    middle: (f64, f64),
    zoom: f64,
}

impl Sight {
    const ALL: Sight = Sight { middle: (0.5, 0.5), zoom: 1.0 };

    fn scale(self, (width, height): (f64, f64)) -> f64 {
        (width.min(height) - 2.0 * MARGIN).max(1.0) * self.zoom
    }

    fn place(self, node: &GraphNode, size: (f64, f64)) -> (f64, f64) {
        let scale = self.scale(size);
        let along = |at: f32, middle: f64, length: f64| length / 2.0 + (f64::from(at) - middle) * scale;
        (along(node.x, self.middle.0, size.0), along(node.y, self.middle.1, size.1))
    }

    fn zoomed(self, by: f64) -> Sight {
        Sight { zoom: (self.zoom * by).clamp(ZOOMS.0, ZOOMS.1), ..self }
    }

    fn moved(self, (dx, dy): (f64, f64), size: (f64, f64)) -> Sight {
        let scale = self.scale(size);
        let middle = ((self.middle.0 - dx / scale).clamp(-0.5, 1.5), (self.middle.1 - dy / scale).clamp(-0.5, 1.5));
        Sight { middle, ..self }
    }
}

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
    let size = (size.width, size.height);
    let pixel_ratio = use_pixel_ratio();
    let is_dark = use_context::<IsDark>().is_some_and(|dark| dark.0);
    let chosen = use_state_eq(|| None::<usize>);
    let sight = use_state_eq(|| Sight::ALL);
    // Where the pointer went down, px, and what was seen then.
    let drag = use_mut_ref(|| None::<((f64, f64), Sight)>);
    {
        let (chosen, sight) = (chosen.setter(), sight.setter());
        use_effect_with(graph.clone(), move |_| {
            chosen.set(None);
            sight.set(Sight::ALL);
        });
    }
    {
        let (surface, graph) = (surface.clone(), graph.clone());
        let key = (graph.clone(), *chosen, *sight, size.0.to_bits(), size.1.to_bits(), pixel_ratio.to_bits(), is_dark);
        let (chosen, sight) = (*chosen, *sight);
        use_effect_with(key, move |_| {
            if let Some(surface) = surface.cast::<HtmlCanvasElement>().filter(|_| size.0 > 0.0) {
                let (shapes, lines) = drawn(&graph, chosen, sight, size);
                network::draw(&surface, (&shapes, &lines), size, pixel_ratio, is_dark);
            }
        });
    }
    {
        let (surface, sight) = (surface.clone(), sight.clone());
        use_effect_with(*sight, move |now| {
            let now = *now;
            let options = EventListenerOptions::enable_prevent_default();
            let listener = surface.cast::<Element>().map(|surface| {
                EventListener::new_with_options(&surface, "wheel", options, move |event| {
                    // Without a key the page scrolls.
                    if let Some(event) = event.dyn_ref::<WheelEvent>().filter(|event| event.ctrl_key()) {
                        event.prevent_default();
                        sight.set(now.zoomed(if event.delta_y() < 0.0 { 1.15 } else { 1.0 / 1.15 }));
                    }
                })
            });
            move || drop(listener)
        });
    }
    let select = {
        let (graph, store) = (graph.clone(), store.clone());
        Callback::from(move |place: usize| {
            let filter = graph.nodes.get(place).map(|node| node.filter.clone()).filter(|filter| !filter.is_empty());
            if let (Some(store), Some(filter)) = (&store, filter) {
                store.select(store.state().selection.with(&filter));
            }
        })
    };
    let on_down = {
        let (drag, sight) = (drag.clone(), *sight);
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 {
                let at = (f64::from(event.offset_x()), f64::from(event.offset_y()));
                if let Some(target) = event.target_dyn_into::<Element>() {
                    // Without it the picture stops where the pointer leaves it.
                    let _ = target.set_pointer_capture(event.pointer_id());
                }
                drag.replace(Some((at, sight)));
            }
        })
    };
    let on_move = {
        let (drag, sight) = (drag.clone(), sight.clone());
        Callback::from(move |event: PointerEvent| {
            let at = (f64::from(event.offset_x()), f64::from(event.offset_y()));
            if let Some((from, before)) = *drag.borrow() {
                sight.set(before.moved((at.0 - from.0, at.1 - from.1), size));
            }
        })
    };
    let on_up = {
        let (drag, graph, chosen, sight) = (drag.clone(), graph.clone(), chosen.clone(), *sight);
        Callback::from(move |event: PointerEvent| {
            let Some((from, _)) = drag.take() else { return };
            let at = (f64::from(event.offset_x()), f64::from(event.offset_y()));
            if (at.0 - from.0).abs() + (at.1 - from.1).abs() <= CLICK_PX {
                chosen.set(hit(&graph, at, sight, size));
            }
        })
    };
    let on_cancel = Callback::from(move |_: PointerEvent| {
        drag.take();
    });
    let on_double = {
        let (graph, select, sight) = (graph.clone(), select.clone(), *sight);
        Callback::from(move |event: MouseEvent| {
            let at = (f64::from(event.offset_x()), f64::from(event.offset_y()));
            if let Some(place) = hit(&graph, at, sight, size) {
                select.emit(place);
            }
        })
    };
    let on_key = {
        let (graph, chosen, sight, select) = (graph.clone(), chosen.clone(), sight.clone(), select.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.alt_key() || event.meta_key() {
                return;
            }
            match event.key().as_str() {
                "+" | "=" => sight.set(sight.zoomed(STEP)),
                "-" => sight.set(sight.zoomed(1.0 / STEP)),
                "0" => sight.set(Sight::ALL),
                "Escape" => chosen.set(None),
                "Enter" => {
                    if let Some(place) = *chosen {
                        select.emit(place);
                    }
                }
                key => {
                    let Some(next) = graph::step(&graph, *chosen, key) else { return };
                    chosen.set(Some(next));
                    // What is chosen is brought into sight.
                    if let Some(node) = graph.nodes.get(next) {
                        let (x, y) = sight.place(node, size);
                        if !(0.0..=size.0).contains(&x) || !(0.0..=size.1).contains(&y) {
                            sight.set(Sight { middle: (f64::from(node.x), f64::from(node.y)), ..*sight });
                        }
                    }
                }
            }
            event.prevent_default();
        })
    };
    let zoom = |by: Option<f64>| {
        let sight = sight.clone();
        Callback::from(move |_: MouseEvent| sight.set(by.map_or(Sight::ALL, |by| sight.zoomed(by))))
    };
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
                    <button type="button" class="button" aria-label="Enlarge" title="Enlarge (+)" onclick={zoom(Some(STEP))}>{"+"}</button>
                    <button type="button" class="button" aria-label="Make smaller" title="Make smaller (−)" onclick={zoom(Some(1.0 / STEP))}>{"−"}</button>
                    <button type="button" class="button" title="Show all (0)" onclick={zoom(None)}>{"Fit"}</button>
                </div>
            </div>
            <div class="graph-frame" ref={frame}>
                <canvas ref={surface} role="slider" tabindex="0" aria-label="Hosts; arrow keys walk from one to the next" aria-valuemin="0"
                    aria-valuemax={graph.nodes.len().to_string()} aria-valuenow={chosen.map_or(0, |place| place + 1).to_string()}
                    aria-valuetext={told.unwrap_or_else(|| format!("{} nodes", graph.nodes.len()))}
                    onpointerdown={on_down} onpointermove={on_move} onpointerup={on_up} onpointercancel={on_cancel}
                    ondblclick={on_double} onkeydown={on_key} />
            </div>
            <ul class="map-legend graph-legend" aria-label="Signs">
                <li class="sign-inside">{"inside (circle)"}</li>
                <li class="sign-outside">{"outside (square)"}</li>
                <li class="sign-unknown">{"not known"}</li>
                <li class="sign-finding">{"ring: in a finding, the thicker the worse"}</li>
                <li>{"size: traffic; a shape within another one: several hosts"}</li>
            </ul>
        </section>
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

fn radius(node: &GraphNode, most: f64) -> f64 {
    4.0 + 14.0 * (node.amount as f64 / most).sqrt()
}

/// The largest amount among the nodes.
fn most(graph: &Graph) -> f64 {
    graph.nodes.iter().map(|node| node.amount as f64).fold(1.0, f64::max)
}

fn drawn(graph: &Graph, chosen: Option<usize>, sight: Sight, size: (f64, f64)) -> (Vec<Shape>, Vec<Stroke>) {
    let most_bytes = most(graph);
    let shapes: Vec<Shape> = graph
        .nodes
        .iter()
        .enumerate()
        .map(|(place, node)| Shape {
            at: sight.place(node, size),
            radius: radius(node, most_bytes),
            colour: match node.is_inside {
                Some(true) => 0,
                Some(false) => 1,
                None => 4,
            },
            is_square: node.is_inside == Some(false),
            is_double: node.n_hosts > 1,
            ring: node.severity.map_or(0.0, |severity| 1.0 + 0.75 * f64::from(severity as u8)),
            name: plain(&node.name),
            is_chosen: chosen == Some(place),
        })
        .collect();
    let widest = graph.edges.first().map_or(1.0, |edge| (edge.amount as f64).max(1.0));
    let lines = graph.edges.iter().rev().filter_map(|edge| {
        let (from, to) = (shapes.get(edge.from as usize)?, shapes.get(edge.to as usize)?);
        Some(Stroke {
            from: from.at,
            to: to.at,
            width: 0.75 + 5.0 * (edge.amount as f64 / widest).sqrt(),
            is_meant: edge.severity.is_some(),
            is_chosen: from.is_chosen || to.is_chosen,
        })
    });
    let lines = lines.collect();
    (shapes, lines)
}

/// The node under a point; of several the smallest.
fn hit(graph: &Graph, (x, y): (f64, f64), sight: Sight, size: (f64, f64)) -> Option<usize> {
    let most = most(graph);
    let near = graph.nodes.iter().enumerate().filter(|(_, node)| {
        let (at, reach) = (sight.place(node, size), radius(node, most) + 4.0);
        (at.0 - x) * (at.0 - x) + (at.1 - y) * (at.1 - y) <= reach * reach
    });
    near.min_by_key(|(_, node)| node.amount).map(|(place, _)| place)
}
