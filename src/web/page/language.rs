//! The language of the page and of its reports: its catalogue is loaded when it is wanted.

use super::prefs;
use crate::export::report::{ReportFormat, names};
use crate::language::{Catalogue, Language};
use crate::model::Analysis;
use crate::web::browser::{fetch, language};
use std::cell::{Cell, RefCell};
use yew::Callback;

pub use crate::web::browser::language::{shown, translated};

thread_local! {
    /// Who is told when another language is shown.
    static TOLD: RefCell<Option<Callback<Language>>> = const { RefCell::new(None) };
    /// What was wanted last: it may be chosen while another one is loaded.
    static WANTED: Cell<Language> = const { Cell::new(Language::ENGLISH) };
}

/// Calls whenever another language is shown.
pub fn listen(then: Callback<Language>) {
    TOLD.replace(Some(then));
}

/// Shows a language. An error says in a sentence why it cannot; the page is English then.
pub async fn show(wanted: Language) -> Result<(), String> {
    WANTED.set(wanted);
    if wanted == language::shown() {
        return Ok(());
    }
    if wanted == Language::ENGLISH {
        language::show_english();
    } else {
        let text = fetch::text(&format!("languages/{}.txt", wanted.id)).await;
        if WANTED.get() != wanted {
            return Ok(());
        }
        let text = text.map_err(|why| format!("The page stays in English: {why}"))?;
        language::show(wanted, Catalogue::new(text));
    }
    if let Some(told) = TOLD.with_borrow(Option::clone) {
        told.emit(wanted);
    }
    Ok(())
}

/// Remembers a language, and shows it; `on_failure` is called with a sentence if it cannot be shown.
pub fn choose(wanted: Language, on_failure: impl FnOnce(String) + 'static) {
    prefs::choose_language(wanted);
    wasm_bindgen_futures::spawn_local(async move {
        if let Err(why) = show(wanted).await {
            on_failure(why);
        }
    });
}

/// Leaves names from a file as they are, wherever they stand.
pub fn keep(analysis: Option<&Analysis>) {
    language::keep(analysis.map(names).unwrap_or_default());
}

/// A report in the language that is shown.
pub fn report(text: String, format: ReportFormat) -> String {
    language::with_catalogue(|language, catalogue| format.in_language(text, language, catalogue))
}
