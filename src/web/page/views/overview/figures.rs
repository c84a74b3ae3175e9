//! The capture in a handful of numbers, and how much of it was read.

use crate::model::analysis::{Coverage, Issue, IssueSeverity};
use crate::model::format::quantity::{self, or_dash};
use crate::model::format::time;
use crate::model::{Analysis, Comment};
use crate::session::{Route, Shared};
use crate::web::page::hooks::use_clock;
use crate::web::page::parts::terms::explained;
use crate::web::page::parts::text::{data, moment_with_zone, pair, plain};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct FiguresProps {
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// True while the file is still being read.
    pub is_partial: bool,
}

/// Quick statistics.
#[component]
pub fn Figures(props: &FiguresProps) -> Html {
    let clock = use_clock();
    let Analysis { file, summary, coverage, issues, .. } = &*props.analysis;
    let when = |ns: Option<i64>| or_dash(ns.map(|ns| moment_with_zone(ns, clock)));
    let n_issues = issues.len() as u64;
    html! {
        <section class="card" aria-labelledby="figures-title">
            <h2 id="figures-title">{"The capture"}</h2>
            <dl class="figures">
                { pair("Packets", or_dash(summary.measured_packets().map(quantity::count))) }
                { pair("On the wire", or_dash(summary.measured_bytes().map(|n| quantity::bytes(n as f64)))) }
                { pair("Flows", quantity::count(summary.flows)) }
                if !props.is_partial {
                    { pair("Hosts", quantity::count(summary.hosts)) }
                }
                { pair("Duration", time::span(summary.duration_ns())) }
                { pair("First packet", when(summary.first_ns)) }
                { pair("Last packet", when(summary.last_ns)) }
                { pair("Format", plain(&file.format)) }
                { pair("Link type", plain(&file.link_types.join(", "))) }
                if !props.is_partial {
                    { pair("Coverage", how_much_was_read(coverage, issues)) }
                    if !coverage.interfaces.is_empty() {
                        { pair("Capture loss", coverage.loss().words()) }
                    }
                    <div class="pair wide">
                        <dt>{ explained("Inside") }</dt>
                        <dd>
                            { props.analysis.site.words() }
                            {"; "}<a href={Route::Settings.hash()}>{"change in settings"}</a>
                        </dd>
                    </div>
                }
                if let Some(hash) = &file.sha256 {
                    <div class="pair wide"><dt>{ explained("SHA-256") }</dt><dd class="code">{ hash.clone() }</dd></div>
                }
            </dl>
            if !file.comments.is_empty() {
                { comments(&file.comments) }
            }
            if n_issues > 0 && !props.is_partial {
                <p><a href={Route::Issues.hash()}>
                    { format!("{} while reading", quantity::counted(n_issues, "kind of issue", "kinds of issues")) }
                </a></p>
            }
        </section>
    }
}

/// What of the file was not read, or that all was.
fn how_much_was_read(coverage: &Coverage, issues: &[Issue]) -> String {
    let part = |n: u64, what: &str| (n > 0).then(|| format!("{} {what}", quantity::count(n)));
    let notes: Vec<String> = [
        part(coverage.packets_read.saturating_sub(coverage.packets_decoded), "not fully decoded"),
        part(coverage.packets_truncated, "truncated by the capture"),
        part(coverage.flows_summarised, "flows added to totals"),
        (coverage.bytes_skipped > 0).then(|| format!("{} skipped", quantity::bytes(coverage.bytes_skipped as f64))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let is_whole = issues.iter().all(|issue| issue.severity != IssueSeverity::Error);
    match (notes.is_empty(), is_whole) {
        (false, _) => notes.join(", "),
        (true, true) => "everything was read".to_owned(),
        (true, false) => "not everything could be read".to_owned(),
    }
}

/// What the capture says of itself.
fn comments(comments: &[Comment]) -> Html {
    html! {
        <details>
            <summary>
                { quantity::counted(comments.len() as u64, "comment", "comments") }{" in the capture"}
            </summary>
            <dl class="figures">
                for comment in comments {
                    { pair(&comment.about.to_string(), data(&comment.text)) }
                }
            </dl>
        </details>
    }
}
