//! What application messages say, protocol by protocol: how many there are, and how often each value comes.

use crate::maths::sorting::Arrange;
use crate::model::Analysis;
use crate::model::analysis::{FieldCount, ProtocolCount};
use crate::model::format::quantity;
use crate::session::Shared;
use crate::web::page::parts::text::name;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct MessagesProps {
    /// The analysis.
    pub analysis: Shared<Analysis>,
}

/// Messages by protocol.
#[component]
pub fn Messages(props: &MessagesProps) -> Html {
    let mut protocols: Vec<&ProtocolCount> = props.analysis.summary.protocols.iter().collect();
    protocols.retain(|protocol| protocol.messages > 0);
    protocols.arrange_by(|a, b| b.messages.cmp(&a.messages).then_with(|| a.name.cmp(&b.name)));
    if protocols.is_empty() {
        return Html::default();
    }
    html! {
        <section class="card" aria-labelledby="messages-title">
            <h2 id="messages-title">{"Application data"}</h2>
            for protocol in protocols {
                { said(protocol) }
            }
        </section>
    }
}

fn said(protocol: &ProtocolCount) -> Html {
    let head = format!("{}: {}", protocol.name, quantity::counted(protocol.messages, "message", "messages"));
    if protocol.fields.is_empty() {
        return html! { <p key={protocol.name.clone()}>{ head }</p> };
    }
    html! {
        <details key={protocol.name.clone()}>
            <summary>{ head }</summary>
            <dl class="figures">
                for count in &protocol.fields {
                    { values(count) }
                }
            </dl>
        </details>
    }
}

fn values(count: &FieldCount) -> Html {
    let texts = count.values.iter().map(|(value, n)| format!("{} {}", name(value), times(*n)));
    html! {
        <div class="pair wide"><dt>{ count.label.clone() }</dt><dd>{ texts.collect::<Vec<_>>().join(", ") }</dd></div>
    }
}

fn times(n: u64) -> String {
    format!("({})", quantity::count(n))
}
