//! A text to the entry of the catalogue that it was made from: the text itself, a template with its values, a figure and what it counts.

use super::matching;
use super::template;
use super::translator::{Said, Translator, better};
use super::words::{UNITS, is_balanced, is_cut, is_names};

/// Templates of a text's form that are filled in, those with most letters first.
const MOST_FITTING: usize = 4;
/// A template with fewer letters of its own says too little: it counts only if all its values are understood.
const FEW_LETTERS: usize = 7;

impl Translator<'_> {
    /// The text itself, or as it is written within a sentence or at the beginning of one. A heading may be `Bytes by application`.
    pub(super) fn exact(&self, text: &str, before: &str) -> Option<Said> {
        let found = |text: String| Said { text, n_left: 0, n_doubts: 0, is_found: true };
        if let Some(other) = self.catalogue.exact(text) {
            return Some(found(other.to_owned()));
        }
        // As it stands before what it introduces, or at the end of a sentence.
        for sign in [':', '.'] {
            if let Some(other) = self.catalogue.exact(&format!("{text}{sign}")) {
                return Some(found(other.trim_end_matches(sign).to_owned()));
            }
        }
        let first = text.chars().next()?;
        let rest = text.get(first.len_utf8()..)?;
        if first.is_lowercase() && (rest.contains(' ') || before == " by ") {
            let (core, stop) = rest.strip_suffix('.').map_or((rest, ""), |core| (core, "."));
            let large = format!("{}{core}.", first.to_uppercase());
            let exact = |large: &str| self.catalogue.exact(large);
            let other = large.strip_suffix('.').and_then(exact).or_else(|| exact(&large))?;
            return Some(found(format!("{}{stop}", other.trim_end_matches('.'))));
        }
        let small = format!("{}{rest}:", first.to_lowercase());
        let exact = |small: &str| self.catalogue.exact(small);
        let other = small
            .strip_suffix(':')
            .and_then(exact)
            .or_else(|| exact(&small).map(|other| other.trim_end_matches(':')))?;
        let first = other.chars().next()?;
        Some(found(format!("{}{}", first.to_uppercase(), other.get(first.len_utf8()..)?)))
    }

    /// The template of the text's form whose values are understood; else the one with most letters of its own.
    pub(super) fn by_template(&self, text: &str, depth: u32) -> Option<Said> {
        let mut fitting: Vec<(usize, &str, &str)> = Vec::new();
        let mut words: Vec<u32> = template::words(text).collect();
        words.sort_unstable();
        words.dedup();
        for (english, other) in words.into_iter().flat_map(|word| self.catalogue.with_word(word)) {
            // Whole sentences that stand before this one were cut off.
            let behind = english.strip_prefix("{0} ").filter(|rest| rest.starts_with(char::is_uppercase));
            let mut forms = [Some(english), behind].into_iter().flatten();
            if let Some(form) = forms.find(|form| matching::values(form, text, (0, depth == 0)).is_some()) {
                fitting.push((template::n_letters(english), form, other));
            }
        }
        // Most letters first; of as many, the one that says most of the signs around them, in the order of the alphabet.
        fitting.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(b.1.len().cmp(&a.1.len())).then(a.1.cmp(b.1)));
        let mut best: Option<Said> = None;
        for fit in fitting.into_iter().take(MOST_FITTING) {
            let said = self.filled(fit, text, depth);
            best = better(best, said);
            if best.as_ref().is_some_and(Said::is_sure) {
                break;
            }
        }
        best
    }

    fn filled(&self, (n_own, english, other): (usize, &str, &str), text: &str, depth: u32) -> Option<Said> {
        // The full stop of the sentence is none of its last value.
        if let Some(core) = text.strip_suffix('.').filter(|_| english.ends_with('}')) {
            let said = self.filled((n_own, english, other), core, depth)?;
            return Some(Said { text: said.text + ".", ..said });
        }
        let literals: Vec<(&str, Option<usize>)> = template::pieces(english).collect();
        let is_whole = is_balanced(text);
        let mut best: Option<Said> = None;
        for skip in 0..matching::n_splits(english, text) {
            self.try_once()?;
            let Some(values) = matching::values(english, text, (skip, depth == 0)) else { break };
            // A quotation is within one value, or around it.
            if is_whole && !values.iter().all(|value| is_balanced(value)) {
                continue;
            }
            let (mut n_left, mut n_doubts) = (0, 0);
            let value = |(number, value): (usize, &&str)| {
                let literal = literals.iter().find(|literal| literal.1 == Some(number));
                let said = self.value(value, literal.map_or("", |literal| literal.0), depth + 1);
                n_left += said.n_left;
                n_doubts += said.n_doubts + usize::from(is_cut(value));
                said.text
            };
            let values: Vec<String> = values.iter().enumerate().map(value).collect();
            let filled = template::filled(other, &values);
            let ends_so = text.ends_with('.') || !english.ends_with('.');
            let filled = if ends_so { filled.trim() } else { filled.trim().trim_end_matches('.') };
            let said = Said { text: filled.to_owned(), n_left, n_doubts, is_found: true };
            if said.is_sure() {
                return Some(said);
            }
            best = better(best, Some(said));
        }
        best.filter(|best| best.is_known() || n_own >= FEW_LETTERS)
    }

    /// `12 packets`, `1.5 MB`: a figure, and what it counts.
    pub(super) fn counted(&self, text: &str, before: &str, depth: u32) -> Option<Said> {
        /// What is longer is a sentence of its own.
        const MOST_WORDS: usize = 5;
        let (figure, rest) = text.split_once(' ')?;
        if rest.split(' ').nth(MOST_WORDS).is_some() {
            return None;
        }
        let is_figure = figure.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '−')
            && figure.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '−'))
            && !figure.ends_with(',');
        if !is_figure {
            return None;
        }
        let figure = self.catalogue.locale().text(figure, before);
        if UNITS.contains(&rest) {
            return Some(Said::as_it_is(format!("{figure} {rest}")));
        }
        let said = self.sentence(rest, "", depth + 1);
        said.is_known().then(|| Said { text: format!("{figure} {}", said.text), ..said })
    }

    /// `10.0.0.5 reads secrets`: an address or another name, and what it does.
    pub(super) fn led(&self, text: &str) -> Option<Said> {
        let (name, rest) = text.split_once(' ')?;
        if !name.contains(['.', ':']) || name.ends_with(['.', ':']) || !is_names(name) {
            return None;
        }
        let said = if self.catalogue.keeps(rest, true) { None } else { self.exact(rest, "") }?;
        Some(Said { text: format!("{name} {}", said.text), ..said })
    }
}
