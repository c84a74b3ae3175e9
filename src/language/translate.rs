//! A shown text to the same in a catalogue's language: as a whole, by a template, or part by part.

use super::catalogue::Catalogue;
use super::matching;
use super::pieces;
use super::template;
use super::words::{UNITS, is_balanced, is_cut, is_names, n_letters, split_outside};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// Longer texts are no sentences of ours; bytes.
const LONGEST: usize = 6_000;
/// Values within values.
const DEEPEST: u32 = 8;
/// Templates and ways to take a sentence apart that are tried for it, at most: the time is bounded, whatever stands in a capture.
const MOST_TRIES: u32 = 1_500;
/// The same for all sentences of a text.
const MOST_TRIES_OF_TEXT: u32 = 6_000;
/// Templates of a text's form that are filled in, those with most letters first.
const MOST_FITTING: usize = 4;
/// A template with fewer letters of its own says too little: it counts only if all its values are understood.
const FEW_LETTERS: usize = 7;
/// Parts that a text is split into at most.
const MOST_PARTS: usize = 40;
const AND: &str = " and ";
/// What joins parts of a text, and whether they stand for themselves: of others all must be understood, or it would be a mixture.
const JOINTS: [(&str, bool); 8] = [
    (" · ", true),
    ("; ", true),
    (": ", true),
    (" – ", false),
    (" (", false),
    (", ", false),
    (AND, false),
    (" ", false),
];

/// A translated part.
#[derive(Clone)]
struct Said {
    text: String,
    /// Letters that stayed English; 0 for what is of the catalogue, for figures and for names.
    n_left: usize,
    /// Values that may have been cut in the wrong place.
    n_doubts: usize,
    /// Some of it is from the catalogue.
    is_found: bool,
}

impl Said {
    fn is_known(&self) -> bool {
        self.n_left == 0
    }

    fn is_sure(&self) -> bool {
        (self.n_left, self.n_doubts) == (0, 0)
    }

    /// The one with less English in it; of as much, this one.
    fn or_better(self, other: Option<Said>) -> Said {
        other.filter(|other| (other.n_left, other.n_doubts) < (self.n_left, self.n_doubts)).unwrap_or(self)
    }
}

/// The better of two, as [`Said::or_better`] has it.
fn better(one: Option<Said>, other: Option<Said>) -> Option<Said> {
    match one {
        Some(one) => Some(one.or_better(other)),
        None => other,
    }
}

impl Catalogue {
    /// The text in the catalogue's language, with its space at the ends; None if it stays as it is.
    pub fn translated(&self, text: &str) -> Option<String> {
        let core = text.trim();
        if core.is_empty() || core.len() > LONGEST {
            return None;
        }
        let translator = Translator {
            catalogue: self,
            tries: Cell::new(MOST_TRIES),
            left: Cell::new(MOST_TRIES_OF_TEXT),
            seen: RefCell::default(),
        };
        let said = translator.whole(core);
        (said.text != core && (said.is_found || said.is_known())).then(|| around(text, core, &said.text))
    }
}

/// What stands behind is from the file: accounts, files, commands.
fn names_follow(before: &str) -> bool {
    const NAMES: &[&str] = &["User: ", "Users: ", "Account: ", "Accounts: ", "Names: ", "Files: ", "Commands: "];
    NAMES.iter().any(|names| before.ends_with(names))
}

/// A text with another one in place of a part of it.
fn around(text: &str, part: &str, said: &str) -> String {
    let from = part.as_ptr() as usize - text.as_ptr() as usize;
    let (start, end) = (text.get(..from).unwrap_or_default(), text.get(from + part.len()..).unwrap_or_default());
    format!("{start}{said}{end}")
}

struct Translator<'a> {
    catalogue: &'a Catalogue,
    /// Tries that are left for this sentence, and for those after it.
    tries: Cell<u32>,
    left: Cell<u32>,
    /// Parts of the text that were looked up, by address and length, with how deep: the same part comes up in several ways.
    seen: RefCell<HashMap<(usize, usize), (u32, Said)>>,
}

impl Translator<'_> {
    /// Counts a try; None once there were too many.
    fn try_once(&self) -> Option<()> {
        self.tries.set(self.tries.get().checked_sub(1)?);
        Some(())
    }

    /// A text of any number of sentences. No entry has more than one.
    fn whole(&self, text: &str) -> Said {
        match pieces::sentences(text).as_slice() {
            [_] | [] => {}
            sentences => return self.joined(text, sentences, |sentence| self.first(sentence)),
        }
        let said = self.sentence(text, "", 0);
        match pieces::any_sentences(text).as_slice() {
            sentences @ [_, _, ..] if !said.is_known() => self.joined(text, sentences, |sentence| self.first(sentence)),
            _ => said,
        }
    }

    /// A sentence of its own.
    fn first(&self, text: &str) -> Said {
        let granted = self.left.get().min(MOST_TRIES);
        self.tries.set(granted);
        let said = self.sentence(text, "", 0);
        self.left.set(self.left.get() - (granted - self.tries.get()));
        said
    }

    /// A sentence, or a value within one that stands behind `before`.
    fn sentence(&self, text: &str, before: &str, depth: u32) -> Said {
        let place = (text.as_ptr() as usize, text.len());
        if let Some((deep, said)) = self.seen.borrow().get(&place)
            && (said.is_known() || *deep <= depth)
        {
            return said.clone();
        }
        let mut said = self.looked_up(text, before, depth);
        if depth > 0 && said.is_found && text.starts_with(char::is_lowercase) {
            said.text = self.catalogue.locale().within(said.text);
        }
        self.seen.borrow_mut().insert(place, (depth, said.clone()));
        said
    }

    fn looked_up(&self, text: &str, before: &str, depth: u32) -> Said {
        if names_follow(before) {
            let names = split_outside(text, ", ");
            return self.joined(text, &names, |name| match name.contains(' ') {
                true => self.sentence(name, "", depth + 1),
                false => Said { text: name.to_owned(), n_left: 0, n_doubts: 0, is_found: false },
            });
        }
        // A single word between the quotes of a template is quoted from the file.
        let is_quoted = before.ends_with('“') && !text.contains(' ');
        if is_quoted || self.catalogue.keeps(text, depth > 0) {
            return Said { text: text.to_owned(), n_left: 0, n_doubts: 0, is_found: false };
        }
        if let Some(said) = self.exact(text, before) {
            return said;
        }
        if let Some(said) = self.counted(text, before, depth).filter(|_| depth < DEEPEST) {
            return said;
        }
        if is_names(text) {
            return Said { text: self.catalogue.locale().text(text, before), n_left: 0, n_doubts: 0, is_found: false };
        }
        let unknown = Said { text: text.to_owned(), n_left: n_letters(text), n_doubts: 0, is_found: false };
        if depth >= DEEPEST || self.try_once().is_none() {
            return unknown;
        }
        // A list first: none of its parts has to do with another.
        let list = split_outside(text, "; ");
        if list.len() > 2 && list.len() <= MOST_PARTS {
            let said = self.joined(text, &list, |part| self.value(part, "", depth + 1));
            if said.is_known() {
                return said;
            }
        }
        let mut best = unknown.or_better(self.by_template(text, depth));
        if !best.is_sure() {
            best = best.or_better(self.led(text));
        }
        if !best.is_sure() {
            best = best.or_better(self.trimmed(text, depth));
        }
        if !best.is_sure() {
            best = best.or_better(self.by_parts(text, depth));
        }
        best
    }

    /// The text itself, or as it is written within a sentence or at the beginning of one. A heading may be `Bytes by application`.
    fn exact(&self, text: &str, before: &str) -> Option<Said> {
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
    fn by_template(&self, text: &str, depth: u32) -> Option<Said> {
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
        let mut best: Option<Said> = None;
        for skip in 0..matching::n_splits(english, text) {
            self.try_once()?;
            let Some(values) = matching::values(english, text, (skip, depth == 0)) else { break };
            // A quotation is within one value, or around it.
            if is_balanced(text) && !values.iter().all(|value| is_balanced(value)) {
                continue;
            }
            let literals: Vec<(&str, Option<usize>)> = template::pieces(english).collect();
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

    /// A value, with the space around it.
    fn value(&self, text: &str, before: &str, depth: u32) -> Said {
        let core = text.trim();
        if core.is_empty() {
            return Said { text: text.to_owned(), n_left: 0, n_doubts: 0, is_found: false };
        }
        let said = match pieces::sentences(core).as_slice() {
            [] | [_] => self.sentence(core, before, depth),
            sentences => self.joined(core, sentences, |sentence| self.sentence(sentence, "", depth)),
        };
        Said { text: around(text, core, &said.text), ..said }
    }

    /// `12 packets`, `1.5 MB`: a figure, and what it counts.
    fn counted(&self, text: &str, before: &str, depth: u32) -> Option<Said> {
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
            return Some(Said { text: format!("{figure} {rest}"), n_left: 0, n_doubts: 0, is_found: false });
        }
        let said = self.sentence(rest, "", depth + 1);
        said.is_known().then(|| Said { text: format!("{figure} {}", said.text), ..said })
    }

    /// `10.0.0.5 reads secrets`: an address or another name, and what it does.
    fn led(&self, text: &str) -> Option<Said> {
        let (name, rest) = text.split_once(' ')?;
        if !name.contains(['.', ':']) || name.ends_with(['.', ':']) || !is_names(name) {
            return None;
        }
        let said = if self.catalogue.keeps(rest, true) { None } else { self.exact(rest, "") }?;
        Some(Said { text: format!("{name} {}", said.text), ..said })
    }

    /// Without the signs at the ends that belong to what is around: first those of a sentence, then brackets and quotes too.
    fn trimmed(&self, text: &str, depth: u32) -> Option<Said> {
        const MARKS: &str = " ,;·.:…→▲▼•●○#*>–-";
        let is_mark = |c: char| MARKS.contains(c);
        let (open, close) = self.catalogue.locale().quotes();
        let mut best: Option<Said> = None;
        for others in ["", "(“\")”"] {
            let front = text.trim_start_matches(|c: char| is_mark(c) && c != '-' || others.contains(c));
            let core = front.trim_end_matches(|c: char| is_mark(c) || others.contains(c));
            // A bracket that ends belongs to the one that begins.
            let is_open = core.matches('(').count() > core.matches(')').count();
            let is_closed_by = front.get(core.len()..).is_some_and(|end| end.starts_with(')'));
            let core = if is_open && is_closed_by { front.get(..core.len() + 1).unwrap_or(core) } else { core };
            if core.len() == text.len() || core.is_empty() {
                continue;
            }
            let said = self.sentence(core, "", depth);
            let (start, end) = (text.get(..text.len() - front.len()), front.get(core.len()..));
            let marks = |marks: Option<&str>| marks.unwrap_or_default().replace('“', open).replace('”', close);
            let said = Said { text: format!("{}{}{}", marks(start), said.text, marks(end)), ..said };
            best = better(best, Some(said));
        }
        best
    }

    /// What is joined by signs, part by part.
    fn by_parts(&self, text: &str, depth: u32) -> Option<Said> {
        let mut best: Option<Said> = None;
        for (sign, is_loose) in JOINTS {
            let parts = split_outside(text, sign);
            // When, and what: what has a colon of its own may be one template.
            if sign == ": "
                && let [first, _, _, ..] = parts.as_slice()
                && let Some(rest) = text.get(first.len() + sign.len()..)
            {
                let halves = [*first, rest];
                let said = self.joined(text, &halves, |part| self.value(part, "", depth + 1));
                if said.is_known() {
                    return Some(said);
                }
                best = better(best, Some(said));
            }
            if parts.len() < 2 || parts.len() > MOST_PARTS || sign == " " && parts.len() > 3 {
                continue;
            }
            if self.try_once().is_none() {
                break;
            }
            // The first that is not understood ends it.
            if !is_loose && !parts.iter().all(|part| self.value(part, "", depth + 1).is_known()) {
                continue;
            }
            let mut said = self.joined(text, &parts, |part| self.value(part, "", depth + 1));
            if sign == AND {
                // The word is of the catalogue, too.
                let Some(other) = self.catalogue.exact("{0} and {1}") else { continue };
                let values = parts.iter().map(|part| self.value(part, "", depth + 1).text);
                said.text = values.reduce(|all, next| template::filled(other, &[all, next])).unwrap_or_default();
            }
            if said.is_sure() {
                return Some(said);
            }
            best = better(best, Some(said));
        }
        match (best, self.quoted(text, depth)) {
            (Some(best), quoted) => Some(best.or_better(quoted)),
            (None, quoted) => quoted,
        }
    }

    /// What stands between quotes, and around them, each for itself.
    fn quoted(&self, text: &str, depth: u32) -> Option<Said> {
        let (open, close) = self.catalogue.locale().quotes();
        let (start, rest) = text.split_once('“')?;
        let (quoted, end) = rest.split_once('”')?;
        let [start, quoted, end] = [start, quoted, end].map(|part| self.value(part, "", depth + 1));
        Some(Said {
            text: format!("{}{open}{}{close}{}", start.text, quoted.text, end.text),
            n_left: start.n_left + quoted.n_left + end.n_left,
            n_doubts: start.n_doubts + quoted.n_doubts + end.n_doubts,
            is_found: start.is_found || quoted.is_found || end.is_found,
        })
    }

    /// Parts of a text translated each, with what stands between them as it is.
    fn joined(&self, text: &str, parts: &[&str], translate: impl Fn(&str) -> Said) -> Said {
        let mut out = Said { text: String::with_capacity(text.len() * 5 / 4), n_left: 0, n_doubts: 0, is_found: false };
        let mut end = 0;
        for part in parts {
            let from = part.as_ptr() as usize - text.as_ptr() as usize;
            out.text.push_str(text.get(end..from).unwrap_or_default());
            let said = translate(part);
            out.text.push_str(&said.text);
            out.n_left += said.n_left;
            out.n_doubts += said.n_doubts;
            out.is_found |= said.is_found;
            end = from + part.len();
        }
        out.text.push_str(text.get(end..).unwrap_or_default());
        out
    }
}
