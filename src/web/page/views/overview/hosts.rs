//! The busiest hosts as a table, each a way to its flows.

use crate::model::Analysis;
use crate::model::analysis::HostRow;
use crate::model::format::quantity;
use crate::protocol::Filter;
use crate::session::{Route, Shared};
use crate::web::page::parts::terms::explained;
use crate::web::page::parts::text::{data, data_name};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct HostsProps {
    /// The analysis.
    pub analysis: Shared<Analysis>,
}

/// The busiest hosts.
#[component]
pub fn Hosts(props: &HostsProps) -> Html {
    let hosts = &props.analysis.stats.top_hosts;
    let summary = &props.analysis.summary;
    let measured =
        Measured { packets: summary.measured_packets().is_some(), bytes: summary.measured_bytes().is_some() };
    if hosts.is_empty() {
        return Html::default();
    }
    html! {
        <section class="card" aria-labelledby="hosts-title">
            <h2 id="hosts-title">{"Top talkers"}</h2>
            <div class="scroll" role="region" aria-label="Top talkers as a table" tabindex="0">
                <table class="plain">
                    <thead>
                        <tr>
                            <th scope="col">{"Host"}</th>
                            <th scope="col">{"Name"}</th>
                            <th scope="col" class="num">{"Sent"}</th>
                            <th scope="col" class="num">{"Received"}</th>
                            <th scope="col" class="num">{ explained("Packets") }</th>
                            <th scope="col" class="num">{ explained("Flows") }</th>
                        </tr>
                    </thead>
                    <tbody>
                        for host in hosts {
                            { row(host, measured) }
                        }
                    </tbody>
                </table>
            </div>
        </section>
    }
}

/// What was counted at all: tables of flows may lack either.
#[derive(Clone, Copy)]
struct Measured {
    packets: bool,
    bytes: bool,
}

fn row(host: &HostRow, measured: Measured) -> Html {
    let bytes = |n: u64| quantity::or_dash(measured.bytes.then(|| quantity::bytes(n as f64)));
    let address = host.host.to_string();
    let route = Route::flows(Filter { text: address.clone(), ..Filter::default() });
    html! {
        <tr key={address.clone()}>
            <th scope="row"><a href={route.hash()} title="Show its flows">{ data(&address) }</a></th>
            <td>{ data_name(&host.name) }</td>
            <td class="num">{ bytes(host.bytes_sent) }</td>
            <td class="num">{ bytes(host.bytes_received) }</td>
            <td class="num">{ quantity::or_dash(measured.packets.then(|| quantity::count(host.packets))) }</td>
            <td class="num">{ quantity::count(host.flows) }</td>
        </tr>
    }
}
