//! The values of one dimension that flows and rows have to small numbers, once for all that is asked of them.

use super::dimension::{Found, Values};
use super::key::{Key, Side};
use super::plan::AskedDimension;
use super::sources::{FlowItem, Sources};
use super::turn::Turn;
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::rc::Rc;

/// The values of a dimension, each with its code.
#[derive(Default)]
pub struct Coded {
    codes: HashMap<Key, u32, RandomState>,
    keys: Vec<Key>,
    /// The codes of each kept flow, and of each kept row; none of a dimension of moments or packets.
    of_flows: Option<Rc<Lists>>,
    of_rows: Option<Rc<Lists>>,
}

/// Some small numbers of each of many things, behind one another.
#[derive(Default)]
pub struct Lists {
    ends: Vec<u32>,
    list: Vec<(u32, Side)>,
}

impl Lists {
    /// Those of the thing at a place.
    #[inline]
    pub fn of(&self, place: usize) -> &[(u32, Side)] {
        let Some(end) = self.ends.get(place) else { return &[] };
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.list.get(start as usize..*end as usize).unwrap_or(&[])
    }

    /// How many things.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many numbers there are of all things.
    pub fn n_listed(&self) -> usize {
        self.list.len()
    }

    /// Those of the next thing.
    pub fn push(&mut self, own: impl Iterator<Item = (u32, Side)>) {
        self.list.extend(own);
        self.ends.push(self.list.len() as u32);
    }
}

/// Numbers that few are sought among one by one.
const FEW: usize = 8;

/// Leaves each number of a thing once; one that was there more often counts for the whole thing.
pub fn once(own: &mut Vec<(u32, Side)>) {
    if own.len() <= FEW {
        let mut at = 0;
        while let Some((number, _)) = own.get(at).copied() {
            match own.iter_mut().take(at).find(|(other, _)| *other == number) {
                Some((_, side)) => {
                    *side = Side::Both;
                    own.remove(at);
                }
                None => at += 1,
            }
        }
        return;
    }
    own.sort_unstable();
    own.dedup_by(|(next, _), (number, side)| {
        let is_same = next == number;
        if is_same {
            *side = Side::Both;
        }
        is_same
    });
}

impl Coded {
    /// The code of a value.
    #[inline]
    pub fn code(&mut self, key: Key) -> u32 {
        let next = self.keys.len() as u32;
        let code = *self.codes.entry(key).or_insert(next);
        if code == next {
            self.keys.push(key);
        }
        code
    }

    /// The value with a code.
    pub fn key(&self, code: u32) -> Key {
        self.keys.get(code as usize).copied().unwrap_or(Key::Unknown)
    }

    /// The codes of each row, or of each flow; none if they were not listed.
    pub fn lists(&self, is_of_rows: bool) -> Option<Rc<Lists>> {
        if is_of_rows { self.of_rows.clone() } else { self.of_flows.clone() }
    }

    /// Lists the codes of the kept flows that `is_selected`; those of others are none.
    pub async fn list_flows<'a>(
        &mut self,
        sources: &'a Sources<'a>,
        dimension: &AskedDimension<'a>,
        is_selected: &dyn Fn(usize) -> bool,
        turn: &Turn<'_>,
    ) {
        let mut cells = match dimension.entry.values {
            Values::Moment(_) | Values::Packet(_) => return,
            Values::Flow(_) => CellsOfFlows::default(),
            Values::Cell(_) => CellsOfFlows::new(sources, dimension),
        };
        let mut lists = Lists::default();
        let (mut found, mut own) = (Found::default(), Vec::new());
        let list = |(place, (serial, flow)): (usize, (u32, &'a crate::model::Flow))| {
            found.0.clear();
            if is_selected(place) {
                match &dimension.entry.values {
                    Values::Flow(values) => values(&FlowItem { serial, flow, sources }, &dimension.asked, &mut found),
                    Values::Cell(value) => {
                        let cells = cells.of(place as u32);
                        cells.iter().for_each(|(_, bits)| found.add(value(*bits, &dimension.asked)));
                        if found.is_empty() {
                            found.add(Key::Unknown);
                        }
                    }
                    Values::Moment(_) | Values::Packet(_) => {}
                }
            }
            self.push(&found, &mut own, &mut lists);
        };
        turn.each(sources.flows.iter().enumerate(), list).await;
        self.of_flows = Some(Rc::new(lists));
    }

    /// Lists the codes of the kept rows that `is_selected`, given the flow of each; those of others are none.
    pub async fn list_rows<'a>(
        &mut self,
        sources: &'a Sources<'a>,
        dimension: &AskedDimension<'a>,
        (flows, is_selected): (&[Option<u32>], &dyn Fn(usize) -> bool),
        turn: &Turn<'_>,
    ) {
        if matches!(dimension.entry.values, Values::Moment(_) | Values::Packet(_)) {
            return;
        }
        let cells = cells(sources, dimension);
        let mut lists = Lists::default();
        let (mut found, mut own) = (Found::default(), Vec::new());
        let list = |row: usize| {
            found.0.clear();
            if is_selected(row) {
                match &dimension.entry.values {
                    Values::Cell(value) => {
                        let bits = cells.get(row).copied();
                        found.add(bits.map_or(Key::Unknown, |bits| value(bits, &dimension.asked)));
                    }
                    Values::Flow(values) => {
                        let serial = flows.get(row).copied().flatten();
                        match serial.and_then(|serial| Some((serial, sources.flows.get(serial)?))) {
                            Some((serial, flow)) => {
                                values(&FlowItem { serial, flow, sources }, &dimension.asked, &mut found);
                            }
                            None => found.add(Key::Unknown),
                        }
                    }
                    Values::Moment(_) | Values::Packet(_) => {}
                }
            }
            self.push(&found, &mut own, &mut lists);
        };
        turn.each(0..sources.rows.map_or(0, |rows| rows.len()), list).await;
        self.of_rows = Some(Rc::new(lists));
    }

    /// What was found of the next thing.
    #[inline]
    fn push(&mut self, found: &Found, own: &mut Vec<(u32, Side)>, lists: &mut Lists) {
        own.clear();
        for (key, side) in &found.0 {
            own.push((self.code(*key), *side));
        }
        once(own);
        lists.push(own.iter().copied());
    }
}

/// The different cells of one column by flow: place of the flow and cell, ascending.
#[derive(Default)]
struct CellsOfFlows {
    pairs: Vec<(u32, u64)>,
    at: usize,
}

impl CellsOfFlows {
    fn new(sources: &Sources<'_>, dimension: &AskedDimension<'_>) -> CellsOfFlows {
        let placed = cells(sources, dimension).into_iter().zip((sources.flows_of_rows)());
        let place = |serial: Option<u32>| Some(sources.place(serial?)? as u32);
        let mut pairs: Vec<(u32, u64)> = placed.filter_map(|(cell, serial)| Some((place(serial)?, cell))).collect();
        pairs.sort_unstable();
        pairs.dedup();
        CellsOfFlows { pairs, at: 0 }
    }

    /// Those of a flow; flows are asked for in order.
    fn of(&mut self, place: u32) -> &[(u32, u64)] {
        let rest = self.pairs.get(self.at..).unwrap_or(&[]);
        let start = self.at + rest.iter().take_while(|(of, _)| *of < place).count();
        let rest = self.pairs.get(start..).unwrap_or(&[]);
        self.at = start + rest.iter().take_while(|(of, _)| *of == place).count();
        self.pairs.get(start..self.at).unwrap_or(&[])
    }
}

/// The cells of the column that a dimension is of.
fn cells(sources: &Sources<'_>, dimension: &AskedDimension<'_>) -> Vec<u64> {
    let mut all = Vec::new();
    let column = dimension.asked.column.and_then(|column| sources.rows?.column(column));
    if let Some(column) = column {
        column.runs(|_, run| all.extend_from_slice(run));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_comes_again_counts_once_for_the_whole_thing() {
        for n in [3, 40] {
            let sides = [Side::Originator, Side::Responder];
            let mut own: Vec<(u32, Side)> = (0..n).map(|number| (number % 2 * 7, sides[number as usize % 2])).collect();
            own.push((9, Side::Responder));
            once(&mut own);
            let both = if n > 3 { Side::Both } else { Side::Responder };
            assert_eq!(own, [(0, Side::Both), (7, both), (9, Side::Responder)]);
        }
    }
}
