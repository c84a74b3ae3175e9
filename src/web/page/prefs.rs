//! Choices that outlive the page: theme, clock, columns and colours of tables and the like, in the browser's local storage.

use super::storage;
use crate::language::Language;
use crate::session::{Arrangement, Clock, Colours};
use crate::web::browser::language;

const THEME_KEY: &str = "packetloupe.theme";
const CLOCK_KEY: &str = "packetloupe.clock";
const LANGUAGE_KEY: &str = "packetloupe.language";

const LOOKS_FIRST_KEY: &str = "packetloupe.looks-first";
const SINGLE_KEYS_KEY: &str = "packetloupe.single-keys";
const COLOURS_KEY: &str = "packetloupe.colours";
/// Followed by the class of a table.
const COLUMNS_KEY: &str = "packetloupe.columns.";

/// The rules for the colours of packets.
pub fn colours() -> Colours {
    storage::get(COLOURS_KEY).unwrap_or_default()
}

/// Remembers rules for colours. Where storage is forbidden they last as long as the page.
pub fn choose_colours(colours: &Colours) {
    storage::set(COLOURS_KEY, colours);
}

/// How the columns of a table were arranged.
pub fn arrangement(table: &str) -> Arrangement {
    storage::get(&format!("{COLUMNS_KEY}{table}")).unwrap_or_default()
}

/// Remembers how the columns of a table are arranged.
pub fn choose_arrangement(table: &str, arrangement: &Arrangement) {
    let key = format!("{COLUMNS_KEY}{table}");
    if arrangement.is_empty() {
        storage::delete(&key);
    } else {
        storage::set(&key, arrangement);
    }
}

/// True if single keys such as `?` do something: people who speak to their machine turn them off (WCAG 2.1.4).
pub fn has_single_keys() -> bool {
    storage::get::<bool>(SINGLE_KEYS_KEY).unwrap_or(true)
}

/// Chooses whether single keys do something.
pub fn choose_single_keys(wanted: bool) {
    storage::set(SINGLE_KEYS_KEY, &wanted);
}

/// Colours of the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Theme {
    /// As the system says.
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// `system`, `light` or `dark`.
    pub fn id(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The one that the switch comes to next.
    pub fn next(self) -> Theme {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }
}

/// The theme that was chosen.
pub fn theme() -> Theme {
    match storage::get::<String>(THEME_KEY).as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    }
}

/// Chooses a theme. Where storage is forbidden it lasts as long as the page.
pub fn choose_theme(theme: Theme) {
    storage::set(THEME_KEY, &theme.id());
    apply_theme(theme);
}

/// Tells the style sheet, and whoever watches the root element, which theme holds.
pub fn apply_theme(theme: Theme) {
    if let Some(root) = gloo::utils::document().document_element() {
        // Fails only for an impossible attribute name.
        let _ = root.set_attribute("data-theme", theme.id());
    }
}

/// The clock that was chosen.
pub fn clock() -> Clock {
    match storage::get::<String>(CLOCK_KEY).as_deref() {
        Some("local") => Clock::Local,
        _ => Clock::Utc,
    }
}

/// Remembers a clock. Where storage is forbidden it lasts as long as the page.
pub fn choose_clock(clock: Clock) {
    let id = if clock == Clock::Local { "local" } else { "utc" };
    storage::set(CLOCK_KEY, &id);
}

/// The language that was chosen, else the first that the browser wants.
pub fn language() -> Language {
    let chosen = storage::get::<String>(LANGUAGE_KEY).and_then(|id| Language::of(&id));
    chosen.unwrap_or_else(|| Language::wanted(language::wanted().iter().map(String::as_str)))
}

/// Remembers a language. Where storage is forbidden it lasts as long as the page.
pub fn choose_language(language: Language) {
    storage::set(LANGUAGE_KEY, &language.id);
}

/// True if the columns of a table are looked at before all of it is read.
pub fn looks_first() -> bool {
    storage::get::<bool>(LOOKS_FIRST_KEY).unwrap_or(false)
}

/// Remembers whether they are. Where storage is forbidden it lasts as long as the page.
pub fn choose_looks_first(looks_first: bool) {
    storage::set(LOOKS_FIRST_KEY, &looks_first);
}
