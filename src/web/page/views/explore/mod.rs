//! Measures by dimensions: pickers for each part, a chart and the rows behind it.

use crate::chart;
use crate::export::answer;
use crate::model::Analysis;
use crate::model::explore::{Answer, Order};
use crate::protocol::Filter;
use crate::session::explore::ExploreRoute;
use crate::session::{Action, Route, Shared, State};
use crate::web::browser::{download, zone};
use crate::web::page::hooks::{use_clock, use_store};
use crate::web::page::parts::answer::{AnswerView, Asked, figure, use_answer, use_catalogue};
use crate::web::page::parts::filter_bar::FilterBar;
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::lost::TablesLost;
use crate::web::page::parts::text::plain;
use controls::Controls;
use yew::prelude::*;

mod controls;

/// Rows shown at first, and as many more each time they are asked for. Set by us.
const MOST: usize = 75;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ExploreProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// What is chosen.
    pub route: ExploreRoute,
}

/// Measures by dimensions.
#[component]
pub fn Explore(props: &ExploreProps) -> Html {
    let (store, clock) = (use_store(), use_clock());
    let ExploreProps { state, analysis, route } = props;
    let result = (state.job, state.revision);
    let offset = zone::offset_minutes(clock, analysis.summary.first_ns.unwrap_or(0));
    let catalogue = use_catalogue(result, state.has_tables);
    let question = catalogue.as_ref().map(|catalogue| route.question(catalogue, &state.selection, offset));
    let asked = use_answer(question, result);
    let adjust = Callback::from(move |route: ExploreRoute| {
        if let Some(store) = &store {
            store.adjust(Route::Explore(route));
        }
    });
    let on_filter = {
        let (route, adjust) = (route.clone(), adjust.clone());
        Callback::from(move |filter: Filter| adjust.emit(ExploreRoute { filter, ..route.clone() }))
    };
    let body = match (&asked, state.has_tables) {
        (_, false) => html! { <TablesLost /> },
        (Asked::Waiting, _) => html! { <p class="placeholder" aria-busy="true">{"Counting…"}</p> },
        (Asked::Refused(why), _) => html! {
            <p class="placeholder" role="status">{ format!("This cannot be shown: {}.", plain(why)) }</p>
        },
        (Asked::Here(answer, is_old), _) => {
            html! {
                <Shown answer={answer.clone()} is_old={*is_old} route={route.clone()} analysis={analysis.clone()} {offset}
                    adjust={adjust.clone()} />
            }
        }
    };
    let combination = route.combination();
    html! {
        <div class="explore">
            <h1>{ combination.label }</h1>
            <p class="hint">{ combination.help }</p>
            if let Some(catalogue) = catalogue {
                <Controls {catalogue} route={route.clone()} on_change={adjust.clone()} />
            }
            <div class="explore-filter">
                <FilterBar label="Filter what is counted" filter={route.filter.clone()} on_change={on_filter}
                    analysis={analysis.clone()} />
            </div>
            { body }
        </div>
    }
}

/// An answer and what to do with it.
#[derive(Properties, PartialEq)]
struct ShownProps {
    answer: Shared<Answer>,
    is_old: bool,
    route: ExploreRoute,
    analysis: Shared<Analysis>,
    offset: i32,
    adjust: Callback<ExploreRoute>,
}

#[component]
fn Shown(props: &ShownProps) -> Html {
    let ShownProps { answer, is_old, route, analysis, offset, adjust } = props;
    let store = use_store();
    let name = download::name(&analysis.file.name, &format!("explore-{}", route.combination().id));
    let on_save = {
        let (answer, name) = (answer.clone(), format!("{name}.csv"));
        Callback::from(move |_: MouseEvent| {
            let text = String::from_utf8(answer::csv(&answer)).unwrap_or_default();
            if let (Some(store), Err(text)) = (&store, download::save_text(&name, "text/csv", &text)) {
                store.dispatch(Action::Fail(text));
            }
        })
    };
    let on_order = {
        let route = route.clone();
        adjust.reform(move |order: Order| ExploreRoute { order, ..route.clone() })
    };
    let totals = answer.total.iter().zip(&answer.measures);
    let known = totals.filter(|(total, _)| total.is_some());
    let total = known.map(|(total, head)| format!("{}: {}", plain(&head.label), figure(*total, &head.unit)));
    let total = total.collect::<Vec<_>>().join(", ");
    html! {
        <div class="explored" aria-busy={is_old.to_string()} data-answer={told(answer)}>
            for note in &answer.notes {
                <p class="hint">{ Icon::Hint.html() }{" "}{ plain(note) }</p>
            }
            <div class="explored-head">
                <p class="hint">
                    if !total.is_empty() {
                        {"In all: "}{ total }
                    }
                </p>
                <button type="button" class="button" onclick={on_save}>
                    { Icon::Save.html() }<span>{"Save rows (CSV)"}</span>
                </button>
            </div>
            <h2 class="unseen">{"Chart and rows"}</h2>
            <AnswerView answer={answer.clone()} mark={route.mark()} order={route.order} filter={route.filter.clone()} offset={*offset}
                {on_order} saved_as={name} most={MOST} is_of_rows={is_of_rows(analysis)} changes={chart::marked(analysis)} />
        </div>
    }
}

/// True if the input is a table whose rows are neither flows nor packets.
fn is_of_rows(analysis: &Analysis) -> bool {
    analysis.table.as_ref().is_some_and(|table| table.layout.kind == crate::model::rows::RowKind::Rows)
}

/// What an answer is to, for tests that wait for it.
fn told(answer: &Answer) -> String {
    let terms = answer.dimensions.iter().map(|head| &head.term).chain(answer.measures.iter().map(|head| &head.term));
    terms.map(ToString::to_string).collect::<Vec<_>>().join(",")
}
