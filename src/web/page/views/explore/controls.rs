//! Pickers for what is counted, what it is split by, and how it is drawn.

use crate::model::explore::{Catalogue, Choice, Mark, Order, Split, Term};
use crate::model::format::quantity;
use crate::session::explore::ExploreRoute;
use crate::session::{Selection, Shared};
use crate::web::page::parts::text::plain;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ControlsProps {
    /// What can be asked.
    pub catalogue: Shared<Catalogue>,
    /// What is chosen.
    pub route: ExploreRoute,
    /// Called with another choice.
    pub on_change: Callback<ExploreRoute>,
}

/// The pickers.
#[component]
pub fn Controls(props: &ControlsProps) -> Html {
    let ControlsProps { catalogue, route, on_change } = props;
    // What is asked may differ from what was chosen: an input lacks some of it.
    let question = route.question(catalogue, &Selection::default(), 0);
    let term = |nth: usize| question.by.get(nth).map(|split| split.term.clone());
    let on_measure = {
        let (route, measures) = (route.clone(), question.measures.clone());
        on_change.reform(move |term: String| {
            let first = Term::parse(&term);
            let mut all: Vec<Term> = measures.iter().skip(1).filter(|other| **other != first).cloned().collect();
            all.insert(0, first);
            ExploreRoute { measures: Some(all), order: Order::Usual, ..route.clone() }
        })
    };
    let on_split = |nth: usize| {
        let (route, by) = (route.clone(), question.by.clone());
        on_change.reform(move |term: String| {
            let mut by = by.clone();
            by.truncate(if term.is_empty() { nth } else { nth.max(by.len()) });
            let split = Split::new(Term::parse(&term));
            match by.get_mut(nth) {
                _ if term.is_empty() => {}
                Some(slot) => *slot = split,
                None => by.push(split),
            }
            ExploreRoute { by: Some(by), order: Order::Usual, ..route.clone() }
        })
    };
    let on_mark = {
        let route = route.clone();
        on_change.reform(move |id: String| ExploreRoute { mark: Mark::from_id(&id), ..route.clone() })
    };
    let measure = question.measures.first().cloned();
    let marks = Mark::ALL.iter().map(|(mark, id, label)| {
        html! { <option value={*id} selected={*mark == route.mark()}>{ *label }</option> }
    });
    html! {
        <div class="explore-controls">
            { picker("explore-measure", "Measure", &catalogue.measures, measure.as_ref(), None, on_measure) }
            { picker("explore-by", "Split by", &catalogue.dimensions, term(0).as_ref(), Some("nothing"), on_split(0)) }
            if !question.by.is_empty() {
                { picker("explore-then", "And by", &catalogue.dimensions, term(1).as_ref(), Some("nothing"), on_split(1)) }
            }
            <div class="field">
                <label for="explore-mark">{"Chart"}</label>
                <select id="explore-mark" onchange={on_mark.reform(|event: Event| value(&event))}>{ for marks }</select>
            </div>
            { columns(catalogue, route, &question.measures, on_change) }
            if catalogue.n_left_out > 0 {
                <p class="hint">
                    { format!("The first columns are listed; {} more can be asked for with the command “packetloupe query”.",
                        quantity::count(catalogue.n_left_out)) }
                </p>
            }
        </div>
    }
}

fn value(event: &Event) -> String {
    event.target_dyn_into::<HtmlSelectElement>().map(|select| select.value()).unwrap_or_default()
}

/// A list of choices by group.
fn picker(
    id: &'static str,
    label: &'static str,
    choices: &[Choice],
    chosen: Option<&Term>,
    none: Option<&'static str>,
    on_choose: Callback<String>,
) -> Html {
    let is_chosen = |choice: &Choice| {
        chosen.is_some_and(|term| *term == choice.term || term.id == "time" && choice.term.id == "time")
    };
    let groups = choices.chunk_by(|a, b| a.group == b.group).map(|group| {
        let name = group.first().map(|choice| choice.group.clone()).unwrap_or_default();
        let options = group.iter().map(|choice| {
            // A column's heading is from the file.
            let translate = (choice.label == choice.term.of).then_some("no");
            html! {
                <option {translate} value={choice.term.to_string()} selected={is_chosen(choice)} title={choice.help.clone()}>
                    { plain(&choice.label) }
                </option>
            }
        });
        html! { <optgroup label={name}>{ for options }</optgroup> }
    });
    html! {
        <div class="field">
            <label for={id}>{ label }</label>
            <select {id} onchange={on_choose.reform(|event: Event| value(&event))}>
                if let Some(none) = none {
                    <option value="" selected={chosen.is_none()}>{ none }</option>
                }
                { for groups }
            </select>
        </div>
    }
}

/// Which measures are columns of the table.
fn columns(
    catalogue: &Shared<Catalogue>,
    route: &ExploreRoute,
    measures: &[Term],
    on_change: &Callback<ExploreRoute>,
) -> Html {
    let boxes = catalogue.measures.iter().filter(|choice| choice.term.of.is_empty()).map(|choice| {
        let place = measures.iter().position(|term| *term == choice.term);
        let on_toggle = {
            let (route, measures, term) = (route.clone(), measures.to_vec(), choice.term.clone());
            on_change.reform(move |event: Event| {
                let is_on = event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked());
                let mut measures = measures.clone();
                measures.retain(|other| *other != term);
                if is_on {
                    measures.push(term.clone());
                }
                ExploreRoute { measures: Some(measures), order: Order::Usual, ..route.clone() }
            })
        };
        html! {
            <li key={choice.term.to_string()}>
                <label class="chip choice" title={choice.help.clone()}>
                    <input type="checkbox" checked={place.is_some()} disabled={place == Some(0)} onchange={on_toggle} />
                    { plain(&choice.label) }
                </label>
            </li>
        }
    });
    html! {
        <details class="explore-columns">
            <summary>{"Columns of the table"}</summary>
            <ul class="chips">{ for boxes }</ul>
        </details>
    }
}
