//! Good and bad moments to the stretch of time in which the bad ones gather; who is affected and for how long to the impact
//! of trouble.

use crate::detect::support::severity::Impact;
use crate::model::format::time::SECOND;

/// Trouble that lasts so long is no moment's: people have noticed it by then (Nielsen, Usability Engineering 1993, chapter
/// 5: ten seconds is the most that anybody waits for; three times that).
pub const LONG_NS: i64 = 30 * SECOND;

/// What trouble does that `n_hosts` have for so long: an outage where several have it for long, else a nuisance.
pub fn impact(n_hosts: usize, duration_ns: i64) -> Impact {
    if n_hosts >= 2 && duration_ns >= LONG_NS { Impact::OUTAGE } else { Impact::NUISANCE }
}

/// Of moments in the order of time, each bad or not, the places of the first and last of the stretch in which bad ones are
/// furthest above this share: the segment of the largest sum (Bentley, Programming Pearls, column 8). None if no moment is
/// bad.
pub fn worst_stretch(are_bad: impl IntoIterator<Item = bool>, share: f64) -> Option<(usize, usize)> {
    let mut best: Option<(f64, usize, usize)> = None;
    let (mut sum, mut first) = (0.0, 0);
    for (place, is_bad) in are_bad.into_iter().enumerate() {
        if sum <= 0.0 {
            (sum, first) = (0.0, place);
        }
        sum += if is_bad { 1.0 - share } else { -share };
        if sum > 0.0 && best.is_none_or(|(most, ..)| sum > most) {
            best = Some((sum, first, place));
        }
    }
    best.map(|(_, first, last)| (first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_stretch_leaves_out_the_good_time_before_and_behind() {
        let moments: Vec<bool> = "..x.....xx.xxx.x......".chars().map(|c| c == 'x').collect();
        assert_eq!(worst_stretch(moments.clone(), 0.5), Some((8, 15)));
        assert_eq!(worst_stretch(moments, 0.1), Some((2, 15)));
        assert_eq!(worst_stretch([false; 5], 0.1), None);
    }

    #[test]
    fn what_one_host_has_for_a_moment_is_a_nuisance() {
        assert_eq!((impact(1, 2 * LONG_NS), impact(3, SECOND)), (Impact::NUISANCE, Impact::NUISANCE));
        assert_eq!(impact(2, LONG_NS), Impact::OUTAGE);
    }
}
