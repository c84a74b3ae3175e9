//! Rows to how rare their values are in a histogram of each column.

use crate::learn::method::{Cost, Fitted, Method, Refusal, Training};
use crate::learn::trace::Traced;
use crate::learn::work::{Work, share};
use crate::maths::elementary::log2;
use crate::settings::Descriptor;

const BINS: Descriptor = Descriptor::count("hbos.bins", "Bins", 10.0)
    .range(2.0, 100.0)
    .unit("bins")
    .offered("Bins of equal width in the histogram of each column. 10 is the usual choice.");
/// Added to a bin's height, of which the highest has 1: an empty bin is rare, not impossible.
const LEAST: f64 = 0.1;
/// Most rows that are counted.
const MOST_ROWS: usize = 200_000;

/// Line in the register.
pub const METHOD: Method = Method {
    id: "hbos",
    label: "Histograms of the columns (HBOS)",
    help: "A row is unusual if its values fall where few others do, column by column. Very fast; it does not see how \
           columns go together.",
    fails: "Rows whose every value is common and only their combination is odd: it looks at one column at a time.",
    source: "Goldstein and Dengel, HBOS, KI 2012, with bins of equal width on prepared columns.",
    explains: "The terms of the sum: the negative logarithm of the bin's height, by column.",
    parameters: &[BINS],
    cost: Cost::Light,
    fewest_rows: 5,
    leaves_missing_out: true,
    fit,
};

struct Hbos {
    columns: Vec<Histogram>,
    sampled: Option<usize>,
}

struct Histogram {
    low: f32,
    high: f32,
    /// Of each bin.
    rarities: Vec<f64>,
}

fn fit(training: &Training<'_>, work: &mut Work<'_>) -> Result<Box<dyn Fitted>, Refusal> {
    let members = training.sample(MOST_ROWS);
    let width = training.rows.n_columns();
    let n_bins = training.settings.get(&BINS) as usize;
    let mut columns = Vec::with_capacity(width);
    for column in 0..width {
        work.spend(members.len() * 4, share(column, width))?;
        let values = || {
            let all = members.iter().map(|row| training.rows.at(*row as usize, column));
            all.filter(|x| x.is_finite())
        };
        let (low, high) = (values().fold(f32::INFINITY, f32::min), values().fold(f32::NEG_INFINITY, f32::max));
        let mut histogram = Histogram { low, high, rarities: vec![0.0; n_bins] };
        for value in values() {
            let place = histogram.place(value);
            histogram.rarities.iter_mut().skip(place).take(1).for_each(|n| *n += 1.0);
        }
        let most = histogram.rarities.iter().copied().fold(1.0, f64::max);
        histogram.rarities.iter_mut().for_each(|n| *n = -log2(*n / most + LEAST));
        training.tell(|| Traced::Bins { column, range: [low, high], rarities: histogram.rarities.clone() });
        columns.push(histogram);
    }
    let is_sample = members.len() < training.rows.n_rows();
    Ok(Box::new(Hbos { columns, sampled: is_sample.then_some(members.len()) }))
}

impl Histogram {
    fn place(&self, value: f32) -> usize {
        let width = (self.high - self.low).max(f32::MIN_POSITIVE);
        let place = (value - self.low) / width * self.rarities.len() as f32;
        (place.max(0.0) as usize).min(self.rarities.len().saturating_sub(1))
    }

    fn rarity(&self, value: f32) -> f64 {
        if !value.is_finite() {
            return 0.0;
        }
        if value < self.low || value > self.high {
            return -log2(LEAST);
        }
        self.rarities.get(self.place(value)).copied().unwrap_or(0.0)
    }
}

impl Fitted for Hbos {
    fn score(&self, row: &[f32], _own: Option<u32>) -> f64 {
        row.iter().zip(&self.columns).map(|(value, histogram)| histogram.rarity(*value)).sum()
    }

    fn cost_of_row(&self) -> usize {
        self.columns.len() * 5
    }

    fn contributions(&self, row: &[f32], _own: Option<u32>, _typical: &[f32]) -> Vec<f64> {
        row.iter().zip(&self.columns).map(|(value, histogram)| histogram.rarity(*value)).collect()
    }

    fn sampled(&self) -> Option<usize> {
        self.sampled
    }
}
