//! Measures a run of cells once for both its totals and its packing.

use super::cell;

/// What a run of cells holds.
#[derive(Clone, Copy, Debug)]
pub struct Survey {
    /// All cells are the same.
    pub is_same: bool,
    /// Finite numbers.
    pub numbers: u64,
    /// Infinite numbers.
    pub infinite: u64,
    /// Texts.
    pub texts: u64,
    /// All finite numbers are whole, and 64 bits can hold them.
    pub is_whole: bool,
    /// A number is -0.
    pub has_minus_zero: bool,
    /// Smallest finite number; infinite if there is none.
    pub min: f64,
    /// Largest finite number.
    pub max: f64,
    /// Mean of the finite numbers; 0 if there is none.
    pub mean: f64,
}

const MINUS_ZERO: u64 = 1 << 63;
/// Larger whole numbers do not fit into 64 bits.
const MOST_WHOLE: f64 = 9.2e18;

/// True for a finite number without a part behind the point. Such a part gets lost where doubles are whole numbers.
#[inline]
fn is_whole_number(value: f64) -> bool {
    const FIRST_WHOLE: f64 = 4_503_599_627_370_496.0;
    let size = value.abs();
    size >= FIRST_WHOLE || (size + FIRST_WHOLE) - FIRST_WHOLE == size
}

impl Survey {
    /// Looks at cells. Not inlined: in the long function that takes records, browsers would keep its sums in memory.
    #[inline(never)]
    pub fn of(cells: &[u64]) -> Survey {
        let is_same = cells.split_first().is_none_or(|(first, rest)| rest.iter().all(|cell| cell == first));
        // Most columns of flows are the same for thousands of rows.
        let looked_at = if is_same { cells.get(..1).unwrap_or_default() } else { cells };
        let (mut numbers, mut infinite, mut texts) = (0_u64, 0_u64, 0_u64);
        let (mut sum, mut min, mut max) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
        let (mut is_whole, mut has_minus_zero) = (true, false);
        for cell in looked_at {
            let value = f64::from_bits(*cell);
            if value.is_finite() {
                numbers += 1;
                sum += value;
                min = if value < min { value } else { min };
                max = if value > max { value } else { max };
                is_whole &= is_whole_number(value);
                has_minus_zero |= *cell == MINUS_ZERO;
            } else if !value.is_nan() {
                infinite += 1;
            } else if cell::code(*cell).is_some() {
                texts += 1;
            }
        }
        is_whole &= numbers == 0 || (min > -MOST_WHOLE && max < MOST_WHOLE);
        let mean = if numbers == 0 { 0.0 } else { sum / numbers as f64 };
        let times = if is_same { cells.len() as u64 } else { 1 };
        let [numbers, infinite, texts] = [numbers, infinite, texts].map(|n| n * times);
        Survey { is_same, numbers, infinite, texts, is_whole, has_minus_zero, min, max, mean }
    }
}
