//! One packet in full, asked for when it has been chosen for a moment.

use crate::model::listing::PacketDetail;
use crate::protocol::{Answer, Query};
use crate::session::Shared;
use crate::web::page::hooks::use_store;
use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// Rows that keys pass over faster than this are not asked for, ms.
const PAUSE_MS: u32 = 60;

/// What is known of the chosen packet.
#[derive(Clone, PartialEq)]
pub enum Chosen {
    /// None is chosen.
    Nothing,
    /// It was asked for.
    Asked,
    /// Here it is.
    Here(Shared<PacketDetail>),
    /// It cannot be read any more.
    Gone,
}

/// The packet at a place. Until the next one has come the last one is kept, so that the pane does not flicker.
#[hook]
pub fn use_packet(index: Option<u64>, job: u32) -> Chosen {
    let store = use_store();
    let chosen = use_state_eq(|| Chosen::Nothing);
    let newest = use_mut_ref(|| None::<u64>);
    {
        let chosen = chosen.clone();
        use_effect_with((index, job), move |(index, _)| {
            newest.replace(*index);
            let timer = match (*index, store) {
                (Some(index), Some(store)) => {
                    if !matches!(*chosen, Chosen::Here(_)) {
                        chosen.set(Chosen::Asked);
                    }
                    let on_answer = Callback::from(move |answer| {
                        if let (Answer::Packet(packet), true) = (answer, *newest.borrow() == Some(index)) {
                            chosen.set(packet.map_or(Chosen::Gone, |packet| Chosen::Here(Shared::new(*packet))));
                        }
                    });
                    Some(Timeout::new(PAUSE_MS, move || store.ask(Query::Packet { index }, on_answer)))
                }
                _ => {
                    chosen.set(Chosen::Nothing);
                    None
                }
            };
            move || drop(timer)
        });
    }
    (*chosen).clone()
}
