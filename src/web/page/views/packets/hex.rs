//! The bytes of a packet in hex and as text.

use crate::model::format::quantity;
use crate::model::listing::PacketDetail;
use crate::session::Shared;
use crate::web::browser::style;
use crate::web::page::hooks::use_size;
use std::ops::Range;
use yew::prelude::*;

/// Bytes shown at once; more on demand, because each line is an element.
const FIRST_BYTES: usize = 2048;
/// Below this width lines are half as long, rem.
const WIDE_REM: f64 = 33.0;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct HexProps {
    /// The packet.
    pub packet: Shared<PacketDetail>,
    /// Bytes to mark.
    pub marked: Range<usize>,
}

/// A hex dump.
#[component]
pub fn Hex(props: &HexProps) -> Html {
    let node = use_node_ref();
    let is_whole = use_state_eq(|| false);
    {
        let is_whole = is_whole.setter();
        use_effect_with(props.packet.clone(), move |_| is_whole.set(false));
    }
    let bytes = &props.packet.bytes;
    let width = use_size(&node).width;
    let per_line = if width > 0.0 && width < WIDE_REM * style::rem_px() { 8 } else { 16 };
    let shown = if *is_whole { bytes.as_slice() } else { bytes.get(..FIRST_BYTES).unwrap_or(bytes) };
    let more = {
        let is_whole = is_whole.setter();
        Callback::from(move |_: MouseEvent| is_whole.set(true))
    };
    html! {
        <div class="hex-box" ref={node}>
            <h3>{"Bytes"}</h3>
            <div class="hex" role="region" aria-label="Bytes" tabindex="0">
                for (place, line) in shown.chunks(per_line).enumerate() {
                    { line_of(place * per_line, line, &props.marked, per_line) }
                }
            </div>
            if shown.len() < bytes.len() {
                <button type="button" class="button" onclick={more}>
                    { format!("Show all {} bytes", quantity::count(bytes.len() as u64)) }
                </button>
            }
        </div>
    }
}

fn line_of(start: usize, bytes: &[u8], marked: &Range<usize>, per_line: usize) -> Html {
    let from = marked.start.clamp(start, start + bytes.len()) - start;
    let to = marked.end.clamp(start, start + bytes.len()) - start;
    let (before, rest) = bytes.split_at(from.min(bytes.len()));
    let (inside, after) = rest.split_at(to.saturating_sub(from).min(rest.len()));
    let parts = [(before, false), (inside, true), (after, false)];
    let blank = " ".repeat((per_line - bytes.len()) * 3);
    html! {
        <div class="hex-line">
            <span class="hex-at">{ format!("{start:04x}") }</span>
            <span class="hex-bytes">
                for (part, is_marked) in parts.into_iter().filter(|(part, _)| !part.is_empty()) {
                    <span class={is_marked.then_some("mark")}>{ hex(part) }</span>
                }
                { blank }
            </span>
            <span class="hex-text">
                for (part, is_marked) in parts.into_iter().filter(|(part, _)| !part.is_empty()) {
                    <span class={is_marked.then_some("mark")}>{ ascii(part) }</span>
                }
            </span>
        </div>
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x} ")).collect()
}

fn ascii(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '·' }).collect()
}
