//! Turns flows over time into findings of lasting changes: packets, bytes, new connections or new hosts far above the
//! capture's own baseline, in total or for one busy host; and addresses or ports that are more or less varied than
//! usual.

mod host_series;
use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::{Map, Tally};
use crate::detect::support::finding_builder::{self, Identity, evidence, listed};
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Arrange;
use crate::model::finding::series::SeriesKind;
use crate::model::format::time::{SECOND, span};
use crate::model::{Addr, Category, DirectionStats, Finding, Flow, Series};
use crate::settings::Descriptor;
use crate::stats::bins::Bins;
use crate::stats::change::{Change, Sense, Usual, changes};
use crate::stats::entropy::Windows;
use host_series::{HostSeries, TrafficSeries};
use shift::{Measured, Shift};

mod shift;

const CARD: Card = Card {
    id: "traffic_change",
    name: "Traffic change",
    category: Category::Statistical,
    technique: None,
    sees: "For some time there is many times more traffic than the baseline of this capture: packets, bytes, new connections, or hosts never seen before; or its addresses or ports are far more or less varied than usual. Measured for all hosts together and for each of the 64 busiest.",
    matters: "Floods, scans, worms and large transfers all cause such a change, including those that no other detector recognises.",
    otherwise: "A backup, an update, a download, the start of work in the morning.",
    benign_causes: &["A backup, an update or a large download", "The start of work, a lesson or a meeting"],
    advice: &["Check the flows of that time: which host, which port, which direction"],
    part_of: &[],
    source: "CUSUM: Page, Continuous Inspection Schemes, Biometrika 1954; robust mean and spread by median and MAD (Hampel 1974), so the change itself does not shift the baseline. Entropy of addresses and ports: Lakhina, Crovella, Diot, SIGCOMM 2005; Wagner and Plattner, WETICE 2005. Which share of the maximum counts as a change is our own convention.",
}
.explained_where_shown();

const RATIO: Descriptor = Descriptor::ratio("traffic_change.ratio", "Times the baseline", 10.0)
    .range(2.0, 10_000.0)
    .help("How many times the median of the capture the average must reach while the change lasts. Ordinary traffic varies by a few times.");
const SPREAD: Descriptor = Descriptor::number("traffic_change.spread", "Change of entropy", 0.25)
    .range(0.05, 1.0)
    .help("The entropy of addresses or ports must differ this much from the median of the capture while the change lasts. It ranges from 0 (all connections the same) to 1 (all different).");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<TrafficChange>(CARD, &[RATIO, SPREAD], Interest::ANY_FLOW);

/// Fewer bins or windows have no usual.
const LEAST_BINS: usize = 20;
/// Bins or windows that a change lasts at least.
const LEAST_BINS_OF_CHANGE: usize = 3;
/// What lasts for more than this share of the capture is no exception.
const MOST_SHARE: f64 = 0.35;
/// What comes and goes more often than so is how this capture is.
const MOST_TURNS: usize = 3;
/// So many times what is there at other times at most (all but a fiftieth of them): bursts that come again are no change.
const TIMES_ELSEWHERE: f64 = 2.0;
/// The spread of entropy over windows is taken for no less.
const LEAST_SPREAD: f64 = 0.03;
/// A host that has nothing to do in more than this share of all bins has no usual of its own.
const MOST_IDLE: f64 = 0.5;
/// What is measured, and the least that a change must bring in all: a handful of connections in a quiet capture is none.
const VOLUMES: [(&str, &str, f64); 4] = [
    ("Packets", "packets", 5000.0),
    ("Bytes", "B", 5e6),
    ("New connections", "connections", 300.0),
    ("New hosts", "hosts", 50.0),
];
/// Of what the spread is measured.
const SPREADS: [&str; 4] = ["Source addresses", "Destination addresses", "Source ports", "Destination ports"];
/// The same of one host.
const HOST_SPREADS: [&str; 2] = ["Destination addresses", "Destination ports"];
/// Most hosts kept.
const MOST_HOSTS: usize = 1 << 18;
/// Most findings of the whole.
const MOST_FINDINGS: usize = 5;
/// Most findings of single hosts.
const MOST_HOST_FINDINGS: usize = 3;

#[derive(Default)]
struct TrafficChange {
    bins: Bins<4>,
    hosts: Tally<Addr, (), MOST_HOSTS>,
    series: Option<TrafficSeries>,
}

impl Detector for TrafficChange {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        for DirectionStats { packets, bytes, first_ns, last_ns, .. } in &flow.directions {
            if *packets > 0 {
                self.bins.spread((*first_ns, *last_ns), &[f64::from(*packets), *bytes as f64]);
            }
        }
        self.bins.add(flow.first_ns, 2, 1.0);
        for host in [flow.key.low, flow.key.high] {
            if self.hosts.get(&host).is_none() && self.hosts.of(host).is_some() {
                self.bins.add(flow.first_ns, 3, 1.0);
            }
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        if self.bins.len() < LEAST_BINS {
            let why = format!("The capture is too short for a baseline: {} of {LEAST_BINS} bins", self.bins.len());
            return Conclusion { not_enough_data: Some(why), ..Conclusion::default() };
        }
        // Settings change what is concluded from the series, not the series.
        let series = match self.series.take().filter(|series| series.n_flows == context.flows.len()) {
            Some(series) => series,
            None => TrafficSeries::of(context),
        };
        let (ratio, spread) = (context.settings.get(&RATIO), context.settings.get(&SPREAD));
        let mut found = shift::joined(volumes(&self.bins, None, ratio).into_iter().chain(spreads(
            &series.spread,
            None,
            &SPREADS,
            spread,
        )));
        found.truncate(MOST_FINDINGS);
        let mut of_hosts: Vec<Shift> = series.hosts.iter().flat_map(|course| of_host(course, ratio, spread)).collect();
        self.series = Some(series);
        of_hosts.arrange_by(|a, b| b.times().total_cmp(&a.times()).then(a.host.cmp(&b.host)));
        // What happens at the same time is one event: it is reported once, of the whole if the whole shows it.
        for one in of_hosts {
            let n_hosts = found.iter().filter(|other| other.host.is_some()).count();
            if n_hosts < MOST_HOST_FINDINGS && !found.iter().any(|other| other.is_beside(&one)) {
                found.push(one);
            }
        }
        let n_not_evaluated = self.hosts.n_refused;
        Conclusion { findings: findings(context, &found), n_not_evaluated, ..Conclusion::default() }
    }
}

/// Lasting rises of what is summed over time: the largest of each measure.
fn volumes(bins: &Bins<4>, host: Option<Addr>, ratio: f64) -> Vec<Shift> {
    let mut found = Vec::new();
    for (measure, (name, unit, least)) in VOLUMES.into_iter().enumerate() {
        let values = bins.values(measure);
        let usual = Usual::of(&values, 1.0);
        let is_large = |change: &Change| {
            let elsewhere = change.elsewhere(&values);
            change.n_values() >= LEAST_BINS_OF_CHANGE
                && change.n_values() as f64 <= MOST_SHARE * values.len() as f64
                && change.total() >= least
                && change.mean >= ratio * usual.median.max(1.0)
                && change.mean >= TIMES_ELSEWHERE * elsewhere
        };
        let all = changes(&values, usual, Sense::Up).into_iter().filter(is_large);
        let Some(change) = all.max_by(|a, b| a.total().total_cmp(&b.total())) else { continue };
        let width = bins.width_ns();
        let bin = span(width).replace(".00 s", " s");
        let parts =
            || values.iter().enumerate().map(|(place, value)| (bins.time(place), bins.time(place + 1) - 1, *value));
        let mut series = Series::sums(name, unit, parts());
        let span_ns = (bins.time(change.from), bins.time(change.to + 1) - 1);
        series.iter_mut().for_each(|series| series.changes = vec![span_ns]);
        found.push(Shift {
            span_ns,
            host,
            measured: vec![Measured {
                name: name.to_owned(),
                within: format!("within {bin}"),
                unit,
                direction: Sense::Up,
                is_spread: false,
                mean: change.mean,
                usual: usual.median,
                times: change.mean / usual.median.max(1.0),
                past: change.mean / usual.median.max(1.0) / ratio,
                series,
            }],
        });
    }
    found
}

/// Lasting changes of how widely something is spread, either way.
fn spreads<const N: usize>(windows: &Windows<N>, host: Option<Addr>, names: &[&str; N], least: f64) -> Vec<Shift> {
    let mut found = Vec::new();
    if windows.done.len() < LEAST_BINS {
        return found;
    }
    for (feature, name) in names.iter().enumerate() {
        let values = windows.values(feature);
        // Windows are equally full, not equally long: a flood has many, but not much time.
        let weighted: Vec<(f64, f64)> =
            windows.done.iter().zip(&values).map(|(window, value)| (*value, window.seconds())).collect();
        let usual = Usual::weighted(&weighted, LEAST_SPREAD);
        let all_seconds: f64 = weighted.iter().map(|(_, seconds)| seconds).sum();
        for direction in [Sense::Up, Sense::Down] {
            let all = changes(&values, usual, direction);
            if all.len() > MOST_TURNS {
                continue;
            }
            let by = |change: &Change| (change.mean - usual.median).abs();
            let seconds = |change: &Change| {
                let during = weighted.get(change.from..=change.to).unwrap_or_default();
                during.iter().map(|(_, seconds)| seconds).sum::<f64>()
            };
            let is_large = |change: &Change| {
                change.n_values() >= LEAST_BINS_OF_CHANGE
                    && by(change) >= least
                    && seconds(change) <= MOST_SHARE * all_seconds
            };
            let largest = all.into_iter().filter(is_large).max_by(|a, b| by(a).total_cmp(&by(b)));
            let Some(change) = largest else { continue };
            let start_ns = windows.done.get(change.from).map_or(0, |window| window.start_ns);
            let end_ns = windows.done.get(change.to).map_or(start_ns, |window| window.end_ns);
            let every = windows.done.len().div_ceil(Series::MOST);
            let points = windows.done.iter().zip(&values).step_by(every);
            let series = Series {
                kind: SeriesKind::Values,
                name: format!("Entropy of {}, 0 to 1", name.to_lowercase()),
                unit: String::new(),
                points: points.map(|(window, value)| (window.start_ns, finding_builder::round3(*value))).collect(),
                level: None,
                changes: vec![(start_ns, end_ns)],
            };
            found.push(Shift {
                span_ns: (start_ns, end_ns),
                host,
                measured: vec![Measured {
                    name: (*name).to_owned(),
                    within: "entropy from 0 to 1".to_owned(),
                    unit: "",
                    direction,
                    is_spread: true,
                    mean: change.mean,
                    usual: usual.median,
                    times: 1.0 + by(&change) / least,
                    past: by(&change) / least,
                    series: Some(series),
                }],
            });
        }
    }
    found
}

/// Changes of a host that has a usual of its own.
fn of_host(course: &HostSeries, ratio: f64, spread: f64) -> Vec<Shift> {
    let packets = course.bins.values(0);
    let n_idle = packets.iter().filter(|n| **n == 0.0).count();
    if packets.len() < LEAST_BINS || n_idle as f64 > MOST_IDLE * packets.len() as f64 {
        return Vec::new();
    }
    let host = Some(course.host);
    shift::joined(volumes(&course.bins, host, ratio).into_iter().chain(spreads(
        &course.spread,
        host,
        &HOST_SPREADS,
        spread,
    )))
}

/// Who accounts for a change, and the flows of its time.
#[derive(Clone, Default)]
struct Account {
    flows: Gathered,
    total: f64,
    began: Map<Addr, f64>,
    answered: Map<Addr, f64>,
}

/// Who has the largest share, if it is a large one.
fn largest(shares: &Map<Addr, f64>, total: f64) -> Option<(Addr, f64)> {
    let (host, sum) = shares.iter().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(a.0)))?;
    (*sum >= LEAST_SHARE * total && total > 0.0).then_some((*host, sum / total))
}

/// Whoever has a smaller share does not account for a change.
const LEAST_SHARE: f64 = 0.3;

fn findings(context: &Context<'_>, shifts: &[Shift]) -> Vec<Finding> {
    let mut accounts = vec![Account::default(); shifts.len()];
    let is_within = |shift: &Shift, flow: &Flow| {
        let has_host = shift.host.is_none_or(|host| flow.key.low == host || flow.key.high == host);
        has_host && flow.first_ns <= shift.span_ns.1 && flow.last_ns >= shift.span_ns.0
    };
    for (serial, flow) in context.flows.iter().filter(|_| !shifts.is_empty()) {
        for (shift, account) in shifts.iter().zip(&mut accounts).filter(|(shift, _)| is_within(shift, flow)) {
            let amount = shift.amount(flow);
            account.flows.add(serial, flow);
            account.total += amount;
            *account.began.entry(flow.originator().0).or_default() += amount;
            *account.answered.entry(flow.responder().0).or_default() += amount;
        }
    }
    shifts.iter().zip(accounts).map(|(shift, account)| finding(context, shift, account)).collect()
}

fn finding(context: &Context<'_>, shift: &Shift, account: Account) -> Finding {
    let (start_ns, end_ns) = shift.span_ns;
    let length = span((end_ns - start_ns).max(1)).replace(".00 s", " s");
    let began = largest(&account.began, account.total);
    let answered = largest(&account.answered, account.total);
    let who = match (began, answered) {
        (Some((host, share)), Some((peer, other))) if share.min(other) >= 0.5 => {
            format!(": mostly from {host} to {peer}")
        }
        (Some((host, _)), _) => format!(": mostly from {host}"),
        (None, Some((peer, _))) => format!(": mostly to {peer}"),
        (None, None) => ": from many hosts".to_owned(),
    };
    let confidence = if shift.is_spread() { Confidence::EVEN } else { Confidence::LIKELY };
    let named = |part: Option<(Addr, f64)>| part.map(|(host, _)| host);
    let time = finding_builder::time_filter(start_ns, end_ns);
    let targets = finding_builder::addresses(if shift.host.is_some() { None } else { named(answered) });
    let parts = [(began, "which started most of it"), (answered, "which received most of it")];
    let shares = parts.into_iter().filter_map(|(part, words)| {
        part.map(|(host, share)| evidence(&format!("Share of {host}, {words}"), 100.0 * share, "%", ""))
    });
    let since = (start_ns - context.span_ns.0).div_euclid(SECOND);
    Finding::builder(&CARD)
        .title(format!("{} for {length}{}", shift.words(), if shift.host.is_some() { "" } else { who.as_str() }))
        .rated(Impact::EXPOSURE, confidence, (shift.past(), 1.0))
        .sources(shift.host.or(named(began)))
        .targets(targets.iter().copied())
        .protocol("any")
        .evidence(shift.measured.iter().map(Measured::evidence))
        .evidence(shares)
        .explanation(shift.explanation(&length))
        .series(shift.series())
        .flows(account.flows)
        .period((start_ns, end_ns))
        .filter(
            shift.host.map_or(time.clone(), |host| format!("{} && {time}", finding_builder::host_filter("addr", host))),
        )
        .identity(Identity::Word(format!("{since} {}", listed(&targets))))
        .build()
}

#[cfg(test)]
mod tests;
