//! The chosen flow with both directions, and ways on from it.

use crate::model::Addr;
use crate::model::format::quantity::{self, or_dash};
use crate::model::format::time;
use crate::model::listing::{FlowFieldRow, FlowRow};
use crate::protocol::Filter;
use crate::session::Route;
use crate::web::page::hooks::use_clock;
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::text::{data, data_name, moment, name, pair, score, zone_of};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct FlowDetailProps {
    /// The chosen flow.
    pub row: Option<FlowRow>,
    /// The input has packets.
    pub has_packets: bool,
}

/// The chosen flow.
#[component]
pub fn FlowDetail(props: &FlowDetailProps) -> Html {
    let clock = use_clock();
    let Some(row) = &props.row else {
        return html! {
            <aside class="pane" aria-label="Selected flow">
                <p class="placeholder">{"Select a flow to see it in full. Enter or a double click shows its packets."}</p>
            </aside>
        };
    };
    let packets = Route::packets(Filter { flow: Some(row.serial), ..Filter::default() });
    html! {
        <aside class="pane" aria-label={format!("Flow {}", row.serial)}>
            <div class="pane-head">
                <h2>{ format!("{} to {}", end(row.source, row.source_port), end(row.target, row.target_port)) }</h2>
                <a class="button" href={packets.hash()}>{ Icon::Packets.html() }<span>{"Packets of this flow"}</span></a>
                if props.has_packets {
                    <a class="button" href={Route::stream(row.serial).hash()}>{ Icon::Table.html() }<span>{"Follow stream"}</span></a>
                }
                <ul class="links">
                    <li><a href={flows_of(row.source)}>{ format!("Flows of {}", row.source) }</a></li>
                    <li><a href={flows_of(row.target)}>{ format!("Flows of {}", row.target) }</a></li>
                </ul>
            </div>
            <dl class="figures facts">
                { pair("Start", format!("{} {}", moment(row.first_ns, clock), zone_of(row.first_ns, clock))) }
                { pair("Duration", or_dash(row.duration_ns.map(time::span))) }
                { pair("Protocol", or_dash(Some(row.transport.clone()))) }
                { pair("Application", or_dash(Some(row.app.clone()))) }
                { pair("Name", data_name(&or_dash(Some(row.name.clone())))) }
                { pair("State", or_dash(Some(row.state.clone()))) }
                { pair("Forward", amount(row.packets[0], row.bytes[0])) }
                { pair("Backward", amount(row.packets[1], row.bytes[1])) }
                { pair("Anomaly score", score(row.score)) }
            </dl>
            if !row.facts.is_empty() {
                <h3>{"Application data"}</h3>
                <dl class="figures facts">
                    for (label, values) in said(&row.facts) {
                        { pair(label, data(&values)) }
                    }
                </dl>
            }
        </aside>
    }
}

/// What was said about each thing, in the order in which it first was.
fn said(facts: &[FlowFieldRow]) -> Vec<(&str, String)> {
    let mut said: Vec<(&str, String)> = Vec::new();
    for fact in facts {
        let value = match fact.n {
            1 => name(&fact.value),
            n => format!("{} ({} times)", name(&fact.value), quantity::count(u64::from(n))),
        };
        match said.iter_mut().find(|(label, _)| *label == fact.label) {
            Some((_, values)) => values.push_str(&format!(", {value}")),
            None => said.push((&fact.label, value)),
        }
    }
    said
}

fn flows_of(host: Addr) -> String {
    Route::flows(Filter { text: host.to_string(), ..Filter::default() }).hash()
}

fn end(host: Addr, port: u16) -> String {
    match (port, host.is_v4()) {
        (0, _) => host.to_string(),
        (_, true) => format!("{host}:{port}"),
        (_, false) => format!("[{host}]:{port}"),
    }
}

/// What was measured of one side.
fn amount(packets: Option<u64>, bytes: Option<u64>) -> String {
    let packets = packets.map(|n| quantity::counted(n, "packet", "packets"));
    let parts: Vec<String> = packets.into_iter().chain(bytes.map(|n| quantity::bytes(n as f64))).collect();
    or_dash(Some(parts.join(", ")))
}
