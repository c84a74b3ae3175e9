//! Numbers to the products of each two of them, added to sums: what covariances are made of.

/// Adds the product of every two numbers to its sum, a line of sums for each number. Not inlined: browsers optimise a function
/// that is called often, but not a long loop in one that is called once.
#[inline(never)]
pub fn add_products<'a>(z: &[f64], lines: impl Iterator<Item = &'a mut [f64]>) {
    for (a, line) in z.iter().zip(lines) {
        for (sum, b) in line.iter_mut().zip(z) {
            *sum += a * b;
        }
    }
}

/// The same right of the diagonal and on it.
#[inline(never)]
pub fn add_products_above(z: &[f64], sums: &mut [f64]) {
    for (place, (a, line)) in z.iter().zip(sums.chunks_exact_mut(z.len().max(1))).enumerate() {
        let (Some(line), Some(z)) = (line.get_mut(place..), z.get(place..)) else { return };
        for (sum, b) in line.iter_mut().zip(z) {
            *sum += a * b;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_added_for_all_pairs_or_above_the_diagonal() {
        let (mut all, mut above) = (vec![1.0; 4], vec![1.0; 4]);
        add_products(&[2.0, 3.0], all.chunks_exact_mut(2));
        add_products_above(&[2.0, 3.0], &mut above);
        assert_eq!((all, above), (vec![5.0, 7.0, 7.0, 10.0], vec![5.0, 7.0, 1.0, 10.0]));
    }
}
