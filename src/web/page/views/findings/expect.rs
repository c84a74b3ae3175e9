//! "Expected here": a rule that is made from a finding, or the one because of which it is expected.

use crate::model::{Analysis, Finding, Rule};
use crate::session::{Action, Shared};
use crate::triage::offer;
use crate::web::page::hooks::{OpenRule, use_action, use_focus_on_change, use_rule_form};
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::rule_form::RuleForm;
use crate::web::page::parts::text::{data, plain};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ExpectProps {
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// Id of the finding.
    pub id: String,
}

/// A button that opens the form, the form, or the rule in force.
#[component]
pub fn Expect(props: &ExpectProps) -> Html {
    let OpenRule { is_open, toggle, on_cancel, on_done } = use_rule_form();
    let button = use_node_ref();
    let remove_rule = use_action(Action::RemoveRule);
    {
        let is_open = is_open.setter();
        use_effect_with(props.id.clone(), move |_| is_open.set(false));
    }
    use_focus_on_change(&button, *is_open, false);
    let Some(finding) = props.analysis.finding(&props.id) else { return Html::default() };
    if let Some(rule) = props.analysis.rule_of(&props.id) {
        return in_force(rule, remove_rule);
    }
    html! {
        <div class="expect">
            <p>
                <button ref={button} type="button" class="button" onclick={toggle} aria-expanded={is_open.to_string()}>
                    { Icon::Check.html() }<span>{"Expected here…"}</span>
                </button>
            </p>
            if *is_open {
                { form(finding, &props.analysis, on_done, on_cancel) }
            }
        </div>
    }
}

fn form(finding: &Finding, analysis: &Shared<Analysis>, on_done: Callback<Rule>, on_cancel: Callback<()>) -> Html {
    html! {
        <RuleForm key={finding.id.clone()} all={offer::all(finding)} ticked={offer::usual(finding)}
            finding={finding.id.clone()} analysis={analysis.clone()} {on_done} {on_cancel} />
    }
}

fn in_force(rule: &Rule, remove_rule: Callback<Rule>) -> Html {
    let own = rule.clone();
    let remove = Callback::from(move |_: MouseEvent| remove_rule.emit(own.clone()));
    html! {
        <div class="expect in-force" data-testid="expected-rule">
            <p>
                <strong>{"Expected here"}</strong>{": "}{ plain(&rule.words()) }
                if !rule.note.is_empty() {
                    <br />{ data(&rule.note) }
                }
            </p>
            <p>
                <button type="button" class="button" onclick={remove}>
                    { Icon::Cross.html() }<span>{"No longer expected"}</span>
                </button>
            </p>
        </div>
    }
}
