//! Merges findings of several detectors about one cause: the strongest absorbs the weaker ones.

use crate::maths::sorting::Gather;
use crate::model::Endpoint;
use crate::model::finding::series::SeriesKind;
use crate::model::finding::{Category, Finding, Severity};
use crate::model::format::quantity::counted;
use crate::model::format::time::SECOND;
use std::collections::{BTreeMap, BTreeSet};

/// Findings about the same hosts that are this far apart are two events.
const APART_NS: i64 = 60 * SECOND;

/// Same kind, same hosts.
type Cause = (Category, Vec<Endpoint>, Vec<Endpoint>);

/// The facts of a detector needed here.
#[derive(Clone, Copy, Debug)]
pub struct Seer {
    /// Its id.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// Detectors that see the whole of what it sees a part of: under theirs its findings are folded, whatever their
    /// severity.
    pub part_of: &'static [&'static str],
}

/// Folds findings of the same category between the same sources and targets, at the same ports and time, into the first
/// in the order of [`Finding::sort`], which then says who saw it too.
pub fn fold(mut findings: Vec<Finding>, seers: &[Seer]) -> Vec<Finding> {
    Finding::sort(&mut findings);
    let findings = fold_parts(findings, seers);
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut places: BTreeMap<Cause, Vec<usize>> = BTreeMap::new();
    for finding in findings {
        let same = places.entry((finding.category, finding.sources.clone(), finding.targets.clone())).or_default();
        let stronger = same.iter().copied().find(|place| kept.get(*place).is_some_and(|kept| is_one(kept, &finding)));
        match stronger.and_then(|place| kept.get_mut(place)) {
            Some(stronger) => take(stronger, &finding, seers),
            None => {
                same.push(kept.len());
                kept.push(finding);
            }
        }
    }
    let mut findings = behind_causes(fold_changes(kept, seers));
    say_repeats(&mut findings);
    say_same_traffic(&mut findings);
    say_victims(&mut findings);
    findings
}

/// Notes which findings before it share the traffic of each: later there are no flows to compare.
fn say_same_traffic(findings: &mut [Finding]) {
    let before = |(place, finding): (usize, &Finding)| {
        let before = findings.iter().take(place).filter(|other| other.is_of_same_traffic(finding));
        before.map(|other| other.id.clone()).take(MOST_SAME).collect()
    };
    let all: Vec<Vec<String>> = findings.iter().enumerate().map(before).collect();
    for (finding, ids) in findings.iter_mut().zip(all) {
        finding.same_traffic = ids;
    }
}

/// Findings of the same traffic that are noted of one.
const MOST_SAME: usize = 8;

/// Says of those who log in to the host that answered for the name of another that they are its victims: their logins look like
/// guesses.
fn say_victims(findings: &mut [Finding]) {
    let cause =
        |finding: &Finding| findings.iter().find(|other| other.is_lure_of(finding)).map(|one| one.title.clone());
    let all: Vec<Option<String>> = findings.iter().map(cause).collect();
    for (finding, title) in findings.iter_mut().zip(all) {
        let Some(title) = title.filter(|_| finding.category == Category::BruteForce) else { continue };
        let ([from], [to]) = (finding.sources.as_slice(), finding.targets.as_slice()) else { continue };
        let refused = finding.measured("Failed logins").unwrap_or(0.0);
        let what = counted(refused as u64, "of its logins", "of its logins");
        finding.title = match refused > 0.0 {
            true => format!("{from} was lured to {to}, which refused {what}"),
            false => format!("{from} was lured to {to}, where it asked to log in"),
        };
        let why = format!(
            " It had asked its neighbours for a name, and {to} answered (\u{201c}{title}\u{201d}): {from} is rather a \
             victim than one who guesses passwords."
        );
        finding.explanation.push_str(&why);
        finding.advice.insert(0, format!("Change the passwords that {from} used then: {to} may have them now"));
    }
}

/// Outliers with at least this share of their flows in another finding repeat it.
const LEAST_REPEATED: f64 = 0.9;

/// Says of outliers that another finding is about their flows.
fn say_repeats(findings: &mut [Finding]) {
    let is_outlier = |finding: &Finding| finding.category == Category::Statistical && finding.detector != CHANGE;
    let repeated = |finding: &Finding| {
        let n_least = LEAST_REPEATED * finding.flow_serials.len() as f64;
        let is_repeated = |other: &&Finding| {
            let is_in = |serial: &&u32| other.flow_serials.binary_search(serial).is_ok();
            other.category != Category::Statistical
                && finding.flow_serials.iter().filter(is_in).count() as f64 >= n_least
        };
        let is_asked = is_outlier(finding) && !finding.flow_serials.is_empty();
        findings.iter().filter(|_| is_asked).find(is_repeated).map(|other| (other.id.clone(), other.title.clone()))
    };
    let all: Vec<Option<(String, String)>> = findings.iter().map(repeated).collect();
    for (finding, other) in findings.iter_mut().zip(all) {
        if let Some((id, title)) = other {
            finding.repeats = Some(id);
            finding.explanation.push_str(&format!(" “{title}” is about the same flows: this finding only repeats it."));
        }
    }
}

/// How much of its cause's score is left to trouble that follows from it.
const OF_CONSEQUENCE: f64 = 0.9;

/// Puts trouble of the network behind the flood or the spoofing that it follows from: of hosts that this names too, at the same
/// time. A storm is trouble of the whole network.
fn behind_causes(mut findings: Vec<Finding>) -> Vec<Finding> {
    let is_cause = |finding: &&Finding| {
        matches!(finding.category, Category::Flood | Category::Spoofing) && finding.severity >= Severity::Medium
    };
    let causes: Vec<Finding> = findings.iter().filter(is_cause).cloned().collect();
    for finding in findings.iter_mut().filter(|finding| finding.category == Category::Performance) {
        let hosts: BTreeSet<&Endpoint> = finding.sources.iter().chain(&finding.targets).gathered();
        let cause = causes.iter().find(|cause| {
            // Who deceives or floods the whole network names no target.
            let is_of_hosts = finding.detector == STORM
                || cause.targets.is_empty()
                || cause.sources.iter().chain(&cause.targets).any(|host| hosts.contains(host));
            let is_then = cause.start_ns <= finding.end_ns && finding.start_ns <= cause.end_ns;
            cause.severity >= finding.severity && is_then && is_of_hosts
        });
        if let Some(cause) = cause {
            finding.score = finding.score.min(OF_CONSEQUENCE * cause.score);
            finding.explanation.push_str(&format!(" This may be the cause, at the same time: {}.", cause.title));
            if diverts(cause, finding) {
                finding.severity = finding.severity.min(Severity::Low);
                finding.explanation.push_str(" Its severity stands there: traffic that is led astray does not arrive.");
            }
        }
    }
    Finding::sort(&mut findings);
    findings
}

/// True if trouble began while traffic was being led astray, and is of the same version of IP.
fn diverts(cause: &Finding, finding: &Finding) -> bool {
    let is_of = |finding: &Finding, is_v4: bool| {
        let mut hosts = finding.sources.iter().chain(&finding.targets);
        hosts.any(|host| matches!(host, Endpoint::Ip(host) if host.is_v4() == is_v4))
    };
    let is_same = |is_v4| is_of(cause, is_v4) && is_of(finding, is_v4);
    cause.category == Category::Spoofing && finding.start_ns >= cause.start_ns && (is_same(true) || is_same(false))
}

/// The detector of broadcast storms.
const STORM: &str = "broadcast_storm";

/// Findings with at least this share of a traffic change's packets (or flows) explain it.
const LEAST_OF_CHANGE: f64 = 0.5;

/// Folds a change of traffic under the findings that say what it was: of its hosts, at its time, and with most of it
/// among them. The times stay those of the cause: a change is told by bins or windows that are longer than what caused it.
fn fold_changes(findings: Vec<Finding>, seers: &[Seer]) -> Vec<Finding> {
    let is_change = |finding: &Finding| finding.detector == CHANGE;
    let (changes, mut kept): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(is_change);
    let mut left = Vec::new();
    for change in changes {
        // A scan brings many connections and hosts in few packets and in a short time.
        let is_volume = change.series.as_ref().is_none_or(|series| ["B", "packets"].contains(&series.unit.as_str()));
        let size = |one: &Finding| if is_volume { one.n_packets } else { one.n_flows };
        let least_ns = if is_volume { change.end_ns.saturating_sub(change.start_ns) / 2 } else { 0 };
        let is_cause = |other: &Finding| {
            let hosts = |one: &Finding| one.sources.iter().chain(&one.targets).copied().collect::<Vec<Endpoint>>();
            let shared_ns = change.end_ns.min(other.end_ns).saturating_sub(change.start_ns.max(other.start_ns));
            let whose = hosts(other);
            other.category != Category::Statistical
                && shared_ns >= least_ns
                && hosts(&change).iter().any(|host| whose.contains(host))
        };
        let explained: u64 = kept.iter().filter(|other| is_cause(other)).map(size).sum();
        let is_explained = explained as f64 >= LEAST_OF_CHANGE * size(&change) as f64;
        // The findings are sorted: the first is the strongest.
        match kept.iter_mut().find(|other| is_explained && is_cause(other)) {
            Some(cause) => {
                credit(cause, &change, seers);
                take_change(cause, change);
            }
            None => left.push(change),
        }
    }
    kept.extend(left);
    Finding::sort(&mut kept);
    kept
}

/// The detector of traffic changes.
const CHANGE: &str = "traffic_change";

/// Marks a change on the chart of its cause, which gets the change's own where it has none over time.
fn take_change(cause: &mut Finding, change: Finding) {
    let Some(series) = change.series else { return };
    match &mut cause.series {
        Some(own) if own.kind == SeriesKind::Walk => {}
        Some(own) if own.changes.is_empty() => own.changes = series.changes,
        Some(_) => {}
        None => cause.series = Some(series),
    }
}

/// Folds what is part of a whole, by the same sources on targets that the whole has too.
fn fold_parts(findings: Vec<Finding>, seers: &[Seer]) -> Vec<Finding> {
    // What has parts itself waits until it has them.
    let has_parts = |finding: &Finding| seers.iter().any(|seer| seer.part_of.contains(&finding.detector.as_str()));
    let findings = fold_those(findings, seers, |finding| !has_parts(finding));
    fold_those(findings, seers, |_| true)
}

fn fold_those(mut findings: Vec<Finding>, seers: &[Seer], is_meant: impl Fn(&Finding) -> bool) -> Vec<Finding> {
    let mut place = 0;
    while let Some(finding) = findings.get(place) {
        let wholes = seers.iter().find(|seer| seer.id == finding.detector).filter(|_| is_meant(finding));
        let wholes = wholes.map_or(&[][..], |seer| seer.part_of);
        let is_whole = |whole: &Finding| {
            wholes.contains(&whole.detector.as_str())
                && are_sources_of(whole, finding)
                && are_together(whole, finding)
                && finding.targets.iter().all(|target| whole.targets.contains(target))
        };
        match findings.iter().position(is_whole) {
            Some(whole) => {
                let part = findings.remove(place);
                let whole = if whole > place { whole - 1 } else { whole };
                if let Some(whole) = findings.get_mut(whole) {
                    take(whole, &part, seers);
                }
            }
            None => place += 1,
        }
    }
    findings
}

/// True if the part's sources are the whole's, or some of the senders of a flood of many ports, each of whom looks like a scanner by
/// itself. A scan over another transport is one of its own, and so is one that is worse than the flood, or alone in it. Where not
/// all senders are listed, those that scan while the flood lasts are taken for some.
fn are_sources_of(whole: &Finding, part: &Finding) -> bool {
    if part.category != Category::Scan || whole.category != Category::Flood {
        return whole.sources == part.sources;
    }
    let is_meanwhile = whole.start_ns <= part.start_ns && part.end_ns <= whole.end_ns;
    let may_be_unlisted = whole.sources.len() >= Finding::MOST_ADDRESSES && is_meanwhile;
    let is_one = |source| whole.sources.contains(source) || may_be_unlisted;
    let is_of_many = whole.sources.len() > 1 && whole.ports.is_empty() && whole.severity >= part.severity;
    is_of_many && whole.protocol == part.protocol && part.sources.iter().all(is_one)
}

fn are_together(a: &Finding, b: &Finding) -> bool {
    a.start_ns <= b.end_ns.saturating_add(APART_NS) && b.start_ns <= a.end_ns.saturating_add(APART_NS)
}

/// True if both are of one event, seen by two detectors. Outliers are not events: they stay as they are.
fn is_one(a: &Finding, b: &Finding) -> bool {
    a.detector != b.detector && a.ports == b.ports && are_together(a, b) && a.category != Category::Statistical
}

fn take(stronger: &mut Finding, weaker: &Finding, seers: &[Seer]) {
    credit(stronger, weaker, seers);
    stronger.start_ns = stronger.start_ns.min(weaker.start_ns);
    stronger.end_ns = stronger.end_ns.max(weaker.end_ns);
}

/// Adds the name of the other detector to the explanation.
fn credit(stronger: &mut Finding, weaker: &Finding, seers: &[Seer]) {
    let seer = seers.iter().find(|seer| seer.id == weaker.detector);
    let name = seer.map_or(weaker.detector.as_str(), |seer| seer.name);
    let credit = format!(" The detector \u{201c}{name}\u{201d} reported it too.");
    // Once is enough, however many findings of it are folded.
    if !stronger.explanation.contains(&credit) {
        stronger.explanation.push_str(&credit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Addr, Evidence, Severity};

    /// As the cards of these detectors say.
    const SEERS: &[Seer] = &[
        Seer { id: "port_scan", name: "Port scan", part_of: &["udp_flood"] },
        Seer { id: "crafted_packets", name: "Crafted packets", part_of: &["port_scan", "host_scan"] },
        Seer { id: "non_standard_port", name: "Protocol on another port", part_of: &["port_scan"] },
        Seer { id: "ftp_brute_force", name: "FTP passwords", part_of: &[] },
    ];

    fn host(network: u8, last: u8) -> Vec<Endpoint> {
        vec![Endpoint::Ip(Addr::v4([network, 0, 0, last]))]
    }

    fn fold(findings: Vec<Finding>) -> Vec<Finding> {
        super::fold(findings, SEERS)
    }

    #[test]
    fn the_weaker_of_two_about_one_cause_is_folded() {
        let made = |(detector, category): (&str, Category), confidence, port| Finding {
            severity: Severity::High,
            score: confidence,
            confidence,
            sources: host(10, 1),
            targets: host(9, 1),
            ports: vec![port],
            ..Finding::of(detector, category)
        };
        let strong = made(("login_brute_force", Category::BruteForce), 0.9, 21);
        let weak = made(("ftp_brute_force", Category::BruteForce), 0.5, 21);
        let other = made(("ftp_brute_force", Category::BruteForce), 0.5, 2121);
        let folded = fold(vec![weak, strong, other]);
        assert_eq!(folded.len(), 2);
        assert_eq!(folded[0].detector, "login_brute_force");
        assert!(folded[0].explanation.contains("\u{201c}FTP passwords\u{201d} reported it too"));
    }

    #[test]
    fn a_detector_is_credited_once() {
        let made = |detector, port| Finding {
            severity: Severity::High,
            sources: host(10, 1),
            targets: host(9, 1),
            ports: vec![port],
            ..Finding::of(detector, Category::Scan)
        };
        let folded = fold(vec![made("port_scan", 80), made("crafted_packets", 81), made("crafted_packets", 82)]);
        assert_eq!(folded.len(), 1);
        assert_eq!(folded[0].explanation.matches("reported it too").count(), 1);
    }

    #[test]
    fn who_is_lured_is_no_guesser() {
        let lure = Finding {
            technique: Some("T1557.001".to_owned()),
            sources: host(10, 66),
            targets: host(10, 1),
            ..Finding::of("llmnr_poisoning", Category::Spoofing)
        };
        let logins = |to| Finding {
            sources: host(10, 1),
            targets: host(10, to),
            title: "10.0.0.1 guesses SMB passwords".to_owned(),
            evidence: vec![Evidence {
                name: "Failed logins".to_owned(),
                value: 12.0,
                unit: "logins".to_owned(),
                typical: String::new(),
            }],
            ..Finding::of("login_brute_force", Category::BruteForce)
        };
        let titles = |to| fold(vec![lure.clone(), logins(to)]).iter().map(|one| one.title.clone()).collect::<String>();
        assert_eq!(titles(66), "10.0.0.1 was lured to 10.0.0.66, which refused 12 of its logins");
        assert_eq!(titles(67), "10.0.0.1 guesses SMB passwords");
    }

    #[test]
    fn outliers_say_what_they_repeat() {
        let outlier = Finding { flow_serials: vec![3, 5], ..Finding::of("isolation_forest", Category::Statistical) };
        let scan = |serials: Vec<u32>| Finding {
            severity: Severity::High,
            title: "A scan".to_owned(),
            flow_serials: serials,
            ..Finding::of("port_scan", Category::Scan)
        };
        let said = |serials: Vec<u32>| fold(vec![outlier.clone(), scan(serials)])[1].explanation.clone();
        assert!(said(vec![1, 3, 5, 9]).contains("“A scan” is about the same flows"));
        assert_eq!(fold(vec![outlier.clone(), scan(vec![3, 5])])[1].repeats.as_deref(), Some(""));
        assert_eq!(said(vec![1, 5, 9]), "", "half of them is not enough");
    }

    #[test]
    fn findings_name_those_before_them_on_the_same_traffic() {
        let found = |id: &str, severity, serials: std::ops::Range<u32>| Finding {
            id: id.to_owned(),
            severity,
            flow_serials: serials.collect(),
            ..Finding::of(id, Category::Beacon)
        };
        let all = fold(vec![
            found("b", Severity::Low, 0..91),
            Finding { category: Category::Scan, ..found("a", Severity::High, 0..90) },
            Finding { category: Category::Flood, ..found("c", Severity::Low, 100..190) },
        ]);
        let named: Vec<(&str, &[String])> =
            all.iter().map(|one| (one.id.as_str(), one.same_traffic.as_slice())).collect();
        assert_eq!(named, [("a", &[][..]), ("b", &["a".to_owned()]), ("c", &[])]);
    }

    #[test]
    fn a_change_of_traffic_is_folded_under_what_accounts_for_it() {
        let moments = |times: [i64; 2]| crate::model::Series::counts("Packets", "packets", &times);
        let made = |(detector, category): (&str, Category), n_packets, series| Finding {
            targets: host(10, 1),
            start_ns: 10 * SECOND,
            end_ns: 20 * SECOND,
            n_packets,
            series,
            severity: Severity::Low,
            ..Finding::of(detector, category)
        };
        let mut change = made(("traffic_change", Category::Statistical), 1000, moments([0, 60 * SECOND]));
        change.series.iter_mut().for_each(|series| series.changes = vec![(10, 20)]);
        let flood = made(("syn_flood", Category::Flood), 900, moments([0, 60 * SECOND]));
        let folded = fold(vec![change.clone(), flood.clone()]);
        assert_eq!(folded.iter().map(|finding| finding.detector.as_str()).collect::<Vec<_>>(), ["syn_flood"]);
        assert_eq!(folded[0].series.as_ref().map(|series| series.changes.clone()), Some(vec![(10, 20)]));
        assert_eq!(fold(vec![change.clone(), Finding { n_packets: 90, ..flood.clone() }]).len(), 2, "too small");
        assert_eq!(fold(vec![change, Finding { targets: host(10, 2), ..flood }]).len(), 2, "another's");
    }

    #[test]
    fn trouble_stands_behind_the_flood_that_it_follows_from() {
        let made = |(detector, category): (&str, Category), score, target| Finding {
            severity: Severity::Medium,
            score,
            targets: host(10, target),
            end_ns: SECOND,
            ..Finding::of(detector, category)
        };
        let flood = || made(("connection_flood", Category::Flood), 0.6, 1);
        let first = |findings: Vec<Finding>| fold(findings)[0].detector.clone();
        let slow = |target| made(("path_latency", Category::Performance), 0.9, target);
        assert_eq!(first(vec![slow(1), flood()]), "connection_flood");
        assert_eq!(first(vec![slow(2), flood()]), "path_latency", "another host's");
        let whole = Finding { targets: Vec::new(), ..made(("rogue_router", Category::Spoofing), 0.5, 1) };
        assert_eq!(first(vec![slow(2), whole]), "rogue_router");
        let later = Finding { start_ns: 90 * SECOND, end_ns: 91 * SECOND, ..slow(1) };
        assert_eq!(first(vec![later, flood()]), "path_latency");
        // What is led astray does not arrive: the finding of that says how severe it is.
        let astray = |target| {
            let whole = Finding {
                sources: host(10, 66),
                targets: Vec::new(),
                ..made(("rogue_router", Category::Spoofing), 0.5, 1)
            };
            let folded = fold(vec![made(("service_unreachable", Category::Performance), 0.9, target), whole]);
            folded.iter().find(|one| one.category == Category::Performance).map(|one| one.severity)
        };
        assert_eq!(astray(2), Some(Severity::Low));
    }

    #[test]
    fn what_is_part_of_a_whole_is_folded_under_it_though_it_weighs_more() {
        let made = |(detector, category): (&str, Category), severity| Finding {
            severity,
            sources: host(10, 1),
            targets: host(9, 1),
            ..Finding::of(detector, category)
        };
        let part = made(("crafted_packets", Category::Scan), Severity::High);
        let folded = fold(vec![part.clone(), made(("port_scan", Category::Scan), Severity::Medium)]);
        assert_eq!(folded.iter().map(|finding| finding.detector.as_str()).collect::<Vec<_>>(), ["port_scan"]);
        let elsewhere = Finding { targets: host(9, 2), ..part };
        assert_eq!(fold(vec![elsewhere, made(("port_scan", Category::Scan), Severity::Medium)]).len(), 2);
        let probe = made(("non_standard_port", Category::CovertChannel), Severity::Low);
        assert_eq!(fold(vec![probe.clone(), made(("port_scan", Category::Scan), Severity::Medium)]).len(), 1);
        let later = Finding { start_ns: 3600 * SECOND, end_ns: 3601 * SECOND, ..probe };
        assert_eq!(fold(vec![later, made(("port_scan", Category::Scan), Severity::Medium)]).len(), 2);
    }

    #[test]
    fn senders_of_a_flood_are_no_scanners_and_who_scans_beside_it_is_one() {
        let made = |(detector, category): (&str, Category), sources: Vec<Endpoint>, protocol: &str| Finding {
            severity: Severity::Medium,
            sources,
            targets: host(9, 1),
            protocol: protocol.to_owned(),
            ..Finding::of(detector, category)
        };
        let n_of = |senders: &[u8], severity, (source, protocol, start_ns): (u8, &str, i64)| {
            let senders = senders.iter().flat_map(|sender| host(10, *sender)).collect();
            let scan = made(("port_scan", Category::Scan), host(10, source), protocol);
            let scan = Finding { severity, start_ns, end_ns: start_ns + SECOND, ..scan };
            let flood = made(("udp_flood", Category::Flood), senders, "UDP");
            fold(vec![scan, Finding { end_ns: 10 * SECOND, ..flood }]).len()
        };
        let n_left = |source, protocol, start_ns| n_of(&[1, 2, 3], Severity::Medium, (source, protocol, start_ns));
        assert_eq!((n_left(1, "UDP", 0), n_left(3, "UDP", 0)), (1, 1));
        assert_eq!(n_left(4, "UDP", 0), 2, "somebody else");
        assert_eq!(n_left(1, "TCP", 0), 2, "over another transport");
        assert_eq!(n_left(1, "UDP", 7200 * SECOND), 2, "at another time");
        assert_eq!(n_of(&[1], Severity::Medium, (1, "UDP", 0)), 2, "a fast scan may look like a flood");
        assert_eq!(n_of(&[1, 2, 3], Severity::High, (1, "UDP", 0)), 2, "it is worse");
        let many: Vec<u8> = (1..=Finding::MOST_ADDRESSES as u8).collect();
        assert_eq!(n_of(&many, Severity::Medium, (250, "UDP", 0)), 1, "not all senders are listed");
        assert_eq!(n_of(&many, Severity::Medium, (250, "UDP", 30 * SECOND)), 2, "after the flood");
    }
}
