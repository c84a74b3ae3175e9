//! The front of a text to whether it is a list of indicators, or rather a table of something else.
//!
//! A list names one thing a line, with a few words about it. A table of flows has two addresses in a line, one of hosts has figures:
//! these are read as tables unless their headings are those that only lists have.

use super::list::{OF_LISTS_ONLY, VALUES, cells, heading};
use super::value::Value;
use crate::maths::number::number;

/// Lines that are looked at.
const MOST_LINES: usize = 400;
/// Columns of a list without headings.
const MOST_COLUMNS: usize = 8;
/// Columns of numbers that a list may have: a port, a serial number.
const MOST_FIGURES: usize = 1;

/// True if most lines of the text name one indicator. Unless it is the whole text, its last line may be cut.
pub fn looks_like_list(text: &str, is_all: bool) -> bool {
    // A log of Zeek says by itself what it is; one kind of its files is a list.
    if text.starts_with("#separator") && !text.contains("\tindicator\tindicator_type") {
        return false;
    }
    let mut lines: Vec<&str> = text.lines().take(MOST_LINES + 1).collect();
    if lines.len() > MOST_LINES || !is_all {
        lines.pop();
    }
    let mut headings: Option<Vec<String>> = None;
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()) {
        let is_comment = line.starts_with(['#', ';']) || line.starts_with("//");
        if is_comment || rows.is_empty() && headings.is_none() {
            let names: Vec<String> =
                cells(line.trim_start_matches(['#', ' '])).iter().map(|cell| heading(cell)).collect();
            if names.iter().any(|name| VALUES.contains(&name.as_str())) {
                headings = Some(names);
                continue;
            }
        }
        if !is_comment {
            rows.push(cells(line));
        }
    }
    is_list(headings.as_deref(), &rows)
}

fn is_list(headings: Option<&[String]>, rows: &[Vec<String>]) -> bool {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let n_rows = rows.len();
    // Four in five, so that a heading or a few words between do not matter.
    let is_most = |n: usize| n > 0 && n * 5 >= n_rows * 4;
    let of_column = |place: usize, is: &dyn Fn(&str) -> bool| {
        rows.iter().filter(|row| row.get(place).is_some_and(|cell| is(cell))).count()
    };
    let is_value = |cell: &str| Value::parse(cell).is_some();
    let is_address = |cell: &str| matches!(Value::parse(cell), Some(Value::Address(_)));
    let is_end = |cell: &str| matches!(Value::parse(cell), Some(Value::Address(_) | Value::Name(_)));
    let places = 0..n_columns.min(64);
    let n_figures = places.clone().filter(|place| is_most(of_column(*place, &is_figure))).count();
    let n_addresses = places.clone().filter(|place| is_most(of_column(*place, &is_address))).count();
    let n_ends = places.clone().filter(|place| is_most(of_column(*place, &is_end))).count();
    let named = |known: &[&str]| {
        let place = headings?.iter().position(|name| known.contains(&name.as_str()))?;
        is_most(of_column(place, &is_value)).then_some(place)
    };
    if named(&OF_LISTS_ONLY).is_some() {
        return true;
    }
    // An address beside another end is who talked with whom.
    if n_figures > MOST_FIGURES || n_addresses > 0 && n_ends > 1 {
        return false;
    }
    let has_value = named(&VALUES).is_some() || places.clone().any(|place| is_most(of_column(place, &is_value)));
    has_value && (headings.is_some() || n_columns <= MOST_COLUMNS)
}

fn is_figure(cell: &str) -> bool {
    number(cell).is_some()
}

#[cfg(test)]
mod tests {
    use super::looks_like_list;

    #[test]
    fn lists_are_told_from_tables_and_from_words() {
        for list in [
            "192.0.2.1\n10.0.0.0/8\nevil.example # why\n",
            "# a feed\n\nnonsense here\n192.0.2.1\n192.0.2.2\n192.0.2.3\n192.0.2.4\n",
            "type,value,findings\naddress,203.0.113.9,beacon-1\nname,'-a.example,beacon-1\n",
            "first_seen_utc,dst_ip,dst_port,c2_status,malware\n2026-01-04 10:00:00,192.0.2.7,443,online,Bad\n",
            "# ja3_md5,Firstseen,Lastseen,Listingreason\na0e9f5d64349fb13191bc781f81f42e1,2026-01-04 10:00:00,x,Bad\n",
            "a0e9f5d64349fb13191bc781f81f42e1\n",
            "ioc_value,confidence,count\nevil.example,50,7\n",
            "\"id\",\"dateadded\",\"url\",\"url_status\"\n\"1\",\"2026-01-04\",\"http://b.example/x\",\"online\"\n",
        ] {
            assert!(looks_like_list(list, true), "{list}");
        }
        for other in [
            "",
            "hello\nworld\n",
            "src,dst,bytes\n10.0.0.1,192.0.2.1,100\n10.0.0.1,192.0.2.2,120\n",
            "10.0.0.1,192.0.2.1,100\n10.0.0.1,192.0.2.2,120\n",
            "host,packets,bytes,label\n10.0.0.1,7,700,benign\n10.0.0.2,9,900,attack\n",
            "a,b,c,label\n0.5,1,2,benign\n0.25,3,4,attack\n",
            "#separator \\x09\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\n1.5\tC1\t10.0.0.1\t1024\t192.0.2.1\n",
            "time,client,domain\n2026-01-04 10:00:00,10.0.0.1,a.example\n2026-01-04 10:00:01,10.0.0.2,b.example\n",
            "#separator \\x09\n#path\tknown_hosts\n#fields\tts\thost\n1.5\t10.0.0.1\n",
            "Dear all,\nplease find attached\n",
        ] {
            assert!(!looks_like_list(other, true), "{other}");
        }
    }
}
