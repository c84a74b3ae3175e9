//! What is selected, in figures and charts, in place of those of the whole file.

use crate::model::Analysis;
use crate::model::explore::{Answer, Term};
use crate::model::format::quantity;
use crate::protocol::Filter;
use crate::session::explore::ExploreRoute;
use crate::session::view::OVERVIEW;
use crate::session::{Shared, State};
use crate::web::browser::zone;
use crate::web::page::hooks::use_clock;
use crate::web::page::parts::answer::{Asked, figure, use_answer, use_catalogue};
use crate::web::page::parts::panels::PanelGrid;
use crate::web::page::parts::text::{pair, plain};
use yew::prelude::*;

/// What is counted.
const MEASURES: &str = "packets,bytes,flows,hosts,retransmissions,errors,rows";

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct NarrowedProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis.
    pub analysis: Shared<Analysis>,
}

/// Figures and panels of the selection.
#[component]
pub fn Narrowed(props: &NarrowedProps) -> Html {
    let NarrowedProps { state, analysis } = props;
    let clock = use_clock();
    let result = (state.job, state.revision);
    let offset = zone::offset_minutes(clock, analysis.summary.first_ns.unwrap_or(0));
    let catalogue = use_catalogue(result, state.has_tables);
    let route =
        ExploreRoute { by: Some(Vec::new()), measures: Some(Term::parse_list(MEASURES)), ..ExploreRoute::default() };
    let question = |selection: &crate::session::Selection| {
        catalogue.as_ref().map(|catalogue| route.question(catalogue, selection, offset))
    };
    let selected = use_answer(question(&state.selection), result);
    let whole = use_answer(question(&crate::session::Selection::default()), result);
    let of = if let Asked::Here(whole, _) = &whole { Some(whole.clone()) } else { None };
    html! {
        <>
            <section class="card" aria-labelledby="selected-title" aria-busy={(!matches!(selected, Asked::Here(_, false))).to_string()}
                data-testid="selected-figures">
                <h2 id="selected-title">{"What is selected"}</h2>
                { match &selected {
                    Asked::Waiting => html! { <p class="hint">{"Counting…"}</p> },
                    Asked::Refused(why) => html! { <p class="hint">{ format!("This cannot be counted: {}.", plain(why)) }</p> },
                    Asked::Here(answer, _) => figures(answer, of.as_deref()),
                } }
            </section>
            <PanelGrid state={state.clone()} analysis={analysis.clone()} panels={OVERVIEW.panels} filter={Filter::default()} view={OVERVIEW.id} />
        </>
    }
}

/// Each measure, and which part of the whole it is.
fn figures(answer: &Answer, whole: Option<&Answer>) -> Html {
    let all = answer.measures.iter().zip(&answer.total).enumerate();
    html! {
        <dl class="figures">
            for (nth, (head, total)) in all {
                { pair(&plain(&head.label), {
                    let of = whole.and_then(|whole| whole.total.get(nth).copied().flatten()).filter(|of| *of > 0.0);
                    let part = total.zip(of).map(|(total, of)| format!("{} of {}", quantity::percent(total, of), figure(Some(of), &head.unit)));
                    html! { <>{ figure(*total, &head.unit) }if let Some(part) = part { <span class="hint part-of">{ part }</span> }</> }
                }) }
            }
        </dl>
    }
}
