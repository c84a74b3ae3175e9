//! Why a row stands out: its features beside what is typical and the nearest usual row, which methods agree, and where it leads.

use crate::model::format::quantity;
use crate::protocol::anomalies::{
    AnomalyAnswer, AnomalyLink, AnomalyQuery, AnomalyReason, AnomalyReasons, AnomalyRow, AnomalyScope,
};
use crate::protocol::{Answer, Filter, Query};
use crate::session::{AnomalyAction, Route, Shared};
use crate::web::page::hooks::use_store;
use crate::web::page::parts::terms::explained;
use crate::web::page::parts::text::{data, plain};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct WhyProps {
    /// The row.
    pub row: Option<u32>,
    /// Of which result.
    pub revision: u32,
    /// What a row is.
    pub scope: AnomalyScope,
    /// Called with what people do.
    pub on_action: Callback<AnomalyAction>,
}

/// The selected row.
#[component]
pub fn Why(props: &WhyProps) -> Html {
    let reasons = use_reasons(props.row, props.revision);
    let Some(why) = reasons.filter(|why| Some(why.row.row) == props.row) else {
        return html! {
            <aside class="pane" aria-label="Why it stands out">
                <p class="placeholder">
                    { if props.row.is_some() { "Looking for reasons…" } else { "Select a row, or a point of the map, to see why it stands out." } }
                </p>
            </aside>
        };
    };
    html! {
        <aside class="pane" aria-label={format!("Why {} stands out", plain(&why.row.name))}>
            <div class="pane-head">
                <h2>{ plain(&why.row.name) }</h2>
                { link(&why.row.link) }
            </div>
            <p>
                { format!("Score {:.3}. ", why.row.score) }
                { agreement(&why.agreeing, &why.others) }
                if let Some(class) = &why.row.class {
                    { format!(" The label says {}.", plain(class)) }
                }
            </p>
            if let Some(finding) = &why.row.finding {
                <p>
                    {"It belongs to a finding: "}
                    <a href={Route::findings(Some(&finding.id)).hash()}>{ plain(&finding.title) }</a>{"."}
                </p>
            }
            { features(&why.features) }
            if let Some(first) = why.features.first() {
                <p>{ format!(
                    "If {} were typical, the score would be {:.3} instead of {:.3}.",
                    plain(&first.name), why.without_first, why.row.score
                ) }</p>
            }
            if let Some(nearest) = &why.nearest {
                { nearest_row(nearest, &props.on_action) }
            }
        </aside>
    }
}

/// The reasons of a row of a result, once the worker has sent them.
#[hook]
fn use_reasons(row: Option<u32>, revision: u32) -> Option<Shared<AnomalyReasons>> {
    let store = use_store();
    let reasons = use_state_eq(|| None::<Shared<AnomalyReasons>>);
    let set = reasons.setter();
    use_effect_with((row, revision), move |(row, _)| {
        let (Some(row), Some(store)) = (*row, store) else { return set.set(None) };
        let on_answer = Callback::from(move |answer| {
            if let Answer::Anomalies(AnomalyAnswer::Reasons(reasons)) = answer {
                set.set(reasons.map(|reasons| Shared::new(*reasons)));
            }
        });
        store.ask(Query::Anomalies(Box::new(AnomalyQuery::Reasons(row))), on_answer);
    });
    (*reasons).clone()
}

/// Which methods hold a row for unusual and which do not, in a sentence.
fn agreement(agreeing: &[String], others: &[String]) -> String {
    let n = agreeing.len() + others.len();
    match (agreeing, others) {
        ([], _) if n > 1 => "To no method alone is it among the most unusual hundredth.".to_owned(),
        (agreeing, []) if n > 1 => {
            format!("All {} methods agree: to each it is among the most unusual hundredth.", agreeing.len())
        }
        ([], _) => String::new(),
        (agreeing, others) if n > 1 => {
            format!("Among the most unusual hundredth to {}; not to {}.", agreeing.join(", "), others.join(", "))
        }
        _ => "It is among the most unusual hundredth.".to_owned(),
    }
}

/// What speaks for it, feature by feature.
fn features(reasons: &[AnomalyReason]) -> Html {
    html! {
        <div class="scroll" tabindex="0" role="region" aria-label="Reasons">
            <table class="plain why">
                <thead>
                    <tr>
                        <th scope="col">{ explained("Feature") }</th>
                        <th scope="col" class="num">{"Value"}</th>
                        <th scope="col">{"Typical"}</th>
                        <th scope="col" class="num">{"Nearest usual"}</th>
                        <th scope="col">{ explained("Part of the score") }</th>
                    </tr>
                </thead>
                <tbody>
                    for reason in reasons {
                        { feature(reason) }
                    }
                </tbody>
            </table>
        </div>
    }
}

fn nearest_row(nearest: &AnomalyRow, on_action: &Callback<AnomalyAction>) -> Html {
    let row = nearest.row;
    let onclick = on_action.reform(move |_: MouseEvent| AnomalyAction::Select(Some(row)));
    html! {
        <p>
            {"Most like it among the usual half: "}
            <button type="button" class="as-link" {onclick}>{ plain(&nearest.name) }</button>
            { format!(", score {:.3}. ", nearest.score) }
            { link(&nearest.link) }
        </p>
    }
}

fn feature(reason: &AnomalyReason) -> Html {
    let word = |value: f64| match (reason.is_yes_or_no, value > 0.0) {
        (true, true) => "yes".to_owned(),
        (true, false) => "no".to_owned(),
        (false, _) => quantity::amount(value, &reason.unit),
    };
    let [low, median, high] = reason.quartiles;
    let typical = if low == high || reason.is_yes_or_no {
        word(median)
    } else {
        format!("{}; half lie between {} and {}", word(median), word(low), word(high))
    };
    html! {
        <tr>
            <th scope="row">{ data(&reason.name) }</th>
            <td class="num"><strong>{ reason.value.map_or_else(|| "missing".to_owned(), word) }</strong></td>
            <td>{ typical }</td>
            <td class="num">{ reason.nearest.map_or_else(|| "missing".to_owned(), word) }</td>
            <td><div class="part">
                <svg class="part-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                    <rect x="0" y="0" height="10" width={format!("{:.1}", reason.contribution * 100.0)} />
                </svg>
                <span>{ quantity::percent(reason.contribution, 1.0) }</span>
            </div></td>
        </tr>
    }
}

/// Where a row leads.
fn link(link: &AnomalyLink) -> Html {
    let (route, words) = match link {
        AnomalyLink::Nowhere => return Html::default(),
        AnomalyLink::Flow(serial) => {
            (Route::flows(Filter { flow: Some(*serial), ..Filter::default() }), "Show the flow")
        }
        AnomalyLink::Flows(text) => {
            (Route::flows(Filter { text: text.clone(), ..Filter::default() }), "Show its flows")
        }
        AnomalyLink::Row(number) => (Route::row(*number), "Show in Rows"),
    };
    html! { <a href={route.hash()}>{ words }</a> }
}
