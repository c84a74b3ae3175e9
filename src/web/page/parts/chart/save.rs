//! Saves a chart as a picture: PNG or SVG, on white ground.

use crate::chart::draw::{self, Theme};
use crate::model::chart::ChartSpec;
use crate::session::Action;
use crate::web::browser::{canvas, download};
use crate::web::page::hooks::use_store;
use crate::web::page::parts::icon::Icon;
use web_sys::Blob;
use yew::prelude::*;

/// Width of a saved picture, CSS px.
const WIDTH: f64 = 1200.0;
/// Pixels of a PNG to a CSS px.
const SCALE: f64 = 2.0;

/// What is saved.
#[derive(Properties, PartialEq)]
pub struct SavePictureProps {
    /// The chart as data.
    pub spec: ChartSpec,
    /// Name of the file without its ending.
    pub name: String,
}

/// The buttons.
#[component]
pub fn SavePicture(props: &SavePictureProps) -> Html {
    let store = use_store();
    let say = Callback::from(move |done: Result<(), String>| {
        if let (Some(store), Err(text)) = (&store, done) {
            store.dispatch(Action::Fail(text));
        }
    });
    let height = draw::natural_height(&props.spec, WIDTH).round();
    let png = {
        let (spec, name, say) = (props.spec.clone(), format!("{}.png", props.name), say.clone());
        Callback::from(move |_: MouseEvent| {
            let (name, say) = (name.clone(), say.clone());
            let then = move |blob: Option<Blob>| {
                let blob = blob.ok_or_else(|| "The browser could not make a picture.".to_owned());
                say.emit(blob.and_then(|blob| download::save_blob(&name, &blob)));
            };
            canvas::png(&spec, &Theme::LIGHT, (WIDTH, height), SCALE, then);
        })
    };
    let svg = {
        let (spec, name) = (props.spec.clone(), format!("{}.svg", props.name));
        Callback::from(move |_: MouseEvent| {
            let text = canvas::svg(&spec, &Theme::LIGHT, (WIDTH as u32, height as u32));
            say.emit(download::save_text(&name, "image/svg+xml", &text));
        })
    };
    html! {
        <span class="chart-save">
            <button type="button" class="button quiet" onclick={png} title="Save the picture as PNG">
                { Icon::Save.html() }<span>{"PNG"}</span>
            </button>
            <button type="button" class="button quiet" onclick={svg} title="Save the picture as SVG">
                { Icon::Save.html() }<span>{"SVG"}</span>
            </button>
        </span>
    }
}
