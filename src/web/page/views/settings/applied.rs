//! The files that are applied to what is open: what each has, what came of it, and buttons that remove it.

use crate::model::format::quantity;
use crate::protocol::attached::AttachedKind;
use crate::session::attached::Attached;
use crate::session::{Action, Shared, State};
use crate::web::page::hooks::use_action;
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::text::{data, plain};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct AppliedProps {
    /// The page's state.
    pub state: Shared<State>,
}

/// The list.
#[component]
pub fn Applied(props: &AppliedProps) -> Html {
    let detach = use_action(Action::Detach);
    let attached = &props.state.attached;
    html! {
        <section class="card group" aria-labelledby="settings-applied" id="group-applied">
            <h2 id="settings-applied">{"Applied files"}</h2>
            <p>
                {"Drop a model of "}<code class="code">{"packetloupe train"}</code>{", a baseline of "}
                <code class="code">{"packetloupe baseline"}</code>{", or a list of indicators (plain text, CSV, STIX 2, MISP JSON) on the page: \
                  it is known by its content, and what it says of the open file is added to the findings. Nothing is fetched."}
            </p>
            if attached.is_empty() {
                <p class="hint">{"No file is applied."}</p>
            } else {
                <ul class="applied" data-testid="applied">
                    for of in attached.iter() {
                        { item(of, &detach) }
                    }
                </ul>
            }
        </section>
    }
}

fn item(of: &Attached, detach: &Callback<u32>) -> Html {
    let id = of.file.id;
    let name = plain(&of.file.name);
    let (state, text) = match &of.said {
        None => ("waiting", "Nothing is open that it could be applied to.".to_owned()),
        Some(Ok(_)) if of.file.kind == AttachedKind::Labels => ("applied", "The view Train learns from it.".to_owned()),
        Some(Ok(n)) => ("applied", format!("{} of it.", quantity::counted(*n, "finding comes", "findings come"))),
        Some(Err(why)) => ("refused", format!("Not applied: {}.", plain(why).trim_end_matches('.'))),
    };
    html! {
        <li key={id} data-kind={format!("{:?}", of.file.kind)} data-state={state}>
            <div>
                <p><strong>{ data(&name) }</strong>{ format!(" is {} ({}). ", of.file.kind.noun(), quantity::bytes(of.bytes as f64)) }
                    { plain(&of.about) }</p>
                <p class={classes!((state != "applied").then_some("hint"))}>{ text }</p>
            </div>
            <button type="button" class="button" aria-label={format!("Remove {name}")} onclick={detach.reform(move |_: MouseEvent| id)}>
                { Icon::Cross.html() }<span>{"Remove"}</span>
            </button>
        </li>
    }
}
