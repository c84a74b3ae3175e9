//! Values of the dimensions of a question to small numbers, and their combinations to smaller ones.

use super::coded::{Coded, Lists, once};
use super::dimension::Values;
use super::groups::{BEYOND_ALL, MOST};
use super::key::{Key, Side};
use super::plan::AskedDimension;
use super::turn::Turn;
use crate::model::app::protocol::AppProto;
use crate::model::explore::Question;
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::rc::Rc;

/// Codes of a combination by the place of its dimension; 0 for dimensions of moments and packets.
pub type Codes = [u32; Question::MOST_SPLITS];

/// Combinations of all things together, at most. A flow with thousands of values of two dimensions has millions alone, more than
/// there can be groups.
const MOST_LISTED: usize = 1 << 24;

/// Bits of a moment's or packet's place: as many places as there can be dimensions fit into 64.
const PLACE_BITS: u32 = 16;

/// The values that are told apart, and their combinations.
pub struct Splits<'q, 'a> {
    pub dimensions: &'q [AskedDimension<'a>],
    coded: &'q mut [Coded],
    /// Of each dimension with a limit the codes that are told apart, by code; all others are taken together.
    only: Vec<Option<Vec<bool>>>,
    /// The only dimension of flows or rows, if there is one: its codes are the combinations.
    single: Option<usize>,
    combinations: Vec<Codes>,
    by_codes: HashMap<Codes, u32, RandomState>,
}

/// The combinations of each of many things.
pub enum Combinations {
    /// All have the same one: no dimension tells them apart.
    One,
    /// Each has its own.
    Many(Rc<Lists>),
}

/// True if one of the dimensions is of moments or packets.
pub fn have_places(dimensions: &[AskedDimension<'_>]) -> bool {
    dimensions.iter().any(|d| matches!(d.entry.values, Values::Moment(_) | Values::Packet(_)))
}

/// What everything has when no dimension tells it apart.
const ONE: [(u32, Side); 1] = [(0, Side::Both)];

impl Combinations {
    /// Those of the thing at a place.
    #[inline]
    pub fn of(&self, place: usize) -> &[(u32, Side)] {
        match self {
            Combinations::One => &ONE,
            Combinations::Many(lists) => lists.of(place),
        }
    }
}

impl<'q, 'a> Splits<'q, 'a> {
    /// Of dimensions and what is known of their values, with the codes of each that are told apart.
    pub fn new(
        dimensions: &'q [AskedDimension<'a>],
        coded: &'q mut [Coded],
        only: Vec<Option<Vec<bool>>>,
    ) -> Splits<'q, 'a> {
        let is_listed = |(_, dimension): &(usize, &AskedDimension<'_>)| {
            matches!(dimension.entry.values, Values::Flow(_) | Values::Cell(_))
        };
        let mut listed = dimensions.iter().enumerate().filter(is_listed).map(|(nth, _)| nth);
        let single = match (listed.next(), listed.next()) {
            (Some(nth), None) => Some(nth),
            _ => None,
        };
        Splits {
            dimensions,
            coded,
            only,
            single,
            combinations: vec![Codes::default()],
            by_codes: HashMap::from_iter([(Codes::default(), 0)]),
        }
    }

    /// True if a dimension is found by packet only.
    pub fn needs_packets(&self) -> bool {
        self.dimensions.iter().any(|d| matches!(d.entry.values, Values::Packet(_)))
    }

    /// True if a dimension has places: groups are more than combinations then.
    pub fn has_places(&self) -> bool {
        have_places(self.dimensions)
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

    /// The codes of a combination at some places of moments, by dimension: of moments and packets the places.
    pub fn codes(&self, combination: u32, places: u64) -> Codes {
        let mut codes = self.codes_of(combination);
        let mut left = places;
        for (dimension, code) in self.dimensions.iter().zip(&mut codes).rev() {
            if matches!(dimension.entry.values, Values::Moment(_) | Values::Packet(_)) {
                *code = (left & ((1 << PLACE_BITS) - 1)) as u32;
                left >>= PLACE_BITS;
            }
        }
        codes
    }

    /// The value of a dimension with one of these codes.
    pub fn key(&self, nth: usize, code: u32) -> Key {
        match self.dimensions.get(nth).map(|dimension| &dimension.entry.values) {
            Some(Values::Moment(_) | Values::Packet(_)) if code > 0 => Key::At(i64::from(code) - 1),
            Some(Values::Flow(_) | Values::Cell(_)) => {
                self.coded.get(nth).map_or(Key::Unknown, |coded| coded.key(code))
            }
            _ => Key::Unknown,
        }
    }

    fn codes_of(&self, combination: u32) -> Codes {
        let mut codes = Codes::default();
        match self.single.and_then(|nth| codes.get_mut(nth)) {
            Some(slot) => *slot = combination,
            None => codes = self.combinations.get(combination as usize).copied().unwrap_or_default(),
        }
        codes
    }

    /// The combinations of all rows, or of all flows, whose values are listed.
    pub async fn combinations(&mut self, is_of_rows: bool, turn: &Turn<'_>) -> Combinations {
        let lists: Vec<Option<Rc<Lists>>> = self.coded.iter().map(|coded| coded.lists(is_of_rows)).collect();
        let Some(n) = lists.iter().flatten().map(|lists| lists.len()).max() else { return Combinations::One };
        if let Some(nth) = self.single.filter(|nth| self.only.get(*nth).is_none_or(Option::is_none)) {
            return lists.into_iter().nth(nth).flatten().map_or(Combinations::One, Combinations::Many);
        }
        let mut all = Lists::default();
        let mut meant: Vec<Vec<(u32, Side)>> = vec![Vec::new(); lists.len()];
        let mut own: Vec<(Codes, Side)> = Vec::new();
        let mut next: Vec<(Codes, Side)> = Vec::new();
        let combine = |place: usize| {
            let mut n_own = 1_usize;
            for (nth, (lists, meant)) in lists.iter().zip(&mut meant).enumerate() {
                let Some(lists) = lists else { continue };
                meant.clear();
                meant.extend(lists.of(place).iter().map(|(code, side)| (self.meant(nth, *code), *side)));
                // Values that are taken together count once, for the whole flow.
                once(meant);
                n_own = n_own.saturating_mul(meant.len());
            }
            if n_own > MOST || all.n_listed() + n_own > MOST_LISTED {
                return all.push(std::iter::once((BEYOND_ALL, Side::Both)));
            }
            own.clear();
            own.push((Codes::default(), Side::Both));
            for (nth, meant) in meant.iter().enumerate().filter(|(nth, _)| lists.get(*nth).is_some_and(Option::is_some))
            {
                next.clear();
                for (code, side) in meant {
                    for (codes, before) in &own {
                        let mut codes = *codes;
                        if let Some(slot) = codes.get_mut(nth) {
                            *slot = *code;
                        }
                        next.push((codes, if *side == Side::Both { *before } else { *side }));
                    }
                }
                std::mem::swap(&mut own, &mut next);
            }
            all.push(own.iter().map(|(codes, side)| (self.combination(*codes), *side)));
        };
        turn.each(0..n, combine).await;
        Combinations::Many(Rc::new(all))
    }

    /// The combination of packets without a flow, by their protocol; none of a flow that is not kept.
    pub fn alone(&mut self, protocol: Option<Option<AppProto>>) -> u32 {
        let mut codes = Codes::default();
        for (nth, dimension) in self.dimensions.iter().enumerate() {
            if matches!(dimension.entry.values, Values::Moment(_) | Values::Packet(_)) {
                continue;
            }
            let key = protocol.map_or(Key::Unknown, |protocol| (dimension.entry.alone)(protocol));
            let code = self.coded.get_mut(nth).map_or(0, |coded| coded.code(key));
            let code = self.meant(nth, code);
            if let Some(slot) = codes.get_mut(nth) {
                *slot = code;
            }
        }
        self.combination(codes)
    }

    /// The code under which a value counts: that of all that are taken together if a limit leaves it out.
    fn meant(&mut self, nth: usize, code: u32) -> u32 {
        let Some(Some(only)) = self.only.get(nth) else { return code };
        let Some(coded) = self.coded.get_mut(nth) else { return code };
        let is_apart =
            only.get(code as usize).copied().unwrap_or(false) || matches!(coded.key(code), Key::Nothing | Key::Unknown);
        if is_apart { code } else { coded.code(Key::Others) }
    }

    fn combination(&mut self, codes: Codes) -> u32 {
        if let Some(code) = self.single.and_then(|nth| codes.get(nth)) {
            return *code;
        }
        let next = self.combinations.len() as u32;
        let combination = *self.by_codes.entry(codes).or_insert(next);
        if combination == next {
            self.combinations.push(codes);
        }
        combination
    }
}
