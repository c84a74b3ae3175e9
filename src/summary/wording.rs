//! Words that several sentences share: sides of a finding, lists, and texts that go on in the middle of a sentence.

use crate::model::Endpoint;
use crate::model::finding::Finding;
use crate::model::format::quantity::count;

/// `a`, `a and b`, `a, b and c`.
pub fn list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

/// The only host of a side, two by name, or their number; a MAC address beside IP addresses is only another name. None
/// where nobody is named.
pub fn side(addresses: &[Endpoint]) -> Option<String> {
    let hosts: Vec<Endpoint> = addresses.iter().filter(|address| matches!(address, Endpoint::Ip(_))).copied().collect();
    match if hosts.is_empty() { addresses } else { &hosts } {
        [] => None,
        [one] => Some(one.to_string()),
        [one, two] => Some(format!("{one} and {two}")),
        many if many.len() >= Finding::MOST_ADDRESSES => Some(format!("{} hosts or more", many.len())),
        many => Some(format!("{} hosts", count(many.len() as u64))),
    }
}

/// The text as it goes on inside a sentence: its first letter small unless it begins a name or an abbreviation, and
/// without its full stop.
pub fn inner(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut letters = text.chars();
    let (first, second) = (letters.next(), letters.next());
    let is_word = second.is_none_or(|letter| letter.is_lowercase() || letter == ' ');
    match first.filter(|letter| is_word && letter.is_ascii_uppercase()) {
        Some(first) => first.to_lowercase().chain(text.chars().skip(1)).collect(),
        None => text.to_owned(),
    }
}

/// A sentence with its one sign at the end.
pub fn closed(text: &str) -> String {
    if text.ends_with(['.', '?', '!']) { text.to_owned() } else { format!("{text}.") }
}

/// How sure, in the words of ICD 203, from 0 to 1.
pub fn likelihood(confidence: f64) -> &'static str {
    match confidence {
        c if c >= 0.945 => "almost certain",
        c if c >= 0.795 => "very likely",
        c if c >= 0.545 => "likely",
        c if c >= 0.445 => "about as likely as not",
        _ => "rather unlikely",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_with_one_sign() {
        assert_eq!(closed("First: which one is out of line?"), "First: which one is out of line?");
        assert_eq!(closed("First: look"), "First: look.");
    }
}
