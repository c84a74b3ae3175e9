//! The allow-list: its rules, how many findings each puts apart, and a form for another.

use crate::model::format::quantity;
use crate::model::{Analysis, Rule};
use crate::session::{Action, Shared, State};
use crate::web::page::hooks::{OpenRule, use_action, use_rule_form};
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::rule_form::RuleForm;
use crate::web::page::parts::text::data;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ExpectedProps {
    /// The page's state.
    pub state: Shared<State>,
}

/// The allow-list.
#[component]
pub fn Expected(props: &ExpectedProps) -> Html {
    let rules = props.state.settings.expected();
    let OpenRule { is_open, toggle: open, on_cancel, on_done } = use_rule_form();
    let remove_rule = use_action(Action::RemoveRule);
    let analysis = props.state.analysis.clone();
    html! {
        <section class="card group" aria-labelledby="settings-expected" id="group-expected">
            <h2 id="settings-expected">{"Expected here"}</h2>
            <p>
                {"Findings that match a rule of this list are listed separately and counted as expected. The easiest \
                  way to create a rule is from a finding."}
            </p>
            if rules.is_empty() {
                <p class="outcome">{"No rules yet."}</p>
            } else {
                <ul class="rules" aria-label="Allow-list">
                    for rule in rules {
                        { row(rule, analysis.as_deref(), &remove_rule) }
                    }
                </ul>
            }
            if *is_open {
                <RuleForm all={Rule::default()} ticked={Rule::default()} analysis={analysis.clone()} {on_done} {on_cancel} />
            } else {
                <p><button type="button" class="button" onclick={open}>{"Add a rule"}</button></p>
            }
        </section>
    }
}

fn row(rule: &Rule, analysis: Option<&Analysis>, remove_rule: &Callback<Rule>) -> Html {
    let n = |analysis: &Analysis| analysis.expected.iter().filter(|expected| expected.rule == *rule).count() as u64;
    let own = rule.clone();
    let remove = remove_rule.reform(move |_: MouseEvent| own.clone());
    html! {
        <li key={rule.words()}>
            <span class="rule-words">
                <span class="code">{ data(&rule.words()) }</span>
                if !rule.note.is_empty() {
                    <span class="item-more">{ data(&rule.note) }</span>
                }
                if let Some(analysis) = analysis {
                    <span class="item-more">{ quantity::counted(n(analysis), "finding", "findings") }</span>
                }
            </span>
            <button type="button" class="button quiet" onclick={remove} aria-label={format!("Remove rule: {}", rule.words())}
                title="Remove">
                { Icon::Cross.html() }
            </button>
        </li>
    }
}
