//! The layers of a packet with their fields; each that is chosen marks its bytes.

use crate::model::format::quantity;
use crate::model::listing::{FieldDetail, LayerDetail};
use crate::web::page::parts::text::{data, plain};
use yew::prelude::*;

/// A layer, and a field of it, by their places.
pub type Part = (usize, Option<usize>);

/// Layers, outermost first; each, and each field whose bytes are known, is a button that marks its bytes.
pub fn layers(layers: &[LayerDetail], marked: Option<Part>, on_part: &Callback<Part>) -> Html {
    html! {
        <ol class="layers" aria-label="Layers">
            for (at, layer) in layers.iter().enumerate() {
                <li class={classes!("layer", marked.is_some_and(|(own, _)| own == at).then_some("marked"))}>
                    <button type="button" class="layer-name" aria-pressed={(marked == Some((at, None))).to_string()}
                        title="Highlight its bytes" onclick={on_part.reform(move |_: MouseEvent| (at, None))}>
                        <span>{ plain(&layer.name) }</span>
                        <span class="item-more">{ quantity::bytes(layer.length.into()) }</span>
                    </button>
                    <dl class="fields-list">
                        for (nth, field) in layer.fields.iter().enumerate() {
                            { line(field, (at, Some(nth)), marked, on_part) }
                        }
                    </dl>
                </li>
            }
        </ol>
    }
}

fn line(field: &FieldDetail, part: Part, marked: Option<Part>, on_part: &Callback<Part>) -> Html {
    let is_marked = marked == Some(part);
    html! {
        <div class={classes!("field-pair", is_marked.then_some("mark"))}>
            <dt>
                if field.length > 0 {
                    <button type="button" class="field-name" aria-pressed={is_marked.to_string()} title="Highlight its bytes"
                        onclick={on_part.reform(move |_: MouseEvent| part)}>{ plain(&field.name) }</button>
                } else {
                    { plain(&field.name) }
                }
            </dt>
            <dd>{ data(&field.value) }</dd>
        </div>
    }
}
