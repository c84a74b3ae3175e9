//! What people must be told: a file that was refused, a worker that died, something that failed.

use super::hooks::use_action;
use super::icon::Icon;
use super::text::plain;
use crate::session::{Action, Notice};
use yew::prelude::*;

/// What there is to say.
#[derive(Properties, PartialEq)]
pub struct NoticeBarProps {
    /// The notice, if there is one.
    pub notice: Option<Notice>,
}

/// The notice, with what to do about it.
#[component]
pub fn NoticeBar(props: &NoticeBarProps) -> Html {
    let dismiss = use_action(|_: MouseEvent| Action::Dismiss);
    let again = use_action(|_: MouseEvent| Action::ReadAgain);
    let Some(notice) = &props.notice else { return Html::default() };
    let (title, text, hint) = words(notice);
    let can_read_again = matches!(notice, Notice::Died { can_read_again: true, .. });
    let is_calm = matches!(notice, Notice::Cancelled { .. });
    html! {
        <div class={classes!("notice", is_calm.then_some("calm"))} role={if is_calm { "status" } else { "alert" }}>
            { Icon::Hint.html() }
            <div class="notice-text">
                <p><strong>{ title }</strong>{" "}{ text }</p>
                if !hint.is_empty() {
                    <p>{ hint }</p>
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

/// Title, what happened, what to do.
fn words(notice: &Notice) -> (String, String, &'static str) {
    match notice {
        Notice::Refused { file, text } => (
            format!("{} could not be opened.", plain(file)),
            plain(text),
            "Captures are written by Wireshark, tshark, tcpdump and dumpcap, among others. What counts is the content, not \
             the name of the file.",
        ),
        Notice::Died { text, can_read_again, is_replaced } => (
            "The worker stopped.".to_owned(),
            text.clone(),
            match (can_read_again, is_replaced) {
                (true, _) => {
                    "Results that were complete stay on the page. Read the file again to get the tables of flows and packets, \
                     or open another file."
                }
                (false, true) => "A new worker was started: you can open a file now.",
                (false, false) => "Reload the page; if that does not help, come back when you are online.",
            },
        ),
        Notice::Cancelled { file } => (format!("Reading {} was cancelled.", plain(file)), String::new(), ""),
        Notice::Failed(text) => ("That did not work.".to_owned(), text.clone(), ""),
    }
}
