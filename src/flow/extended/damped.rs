//! Damped incremental statistics of hosts and pairs over several decay factors, as in Kitsune (Mirsky, Doitshman,
//! Elovici and Shabtai, NDSS 2018, section IV-B and table I).
//!
//! A stream keeps weight, sum and sum of squares; before a value is added they fade by 2^(-λ Δt). So the statistics
//! tell of the last 1/λ seconds or so, and cost the same however long the stream is.

use super::recent::Recent;
use crate::maths::elementary::exp2;
use crate::maths::variance;
use crate::model::Addr;
use crate::model::format::time;

/// Decay factors λ, 1/s: the paper's own.
pub const DECAYS: [f64; 5] = [5.0, 3.0, 1.0, 0.1, 0.01];

/// Name, unit and formula of the statistics for each decay factor.
pub const NAMES: [(&str, &str, &str); 13] = [
    ("Host Size Weight", "packets", "damped count of packets that the originator's address sent to anyone"),
    ("Host Size Mean", "B", "damped mean of their bytes on the wire"),
    ("Host Size Std", "B", "damped standard deviation of their bytes on the wire"),
    ("Pair Size Weight", "packets", "damped count of packets that the originator's address sent to the responder's"),
    ("Pair Size Mean", "B", "damped mean of their bytes on the wire"),
    ("Pair Size Std", "B", "damped standard deviation of their bytes on the wire"),
    ("Pair Size Magnitude", "B", "√(mean² there + mean² back) of the bytes on the wire"),
    ("Pair Size Radius", "B²", "√(variance² there + variance² back) of the bytes on the wire"),
    ("Pair Size Covariance", "B²", "damped sum of products of residuals there and back / (weight there + weight back)"),
    ("Pair Size Correlation", "", "covariance / (standard deviation there × back); 0 where one is 0"),
    (
        "Pair Gap Weight",
        "gaps",
        "damped count of gaps between packets from the originator's address to the responder's",
    ),
    ("Pair Gap Mean", "µs", "damped mean of these gaps"),
    ("Pair Gap Std", "µs", "damped standard deviation of these gaps"),
];

/// Statistics in all: those of the first decay factor, then those of the next.
pub const N_DAMPED: usize = NAMES.len() * DECAYS.len();

/// Most hosts kept, twice.
const MOST_HOSTS: usize = 1 << 18;
/// Most pairs kept, twice; a pair takes 650 bytes.
const MOST_PAIRS: usize = 1 << 16;

/// Running statistics of all hosts and pairs.
pub(super) struct Damped {
    hosts: Recent<Addr, Stream>,
    pairs: Recent<(Addr, Addr), Pair>,
}

impl Default for Damped {
    fn default() -> Self {
        Damped { hosts: Recent::new(MOST_HOSTS), pairs: Recent::new(MOST_PAIRS) }
    }
}

/// One stream of values for every decay factor.
#[derive(Clone, Debug, Default)]
struct Stream {
    last_ns: Option<i64>,
    parts: [Part; DECAYS.len()],
}

#[derive(Clone, Copy, Debug, Default)]
struct Part {
    weight: f64,
    sum: f64,
    squares: f64,
}

/// What two addresses send each other: from the smaller, from the larger.
#[derive(Clone, Debug, Default)]
struct Pair {
    sizes: [Stream; 2],
    gaps: [Stream; 2],
    /// Latest residual of each way, and the damped sum of products of both, for every decay factor.
    joint: [([f64; 2], f64); DECAYS.len()],
    joint_ns: Option<i64>,
    /// Latest packet of each way.
    seen_ns: [Option<i64>; 2],
}

impl Damped {
    /// Takes a packet of this size.
    pub fn add(&mut self, source: Addr, target: Addr, bytes: f64, now: i64) {
        self.hosts.value(source).add(bytes, now);
        let (key, from) = ordered(source, target);
        self.pairs.value(key).add(from, bytes, now);
    }

    /// Writes the statistics of a packet that was added just now.
    pub fn snapshot(&self, source: Addr, target: Addr, out: &mut [f32; N_DAMPED]) {
        let (key, from) = ordered(source, target);
        let (Some(host), Some(pair)) = (self.hosts.get(&source), self.pairs.get(&key)) else { return };
        let [low, high] = &pair.sizes;
        let (there, back) = if from == 0 { (low, high) } else { (high, low) };
        let [low_gaps, high_gaps] = &pair.gaps;
        let gaps = if from == 0 { low_gaps } else { high_gaps };
        let parts = host.parts.iter().zip(&there.parts).zip(&back.parts).zip(&gaps.parts).zip(&pair.joint);
        for (out, ((((host, there), back), gaps), (_, products))) in out.chunks_exact_mut(NAMES.len()).zip(parts) {
            let (deviations, weights) = (there.deviation() * back.deviation(), there.weight + back.weight);
            let covariance = if weights > 0.0 { products / weights } else { 0.0 };
            let values = [
                host.weight,
                host.mean(),
                host.deviation(),
                there.weight,
                there.mean(),
                there.deviation(),
                length(there.mean(), back.mean()),
                length(there.variance(), back.variance()),
                covariance,
                if deviations > 0.0 { covariance / deviations } else { 0.0 },
                gaps.weight,
                gaps.mean(),
                gaps.deviation(),
            ];
            out.iter_mut().zip(values).for_each(|(slot, value)| *slot = value as f32);
        }
    }

    /// Hosts and pairs that were forgotten.
    pub fn n_forgotten(&self) -> u64 {
        self.hosts.n_forgotten + self.pairs.n_forgotten
    }
}

impl Pair {
    fn add(&mut self, from: usize, bytes: f64, now: i64) {
        let [low, high] = &mut self.sizes;
        let (there, back) = if from == 0 { (low, high) } else { (high, low) };
        if let (Some(seen), Some(gaps)) = (self.seen_ns.get_mut(from), self.gaps.get_mut(from)) {
            if let Some(last) = *seen {
                gaps.add((now - last).max(0) as f64 / 1e3, now);
            }
            *seen = (*seen).max(Some(now));
        }
        there.add(bytes, now);
        back.fade(now);
        let factors = factors(&mut self.joint_ns, now);
        for ((part, (residuals, products)), factor) in there.parts.iter().zip(&mut self.joint).zip(factors) {
            *products *= factor;
            let own = bytes - part.mean();
            if let Some(slot) = residuals.get_mut(from) {
                *slot = own;
            }
            *products += own * residuals.get(1 - from).copied().unwrap_or(0.0);
        }
    }
}

impl Stream {
    fn fade(&mut self, now: i64) {
        for (part, factor) in self.parts.iter_mut().zip(factors(&mut self.last_ns, now)) {
            part.weight *= factor;
            part.sum *= factor;
            part.squares *= factor;
        }
    }

    fn add(&mut self, value: f64, now: i64) {
        self.fade(now);
        for part in &mut self.parts {
            part.weight += 1.0;
            part.sum += value;
            part.squares += value * value;
        }
    }
}

impl Part {
    fn mean(&self) -> f64 {
        if self.weight > 0.0 { self.sum / self.weight } else { 0.0 }
    }

    fn variance(&self) -> f64 {
        variance::of_sums(self.weight, self.sum, self.squares)
    }

    fn deviation(&self) -> f64 {
        self.variance().sqrt()
    }
}

/// How much is left of what was kept at `last_ns`, for every decay factor; time never runs back.
fn factors(last_ns: &mut Option<i64>, now: i64) -> [f64; DECAYS.len()] {
    let last = last_ns.unwrap_or(now);
    *last_ns = Some(last.max(now));
    if now <= last {
        return [1.0; DECAYS.len()];
    }
    let seconds = (now - last) as f64 / time::SECOND as f64;
    DECAYS.map(|decay| exp2(-decay * seconds))
}

fn ordered(source: Addr, target: Addr) -> ((Addr, Addr), usize) {
    if source <= target { ((source, target), 0) } else { ((target, source), 1) }
}

fn length(a: f64, b: f64) -> f64 {
    (a * a + b * b).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the definition says, from all packets at once: the weight of each is 2^(-λ age).
    fn by_definition(packets: &[(f64, f64)], now: f64, decay: f64) -> (f64, f64, f64) {
        let weights: Vec<f64> = packets.iter().map(|(at, _)| exp2(-decay * (now - at))).collect();
        let weight: f64 = weights.iter().sum();
        let mean = packets.iter().zip(&weights).map(|((_, x), w)| w * x).sum::<f64>() / weight;
        let variance = packets.iter().zip(&weights).map(|((_, x), w)| w * (x - mean).powi(2)).sum::<f64>() / weight;
        (weight, mean, variance.sqrt())
    }

    #[test]
    fn running_statistics_are_those_of_the_definition() {
        let (a, b, c) = (Addr::v4([10, 0, 0, 1]), Addr::v4([10, 0, 0, 2]), Addr::v4([10, 0, 0, 3]));
        let packets = [(0.0, 60.0, b), (0.2, 1500.0, c), (0.5, 400.0, b), (3.0, 60.0, b), (3.1, 900.0, b)];
        let mut damped = Damped::default();
        for (at, bytes, to) in packets {
            damped.add(a, to, bytes, time::from_seconds(at));
        }
        let mut found = [0.0; N_DAMPED];
        damped.snapshot(a, b, &mut found);
        let host: Vec<(f64, f64)> = packets.iter().map(|(at, bytes, _)| (*at, *bytes)).collect();
        let pair: Vec<(f64, f64)> = packets.iter().filter(|p| p.2 == b).map(|(at, bytes, _)| (*at, *bytes)).collect();
        let gaps: Vec<(f64, f64)> = pair.windows(2).map(|two| (two[1].0, (two[1].0 - two[0].0) * 1e6)).collect();
        for (decay, found) in DECAYS.into_iter().zip(found.chunks(NAMES.len())) {
            for (series, at) in [(&host, 0), (&pair, 3), (&gaps, 10)] {
                let (weight, mean, deviation) = by_definition(series, 3.1, decay);
                for (expected, found) in [weight, mean, deviation].into_iter().zip(&found[at..]) {
                    let off = (f64::from(*found) - expected).abs();
                    assert!(off <= 1e-5 * expected.abs().max(1e-3), "λ {decay}, {at}: {found}, not {expected}");
                }
            }
            // Nothing came back.
            assert_eq!((found[6], found[8], found[9]), (found[4], 0.0, 0.0));
        }
    }

    #[test]
    fn answers_that_follow_the_questions_correlate() {
        let (a, b) = (Addr::v4([10, 0, 0, 1]), Addr::v4([10, 0, 0, 2]));
        let mut damped = Damped::default();
        for i in 0..40 {
            let (at, bytes) = (i64::from(i) * 50_000_000, if i / 8 % 2 == 0 { 100.0 } else { 300.0 });
            damped.add(a, b, bytes, at);
            damped.add(b, a, 4.0 * bytes, at + 1_000_000);
        }
        let mut found = [0.0; N_DAMPED];
        damped.snapshot(a, b, &mut found);
        let slowest = &found[4 * NAMES.len()..];
        assert!(slowest[8] > 0.0 && slowest[9] > 0.3, "{slowest:?}");
        assert!((slowest[11] - 50_000.0).abs() < 0.1 && slowest[12] < 10.0, "{slowest:?}");
        // Answers are four times as long as questions.
        assert!((slowest[6] / slowest[4] - 17.0_f32.sqrt()).abs() < 0.01, "{slowest:?}");
    }
}
