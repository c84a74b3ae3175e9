//! All exports of the register with what each is, over what is selected: those that are made from tables and packets are written by the
//! worker.

use super::icon::Icon;
use super::pseudonym_form::{PseudonymChoice, PseudonymFields, new_key};
use super::save::{Save, save};
use crate::export::{self, Export, Writer};
use crate::model::Analysis;
use crate::session::{Action, Shared, State};
use crate::web::page::hooks::{use_clock, use_store};
use crate::web::page::parts::text::{Times, plain};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ExportsProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis.
    pub analysis: Shared<Analysis>,
}

/// The list.
#[component]
pub fn Exports(props: &ExportsProps) -> Html {
    let (store, clock) = (use_store(), use_clock());
    let is_narrowed = use_state_eq(|| true);
    let busy = use_state_eq(|| None::<&'static str>);
    let pseudonyms = use_state_eq(PseudonymChoice::default);
    let shown_key = use_state_eq(|| None::<String>);
    {
        // A worker that is gone will not answer any more.
        let set_busy = busy.setter();
        use_effect_with(props.state.has_tables, move |_| set_busy.set(None));
    }
    let ExportsProps { state, analysis } = props;
    let selection = &state.selection;
    let has_selection = !selection.passes_all();
    let on_narrow = {
        let set = is_narrowed.setter();
        Callback::from(move |event: Event| {
            set.set(event.target_dyn_into::<HtmlInputElement>().is_some_and(|field| field.checked()));
        })
    };
    let times = Times::new(&analysis.summary, clock);
    let begin = {
        let (analysis, set_busy) = (analysis.clone(), busy.setter());
        let (pseudonyms, set_key) = (pseudonyms.clone(), shown_key.setter());
        let scope = if has_selection && *is_narrowed { selection.scope() } else { Default::default() };
        Callback::from(move |export: &'static Export| {
            let Some(store) = &store else { return };
            let chosen = match pseudonyms.chosen() {
                Ok(chosen) => chosen,
                Err(why) => return store.dispatch(Action::Fail(why)),
            };
            let key = chosen.as_ref().map(|chosen| chosen.key);
            // The files that are saved after it are to fit to it.
            let new = chosen.filter(|chosen| chosen.is_new).map(|chosen| chosen.key.hex());
            let (set, set_key, pseudonyms) = (set_busy.clone(), set_key.clone(), pseudonyms.clone());
            let on_end = Callback::from(move |is_saved| {
                set.set(None);
                if let Some(new) = new.clone().filter(|_| is_saved) {
                    pseudonyms.set(PseudonymChoice { key: new.clone(), ..(*pseudonyms).clone() });
                    set_key.set(Some(new));
                }
            });
            set_busy.set(Some(export.id));
            save(export, &Save { store, analysis: &analysis, scope: scope.clone(), key, on_end });
        })
    };
    html! {
        <div class="exports">
            if has_selection {
                <label class="tick">
                    <input type="checkbox" checked={*is_narrowed} onchange={on_narrow} />
                    <span>
                        {"Only what is selected"}
                        if let Some((from, to)) = selection.time {
                            { format!(", from {} to {}", times.text(from), times.text(to)) }
                        }
                        if !selection.text().is_empty() {
                            {": "}<code class="code">{ plain(&selection.text()) }</code>
                        }
                    </span>
                </label>
            } else {
                <p class="hint">{"Nothing is selected, so all of it is written. Select a range of time or add a filter to write a part."}</p>
            }
            <PseudonymFields choice={(*pseudonyms).clone()} is_disabled={!state.has_tables}
                hint="Of packets only headers are written then. All that is saved while this is open has the same key."
                on_choose={let set = pseudonyms.setter(); Callback::from(move |choice| set.set(choice))} />
            <p class="hint">{"Other programs read these files: their headings and words are English in every language."}</p>
            <ul class="export-list" aria-label="Exports">
                for export in export::ALL {
                    { item(export, props, *busy, &begin) }
                }
            </ul>
            <div class="hint" role="status">
                if let Some(id) = *busy {
                    <p>{ format!("Writing {id}…") }</p>
                } else if let Some(key) = &*shown_key {
                    { new_key("The file", key) }
                }
            </div>
        </div>
    }
}

fn item(
    export: &'static Export,
    props: &ExportsProps,
    busy: Option<&'static str>,
    begin: &Callback<&'static Export>,
) -> Html {
    let about = (export.about)(&props.analysis);
    let lacks = lacks(export, &props.state, &props.analysis);
    let whole = matches!(export.writer, Writer::Analysis(_)).then_some(" Always of the whole file.");
    html! {
        <li key={export.id} data-export={export.id}>
            <div>
                <p><strong>{ about.label }</strong>{" "}<code class="code">{ format!("--{}", export.id) }</code></p>
                <p class="hint">{ export.help }{"."}{ whole }{ lacks.map(|why| format!(" {why}")) }</p>
            </div>
            <button type="button" class="button" disabled={busy.is_some() || lacks.is_some()} aria-busy={(busy == Some(export.id)).to_string()}
                aria-label={format!("Save {} ({})", about.label, export.id)} onclick={begin.reform(move |_: MouseEvent| export)}>
                { Icon::Save.html() }<span>{"Save"}</span>
            </button>
        </li>
    }
}

/// What an export needs that is not there.
fn lacks(export: &Export, state: &State, analysis: &Analysis) -> Option<&'static str> {
    let needs_worker = !matches!(export.writer, Writer::Analysis(_));
    match export.writer {
        _ if needs_worker && !state.has_tables => Some("The tables are lost: read the file again."),
        Writer::Packets if analysis.table.is_some() => Some("A table has no packets."),
        Writer::Tables(_) if analysis.summary.flows == 0 => Some("There are no flows."),
        _ => None,
    }
}
