//! A column with what it is taken for, as a row of the table.

use crate::model::Analysis;
use crate::model::rows::{Column, Layout, Role, RoleTopic};
use crate::session::{Action, Shared, State};
use crate::settings::Settings;
use crate::web::page::hooks::use_action;
use crate::web::page::parts::text::{data, plain};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// What is shown.
#[derive(Properties)]
pub struct ColumnRowProps {
    /// Place of the column, from 0.
    pub place: usize,
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// The page's state.
    pub state: Shared<State>,
    /// Stands on its heading, if given.
    pub anchor: Option<NodeRef>,
}

/// Of the state only the choice for the column matters.
impl PartialEq for ColumnRowProps {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
            && self.analysis == other.analysis
            && self.anchor == other.anchor
            && Choice::of(self) == Choice::of(other)
    }
}

/// What is chosen for a column, and with what it was read.
#[derive(PartialEq)]
struct Choice {
    now: Option<Role>,
    before: Option<Role>,
}

impl Choice {
    fn of(props: &ColumnRowProps) -> Option<Choice> {
        let columns = &props.analysis.table.as_ref()?.layout.columns;
        let name = &columns.get(props.place)?.name;
        let get = |settings: &Settings| settings.columns().of(name, props.place, columns.len());
        Some(Choice { now: get(&props.state.settings), before: get(&props.state.read_settings) })
    }
}

/// A column.
#[component]
pub fn ColumnRow(props: &ColumnRowProps) -> Html {
    let take = use_action(|(heading, role): (String, Option<Role>)| Action::TakeColumn(heading, role));
    // All roles are put into a list when somebody comes to it: for many columns they would be thousands of elements.
    let is_filled = use_state_eq(|| false);
    let table = props.analysis.table.as_ref();
    let named =
        table.and_then(|facts| Some((facts.layout.columns.get(props.place)?, facts.layout.choice_name(props.place)?)));
    let (Some(facts), Some((column, name)), Some(choice)) = (table, named, Choice::of(props)) else {
        return Html::default();
    };
    let on_change = {
        let name = name.clone();
        take.reform(move |event: Event| {
            let list = event.target_dyn_into::<HtmlSelectElement>();
            (name.clone(), list.and_then(|list| Role::from_id(&list.value())))
        })
    };
    let as_found = as_found(&facts.layout, props.place, column);
    let anchor = props.anchor.clone().unwrap_or_default();
    let has_anchor = props.anchor.is_some();
    let fill = {
        let is_filled = is_filled.setter();
        Callback::from(move |()| is_filled.set(true))
    };
    html! {
        <tr>
            <th scope="row" ref={anchor} tabindex={has_anchor.then_some("-1")}>{ data(&column.name) }</th>
            <td>
                <select aria-label={format!("Take {} for", plain(&column.name))} onchange={on_change}
                    onfocus={fill.reform(|_: FocusEvent| ())} onpointerenter={fill.reform(|_: PointerEvent| ())}
                    class={classes!((choice.now != choice.before).then_some("is-changed"))}>
                    <option value="" selected={choice.now.is_none()}>{ as_found }</option>
                    if let Some(role) = choice.now.filter(|_| !*is_filled) {
                        <option value={role.id()} selected=true>{ words(role, role.id()) }</option>
                    }
                    for topic in RoleTopic::ALL.into_iter().filter(|_| *is_filled) {
                        <optgroup label={topic.name()}>
                            for (role, id) in Role::of_topic(topic) {
                                <option value={id} selected={choice.now == Some(role)}>{ words(role, id) }</option>
                            }
                        </optgroup>
                    }
                </select>
            </td>
            <td class="examples">
                for example in &column.examples {
                    <span class="example">{ data(example) }</span>
                }
                if column.examples.is_empty() {
                    <span class="hint">{"no values"}</span>
                }
            </td>
            <td>{ why(&facts.layout, column, &choice) }</td>
        </tr>
    }
}

/// A role as a choice.
fn words(role: Role, id: &'static str) -> &'static str {
    match role {
        Role::Plain => "figure, nothing more",
        Role::Ignored => "ignore it",
        _ => id,
    }
}

/// What the choice is called that leaves it to the program.
fn as_found(layout: &Layout, place: usize, column: &Column) -> String {
    let is_other_label = column.role == Role::Label && layout.label.is_none_or(|label| label as usize != place);
    match column.role {
        _ if column.is_chosen() => "as heading and values say".to_owned(),
        Role::Label if is_other_label => "another label (as found)".to_owned(),
        role => format!("{} (as found)", role.id()),
    }
}

fn why(layout: &Layout, column: &Column, choice: &Choice) -> String {
    let unused = layout.unused_choices.iter().find(|unused| unused.heading == column.name && !unused.is_absent);
    match (choice.now, unused) {
        (now, _) if now != choice.before => "Changed: takes effect when the file is read again.".to_owned(),
        (Some(_), Some(unused)) => {
            format!(
                "Your choice was not followed: its values cannot be taken for {:?}. {}",
                unused.role.id(),
                column.reason.words()
            )
        }
        _ => column.reason.words().to_owned(),
    }
}
