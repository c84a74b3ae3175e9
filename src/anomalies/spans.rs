//! Windows of time to features: what adds up over the flows that begin in each, quiet windows among them.

use super::counted::{Sums, distinct};
use super::feature::Feature;
use crate::model::Flow;
use crate::pipeline::Pipeline;

/// Lengths to choose from, seconds.
const LENGTHS: &[f64] = &[
    0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 21_600.0,
    86_400.0,
];
/// Windows that a length is chosen for.
const WANTED: f64 = 200.0;
/// Most windows.
const MOST: f64 = 100_000.0;

const OF_WINDOW: &[(&str, &str, &str, &str)] = &[
    ("flows", "Volume", "", "flows that begin in it"),
    ("packets", "Volume", "packets", "packets of these flows"),
    ("bytes", "Volume", "B", "bytes on the wire of these flows"),
    ("share of bytes sent", "Volume", "", "bytes of the originators / of both; unknown without"),
    ("originators", "Who", "", "different hosts that open these flows"),
    ("responders", "Who", "", "different hosts that they are opened to"),
    ("host pairs", "Who", "", "different pairs of these"),
    ("ports contacted", "Who", "", "different ports of responders"),
    ("share failed", "Kind", "", "flows that were refused or not answered / flows; unknown without"),
    ("share of TCP", "Kind", "", "TCP flows / flows; unknown without"),
    ("share of UDP", "Kind", "", "UDP flows / flows; unknown without"),
    ("mean duration", "Kind", "s", "duration of the flows / their number; unknown without"),
];

/// Features of windows.
pub fn features() -> Vec<Feature> {
    OF_WINDOW.iter().map(|(name, group, unit, formula)| Feature::new(name, group, unit, formula)).collect()
}

/// Windows of equal length.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spans {
    first_ns: i64,
    length_ns: i64,
    n: usize,
}

fn flows(pipeline: &Pipeline) -> impl Iterator<Item = &Flow> {
    pipeline.flows().iter().map(|(_, flow)| flow).filter(|flow| flow.is_counted())
}

impl Spans {
    /// Windows of a length in seconds, or 0 for a round one that gives about two hundred; they begin at whole multiples of it.
    /// None without flows.
    pub fn of(pipeline: &Pipeline, seconds: f64) -> Option<Spans> {
        let first = flows(pipeline).map(|flow| flow.first_ns).min()?;
        let last = flows(pipeline).map(|flow| flow.first_ns).max()?;
        let extent = (last - first) as f64 / 1e9;
        let round = LENGTHS.iter().copied().find(|length| extent / length <= WANTED);
        let wanted = if seconds > 0.0 { seconds } else { round.unwrap_or(86_400.0) };
        let length_ns = (wanted.max(extent / MOST).max(1e-3) * 1e9).round() as i64;
        let start = first.div_euclid(length_ns) * length_ns;
        Some(Spans { first_ns: start, length_ns, n: ((last - start) / length_ns) as usize + 1 })
    }

    /// Windows.
    pub fn len(&self) -> usize {
        self.n
    }

    /// Length, seconds.
    pub fn seconds(&self) -> f64 {
        self.length_ns as f64 / 1e9
    }

    /// When a window begins and ends, ns since 1970.
    pub fn extent(&self, place: usize) -> (i64, i64) {
        let start = self.first_ns + place as i64 * self.length_ns;
        (start, start + self.length_ns)
    }

    /// All features of all windows, column by column.
    pub fn values(&self, pipeline: &Pipeline) -> Vec<Vec<f64>> {
        let n = self.n;
        let mut all = vec![Sums::default(); n];
        let [mut from, mut to] = [const { Vec::new() }; 2];
        let (mut pairs, mut ports) = (Vec::new(), Vec::new());
        for flow in flows(pipeline) {
            let place = ((flow.first_ns - self.first_ns) / self.length_ns) as u32;
            let Some(sums) = all.get_mut(place as usize) else { continue };
            sums.add(flow);
            let (originator, (responder, port)) = (flow.originator().0, flow.responder());
            from.push((place, originator));
            to.push((place, responder));
            pairs.push((place, (originator, responder)));
            if flow.is_tcp() || flow.is_udp() {
                ports.push((place, port));
            }
        }
        let column = |of: &dyn Fn(&Sums) -> f64| -> Vec<f64> { all.iter().map(of).collect() };
        vec![
            column(&|s| f64::from(s.n)),
            column(&|s| s.packets.iter().sum()),
            column(&|s| s.bytes.iter().sum()),
            column(&Sums::sent_share),
            distinct(n, from),
            distinct(n, to),
            distinct(n, pairs),
            distinct(n, ports),
            column(&|s| s.per_flow(f64::from(s.n_failed))),
            column(&|s| s.per_flow(f64::from(s.n_of[0]))),
            column(&|s| s.per_flow(f64::from(s.n_of[1]))),
            column(&|s| s.per_flow(s.seconds)),
        ]
    }
}
