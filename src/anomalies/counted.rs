//! Aggregates of many flows: sums that are unknown as soon as one part is, and counts of what is distinct.

use crate::maths::sorting::Arrange;
use crate::model::Flow;
use crate::model::flow::Known;

/// What adds up over flows.
#[derive(Clone, Debug)]
pub struct Sums {
    /// Flows.
    pub n: u32,
    /// Packets of originator and responder; not a number if those of a flow are unknown.
    pub packets: [f64; 2],
    /// Bytes on the wire of originator and responder; the same.
    pub bytes: [f64; 2],
    /// Durations together, seconds; the same.
    pub seconds: f64,
    /// Flows whose first contact was refused or not answered.
    pub n_failed: u32,
    /// TCP and UDP flows.
    pub n_of: [u32; 2],
    /// First packet of the first and last packet of the last flow, ns.
    pub extent_ns: Option<(i64, i64)>,
}

impl Default for Sums {
    fn default() -> Sums {
        Sums { n: 0, packets: [0.0; 2], bytes: [0.0; 2], seconds: 0.0, n_failed: 0, n_of: [0; 2], extent_ns: None }
    }
}

impl Sums {
    /// Adds a flow.
    pub fn add(&mut self, flow: &Flow) {
        self.n += 1;
        let sides = [(flow.forward(), Known::FORWARD), (flow.backward(), Known::BACKWARD)];
        for (((side, known), packets), bytes) in sides.into_iter().zip(&mut self.packets).zip(&mut self.bytes) {
            let measured = |needs: Known, figure: f64| flow.measured(known.with(needs), figure).unwrap_or(f64::NAN);
            *packets += measured(Known::PACKETS, f64::from(side.packets));
            *bytes += measured(Known::BYTES, side.bytes as f64);
        }
        self.seconds += flow.measured(Known::DURATION, flow.duration_ns() as f64 / 1e9).unwrap_or(f64::NAN);
        self.n_failed += u32::from(flow.has_failed());
        for (n, is) in self.n_of.iter_mut().zip([flow.is_tcp(), flow.is_udp()]) {
            *n += u32::from(is);
        }
        let (first, last) = self.extent_ns.unwrap_or((flow.first_ns, flow.last_ns));
        self.extent_ns = Some((first.min(flow.first_ns), last.max(flow.last_ns)));
    }

    /// A figure a flow; not a number without flows.
    pub fn per_flow(&self, figure: f64) -> f64 {
        if self.n > 0 { figure / f64::from(self.n) } else { f64::NAN }
    }

    /// Bytes of the originators over all bytes; not a number without bytes.
    pub fn sent_share(&self) -> f64 {
        let [sent, returned] = self.bytes;
        if sent + returned > 0.0 { sent / (sent + returned) } else { f64::NAN }
    }

    /// From the first to the last packet, seconds.
    pub fn extent_seconds(&self) -> f64 {
        self.extent_ns.map_or(f64::NAN, |(first, last)| (last - first) as f64 / 1e9)
    }
}

/// How many different second parts each first part has, of pairs in any order: one count for each of `n` first parts.
pub fn distinct<T: Ord>(n: usize, mut pairs: Vec<(u32, T)>) -> Vec<f64> {
    pairs.arrange();
    pairs.dedup();
    let mut counts = vec![0.0; n];
    for (first, _) in pairs {
        counts.iter_mut().skip(first as usize).take(1).for_each(|count| *count += 1.0);
    }
    counts
}

/// Standard deviation over mean of the gaps between moments, for each of `n` first parts; not a number for fewer than three
/// gaps.
pub fn irregularity(n: usize, mut moments: Vec<(u32, i64)>) -> Vec<f64> {
    moments.arrange();
    let mut values = vec![f64::NAN; n];
    for of in moments.chunk_by(|a, b| a.0 == b.0) {
        let gaps: Vec<f64> = of.windows(2).filter_map(|pair| Some((pair.last()?.1 - pair.first()?.1) as f64)).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len().max(1) as f64;
        let Some((first, _)) = of.first().filter(|_| gaps.len() >= 3 && mean > 0.0) else { continue };
        let variance = crate::maths::variance::of_population(gaps.iter().copied());
        values.iter_mut().skip(*first as usize).take(1).for_each(|slot| *slot = variance.sqrt() / mean);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_distinct_is_counted_once_and_a_beat_is_regular() {
        assert_eq!(distinct(3, vec![(0, 'a'), (2, 'b'), (0, 'a'), (0, 'c')]), [2.0, 0.0, 1.0]);
        let found =
            irregularity(3, vec![(0, 0), (0, 10), (0, 20), (0, 30), (1, 5), (2, 0), (2, 1), (2, 100), (2, 101)]);
        assert_eq!(found.first(), Some(&0.0));
        assert!(found[1].is_nan() && found[2] > 1.0);
    }
}
