//! Values of the dimensions of a question to small numbers, and their combinations to smaller ones.

use super::dimension::{Found, Values};
use super::key::{Key, Side};
use super::plan::AskedDimension;
use super::sources::{FlowItem, Sources};
use crate::model::app::protocol::AppProto;
use crate::model::explore::Question;
use foldhash::fast::RandomState;
use std::collections::BTreeSet;
use std::collections::HashMap;

/// Codes of a combination by the place of its dimension; 0 for dimensions of moments and packets.
pub type Codes = [u32; Question::MOST_SPLITS];

/// Bits of a moment's or packet's place: as many places as there can be dimensions fit into 64.
const PLACE_BITS: u32 = 16;

/// The values of one dimension, each with its code.
struct Dictionary {
    codes: HashMap<Key, u32, RandomState>,
    keys: Vec<Key>,
    /// The values that are told apart; all others are taken together.
    only: Option<BTreeSet<Key>>,
}

/// The values that occurred.
pub struct Splits<'q, 'a> {
    pub dimensions: &'q [AskedDimension<'a>],
    dictionaries: Vec<Dictionary>,
    combinations: Vec<Codes>,
    by_codes: HashMap<Codes, u32, RandomState>,
    found: Found,
}

/// The combinations of each of many things, behind one another.
#[derive(Default)]
pub struct Lists {
    starts: Vec<u32>,
    list: Vec<(u32, Side)>,
}

/// The different cells of one column by flow: place of the flow and cell, ascending.
struct CellsOfFlows {
    pairs: Vec<(u32, u64)>,
    at: usize,
}

impl CellsOfFlows {
    /// Those of a flow; flows are asked for in order.
    fn of(&mut self, place: u32) -> &[(u32, u64)] {
        let rest = self.pairs.get(self.at..).unwrap_or(&[]);
        let start = self.at + rest.iter().take_while(|(of, _)| *of < place).count();
        let rest = self.pairs.get(start..).unwrap_or(&[]);
        self.at = start + rest.iter().take_while(|(of, _)| *of == place).count();
        self.pairs.get(start..self.at).unwrap_or(&[])
    }
}

/// What everything has when no dimension tells it apart.
const ONE: [(u32, Side); 1] = [(0, Side::Both)];

impl Lists {
    /// The combinations of the thing at a place.
    #[inline]
    pub fn of(&self, place: usize) -> &[(u32, Side)] {
        let Some(end) = self.starts.get(place + 1) else { return if self.starts.is_empty() { &ONE } else { &[] } };
        let start = self.starts.get(place).copied().unwrap_or(*end);
        self.list.get(start as usize..*end as usize).unwrap_or(&[])
    }

    fn push(&mut self, combinations: impl Iterator<Item = (u32, Side)>) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.list.extend(combinations);
        self.starts.push(self.list.len() as u32);
    }
}

impl<'q, 'a> Splits<'q, 'a> {
    /// Of dimensions, with the values of each that are told apart.
    pub fn new(dimensions: &'q [AskedDimension<'a>], only: Vec<Option<BTreeSet<Key>>>) -> Splits<'q, 'a> {
        let dictionaries =
            only.into_iter().map(|only| Dictionary { codes: HashMap::default(), keys: Vec::new(), only });
        Splits {
            dimensions,
            dictionaries: dictionaries.collect(),
            combinations: vec![Codes::default()],
            by_codes: HashMap::from_iter([(Codes::default(), 0)]),
            found: Found::default(),
        }
    }

    /// True if no dimension is found by flow or row.
    fn is_plain(&self) -> bool {
        !self.dimensions.iter().any(|d| matches!(d.entry.values, Values::Flow(_) | Values::Cell(_)))
    }

    /// True if a dimension is found by packet only.
    pub fn needs_packets(&self) -> bool {
        self.dimensions.iter().any(|d| matches!(d.entry.values, Values::Packet(_)))
    }

    /// The place of a moment, and of a packet's bytes, among all such dimensions; 0 where it is unknown.
    #[inline]
    pub fn places(&self, ns: i64, bytes: u32) -> u64 {
        let mut places = 0;
        for dimension in self.dimensions {
            let place = match dimension.entry.values {
                Values::Moment(place) => place(ns, &dimension.asked),
                Values::Packet(place) => Some(place(bytes)),
                Values::Flow(_) | Values::Cell(_) => continue,
            };
            places = places << PLACE_BITS | place.map_or(0, |place| place as u64 + 1);
        }
        places
    }

    /// The values of a combination at some places of moments, by dimension.
    pub fn keys(&self, combination: u32, places: u64) -> Vec<Key> {
        let codes = self.combinations.get(combination as usize).copied().unwrap_or_default();
        let mut left = places;
        let mut keys = Vec::new();
        for ((dimension, dictionary), code) in self.dimensions.iter().zip(&self.dictionaries).zip(codes).rev() {
            keys.push(match dimension.entry.values {
                Values::Moment(_) | Values::Packet(_) => {
                    let place = left & ((1 << PLACE_BITS) - 1);
                    left >>= PLACE_BITS;
                    if place == 0 { Key::Unknown } else { Key::At(place as i64 - 1) }
                }
                _ => dictionary.keys.get(code as usize).copied().unwrap_or(Key::Unknown),
            });
        }
        keys.reverse();
        keys
    }

    /// The combinations of all kept flows that `is_selected`.
    pub fn flows(&mut self, sources: &Sources<'_>, is_selected: impl Fn(usize) -> bool) -> Lists {
        let mut lists = Lists::default();
        if self.is_plain() {
            return lists;
        }
        let mut cells = self.cells_of_flows(sources);
        for (place, (serial, flow)) in sources.flows.iter().enumerate() {
            let mut own: Vec<(Codes, Side)> = Vec::new();
            if is_selected(place) {
                own.push((Codes::default(), Side::Both));
                let item = FlowItem { serial, flow, sources };
                for nth in 0..self.dimensions.len() {
                    let own_cells = cells.get_mut(nth).map_or(&[][..], |cells| cells.of(place as u32));
                    self.find(nth, &item, own_cells);
                    own = self.multiply(own, nth);
                }
            }
            let combinations: Vec<(u32, Side)> =
                own.into_iter().map(|(codes, side)| (self.combination(codes), side)).collect();
            lists.push(combinations.into_iter());
        }
        lists
    }

    /// The combinations of all kept rows that `is_selected`.
    pub fn rows(&mut self, sources: &Sources<'_>, flows: &[Option<u32>], is_selected: impl Fn(usize) -> bool) -> Lists {
        let mut lists = Lists::default();
        let Some(rows) = sources.rows else { return lists };
        if self.is_plain() {
            return lists;
        }
        let columns: Vec<Vec<u64>> = self.dimensions.iter().map(|dimension| cells(sources, dimension)).collect();
        for row in 0..rows.len() {
            let mut own: Vec<(Codes, Side)> = Vec::new();
            if is_selected(row) {
                own.push((Codes::default(), Side::Both));
                let serial = flows.get(row).copied().flatten();
                let item =
                    serial.and_then(|serial| Some(FlowItem { serial, flow: sources.flows.get(serial)?, sources }));
                for nth in 0..self.dimensions.len() {
                    self.found.0.clear();
                    let Some(dimension) = self.dimensions.get(nth) else { continue };
                    match (&dimension.entry.values, &item) {
                        (Values::Cell(value), _) => {
                            let bits = columns.get(nth).and_then(|cells| cells.get(row)).copied();
                            self.found.add(bits.map_or(Key::Unknown, |bits| value(bits, &dimension.asked)));
                        }
                        (Values::Flow(values), Some(item)) => values(item, &dimension.asked, &mut self.found),
                        (Values::Flow(_), None) => self.found.add(Key::Unknown),
                        _ => continue,
                    }
                    own = self.multiply(own, nth);
                }
            }
            let combinations: Vec<(u32, Side)> =
                own.into_iter().map(|(codes, side)| (self.combination(codes), side)).collect();
            lists.push(combinations.into_iter());
        }
        lists
    }

    /// The combination of packets without a flow, by their protocol; none of a flow that is not kept.
    pub fn alone(&mut self, protocol: Option<Option<AppProto>>) -> u32 {
        let mut codes = Codes::default();
        for nth in 0..self.dimensions.len() {
            let Some(dimension) = self.dimensions.get(nth) else { continue };
            if matches!(dimension.entry.values, Values::Moment(_) | Values::Packet(_)) {
                continue;
            }
            let key = protocol.map_or(Key::Unknown, |protocol| (dimension.entry.alone)(protocol));
            let code = self.code(nth, key);
            if let Some(slot) = codes.get_mut(nth) {
                *slot = code;
            }
        }
        self.combination(codes)
    }

    /// Finds the values of a dimension of a flow, which may be those of its cells.
    fn find(&mut self, nth: usize, item: &FlowItem<'_>, cells: &[(u32, u64)]) {
        self.found.0.clear();
        let Some(dimension) = self.dimensions.get(nth) else { return };
        match &dimension.entry.values {
            Values::Flow(values) => values(item, &dimension.asked, &mut self.found),
            Values::Cell(value) => {
                cells.iter().for_each(|(_, bits)| self.found.add_once(value(*bits, &dimension.asked)));
                if self.found.is_empty() {
                    self.found.add(Key::Unknown);
                }
            }
            Values::Moment(_) | Values::Packet(_) => {}
        }
    }

    /// Each of these combinations with each value that was found last.
    fn multiply(&mut self, own: Vec<(Codes, Side)>, nth: usize) -> Vec<(Codes, Side)> {
        let found = std::mem::take(&mut self.found.0);
        if found.is_empty() {
            self.found.0 = found;
            return own;
        }
        let mut all = Vec::with_capacity(own.len() * found.len());
        for (key, side) in &found {
            let code = self.code(nth, *key);
            for (codes, before) in &own {
                let mut codes = *codes;
                if let Some(slot) = codes.get_mut(nth) {
                    *slot = code;
                }
                let side = if *side == Side::Both { *before } else { *side };
                // Values that are taken together count once, for the whole flow.
                match all.iter_mut().find(|(other, _): &&mut (Codes, Side)| *other == codes) {
                    Some((_, other)) => *other = Side::Both,
                    None => all.push((codes, side)),
                }
            }
        }
        self.found.0 = found;
        all
    }

    fn code(&mut self, nth: usize, key: Key) -> u32 {
        let Some(dictionary) = self.dictionaries.get_mut(nth) else { return 0 };
        let is_apart = |only: &BTreeSet<Key>| only.contains(&key) || matches!(key, Key::Nothing | Key::Unknown);
        let key = if dictionary.only.as_ref().is_none_or(is_apart) { key } else { Key::Others };
        let next = dictionary.keys.len() as u32;
        let code = *dictionary.codes.entry(key).or_insert(next);
        if code == next {
            dictionary.keys.push(key);
        }
        code
    }

    fn combination(&mut self, codes: Codes) -> u32 {
        let next = self.combinations.len() as u32;
        let combination = *self.by_codes.entry(codes).or_insert(next);
        if combination == next {
            self.combinations.push(codes);
        }
        combination
    }

    /// For each dimension of a column, the different cells of each flow.
    fn cells_of_flows(&self, sources: &Sources<'_>) -> Vec<CellsOfFlows> {
        let has_cells = self.dimensions.iter().any(|d| matches!(d.entry.values, Values::Cell(_)));
        let flows = if has_cells { (sources.flows_of_rows)() } else { Vec::new() };
        let of = |dimension: &AskedDimension<'_>| {
            let placed = cells(sources, dimension).into_iter().zip(&flows);
            let mut pairs: Vec<(u32, u64)> =
                placed.filter_map(|(cell, serial)| Some((sources.place((*serial)?)? as u32, cell))).collect();
            pairs.sort_unstable();
            pairs.dedup();
            CellsOfFlows { pairs, at: 0 }
        };
        self.dimensions.iter().map(of).collect()
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
