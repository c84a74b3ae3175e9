//! What differs, table by table.

use crate::model::format::quantity;
use crate::protocol::comparison::{ChangedKind, ChangedRate, ChangedValues, Comparison};
use crate::web::page::parts::terms::explained;
use crate::web::page::parts::text::{data, plain};
use yew::prelude::*;

/// New and vanished things, a table for each kind.
pub fn kinds(of: &Comparison) -> Html {
    html! {
        for (place, kind) in of.kinds.iter().enumerate() {
            { one_kind(place, kind) }
        }
    }
}

fn one_kind(place: usize, kind: &ChangedKind) -> Html {
    let id = format!("changed-{place}");
    let what = quantity::counted(kind.n, &kind.nouns.0, &kind.nouns.1);
    let title = if kind.is_new { format!("New: {what}") } else { format!("Vanished: {what}") };
    let more = kind.n.saturating_sub(kind.things.len() as u64);
    html! {
        <section class="card" aria-labelledby={id.clone()} data-kind={kind.nouns.0.clone()} data-new={kind.is_new.to_string()}>
            <h2 {id}>{ title.clone() }</h2>
            <div class="scroll changed-things" tabindex="0" role="region" aria-label={title}>
                <table class="plain">
                    <thead><tr><th scope="col">{"Name"}</th><th scope="col" class="num">{ explained("Flows") }</th><th scope="col" class="num">{"Bytes"}</th></tr></thead>
                    <tbody>
                        for (name, flows, bytes, _) in kind.things.iter() {
                            <tr key={name.clone()}>
                                <th scope="row">{ data(name) }</th>
                                <td class="num">{ quantity::count(*flows) }</td>
                                <td class="num">{ quantity::bytes(*bytes as f64) }</td>
                            </tr>
                        }
                    </tbody>
                </table>
            </div>
            if more > 0 {
                <p class="hint">{ format!("{} with fewer flows.", quantity::counted(more, "more", "more")) }</p>
            }
        </section>
    }
}

/// Changed rates.
pub fn rates(of: &Comparison) -> Html {
    if of.rates.is_empty() {
        return Html::default();
    }
    let row = |of: &ChangedRate| {
        let [before, now] = of.per_hour;
        html! {
            <tr key={format!("{} {}", of.kind, of.name)}>
                <th scope="row">{ data(&of.name) }<span class="hint">{ format!(" {}", of.kind) }</span></th>
                <td class="num">{ quantity::plain(round(before)) }</td>
                <td class="num">{ quantity::plain(round(now)) }</td>
                <td class="num">{ format!("{:.1e}", of.p) }</td>
            </tr>
        }
    };
    html! {
        <section class="card wide-part" aria-labelledby="changed-rates">
            <h2 id="changed-rates">{"Changed rates"}</h2>
            <p class="hint">{"Flows an hour, at least ten times as many or as few. Chance: that of such counts if the rates were equal, by the exact \
                conditional test of two Poisson rates (Przyborowski and Wilenski)."}</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Changed rates">
                <table class="plain">
                    <thead><tr><th scope="col">{"What"}</th><th scope="col" class="num">{ explained("Baseline, per hour") }</th><th scope="col" class="num">{"Here, per hour"}</th>
                        <th scope="col" class="num">{"Chance"}</th></tr></thead>
                    <tbody>{ for of.rates.iter().map(row) }</tbody>
                </table>
            </div>
        </section>
    }
}

/// Shifted distributions.
pub fn shifts(of: &Comparison) -> Html {
    if of.shifts.is_empty() {
        return Html::default();
    }
    let row = |of: &ChangedValues| {
        let [before, now] = of.medians.map(|median| quantity::with_unit(round(median), &of.unit));
        html! {
            <tr key={of.name.clone()}>
                <th scope="row">{ plain(&of.name) }</th>
                <td class="num">{ before }</td>
                <td class="num">{ now }</td>
                <td class="num">{ format!("{:.2} ({})", of.delta, of.effect) }</td>
                <td class="num">{ format!("{:.2}", of.distance) }</td>
                <td class="num">{ format!("{:.1e}", of.p) }</td>
            </tr>
        }
    };
    html! {
        <section class="card wide-part" aria-labelledby="changed-values">
            <h2 id="changed-values">{"Shifted distributions"}</h2>
            <p class="hint">{"By Kolmogorov and Smirnov's test; the effect is Cliff's delta: the chance that a value here is above one of the baseline, less \
                the chance that it is below."}</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Shifted distributions">
                <table class="plain">
                    <thead><tr><th scope="col">{"Of what"}</th><th scope="col" class="num">{ explained("Median, baseline") }</th><th scope="col" class="num">{ explained("Median, here") }</th>
                        <th scope="col" class="num">{"Cliff's delta"}</th><th scope="col" class="num">{"D"}</th><th scope="col" class="num">{"Chance"}</th></tr></thead>
                    <tbody>{ for of.shifts.iter().map(row) }</tbody>
                </table>
            </div>
        </section>
    }
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
