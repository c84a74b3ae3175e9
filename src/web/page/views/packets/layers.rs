//! The layers of a packet with their fields.

use crate::model::format::quantity;
use crate::model::listing::LayerDetail;
use crate::web::page::parts::text::plain;
use yew::prelude::*;

/// Layers, outermost first; each is a button that marks its bytes.
pub fn layers(layers: &[LayerDetail], marked: Option<usize>, on_layer: &Callback<usize>) -> Html {
    html! {
        <ol class="layers" aria-label="Layers">
            for (at, layer) in layers.iter().enumerate() {
                <li class={classes!("layer", (marked == Some(at)).then_some("marked"))}>
                    <button type="button" class="layer-name" aria-pressed={(marked == Some(at)).to_string()}
                        title="Highlight its bytes" onclick={on_layer.reform(move |_: MouseEvent| at)}>
                        <span>{ plain(&layer.name) }</span>
                        <span class="item-more">{ quantity::bytes(layer.length.into()) }</span>
                    </button>
                    <dl class="fields-list">
                        for (name, value) in &layer.fields {
                            <div class="field-pair"><dt>{ plain(name) }</dt><dd>{ plain(value) }</dd></div>
                        }
                    </dl>
                </li>
            }
        </ol>
    }
}
