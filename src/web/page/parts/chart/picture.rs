//! The canvas of a chart and its read-out.

use crate::chart::draw::{self, Hit, Layout, Theme};
use crate::model::chart::ChartSpec;
use crate::web::browser::{canvas, style};
use crate::web::page::hooks::{IsDark, use_pixel_ratio, use_size};
use gloo::timers::callback::Timeout;
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct PictureProps {
    /// The chart as data.
    pub spec: ChartSpec,
    /// Called with the places of the first and the last bin, bar or field that are chosen.
    #[prop_or_default]
    pub on_pick: Option<Callback<(usize, usize)>>,
}

/// The chart as a picture; arrow keys and the pointer read its values.
#[component]
pub fn Picture(props: &PictureProps) -> Html {
    let spec = &props.spec;
    let (frame, surface) = (use_node_ref(), use_node_ref());
    let width = use_size(&frame).width;
    let pixel_ratio = use_pixel_ratio();
    let is_dark = use_context::<IsDark>().is_some_and(|dark| dark.0);
    let layout = use_state_eq(Layout::default);
    let chosen = use_state_eq(|| None::<usize>);
    // Where a span that is being drawn begins.
    let pressed = use_state_eq(|| None::<usize>);
    {
        let (frame, surface, set) = (frame.clone(), surface.clone(), layout.setter());
        use_effect_with((spec.clone(), width, pixel_ratio, is_dark), move |(spec, width, pixel_ratio, is_dark)| {
            let surface = surface.cast::<HtmlCanvasElement>().filter(|_| *width > 0.0);
            let height = draw::natural_height(spec, *width).round();
            let (spec, width, pixel_ratio) = (spec.clone(), *width, *pixel_ratio);
            let theme = if *is_dark { Theme::DARK } else { Theme::LIGHT };
            // Each chart is drawn in a task of its own: several at once would keep the page from answering.
            let drawing = surface.map(|surface| {
                style::set(&frame, "height", &format!("{height}px"));
                Timeout::new(0, move || {
                    set.set(canvas::draw(&surface, &spec, &theme, width, height, pixel_ratio).unwrap_or_default());
                })
            });
            move || drop(drawing)
        });
    }
    let hit = chosen.and_then(|index| layout.at(index));
    let on_move = {
        let (layout, chosen) = (layout.clone(), chosen.setter());
        Callback::from(move |event: PointerEvent| {
            chosen.set(layout.hit(event.offset_x().into(), event.offset_y().into()).map(|hit| hit.index));
        })
    };
    let (leave, blur, release) = (chosen.setter(), chosen.setter(), pressed.setter());
    let place = |event: &PointerEvent, layout: &Layout| {
        layout.hit(event.offset_x().into(), event.offset_y().into()).map(|hit| hit.index)
    };
    let on_down = {
        let (layout, pressed) = (layout.clone(), pressed.setter());
        Callback::from(move |event: PointerEvent| pressed.set(place(&event, &layout)))
    };
    let on_up = {
        let (layout, on_pick, pressed) = (layout.clone(), props.on_pick.clone(), pressed.clone());
        Callback::from(move |event: PointerEvent| {
            if let (Some(on_pick), Some(from), Some(to)) = (&on_pick, *pressed, place(&event, &layout)) {
                on_pick.emit((from.min(to), from.max(to)));
            }
            pressed.set(None);
        })
    };
    let on_key = {
        let (n, chosen, on_pick) = (layout.zones.len(), chosen.clone(), props.on_pick.clone());
        Callback::from(move |event: KeyboardEvent| {
            if let (Some(on_pick), Some(index), "Enter") = (&on_pick, *chosen, event.key().as_str()) {
                event.prevent_default();
                on_pick.emit((index, index));
                return;
            }
            if let Some(next) = moved(&event.key(), *chosen, n) {
                event.prevent_default();
                chosen.set(Some(next));
            }
        })
    };
    html! {
        <>
            <p class="read-out" aria-hidden="true">
                if let Some(hit) = &hit {
                    <span>{ &hit.label }</span>{" "}<strong>{ &hit.value }</strong>
                }
            </p>
            <div class="picture" ref={frame}>
                <canvas ref={surface} role="img" aria-label={format!("{}. {}", spec.title, spec.summary)} />
                if let Some(hit) = &hit {
                    { highlight(hit, pressed.filter(|_| props.on_pick.is_some()).and_then(|from| layout.at(from))) }
                }
                if !layout.zones.is_empty() {
                    <div class={classes!("picture-keys", props.on_pick.is_some().then_some("is-picked"))} role="slider" tabindex="0" aria-label={format!("Read values: {}", spec.title)}
                        aria-valuemin="1" aria-valuemax={layout.zones.len().to_string()}
                        aria-valuenow={chosen.map_or(1, |index| index + 1).to_string()}
                        aria-valuetext={hit.as_ref().map_or_else(
                            || "Use the arrow keys to read values".to_owned(),
                            |hit| format!("{}: {}", hit.label, hit.value),
                        )}
                        onpointermove={on_move} onpointerleave={Callback::from(move |_: PointerEvent| {
                            leave.set(None);
                            release.set(None);
                        })}
                        onblur={Callback::from(move |_: FocusEvent| blur.set(None))}
                        onkeydown={on_key} onpointerdown={on_down} onpointerup={on_up} />
                }
            </div>
        </>
    }
}

/// The place under the pointer, or the span from where it was pressed.
fn highlight(hit: &Hit, from: Option<Hit>) -> Html {
    let draw::Rect { x, y, width, height } = match from {
        None => hit.rect,
        Some(from) => {
            let (a, b) = (from.rect, hit.rect);
            let (left, top) = (a.x.min(b.x), a.y.min(b.y));
            let (right, bottom) = ((a.x + a.width).max(b.x + b.width), (a.y + a.height).max(b.y + b.height));
            draw::Rect { x: left, y: top, width: right - left, height: bottom - top }
        }
    };
    html! {
        <svg class="picture-over" aria-hidden="true">
            <rect x={x.to_string()} y={y.to_string()} width={width.max(1.0).to_string()} height={height.to_string()} />
        </svg>
    }
}

/// Where a key leads from a place among `n`; none for other keys.
fn moved(key: &str, from: Option<usize>, n: usize) -> Option<usize> {
    let last = n.checked_sub(1)?;
    let next = match (key, from) {
        ("Home", _) => 0,
        ("End", _) => last,
        ("ArrowRight" | "ArrowDown", None) => 0,
        ("ArrowLeft" | "ArrowUp", None) => last,
        ("ArrowRight" | "ArrowDown", Some(at)) => at + 1,
        ("ArrowLeft" | "ArrowUp", Some(at)) => at.saturating_sub(1),
        ("PageDown", at) => at.unwrap_or(0) + n / 10 + 1,
        ("PageUp", at) => at.unwrap_or(last).saturating_sub(n / 10 + 1),
        _ => return None,
    };
    Some(next.min(last))
}
