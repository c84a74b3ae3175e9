//! Which rows of a table pass: words, one flow, one finding.

use super::icon::Icon;
use super::text::plain;
use crate::model::Analysis;
use crate::protocol::Filter;
use crate::session::{Route, Shared};
use gloo::timers::callback::Timeout;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Typing that pauses this long is taken, ms.
const PAUSE_MS: u32 = 250;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct FilterBarProps {
    /// What the field is called: `Filter flows`.
    pub label: &'static str,
    /// The filter in force.
    pub filter: Filter,
    /// Called with the new filter.
    pub on_change: Callback<Filter>,
    /// What may be typed.
    #[prop_or("Filter: 10.0.0.5, port 443, dns, example.org")]
    pub hint: &'static str,
    /// Names the finding that the filter may be about.
    pub analysis: Shared<Analysis>,
}

/// A search field, and what else narrows the table.
#[component]
pub fn FilterBar(props: &FilterBarProps) -> Html {
    let typed = use_state_eq(|| props.filter.text.clone());
    let timer = use_mut_ref(|| None::<Timeout>);
    {
        // Back, forward and links change the filter from outside.
        let (typed, timer) = (typed.setter(), timer.clone());
        use_effect_with(props.filter.text.clone(), move |text| {
            if timer.borrow().is_none() {
                typed.set(text.clone());
            }
        });
    }
    let change = {
        let (filter, on_change) = (props.filter.clone(), props.on_change.clone());
        move |text: String| on_change.emit(Filter { text, ..filter.clone() })
    };
    let on_input = {
        let (typed, timer, change) = (typed.setter(), timer.clone(), change.clone());
        Callback::from(move |event: InputEvent| {
            let text = event.target_dyn_into::<HtmlInputElement>().map(|input| input.value()).unwrap_or_default();
            typed.set(text.clone());
            let (change, done) = (change.clone(), timer.clone());
            timer.replace(Some(Timeout::new(PAUSE_MS, move || {
                done.take();
                change(text);
            })));
        })
    };
    let without = |filter: Filter| props.on_change.reform(move |_: MouseEvent| filter.clone());
    let filter = &props.filter;
    html! {
        <div class="filter-bar" role="search">
            <input type="search" class="filter-text" aria-label={props.label} value={(*typed).clone()} oninput={on_input}
                placeholder={props.hint} autocomplete="off" spellcheck="false" />
            if let Some(id) = &filter.finding {
                <span class="chip chosen">
                    <a href={Route::findings(Some(id)).hash()}>{ format!("Finding: {}", title(&props.analysis, id)) }</a>
                    <button type="button" class="chip-off" aria-label="Remove the filter by finding"
                        onclick={without(Filter { finding: None, ..filter.clone() })}>{ Icon::Cross.html() }</button>
                </span>
            }
            if let Some(flow) = filter.flow {
                <span class="chip chosen">
                    { format!("Flow {flow}") }
                    <button type="button" class="chip-off" aria-label="Remove the filter by flow"
                        onclick={without(Filter { flow: None, ..filter.clone() })}>{ Icon::Cross.html() }</button>
                </span>
            }
        </div>
    }
}

fn title(analysis: &Analysis, id: &str) -> String {
    analysis.finding(id).map_or_else(|| id.to_owned(), |finding| plain(&finding.title))
}
