//! Round trips to one host to whether they jump between two levels again and again, as where a route flaps.

use super::Trip;
use crate::maths::order::upper_quantile;

/// Each level has so much of the round trips at least.
const LEAST_SHARE: f64 = 0.2;
/// From the tenth to the ninetieth in a hundred, the round trips of a level differ by this share of what lies between the
/// levels at most: what waits in a queue takes any time between.
const MOST_SPREAD: f64 = 0.25;
/// So often it jumps at least: there and back, twice.
const LEAST_JUMPS: usize = 4;
/// And so many round trips in a row it stays, in the mean: that every second one differs is a habit of the other side (late
/// acknowledgments) or a load that is shared out by packet.
const LEAST_STAY: usize = 3;

/// Between which levels they jump, µs, and how often; none if they do not.
pub fn two_levels(trips: &[Trip]) -> Option<(f64, f64, usize)> {
    let mut sorted: Vec<f64> = trips.iter().map(|trip| f64::from(trip.1)).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let least = ((LEAST_SHARE * n as f64) as usize).max(1);
    // The widest step among those that leave enough on both sides.
    let steps = sorted.windows(2).enumerate().skip(least - 1).take((n + 1).saturating_sub(2 * least));
    let widths = steps.filter_map(|(place, pair)| Some((pair.last()? - pair.first()?, place + 1)));
    let (_, cut) = widths.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let (low, high) = sorted.split_at_checked(cut)?;
    let quantile = |level: &[f64], share| upper_quantile(level.to_vec(), share, f64::total_cmp);
    let (a, b) = (quantile(low, 0.5), quantile(high, 0.5));
    let is_tight = |level: &[f64]| quantile(level, 0.9) - quantile(level, 0.1) <= MOST_SPREAD * (b - a);
    let border = high.first()?;
    let is_high: Vec<bool> = trips.iter().map(|trip| f64::from(trip.1) >= *border).collect();
    let n_jumps = is_high.windows(2).filter(|pair| pair.first() != pair.last()).count();
    (is_tight(low) && is_tight(high) && n_jumps >= LEAST_JUMPS && n >= LEAST_STAY * (n_jumps + 1))
        .then_some((a, b, n_jumps))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_tight_levels_in_turns_are_a_flapping_route_and_a_queue_is_not() {
        let trips = |micros: &dyn Fn(u32) -> u32| (0..60).map(|i| (i64::from(i), micros(i))).collect::<Vec<Trip>>();
        let (low, high, n_jumps) =
            two_levels(&trips(&|i| if i / 10 % 2 == 0 { 20_000 + i } else { 180_000 + 20 * i })).unwrap();
        assert!(low < 21_000.0 && high > 180_000.0 && n_jumps == 5);
        assert_eq!(two_levels(&trips(&|i| if i % 2 == 0 { 20_000 } else { 180_000 })), None, "each second one");
        assert_eq!(two_levels(&trips(&|i| if i < 30 { 20_000 } else { 180_000 })), None, "once");
        assert_eq!(two_levels(&trips(&|i| 20_000 + 9000 * (i % 20))), None, "a queue that grows and empties");
        assert_eq!(two_levels(&[]), None);
    }
}
