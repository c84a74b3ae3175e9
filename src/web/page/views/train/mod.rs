//! Learning from labels: what is trained on and how on one side, how good that is on rows that were not trained on on the other.

use crate::protocol::training::TrainingQuery;
use crate::protocol::{Answer, Query};
use crate::session::training::{Training, TrainingAction};
use crate::session::{Action, Shared, State};
use crate::web::page::hooks::use_store;
use crate::web::page::parts::lost::TablesLost;
use crate::web::page::store::Store;
use choices::Choices;
use results::Results;
use yew::prelude::*;

mod choices;
mod features;
mod results;
mod save_model;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct TrainProps {
    /// The page's state.
    pub state: Shared<State>,
}

fn ask(store: &Store, query: TrainingQuery, question: u32) {
    let receiver = store.clone();
    let on_answer = Callback::from(move |answer| {
        if let Answer::Training(answer) = answer {
            receiver.dispatch(Action::Training(TrainingAction::Received(question, answer)));
        }
    });
    store.ask(Query::Training(Box::new(query)), on_answer);
}

/// The whole view.
#[component]
pub fn Train(props: &TrainProps) -> Html {
    let store = use_store();
    let it = props.state.training.clone();
    {
        // What there is depends on these.
        let revision = props.state.revision;
        let key = (props.state.job, revision, props.state.has_tables, it.choice.scope, it.choice.benign.clone());
        let store = store.clone();
        use_effect_with(key, move |(_, _, has_tables, ..)| {
            let Some(store) = store.filter(|_| *has_tables) else { return };
            store.dispatch(Action::Training(TrainingAction::Asked));
            let it = store.state().training.clone();
            ask(&store, TrainingQuery::Offer(it.choice.clone()), it.asked);
        });
    }
    let on_train = use_callback(store.clone(), |(): (), store| {
        let Some(store) = store else { return };
        store.dispatch(Action::Training(TrainingAction::Begun));
        let it = store.state().training.clone();
        ask(store, TrainingQuery::Train(it.choice.clone()), it.question);
    });
    let on_cancel = use_callback(store.clone(), |(): (), store| {
        if let Some(store) = store {
            let question = store.state().training.question;
            ask(store, TrainingQuery::Cancel, question);
        }
    });
    let on_action = use_callback(store, |action: TrainingAction, store| {
        store.iter().for_each(|store| store.dispatch(Action::Training(action.clone())));
    });
    html! {
        <div class="anomalies train">
            <div class="table-head">
                <h1>{"Train"}</h1>
                <p class="lead anomalies-lead">
                    {"A model learns from labels what attacks look like, and is tested on rows or flows that it has not seen. \
                      It knows these attacks in this network; others it may miss."}
                </p>
            </div>
            if props.state.has_tables {
                <div class="anomalies-split">
                    <Choices state={props.state.clone()} it={it.clone()} on_action={on_action.clone()} {on_train} {on_cancel} />
                    <div class="anomalies-results">
                        if it.result.is_some() {
                            <Results it={it.clone()} {on_action} />
                        } else {
                            <p class="placeholder" role="status">{ waiting(&it) }</p>
                        }
                    </div>
                </div>
            } else {
                <TablesLost />
            }
        </div>
    }
}

fn waiting(it: &Training) -> String {
    if let Some(why) = &it.refused {
        return why.clone();
    }
    if it.progress.is_some() {
        return "Training. How good it is comes here.".to_owned();
    }
    match &it.offer {
        None => "Looking at what there is…".to_owned(),
        Some(offer) => match &offer.why_not {
            Some(why) if offer.columns.is_empty() => why.clone(),
            Some(why) => format!("{why} Choose the label column."),
            None => "Choose, then press Train.".to_owned(),
        },
    }
}
