//! Recognises how the numbers of a table are written, from the values of its columns.

use super::super::figure;
use super::super::format::{Marks, Reading};
use super::super::units::split_bytes;
use super::{SampleRows, filled};
use crate::model::rows::{Column, Role};

/// What stands inside the numbers of each column.
pub struct TableMarks(Vec<Marks>);

impl TableMarks {
    /// Those of a column.
    pub fn of(&self, place: usize) -> Marks {
        self.0.get(place).copied().unwrap_or_default()
    }
}

/// What the marks of a column's numbers can be.
#[derive(Clone, Copy, Default)]
struct Signs {
    /// Commas that can only be decimal marks, and those that can only part groups.
    n_decimal_commas: usize,
    n_comma_groups: usize,
    /// Commas before three digits, which may be both.
    n_open_commas: usize,
    n_decimal_points: usize,
    n_point_groups: usize,
    n_open_points: usize,
    /// Without a mark, of three digits or fewer, and of more.
    n_short: usize,
    n_long: usize,
}

impl Signs {
    fn add(&mut self, cell: &[u8]) {
        let n = cell.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b',' | b'.' | b'-' | b'+')).count();
        let number = cell.get(..n).unwrap_or_default();
        let count = |mark: u8| number.iter().filter(|byte| **byte == mark).count();
        let (n_commas, n_points) = (count(b','), count(b'.'));
        // Of a multiple the part behind the mark counts too: `6.808 kB`.
        let rest = cell.get(n..).unwrap_or_default().trim_ascii_start();
        let is_multiple = rest.len() > 1 && matches!(rest.first(), Some(b'k' | b'K' | b'M' | b'G' | b'T'));
        if is_multiple && (n_commas, n_points) == (0, 1) {
            self.n_decimal_points += 1;
            return;
        }
        match (n_commas, n_points) {
            (0, 0) if n <= 3 => self.n_short += 1,
            (0, 0) => self.n_long += 1,
            (1, 0) => match is_group(number, b',') {
                true => self.n_open_commas += 1,
                false => self.n_decimal_commas += 1,
            },
            (0, 1) => match is_group(number, b'.') {
                true => self.n_open_points += 1,
                false => self.n_decimal_points += 1,
            },
            (_, 0) => self.n_comma_groups += 1,
            // Four numbers are an address.
            (0, 3) => {}
            (0, _) => self.n_point_groups += 1,
            // What stands last is the decimal mark.
            _ if memchr::memrchr(b',', number) > memchr::memrchr(b'.', number) => {
                self.n_decimal_commas += 1;
                self.n_point_groups += 1;
            }
            _ => {
                self.n_comma_groups += 1;
                self.n_decimal_points += 1;
            }
        }
    }
}

/// True if three digits follow the only mark, and one to three that begin with no zero stand before it.
fn is_group(number: &[u8], mark: u8) -> bool {
    let mut parts = number.split(|byte| *byte == mark);
    let before = parts.next().unwrap_or_default();
    let before = before.strip_prefix(b"-").or_else(|| before.strip_prefix(b"+")).unwrap_or(before);
    let after = parts.next().unwrap_or_default();
    (1..=3).contains(&before.len()) && before.first() != Some(&b'0') && after.len() == 3
}

/// Decides for each column by its own values; where these can be read in two ways, by the other columns.
pub fn marks(columns: &[Column], rows: &SampleRows) -> TableMarks {
    let signs: Vec<Signs> = columns
        .iter()
        .enumerate()
        .map(|(place, column)| {
            let mut signs = Signs::default();
            if may_be_number(column.role) {
                filled(rows, place).filter(|cell| figure::looks_like(cell)).for_each(|cell| signs.add(cell));
            }
            signs
        })
        .collect();
    let sum = |of: fn(&Signs) -> usize| signs.iter().map(of).sum::<usize>();
    let n_comma = sum(|signs| signs.n_decimal_commas);
    let n_point = sum(|signs| signs.n_decimal_points) + sum(|signs| signs.n_comma_groups);
    let is_comma_table = n_comma > n_point;
    let of = |(signs, column): (&Signs, &Column)| {
        let is_open = signs.n_open_commas > 0 && signs.n_decimal_commas + signs.n_comma_groups == 0;
        // Where nothing else decides, packets and bytes come whole and times do not.
        let is_whole = |role| !matches!(role, Role::Duration | Role::Start | Role::End | Role::Plain);
        let has_decimal_comma = if is_open {
            is_comma_table && !is_whole(column.role)
        } else {
            signs.n_decimal_commas > signs.n_comma_groups
                || (signs.n_decimal_commas == 0 && is_comma_table && signs.n_comma_groups == 0)
        };
        // Counts have no parts: those with a point before three digits are thousands where all without one are less.
        let is_parted = is_count(column.role) && signs.n_open_points > 1 && signs.n_long == 0 && signs.n_short > 0;
        let has_point_groups = signs.n_decimal_points == 0
            && (signs.n_point_groups > 0
                || is_parted && split_bytes(&column.name).is_none()
                || (signs.n_open_points > 0 && is_comma_table && has_decimal_comma));
        Marks { has_decimal_comma, has_point_groups }
    };
    TableMarks(signs.iter().zip(columns).map(of).collect())
}

fn is_count(role: Role) -> bool {
    use Role::*;
    matches!(role, Packets | FwdPackets | BwdPackets | Bytes | FwdBytes | BwdBytes)
}

/// True if a column of this role may hold numbers that are measured.
fn may_be_number(role: Role) -> bool {
    use Role::*;
    !matches!(
        role,
        Label
            | Id
            | Source
            | Target
            | SourceMac
            | TargetMac
            | Protocol
            | Service
            | State
            | History
            | Flags
            | Info
            | ServerName
            | EventType
    )
}

/// What the cells of a column are taken for: a figure by its meaning, or by nine in ten of its values.
pub fn reading<'a>(column: &Column, cells: impl Iterator<Item = &'a [u8]> + Clone, marks: Marks) -> Reading {
    if !may_be_number(column.role) {
        return Reading::Any;
    }
    let n = cells.clone().count();
    let is_enough = |is_it: &dyn Fn(&[u8]) -> bool| {
        let n_of_it = cells.clone().filter(|cell| is_it(cell)).count();
        n_of_it > 0 && n_of_it * 10 >= n * 9
    };
    let is_number = |cell: &[u8]| figure::number(cell, marks).is_some();
    match column.role {
        Role::Duration if is_enough(&|cell| figure::span(cell, marks).is_some()) => Reading::Span,
        Role::Bytes | Role::FwdBytes | Role::BwdBytes if split_bytes(&column.name).is_some() => {
            split_bytes(&column.name).map_or(Reading::Figure, |(_, n_bytes)| Reading::Multiples(n_bytes))
        }
        Role::Plain if !is_enough(&is_number) => Reading::Any,
        Role::Start | Role::End | Role::Clock => Reading::Any,
        _ => Reading::Figure,
    }
}
