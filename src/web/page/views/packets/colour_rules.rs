//! The rules for the colours of packets: off and on, their order, and rules that people add.

use crate::filter;
use crate::session::Colours;
use crate::session::colours::{ColourRule, Paint};
use crate::web::page::parts::grid::close_on_escape;
use crate::web::page::parts::icon::Icon;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ColourRulesProps {
    /// The rules.
    pub colours: Colours,
    /// Called with other rules.
    pub on_change: Callback<Colours>,
}

/// The rules, folded.
#[component]
pub fn ColourRules(props: &ColourRulesProps) -> Html {
    let ColourRulesProps { colours, on_change } = props;
    let change = |next: Colours| on_change.reform(move |_: MouseEvent| next.clone());
    let switch = {
        let next = Colours { is_on: !colours.is_on, ..colours.clone() };
        on_change.reform(move |_: Event| next.clone())
    };
    let new = ColourRule { name: "My rule".to_owned(), filter: String::new(), paint: Paint::Green, is_on: true };
    html! {
        <details class="grid-columns colour-rules" onkeydown={close_on_escape()}>
            <summary>{ if colours.is_on { "Colours" } else { "Colours (off)" } }</summary>
            <div class="grid-columns-list is-wide" role="group" aria-label="Colour rules">
                <label class="tick"><input type="checkbox" checked={colours.is_on} onchange={switch} /><span>{"Colour the packets. The first rule that fits counts."}</span></label>
                <ol>
                    for place in 0..colours.rules.len() {
                        <Rule key={place} {place} colours={colours.clone()} on_change={on_change.clone()} />
                    }
                </ol>
                <p class="buttons">
                    <button type="button" class="button" disabled={colours.rules.len() >= Colours::MOST}
                        onclick={change(colours.with(colours.rules.len(), new))}>{"Add a rule"}</button>
                    <button type="button" class="button" disabled={*colours == Colours::default()} onclick={change(Colours::default())}>
                        {"Reset rules"}
                    </button>
                </p>
            </div>
        </details>
    }
}

#[derive(Properties, PartialEq)]
struct RuleProps {
    place: usize,
    colours: Colours,
    on_change: Callback<Colours>,
}

/// A rule: what it is called, what it is about, its colour.
#[component]
fn Rule(props: &RuleProps) -> Html {
    let RuleProps { place, colours, on_change } = props;
    let place = *place;
    let Some(rule) = colours.rules.get(place) else { return Html::default() };
    let with = |change: fn(&mut ColourRule, String)| {
        let (colours, rule) = (colours.clone(), rule.clone());
        on_change.reform(move |text: String| {
            let mut rule = rule.clone();
            change(&mut rule, text);
            colours.with(place, rule)
        })
    };
    let typed = |event: Event| event.target_unchecked_into::<HtmlInputElement>().value();
    let on_name = with(|rule, text| rule.name = text).reform(typed);
    let on_filter = with(|rule, text| rule.filter = text).reform(typed);
    let on_paint = with(|rule, id| {
        if let Some(paint) = Paint::ALL.into_iter().find(|paint| paint.id() == id) {
            rule.paint = paint;
        }
    })
    .reform(|event: Event| event.target_unchecked_into::<HtmlSelectElement>().value());
    let on_switch = with(|rule, _| rule.is_on = !rule.is_on).reform(|_: Event| String::new());
    let change = |next: Colours| on_change.reform(move |_: MouseEvent| next.clone());
    let why = if rule.filter.trim().is_empty() { None } else { filter::compile(&rule.filter).err() };
    let name = rule.name.clone();
    html! {
        <li class="colour-rule">
            <input type="checkbox" aria-label={format!("{name}: counts")} checked={rule.is_on} onchange={on_switch} />
            <input type="text" class="rule-name" aria-label={format!("Name of rule {}", place + 1)} value={name.clone()} onchange={on_name} />
            <input type="text" class="code rule-filter" aria-label={format!("{name}: filter")} aria-invalid={why.is_some().to_string()}
                value={rule.filter.clone()} onchange={on_filter} placeholder="Filter, as tcp.port == 8080" />
            <select class={format!("painted paint-{}", rule.paint.id())} aria-label={format!("{name}: colour")} onchange={on_paint}>
                for paint in Paint::ALL {
                    <option value={paint.id()} selected={paint == rule.paint}>{ paint.id() }</option>
                }
            </select>
            <button type="button" class="button quiet" aria-label={format!("{name}: earlier")} title="Earlier" disabled={place == 0}
                onclick={change(colours.raised(place))}>{ Icon::Up.html() }</button>
            <button type="button" class="button quiet" aria-label={format!("{name}: remove")} title="Remove" onclick={change(colours.without(place))}>
                { Icon::Cross.html() }
            </button>
            if let Some(why) = why {
                <p class="error">{ why.to_string() }</p>
            }
        </li>
    }
}
