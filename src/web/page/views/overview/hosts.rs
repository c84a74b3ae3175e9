//! The busiest hosts as a table, each a way to its flows.

use crate::model::Analysis;
use crate::model::analysis::HostRow;
use crate::model::format::quantity;
use crate::protocol::Filter;
use crate::session::{Route, Shared};
use crate::web::page::parts::text::plain;
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
                            <th scope="col" class="num">{"Packets"}</th>
                            <th scope="col" class="num">{"Flows"}</th>
                        </tr>
                    </thead>
                    <tbody>
                        for host in hosts {
                            { row(host) }
                        }
                    </tbody>
                </table>
            </div>
        </section>
    }
}

fn row(host: &HostRow) -> Html {
    let address = host.host.to_string();
    let route = Route::flows(Filter { text: address.clone(), ..Filter::default() });
    html! {
        <tr key={address.clone()}>
            <th scope="row"><a href={route.hash()} title="Show its flows">{ address }</a></th>
            <td>{ plain(&host.name) }</td>
            <td class="num">{ quantity::bytes(host.bytes_sent as f64) }</td>
            <td class="num">{ quantity::bytes(host.bytes_received as f64) }</td>
            <td class="num">{ quantity::count(host.packets) }</td>
            <td class="num">{ quantity::count(host.flows) }</td>
        </tr>
    }
}
