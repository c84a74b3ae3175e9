//! Measures by dimensions: named combinations, pickers for each part, a chart and the rows behind it.

use crate::chart;
use crate::chart::draw::ticks;
use crate::export::answer;
use crate::model::Analysis;
use crate::model::explore::{Answer, Mark, Scale, ValueKind};
use crate::protocol::Filter;
use crate::session::explore::{COMBINATIONS, ExploreRoute};
use crate::session::{Action, Route, Shared, State};
use crate::web::browser::{download, zone};
use crate::web::page::hooks::{use_clock, use_store};
use crate::web::page::parts::chart::Chart;
use crate::web::page::parts::filter_bar::FilterBar;
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::lost::TablesLost;
use crate::web::page::parts::text::plain;
use controls::Controls;
use rows::Rows;
use use_answer::{Asked, use_answer, use_catalogue};
use yew::prelude::*;

mod controls;
mod rows;
mod use_answer;

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
    let question = catalogue.as_ref().map(|catalogue| route.question(catalogue, offset));
    let asked = use_answer(question, result);
    let adjust = {
        let store = store.clone();
        Callback::from(move |route: ExploreRoute| {
            if let Some(store) = &store {
                store.adjust(Route::Explore(route));
            }
        })
    };
    let on_filter = {
        let (route, adjust) = (route.clone(), adjust.clone());
        Callback::from(move |filter: Filter| adjust.emit(ExploreRoute { filter, ..route.clone() }))
    };
    let go = Callback::from(move |route: Route| {
        if let Some(store) = &store {
            store.go(route);
        }
    });
    let body = match (&asked, state.has_tables) {
        (_, false) => html! { <TablesLost /> },
        (Asked::Waiting, _) => html! { <p class="placeholder" aria-busy="true">{"Counting…"}</p> },
        (Asked::Refused(why), _) => html! {
            <p class="placeholder" role="status">{ format!("This cannot be shown: {}.", plain(why)) }</p>
        },
        (Asked::Here(answer, is_old), _) => {
            html! {
                <Shown answer={answer.clone()} is_old={*is_old} route={route.clone()} analysis={analysis.clone()} {offset}
                    adjust={adjust.clone()} {go} />
            }
        }
    };
    html! {
        <div class="explore">
            <h1>{"Explore"}</h1>
            { combinations(route) }
            if let Some(catalogue) = catalogue {
                <Controls {catalogue} route={route.clone()} on_change={adjust.clone()} />
            }
            <div class="explore-filter">
                <FilterBar label="Filter what is counted" filter={route.filter.clone()} on_change={on_filter}
                    analysis={analysis.clone()} />
                { span(route, offset, &adjust) }
            </div>
            { body }
        </div>
    }
}

/// The named combinations as links; what is filtered stays.
fn combinations(route: &ExploreRoute) -> Html {
    let chosen = route.combination();
    let link = |one: &'static crate::session::explore::Combination| {
        let kept = ExploreRoute {
            filter: route.filter.clone(),
            from_ns: route.from_ns,
            to_ns: route.to_ns,
            ..ExploreRoute::of(one)
        };
        html! {
            <li key={one.id}>
                <a class="chip" href={Route::Explore(kept).hash()} aria-current={(one.id == chosen.id).then_some("true")}>
                    { one.label }
                </a>
            </li>
        }
    };
    html! {
        <>
            <nav aria-label="Combinations"><ul class="chips">{ for COMBINATIONS.iter().map(link) }</ul></nav>
            <h2>{ chosen.label }</h2>
            <p class="hint">{ chosen.help }</p>
        </>
    }
}

/// The span of time that is counted, if it is not all.
fn span(route: &ExploreRoute, offset: i32, adjust: &Callback<ExploreRoute>) -> Html {
    let (Some(from), Some(to)) = (route.from_ns, route.to_ns) else { return Html::default() };
    let without = ExploreRoute { from_ns: None, to_ns: None, ..route.clone() };
    html! {
        <span class="chip chosen">
            { format!("{} {}", ticks::range(from, to.saturating_sub(from).max(1), offset), ticks::zone(offset)) }
            <button type="button" class="chip-off" aria-label="Count the whole time again"
                onclick={adjust.reform(move |_: MouseEvent| without.clone())}>{ Icon::Cross.html() }</button>
        </span>
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
    go: Callback<Route>,
}

#[component]
fn Shown(props: &ShownProps) -> Html {
    let ShownProps { answer, is_old, route, analysis, offset, adjust, go } = props;
    let store = use_store();
    let mark = route.mark();
    let spec =
        use_memo((answer.clone(), mark, *offset), |(answer, mark, offset)| chart::explored(answer, *mark, *offset));
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
    let on_pick = pick(answer, route, adjust, go);
    let why = match (mark, spec.is_some()) {
        (Mark::Table, _) | (_, true) => None,
        (Mark::Areas | Mark::Lines, _) => Some("Split by time first to see it over time."),
        (Mark::Heat, _) => Some("Split by two dimensions to see them against each other."),
        _ => Some("Split by a dimension to see it drawn."),
    };
    let totals = answer.total.iter().zip(&answer.measures);
    let total = totals.map(|(total, head)| format!("{}: {}", plain(&head.label), rows::figure(*total, &head.unit)));
    html! {
        <div class="explored" aria-busy={is_old.to_string()} data-answer={told(answer)}>
            if let Some(spec) = &*spec {
                <Chart spec={spec.clone()} {on_pick} saved_as={name} />
            } else if let Some(why) = why {
                <p class="placeholder">{ why }</p>
            }
            for note in &answer.notes {
                <p class="hint">{ Icon::Hint.html() }{" "}{ plain(note) }</p>
            }
            <div class="explored-head">
                <p class="hint">{ format!("In all: {}", total.collect::<Vec<_>>().join(", ")) }</p>
                <button type="button" class="button" onclick={on_save}>
                    { Icon::Save.html() }<span>{"Save rows (CSV)"}</span>
                </button>
            </div>
            <Rows answer={answer.clone()} route={route.clone()} on_change={adjust.clone()} />
        </div>
    }
}

/// What an answer is to, for tests that wait for it.
fn told(answer: &Answer) -> String {
    let terms = answer.dimensions.iter().map(|head| &head.term).chain(answer.measures.iter().map(|head| &head.term));
    terms.map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// What is chosen, with only the time of some bins of a dimension counted.
fn within(answer: &Answer, nth: usize, (from, to): (usize, usize), route: &ExploreRoute) -> Option<ExploreRoute> {
    let Scale::Time { start_ns, width_ns, .. } = answer.dimensions.get(nth)?.scale else { return None };
    let start = |place: usize| Some(start_ns.saturating_add(width_ns.saturating_mul(i64::try_from(place).ok()?)));
    let (from_ns, to_ns) = (start(from), start(to.saturating_add(1)));
    Some(ExploreRoute { from_ns, to_ns, ..route.clone() })
}

/// Rows and columns of a heatmap.
fn heat_size(answer: &Answer) -> Option<(usize, usize)> {
    match chart::explored(answer, Mark::Heat, 0)?.marks {
        crate::model::chart::Marks::Heat { columns, rows, .. } => Some((rows.len(), columns.len())),
        _ => None,
    }
}

/// Where a bin, bar or field of the chart leads: a span of time is counted alone, anything else shows its flows.
fn pick(
    answer: &Shared<Answer>,
    route: &ExploreRoute,
    adjust: &Callback<ExploreRoute>,
    go: &Callback<Route>,
) -> Option<Callback<(usize, usize)>> {
    let (answer, route, adjust, go) = (answer.clone(), route.clone(), adjust.clone(), go.clone());
    let is_time = |nth: usize| {
        answer.dimensions.get(nth).is_some_and(|head| matches!(head.scale, Scale::Time { n, .. } if n > 1))
    };
    match route.mark() {
        Mark::Areas | Mark::Lines if is_time(0) => Some(Callback::from(move |places: (usize, usize)| {
            if let Some(within) = within(&answer, 0, places, &route) {
                adjust.emit(within);
            }
        })),
        Mark::Heat if is_time(0) || is_time(1) => {
            let nth = usize::from(is_time(1));
            let (_, n_columns) = heat_size(&answer)?;
            Some(Callback::from(move |(from, to): (usize, usize)| {
                let n = n_columns.max(1);
                let place = |place: usize| if nth == 1 { place % n } else { place / n };
                let places = (place(from).min(place(to)), place(from).max(place(to)));
                if let Some(within) = within(&answer, nth, places, &route) {
                    adjust.emit(within);
                }
            }))
        }
        Mark::Bars => Some(Callback::from(move |(_, place): (usize, usize)| {
            if let Some(filter) = answer.rows.get(place).and_then(|row| row.filter.as_ref()) {
                go.emit(Route::flows(rows::narrowed(&route.filter, filter)));
            }
        })),
        Mark::Heat => {
            let shown = chart::explored(&answer, Mark::Heat, 0)?;
            let crate::model::chart::Marks::Heat { columns, rows, .. } = shown.marks else { return None };
            Some(Callback::from(move |(_, place): (usize, usize)| {
                let (y, x) = (place / columns.len().max(1), place % columns.len().max(1));
                let has = |row: &&crate::model::explore::AnswerRow| {
                    let text = |nth: usize| row.values.get(nth).map(|value| &value.text);
                    text(0) == rows.get(y)
                        && text(1) == columns.get(x)
                        && row.values.iter().all(|v| v.kind == ValueKind::Value)
                };
                if let Some(filter) = answer.rows.iter().find(has).and_then(|row| row.filter.as_ref()) {
                    go.emit(Route::flows(self::rows::narrowed(&route.filter, filter)));
                }
            }))
        }
        _ => None,
    }
}
