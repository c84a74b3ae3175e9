//! Ranks of several methods to how far every two of them agree.

/// How far two methods agree.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Agreement {
    /// Spearman's correlation of the ranks, from -1 to 1; 0 where one method finds all rows alike.
    pub correlation: f64,
    /// The share of the most unusual rows of each that both have, from 0 to 1.
    pub shared: f64,
}

/// The rows that one method ranks highest, of equal ones the first; in ascending order.
fn highest(ranks: &[f64], most: usize) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..).take(ranks.len()).collect();
    let rank = |row: u32| ranks.get(row as usize).copied().unwrap_or(0.0);
    rows.sort_unstable_by(|a, b| rank(*b).total_cmp(&rank(*a)).then(a.cmp(b)));
    rows.truncate(most);
    rows.sort_unstable();
    rows
}

/// One for each pair of methods, as in a matrix, row by row; `most` of the most unusual rows are compared. Ranks are means of
/// ties, so that the correlation of ranks is Spearman's.
pub fn agreements(ranks: &[Vec<f64>], most: usize) -> Vec<Agreement> {
    let tops: Vec<Vec<u32>> = ranks.iter().map(|ranks| highest(ranks, most)).collect();
    let centred: Vec<Vec<f64>> = ranks.iter().map(|ranks| centred(ranks)).collect();
    let mut all = Vec::with_capacity(ranks.len() * ranks.len());
    for (a, top) in centred.iter().zip(&tops) {
        for (b, other) in centred.iter().zip(&tops) {
            let both = top.iter().filter(|row| other.binary_search(row).is_ok()).count();
            all.push(Agreement { correlation: product(a, b), shared: both as f64 / top.len().max(1) as f64 });
        }
    }
    all
}

/// Without the mean, and of length 1.
fn centred(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let length = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>().sqrt();
    let scale = if length > 1e-12 { 1.0 / length } else { 0.0 };
    values.iter().map(|x| (x - mean) * scale).collect()
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>().clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_rank_alike_agree_and_those_that_rank_the_other_way_round_do_not() {
        let up: Vec<f64> = (0..100).map(f64::from).collect();
        let down: Vec<f64> = (0..100).rev().map(f64::from).collect();
        let all = agreements(&[up.clone(), up, down], 10);
        let [same, other, against] = [all[0], all[1], all[2]];
        assert!((same.correlation - 1.0).abs() < 1e-12 && (other.correlation - 1.0).abs() < 1e-12);
        assert!((against.correlation + 1.0).abs() < 1e-12);
        assert_eq!((same.shared, other.shared, against.shared), (1.0, 1.0, 0.0));
        assert_eq!(all.len(), 9);
        assert_eq!(agreements(&[vec![0.5; 4]], 2)[0].correlation, 0.0);
    }
}
