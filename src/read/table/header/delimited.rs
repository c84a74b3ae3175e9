//! Finds in the first lines of delimited text the separator, the headings and what comes before them.

use super::{Form, Header, ROWS, log_name, log_of_columns};
use crate::maths::elementary::ln;
use crate::model::format::text;
use crate::model::rows::CellValue;
use crate::read::table::cells::{Delimiter, RowEndSearch, texts};
use crate::read::table::dialect::{self, Entry, KnownBy};
use crate::read::table::format::CellFormat;
use crate::read::table::number::value;
use crate::read::table::{names, width, wording};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Rows of the front as texts, the last left out if it may be cut; and where each ends.
fn rows(body: &[u8], cut: Delimiter, line_end: u8) -> (Vec<Vec<String>>, Vec<usize>) {
    let (mut rows, mut ends, mut rest) = (Vec::new(), Vec::new(), body);
    while rows.len() < ROWS {
        let end = RowEndSearch::default().end(rest, cut, line_end);
        let Some(row) = rest.get(..end.unwrap_or(rest.len())).filter(|_| end.is_some() || rows.len() < 2) else {
            break;
        };
        let is_blank = row.trim_ascii().is_empty();
        rest = end.and_then(|end| rest.get(end + 1..)).unwrap_or_default();
        if !is_blank {
            rows.push(texts(row, cut).iter().map(|cell| text::decode(cell)).collect::<Vec<String>>());
            ends.push(body.len() - rest.len());
        }
        if rest.is_empty() {
            break;
        }
    }
    (rows, ends)
}

/// Most lines of titles before a table.
const MOST_TITLES: usize = 12;

/// What stands before a table: comments, the line by which Excel is told the separator, and that separator.
fn before_table(body: &[u8]) -> (usize, Option<u8>) {
    let (mut at, mut separator) = (0, None);
    for line in body.split_inclusive(|byte| *byte == b'\n').take(MOST_TITLES * 4) {
        let text = line.trim_ascii();
        let bare = text.strip_prefix(b"\"").unwrap_or(text);
        let told = bare.split_at_checked(4).filter(|(word, _)| word.eq_ignore_ascii_case(b"sep="));
        let mark = told.map(|(_, rest)| rest).filter(|rest| (1..=2).contains(&rest.len()));
        let is_tab = line.starts_with(b"sep=\t");
        // A line of headings may begin with the mark of comments too.
        let n_marks = text.iter().filter(|byte| matches!(byte, b',' | b';' | b'\t' | b'|')).count();
        let is_comment = text.is_empty() || (text.starts_with(b"#") && n_marks < 3) || text.starts_with(b"//");
        match mark.and_then(|mark| mark.first()) {
            _ if is_tab => separator = Some(b'\t'),
            Some(mark) => separator = Some(*mark),
            None if is_comment => {}
            None => break,
        }
        at += line.len();
    }
    (if at < body.len() { at } else { 0 }, separator)
}

/// Rows at the front that are titles and not rows: few, with fewer cells than half of what most rows behind them have.
fn n_titles(rows: &[Vec<String>]) -> usize {
    let (width, _) = width::commonest(rows.iter().map(Vec::len));
    let is_title = |row: &&Vec<String>| row.iter().filter(|cell| !cell.is_empty()).count() * 2 <= width;
    let n = rows.iter().take_while(is_title).count();
    if width >= 3 && n <= MOST_TITLES && n < rows.len() { n } else { 0 }
}

pub(super) fn delimited(body: &[u8], bom: usize, chosen: Option<&'static Entry>) -> Option<Header> {
    let line_end =
        if memchr::memchr(b'\n', body).is_none() && memchr::memchr(b'\r', body).is_some() { b'\r' } else { b'\n' };
    let (n_before, told) = before_table(body);
    let table = body.get(n_before..)?;
    let told = told.map(|separator| [separator]);
    let separators = told.as_ref().map_or(&b",;\t|^"[..], |told| &told[..]);
    let best = separators
        .iter()
        .map(|separator| {
            let cut = Delimiter { separator: *separator, has_quotes: true, has_triple_spaces: false };
            let (mut rows, mut ends) = rows(table, cut, line_end);
            let n_titles = n_titles(&rows);
            rows.drain(..n_titles);
            let first = n_titles.checked_sub(1).and_then(|last| ends.get(last)).copied().unwrap_or(0);
            let second = ends.drain(n_titles..).next().unwrap_or(first);
            let ragged = if is_ragged(&rows) { RAGGED } else { 0.0 };
            (agreement(&rows).max(ragged), cut, rows, (first, second))
        })
        .max_by(|(a, _, rows_a, _), (b, _, rows_b, _)| {
            let n_first = |rows: &[Vec<String>]| rows.first().map_or(0, Vec::len);
            a.total_cmp(b).then(n_first(rows_a).cmp(&n_first(rows_b)))
        })?;
    let (agreement, cut, mut rows, (at_first, at_second)) = best;
    // The mark of comments before the headings.
    if let Some(name) = rows.first_mut().and_then(|first| first.first_mut()).filter(|name| name.starts_with('#')) {
        *name = name.trim_start_matches(['#', ' ']).to_owned();
    }
    let (first, others) = rows.split_first()?;
    let agreement = if agreement > 0.0 || !are_headings(first, others) { agreement } else { 1.0 };
    let lower: Vec<String> = first.iter().map(|name| wording::heading(name)).collect();
    let by_headings = dialect::find(Some(&lower), &[]);
    let is_known = !matches!(by_headings.known_by, KnownBy::Rest);
    if agreement <= 0.0 && !is_known {
        return None;
    }
    let has_header = is_known || looks_like_header(first, others);
    let entry = chosen.unwrap_or_else(|| if has_header { by_headings } else { dialect::find(None, &rows) });
    let given: &[&str] = match &entry.known_by {
        KnownBy::Shape(_, names) if !has_header => names,
        _ => &[],
    };
    let names = if has_header {
        first.clone()
    } else {
        let named =
            |place: usize| given.get(place).map_or_else(|| format!("column {}", place + 1), |n| (*n).to_owned());
        (0..rows.iter().map(Vec::len).max().unwrap_or(0)).map(named).collect()
    };
    let log = log_of_columns(entry, &lower);
    let log_name = log_name(entry, log, BTreeSet::new());
    let skip = bom + n_before + if has_header { at_second } else { at_first };
    Some(Header { cut, line_end, has_header, log, log_name, ..Header::new(Form::Delimited, entry, names, skip) })
}

/// How much a separator makes of the rows: the share of rows with the commonest number of cells, more for more cells;
/// 0 if it parts nothing.
fn agreement(rows: &[Vec<String>]) -> f64 {
    let (n_cells, n_common) = width::commonest(rows.iter().map(Vec::len));
    let share = if rows.is_empty() { 0.0 } else { n_common as f64 / rows.len() as f64 };
    // One line alone may be a sentence with commas in it, and so may lines that have one each.
    let is_enough = match (rows.len(), n_cells) {
        (_, 0 | 1) | (1, _) => false,
        (_, 2) => share >= 0.9,
        _ => share >= 0.6,
    };
    if is_enough { share * (1.0 + ln(n_cells as f64) / 10.0) } else { 0.0 }
}

/// How much a separator makes of ragged rows: less than of any whose numbers of cells agree.
const RAGGED: f64 = 0.1;
/// Fewest headings that tell a table whose rows do not.
const LEAST_HEADINGS: usize = 3;
/// Longest of them, bytes, and most words in one.
const MOST_HEADING: usize = 40;
const MOST_WORDS: usize = 4;

/// True if cells are short, all different, and none is a number: headings rather than a line of prose, most of whose cells
/// are of one word, or which hold a known one.
fn are_names(first: &[String]) -> bool {
    let is_number = |cell: &str| value(cell.as_bytes(), 0, CellFormat::default()).number().is_some();
    let n_words = |cell: &str| cell.split_whitespace().count();
    let is_name = |cell: &&String| {
        let is_bare = cell.chars().any(char::is_alphabetic) && !cell.contains(['=', '<', '>', '{', '}', ';', '"']);
        is_bare && cell.len() <= MOST_HEADING && n_words(cell) <= MOST_WORDS && !is_number(cell)
    };
    let n_single = first.iter().filter(|cell| n_words(cell) == 1).count();
    let n_known = first.iter().filter(|cell| names::is_known(cell)).count();
    first.len() >= LEAST_HEADINGS
        && first.iter().all(|cell| is_name(&cell))
        && first.iter().collect::<BTreeSet<&String>>().len() == first.len()
        && (n_single * 3 >= first.len() * 2 || n_known >= 2)
}

/// True for headings that no row follows.
fn are_headings(first: &[String], others: &[Vec<String>]) -> bool {
    others.is_empty() && are_names(first)
}

/// True for headings over rows whose numbers of cells do not agree, but that hold figures, times or addresses where texts
/// hold words.
fn is_ragged(rows: &[Vec<String>]) -> bool {
    let Some((_, others)) = rows.split_first().filter(|(first, others)| !others.is_empty() && are_names(first)) else {
        return false;
    };
    let is_figure = |cell: &&String| {
        let cell = cell.trim();
        !matches!(value(cell.as_bytes(), 0, CellFormat::default()), CellValue::Text(..))
            || cell.parse::<IpAddr>().is_ok()
    };
    let (n_cells, n_figures) =
        others.iter().flatten().fold((0, 0), |(n, figures), cell| (n + 1, figures + usize::from(is_figure(&cell))));
    let n_cut = others.iter().filter(|row| row.len() >= 2).count();
    n_figures * 3 >= n_cells && n_cut * 2 >= others.len()
}

/// True if the first row names columns: texts, all different where filled, over columns that have numbers below.
fn looks_like_header(first: &[String], others: &[Vec<String>]) -> bool {
    let of = |cell: &str| value(cell.as_bytes(), 0, CellFormat::default());
    let n_numbers = first.iter().filter(|cell| of(cell).number().is_some()).count();
    // Numbered features are named by numbers in some tables, but then they ascend.
    if n_numbers * 5 > first.len() {
        return false;
    }
    if others.is_empty() {
        return true;
    }
    let has_number_below =
        |place: usize| others.iter().take(10).filter_map(|row| row.get(place)).any(|cell| of(cell).number().is_some());
    let is_over_number =
        |(place, cell): (usize, &String)| matches!(of(cell), CellValue::Text(..)) && has_number_below(place);
    if first.iter().enumerate().any(is_over_number) {
        return true;
    }
    // A table of texts only: the first row is a header if none of its cells comes again in its column.
    let comes_again = |place: usize, cell: &String| others.iter().any(|row| row.get(place) == Some(cell));
    n_numbers == 0 && !first.iter().enumerate().any(|(place, cell)| !cell.is_empty() && comes_again(place, cell))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(text: &str) -> Option<(Vec<String>, bool)> {
        delimited(text.as_bytes(), 0, None).map(|header| (header.names, header.has_header))
    }

    #[test]
    fn headings_alone_are_a_table_and_a_sentence_is_none() {
        let found = look("src_ip,dst_ip,src_port,dst_port,protocol,bytes\n").unwrap();
        assert_eq!((found.0.len(), found.1), (6, true));
        assert!(look("Source address;Destination address;Bytes sent\n").is_some());
        for text in ["Dear Ann, dear Bob, see below\n", "one line, no table\n", "a=1,b=2,c=3\n", "1,2,3\n"] {
            assert!(look(text).is_none(), "{text}");
        }
    }

    #[test]
    fn rows_of_any_length_under_headings_are_a_table() {
        let ragged = "src_ip,dst_ip,dst_port,bytes\n10.0.0.1,10.0.0.2\n10.0.0.1,10.0.0.2,80,400,x\n10.0.0.3\n10.0.0.1,10.0.0.2,80\n";
        let found = look(ragged).unwrap();
        assert_eq!((found.0.len(), found.1), (4, true));
        assert!(look("a,b,c\n1,2\n3,4,5,6\n7\n8,9,10,11,12\n").is_some());
        let prose =
            "Apples, pears, plums\nThese are what we bought, as you asked, and more\nYours, Ann\nNothing else\n";
        assert!(look(prose).is_none());
    }
}
