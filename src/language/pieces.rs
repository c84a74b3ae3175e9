//! A shown text to the pieces that are translated one by one: lines, sentences.

/// Words that end in a full stop without ending a sentence.
const SHORT: &[&str] = &["e.g", "i.e", "vs", "cf", "approx", "no", "etc", "resp", "incl"];

/// The places of `text` at which one sentence ends: each range is a sentence without the space around it. A sentence ends at
/// `.`, `!` or `?` before a space if what follows begins with a capital letter, a figure, a bracket or a place (`{`); and at a
/// line break.
pub fn sentences(text: &str) -> Vec<&str> {
    split(text, |rest| {
        let behind = rest.trim_start_matches(['(', '"', '“', '‘', '„', '»', '\'']);
        rest.starts_with('(') || behind.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || c == '{')
    })
}

/// The same, but whatever follows may begin a sentence: for texts whose values stand at a beginning.
pub fn any_sentences(text: &str) -> Vec<&str> {
    split(text, |_| true)
}

fn split(text: &str, begins: impl Fn(&str) -> bool) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut is_end) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            '\n' => {
                found.push(text.get(start..at).unwrap_or_default());
                (start, is_end) = (at, false);
            }
            ' ' if is_end => {
                let (before, behind) = (text.get(start..at).unwrap_or_default(), text.get(at..).unwrap_or_default());
                if begins(behind.trim_start()) && !is_short(before) {
                    found.push(before);
                    start = at;
                }
                is_end = false;
            }
            '.' | '!' | '?' => is_end = true,
            ')' | '"' | '”' | '’' | '“' | '\'' => {}
            _ => is_end = false,
        }
    }
    found.push(text.get(start..).unwrap_or_default());
    found.into_iter().map(str::trim).filter(|piece| !piece.is_empty()).collect()
}

/// The text ends in a word that is only written short.
fn is_short(text: &str) -> bool {
    let word = text.rsplit([' ', '(', '“', '"']).next().unwrap_or_default();
    let Some(word) = word.strip_suffix('.') else { return false };
    SHORT.iter().any(|short| short.eq_ignore_ascii_case(word))
        || (word.len() == 1 && word.starts_with(|c: char| c.is_uppercase()))
}
