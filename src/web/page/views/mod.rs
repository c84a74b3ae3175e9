//! What the page shows in its middle, one file or folder for each view.

mod anomalies;
mod columns;
mod comparison;
mod explore;
mod findings;
mod flows;
mod graph;
mod issues;
mod learn;
mod neighbours;
mod overview;
mod packets;
mod panels;
mod reading;
mod rows;
mod settings;
mod start;
mod stream;
mod table_reading;
mod train;

use crate::session::{Phase, Route, Shared, State};
use anomalies::Anomalies;
use columns::Columns;
use comparison::Comparison;
use explore::Explore;
use findings::Findings;
use flows::Flows;
use graph::GraphView;
use issues::Issues;
use learn::Learn;
use neighbours::Neighbours;
use overview::Overview;
use packets::Packets;
use panels::Panels;
use reading::Reading;
use rows::Rows;
use settings::Settings;
use start::Start;
use stream::Stream;
use table_reading::TableReading;
use train::Train;
use yew::prelude::*;

/// The view that phase and address ask for.
pub fn view(state: &Shared<State>) -> Html {
    let (Phase::Ready, Some(analysis)) = (state.phase, &state.analysis) else {
        return match (state.phase, &state.route) {
            (Phase::Reading, _) => html! { <Reading state={state.clone()} /> },
            (_, Route::Settings) => html! { <Settings state={state.clone()} /> },
            (_, Route::Learn(route)) => html! { <Learn state={state.clone()} route={route.clone()} /> },
            _ => {
                html! { <Start looks_first={state.looks_first} last={state.last_before()} recent={state.recent.clone()} /> }
            }
        };
    };
    let analysis = analysis.clone();
    match &state.route {
        Route::Overview => html! { <Overview state={state.clone()} {analysis} is_partial=false /> },
        Route::Findings { id, severity } => {
            html! { <Findings state={state.clone()} {analysis} id={id.clone()} severity={*severity} /> }
        }
        Route::Explore(route) => html! { <Explore state={state.clone()} route={route.clone()} {analysis} /> },
        Route::Panels(route) => html! { <Panels state={state.clone()} route={route.clone()} {analysis} /> },
        Route::Stream(route) => html! { <Stream state={state.clone()} route={*route} {analysis} /> },
        Route::Neighbours => html! { <Neighbours state={state.clone()} {analysis} /> },
        Route::Graph => html! { <GraphView state={state.clone()} {analysis} /> },
        Route::Flows(route) => html! { <Flows state={state.clone()} route={route.clone()} {analysis} /> },
        Route::Packets(route) => html! { <Packets state={state.clone()} route={route.clone()} {analysis} /> },
        Route::Reading => html! { <TableReading state={state.clone()} {analysis} /> },
        Route::Columns(route) => html! { <Columns state={state.clone()} route={route.clone()} {analysis} /> },
        Route::Rows(route) => html! { <Rows state={state.clone()} route={route.clone()} {analysis} /> },
        Route::Anomalies => html! { <Anomalies state={state.clone()} {analysis} /> },
        Route::Learn(route) => html! { <Learn state={state.clone()} route={route.clone()} /> },
        Route::Comparison => html! { <Comparison state={state.clone()} /> },
        Route::Train => html! { <Train state={state.clone()} /> },
        Route::Issues => html! { <Issues {analysis} /> },
        Route::Settings => html! { <Settings state={state.clone()} /> },
    }
}
