//! A text and a template to the values that stand at its places, in time that grows with the text.

use super::template::pieces;

/// Splits of values that have only a space between them that are tried.
const MOST_SPLITS: usize = 12;

/// The values of a text by the numbers of a template's places; None if it does not have the template's form. Each literal is taken
/// where it comes first, which finds a form if there is one. `skip` passes over so many of the places at which the first literal
/// that is only a space could stand. If the text is whole, no part of another one, its last value may be missing.
pub fn values<'t>(template: &str, text: &'t str, (skip, is_whole): (usize, bool)) -> Option<Vec<&'t str>> {
    let mut all = pieces(template).peekable();
    let (first, mut place) = all.next()?;
    let mut rest = without_start(text, first)?;
    let mut found: Vec<&str> = Vec::new();
    let mut skip = skip;
    while let Some(number) = place {
        let (literal, next) = all.next()?;
        let at = match next {
            None => {
                // Within another sentence it has no full stop.
                let own = if rest.ends_with(literal) { literal } else { literal.strip_suffix('.')? };
                let at = rest.strip_suffix(own)?.len();
                *value_of(&mut found, number)? = rest.get(..at)?;
                return Some(found);
            }
            Some(_) if literal == " " => {
                let at = rest.match_indices(literal).nth(skip)?.0;
                skip = 0;
                at
            }
            // A value at the end may be what stands behind the text, in another element.
            Some(_) if is_whole && !rest.contains(literal) => {
                let is_last = all.peek().is_some_and(|last| *last == ("", None));
                let at = rest.strip_suffix(literal.trim_end()).filter(|_| is_last)?.len();
                *value_of(&mut found, number)? = rest.get(..at)?;
                *value_of(&mut found, next?)? = "";
                return Some(found);
            }
            Some(_) => rest.find(literal)?,
        };
        *value_of(&mut found, number)? = rest.get(..at)?;
        rest = rest.get(at + literal.len()..)?;
        place = next;
    }
    Some(found)
}

/// The place for a value by its number.
fn value_of<'a, 't>(found: &'a mut Vec<&'t str>, number: usize) -> Option<&'a mut &'t str> {
    /// No text of ours has so many.
    const MOST: usize = 64;
    if found.len() <= number && number < MOST {
        found.resize(number + 1, "");
    }
    found.get_mut(number)
}

/// A text without a start, which may begin with a small letter where it stands within another one.
fn without_start<'t>(text: &'t str, start: &str) -> Option<&'t str> {
    if let Some(rest) = text.strip_prefix(start) {
        return Some(rest);
    }
    let (own, first) = (start.chars().next()?, text.chars().next()?);
    let is_small = own.is_uppercase() && own.to_lowercase().eq(std::iter::once(first));
    text.get(first.len_utf8()..)?.strip_prefix(start.get(own.len_utf8()..)?).filter(|_| is_small)
}

/// How often [`values`] is worth asking for: more than once where two values have only a space between them.
pub fn n_splits(template: &str, text: &str) -> usize {
    let mut behind_place = false;
    let is_loose = pieces(template).any(|(literal, place)| {
        let is_loose = behind_place && literal == " " && place.is_some();
        behind_place = place.is_some();
        is_loose
    });
    if is_loose { text.matches(' ').count().clamp(1, MOST_SPLITS) } else { 1 }
}
