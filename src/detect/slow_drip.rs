//! Small uploads of a host inside to one place outside, by name or address, to findings where they add up over a long time.

use super::draft::{self, count, evidence, lines};
use super::gather::{Between, Gathered, visit};
use super::home::is_outward;
use super::severity::{Impact, rate};
use super::stores::{self, Store};
use super::tally::Tally;
use super::{Card, Conclusion, Context, Detector, Ended, Entry, Wants};
use crate::model::protocol::Named;
use crate::model::series::{Series, SeriesKind};
use crate::model::time::{SECOND, span};
use crate::model::{Category, Finding, Flow, Host, quantity};
use crate::settings::{Descriptor, Effect};
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "slow_drip",
    name: "Slow drip of uploads",
    category: Category::Exfiltration,
    technique: Some(("T1030", "Data Transfer Size Limits")),
    sees: "A host inside sends many small amounts to one address or registered domain outside over a long time, which add up to more than it sends elsewhere and more than others send there.",
    matters: "Data that is carried out in drops passes limits and eyes that look for one large upload.",
    otherwise: "Telemetry, monitoring, logs or mail that a program sends steadily; a camera or sensor; a chat.",
    source: "No formula with a public reference exists: volume and ratio against the host's other places, its past and its peers, by medians. ATT&CK T1030 (data in pieces below thresholds). The registered domain is by the public suffix list (publicsuffix.org), as RITA sums by name.",
};

const UPLOADS: Descriptor = Descriptor {
    id: "slow_drip.uploads",
    label: "Small uploads",
    help: "So many connections to one place in which the host sent more than a kilobyte and less than the largest drop.",
    unit: "flows",
    min: 5.0,
    max: 100_000.0,
    default: 30.0,
    is_whole: true,
    effect: Effect::Judge,
};
const LARGEST: Descriptor = Descriptor {
    id: "slow_drip.largest",
    label: "Largest drop",
    help: "An upload of more in one connection is no drop: large ones are looked for by themselves.",
    unit: "kB",
    min: 1.0,
    max: 100_000.0,
    default: 100.0,
    is_whole: false,
    effect: Effect::Judge,
};
const TOTAL: Descriptor = Descriptor {
    id: "slow_drip.total",
    label: "Sum of the drops",
    help: "Payload of all small uploads to one place. Less is what telemetry sends in some hours.",
    unit: "kB",
    min: 10.0,
    max: 100_000_000.0,
    default: 300.0,
    is_whole: false,
    effect: Effect::Judge,
};
const TIME: Descriptor = Descriptor {
    id: "slow_drip.time",
    label: "Shortest time",
    help: "From the first to the last small upload. What comes together in less time is one visit to a page.",
    unit: "s",
    min: 60.0,
    max: 10_000_000.0,
    default: 3600.0,
    is_whole: false,
    effect: Effect::Judge,
};
const RATIO: Descriptor = Descriptor {
    id: "slow_drip.ratio",
    label: "Sent to received",
    help: "Small uploads over TLS get some kilobytes of certificates back each, so this is lower than for large ones.",
    unit: "times",
    min: 1.0,
    max: 10_000.0,
    default: 2.0,
    is_whole: false,
    effect: Effect::Judge,
};
const SETTINGS: &[Descriptor] = &[UPLOADS, LARGEST, TOTAL, TIME, RATIO];

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry {
    card: CARD,
    settings: SETTINGS,
    wants: Wants::TCP_FLOWS.and(Wants::UDP_FLOWS),
    make: || Box::new(SlowDrip::default()),
};

/// A connection in which less was sent carries a question, not data.
const LEAST_BYTES: u64 = 1000;
/// Time is told apart in slots of this length, of which so many are kept.
const SLOT_NS: i64 = 300 * SECOND;
const SLOTS: i64 = 128;
/// Share of the slots between the first and the last drop in which some must fall.
const LEAST_STEADY: f64 = 0.25;
/// Out of proportion: so many times what the host usually sends to a place, or others send there.
const MUCH_MORE: f64 = 5.0;
/// With more others inside that use the place it is a service of the house.
const MOST_USERS: usize = 2;
/// Most places kept.
const MOST_PLACES: usize = 1 << 17;
/// Most places that are compared with all others, those first to which most was sent.
const MOST_CASES: usize = 100;
/// Most findings.
const MOST_FINDINGS: usize = 20;

#[derive(Default)]
struct SlowDrip {
    /// By source, address and index of the name.
    places: Tally<(Host, Host, u32), Sum, MOST_PLACES>,
}

/// What a host sent to one place.
#[derive(Clone, Default)]
struct Sum {
    n: u64,
    sent: u64,
    got: u64,
    largest: u64,
    /// All that was sent, questions among it.
    all_sent: u64,
    first_ns: i64,
    last_ns: i64,
    slots: u128,
    ports: BTreeSet<u16>,
    n_encrypted: u64,
}

/// A place outside: a registered domain or, without one, an address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Domain(String),
    Address(Host),
}

/// A place that a host sends to, with all its addresses.
#[derive(Default)]
struct Drip {
    sum: Sum,
    addresses: BTreeSet<Host>,
    names: BTreeSet<u32>,
}

fn is_drop(flow: &Flow) -> bool {
    flow.forward().payload_bytes() > LEAST_BYTES
}

impl Detector for SlowDrip {
    fn observe_flow(&mut self, ended: &Ended<'_>) {
        let flow = ended.flow;
        if !is_outward(flow) {
            return;
        }
        let Some(sum) = self.places.of((flow.initiator().0, flow.responder().0, flow.name)) else { return };
        let sent = flow.forward().payload_bytes();
        sum.all_sent += sent;
        if !is_drop(flow) {
            return;
        }
        (sum.first_ns, sum.last_ns) = match sum.n {
            0 => (flow.first_ns, flow.last_ns),
            _ => (sum.first_ns.min(flow.first_ns), sum.last_ns.max(flow.last_ns)),
        };
        sum.n += 1;
        sum.sent += sent;
        sum.got += flow.backward().payload_bytes();
        sum.largest = sum.largest.max(sent);
        sum.slots |= 1 << flow.first_ns.div_euclid(SLOT_NS).rem_euclid(SLOTS);
        sum.n_encrypted += u64::from(matches!(flow.app, Some(Named::Tls | Named::Quic | Named::Ssh)));
        sum.ports.insert(flow.responder().1);
    }

    fn conclude(&mut self, context: &Context<'_>) -> Conclusion {
        let limits = Limits::of(context);
        let drips = self.drips(context);
        let mut cases: Vec<(&(Host, Place), &Drip)> =
            drips.iter().filter(|(_, drip)| limits.allow(&drip.sum)).collect();
        cases.sort_by(|a, b| (b.1.sum.sent, a.0).cmp(&(a.1.sum.sent, b.0)));
        cases.truncate(MOST_CASES);
        let findings = cases
            .into_iter()
            .map(|(key, drip)| (key, drip, around(key, drip, &drips)))
            .filter(|(_, drip, around)| around.is_out_of_proportion(&drip.sum))
            .take(MOST_FINDINGS)
            .map(|(key, drip, around)| drip.finding(key, &around, limits.total, context));
        Conclusion { findings: findings.collect(), n_not_judged: self.places.n_refused, ..Conclusion::default() }
    }
}

impl SlowDrip {
    /// Places by host, those of one registered domain together.
    fn drips(&self, context: &Context<'_>) -> BTreeMap<(Host, Place), Drip> {
        let mut drips: BTreeMap<(Host, Place), Drip> = BTreeMap::new();
        for ((source, target, name), sum) in self.places.sorted() {
            let domain = stores::place(context.names.text(*name));
            let place = domain.map_or(Place::Address(*target), |domain| Place::Domain(domain.to_ascii_lowercase()));
            let drip = drips.entry((*source, place)).or_default();
            drip.sum.add(sum);
            drip.addresses.insert(*target);
            drip.names.insert(*name);
        }
        drips
    }
}

impl Sum {
    fn add(&mut self, other: &Sum) {
        self.all_sent += other.all_sent;
        if other.n == 0 {
            return;
        }
        (self.first_ns, self.last_ns) = match self.n {
            0 => (other.first_ns, other.last_ns),
            _ => (self.first_ns.min(other.first_ns), self.last_ns.max(other.last_ns)),
        };
        self.n += other.n;
        self.sent += other.sent;
        self.got += other.got;
        self.largest = self.largest.max(other.largest);
        self.slots |= other.slots;
        self.n_encrypted += other.n_encrypted;
        self.ports.extend(&other.ports);
    }

    fn seconds(&self) -> f64 {
        (self.last_ns - self.first_ns) as f64 / SECOND as f64
    }

    /// Share of the time slots in which a drop fell.
    fn steadiness(&self) -> f64 {
        let n_slots = ((self.last_ns - self.first_ns) / SLOT_NS + 1).clamp(1, SLOTS);
        f64::from(self.slots.count_ones()) / n_slots as f64
    }

    fn ratio(&self) -> f64 {
        self.sent as f64 / self.got.max(1) as f64
    }
}

/// The settings in bytes and seconds.
struct Limits {
    uploads: f64,
    largest: f64,
    total: f64,
    time: f64,
    ratio: f64,
}

impl Limits {
    fn of(context: &Context<'_>) -> Limits {
        let get = |descriptor| context.settings.get(descriptor);
        Limits {
            uploads: get(&UPLOADS),
            largest: get(&LARGEST) * 1000.0,
            total: get(&TOTAL) * 1000.0,
            time: get(&TIME),
            ratio: get(&RATIO),
        }
    }

    fn allow(&self, sum: &Sum) -> bool {
        sum.n as f64 >= self.uploads
            && sum.largest as f64 <= self.largest
            && sum.sent as f64 >= self.total
            && sum.seconds() >= self.time
            && sum.ratio() >= self.ratio
            && sum.steadiness() >= LEAST_STEADY
    }
}

/// What is known of a case beside its sums.
struct Around {
    /// What the host sends to another place outside, median, and how many others there are.
    usual: f64,
    n_usual: usize,
    /// What another host inside sends to the place, median, and how many others there are.
    peers: f64,
    n_peers: usize,
    /// What the host sent to other places that it used before the first drop.
    before: f64,
    n_before: usize,
}

impl Around {
    fn is_out_of_proportion(&self, sum: &Sum) -> bool {
        let sent = sum.sent as f64;
        sent >= MUCH_MORE * self.usual && (self.n_peers <= MOST_USERS || sent >= MUCH_MORE * self.peers)
    }
}

fn around((source, place): &(Host, Place), drip: &Drip, drips: &BTreeMap<(Host, Place), Drip>) -> Around {
    let sent = |drips: &[&Drip]| -> f64 {
        let mut list: Vec<u64> = drips.iter().map(|drip| drip.sum.all_sent).collect();
        list.sort_unstable();
        list.get(list.len() / 2).map_or(0.0, |n| *n as f64)
    };
    let own: Vec<&Drip> =
        drips.iter().filter(|((from, to), _)| from == source && to != place).map(|(_, drip)| drip).collect();
    let peers: Vec<&Drip> =
        drips.iter().filter(|((from, to), _)| from != source && to == place).map(|(_, drip)| drip).collect();
    let before: Vec<&Drip> =
        own.iter().copied().filter(|other| other.sum.n > 0 && other.sum.first_ns < drip.sum.first_ns).collect();
    Around {
        usual: sent(&own),
        n_usual: own.len(),
        peers: sent(&peers),
        n_peers: peers.len(),
        before: before.iter().map(|other| other.sum.sent as f64).sum(),
        n_before: before.len(),
    }
}

impl Drip {
    fn finding(&self, (source, place): &(Host, Place), around: &Around, least: f64, context: &Context<'_>) -> Finding {
        let sum = &self.sum;
        let (sent, ratio) = (sum.sent as f64, sum.ratio());
        let known: Vec<&str> =
            self.names.iter().map(|name| context.names.text(*name)).filter(|name| !name.is_empty()).collect();
        let store = known.iter().find_map(|name| Store::of(name));
        let confidence = 0.4
            + 0.15 * f64::from(around.n_peers == 0)
            + 0.1 * f64::from(around.n_usual >= 3)
            + 0.1 * f64::from(ratio >= 5.0)
            + 0.05 * f64::from(around.n_before > 0 && sent > around.before)
            + 0.05 * f64::from(store.is_some());
        let shown = match place {
            Place::Domain(domain) => domain.clone(),
            Place::Address(address) => address.to_string(),
        };
        let amount = quantity::bytes(sent);
        let mut finding = draft::begin(&CARD);
        finding.title = format!("{source} sent {amount} to {shown} in {}", count(sum.n as usize, "small upload"));
        rate(&mut finding, Impact::CONTROL, confidence, (sent, least));
        if let Some(store) = store {
            draft::technique(&mut finding, store.technique());
        }
        finding.sources = draft::addresses([*source]);
        finding.targets = draft::addresses(self.addresses.iter().copied());
        finding.ports = sum.ports.iter().copied().collect();
        finding.protocol = if sum.n_encrypted > 0 { "TLS" } else { "TCP" }.to_owned();
        finding.names = known.iter().take(Finding::MOST_NAMES).map(|name| (*name).to_owned()).collect();
        finding.evidence = vec![
            evidence("Small uploads", sum.n as f64, "flows", "few"),
            evidence("Payload sent in them", sent / 1000.0, "kB", ""),
            evidence("Largest of them", sum.largest as f64 / 1000.0, "kB", ""),
            evidence("Sent to received", ratio, "times", "below 1 in browsing"),
            evidence("From first to last", sum.seconds(), "s", ""),
            evidence("Share of the time with an upload", 100.0 * sum.steadiness(), "%", ""),
            evidence("What this host sends to another place, median", around.usual / 1000.0, "kB", ""),
            evidence("Its other places outside", around.n_usual as f64, "places", ""),
            evidence("What it sent to all places that it used before", around.before / 1000.0, "kB", ""),
            evidence("Others inside that send there", around.n_peers as f64, "hosts", "many, for a common service"),
        ];
        finding.explanation = format!(
            "{source} sent {amount} to {shown} over {}, in {} of at most {} each: {ratio:.1} times what it got back.{}{}{}",
            span(sum.last_ns - sum.first_ns),
            count(sum.n as usize, "connection"),
            quantity::bytes(sum.largest as f64),
            store.map_or_else(String::new, |store| format!(" It is {}.", store.words())),
            if around.n_peers == 0 { " Nobody else inside sends anything there." } else { "" },
            if around.n_usual > 0 { " To another place it sends a fifth of that or less." } else { "" },
        );
        finding.benign_causes = lines(&[
            "A program that reports how it is used, or a service that is watched from outside",
            "A camera, meter or sensor that sends what it measures",
            "A chat, or a document that is edited online",
        ]);
        finding.advice = lines(&[
            "Find the program that sends it, and since when it is on the host",
            "Look at who owns the name, and whether the house uses the service",
            "Compare with other days and with other hosts of the same kind",
        ]);
        self.fill(&mut finding, *source, context);
        draft::finish(finding, false)
    }

    /// The flows, how they add up, and the filter.
    fn fill(&self, finding: &mut Finding, source: Host, context: &Context<'_>) {
        let mut flows = Gathered::default();
        let mut drops = Vec::new();
        let between: Vec<Between> = self.addresses.iter().map(|address| Between::pair(source, *address)).collect();
        visit(context, &between, |_, serial, flow| {
            if is_outward(flow) && is_drop(flow) && self.names.contains(&flow.name) {
                flows.add(serial, flow);
                drops.push((flow.first_ns, flow.forward().payload_bytes()));
            }
        });
        flows.fill(finding);
        if finding.n_flows == 0 {
            (finding.start_ns, finding.end_ns) = (self.sum.first_ns, self.sum.last_ns);
        }
        drops.sort_unstable();
        finding.series = walk(&drops);
        let targets: Vec<String> =
            self.addresses.iter().take(Finding::MOST_ADDRESSES).map(|host| draft::host_filter("addr", *host)).collect();
        finding.display_filter = format!("{} && ({})", draft::host_filter("addr", source), targets.join(" || "));
    }
}

/// How the drops add up, at most as many steps as a series has.
fn walk(drops: &[(i64, u64)]) -> Option<Series> {
    let each = drops.len().div_ceil(Series::MOST).max(1);
    let mut sum = 0;
    let points: Vec<(i64, f64)> = drops
        .iter()
        .enumerate()
        .filter_map(|(place, (_, sent))| {
            sum += sent;
            let is_shown = (place + 1) % each == 0 || place + 1 == drops.len();
            is_shown.then_some((place as i64 + 1, sum as f64 / 1000.0))
        })
        .take(Series::MOST)
        .collect();
    (points.len() >= 2).then(|| Series {
        kind: SeriesKind::Walk,
        name: "Sent so far, upload by upload".to_owned(),
        unit: "kB".to_owned(),
        points,
        level: None,
        changes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::{Made, conclude, inside, outside};
    use crate::model::Severity;
    use crate::settings::Settings;

    /// Uploads of one host every two minutes, and visits to other places.
    fn found(host: u8, n: usize, bytes: [u64; 2], n_visits: u8) -> Vec<Finding> {
        let drop = |i: usize| Made { bytes, ..Made::tcp(inside(host), outside(1), 443, i as f64 * 120.0) };
        let visit = |i: u8| Made {
            bytes: [2_000, 90_000],
            ..Made::tcp(inside(host), outside(10 + i), 443, f64::from(i) * 60.0)
        };
        let flows: Vec<Made> = (0..n).map(drop).chain((0..n_visits).map(visit)).collect();
        conclude(&ENTRY, &flows, &[], &Settings::default()).findings
    }

    #[test]
    fn drops_that_add_up_are_reported_and_visits_and_single_uploads_are_not() {
        let drip = found(1, 60, [20_000, 3_000], 5);
        assert_eq!(drip.len(), 1);
        assert!(drip[0].severity >= Severity::Medium, "{:?}", drip[0].severity);
        assert_eq!(drip[0].title, "192.168.1.1 sent 1.20 MB to 203.0.113.1 in 60 small uploads");
        assert!(found(1, 60, [3_000, 30_000], 5).is_empty(), "browsing");
        assert!(found(1, 60, [900, 100], 5).is_empty(), "questions");
        assert!(found(1, 10, [90_000, 3_000], 5).is_empty(), "few, within a short time");
        assert!(found(1, 40, [200_000, 3_000], 5).is_empty(), "large ones are told elsewhere");
    }

    #[test]
    fn what_many_hosts_send_is_a_service_of_the_house() {
        let drop = |host: u8, i: usize| Made {
            bytes: [20_000, 3_000],
            ..Made::tcp(inside(host), outside(1), 443, i as f64 * 120.0)
        };
        let flows: Vec<Made> = (1..6).flat_map(|host| (0..60).map(move |i| drop(host, i))).collect();
        assert!(conclude(&ENTRY, &flows, &[], &Settings::default()).findings.is_empty());
    }

    #[test]
    fn a_course_has_few_steps_and_ends_with_the_sum() {
        let drops: Vec<(i64, u64)> = (0..1001).map(|i| (i, 1000)).collect();
        let series = walk(&drops).expect("a course");
        assert!(series.points.len() <= Series::MOST);
        assert_eq!(series.points.last(), Some(&(1001, 1001.0)));
        assert!(walk(&drops[..1]).is_none());
    }
}
