//! What a text consists of: parts between signs, letters, and words that are none of a language.

/// Symbols behind figures, which are the same in every language.
pub const UNITS: &[&str] = &[
    "B", "kB", "MB", "GB", "TB", "B/s", "kB/s", "MB/s", "GB/s", "s", "ms", "µs", "ns", "min", "h", "d", "%", "bit/s",
    "kbit/s", "Mbit/s", "Gbit/s", "k", "M", "G", "Hz",
];

/// The parts between signs that stand neither in brackets nor in quotes.
pub fn split_outside<'t>(text: &'t str, sign: &str) -> Vec<&'t str> {
    let mut parts = Vec::new();
    let (mut start, mut end, mut depth) = (0, 0, 0_u32);
    for (at, c) in text.char_indices() {
        if at >= end && depth == 0 && text.get(at..).is_some_and(|rest| rest.starts_with(sign)) {
            parts.push(text.get(start..at).unwrap_or_default());
            end = at + sign.len();
            start = end;
        }
        match c {
            '(' | '“' => depth += 1,
            ')' | '”' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

/// How many letters a text has.
pub fn n_letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).count()
}

/// Quotations that begin also end, and none ends that has not begun.
pub fn is_balanced(text: &str) -> bool {
    let mut depth = 0_i32;
    for c in text.chars() {
        depth += i32::from(c == '“') - i32::from(c == '”');
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// A value that looks as if it was cut elsewhere: it ends in a comma, has a colon within, several figures, or only one of two brackets.
pub fn is_cut(text: &str) -> bool {
    let n = |sign: char| text.matches(sign).count();
    let are_figures =
        text.contains(' ') && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'.' | b','));
    text.ends_with(',')
        || text.contains(": ")
        || text.contains("; ")
        || are_figures
        || n('(') != n(')')
        || !is_balanced(text)
}

/// Words that are none of a language: addresses, names with dots, figures with a sign, abbreviations, moments.
pub fn is_names(text: &str) -> bool {
    // `1 min 14 s` is understood wherever figures are.
    let has_figure = text.contains(|c: char| c.is_ascii_digit());
    !text.ends_with([',', ':']) && text.split(' ').all(|word| is_name(word) || has_figure && UNITS.contains(&word))
}

fn is_name(word: &str) -> bool {
    let n_letters = n_letters(word);
    let n_capitals = word.chars().filter(|c| c.is_uppercase()).count();
    let inner = word.trim_end_matches(['.', ',', ':', ')']);
    n_letters == 0
        || inner.contains(|c: char| c.is_ascii_digit() || matches!(c, '.' | ':' | '_' | '/' | '@' | '\\'))
        || n_capitals * 2 > n_letters
}
