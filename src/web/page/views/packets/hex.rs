//! The bytes of a packet in hex and as text. A byte that is chosen, by pointer or keys, marks what it is part of.

use crate::maths::sorting::Arrange;
use crate::model::format::quantity;
use crate::model::listing::PacketDetail;
use crate::session::Shared;
use crate::web::browser::style;
use crate::web::page::hooks::use_size;
use std::ops::Range;
use wasm_bindgen::JsCast;
use web_sys::Element;
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
    /// The byte that was chosen.
    pub byte: Option<usize>,
    /// Called with a byte that is chosen; none for no byte any more.
    pub on_byte: Callback<Option<usize>>,
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
    let HexProps { packet, marked, byte, on_byte } = props;
    let bytes = &packet.bytes;
    let width = use_size(&node).width;
    let per_line = if width > 0.0 && width < WIDE_REM * style::rem_px() { 8 } else { 16 };
    let shown = if *is_whole { bytes.as_slice() } else { bytes.get(..FIRST_BYTES).unwrap_or(bytes) };
    let more = {
        let is_whole = is_whole.setter();
        Callback::from(move |_: MouseEvent| is_whole.set(true))
    };
    let n = shown.len();
    let on_click = on_byte.reform(move |event: MouseEvent| byte_of(&event).filter(|byte| *byte < n));
    let on_key = {
        let (on_byte, byte) = (on_byte.clone(), *byte);
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.alt_key() || event.meta_key() {
                return;
            }
            let last = n.saturating_sub(1);
            let at = byte.unwrap_or(0);
            let next = match (event.key().as_str(), byte) {
                ("Escape", Some(_)) => None,
                ("ArrowRight" | "ArrowDown", None) => Some(0),
                ("ArrowRight", _) => Some((at + 1).min(last)),
                ("ArrowDown", _) => Some(if at + per_line > last { at } else { at + per_line }),
                ("ArrowLeft", _) => Some(at.saturating_sub(1)),
                ("ArrowUp", _) => Some(at.checked_sub(per_line).unwrap_or(at)),
                ("Home", _) => Some(0),
                ("End", _) => Some(last),
                _ => return,
            };
            event.prevent_default();
            on_byte.emit(next.filter(|next| *next < n));
        })
    };
    html! {
        <div class="hex-box" ref={node}>
            <h3>{"Bytes"}</h3>
            <p class="hint hex-said" role="status">{ said(packet, *byte) }</p>
            <div class="hex" role="region" aria-label="Bytes; arrow keys step through them" tabindex="0" onclick={on_click} onkeydown={on_key}>
                for (place, line) in shown.chunks(per_line).enumerate() {
                    { line_of(place * per_line, line, (marked, *byte), per_line) }
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

/// What a byte is part of, in words.
fn said(packet: &PacketDetail, byte: Option<usize>) -> String {
    let Some(byte) = byte else { return "Choose a byte to see what it is part of.".to_owned() };
    let part = packet.at(byte).and_then(|(layer, field)| {
        let layer = packet.layers.get(layer)?;
        let field = field.and_then(|field| layer.fields.get(field));
        Some(
            field
                .map_or_else(|| layer.name.clone(), |field| format!("{}, {}: {}", layer.name, field.name, field.value)),
        )
    });
    let part = crate::web::page::parts::text::plain(&part.unwrap_or_else(|| "no layer".to_owned()));
    format!("Byte {} (0x{byte:04x}): {part}", quantity::count(byte as u64))
}

/// The byte under the pointer: both runs of a line are as wide as their bytes are many.
fn byte_of(event: &MouseEvent) -> Option<usize> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let run = target.closest("[data-bytes]").ok()??;
    let number = |name: &str| run.get_attribute(name)?.parse::<usize>().ok();
    let (start, n) = (number("data-start")?, number("data-bytes")?);
    let frame = run.get_bounding_client_rect();
    let share = (f64::from(event.client_x()) - frame.left()) / frame.width().max(1.0);
    Some(start + ((share.clamp(0.0, 1.0) * n as f64) as usize).min(n.saturating_sub(1)))
}

/// A line: its bytes in runs that look alike.
fn line_of(start: usize, bytes: &[u8], (marked, byte): (&Range<usize>, Option<usize>), per_line: usize) -> Html {
    let end = start + bytes.len();
    let mut cuts: Vec<usize> = [start, marked.start, marked.end, end]
        .into_iter()
        .chain(byte.into_iter().flat_map(|byte| [byte, byte + 1]))
        .filter(|cut| (start..=end).contains(cut))
        .collect();
    cuts.arrange();
    cuts.dedup();
    let runs: Vec<(&[u8], Classes)> = cuts
        .iter()
        .zip(cuts.iter().skip(1))
        .filter_map(|(from, to)| {
            let own = bytes.get(from - start..to - start)?;
            let is_byte = byte == Some(*from);
            Some((own, classes!(marked.contains(from).then_some("mark"), is_byte.then_some("byte"))))
        })
        .collect();
    let blank = " ".repeat((per_line - bytes.len()) * 3);
    let run = |text: fn(&[u8]) -> String| {
        runs.iter().map(|(own, class)| html! { <span class={class.clone()}>{ text(own) }</span> }).collect::<Html>()
    };
    html! {
        <div class="hex-line">
            <span class="hex-at">{ format!("{start:04x}") }</span>
            <span class="hex-bytes" data-start={start.to_string()} data-bytes={per_line.to_string()}>{ run(hex) }{ blank }</span>
            <span class="hex-text" data-start={start.to_string()} data-bytes={bytes.len().to_string()}>{ run(ascii) }</span>
        </div>
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x} ")).collect()
}

fn ascii(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '·' }).collect()
}
