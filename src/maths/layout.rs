//! A network of nodes to places on a plane: nodes push each other away, edges pull their ends together.
//!
//! Source: Fruchterman and Reingold, "Graph drawing by force-directed placement", 1991, where nodes far apart do not push each
//! other, with a pull to the middle, so that parts without an edge between them stay together. Only basic arithmetic and square roots, so the places are the same everywhere.

/// Steps until the places are final.
const STEPS: usize = 220;
/// Pull to the middle, as a share of a node's distance from it.
const GRAVITY: f64 = 0.9;
/// How far nodes push each other, in ideal distances.
const REACH: f64 = 6.0;
/// Largest step at first, in ideal distances.
const FIRST_STEP: f64 = 2.0;

/// Places of `n` nodes with these edges, each with a weight from 0 to 1. The longer side of the box around them goes from 0 to 1,
/// the shorter one lies in its middle; both have the same scale. Time grows with `n` squared.
pub fn places(n: usize, edges: &[(usize, usize, f64)]) -> Vec<(f64, f64)> {
    let mut at = start(n);
    let mut step = FIRST_STEP;
    for _ in 0..STEPS {
        let mut force = vec![(0.0, 0.0); n];
        for (i, here) in at.iter().enumerate() {
            let mut sum = (-GRAVITY * 0.1 * here.0, -GRAVITY * 0.1 * here.1);
            for (j, there) in at.iter().enumerate() {
                if i != j {
                    let (dx, dy) = (here.0 - there.0, here.1 - there.1);
                    let square = (dx * dx + dy * dy).max(1e-4);
                    if square < REACH * REACH {
                        sum = (sum.0 + dx / square, sum.1 + dy / square);
                    }
                }
            }
            if let Some(own) = force.get_mut(i) {
                *own = sum;
            }
        }
        for &(from, to, weight) in edges {
            let (Some(a), Some(b)) = (at.get(from), at.get(to)) else { continue };
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let pull = (dx * dx + dy * dy).sqrt() * (0.3 + 0.7 * weight.clamp(0.0, 1.0));
            if let Some(own) = force.get_mut(from) {
                *own = (own.0 + dx * pull, own.1 + dy * pull);
            }
            if let Some(own) = force.get_mut(to) {
                *own = (own.0 - dx * pull, own.1 - dy * pull);
            }
        }
        for (place, force) in at.iter_mut().zip(&force) {
            let length = (force.0 * force.0 + force.1 * force.1).sqrt().max(1e-9);
            let share = length.min(step) / length;
            *place = (place.0 + force.0 * share, place.1 + force.1 * share);
        }
        step *= 0.975;
    }
    fitted(at)
}

/// Nodes on a square spiral from the middle, a little off the lines so that no two forces cancel out.
fn start(n: usize) -> Vec<(f64, f64)> {
    let (mut x, mut y, mut dx, mut dy) = (0_i32, 0_i32, 1_i32, 0_i32);
    let (mut side, mut left, mut turns) = (1, 1, 0);
    let mut places = Vec::with_capacity(n);
    for i in 0..n {
        let off = (i * 7 % 11) as f64 / 40.0;
        places.push((f64::from(x) + off, f64::from(y) + (i * 5 % 13) as f64 / 50.0));
        (x, y, left) = (x + dx, y + dy, left - 1);
        if left == 0 {
            (dx, dy) = (-dy, dx);
            turns += 1;
            side += usize::from(turns % 2 == 0);
            left = side;
        }
    }
    places
}

fn fitted(at: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let range = |value: fn(&(f64, f64)) -> f64| {
        at.iter().map(value).fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), own| (low.min(own), high.max(own)))
    };
    let ((left, right), (top, bottom)) = (range(|place| place.0), range(|place| place.1));
    let longer = (right - left).max(bottom - top);
    if !(longer > 0.0 && longer.is_finite()) {
        return vec![(0.5, 0.5); at.len()];
    }
    let middle = ((left + right) / 2.0, (top + bottom) / 2.0);
    at.iter().map(|place| (0.5 + (place.0 - middle.0) / longer, 0.5 + (place.1 - middle.1) / longer)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
        ((a.0 - b.0) * (a.0 - b.0) + (a.1 - b.1) * (a.1 - b.1)).sqrt()
    }

    #[test]
    fn what_is_joined_lies_closer_and_all_is_within_the_box() {
        // Two stars, joined by nothing.
        let edges: Vec<(usize, usize, f64)> =
            (1..10).map(|i| (0, i, 1.0)).chain((11..20).map(|i| (10, i, 1.0))).collect();
        let at = places(20, &edges);
        assert_eq!(at, places(20, &edges));
        assert!(at.iter().all(|(x, y)| (0.0..=1.0).contains(x) && (0.0..=1.0).contains(y)));
        let own: f64 = (1..10).map(|i| distance(at[0], at[i])).sum::<f64>() / 9.0;
        let other: f64 = (11..20).map(|i| distance(at[0], at[i])).sum::<f64>() / 9.0;
        assert!(own * 1.5 < other, "{own} {other}");
        let least = (0..20).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| distance(at[i], at[j]));
        assert!(least.fold(f64::INFINITY, f64::min) > 0.01);
        assert_eq!((places(1, &[]), places(0, &[])), (vec![(0.5, 0.5)], vec![]));
        assert!(places(2, &[(0, 1, 1.0), (0, 7, 1.0)]).iter().all(|place| place.0.is_finite()));
    }
}
