//! The page: Yew components that draw a [`crate::session::State`] and send actions to it.
//!
//! Accessible names that tests and help texts may rely on:
//!
//! | what | role and name |
//! |---|---|
//! | choose a file | button `Open a file` (start), `Open another file` (later); the input has `data-testid="file-input"` |
//! | samples | buttons in the list `Sample captures`, whose names begin with the title and end with the file; `data-sample` is the id |
//! | views | links in the navigation `Views`, with the id of each as `data-view`: `Overview`, `Findings`, `Flows`, `Packets`, `Issues`, `Settings`, of a table `Columns` and `Rows` and so on; a count may follow; on narrow screens behind the button `Views` |
//! | selection | sliders `Selected from` and `Selected to`; list `All views are narrowed to`, with buttons `Invert the filter TEXT`, `Remove the filter TEXT`, `Select the whole time again`, and `Clear selection` |
//! | palette | dialog `Go to` (Ctrl+K); dialog `Keyboard shortcuts` (?) |
//! | panels | tables `Rows: TITLE` or charts, each with a link `Explore: TITLE`; links `Flows of VALUE` in rows |
//! | each view | has one heading of level 1 with the view's name; `Start` is `data-testid="start"` |
//! | reading | progressbar `Reading`, buttons `Cancel` and `Stop and show results so far`, `data-testid="reading"` |
//! | saving | button `Save report` opens the dialog `Report` (radios and boxes by their labels, button `Write report`, `data-testid="pseudonym-key"`); buttons `Save findings (JSON)`, `Save flows (CSV)`; `data-testid="sha256"` has the hash |
//! | summary | region `Summary`: sentences with `data-topic`, links `Finding N: TITLE` |
//! | findings | links in the list `Findings`; `data-testid="finding"` is the one in full; button `Copy filter`, links `Show its flows`, `Show its packets` |
//! | verdicts | radios `Open`, `True`, `False alarm`, `Unsure` in the group `Your verdict`; textbox `Note` |
//! | allow-list | button `Expected here…` opens the form `What is expected here` with boxes to tick, fields `PART: value` and the buttons `Expect this` and `Cancel`; `data-testid="expected-rule"` is the current rule, with the button `No longer expected`; findings that are expected are links in the list `Expected here`; the notice has the button `Undo`; in the settings the list `Allow-list` with buttons `Remove rule: RULE`, button `Add a rule` |
//! | incidents | list `Incidents`, with links to their findings |
//! | tables | grids `Flows`, `Packets`, `Columns` and `Rows` with `aria-rowcount` (header row included) and `aria-rowindex`; searchbox `Filter flows`, `Filter packets`, `Filter columns`, `Filter rows` |
//! | one packet | region `Packet N`, with `Layers` and `Bytes` |
//! | issues | list `Issues`, or `data-testid="no-issues"` |
//! | settings | spinbuttons named by the setting's label; buttons `Reset LABEL`, `Reset all settings`, `Read the file again`, `Save settings`, `Load settings` (the input has `data-testid="settings-input"`), `Forget everything saved in this browser`, then `Forget everything` or `Keep everything` |
//! | switches | buttons `Theme: system`, `Theme: light`, `Theme: dark`; `Times: UTC`, `Times: local` |
//! | counting | `data-testid="counting"` has the progress of what a view asks, and the button `Cancel` |
//! | terms | buttons named by the term, in headings, facts, evidence and columns, with its place as `data-term`; tooltip `#term-tip` |
//! | charts | image named by title and summary; slider `Read values: TITLE`; button `Show as table: TITLE` |
//! | notices | alert with a button `Dismiss` |

mod address;
mod app;
mod kept;
mod language;
mod prefs;
mod questions;
mod storage;
mod store;

mod hooks;
mod parts;
mod views;

/// Puts the page into the element with the id `app`, in place of what is there.
pub fn run() {
    console_error_panic_hook::set_once();
    prefs::apply_theme(prefs::theme());
    // The page is drawn once its language is there, so that nobody sees it change.
    wasm_bindgen_futures::spawn_local(async {
        let failure = language::show(prefs::language()).await.err();
        if let Some(root) = gloo::utils::document().get_element_by_id("app") {
            root.set_inner_html("");
            yew::Renderer::<app::App>::with_root_and_props(root, app::AppProps { failure }).render();
        }
    });
}
