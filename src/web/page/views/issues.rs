//! What could not be read, worst first.

use crate::model::Analysis;
use crate::model::analysis::Issue;
use crate::model::format::quantity;
use crate::protocol::Filter;
use crate::session::route::PacketsRoute;
use crate::session::{Route, Shared};
use crate::web::page::parts::icon::{Icon, issue_badge};
use crate::web::page::parts::text::plain;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct IssuesProps {
    /// The analysis.
    pub analysis: Shared<Analysis>,
}

/// The list of issues, or that there are none.
#[component]
pub fn Issues(props: &IssuesProps) -> Html {
    let Analysis { issues, coverage, .. } = &*props.analysis;
    html! {
        <div class="issues">
            <h1>{"Issues"}</h1>
            <p class="lead">{"What could not be read, and what that means for the results."}</p>
            if issues.is_empty() {
                <p class="placeholder" data-testid="no-issues">
                    { Icon::Check.html() }
                    { match &props.analysis.table {
                        Some(table) => format!("Everything was read: {}.", quantity::counted(table.rows, "row", "rows")),
                        None if coverage.packets_read == 0 => "The file has no packets.".to_owned(),
                        None => format!("Everything was read: all {} were decoded.",
                            quantity::counted(coverage.packets_read, "packet", "packets")),
                    } }
                </p>
            } else {
                <ul class="items" aria-label="Issues">
                    for issue in issues {
                        { item(issue, props.analysis.table.is_some()) }
                    }
                </ul>
            }
        </div>
    }
}

fn item(issue: &Issue, is_table: bool) -> Html {
    let link = |number: u64| {
        let number_text = quantity::count(number);
        let (href, text) = match is_table {
            true => (Route::rows(Filter::default()).hash(), format!("row {number_text}")),
            false => (packet(number).hash(), format!("packet {number_text}")),
        };
        html! { <a {href}>{ text }</a> }
    };
    let times = quantity::counted(issue.count, "time", "times");
    html! {
        <li key={issue.id.clone()} class="card issue">
            <p>{ issue_badge(issue.severity) }{" "}<span class="item-more">{ times }</span></p>
            <p>{ plain(&issue.text) }</p>
            <p class="hint">
                if let Some(number) = issue.first_packet {
                    {"First at "}{ link(number) }{". "}
                }
                if let Some(offset) = issue.first_offset {
                    { format!("First at byte {} of the file.", quantity::count(offset)) }
                }
            </p>
        </li>
    }
}

/// Packets are numbered from 1, their places from 0.
fn packet(number: u64) -> Route {
    let packet = Some(number.saturating_sub(1));
    Route::Packets(PacketsRoute { filter: Filter::default(), packet, ..PacketsRoute::default() })
}
