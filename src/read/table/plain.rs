//! Reduces a heading to its letters and digits, by which names are compared.

use super::wording;

/// Letters and digits of a heading in lower case, without the unit in brackets: `Tot Fwd Pkts`, `tot_fwd_pkts` ->
/// `totfwdpkts`.
pub fn plain(name: &str) -> String {
    letters(name).collect()
}

/// The same, letter by letter.
pub fn letters(name: &str) -> impl Iterator<Item = char> + Clone {
    let name = match name.find(['(', '[']) {
        Some(at) if at > 0 => name.get(..at).unwrap_or(name),
        _ => name,
    };
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).map(wording::unaccented)
}
