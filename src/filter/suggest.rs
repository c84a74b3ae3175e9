//! Names near a wrong one, and names that complete what is being typed.

use super::field::Field;
use super::register;
use crate::maths::sorting::Arrange;

/// Most completions offered.
const MOST: usize = 12;

/// The field or column whose name is nearest to a word, if any is near.
pub(super) fn nearest(word: &str, columns: &[String]) -> Option<String> {
    let word: Vec<char> = word.to_lowercase().chars().take(80).collect();
    let most = (word.len() / 3).clamp(1, 4);
    // Of a heading of several words the last ones may be what was meant by this one.
    let ends = |name: &str| name.match_indices(' ').map(|(at, _)| at + 1).chain([0]).collect::<Vec<usize>>();
    let of_columns = columns
        .iter()
        .flat_map(|name| ends(name).into_iter().map(move |at| (name.get(at..).unwrap_or_default(), name.as_str())));
    let names = of_columns.chain(register::all().iter().map(|field| (field.id, field.id)));
    let near = names.map(|(end, name)| (distance(&word, end), name)).filter(|(far, _)| *far <= most);
    // Of those equally near the first: columns come before fields.
    let best = near.min_by_key(|(far, _)| *far);
    best.map(|(_, name)| name.to_owned())
}

/// Letters to change, add, leave out or exchange with their neighbour (Damerau, 1964).
fn distance(word: &[char], name: &str) -> usize {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=name.len()).collect();
    for (i, own) in word.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, other) in name.iter().enumerate() {
            let at = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX / 2);
            let mut least = (at(&last, j) + usize::from(own != other)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let is_exchanged = i > 0 && j > 0 && word.get(i - 1) == Some(other) && name.get(j - 1) == Some(own);
            if is_exchanged {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

/// What may replace a part of a filter.
#[derive(Clone, Copy)]
pub struct Completion {
    /// First byte of the part.
    pub start: usize,
    /// First byte behind it.
    pub end: usize,
    /// The field.
    pub field: &'static Field,
}

/// Fields whose names begin with, or hold, the word at a place of the text (a byte); those that begin with it first.
pub fn complete(text: &str, caret: usize) -> Vec<Completion> {
    let caret = text.floor_char_boundary(caret.min(text.len()));
    let (before, after) = text.split_at(caret);
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_');
    let start =
        before.rfind(|c| !is_of_name(c)).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let end = caret + after.find(|c| !is_of_name(c)).unwrap_or(after.len());
    let word = before.get(start..).unwrap_or_default().to_lowercase();
    // Behind an operator or within quotation marks stands a value.
    let left = before.get(..start).unwrap_or_default();
    let is_value =
        left.trim_end().ends_with(['=', '<', '>', '~', '"', ':', '/', '-']) || left.matches('"').count() % 2 == 1;
    if word.is_empty() || is_value || word.starts_with(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    let mut fits: Vec<(u8, &'static Field)> = register::all()
        .iter()
        .filter_map(|field| {
            let id = field.id.to_lowercase();
            let rank = match id.find(&word) {
                Some(0) => 0,
                Some(_) => 1,
                None if field.help.to_lowercase().contains(&word) && word.len() > 2 => 2,
                None => return None,
            };
            Some((rank, field))
        })
        .collect();
    fits.arrange_by_key(|(rank, field)| (*rank, field.id.len(), field.id));
    fits.into_iter().take(MOST).map(|(_, field)| Completion { start, end, field }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_name_that_was_meant() {
        assert_eq!(nearest("tcp.prot", &[]).as_deref(), Some("tcp.port"));
        assert_eq!(nearest("dns.qry.nmae", &[]).as_deref(), Some("dns.qry.name"));
        assert_eq!(nearest("Labl", &["Label".to_owned(), "Flow Duration".to_owned()]).as_deref(), Some("Label"));
        assert_eq!(nearest("Durations", &["Flow Duration".to_owned()]).as_deref(), Some("Flow Duration"));
        assert_eq!(nearest("cedarpebble", &[]), None);
    }

    #[test]
    fn names_are_completed_where_a_name_can_stand() {
        let ids = |text: &str| complete(text, text.len()).iter().map(|found| found.field.id).collect::<Vec<_>>();
        assert_eq!(ids("tcp.src"), ["tcp.srcport"]);
        assert_eq!(ids("ip.addr == 10.0.0.1 && dns.qry.n"), ["dns.qry.name"]);
        assert!(ids("tcp.port == 4").is_empty() && ids("name contains \"tcp").is_empty() && ids("").is_empty());
        assert_eq!(ids("server_name"), ["tls.handshake.extensions_server_name"]);
        let found = complete("a tcp.sr b", 5);
        assert_eq!((found[0].start, found[0].end), (2, 8));
    }
}
