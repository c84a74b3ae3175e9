//! A run of cells in as few bytes as they need: constants, small whole numbers, single or double precision.

/// Cells at rest. A cell is 64 bits: a double, or a NaN whose low bits say what it is (see [`super::cell`]).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Packed {
    /// All cells are this one.
    Same(u64, u32),
    /// Whole numbers (or codes of texts) as distance from `base`; the largest value stands for a missing cell.
    Small {
        /// Smallest value.
        base: i64,
        /// True if these are codes of texts.
        is_text: bool,
        /// Distances.
        values: Width,
    },
    /// Numbers that single precision holds exactly; NaN for a missing cell.
    Single(#[serde(with = "plain")] Box<[f32]>),
    /// Anything.
    Full(#[serde(with = "plain")] Box<[u64]>),
}

/// Distances of one width.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Width {
    /// Up to 254.
    One(#[serde(with = "plain")] Box<[u8]>),
    /// Up to 65,534.
    Two(#[serde(with = "plain")] Box<[u16]>),
    /// Up to 4,294,967,294.
    Four(#[serde(with = "plain")] Box<[u32]>),
}

use super::cell::{self, MISSING};
use super::plain;
use super::survey::Survey;
use serde::{Deserialize, Serialize};

/// Whole numbers past this are not exact in a double.
const MOST_WHOLE: f64 = 9_007_199_254_740_992.0;

impl Packed {
    /// Packs cells that were looked at.
    pub fn new(cells: &[u64], survey: &Survey) -> Packed {
        if survey.is_same {
            return Packed::Same(cells.first().copied().unwrap_or(MISSING), cells.len() as u32);
        }
        if let Some(small) = small(cells, survey) {
            return small;
        }
        let is_single = |cell: &u64| *cell == MISSING || f64::from(f64::from_bits(*cell) as f32).to_bits() == *cell;
        // Texts are NaN too, but none that single precision keeps apart.
        if survey.texts == 0 && cells.iter().all(is_single) {
            return Packed::Single(cells.iter().map(|cell| f64::from_bits(*cell) as f32).collect());
        }
        Packed::Full(cells.into())
    }

    /// Cells held.
    pub fn len(&self) -> usize {
        match self {
            Packed::Same(_, n) => *n as usize,
            Packed::Small { values: Width::One(values), .. } => values.len(),
            Packed::Small { values: Width::Two(values), .. } => values.len(),
            Packed::Small { values: Width::Four(values), .. } => values.len(),
            Packed::Single(values) => values.len(),
            Packed::Full(values) => values.len(),
        }
    }

    /// Bytes that the cells take.
    pub fn bytes(&self) -> usize {
        let each = match self {
            Packed::Same(..) => 0,
            Packed::Small { values: Width::One(_), .. } => 1,
            Packed::Small { values: Width::Two(_), .. } => 2,
            Packed::Small { values: Width::Four(_), .. } | Packed::Single(_) => 4,
            Packed::Full(_) => 8,
        };
        size_of::<Packed>() + each * self.len()
    }

    /// The cell at a place.
    pub fn get(&self, place: usize) -> Option<u64> {
        match self {
            Packed::Same(cell, n) => (place < *n as usize).then_some(*cell),
            Packed::Small { base, is_text, values } => {
                let distance = match values {
                    Width::One(values) => wide(u64::from(*values.get(place)?), u64::from(u8::MAX)),
                    Width::Two(values) => wide(u64::from(*values.get(place)?), u64::from(u16::MAX)),
                    Width::Four(values) => wide(u64::from(*values.get(place)?), u64::from(u32::MAX)),
                };
                Some(unpack(distance, *base, *is_text))
            }
            Packed::Single(values) => {
                let value = *values.get(place)?;
                Some(if value.is_nan() { MISSING } else { f64::from(value).to_bits() })
            }
            Packed::Full(values) => values.get(place).copied(),
        }
    }

    /// Adds all cells to `out`, in order.
    pub fn unpack_into(&self, out: &mut Vec<u64>) {
        match self {
            Packed::Same(cell, n) => out.extend(std::iter::repeat_n(*cell, *n as usize)),
            Packed::Small { base, is_text, values } => {
                let cell = |distance| unpack(distance, *base, *is_text);
                match values {
                    Width::One(v) => out.extend(v.iter().map(|d| cell(wide(u64::from(*d), u64::from(u8::MAX))))),
                    Width::Two(v) => out.extend(v.iter().map(|d| cell(wide(u64::from(*d), u64::from(u16::MAX))))),
                    Width::Four(v) => out.extend(v.iter().map(|d| cell(wide(u64::from(*d), u64::from(u32::MAX))))),
                }
            }
            Packed::Single(values) => {
                out.extend(values.iter().map(|v| if v.is_nan() { MISSING } else { f64::from(*v).to_bits() }));
            }
            Packed::Full(values) => out.extend_from_slice(values),
        }
    }
}

fn wide(distance: u64, none: u64) -> Option<u64> {
    (distance != none).then_some(distance)
}

fn unpack(distance: Option<u64>, base: i64, is_text: bool) -> u64 {
    let Some(distance) = distance else { return MISSING };
    let value = base + distance as i64;
    if is_text { cell::text(value as u32) } else { (value as f64).to_bits() }
}

/// Packs cells that are all missing or codes, or all missing or whole numbers of a narrow range.
fn small(cells: &[u64], survey: &Survey) -> Option<Packed> {
    if survey.texts > 0 {
        if survey.numbers + survey.infinite > 0 {
            return None;
        }
        let codes = || cells.iter().filter_map(|cell| cell::code(*cell));
        let (least, most) = (codes().min()?, codes().max()?);
        let distance = |cell: &u64| cell::code(*cell).map_or(u32::MAX, |code| code - least);
        let values = Width::new(cells, f64::from(most - least), distance)?;
        return Some(Packed::Small { base: i64::from(least), is_text: true, values });
    }
    let Survey { min, max, .. } = *survey;
    let is_whole = survey.is_whole && !survey.has_minus_zero && survey.infinite == 0;
    if !is_whole || min <= -MOST_WHOLE || max >= MOST_WHOLE {
        return None;
    }
    // Whole numbers of this range are exact, and so are their differences.
    let distance = |cell: &u64| {
        let value = f64::from_bits(*cell);
        if value.is_nan() { u32::MAX } else { (value - min) as u32 }
    };
    let values = Width::new(cells, max - min, distance)?;
    Some(Packed::Small { base: min as i64, is_text: false, values })
}

impl Width {
    /// The distances of cells, `u32::MAX` for a missing one, in as few bytes as the largest of them needs; none if that
    /// is more than four.
    fn new(cells: &[u64], span: f64, distance: impl Fn(&u64) -> u32) -> Option<Width> {
        let distances = cells.iter().map(distance);
        if span < f64::from(u8::MAX) {
            return Some(Width::One(distances.map(|d| d.min(u32::from(u8::MAX)) as u8).collect()));
        }
        if span < f64::from(u16::MAX) {
            return Some(Width::Two(distances.map(|d| d.min(u32::from(u16::MAX)) as u16).collect()));
        }
        (span < f64::from(u32::MAX)).then(|| Width::Four(distances.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_went_in() {
        let number = |x: f64| x.to_bits();
        let rows: [(Vec<u64>, usize); 7] = [
            (vec![number(3.0); 50], 0),
            (vec![MISSING; 50], 0),
            ((0..50).map(|i| if i == 7 { MISSING } else { number(f64::from(i) - 20.0) }).collect(), 1),
            ((0..50).map(|i| cell::text(i * 400)).collect(), 2),
            ((0..50).map(|i| number(f64::from(i) / 4.0)).collect(), 4),
            ((0..50).map(|i| number(f64::from(i) / 3.0)).collect(), 8),
            ((0..50).map(|i| if i % 2 == 0 { number(0.5) } else { cell::text(i) }).collect(), 8),
        ];
        for (cells, each) in rows {
            let packed = Packed::new(&cells, &Survey::of(&cells));
            assert_eq!(packed.bytes(), size_of::<Packed>() + each * cells.len(), "{packed:?}");
            let mut back = Vec::new();
            packed.unpack_into(&mut back);
            assert_eq!(back, cells);
            assert_eq!((0..50).map(|place| packed.get(place).unwrap()).collect::<Vec<_>>(), cells);
            assert_eq!((packed.len(), packed.get(50)), (50, None));
        }
        for odd in [f64::INFINITY, -0.0, 1e300, 9.1e15] {
            let cells = [number(odd), number(1.0)];
            let mut back = Vec::new();
            Packed::new(&cells, &Survey::of(&cells)).unpack_into(&mut back);
            assert_eq!(back, cells);
        }
    }
}
