//! The summary for people: a few sentences, each with links to the findings that it rests on.

use crate::model::Analysis;
use crate::session::{Route, Shared};
use crate::summary::{Briefing, Sentence, Topic};
use crate::web::page::hooks::use_clock;
use crate::web::page::parts::text::{moment_with_zone, plain};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct SummaryProps {
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// True if other parts of the view are narrowed to a selection: these sentences are about the whole file.
    pub is_narrowed: bool,
}

/// The summary.
#[component]
pub fn Summary(props: &SummaryProps) -> Html {
    let clock = use_clock();
    let briefing = use_memo((props.analysis.clone(), clock), |(analysis, clock)| {
        Briefing::of(analysis, &|ns| moment_with_zone(ns, *clock))
    });
    html! {
        <section class="card summary" aria-labelledby="summary-title">
            <h2 id="summary-title">{ if props.is_narrowed { "Summary of the whole file" } else { "Summary" } }</h2>
            <ul class="sentences">
                for (place, sentence) in briefing.sentences.iter().enumerate() {
                    <li key={place} data-topic={sentence.topic.id()}>
                        { plain(&sentence.text) }
                        { rests_on(&props.analysis, sentence) }
                    </li>
                }
            </ul>
        </section>
    }
}

/// Links to the findings, by their place in the list; what could not be seen is listed with the issues.
fn rests_on(analysis: &Analysis, sentence: &Sentence) -> Html {
    let numbered = |id: &String| (1_u64..).zip(&analysis.findings).find(|(_, finding)| finding.id == *id);
    let mut found = sentence.findings.iter().filter_map(numbered).peekable();
    if found.peek().is_none() {
        return match sentence.topic {
            Topic::Checked => html! { <>{" "}<a href={Route::Settings.hash()}>{"Detectors"}</a></> },
            Topic::Trust => html! { <>{" "}<a href={Route::Issues.hash()}>{"What could be read"}</a></> },
            _ => Html::default(),
        };
    }
    html! {
        <span class="rests-on">
            { if sentence.findings.len() == 1 { " Finding" } else { " Findings" } }
            for (number, finding) in found {
                {" "}
                <a href={Route::findings(Some(&finding.id)).hash()} title={plain(&finding.title)}
                    aria-label={format!("Finding {number}: {}", plain(&finding.title))}>{ number }</a>
            }
        </span>
    }
}
