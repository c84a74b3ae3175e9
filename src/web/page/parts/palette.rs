//! What lies above the page: a palette to go to views, hosts, protocols and findings, and the sheet of what keys do.

use super::dialog::Dialog;
use super::exports::Exports;
use super::text::plain;
use crate::language::Language;
use crate::maths::sorting::Arrange;
use crate::session::state::Overlay;
use crate::session::{Action, Phase, Route, Shared, State};
use crate::web::page::hooks::{use_action, use_store};
use crate::web::page::language;
use crate::web::page::prefs;
use crate::web::page::store::Store;
use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement};
use yew::prelude::*;

/// Entries that are shown, at most.
const MOST: usize = 14;
/// Findings, hosts and protocols that can be gone to, at most.
const MOST_OF_KIND: usize = 200;

/// The sheet of keys: each key or combination, and what it does.
const KEYS: &[(&str, &str)] = &[
    ("Ctrl+K", "Go to a view, a host, a protocol or a finding"),
    ("?", "This sheet"),
    ("/", "Write a filter"),
    ("[ and ]", "The view before and the next one"),
    ("Alt+← and Alt+→", "Undo and redo: views and what is selected, by the history of the browser"),
    ("Arrow keys", "In tables: rows; in charts: values; on the timeline: the edges of the selection"),
    ("m, n and p", "In the packets: mark, the next marked one and the one before"),
    ("Ctrl+C", "In tables: copy the row"),
    ("Enter", "Open the row, or select what is under the cursor of a chart"),
    ("Home and End", "First and last row, value or time"),
    ("Escape", "Close what lies above; on the timeline: select the whole time"),
];

/// Where an entry leads.
#[derive(Clone, PartialEq)]
enum To {
    Route(Route),
    Narrow(String),
    Above(Overlay),
    Language(Language),
}

/// An entry of the palette.
#[derive(Clone, PartialEq)]
struct Entry {
    kind: &'static str,
    text: String,
    to: To,
}

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct PaletteProps {
    /// The page's state.
    pub state: Shared<State>,
}

/// Listens to the keys of the whole page, and shows what lies above it.
#[component]
pub fn Palette(props: &PaletteProps) -> Html {
    let store = use_store();
    use_effect_with((), move |()| {
        let listener = EventListener::new_with_options(
            &gloo::utils::document(),
            "keydown",
            EventListenerOptions::enable_prevent_default(),
            move |event| {
                if let (Some(event), Some(store)) = (event.dyn_ref::<KeyboardEvent>(), &store) {
                    on_page_key(event, store);
                }
            },
        );
        move || drop(listener)
    });
    let on_close = use_action(|()| Action::Overlay(None));
    match props.state.overlay {
        None => Html::default(),
        Some(Overlay::Palette) => {
            html! { <Dialog label="Go to" key="palette" {on_close}><Choices state={props.state.clone()} /></Dialog> }
        }
        Some(Overlay::Shortcuts) => {
            html! { <Dialog label="Keyboard shortcuts" key="shortcuts" {on_close}><Sheet /></Dialog> }
        }
        Some(Overlay::Exports) => match &props.state.analysis {
            Some(analysis) => html! {
                <Dialog label="Exports" key="exports" {on_close}><Exports state={props.state.clone()} analysis={analysis.clone()} /></Dialog>
            },
            None => Html::default(),
        },
    }
}

fn on_page_key(event: &KeyboardEvent, store: &Store) {
    let key = event.key();
    let is_other_above = || gloo::utils::document().query_selector("dialog[open]").ok().flatten().is_some();
    let is_above = store.state().overlay.is_some();
    if (event.ctrl_key() || event.meta_key()) && !event.alt_key() && key.eq_ignore_ascii_case("k") {
        event.prevent_default();
        store.dispatch(Action::Overlay((!is_above).then_some(Overlay::Palette)));
        return;
    }
    if event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || is_above
        || is_other_above()
        || is_typing(event)
        || !prefs::has_single_keys()
    {
        return;
    }
    match key.as_str() {
        "?" => store.dispatch(Action::Overlay(Some(Overlay::Shortcuts))),
        "/" => {
            let field = gloo::utils::document().query_selector("main input[type=search]").ok().flatten();
            let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) else { return };
            // Fails only for what cannot be focused.
            let _ = field.focus();
        }
        "[" | "]" => {
            let state = store.state();
            let views = state.views();
            let Some(here) = views.iter().position(|view| *view == state.view()) else { return };
            let next = if key == "]" { here + 1 } else { here.wrapping_sub(1) };
            let Some(view) = views.get(next) else { return };
            store.go(Route::from_hash(&view.hash()));
        }
        _ => return,
    }
    event.prevent_default();
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// What keys do.
#[component]
fn Sheet() -> Html {
    let is_on = use_state_eq(prefs::has_single_keys);
    let on_change = {
        let set = is_on.setter();
        Callback::from(move |event: Event| {
            let wanted = event.target_dyn_into::<HtmlInputElement>().is_some_and(|field| field.checked());
            prefs::choose_single_keys(wanted);
            set.set(wanted);
        })
    };
    html! {
        <>
            <table class="plain shortcuts">
                <thead><tr><th scope="col">{"Key"}</th><th scope="col">{"What it does"}</th></tr></thead>
                <tbody>
                    for (key, what) in KEYS {
                        <tr><th scope="row"><kbd>{ *key }</kbd></th><td>{ *what }</td></tr>
                    }
                </tbody>
            </table>
            <label class="tick">
                <input type="checkbox" checked={*is_on} onchange={on_change} />
                {"Single keys such as ? and / do something"}
            </label>
        </>
    }
}

/// A field, and what fits what is typed into it.
#[component]
fn Choices(props: &PaletteProps) -> Html {
    let (store, field) = (use_store(), use_node_ref());
    let typed = use_state_eq(String::new);
    let active = use_state_eq(|| 0_usize);
    let all = use_memo((), |()| entries(&props.state));
    let found: Vec<Entry> = fitting(&all, &typed);
    {
        let field = field.clone();
        use_effect_with((), move |()| crate::web::browser::style::focus(&field));
    }
    let take = Callback::from(move |to: To| {
        if let Some(store) = &store {
            follow(store, to);
        }
    });
    let on_input = {
        let (typed, active) = (typed.setter(), active.setter());
        Callback::from(move |event: InputEvent| {
            active.set(0);
            typed.set(event.target_dyn_into::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default());
        })
    };
    let on_key = {
        let (active, take, found) = (active.clone(), take.clone(), found.clone());
        Callback::from(move |event: KeyboardEvent| {
            let n = found.len();
            match event.key().as_str() {
                "ArrowDown" if n > 0 => active.set((*active + 1) % n),
                "ArrowUp" if n > 0 => active.set((*active + n - 1) % n),
                "Enter" if !event.is_composing() => {
                    if let Some(entry) = found.get(*active) {
                        take.emit(entry.to.clone());
                    }
                }
                _ => return,
            }
            event.prevent_default();
        })
    };
    let option = |(at, entry): (usize, &Entry)| {
        let to = entry.to.clone();
        html! {
            <li id={format!("palette-{at}")} role="option" aria-selected={(at == *active).to_string()}
                onclick={take.reform(move |_: MouseEvent| to.clone())}>
                <span>{ plain(&entry.text) }</span><span class="option-kind">{ entry.kind }</span>
            </li>
        }
    };
    html! {
        <>
            <input ref={field} type="search" autofocus={true} role="combobox" aria-label="Go to a view, a host, a protocol or a finding" aria-expanded="true"
                aria-controls="palette-options" aria-autocomplete="list" autocomplete="off" spellcheck="false"
                aria-activedescendant={(!found.is_empty()).then(|| format!("palette-{}", *active))}
                placeholder="A view, a host, a protocol, a finding, or a filter" oninput={on_input} onkeydown={on_key} />
            <ul id="palette-options" class="palette-options" role="listbox" aria-label="Where to go">
                { for found.iter().enumerate().map(option) }
            </ul>
            <p class="hint" role="status">
                { if found.is_empty() { "Nothing matches, and this is not a filter." } else { "Arrow keys choose, Enter goes there." } }
            </p>
        </>
    }
}

/// Does what an entry stands for.
fn follow(store: &Store, to: To) {
    match to {
        To::Route(route) => {
            store.dispatch(Action::Overlay(None));
            store.go(route);
        }
        To::Narrow(text) => {
            store.dispatch(Action::Overlay(None));
            store.select(store.state().selection.with(&text));
        }
        To::Language(wanted) => {
            store.dispatch(Action::Overlay(None));
            let failing = store.clone();
            language::choose(wanted, move |why| failing.dispatch(Action::Fail(why)));
        }
        To::Above(overlay) => store.dispatch(Action::Overlay(Some(overlay))),
    }
}

/// All that can be gone to.
fn entries(state: &State) -> Vec<Entry> {
    let view = |view: &'static crate::session::View| Entry {
        kind: "View",
        text: state.label(view).to_owned(),
        to: To::Route(Route::from_hash(&view.hash())),
    };
    let mut all: Vec<Entry> = state.views().into_iter().map(view).collect();
    all.push(Entry { kind: "Help", text: "Keyboard shortcuts".to_owned(), to: To::Above(Overlay::Shortcuts) });
    let others = Language::ALL.iter().copied().filter(|language| *language != language::shown());
    all.extend(others.map(|other| Entry { kind: "Language", text: other.name.to_owned(), to: To::Language(other) }));
    let (Phase::Ready, Some(analysis)) = (state.phase, &state.analysis) else { return all };
    all.push(Entry { kind: "Save", text: "All exports".to_owned(), to: To::Above(Overlay::Exports) });
    let has_hosts = state.views().iter().any(|view| view.id == "hosts");
    for row in analysis.stats.top_hosts.iter().take(if has_hosts { MOST_OF_KIND } else { 0 }) {
        let name = if row.name.is_empty() { row.host.to_string() } else { format!("{} {}", row.host, row.name) };
        all.push(Entry { kind: "Host", text: name, to: To::Route(Route::panels("hosts", Some(row.host.to_string()))) });
    }
    for finding in analysis.findings.iter().take(MOST_OF_KIND) {
        let to = To::Route(Route::findings(Some(&finding.id)));
        all.push(Entry { kind: "Finding", text: finding.title.clone(), to });
    }
    for protocol in analysis.summary.protocols.iter().filter(|one| one.layer > 2).take(MOST_OF_KIND) {
        let name = crate::filter::quoted(&protocol.name);
        let filter = match protocol.layer {
            3 => name.to_lowercase(),
            4 => format!("transport == {name}"),
            _ => format!("app == {name}"),
        };
        all.push(Entry { kind: "Narrow to protocol", text: protocol.name.clone(), to: To::Narrow(filter) });
    }
    all
}

/// Entries with all words of a text, those that begin with it first; a text that is a filter can narrow all views.
fn fitting(all: &[Entry], typed: &str) -> Vec<Entry> {
    let typed = typed.trim();
    let wanted = typed.to_lowercase();
    let words: Vec<&str> = wanted.split_whitespace().collect();
    // What is typed is in the language that is shown.
    let shown = |entry: &Entry| language::translated(&entry.text).unwrap_or_else(|| entry.text.clone()).to_lowercase();
    let fits = |entry: &&Entry| {
        let text = shown(entry);
        words.iter().all(|word| text.contains(word))
    };
    let mut found: Vec<&Entry> = all.iter().filter(fits).collect();
    found.arrange_by_key(|entry| !shown(entry).starts_with(&wanted));
    let mut found: Vec<Entry> = found.into_iter().take(MOST).cloned().collect();
    // Only files with traffic have the view of flows.
    let has_traffic = all.iter().any(|entry| entry.text == "Flows");
    if !typed.is_empty() && has_traffic && crate::filter::compile(typed).is_ok() {
        found.push(Entry { kind: "Narrow all views", text: typed.to_owned(), to: To::Narrow(typed.to_owned()) });
    }
    found
}
