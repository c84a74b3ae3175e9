//! Hosts and what they exchange, as a picture and as a table.

use crate::export::answer;
use crate::model::Analysis;
use crate::model::explore::{Mark, Order};
use crate::model::format::quantity;
use crate::model::graph::Graph;
use crate::protocol::{self, Filter, Query};
use crate::session::view::GRAPH;
use crate::session::{Action, Shared, State, graph};
use crate::web::browser::download;
use crate::web::page::hooks::use_store;
use crate::web::page::parts::answer::AnswerView;
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::lost::TablesLost;
use crate::web::page::parts::text::plain;
use picture::Picture;
use yew::prelude::*;

mod picture;
mod pointer;
mod scene;
mod shapes;
mod viewport;

/// Rows of the table at first.
const MOST: usize = 50;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct GraphProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis.
    pub analysis: Shared<Analysis>,
}

/// The graph of what is selected. The last one stays until the next has come.
#[component]
pub fn GraphView(props: &GraphProps) -> Html {
    let GraphProps { state, analysis } = props;
    let store = use_store();
    let drawn = use_state_eq(|| None::<Result<Shared<Graph>, String>>);
    let order = use_state_eq(Order::default);
    let newest = use_mut_ref(|| 0_u32);
    {
        let (set, store) = (drawn.setter(), store.clone());
        use_effect_with((state.selection.scope(), state.job, state.revision), move |(scope, ..)| {
            let Some(store) = store else { return };
            let number = newest.borrow().wrapping_add(1);
            newest.replace(number);
            let on_answer = Callback::from(move |answer| {
                if let (protocol::Answer::Graph(graph), true) = (answer, *newest.borrow() == number) {
                    set.set(Some(graph.map(Shared::new)));
                }
            });
            store.ask(Query::Graph(scope.clone()), on_answer);
        });
    }
    let body = match (&*drawn, state.has_tables) {
        (_, false) => html! { <TablesLost /> },
        (None, _) => html! { <p class="placeholder" aria-busy="true">{"Drawing…"}</p> },
        (Some(Err(why)), _) => {
            html! { <p class="placeholder" role="status">{ format!("This cannot be shown: {}.", plain(why)) }</p> }
        }
        (Some(Ok(graph)), _) if graph.nodes.is_empty() => {
            html! { <p class="placeholder" role="status">{"No flow is in the selection."}</p> }
        }
        (Some(Ok(graph)), _) => {
            let rows = Shared::new(graph::table(graph, *order));
            let set = order.setter();
            let name = download::name(&analysis.file.name, "connections");
            let on_save = {
                let (rows, name, store) = (rows.clone(), format!("{name}.csv"), store.clone());
                Callback::from(move |_: MouseEvent| {
                    let text = String::from_utf8(answer::csv(&rows)).unwrap_or_default();
                    if let (Some(store), Err(text)) = (&store, download::save_text(&name, "text/csv", &text)) {
                        store.dispatch(Action::Fail(text));
                    }
                })
            };
            html! {
                <>
                    <p class="hint">{ said(graph) }</p>
                    <Picture graph={graph.clone()} />
                    <div class="explored-head">
                        <h2>{"What they exchange"}</h2>
                        <button type="button" class="button" onclick={on_save}>{ Icon::Save.html() }<span>{"Save rows (CSV)"}</span></button>
                    </div>
                    <AnswerView answer={rows} mark={Mark::Table} order={*order} filter={Filter::default()} offset={0}
                        on_order={Callback::from(move |next| set.set(next))} saved_as={name} most={MOST} is_of_rows={false} />
                </>
            }
        }
    };
    html! {
        <div class="explore graph-view">
            <h1>{ GRAPH.label }</h1>
            <p class="hint">{ GRAPH.help }</p>
            { body }
        </div>
    }
}

fn said(graph: &Graph) -> String {
    let hosts = quantity::counted(graph.n_hosts, "host", "hosts");
    let nodes = graph.nodes.len() as u64;
    let grouped = if nodes < graph.n_hosts {
        format!(
            " in {} nodes: those with the most traffic by themselves, the others by network",
            quantity::count(nodes)
        )
    } else {
        String::new()
    };
    let left_out = if graph.n_edges_left_out > 0 {
        format!(" The {} connections with the least traffic are left out.", quantity::count(graph.n_edges_left_out))
    } else {
        String::new()
    };
    format!("{hosts}{grouped}, {}.{left_out}", quantity::counted(graph.edges.len() as u64, "connection", "connections"))
}
