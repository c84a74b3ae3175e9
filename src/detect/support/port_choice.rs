//! Decides how the destination ports of many flows were chosen: one after the other, as scans do, or at random with
//! repetitions, as floods do.

use crate::detect::detector::Context;
use crate::detect::support::flow_selector::{Between, visit};
use crate::maths::elementary::exp_m1;
use crate::model::Flow;
use std::collections::BTreeSet;

/// The target ports of some flows.
#[derive(Clone, Debug, Default)]
pub struct PortChoice {
    n_flows: usize,
    ports: BTreeSet<u16>,
}

/// Fewest repetitions expected by chance, so that they can be distinguished from none.
const LEAST_EXPECTED: f64 = 8.0;
/// Random repetitions are within this factor of the expected number.
const FACTOR: f64 = 1.7;
/// Beyond this share of the range, going through it several times looks the same.
const MOST_SHARE: f64 = 0.25;

impl PortChoice {
    /// Of the kept flows between the ends of each case that are meant.
    pub fn of_cases(
        context: &Context<'_>,
        cases: &[Between],
        is_meant: impl Fn(usize, &Flow) -> bool,
    ) -> Vec<PortChoice> {
        let mut choices = vec![PortChoice::default(); cases.len()];
        visit(context, cases, |place, _, flow| {
            if let Some(choice) = choices.get_mut(place).filter(|_| is_meant(place, flow)) {
                choice.add(flow.responder().1);
            }
        });
        choices
    }

    fn add(&mut self, port: u16) {
        self.n_flows += 1;
        self.ports.insert(port);
    }

    /// True if ports come again about as often as numbers drawn at random from their range do (the birthday problem:
    /// `n - N (1 - exp(-n/N))` repetitions among `n` of `N`). Whoever looks for open ports tries each once, or as often as
    /// all others.
    pub fn is_random(&self) -> bool {
        let (Some(first), Some(last)) = (self.ports.first(), self.ports.last()) else { return false };
        let (n, range) = (self.n_flows as f64, f64::from(last - first) + 1.0);
        let expected = n + range * exp_m1(-n / range);
        let n_repeated = n - self.ports.len() as f64;
        expected >= LEAST_EXPECTED
            && n <= MOST_SHARE * range
            && (expected / FACTOR..=expected * FACTOR).contains(&n_repeated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_random(ports: impl Iterator<Item = u16>) -> bool {
        let mut choice = PortChoice::default();
        ports.for_each(|port| choice.add(port));
        choice.is_random()
    }

    #[test]
    fn what_is_drawn_at_random_repeats_itself_and_scans_do_not() {
        let any = |i: u64| ((i * i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 47) as u16;
        assert!(is_random((1..4000).map(any)));
        assert!(!is_random((1..4000).map(|i| (i as u16).wrapping_mul(16_381))), "each once");
        assert!(!is_random((1..4000).chain(1..4000)), "all twice");
        assert!(!is_random((1..500).map(any)), "too few to say");
    }
}
