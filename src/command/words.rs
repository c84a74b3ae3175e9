//! A text for people to the same in the language that the command speaks. What other programs read stays English.

use crate::export::report::names;
use crate::language::{self, Catalogue, Kept, Language};
use crate::model::Analysis;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Command, CommandFactory};
use std::cell::RefCell;
use std::path::Path;

/// What says which language people want, the first that is set (POSIX, section 8.2).
const VARIABLES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

thread_local! {
    static SPOKEN: RefCell<(Language, Option<Catalogue>)> = const { RefCell::new((Language::ENGLISH, None)) };
}

/// Takes the id of a language.
pub fn languages() -> impl TypedValueParser<Value = Language> {
    let ids = Language::ALL.iter().map(|language| PossibleValue::new(language.id).help(language.name));
    PossibleValuesParser::new(ids).map(|id| Language::of(&id).unwrap_or(Language::ENGLISH))
}

/// Speaks a language from now on; without one, that of the environment.
pub fn speak(wanted: Option<Language>) {
    let language = wanted.unwrap_or_else(|| of_variables(|name| std::env::var(name).ok()));
    let catalogue = language::built_in(language);
    if let Some(catalogue) = &catalogue {
        catalogue.keep(arguments());
    }
    SPOKEN.replace((language, catalogue));
}

/// Calls with the language that is spoken, and its catalogue if it is not English.
pub fn with_catalogue<T>(then: impl FnOnce(Language, Option<&Catalogue>) -> T) -> T {
    SPOKEN.with_borrow(|(language, catalogue)| then(*language, catalogue.as_ref()))
}

/// Leaves the names of an analysis as they are.
pub fn keep(analysis: &Analysis) {
    with_catalogue(|_, catalogue| {
        if let Some(catalogue) = catalogue {
            let mut kept = names(analysis);
            kept.names.extend(arguments().names);
            catalogue.keep(kept);
        }
    });
}

/// A text as it is said.
pub fn said(text: &str) -> String {
    let other = with_catalogue(|_, catalogue| catalogue.and_then(|catalogue| catalogue.translated(text)));
    other.unwrap_or_else(|| text.to_owned())
}

/// What was given as an argument is no word of ours, unless it is a choice that we offer: names of files, columns, hosts.
fn arguments() -> Kept {
    let command = super::Cli::command();
    let all = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let is_name = |argument: &String| !argument.starts_with('-') && !is_choice(&command, argument);
    let with_names = all.filter(is_name).flat_map(|argument| {
        let name = Path::new(&argument).file_name().map(|name| name.to_string_lossy().into_owned());
        [Some(argument), name].into_iter().flatten()
    });
    Kept { names: with_names.collect(), ..Kept::default() }
}

/// True for a subcommand, and for a value that an argument of one may have: `baseline`, `high`.
fn is_choice(command: &Command, text: &str) -> bool {
    let mut values = command.get_arguments().flat_map(|argument| argument.get_possible_values());
    command.get_name() == text
        || values.any(|value| value.matches(text, false))
        || command.get_subcommands().any(|task| is_choice(task, text))
}

/// The language that variables of the environment ask for: `de_AT.UTF-8`, `C`.
fn of_variables(value: impl Fn(&str) -> Option<String>) -> Language {
    let wanted = VARIABLES.iter().find_map(|name| value(name).filter(|value| !value.is_empty()));
    let tag = wanted.as_deref().and_then(|wanted| wanted.split(['.', '@']).next());
    Language::wanted(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_of_the_command_are_words_of_ours() {
        let command = super::super::Cli::command();
        for (text, expected) in [("high", true), ("baseline", true), ("full", true), ("a.pcap", false)] {
            assert_eq!(is_choice(&command, text), expected, "{text}");
        }
    }

    #[test]
    fn the_first_variable_that_is_set_says_the_language() {
        let of = |all: &[(&str, &str)]| {
            let value = |name: &str| all.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
            of_variables(value).id
        };
        assert_eq!(of(&[]), "en");
        assert_eq!(of(&[("LANG", "de_AT.UTF-8")]), "de");
        assert_eq!(of(&[("LANG", "de")]), "de");
        assert_eq!(of(&[("LANG", "de.UTF-8"), ("LC_ALL", "")]), "de");
        assert_eq!(of(&[("LANG", "de_DE"), ("LC_ALL", "C.UTF-8")]), "en");
        assert_eq!(of(&[("LANG", "en_GB"), ("LC_MESSAGES", "de_DE@euro")]), "de");
    }
}
