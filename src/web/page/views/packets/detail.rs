//! The chosen packet: its layers and its bytes; what is chosen of one is marked in the other.

use super::hex::Hex;
use super::layers::{Part, layers};
use super::marking::Mark;
use super::use_packet::{Chosen, use_packet};
use crate::model::format::quantity;
use crate::model::listing::PacketDetail;
use crate::protocol::Filter;
use crate::session::{Marks, Route};
use crate::web::page::hooks::use_clock;
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::text::{moment, plain, zone_of};
use std::rc::Rc;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct PacketPaneProps {
    /// Place of the packet in the capture, from 0.
    pub index: Option<u64>,
    /// The job that the packet belongs to.
    pub job: u32,
    /// The marked packets.
    pub marked: Rc<Marks>,
}

/// The chosen packet.
#[component]
pub fn PacketPane(props: &PacketPaneProps) -> Html {
    let clock = use_clock();
    let part = use_state_eq(|| None::<Part>);
    let byte = use_state_eq(|| None::<usize>);
    let chosen = use_packet(props.index, props.job);
    {
        let (part, byte) = (part.setter(), byte.setter());
        use_effect_with(props.index, move |_| {
            part.set(None);
            byte.set(None);
        });
    }
    let packet = match chosen {
        Chosen::Here(packet) => packet,
        Chosen::Nothing => return note("Select a packet to see its layers and bytes."),
        Chosen::Asked => return note("Reading the packet from the file…"),
        Chosen::Gone => return note("This packet can no longer be read: the file was moved or changed."),
    };
    let PacketDetail { row, bytes, stopped, .. } = &*packet;
    let name = format!("Packet {}", quantity::count(row.index + 1));
    let marked = part.map_or(0..0, |(layer, field)| packet.bytes_of(layer, field));
    let on_part = {
        let (part, byte) = (part.clone(), byte.setter());
        Callback::from(move |at: Part| {
            part.set(Some(at).filter(|at| *part != Some(*at)));
            byte.set(None);
        })
    };
    let on_byte = {
        let (part, byte, packet) = (part.setter(), byte.setter(), packet.clone());
        Callback::from(move |at: Option<usize>| {
            part.set(at.and_then(|at| packet.at(at)));
            byte.set(at);
        })
    };
    html! {
        <section class="pane packet" aria-label={name.clone()}>
            <div class="pane-head">
            <h2>{ name }</h2>
            <p class="hint">
                { format!("{} {} · {} on the wire, {} captured", moment(row.time_ns, clock), zone_of(row.time_ns, clock),
                    quantity::bytes(row.wire_bytes.into()), quantity::bytes(bytes.len() as f64)) }
            </p>
            if let Some(flow) = row.flow {
                <a class="button" href={Route::packets(Filter { flow: Some(flow), ..Filter::default() }).hash()}>
                    { Icon::Flows.html() }<span>{"All packets of its flow"}</span>
                </a>
                <a class="button" href={Route::stream(flow).hash()}>{ Icon::Table.html() }<span>{"Follow stream"}</span></a>
            }
            <Mark index={row.index} comment={props.marked.get(&row.index).cloned()} />
            </div>
            if !stopped.is_empty() {
                <p class="warning">{ plain(stopped) }</p>
            }
            <div class="pane-body">
                { layers(&packet.layers, *part, &on_part) }
                <Hex packet={packet.clone()} {marked} byte={*byte} {on_byte} />
            </div>
        </section>
    }
}

fn note(text: &'static str) -> Html {
    html! { <section class="pane packet" aria-label="Selected packet"><p class="placeholder">{ text }</p></section> }
}
