//! What each column of a table is taken for and why, to be changed: the file is then read again.

use super::settings::{Field, KeepFile, Kept};
use crate::model::Analysis;
use crate::model::format::quantity;
use crate::model::rows::Layout;
use crate::session::{Action, Phase, Shared, State};
use crate::settings::ABOUT_VALUES;
use crate::web::page::hooks::{use_action, use_focus_on_change};
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::look_first::LookFirst;
use crate::web::page::parts::text::plain;
use row::ColumnRow;
use web_sys::HtmlInputElement;
use yew::prelude::*;

mod row;

/// Columns that are shown at first, and so many more at a time.
const EACH: usize = 60;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct TableReadingProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis, of a table.
    pub analysis: Shared<Analysis>,
}

/// The columns with what they are taken for.
#[component]
pub fn TableReading(props: &TableReadingProps) -> Html {
    let state = &props.state;
    let again = use_action(|_: MouseEvent| Action::ReadAgain);
    let forget = use_action(|_: MouseEvent| Action::ForgetColumns);
    let n_shown = use_state_eq(|| EACH);
    let wanted = use_state_eq(String::new);
    // The first of the rows that came in is reached next.
    let first_new = use_node_ref();
    use_focus_on_change(&first_new, *n_shown, false);
    let Some(facts) = &props.analysis.table else {
        return html! { <p class="placeholder">{"This is a capture, not a table: it has no columns."}</p> };
    };
    html! {
        <div class="table-reading" data-testid="table-reading">
            if state.phase == Phase::Reading {
                <h2>{"Reading"}</h2>
            } else {
                <h1>{"Reading"}</h1>
            }
            <p class="lead">
                {"What each column is taken for, and why. What you choose beats heading and values. It is kept in this browser \
                  for the next table with the same heading."}
            </p>
            if state.is_look {
                <p class="reading-look" role="status">
                    { Icon::Hint.html() }
                    <span>{"Only the first rows were read so far, for you to look at the columns."}</span>
                </p>
            }
            { bar(state, again, forget) }
            <section class="card group" aria-labelledby="reading-values">
                <h2 id="reading-values">{"Dates and durations"}</h2>
                <p>{ values(&facts.layout) }</p>
                <div class="fields">
                    for descriptor in ABOUT_VALUES {
                        <Field key={descriptor.id} {descriptor} value={state.settings.get(descriptor)} />
                    }
                </div>
            </section>
            { columns(props, &facts.layout, &wanted, (&n_shown, &first_new)) }
            <LookFirst is_on={state.looks_first} />
        </div>
    }
}

/// What can be done with the choices: read again, forget, keep as a file.
fn bar(state: &Shared<State>, again: Callback<MouseEvent>, forget: Callback<MouseEvent>) -> Html {
    let n_chosen = state.chosen_headings().count();
    let is_otherwise = state.reads_table_otherwise();
    let may_read = is_otherwise || state.is_look;
    html! {
        <div class="settings-bar">
            <button type="button" class={classes!("button", may_read.then_some("main"))} onclick={again} disabled={!may_read}>
                { Icon::Again.html() }
                <span>{ if state.is_look { "Analyse with these" } else { "Read again with these" } }</span>
            </button>
            <button type="button" class="button" onclick={forget} disabled={n_chosen == 0}>
                { Icon::Cross.html() }<span>{"Forget the choices for this table"}</span>
            </button>
            <KeepFile state={state.clone()} kept={Kept::Columns} />
            <p role="status" class="hint">{ status(n_chosen, is_otherwise, state.is_look) }</p>
        </div>
    }
}

/// The columns whose name has what is searched for, the first of them; `first_new` is the first of those that came in last.
fn columns(
    props: &TableReadingProps,
    layout: &Layout,
    wanted: &UseStateHandle<String>,
    (n_shown, first_new): (&UseStateHandle<usize>, &NodeRef),
) -> Html {
    let on_search = {
        let wanted = wanted.setter();
        Callback::from(move |event: InputEvent| {
            let text = event.target_dyn_into::<HtmlInputElement>().map(|input| input.value());
            wanted.set(text.unwrap_or_default());
        })
    };
    let more = {
        let n_shown = n_shown.clone();
        Callback::from(move |_: MouseEvent| n_shown.set(*n_shown + EACH))
    };
    let n_shown = **n_shown;
    let lower = wanted.to_lowercase();
    let fits = |name: &str| lower.is_empty() || name.to_lowercase().contains(&lower);
    let fitting: Vec<usize> =
        layout.columns.iter().enumerate().filter(|(_, column)| fits(&column.name)).map(|(place, _)| place).collect();
    html! {
        <section class="card group" aria-labelledby="reading-columns">
            <h2 id="reading-columns">{ quantity::counted(layout.columns.len() as u64, "column", "columns") }</h2>
            if layout.columns.len() > EACH {
                <input type="search" class="filter-text" aria-label="Find columns" placeholder="Part of a column's name"
                    value={(**wanted).clone()} oninput={on_search} />
            }
            <table class="plain reading-columns">
                <thead>
                    <tr>
                        <th scope="col">{"Column"}</th>
                        <th scope="col">{"Taken for"}</th>
                        <th scope="col">{"Examples"}</th>
                        <th scope="col">{"Why"}</th>
                    </tr>
                </thead>
                <tbody>
                    for (n, place) in fitting.iter().take(n_shown).enumerate() {
                        <ColumnRow key={*place} place={*place} analysis={props.analysis.clone()} state={props.state.clone()}
                            anchor={(n > 0 && n + EACH == n_shown).then(|| first_new.clone())} />
                    }
                </tbody>
            </table>
            if fitting.is_empty() {
                <p class="hint">{"No column has that in its name."}</p>
            }
            if fitting.len() > n_shown {
                <p class="buttons">
                    <button type="button" class="button" onclick={more}>
                        { format!("Show {} more columns", EACH.min(fitting.len() - n_shown)) }
                    </button>
                </p>
            }
        </section>
    }
}

fn status(n_chosen: usize, is_otherwise: bool, is_look: bool) -> String {
    let chosen = match n_chosen {
        0 => "Nothing is chosen for this table.".to_owned(),
        n => format!("{} chosen for this table.", quantity::counted(n as u64, "column is", "columns are")),
    };
    match is_otherwise {
        true if !is_look => format!("{chosen} Changes take effect when the file is read again."),
        _ => chosen,
    }
}

/// How dates and durations were read.
fn values(layout: &Layout) -> String {
    let dates = match layout.date_order.as_str() {
        "" => "No date is written so that the order of day and month matters.".to_owned(),
        order => format!("Dates were read {order}."),
    };
    format!("{dates} Durations were read in {}.", plain(&layout.time_unit))
}
