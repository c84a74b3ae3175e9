//! Checks the roles that users chose for columns: a role that the values of a column cannot have is not used.

use super::dialect::Entry;
use super::format::Marks;
use super::survey::{self, SampleRows, filled};
use super::{figure, roles};
use crate::maths::number;
use crate::maths::sorting::Gather;
use crate::model::format::text;
use crate::model::rows::{Column, Role, UnusedChoice, choice_name};
use crate::settings::ColumnChoices;
use std::collections::BTreeMap;

/// Share of the filled cells that have to be what a column is said to hold: people know better than most of them, but not
/// than nearly all.
const LEAST_SHARE: f64 = 0.1;
/// Columns that examples are kept of.
const MOST_WITH_EXAMPLES: usize = 1_000;
/// Longest example, in characters.
const MOST_EXAMPLE_CHARS: usize = 40;

/// What was said of columns of this table that it does not have.
pub fn absent(choices: &ColumnChoices, columns: &[Column]) -> Vec<UnusedChoice> {
    let mut absent: BTreeMap<&str, Role> = choices.asked().gathered();
    for (place, column) in columns.iter().enumerate() {
        if absent.is_empty() {
            break;
        }
        absent.remove(column.name.as_str());
        absent.remove(choice_name(&column.name, place, columns.len()).as_ref());
    }
    let unused = |(heading, role): (&str, Role)| UnusedChoice { heading: heading.to_owned(), role, is_absent: true };
    absent.into_iter().map(unused).collect()
}

/// Places of the columns whose values cannot be what was chosen. Without values anything can be.
pub fn unfit(columns: &[Column], rows: &SampleRows, entry: &Entry) -> Vec<usize> {
    let is_unfit = |(place, column): &(usize, &Column)| {
        let n = filled(rows, *place).count();
        n > 0
            && match column.role {
                Role::Start | Role::End | Role::Clock => !survey::holds_times(*place, column, rows, entry),
                role => {
                    let n_fit = filled(rows, *place).filter(|cell| fits(role, cell)).count();
                    (n_fit as f64) < LEAST_SHARE * n as f64
                }
            }
    };
    columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.is_chosen())
        .filter(is_unfit)
        .map(|(place, _)| place)
        .collect()
}

/// True if a cell may be a value of a role.
fn fits(role: Role, cell: &[u8]) -> bool {
    use Role::*;
    match role {
        Plain | Label | Id | Ignored | Service | State | History | Flags | Info | ServerName | EventType | Action => {
            true
        }
        Source | Target => roles::host(cell).is_some(),
        SourceMac | TargetMac => is_mac(cell),
        SourcePort | TargetPort | UdpSourcePort | UdpTargetPort => is_whole(cell, 65_535.0),
        // Names of protocols are words; those of tools and services are not told apart from them here.
        Protocol => is_whole(cell, 255.0) || cell.first().is_some_and(u8::is_ascii_alphabetic),
        Duration => number(cell).is_some() || figure::span(cell, Marks::default()).is_some(),
        _ => number(cell).is_some(),
    }
}

/// True for a whole number up to `most`; of several that commas part, for the first.
fn is_whole(cell: &[u8], most: f64) -> bool {
    let first = cell.split(|byte| *byte == b',').next().unwrap_or(cell);
    number(first).is_some_and(|number| number.fract() == 0.0 && (0.0..=most).contains(&number))
}

fn number(cell: &[u8]) -> Option<f64> {
    let decimal_comma = Marks { has_decimal_comma: true, has_point_groups: true };
    let plain = || number::number(std::str::from_utf8(cell).ok()?.trim());
    plain().or_else(|| figure::number(cell, Marks::default())).or_else(|| figure::number(cell, decimal_comma))
}

/// True for six bytes in hexadecimal, however they are parted.
fn is_mac(cell: &[u8]) -> bool {
    let n_digits = cell.iter().filter(|byte| byte.is_ascii_hexdigit()).count();
    n_digits == 12 && cell.iter().all(|byte| byte.is_ascii_hexdigit() || b":-. ".contains(byte))
}

/// Keeps the first different values of each column as examples.
pub fn add_examples(columns: &mut [Column], rows: &SampleRows) {
    for (place, column) in columns.iter_mut().enumerate().take(MOST_WITH_EXAMPLES) {
        for cell in filled(rows, place) {
            if column.examples.len() == Column::MOST_EXAMPLES {
                break;
            }
            let mut example = text::decode(cell.get(..4 * MOST_EXAMPLE_CHARS).unwrap_or(cell));
            if let Some((end, _)) = example.char_indices().nth(MOST_EXAMPLE_CHARS) {
                example.truncate(end);
                example.push('…');
            }
            if !column.examples.contains(&example) {
                column.examples.push(example);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_needs_values_that_can_be_it() {
        use Role::*;
        let fitting: [(Role, &[&str]); 8] = [
            (Source, &["10.0.0.1", "fe80::1%eth0", "192.0.2.0/24"]),
            (TargetPort, &["0", "443", "80,443", "443.0"]),
            (Protocol, &["6", "tcp", "IPv6-ICMP"]),
            (SourceMac, &["00:1b:44:11:3a:b7", "001B.4411.3AB7"]),
            (Bytes, &["1", "1.5e3", "1,234", "3 KB", "12,5"]),
            (Duration, &["0.5", "00:00:01.5"]),
            (Label, &["anything"]),
            (Service, &["-", "http"]),
        ];
        for (role, cells) in fitting {
            assert!(cells.iter().all(|cell| fits(role, cell.as_bytes())), "{role:?}");
        }
        let unfit: [(Role, &[&str]); 5] = [
            (Source, &["6", "router", "10.0.0"]),
            (TargetPort, &["http", "65536", "-1", "1.5"]),
            (Protocol, &["256", "10.0.0.1", "-"]),
            (SourceMac, &["001b4411", "10.0.0.1"]),
            (Bytes, &["many", "10.0.0.1"]),
        ];
        for (role, cells) in unfit {
            assert!(!cells.iter().any(|cell| fits(role, cell.as_bytes())), "{role:?}");
        }
    }

    #[test]
    fn examples_are_few_different_and_short() {
        let rows = ["a", "a", "-", "b", &"ü".repeat(90), "c"].map(|cell| vec![cell.as_bytes().to_vec()]).to_vec();
        let mut columns = [Column::named("x"), Column::named("y")];
        add_examples(&mut columns, &rows);
        assert_eq!(columns[0].examples, ["a", "b", &format!("{}…", "ü".repeat(40))]);
        assert!(columns[1].examples.is_empty());
    }
}
