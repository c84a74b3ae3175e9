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
    let pressed = use_state_eq(|| None::<usize>);
    use_drawing(Surface { frame: &frame, canvas: &surface, width, pixel_ratio, is_dark }, spec, layout.setter());
    let reader = Reader { layout, chosen, pressed, on_pick: props.on_pick.clone() };
    let Reader { layout, chosen, pressed, .. } = &reader;
    let hit = chosen.and_then(|index| layout.at(index));
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
                        onpointermove={reader.on(Reader::point)} onpointerleave={reader.on(|reader, _: PointerEvent| {
                            reader.chosen.set(None);
                            reader.pressed.set(None);
                        })}
                        onblur={reader.on(|reader, _: FocusEvent| reader.chosen.set(None))}
                        onkeydown={reader.on(Reader::press)} onpointerdown={reader.on(Reader::begin)} onpointerup={reader.on(Reader::end)} />
                }
            </div>
        </>
    }
}

/// What a chart is drawn on.
struct Surface<'a> {
    /// What gets the height of the chart.
    frame: &'a NodeRef,
    canvas: &'a NodeRef,
    width: f64,
    pixel_ratio: f64,
    is_dark: bool,
}

/// Draws the chart whenever it looks different, and says where its parts are then.
#[hook]
fn use_drawing(surface: Surface<'_>, spec: &ChartSpec, set: UseStateSetter<Layout>) {
    let Surface { frame, canvas: surface, width, pixel_ratio, is_dark } = surface;
    let (frame, surface) = (frame.clone(), surface.clone());
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

/// A chart whose values are read and picked by pointer and keys.
#[derive(Clone)]
struct Reader {
    /// Where its parts are.
    layout: UseStateHandle<Layout>,
    /// The part whose value is shown.
    chosen: UseStateHandle<Option<usize>>,
    /// Where a span that is being drawn begins.
    pressed: UseStateHandle<Option<usize>>,
    on_pick: Option<Callback<(usize, usize)>>,
}

impl Reader {
    fn on<E: 'static>(&self, act: impl Fn(&Reader, E) + 'static) -> Callback<E> {
        let reader = self.clone();
        Callback::from(move |event: E| act(&reader, event))
    }

    /// The part under the pointer.
    fn place(&self, event: &PointerEvent) -> Option<usize> {
        self.layout.hit(event.offset_x().into(), event.offset_y().into()).map(|hit| hit.index)
    }

    fn point(&self, event: PointerEvent) {
        self.chosen.set(self.place(&event));
    }

    fn begin(&self, event: PointerEvent) {
        self.pressed.set(self.place(&event));
    }

    fn end(&self, event: PointerEvent) {
        if let (Some(on_pick), Some(from), Some(to)) = (&self.on_pick, *self.pressed, self.place(&event)) {
            on_pick.emit((from.min(to), from.max(to)));
        }
        self.pressed.set(None);
    }

    fn press(&self, event: KeyboardEvent) {
        if let (Some(on_pick), Some(index), "Enter") = (&self.on_pick, *self.chosen, event.key().as_str()) {
            event.prevent_default();
            on_pick.emit((index, index));
            return;
        }
        if let Some(next) = moved(&event.key(), *self.chosen, self.layout.zones.len()) {
            event.prevent_default();
            self.chosen.set(Some(next));
        }
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
