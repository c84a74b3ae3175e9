//! What a flow carries, read from the file again: text or hex, each direction in its colour.

use crate::model::Analysis;
use crate::model::format::quantity;
use crate::model::stream::{FollowedStream, StreamTurn};
use crate::protocol::{Answer, Filter, Query};
use crate::session::route::{PacketsRoute, StreamRoute};
use crate::session::{Action, Route, Shared, State};
use crate::web::browser::download;
use crate::web::page::hooks::{use_clock, use_store};
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::lost::TablesLost;
use crate::web::page::parts::text::{moment, plain};
use bytes::{as_hex, as_text};
use yew::prelude::*;

mod bytes;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct StreamProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// What is chosen.
    pub route: StreamRoute,
}

/// What is known of the stream.
#[derive(Clone, PartialEq)]
enum Followed {
    Waiting,
    Gone,
    Here(Shared<FollowedStream>),
}

/// A stream.
#[component]
pub fn Stream(props: &StreamProps) -> Html {
    let StreamProps { state, analysis, route } = props;
    let store = use_store();
    let followed = use_state_eq(|| Followed::Waiting);
    let newest = use_mut_ref(|| 0_u32);
    {
        let set = followed.setter();
        use_effect_with((route.flow, route.from, state.job, state.revision), move |(flow, from, ..)| {
            let (Some(store), Some(flow)) = (store, *flow) else { return };
            let number = newest.borrow().wrapping_add(1);
            newest.replace(number);
            let on_answer = Callback::from(move |answer| {
                if let (Answer::Stream(stream), true) = (answer, *newest.borrow() == number) {
                    set.set(stream.map_or(Followed::Gone, |stream| Followed::Here(Shared::new(*stream))));
                }
            });
            store.ask(Query::Stream { flow, from: *from }, on_answer);
        });
    }
    let body = match (route.flow, &*followed, state.has_tables) {
        (_, _, false) => html! { <TablesLost /> },
        (None, ..) => html! {
            <p class="placeholder">
                {"Choose a flow or a packet and "}<strong>{"Follow stream"}</strong>{" to read what it carries: in "}
                <a href={Route::flows(Filter::default()).hash()}>{"Flows"}</a>{" or "}
                <a href={Route::packets(Filter::default()).hash()}>{"Packets"}</a>{"."}
            </p>
        },
        (_, Followed::Waiting, _) => {
            html! { <p class="placeholder" aria-busy="true">{"Reading the stream from the file…"}</p> }
        }
        (_, Followed::Gone, _) => html! { <p class="placeholder">{"There is no such flow in this capture."}</p> },
        (Some(flow), Followed::Here(stream), _) => {
            html! { <Shown stream={stream.clone()} route={*route} {flow} file={analysis.file.name.clone()} /> }
        }
    };
    html! {
        <div class="stream">
            <h1>{"Stream"}</h1>
            { body }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ShownProps {
    stream: Shared<FollowedStream>,
    route: StreamRoute,
    flow: u32,
    file: String,
}

#[component]
fn Shown(props: &ShownProps) -> Html {
    let ShownProps { stream, route, flow, file } = props;
    let store = use_store();
    let [sent, received] = stream.n_bytes;
    let n_shown: u64 = stream.turns.iter().map(|turn| turn.bytes.len() as u64).sum();
    let end = stream.from + n_shown;
    let form = |is_hex: bool, label: &'static str| {
        let href = Route::Stream(StreamRoute { is_hex, ..*route }).hash();
        html! { <li><a class="chip" {href} aria-current={(route.is_hex == is_hex).then_some("true")}>{ label }</a></li> }
    };
    let on_save = {
        let (stream, is_hex, name) =
            (stream.clone(), route.is_hex, download::name(file, &format!("stream-{flow}.txt")));
        Callback::from(move |_: MouseEvent| {
            let text: String = stream.turns.iter().map(|turn| written(&stream, turn, is_hex)).collect();
            if let (Some(store), Err(text)) = (&store, download::save_text(&name, "text/plain", &text)) {
                store.dispatch(Action::Fail(text));
            }
        })
    };
    let part = |from: u64, label: &'static str| {
        html! { <a class="button" href={Route::Stream(StreamRoute { from, ..*route }).hash()}>{ label }</a> }
    };
    let packets = Route::packets(Filter { flow: Some(*flow), ..Filter::default() });
    html! {
        <>
            <h2>{ format!("{} to {}", stream.client, stream.server) }</h2>
            <p class="hint">
                { format!("Flow {flow}: the client sends {}, the server {}{}. ", quantity::bytes(sent as f64), quantity::bytes(received as f64),
                    if stream.is_cut { " of what was read; there is more" } else { "" }) }
                if stream.is_masked { {"Passwords, cookies and the like that were recognised are written as *."} }
            </p>
            <div class="stream-tools">
                <ul class="chips" aria-label="Form">{ form(false, "Text") }{ form(true, "Hex") }</ul>
                <button type="button" class="button" onclick={on_save}>{ Icon::Save.html() }<span>{"Save this part"}</span></button>
                <a class="button" href={packets.hash()}>{ Icon::Packets.html() }<span>{"Packets of this flow"}</span></a>
                if stream.from > 0 { { part(0, "From the beginning") } }
                if end < sent + received { { part(end, "Next part") } }
            </div>
            if stream.turns.is_empty() {
                <p class="placeholder">{"This flow carries no bytes, or the capture does not hold them."}</p>
            } else {
                <ol class="turns" aria-label="What was sent">
                    for (place, turn) in stream.turns.iter().enumerate() {
                        <Turn key={place} {place} stream={stream.clone()} is_hex={route.is_hex} is_answer={turn.is_answer} />
                    }
                </ol>
            }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct TurnProps {
    place: usize,
    stream: Shared<FollowedStream>,
    is_hex: bool,
    is_answer: bool,
}

/// What one side sends.
#[component]
fn Turn(props: &TurnProps) -> Html {
    let clock = use_clock();
    let Some(turn) = props.stream.turns.get(props.place) else { return Html::default() };
    let packet = Route::Packets(PacketsRoute { packet: Some(turn.packet), ..PacketsRoute::default() });
    let who = if turn.is_answer { "Server" } else { "Client" };
    html! {
        <li class={classes!("turn-part", if turn.is_answer { "of-server" } else { "of-client" })}>
            <p class="hint">
                <strong>{ who }</strong>
                { format!(" · {} · {} · ", moment(turn.time_ns, clock), quantity::bytes(turn.bytes.len() as f64)) }
                <a href={packet.hash()}>{ format!("packet {}", quantity::count(turn.packet + 1)) }</a>
                if turn.is_after_gap { <span class="warning">{" · bytes before this are not in the capture"}</span> }
            </p>
            <pre>{ plain_lines(&if props.is_hex { as_hex(&turn.bytes) } else { as_text(&turn.bytes) }) }</pre>
        </li>
    }
}

/// A turn as it is saved.
fn written(stream: &FollowedStream, turn: &StreamTurn, is_hex: bool) -> String {
    let who = if turn.is_answer { &stream.server } else { &stream.client };
    let gap = if turn.is_after_gap { " (bytes before this are not in the capture)" } else { "" };
    let bytes = if is_hex { as_hex(&turn.bytes) } else { as_text(&turn.bytes) };
    format!("--- {who}, packet {}{gap}\n{bytes}\n", turn.packet + 1)
}

/// Text from a capture, line by line: what could hide or turn round what follows is shown as �.
fn plain_lines(text: &str) -> String {
    text.split('\n').map(plain).collect::<Vec<_>>().join("\n")
}
