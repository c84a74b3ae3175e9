//! ARP and IPv6 neighbours: which device claims which address, who asks for whom.

use crate::model::Addr;
use crate::model::Analysis;
use crate::model::format::quantity;
use crate::model::neighbours::{AddressQuestion, Binding, Neighbours as Said};
use crate::model::net::addr::mac_text;
use crate::protocol::{self, Filter, Query};
use crate::session::view::NEIGHBOURS;
use crate::session::{Route, Shared, State};
use crate::web::page::hooks::{use_clock, use_incremental_render, use_store};
use crate::web::page::parts::icon::{Icon, severity_badge};
use crate::web::page::parts::lost::TablesLost;
use crate::web::page::parts::terms::explained;
use crate::web::page::parts::text::{Times, plain};
use yew::prelude::*;

/// Rows that are built in one turn.
const EACH: usize = 40;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct NeighboursProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis.
    pub analysis: Shared<Analysis>,
}

/// Claims, questions, and what was found about them.
#[component]
pub fn Neighbours(props: &NeighboursProps) -> Html {
    let NeighboursProps { state, analysis } = props;
    let (store, clock) = (use_store(), use_clock());
    let said = use_state_eq(|| None::<Result<Shared<Said>, String>>);
    let newest = use_mut_ref(|| 0_u32);
    {
        let scope = state.selection.over(&Filter::default()).scope;
        let set = said.setter();
        use_effect_with((scope, state.job, state.revision), move |(scope, ..)| {
            let Some(store) = store else { return };
            let number = newest.borrow().wrapping_add(1);
            newest.replace(number);
            let on_answer = Callback::from(move |answer| {
                if let (protocol::Answer::Neighbours(said), true) = (answer, *newest.borrow() == number) {
                    set.set(Some(said.map(Shared::new)));
                }
            });
            store.ask(Query::Neighbours(scope.clone()), on_answer);
        });
    }
    let times = Times::new(&analysis.summary, clock);
    let body = match (&*said, state.has_tables) {
        (_, false) => html! { <TablesLost /> },
        (None, _) => html! { <p class="placeholder" aria-busy="true">{"Reading ARP and neighbour discovery…"}</p> },
        (Some(Err(why)), _) => {
            html! { <p class="placeholder" role="status">{ format!("This cannot be shown: {}.", plain(why)) }</p> }
        }
        (Some(Ok(said)), _) => html! { <Tables said={said.clone()} {times} /> },
    };
    let is_about = |detector: &str| {
        ["arp_spoofing", "neighbour_spoofing", "duplicate_address", "arp_sweep", "rogue_router"].contains(&detector)
    };
    let found: Vec<_> = analysis.findings.iter().filter(|finding| is_about(&finding.detector)).collect();
    html! {
        <div class="panels">
            <h1>{ NEIGHBOURS.label }</h1>
            <p class="hint">{ NEIGHBOURS.help }</p>
            if !found.is_empty() {
                <section class="card" aria-label="Findings about addresses">
                    <h2>{ explained("Findings about addresses") }</h2>
                    <ul class="brief-list">
                        for finding in found {
                            <li><a href={Route::findings(Some(&finding.id)).hash()}>
                                { severity_badge(finding.severity) }<span class="brief-text">{ plain(&finding.title) }</span>
                            </a></li>
                        }
                    </ul>
                </section>
            }
            { body }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct TablesProps {
    said: Shared<Said>,
    times: Times,
}

#[component]
fn Tables(props: &TablesProps) -> Html {
    let TablesProps { said, times } = props;
    let there = use_incremental_render(said.bindings.len() + said.questions.len(), EACH);
    if said.n_messages == 0 {
        return html! { <p class="placeholder">{"No ARP and no neighbour discovery is in the selected traffic."}</p> };
    }
    let contested = said.bindings.iter().filter(|one| one.n_claimants > 1).count() as u64;
    let unanswered = said.questions.iter().filter(|one| one.n_answered == 0).count() as u64;
    let questions = there.saturating_sub(said.bindings.len());
    html! {
        <>
            <p>{ format!("{} say: {}, {}.",
                quantity::counted(said.n_messages, "message", "messages"),
                quantity::counted(contested, "claim is contested", "claims are contested"),
                quantity::counted(unanswered, "question got no answer", "questions got no answer")) }</p>
            if said.n_not_read + said.n_left_out > 0 {
                <p class="hint">{ Icon::Hint.html() }{ format!(" {} were not read and {} are not listed: select less to see all.",
                    quantity::counted(said.n_not_read, "message", "messages"), quantity::counted(said.n_left_out, "row", "rows")) }</p>
            }
            <section class="card explore-rows scroll" role="region" tabindex="0" aria-label="Who claims which address">
                <h2>{ explained("Who claims which address") }</h2>
                <table class="plain">
                    <thead><tr>
                        <th scope="col">{"IP address"}</th><th scope="col">{"Ethernet address"}</th>
                        <th scope="col" class="num">{ explained("Claims") }</th><th scope="col" class="num">{"Answers"}</th>
                        <th scope="col" class="num">{"Not asked for"}</th><th scope="col">{"First"}</th><th scope="col">{"Last"}</th>
                        <th scope="col">{"Note"}</th>
                    </tr></thead>
                    <tbody>
                        for one in said.bindings.iter().take(there) { { binding(one, *times) } }
                    </tbody>
                </table>
            </section>
            if !said.questions.is_empty() {
                <section class="card explore-rows scroll" role="region" tabindex="0" aria-label="Who asks for whom">
                    <h2>{"Who asks for whom"}</h2>
                    <table class="plain">
                        <thead><tr>
                            <th scope="col">{"Source"}</th><th scope="col">{"Its Ethernet address"}</th><th scope="col">{"Asks for"}</th>
                            <th scope="col" class="num">{"Questions"}</th><th scope="col" class="num">{"Answered"}</th>
                            <th scope="col">{"First"}</th><th scope="col">{"Last"}</th>
                        </tr></thead>
                        <tbody>
                            for one in said.questions.iter().take(questions) { { question(one, *times) } }
                        </tbody>
                    </table>
                </section>
            }
            <p class="hint">{ times.note() }</p>
        </>
    }
}

fn binding(one: &Binding, times: Times) -> Html {
    let is_contested = one.n_claimants > 1;
    html! {
        <tr class={is_contested.then_some("is-contested")}>
            <th scope="row"><a href={host(one.address)}>{ one.address.to_string() }</a></th>
            <td class="code whole"><a href={packets(&mac_text(one.mac))}>{ mac_text(one.mac) }</a></td>
            <td class="num">{ quantity::count(one.n_claims) }</td>
            <td class="num">{ quantity::count(one.n_answers) }</td>
            <td class="num">{ quantity::count(one.n_unasked) }</td>
            <td class="whole">{ times.text(one.first_ns) }</td>
            <td class="whole">{ times.text(one.last_ns) }</td>
            <td>{ if is_contested { format!("{} devices claim this address", one.n_claimants) } else { String::new() } }</td>
        </tr>
    }
}

fn question(one: &AddressQuestion, times: Times) -> Html {
    html! {
        <tr>
            <th scope="row">
                if one.source.is_group() { {"(probe)"} } else { <a href={host(one.source)}>{ one.source.to_string() }</a> }
            </th>
            <td class="code whole">{ one.mac.map_or_else(|| "–".to_owned(), mac_text) }</td>
            <td><a href={host(one.target)}>{ one.target.to_string() }</a></td>
            <td class="num">{ quantity::count(one.n_questions) }</td>
            <td class="num">{ quantity::count(one.n_answered) }</td>
            <td class="whole">{ times.text(one.first_ns) }</td>
            <td class="whole">{ times.text(one.last_ns) }</td>
        </tr>
    }
}

fn host(address: Addr) -> String {
    Route::panels("hosts", Some(address.to_string())).hash()
}

fn packets(text: &str) -> String {
    Route::packets(Filter { text: text.to_owned(), ..Filter::default() }).hash()
}
