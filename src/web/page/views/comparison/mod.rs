//! What is new, gone or different in what is selected against a baseline; and what is normal here to a baseline file.

use crate::model::format::quantity;
use crate::protocol::attached::AttachedKind;
use crate::protocol::comparison::Comparison as Told;
use crate::protocol::{Answer, Query, SaveError, Saving};
use crate::session::attached::Attached;
use crate::session::comparison::csv;
use crate::session::{Action, Shared, State};
use crate::web::browser::download;
use crate::web::page::hooks::use_store;
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::lost::TablesLost;
use crate::web::page::parts::terms::explained;
use crate::web::page::parts::text::{data, plain};
use tables::{kinds, rates, shifts};
use web_sys::Blob;
use yew::prelude::*;

mod tables;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ComparisonProps {
    /// The page's state.
    pub state: Shared<State>,
}

/// What the worker said: nothing yet, that no baseline is applied, what differs, or why that cannot be said.
type Said = Option<Result<Option<Shared<Told>>, String>>;

/// The whole view.
#[component]
pub fn Comparison(props: &ComparisonProps) -> Html {
    let store = use_store();
    let state = &props.state;
    let said = use_state(|| None::<Result<Option<Shared<Told>>, String>>);
    {
        let key = (state.job, state.revision, state.has_tables, state.selection.clone());
        let (store, said) = (store.clone(), said.setter());
        use_effect_with(key, move |(.., has_tables, selection)| {
            let Some(store) = store.filter(|_| *has_tables) else { return };
            let on_answer = Callback::from(move |answer| {
                if let Answer::Comparison(answer) = answer {
                    said.set(Some(answer.map(|told| told.map(Shared::new))));
                }
            });
            store.ask(Query::Comparison(selection.scope()), on_answer);
        });
    }
    let learn = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| {
            let Some(store) = &store else { return };
            let state = store.state();
            let capture = state.file.as_ref().map(|file| file.name.clone()).unwrap_or_default();
            let (name, then) = (download::name(&capture, "baseline.json"), store.clone());
            store.save(
                Saving::Baseline,
                state.selection.scope(),
                None,
                Callback::from(move |written: Result<(Blob, u64), SaveError>| {
                    let written = written.map_err(|why| why.sentence(&name));
                    if let Err(text) = written.and_then(|(file, _)| download::save_blob(&name, &file)) {
                        then.dispatch(Action::Fail(text));
                    }
                }),
            );
        })
    };
    let what = if state.selection.passes_all() { "this file" } else { "what is selected" };
    html! {
        <div class="comparison">
            <div class="table-head">
                <h1>{"Compare"}</h1>
                <p class="lead anomalies-lead">
                    {"What is new, gone or different against a baseline: what was normal in another capture, or in another part of this one."}
                </p>
            </div>
            if state.has_tables {
                <section class="card baseline-bar" aria-label="Baseline">
                    { baseline(state.attached.iter().find(|of| of.file.kind == AttachedKind::Baseline)) }
                    <button type="button" class="button" onclick={learn}>
                        { Icon::Save.html() }<span>{ format!("Save {what} as a baseline") }</span>
                    </button>
                </section>
                { told(&said, store.as_ref(), state) }
            } else {
                <TablesLost />
            }
        </div>
    }
}

fn baseline(of: Option<&Attached>) -> Html {
    match of {
        Some(of) => html! {
            <p><strong>{ data(&of.file.name) }</strong>{" is the baseline. "}<a href="#/settings">{"Remove it in Settings"}</a>
                {", or drop another one."}</p>
        },
        None => html! {
            <p>{"Drop a baseline file on the page to compare. To make one, select the usual part of a capture on the timeline, or open a \
                 capture of usual traffic, and save it."}</p>
        },
    }
}

fn told(said: &Said, store: Option<&crate::web::page::store::Store>, state: &State) -> Html {
    let told = match said {
        None => return html! { <p class="placeholder" role="status">{"Comparing…"}</p> },
        Some(Err(why)) => return html! { <p class="placeholder" role="status">{ plain(why) }</p> },
        Some(Ok(None)) => return Html::default(),
        Some(Ok(Some(told))) => told.clone(),
    };
    let save = {
        let (store, told) = (store.cloned(), told.clone());
        let capture = state.file.as_ref().map(|file| file.name.clone()).unwrap_or_default();
        Callback::from(move |_: MouseEvent| {
            let name = download::name(&capture, "changes.csv");
            if let (Some(store), Err(text)) = (&store, download::save_text(&name, "text/csv", &csv(&told))) {
                store.dispatch(Action::Fail(text));
            }
        })
    };
    let [normal, here] = &told.about;
    let n: u64 = told.kinds.iter().map(|kind| kind.n).sum::<u64>() + (told.rates.len() + told.shifts.len()) as u64;
    html! {
        <>
            <section class="card" aria-labelledby="comparison-about">
                <h2 id="comparison-about">{ quantity::counted(n, "difference", "differences") }</h2>
                <dl class="pairs">
                    <dt>{ explained("Baseline") }</dt><dd>{ plain(normal) }</dd>
                    <dt>{"Here"}</dt><dd>{ plain(here) }</dd>
                </dl>
                <p class="save-rows">
                    <button type="button" class="button quiet" onclick={save}>{ Icon::Save.html() }<span>{"Save as CSV"}</span></button>
                </p>
            </section>
            <div class="comparison-parts">
                { kinds(&told) }
                { rates(&told) }
                { shifts(&told) }
            </div>
        </>
    }
}
