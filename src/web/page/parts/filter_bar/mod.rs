//! Which rows of a table pass: a filter that is checked while it is typed, with completions, recent filters and help.

use super::icon::Icon;
use super::text::plain;
use crate::filter;
use crate::model::Analysis;
use crate::model::listing::FilterError;
use crate::protocol::Filter;
use crate::session::{Route, Shared};
use gloo::timers::callback::Timeout;
use help::Help;
use options::{Options, Proposal};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

mod help;
mod history;
mod options;

/// Typing that pauses this long is taken, ms.
const PAUSE_MS: u32 = 250;

/// What a filter is about.
#[derive(Clone, PartialEq)]
pub enum Scope {
    /// Flows or packets.
    Traffic,
    /// Rows of a table with these columns.
    Rows(Rc<Vec<String>>),
    /// Words in names: no language.
    Names,
}

impl Scope {
    /// Rows of the table of an analysis.
    pub fn rows(analysis: &Analysis) -> Scope {
        let columns = analysis.table.iter().flat_map(|table| &table.layout.columns);
        Scope::Rows(Rc::new(columns.map(|column| column.name.clone()).collect()))
    }

    fn check(&self, text: &str) -> Option<FilterError> {
        match self {
            Scope::Traffic => filter::compile(text).err(),
            Scope::Rows(columns) => filter::compile_for_rows(text, columns).err(),
            Scope::Names => None,
        }
    }
}

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct FilterBarProps {
    /// What the field is called: `Filter flows`.
    pub label: &'static str,
    /// The filter in force.
    pub filter: Filter,
    /// Called with the new filter.
    pub on_change: Callback<Filter>,
    /// What is filtered.
    #[prop_or(Scope::Traffic)]
    pub scope: Scope,
    /// What may be typed.
    #[prop_or("Filter: 10.0.0.5, tcp.port == 443, dns, example.org")]
    pub hint: &'static str,
    /// Names the finding that the filter may be about.
    pub analysis: Shared<Analysis>,
}

/// What happens in the field.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Attention {
    /// Proposals are shown.
    is_open: bool,
    /// The proposal that the keys have reached.
    active: Option<usize>,
    /// Where the caret is, in bytes.
    caret: usize,
}

/// A search field, and what else narrows the table.
#[component]
pub fn FilterBar(props: &FilterBarProps) -> Html {
    let typed = use_state_eq(|| props.filter.text.clone());
    let attention = use_state_eq(Attention::default);
    let shows_help = use_state_eq(|| false);
    let input = use_node_ref();
    let timer = use_mut_ref(|| None::<Timeout>);
    {
        // Back, forward and links change the filter from outside.
        let (typed, timer) = (typed.setter(), timer.clone());
        use_effect_with(props.filter.text.clone(), move |text| {
            if timer.borrow().is_none() {
                typed.set(text.clone());
            }
        });
    }
    {
        // Whoever leaves while typing has left: the filter must not bring this view back.
        let timer = timer.clone();
        use_effect_with((), move |()| {
            move || {
                timer.take();
            }
        });
    }
    let has_language = props.scope != Scope::Names;
    let error = props.scope.check(&typed);
    let change = {
        let (filter, on_change, scope) = (props.filter.clone(), props.on_change.clone(), props.scope.clone());
        move |text: String| {
            // What is not understood is said, and the previous filter stays active.
            if scope.check(&text).is_none() {
                if scope != Scope::Names {
                    history::remember(&text);
                }
                on_change.emit(Filter { text, ..filter.clone() });
            }
        }
    };
    // Takes a text at once: a proposal, an example, Enter.
    let take = {
        let (typed, timer, change, attention, input) =
            (typed.setter(), timer.clone(), change.clone(), attention.setter(), input.clone());
        Callback::from(move |(text, caret): (String, usize)| {
            timer.take();
            typed.set(text.clone());
            attention.set(Attention { caret, ..Attention::default() });
            if let Some(field) = input.cast::<HtmlInputElement>() {
                field.set_value(&text);
                let at = text.get(..caret).map_or(0, |before| before.encode_utf16().count()) as u32;
                // A field that lost the focus takes no selection; nothing depends on it.
                let _ = field.focus();
                let _ = field.set_selection_range(at, at);
            }
            change(text);
        })
    };
    let on_input = {
        let (typed, timer, attention) = (typed.setter(), timer.clone(), attention.setter());
        Callback::from(move |event: InputEvent| {
            let Some(field) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let text = field.value();
            attention.set(Attention { is_open: true, active: None, caret: caret(&field, &text) });
            typed.set(text.clone());
            let (change, done) = (change.clone(), timer.clone());
            timer.replace(Some(Timeout::new(PAUSE_MS, move || {
                done.take();
                change(text);
            })));
        })
    };
    let proposals: Rc<[Proposal]> = match has_language && attention.is_open {
        true => options::proposals(&typed, attention.caret).into(),
        false => Rc::new([]),
    };
    let on_key = {
        let (attention, proposals, take, typed) = (attention.clone(), proposals.clone(), take.clone(), typed.clone());
        Callback::from(move |event: KeyboardEvent| {
            if !has_language || event.is_composing() {
                return;
            }
            let n = proposals.len();
            let move_to = |active| attention.set(Attention { active, is_open: true, ..*attention });
            match (event.key().as_str(), attention.active) {
                ("ArrowDown", _) if !attention.is_open => {
                    let caret = event
                        .target_dyn_into::<HtmlInputElement>()
                        .map_or(typed.len(), |field| caret(&field, &field.value()));
                    attention.set(Attention { is_open: true, active: None, caret });
                }
                ("ArrowDown", active) if n > 0 => move_to(Some(active.map_or(0, |at| (at + 1) % n))),
                ("ArrowUp", active) if n > 0 => move_to(Some(active.map_or(n - 1, |at| (at + n - 1) % n))),
                ("Enter" | "Tab", Some(at)) if proposals.get(at).is_some() => {
                    if let Some(proposal) = proposals.get(at) {
                        take.emit(proposal.put_into(&typed));
                    }
                }
                ("Enter", _) => take.emit(((*typed).clone(), typed.len())),
                ("Escape", _) if attention.is_open && n > 0 => attention.set(Attention::default()),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let on_focus = {
        let (attention, typed) = (attention.setter(), typed.clone());
        Callback::from(move |_: FocusEvent| {
            attention.set(Attention { is_open: typed.is_empty(), active: None, caret: typed.len() });
        })
    };
    let on_blur = {
        let attention = attention.setter();
        Callback::from(move |_: FocusEvent| attention.set(Attention::default()))
    };
    let toggle_help = {
        let shows_help = shows_help.clone();
        Callback::from(move |_: MouseEvent| shows_help.set(!*shows_help))
    };
    let close_help = {
        let shows_help = shows_help.setter();
        Callback::from(move |()| shows_help.set(false))
    };
    let on_example = {
        let (take, shows_help) = (take.clone(), shows_help.setter());
        Callback::from(move |text: String| {
            shows_help.set(false);
            let end = text.len();
            take.emit((text, end));
        })
    };
    let on_proposal = {
        let typed = typed.clone();
        Callback::from(move |proposal: Proposal| take.emit(proposal.put_into(&typed)))
    };
    let without = |filter: Filter| props.on_change.reform(move |_: MouseEvent| filter.clone());
    let filter = &props.filter;
    let is_used = has_language && !typed.trim().is_empty();
    let state = match (&error, is_used) {
        (Some(_), _) => Some("is-wrong"),
        (None, true) => Some("is-right"),
        (None, false) => None,
    };
    let is_listed = !proposals.is_empty();
    html! {
        <div class="filter-bar" role="search">
            <div class="filter-field">
                if has_language {
                    <input ref={input} type="search" class={classes!("filter-text", state)} aria-label={props.label} value={(*typed).clone()}
                        oninput={on_input} onkeydown={on_key} onfocus={on_focus} onblur={on_blur} placeholder={props.hint} autocomplete="off" spellcheck="false"
                        role="combobox" aria-autocomplete="list" aria-expanded={is_listed.to_string()} aria-controls="filter-options"
                        aria-activedescendant={attention.active.filter(|_| is_listed).map(options::id)}
                        aria-invalid={error.is_some().to_string()} aria-describedby={error.is_some().then_some("filter-error")} />
                    <button type="button" class="button filter-help-button" aria-expanded={shows_help.to_string()} aria-controls="filter-help"
                        aria-label="How to write a filter" title="How to write a filter" onclick={toggle_help}>{"?"}</button>
                    <Options proposals={proposals.to_vec()} active={attention.active} on_take={on_proposal} />
                    if *shows_help {
                        <Help {on_example} on_close={close_help} is_of_rows={matches!(props.scope, Scope::Rows(_))} />
                    }
                } else {
                    <input type="search" class="filter-text" aria-label={props.label} value={(*typed).clone()} oninput={on_input}
                        placeholder={props.hint} autocomplete="off" spellcheck="false" />
                }
            </div>
            if let Some(id) = &filter.finding {
                <span class="chip chosen">
                    <a href={Route::findings(Some(id)).hash()}>{ format!("Finding: {}", title(&props.analysis, id)) }</a>
                    <button type="button" class="chip-off" aria-label="Remove the filter by finding"
                        onclick={without(Filter { finding: None, ..filter.clone() })}>{ Icon::Cross.html() }</button>
                </span>
            }
            if let Some(flow) = filter.flow {
                <span class="chip chosen">
                    { format!("Flow {flow}") }
                    <button type="button" class="chip-off" aria-label="Remove the filter by flow"
                        onclick={without(Filter { flow: None, ..filter.clone() })}>{ Icon::Cross.html() }</button>
                </span>
            }
            if has_language {
                <div class="filter-said" role="status">
                    if let Some(error) = &error {
                        { wrong(&typed, error) }
                    }
                </div>
            }
        </div>
    }
}

/// The error, with the part of the text that it is about marked.
fn wrong(text: &str, error: &FilterError) -> Html {
    let at = text.floor_char_boundary(error.at as usize);
    let end = text.floor_char_boundary((error.at + error.length) as usize).max(at);
    let piece = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    // Of a long filter only what is near.
    let from = text.floor_char_boundary(at.saturating_sub(40));
    let to = text.floor_char_boundary((end + 20).min(text.len()));
    let marked = if end > at { plain(piece(at, end)) } else { "\u{a0}".to_owned() };
    html! {
        <p id="filter-error" class="filter-error">
            <span>{ Icon::Cross.html() }{ format!(" {} The previous filter stays active.", error.text) }</span>
            <code>
                { if from > 0 { "…" } else { "" } }{ plain(piece(from, at)) }<mark>{ marked }</mark>{ plain(piece(end, to)) }
                { if to < text.len() { "…" } else { "" } }
            </code>
        </p>
    }
}

/// The caret of a field as a byte of its text.
fn caret(field: &HtmlInputElement, text: &str) -> usize {
    let units = field.selection_end().ok().flatten().map_or(usize::MAX, |at| at as usize);
    let mut left = units;
    text.char_indices()
        .find(|(_, c)| {
            let is_there = left == 0;
            left = left.saturating_sub(c.len_utf16());
            is_there
        })
        .map_or(text.len(), |(at, _)| at)
}

fn title(analysis: &Analysis, id: &str) -> String {
    analysis.finding(id).map_or_else(|| id.to_owned(), |finding| plain(&finding.title))
}
