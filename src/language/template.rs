//! A template (`{0} of {1} connections`) to its literal pieces and places, and templates to the words by which they are found.

/// The next place of a text: where it begins, its number, and where it ends.
fn next(text: &str, from: usize) -> Option<(usize, usize, usize)> {
    let mut from = from;
    loop {
        let start = from + text.get(from..)?.find('{')?;
        let end = start + text.get(start..)?.find('}')?;
        match text.get(start + 1..end)?.parse() {
            Ok(number) => return Some((start, number, end + 1)),
            Err(_) => from = start + 1,
        }
    }
}

/// The numbers of a text's places, in order.
pub fn places(text: &str) -> Vec<usize> {
    pieces(text).filter_map(|piece| piece.1).collect()
}

/// True if a text has places.
pub fn is_template(text: &str) -> bool {
    next(text, 0).is_some()
}

/// The literals of a template, each with the number of the place behind it; the last has none.
pub fn pieces(text: &str) -> impl Iterator<Item = (&str, Option<usize>)> {
    let mut at = Some(0);
    std::iter::from_fn(move || {
        let from = at?;
        match next(text, from) {
            Some((start, number, end)) => {
                at = Some(end);
                Some((text.get(from..start).unwrap_or_default(), Some(number)))
            }
            None => {
                at = None;
                Some((text.get(from..).unwrap_or_default(), None))
            }
        }
    })
}

/// How many letters of a template are its own.
pub fn n_letters(text: &str) -> usize {
    pieces(text).map(|(literal, _)| literal.chars().filter(|c| c.is_alphabetic()).count()).sum()
}

/// A word's hash (FNV-1a).
fn hash(word: &str) -> u32 {
    word.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The hashes of the words of a text.
pub fn words(text: &str) -> impl Iterator<Item = u32> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).map(hash)
}

/// The words of a template that no value can be part of: those that touch a place are left out.
fn own_words(text: &str) -> Vec<u32> {
    let mut found = Vec::new();
    let mut is_behind_place = false;
    for (literal, place) in pieces(text) {
        let mut own = literal;
        if is_behind_place {
            own = own.trim_start_matches(char::is_alphabetic);
        }
        if place.is_some() {
            own = own.trim_end_matches(char::is_alphabetic);
        }
        found.extend(words(own));
        is_behind_place = place.is_some();
    }
    found
}

/// For every template among the texts, its rarest word: hash and the text's place, sorted. A template without a word is none.
pub fn anchors(texts: &[&str]) -> Vec<(u32, u32)> {
    const SLOTS: usize = 1 << 14;
    let slot = |hash: u32| hash as usize % SLOTS;
    let templates: Vec<(u32, Vec<u32>)> =
        (0..).zip(texts).filter(|(_, text)| is_template(text)).map(|(place, text)| (place, own_words(text))).collect();
    let mut counts = vec![0_u32; SLOTS];
    for word in templates.iter().flat_map(|template| &template.1) {
        if let Some(count) = counts.get_mut(slot(*word)) {
            *count += 1;
        }
    }
    let rarest = |words: &[u32]| words.iter().copied().min_by_key(|word| counts.get(slot(*word)).copied());
    let mut anchors: Vec<(u32, u32)> =
        templates.iter().filter_map(|(place, words)| Some((rarest(words)?, *place))).collect();
    anchors.sort_unstable();
    anchors
}

/// A template with its values filled in; a place that has no value stays empty.
pub fn filled(template: &str, values: &[String]) -> String {
    let mut out = String::with_capacity(template.len() + values.iter().map(String::len).sum::<usize>());
    for (literal, place) in pieces(template) {
        out.push_str(literal);
        out.push_str(place.and_then(|place| values.get(place)).map_or("", String::as_str));
    }
    out
}
