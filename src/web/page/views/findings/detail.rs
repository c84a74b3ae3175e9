//! A finding in full: what was seen, why it matters, what else it could be, what to do.

use super::assess::Assess;
use super::evidence::evidence;
use super::expect::Expect;
use super::filter::FilterLine;
use super::item::category;
use crate::chart;
use crate::model::format::{quantity, time};
use crate::model::{Analysis, Endpoint, Finding};
use crate::pipeline;
use crate::protocol::{Filter, RowSort};
use crate::session::route::RowsRoute;
use crate::session::{Clock, Route, Shared, filter_of};
use crate::web::browser::zone;
use crate::web::page::hooks::{use_clock, use_focus_on_change, use_store};
use crate::web::page::parts::chart::Chart;
use crate::web::page::parts::icon::{Icon, severity_badge};
use crate::web::page::parts::incidents;
use crate::web::page::parts::terms::{explained, explained_sentences};
use crate::web::page::parts::text::{moment_with_zone, name, pair, pair_of_many, plain};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct DetailProps {
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// Id of the finding.
    pub id: String,
    /// It was chosen: the focus goes to it. Else it is only the first of the list.
    pub is_chosen: bool,
}

/// A finding in full.
#[component]
pub fn Detail(props: &DetailProps) -> Html {
    let (store, clock) = (use_store(), use_clock());
    let heading = use_node_ref();
    let finding = props.analysis.finding(&props.id);
    let chosen = finding.filter(|_| props.is_chosen).map(|finding| finding.id.clone());
    use_focus_on_change(&heading, chosen, props.is_chosen);
    let Some(finding) = finding else { return Html::default() };
    let card = pipeline::cards().into_iter().find(|(card, _)| card.id == finding.detector).map(|(card, _)| card);
    let annotation = props.analysis.annotations.get(&finding.id).cloned().unwrap_or_default();
    let on_only = {
        let filter = filter_of(&finding.id);
        Callback::from(move |_: MouseEvent| {
            if let Some(store) = &store {
                store.select(store.state().selection.with(&filter));
            }
        })
    };
    let course = finding
        .series
        .as_ref()
        .map(|series| chart::course(&finding.id, series, zone::offset_minutes(clock, finding.start_ns)));
    html! {
        <article class="detail" data-testid="finding" data-finding={finding.id.clone()}>
            { severity_badge(finding.severity) }
            <h2 ref={heading} tabindex="-1">{ plain(&finding.title) }</h2>
            { facts(finding, clock) }
            { jumps(finding, props.analysis.table.is_some(), on_only) }
            <Expect analysis={props.analysis.clone()} id={finding.id.clone()} />
            <h3>{"What was seen"}</h3>
            <p>{ explained_sentences(&plain(&finding.explanation)) }</p>
            { evidence(&finding.evidence) }
            if let Some(spec) = course {
                <Chart key={finding.id.clone()} {spec} />
            }
            if let Some(card) = card {
                <h3>{"Why it matters"}</h3>
                <p>{ explained_sentences(card.matters) }</p>
            }
            { list("What else it could be", &finding.benign_causes) }
            { list("What to do", &finding.advice) }
            if let Some(incident) = props.analysis.incident_of(&finding.id) {
                <h3>{ explained("Part of an incident") }</h3>
                { incidents::one(&props.analysis, incident, clock, Some(&finding.id)) }
            }
            <FilterLine filter={finding.display_filter.clone()} />
            <Assess key={format!("assess-{}", finding.id)} id={finding.id.clone()} {annotation} />
            if let Some(card) = card {
                <p class="hint">{ format!("Detected by: {}. Method: {}", card.name, card.source) }</p>
            }
        </article>
    }
}

fn facts(finding: &Finding, clock: Clock) -> Html {
    let hosts = |term, addresses: &[Endpoint]| {
        let texts: Vec<String> = addresses.iter().map(Endpoint::to_string).collect();
        pair_of_many(term, &texts, Finding::limit(texts.len(), Finding::MOST_ADDRESSES))
    };
    let ports = quantity::port_ranges(&finding.ports);
    let names: Vec<String> = finding.names.iter().map(|text| name(text)).collect();
    let technique = finding.technique.as_ref().map(|id| {
        let name = finding.technique_name.as_deref().unwrap_or("");
        format!("{id} {name} (MITRE ATT&CK)")
    });
    let share = |value: f64| quantity::percent(value, 1.0);
    html! {
        <dl class="figures facts">
            { pair("Kind", category(finding)) }
            { hosts("Source", &finding.sources) }
            { hosts("Destination", &finding.targets) }
            { pair_of_many("Ports", &ports, Finding::limit(finding.ports.len(), Finding::MOST_PORTS)) }
            if !finding.protocol.is_empty() {
                { pair("Protocol", plain(&finding.protocol)) }
            }
            { pair_of_many("Names", &names, Finding::limit(names.len(), Finding::MOST_NAMES)) }
            if finding.has_time() {
                { pair("First seen", moment_with_zone(finding.start_ns, clock)) }
                { pair("Duration", time::span(finding.end_ns.saturating_sub(finding.start_ns))) }
            }
            { pair("Score", share(finding.score)) }
            { pair("Confidence", share(finding.confidence)) }
            if let Some(technique) = technique {
                { pair("Technique", technique) }
            }
        </dl>
    }
}

fn jumps(finding: &Finding, has_rows: bool, on_only: Callback<MouseEvent>) -> Html {
    if !finding.has_traffic() && has_rows {
        let by_score = RowsRoute { sort: RowSort::Score, is_descending: true, ..RowsRoute::default() };
        return html! {
            <p class="buttons">
                <a class="button" href={Route::Rows(by_score).hash()}>
                    { Icon::Packets.html() }<span>{"Show the rows, most unusual first"}</span>
                </a>
            </p>
        };
    }
    let filter = Filter { finding: Some(finding.id.clone()), ..Filter::default() };
    html! {
        <p class="buttons">
            if finding.n_flows > 0 {
                <a class="button" href={Route::flows(filter.clone()).hash()} aria-label="Show its flows">
                    { Icon::Flows.html() }
                    <span>{ format!("Show its flows ({})", quantity::count(finding.n_flows)) }</span>
                </a>
            }
            if finding.n_packets > 0 {
                <a class="button" href={Route::packets(filter).hash()} aria-label="Show its packets">
                    { Icon::Packets.html() }
                    <span>{ format!("Show its packets ({})", quantity::count(finding.n_packets)) }</span>
                </a>
            }
            <button type="button" class="button" onclick={on_only} title="Narrow all views to the traffic of this finding">
                { Icon::Loupe.html() }<span>{"Show only its traffic"}</span>
            </button>
        </p>
    }
}

fn list(title: &'static str, entries: &[String]) -> Html {
    html! {
        if !entries.is_empty() {
            <h3>{ title }</h3>
            <ul>
                for entry in entries {
                    <li>{ plain(entry) }</li>
                }
            </ul>
        }
    }
}
