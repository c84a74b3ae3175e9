//! A text that no entry fits to its parts, each for itself: without the signs around it, between what joins them, within quotes.

use super::template;
use super::translator::{Said, Translator, better};
use super::words::split_outside;

/// Parts that a text is split into at most.
pub(super) const MOST_PARTS: usize = 40;
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

/// What stands behind is from the file: accounts, files, commands.
pub(super) fn names_follow(before: &str) -> bool {
    const NAMES: &[&str] = &["User: ", "Users: ", "Account: ", "Accounts: ", "Names: ", "Files: ", "Commands: "];
    NAMES.iter().any(|names| before.ends_with(names))
}

impl Translator<'_> {
    /// Without the signs at the ends that belong to what is around: first those of a sentence, then brackets and quotes too.
    pub(super) fn trimmed(&self, text: &str, depth: u32) -> Option<Said> {
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
    pub(super) fn by_parts(&self, text: &str, depth: u32) -> Option<Said> {
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
        better(best, self.quoted(text, depth))
    }

    /// What stands between quotes, and around them, each for itself.
    pub(super) fn quoted(&self, text: &str, depth: u32) -> Option<Said> {
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
    pub(super) fn joined(&self, text: &str, parts: &[&str], translate: impl Fn(&str) -> Said) -> Said {
        let mut out = Said::as_it_is(String::with_capacity(text.len() * 5 / 4));
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
