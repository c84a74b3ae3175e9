//! What is unusual in the open file: choices on one side, and what came of them on the other, all linked by the row that is selected.

use crate::model::Analysis;
use crate::model::format::quantity;
use crate::model::rows::RowKind;
use crate::protocol::anomalies::{
    AnomalyChoice, AnomalyOffer, AnomalyQuery, AnomalyRow, AnomalyScope, AnomalySort, ScoredWithin,
};
use crate::protocol::{Answer, Filter, Query};
use crate::session::{Action, Anomalies as Chosen, AnomalyAction, Shared, State};
use crate::web::page::hooks::{use_clock, use_store};
use crate::web::page::parts::grid::{Grid, Wanted};
use crate::web::page::parts::lost::TablesLost;
use crate::web::page::parts::text::Times;
use crate::web::page::store::Store;
use choices::Choices;
use demonstration::DemonstrationPart;
use judged::JudgedPart;
use map::MapPart;
use matrix::Matrix;
use method_notes::MethodNotes;
use row::ListedRows;
use scores::Scores;
use use_later::use_later;
use why::Why;
use yew::prelude::*;

mod choices;
mod demonstration;
mod features;
mod judged;
mod keep_choices;
mod map;
mod matrix;
mod method_notes;
mod row;
mod scores;
mod use_later;
mod why;

/// Files with at most so many rows are learnt from at once; for more it is asked for.
const AT_ONCE: u64 = 20_000;
/// A list follows the slider once it has rested so long, ms.
const REST_MS: u32 = 120;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct AnomaliesProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis.
    pub analysis: Shared<Analysis>,
}

/// Asks what could be learnt from, by the choice in force.
fn ask_offer(store: &Store) {
    store.dispatch(Action::Anomalies(AnomalyAction::Asked));
    let it = store.state().anomalies.clone();
    ask(store, AnomalyQuery::Offer(it.choice.clone()), it.asked);
}

/// Begins to learn by the choice in force.
fn learn(store: &Store) {
    store.dispatch(Action::Anomalies(AnomalyAction::Begun));
    let it = store.state().anomalies.clone();
    ask(store, AnomalyQuery::Learn(it.choice.clone()), it.question);
}

fn ask(store: &Store, query: AnomalyQuery, question: u32) {
    let receiver = store.clone();
    let on_answer = Callback::from(move |answer| {
        if let Answer::Anomalies(answer) = answer {
            receiver.dispatch(Action::Anomalies(AnomalyAction::Received(question, answer)));
        }
    });
    store.ask(Query::Anomalies(Box::new(query)), on_answer);
}

/// What the rows of a file are at first.
fn first_scope(analysis: &Analysis) -> AnomalyScope {
    let is_table = analysis.table.as_ref().is_some_and(|table| table.layout.kind != RowKind::Packets);
    if is_table { AnomalyScope::Rows } else { AnomalyScope::Flows }
}

/// The whole view.
#[component]
pub fn Anomalies(props: &AnomaliesProps) -> Html {
    let store = use_store();
    let it = props.state.anomalies.clone();
    {
        // What there is depends on these.
        let key = (props.state.job, props.state.has_tables, it.choice.scope, it.choice.window_seconds.to_bits());
        let (store, analysis, it) = (store.clone(), props.analysis.clone(), it.clone());
        use_effect_with(key, move |(_, has_tables, ..)| {
            let Some(store) = store.filter(|_| *has_tables) else { return };
            let is_new = it.offer.is_none() && it.asked == 0;
            if is_new && first_scope(&analysis) != it.choice.scope {
                let choice = AnomalyChoice { scope: first_scope(&analysis), ..it.choice.clone() };
                // The scope is other then, and this comes again.
                return store.dispatch(Action::Anomalies(AnomalyAction::Choose(choice)));
            }
            let is_known = it.offer.as_ref().is_some_and(|offer| {
                offer.scope == it.choice.scope && [0.0, offer.window_seconds].contains(&it.choice.window_seconds)
            });
            if !is_known {
                ask_offer(&store);
            }
        });
    }
    {
        // A small file is learnt from without being asked.
        let n = it.offer.as_ref().map_or(0, |offer| of_scope(offer, it.choice.scope));
        let is_fresh = it.result.is_none() && it.progress.is_none() && it.refused.is_none();
        let store = store.clone();
        use_effect_with((n, is_fresh), move |(n, is_fresh)| {
            if let Some(store) = store.filter(|_| *is_fresh && (1..=AT_ONCE).contains(n)) {
                learn(&store);
            }
        });
    }
    let on_learn = use_callback(store.clone(), |(): (), store| store.iter().for_each(learn));
    let on_cancel = use_callback(store.clone(), |(): (), store| {
        if let Some(store) = store {
            let question = store.state().anomalies.question;
            ask(store, AnomalyQuery::Cancel, question);
        }
    });
    let on_action = use_callback(store, |action: AnomalyAction, store| {
        store.iter().for_each(|store| store.dispatch(Action::Anomalies(action.clone())));
    });
    html! {
        <div class="anomalies">
            <div class="table-head">
                <h1>{"Anomalies"}</h1>
                <p class="lead anomalies-lead">
                    {"What differs from the rest of this file, by methods that learn from it alone. Unusual does not mean harmful."}
                </p>
            </div>
            if props.state.has_tables {
                <div class="anomalies-split">
                    <Choices it={it.clone()} on_action={on_action.clone()} {on_learn} {on_cancel} />
                    <div class="anomalies-results">
                        { results(props, &it, &on_action) }
                        <DemonstrationPart is_wanted={it.profile().is_some_and(|profile| profile.id == "teaching")} />
                    </div>
                </div>
            } else {
                <TablesLost />
            }
        </div>
    }
}

fn of_scope(offer: &AnomalyOffer, scope: AnomalyScope) -> u64 {
    offer.scopes.iter().find(|(of, _)| *of == scope).map_or(0, |(_, n)| *n)
}

fn results(props: &AnomaliesProps, it: &Shared<Chosen>, on_action: &Callback<AnomalyAction>) -> Html {
    if it.result.is_some() {
        return html! {
            <Results state={props.state.clone()} analysis={props.analysis.clone()} on_action={on_action.clone()} />
        };
    }
    let n = it.offer.as_ref().map_or(0, |offer| of_scope(offer, it.choice.scope));
    let (one, many) = it.choice.scope.nouns();
    html! {
        <p class="placeholder" role="status">
            { match (&it.refused, it.progress, &it.offer) {
                (Some(why), ..) => why.clone(),
                (None, Some(_), _) => "Learning. What is unusual comes here.".to_owned(),
                (None, None, None) => "Looking at what there is…".to_owned(),
                (None, None, Some(_)) => format!("Choose, then press Learn: there are {}.", quantity::counted(n, one, many)),
            } }
        </p>
    }
}

/// What is shown.
#[derive(Properties, PartialEq)]
struct ResultsProps {
    state: Shared<State>,
    analysis: Shared<Analysis>,
    on_action: Callback<AnomalyAction>,
}

/// What came of learning.
#[component]
fn Results(props: &ResultsProps) -> Html {
    let it = &props.state.anomalies;
    let clock = use_clock();
    let threshold = it.threshold().map_or(0.0, |cut| cut.threshold);
    // The count and the colours follow the slider at once, the list when it rests: its rows come with reasons.
    let least = use_later(threshold, REST_MS, it.revision);
    let Some(result) = it.result.clone() else { return Html::default() };
    let wanted = Wanted::<AnomalyRow> {
        result: (props.state.job, it.revision),
        filter: Filter::default(),
        sort: it.sort,
        is_descending: (it.sort != AnomalySort::Place) != it.is_turned,
        beside: ListedRows { within: ScoredWithin { least, region: it.region }, has_label: result.judged.is_some() },
    };
    let select = props.on_action.reform(|row: AnomalyRow| AnomalyAction::Select(Some(row.row)));
    html! {
        <>
            <Scores it={it.clone()} on_action={props.on_action.clone()} />
            if it.region.is_some() {
                <p class="hint" role="status">
                    {"The list has the rows in the chosen part of the map, whatever their score. "}
                    <button type="button" class="button" onclick={props.on_action.reform(|_: MouseEvent| AnomalyAction::Brush(None))}>
                        {"List those past the threshold"}
                    </button>
                </p>
            }
            <div class="anomalies-list">
                <Grid<AnomalyRow> {wanted} times={Times::new(&props.analysis.summary, clock)}
                    chosen={it.selected.map(u64::from)} on_sort={props.on_action.reform(AnomalyAction::Sort)}
                    on_choose={select.clone()} on_open={select} nothing={if it.region.is_some() { "No row lies in this part of the map." } else { "Nothing reaches this threshold." }} />
                <Why row={it.selected} revision={it.revision} scope={result.choice.scope}
                    on_action={props.on_action.clone()} />
            </div>
            <div class="anomalies-parts">
                if result.map.is_some() {
                    <MapPart it={it.clone()} on_action={props.on_action.clone()} />
                }
                if result.judged.is_some() {
                    <JudgedPart it={it.clone()} />
                }
                if result.methods.len() > 1 {
                    <Matrix result={result.clone()} />
                }
                <MethodNotes it={it.clone()} />
            </div>
        </>
    }
}
