//! Notices that people must see: a file that was refused, a worker that died, something that failed.

use super::icon::Icon;
use super::text::plain;
use crate::model::format::quantity;
use crate::protocol::attached::AttachedKind;
use crate::session::{Action, Notice};
use crate::web::browser::style;
use crate::web::page::hooks::use_action;
use yew::prelude::*;

/// Warnings that are listed.
const MOST_WARNINGS: usize = 8;

/// What there is to say.
#[derive(Properties, PartialEq)]
pub struct NoticeBarProps {
    /// The notice, if there is one.
    pub notice: Option<Notice>,
    /// Findings that are expected, if a file is open.
    pub n_expected: Option<usize>,
}

/// The notice, with what to do about it.
#[component]
pub fn NoticeBar(props: &NoticeBarProps) -> Html {
    let dismiss = use_action(|_: MouseEvent| {
        style::focus_if_lost(&["#main"]);
        Action::Dismiss
    });
    let again = use_action(|_: MouseEvent| Action::ReadAgain);
    let remove_rule = use_action(Action::RemoveRule);
    let Some(notice) = &props.notice else { return Html::default() };
    let (title, text, hint) = words(notice, props.n_expected);
    let undo = match notice {
        Notice::Expected(rule) => {
            let rule = rule.clone();
            Some(remove_rule.reform(move |_: MouseEvent| {
                style::focus_if_lost(&["#main"]);
                rule.clone()
            }))
        }
        _ => None,
    };
    let can_read_again = matches!(notice, Notice::Died { can_read_again: true, .. });
    let is_calm = match notice {
        Notice::Cancelled { .. } | Notice::Expected(_) | Notice::NotKept | Notice::Attached { .. } => true,
        Notice::Loaded { warnings, .. } => warnings.is_empty(),
        _ => false,
    };
    html! {
        <div class={classes!("notice", is_calm.then_some("calm"))} role={if is_calm { "status" } else { "alert" }}>
            { Icon::Hint.html() }
            <div class="notice-text">
                <p><strong>{ title }</strong>{" "}{ text }</p>
                if !hint.is_empty() {
                    <p>{ hint }</p>
                }
                if let Notice::Loaded { warnings, .. } = notice {
                    { left_out(warnings) }
                }
                if let Some(undo) = undo {
                    <button type="button" class="button" onclick={undo}>{"Undo"}</button>
                }
                if can_read_again {
                    <button type="button" class="button" onclick={again}>
                        { Icon::Again.html() }<span>{"Read the file again"}</span>
                    </button>
                }
            </div>
            <button type="button" class="button quiet" onclick={dismiss} aria-label="Dismiss" title="Dismiss">
                { Icon::Cross.html() }
            </button>
        </div>
    }
}

/// What of a file of settings was not usable.
fn left_out(warnings: &[String]) -> Html {
    html! {
        if !warnings.is_empty() {
            <ul>
                for warning in warnings.iter().take(MOST_WARNINGS) {
                    <li>{ plain(warning) }</li>
                }
                if warnings.len() > MOST_WARNINGS {
                    <li>{ format!("and {} more", warnings.len() - MOST_WARNINGS) }</li>
                }
            </ul>
        }
    }
}

/// Title, what happened, what to do.
fn words(notice: &Notice, n_expected: Option<usize>) -> (String, String, &'static str) {
    match notice {
        Notice::Refused { file, text } => (
            format!("{} could not be opened.", plain(file)),
            plain(text),
            "Captures are written by Wireshark, tshark, tcpdump and dumpcap, among others. The content of the file \
             matters, not its name.",
        ),
        Notice::Died { text, can_read_again, is_replaced } => (
            "The worker stopped.".to_owned(),
            text.clone(),
            match (can_read_again, is_replaced) {
                (true, _) => {
                    "Complete results stay on the page. Read the file again to get the tables of flows and packets, \
                     or open another file."
                }
                (false, true) => "A new worker was started: you can open a file now.",
                (false, false) => "Reload the page; if that does not help, try again when you are online.",
            },
        ),
        Notice::Cancelled { file } => (format!("Reading {} was cancelled.", plain(file)), String::new(), ""),
        Notice::Expected(rule) => (
            "Expected here:".to_owned(),
            match n_expected {
                Some(n) => {
                    let n = quantity::counted(n as u64, "finding is", "findings are");
                    format!("{}. {n} expected here now.", plain(&rule.words()))
                }
                None => format!("{}.", plain(&rule.words())),
            },
            "",
        ),
        Notice::Loaded { file, .. } => (format!("{} is in use.", plain(file)), String::new(), ""),
        Notice::Attached { file, kind, is_waiting } => (
            format!("{} is {} and is applied.", plain(file), kind.noun()),
            match (is_waiting, kind) {
                (true, _) => "It is applied to the next file that you open.".to_owned(),
                (false, AttachedKind::Model) => "What it holds for attacks is among the findings.".to_owned(),
                (false, AttachedKind::Baseline) => "What is new, gone or different is among the findings.".to_owned(),
                (false, AttachedKind::Indicators) => "What of it was seen is among the findings.".to_owned(),
                (false, AttachedKind::Labels) => "The view Train learns from it.".to_owned(),
            },
            "Settings lists all files that are applied, and removes them.",
        ),
        Notice::NotApplied { file, text } => (
            format!("{} is not applied.", plain(file)),
            format!("{}.", plain(text).trim_end_matches('.')),
            "Settings lists all files that are applied, and removes them.",
        ),
        Notice::NotKept => (
            "This browser keeps nothing for the page.".to_owned(),
            "Settings, verdicts and notes last until the page is closed.".to_owned(),
            "Its storage is full, or a setting of the browser forbids it. Save the settings and the report as files to keep them.",
        ),
        Notice::Failed(text) => ("That did not work.".to_owned(), text.clone(), ""),
    }
}
