//! Small samples of two columns that show what methods see and what they miss; made from a fixed seed.

use crate::learn::matrix::Matrix;
use crate::learn::random::{Random, normal};

/// Samples: id, and what it is.
pub const SAMPLES: [(&str, &str); 3] = [
    ("cloud", "One cloud and three rows far out"),
    ("groups", "Two groups of different width, and rows between them"),
    ("band", "A band: the columns go together, two rows break that"),
];
/// Of the samples.
const SEED: u64 = 2024;

/// The rows of a sample, columns of mean 0 and deviation 1, about.
pub fn sample(id: &str) -> Matrix {
    let mut random = Random::new(SEED);
    let mut rows = Matrix::new(2);
    let mut add = |x: f64, y: f64| {
        rows.push_with(|row| row.iter_mut().zip([x, y]).for_each(|(slot, value)| *slot = value as f32));
    };
    match id {
        "groups" => {
            for place in 0..90 {
                let (x, y, wide) = if place % 3 == 0 { (1.3, 1.1, 0.16) } else { (-0.7, -0.5, 0.42) };
                add(x + wide * normal(&mut random), y + wide * normal(&mut random));
            }
            [(0.4, 0.2), (1.3, -1.2), (-0.6, 1.7)].into_iter().for_each(|(x, y)| add(x, y));
        }
        "band" => {
            for _ in 0..90 {
                let along = normal(&mut random);
                add(0.9 * along + 0.14 * normal(&mut random), 0.9 * along + 0.14 * normal(&mut random));
            }
            [(1.1, -1.0), (-0.9, 0.8)].into_iter().for_each(|(x, y)| add(x, y));
        }
        _ => {
            for _ in 0..90 {
                add(0.7 * normal(&mut random), 0.7 * normal(&mut random));
            }
            [(2.9, 2.4), (-2.6, 2.2), (2.4, -2.7)].into_iter().for_each(|(x, y)| add(x, y));
        }
    }
    rows
}

/// Where the sample lies, to coordinates from 0 to 1 with some room at the edges.
pub struct Frame {
    low: [f32; 2],
    span: [f32; 2],
}

/// Share of the frame that is left free on each side.
const ROOM: f32 = 0.06;

impl Frame {
    /// Around these rows.
    pub fn of(rows: &Matrix) -> Frame {
        let ends = [0, 1].map(|column| {
            let values = rows.rows().filter_map(|row| row.get(column));
            values.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)))
        });
        Frame { low: ends.map(|(low, _)| low), span: ends.map(|(low, high)| (high - low).max(f32::MIN_POSITIVE)) }
    }

    /// A value of a column.
    pub fn at(&self, column: usize, value: f64) -> f32 {
        let low = self.low.get(column).copied().unwrap_or(0.0);
        (ROOM + (value as f32 - low) * self.scale(column)).clamp(-1.0, 2.0)
    }

    /// How much of the frame 1 of a column is.
    pub fn scale(&self, column: usize) -> f32 {
        (1.0 - 2.0 * ROOM) / self.span.get(column).copied().unwrap_or(1.0)
    }

    /// A point.
    pub fn point(&self, row: &[f32]) -> (f32, f32) {
        let value = |column: usize| f64::from(row.get(column).copied().unwrap_or(0.0));
        (self.at(0, value(0)), self.at(1, value(1)))
    }
}
