//! Flows over time to findings of lasting changes: packets, bytes, new flows or new hosts far above the capture's own usual.

use super::draft::{self, evidence, lines};
use super::gather::Gathered;
use super::severity::{Impact, rate};
use super::tally::{Map, Tally};
use super::{Card, Conclusion, Context, Detector, Ended, Entry, Wants};
use crate::model::time::{SECOND, span};
use crate::model::{Category, Direction, Finding, Flow, Host};
use crate::settings::{Descriptor, Effect};

const CARD: Card = Card {
    id: "traffic_change",
    name: "Change of traffic",
    category: Category::Statistical,
    technique: None,
    sees: "For some time there is many times more traffic than usual in this capture: packets, bytes, new connections, or hosts never seen before.",
    matters: "Floods, scans, worms and large transfers all show as such a step, also those that no other rule knows.",
    otherwise: "A backup, an update, a download, the start of work in the morning.",
    source: "CUSUM: Page, Continuous Inspection Schemes, Biometrika 1954; robust mean and spread by median and MAD (Hampel 1974), so that the change itself does not shift what counts as usual.",
};

const RATIO: Descriptor = Descriptor {
    id: "traffic_change.ratio",
    label: "Times the usual",
    help: "How many times more than the median of the capture it must be on average while it lasts. Ordinary traffic swings by a few times.",
    unit: "times",
    min: 2.0,
    max: 10_000.0,
    default: 10.0,
    is_whole: false,
    effect: Effect::Judge,
};
const SETTINGS: &[Descriptor] = &[RATIO];

/// Line in the table of detectors.
pub const ENTRY: Entry =
    Entry { card: CARD, settings: SETTINGS, wants: Wants::ANY_FLOW, make: || Box::new(TrafficChange::default()) };

/// Most bins; when a time falls past the last, neighbours are joined and bins are twice as wide.
const MOST_BINS: usize = 512;
/// Fewer bins have no usual.
const LEAST_BINS: usize = 20;
/// Slack of the cumulative sum, its alarm, and the most that one bin adds to it, in spreads: one peak alone is no change.
const SLACK: f64 = 1.0;
const ALARM: f64 = 20.0;
const MOST_STEP: f64 = 8.0;
/// Bins that a change lasts at least.
const LEAST_BINS_OF_CHANGE: usize = 3;
/// What is measured, and the least that a change must bring in all: a handful of connections in a quiet capture is none.
const MEASURES: [(&str, &str, f64); 4] = [
    ("Packets", "packets", 5000.0),
    ("Bytes", "B", 5e6),
    ("New connections", "connections", 300.0),
    ("New hosts", "hosts", 50.0),
];
/// Most hosts told apart.
const MOST_HOSTS: usize = 1 << 18;
/// Most findings.
const MOST_FINDINGS: usize = 5;

#[derive(Default)]
struct TrafficChange {
    bins: Bins,
    hosts: Tally<Host, (), MOST_HOSTS>,
}

/// Sums over time, in bins that widen as the capture turns out longer.
#[derive(Clone, Default)]
struct Bins {
    sums: Vec<[f64; MEASURES.len()]>,
    /// Number of the first bin: its time over the width.
    first: i64,
    width_ns: i64,
}

impl Bins {
    /// The place of the bin of a time, made if need be.
    fn place(&mut self, time_ns: i64) -> usize {
        if self.width_ns == 0 {
            (self.width_ns, self.first) = (SECOND, time_ns.div_euclid(SECOND));
        }
        loop {
            let place = time_ns.div_euclid(self.width_ns) - self.first;
            let last = self.sums.len() as i64 - 1;
            if place.max(last) - place.min(0) < MOST_BINS as i64 {
                if place < 0 {
                    self.sums.splice(0..0, std::iter::repeat_n([0.0; MEASURES.len()], place.unsigned_abs() as usize));
                    self.first += place;
                    return 0;
                }
                if place > last {
                    self.sums.resize(place as usize + 1, [0.0; MEASURES.len()]);
                }
                return place as usize;
            }
            self.widen();
        }
    }

    fn widen(&mut self) {
        let first = self.first.div_euclid(2);
        let mut sums = vec![[0.0; MEASURES.len()]; self.sums.len() / 2 + 1];
        for (number, sum) in (self.first..).zip(&self.sums) {
            if let Some(joined) = sums.get_mut((number.div_euclid(2) - first) as usize) {
                joined.iter_mut().zip(sum).for_each(|(joined, sum)| *joined += sum);
            }
        }
        (self.sums, self.first, self.width_ns) = (sums, first, self.width_ns * 2);
    }

    fn add(&mut self, place: usize, measure: usize, value: f64) {
        if let Some(sum) = self.sums.get_mut(place).and_then(|sums| sums.get_mut(measure)) {
            *sum += value;
        }
    }

    /// Spreads packets and bytes of one direction evenly over its time.
    fn spread(&mut self, direction: &Direction) {
        if direction.packets == 0 {
            return;
        }
        // The last bin may widen all: the first is looked up again.
        let last = self.place(direction.last_ns);
        let first = self.place(direction.first_ns).min(last);
        let last = self.place(direction.last_ns);
        let n = (last - first + 1) as f64;
        for place in first..=last {
            self.add(place, 0, f64::from(direction.packets) / n);
            self.add(place, 1, direction.bytes as f64 / n);
        }
    }

    fn time(&self, place: usize) -> i64 {
        (self.first + place as i64) * self.width_ns
    }
}

impl Detector for TrafficChange {
    fn observe_flow(&mut self, ended: &Ended<'_>) {
        let flow = ended.flow;
        self.bins.spread(flow.forward());
        self.bins.spread(flow.backward());
        let place = self.bins.place(flow.first_ns);
        self.bins.add(place, 2, 1.0);
        for host in [flow.key.low, flow.key.high] {
            if self.hosts.get(&host).is_none() && self.hosts.of(host).is_some() {
                self.bins.add(place, 3, 1.0);
            }
        }
    }

    fn conclude(&mut self, context: &Context<'_>) -> Conclusion {
        let ratio = context.settings.get(&RATIO);
        if self.bins.sums.len() < LEAST_BINS {
            let why = format!(
                "The capture is too short to tell what is usual: {} of {LEAST_BINS} bins",
                self.bins.sums.len()
            );
            return Conclusion { not_enough_data: Some(why), ..Conclusion::default() };
        }
        let mut changes: Vec<Change> = Vec::new();
        for measure in 0..MEASURES.len() {
            let values: Vec<f64> = self.bins.sums.iter().filter_map(|sums| sums.get(measure).copied()).collect();
            let Some(change) = change(&values, measure, ratio) else { continue };
            // What changes together is one change.
            match changes.iter_mut().find(|other| other.from <= change.to && change.from <= other.to) {
                Some(other) => {
                    (other.from, other.to) = (other.from.min(change.from), other.to.max(change.to));
                    other.measured.extend(change.measured);
                }
                None => changes.push(change),
            }
        }
        changes.truncate(MOST_FINDINGS);
        let findings = changes.iter().map(|change| self.finding(context, change, ratio)).collect();
        Conclusion { findings, n_not_judged: self.hosts.n_refused, ..Conclusion::default() }
    }
}

/// Bins over which something was more than usual.
struct Change {
    from: usize,
    to: usize,
    /// Place in [`MEASURES`], mean while it lasted, usual.
    measured: Vec<(usize, f64, f64)>,
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// The largest lasting rise of a series above its usual, if it is large enough.
fn change(values: &[f64], measure: usize, ratio: f64) -> Option<Change> {
    let (_, _, least) = *MEASURES.get(measure)?;
    let usual = median(values);
    let deviations: Vec<f64> = values.iter().map(|value| (value - usual).abs()).collect();
    let deviation = (1.4826 * median(&deviations)).max(0.1 * usual).max(1.0);
    let (mut sum, mut from, mut best) = (0.0_f64, 0, None);
    for (place, value) in values.iter().enumerate() {
        if sum == 0.0 {
            from = place;
        }
        sum = (sum + ((value - usual) / deviation).min(MOST_STEP) - SLACK).max(0.0);
        if sum > ALARM && best.is_none_or(|(most, _)| sum > most) {
            best = Some((sum, from));
        }
    }
    let (_, from) = best?;
    // It lasts from the first to the last bin far above the usual after the sum began to rise.
    let is_high = |value: &&f64| **value > usual + 3.0 * deviation;
    let rest = values.get(from..)?;
    let first = rest.iter().position(|value| is_high(&value))?;
    let n = rest.get(first..)?.iter().take_while(|value| is_high(value)).count();
    let high = rest.get(first..first + n)?;
    let total: f64 = high.iter().sum();
    let mean = total / n.max(1) as f64;
    let is_large = n >= LEAST_BINS_OF_CHANGE && total >= least && mean >= ratio * usual.max(1.0);
    is_large.then(|| Change { from: from + first, to: from + first + n - 1, measured: vec![(measure, mean, usual)] })
}

impl TrafficChange {
    fn finding(&self, context: &Context<'_>, change: &Change, ratio: f64) -> Finding {
        let (start_ns, end_ns) = (self.bins.time(change.from), self.bins.time(change.to + 1) - 1);
        let times = |(_, mean, usual): &(usize, f64, f64)| mean / usual.max(1.0);
        let most = change.measured.iter().map(times).fold(0.0, f64::max);
        // Who began most of what was under way at that time.
        let mut starters: Map<Host, u64> = Map::default();
        let is_in_time = |flow: &Flow| flow.first_ns <= end_ns && flow.last_ns >= start_ns;
        let mut flows = Gathered::default();
        for (serial, flow) in context.flows.iter().filter(|(_, flow)| is_in_time(flow)) {
            *starters.entry(flow.initiator().0).or_default() += flow.packets();
            flows.add(serial, flow);
        }
        let starter = starters.into_iter().max_by_key(|(host, n)| (*n, std::cmp::Reverse(*host)));
        let bin = span(self.bins.width_ns);
        let mut finding = draft::begin(&CARD);
        finding.title = format!("Traffic rose to {most:.0} times its usual for {}", span(end_ns - start_ns));
        rate(&mut finding, Impact::EXPOSURE, 0.6, (most, ratio));
        finding.sources = draft::addresses(starter.map(|(host, _)| host));
        finding.protocol = "any".to_owned();
        for (measure, mean, usual) in &change.measured {
            if let Some((name, unit, _)) = MEASURES.get(*measure) {
                finding.evidence.push(evidence(
                    &format!("{name} within {bin}, mean while it lasted"),
                    *mean,
                    unit,
                    format!("{} is the median of this capture", draft::round3(*usual)),
                ));
            }
        }
        let who = starter.map_or_else(String::new, |(host, n)| {
            format!(" The host that began most of it is {host}, with {} packets.", draft::thousands(n as usize))
        });
        finding.explanation = format!(
            "For {} there was up to {most:.0} times more traffic than is usual in this capture.{who} Other findings of the \
             same time may say what it was.",
            span(end_ns - start_ns)
        );
        finding.benign_causes =
            lines(&["A backup, an update or a large download", "The start of work, of a lesson, of a meeting"]);
        finding.advice = lines(&["Look at the flows of that time: which host, which port, which direction"]);
        flows.fill(&mut finding);
        (finding.start_ns, finding.end_ns) = (start_ns, end_ns);
        finding.display_filter = draft::time_filter(start_ns, end_ns);
        let id = draft::id_of(&CARD, &format!("{}", start_ns - context.span_ns.0), &finding.sources);
        Finding { id, ..draft::finish(finding, false) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::{Made, conclude, inside, outside};
    use crate::model::Severity;
    use crate::settings::Settings;

    /// Connections a second, each in a bin of its own.
    fn found(rates: &[u32]) -> Vec<Finding> {
        let mut flows = Vec::new();
        for (second, rate) in rates.iter().enumerate() {
            for i in 0..*rate {
                let start = second as f64 + f64::from(i) / f64::from(*rate);
                flows.push(Made {
                    from: (inside(1), (i % 60_000) as u16),
                    seconds: 0.0,
                    ..Made::tcp(inside(1), outside(1), 80, start)
                });
            }
        }
        conclude(&ENTRY, &flows, &[], &Settings::default()).findings
    }

    #[test]
    fn a_lasting_rise_is_told_and_swings_and_single_peaks_are_not() {
        let mut rates = vec![3; 60];
        rates[30..40].fill(200);
        let rise = found(&rates);
        assert_eq!(rise.len(), 1);
        assert!(rise[0].severity < Severity::Medium, "it is told for information");
        assert!(((rise[0].start_ns / SECOND)..=30).contains(&30) && rise[0].end_ns / SECOND == 39);
        assert!(found(&(0..60).map(|i| 2 + i % 7).collect::<Vec<_>>()).is_empty());
        rates[30..40].fill(3);
        rates[30] = 900;
        assert!(found(&rates).is_empty());
    }

    #[test]
    fn bins_widen_and_keep_their_sums() {
        let mut bins = Bins::default();
        for second in 0..5000 {
            let place = bins.place(second * SECOND);
            bins.add(place, 2, 1.0);
        }
        assert!(bins.sums.len() <= MOST_BINS);
        assert_eq!(bins.sums.iter().map(|sums| sums[2]).sum::<f64>(), 5000.0);
        let place = bins.place(-2500 * SECOND);
        assert_eq!((place, bins.time(0) <= -2500 * SECOND), (0, true));
    }
}
