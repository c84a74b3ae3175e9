//! What is in the capture or table, in short: findings first, then figures, charts and the busiest hosts.

use crate::chart;
use crate::model::Analysis;
use crate::model::chart::ChartSpec;
use crate::model::rows::RowKind;
use crate::session::{Shared, State};
use crate::web::browser::zone;
use crate::web::page::hooks::use_clock;
use crate::web::page::parts::chart::Chart;
use crate::web::page::parts::findings_left::use_findings_left;
use brief::Brief;
use figures::Figures;
use hosts::Hosts;
use messages::Messages;
use narrowed::Narrowed;
use summary::Summary;
use yew::prelude::*;

mod brief;
mod figures;
mod hosts;
mod messages;
mod narrowed;
mod summary;
mod table;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct OverviewProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// True while the file is still being read: there are no findings yet, and nothing to jump to.
    pub is_partial: bool,
}

/// The overview.
#[component]
pub fn Overview(props: &OverviewProps) -> Html {
    let clock = use_clock();
    let OverviewProps { state, analysis, .. } = props;
    let left = use_findings_left(state);
    let is_narrowed = !props.is_partial && state.has_tables && !state.selection.passes_all();
    let specs = use_memo((analysis.clone(), clock, is_narrowed), |(analysis, clock, is_narrowed)| {
        if *is_narrowed {
            return Vec::new();
        }
        let offset = zone::offset_minutes(*clock, analysis.summary.first_ns.unwrap_or(0));
        let has_something = |spec: &ChartSpec| analysis.table.is_none() || !chart::draw::is_empty(spec);
        chart::all(analysis, offset).into_iter().filter(has_something).collect::<Vec<_>>()
    });
    let has_traffic = analysis.table.as_ref().is_none_or(|table| table.layout.kind != RowKind::Rows);
    html! {
        <div class="overview">
            if props.is_partial {
                <h2>{"So far"}</h2>
            } else {
                <h1>{"Overview"}</h1>
                <Summary analysis={analysis.clone()} is_narrowed={!state.selection.passes_all()} />
                <Brief analysis={analysis.clone()} {left} />
            }
            if let Some(facts) = &analysis.table {
                { table::table(facts, &analysis.issues) }
            }
            if is_narrowed {
                <Narrowed state={state.clone()} analysis={analysis.clone()} />
            } else if has_traffic {
                <Figures analysis={analysis.clone()} is_partial={props.is_partial} />
            }
            if !is_narrowed {
                <div class="charts">
                    for spec in specs.iter() {
                        <Chart key={spec.id.clone()} spec={spec.clone()} />
                    }
                </div>
            }
            if !is_narrowed && !props.is_partial && has_traffic {
                <Hosts analysis={analysis.clone()} />
                <Messages analysis={analysis.clone()} />
            }
        </div>
    }
}
