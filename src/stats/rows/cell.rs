//! A cell in 64 bits: a double, or a NaN that stands for a missing cell or for a text by its code.

/// A missing cell.
pub const MISSING: u64 = 0x7ff8_0000_0000_0000;
/// A text cell: its code stands in the lower 32 bits.
const TEXT: u64 = 0x7ff8_0001_0000_0000;
/// The code of texts that were too many to tell apart.
pub const OTHER: u32 = u32::MAX - 1;

/// The cell of a number; a NaN is missing.
pub fn number(value: f64) -> u64 {
    if value.is_nan() { MISSING } else { value.to_bits() }
}

/// The cell of a text with this code.
pub fn text(code: u32) -> u64 {
    TEXT | u64::from(code)
}

/// The code of a text.
pub fn code(cell: u64) -> Option<u32> {
    (cell & 0xffff_ffff_0000_0000 == TEXT).then_some(cell as u32)
}

/// The number of a cell.
pub fn as_number(cell: u64) -> Option<f64> {
    let value = f64::from_bits(cell);
    (!value.is_nan()).then_some(value)
}
