//! Findings to incidents: the same hosts, and steps in the order of an attack.
//!
//! The order is that of the kill chain (Hutchins, Cloppert, Amin: Intelligence-Driven Computer Network Defense, 2011),
//! as far as traffic shows it. A finding joins what came before it if it is a later step, and either the same side acts
//! on the same other side, or a side that was acted upon now acts itself, or a side that is in already goes on; or if it is
//! what that made its victims do. What a stronger finding says of the same traffic is no further step.

use super::sentence::sentence;
use super::step::{Step, step};
use crate::maths::sorting::Arrange;
use crate::model::finding::{Category, Finding, Severity};
use crate::model::format::time::SECOND;
use crate::model::{Endpoint, Incident};
use std::collections::BTreeMap;

/// Steps that are further apart than this are two incidents.
const APART_NS: i64 = 24 * 3600 * SECOND;
/// Most findings evaluated, most severe first.
const MOST_FINDINGS: usize = 4000;
/// How many latest findings of an address a later one is compared with.
const MOST_BEFORE: usize = 32;
/// Most findings of an incident.
const MOST_STEPS: usize = 50;
/// Most incidents.
const MOST_INCIDENTS: usize = 100;

/// The incidents among findings, most severe first, then by time. Findings that belong to none are left out.
pub fn link(findings: &[Finding]) -> Vec<Incident> {
    let mut steps: Vec<(&Finding, Step)> = Vec::new();
    let mut by_source: BTreeMap<Endpoint, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().take(MOST_FINDINGS) {
        let Some(step) = step(finding) else { continue };
        // What a stronger finding says of the same traffic is no further step.
        let stronger = |source| by_source.get(source).into_iter().flatten().rev().take(MOST_BEFORE);
        if finding.sources.iter().flat_map(stronger).any(|other| other.is_of_same_traffic(finding)) {
            continue;
        }
        finding.sources.iter().for_each(|source| by_source.entry(*source).or_default().push(finding));
        steps.push((finding, step));
    }
    steps.arrange_by(|(a, a_step), (b, b_step)| {
        (a.start_ns, *a_step, a.end_ns, &a.id).cmp(&(b.start_ns, *b_step, b.end_ns, &b.id))
    });
    // Findings in which an address is any side, by place; and the story that each belongs to.
    let mut known: BTreeMap<Endpoint, Vec<usize>> = BTreeMap::new();
    let mut stories: Vec<Vec<usize>> = Vec::new();
    let mut story_of: Vec<Option<usize>> = vec![None; steps.len()];
    for (place, (finding, step)) in steps.iter().enumerate() {
        let latest = |address: &Endpoint| known.get(address).into_iter().flatten().rev().take(MOST_BEFORE).copied();
        let before = finding.sources.iter().flat_map(latest).filter(|before| {
            let is_open = |story: Option<usize>| {
                story.and_then(|story| stories.get(story)).is_none_or(|story| story.len() < MOST_STEPS)
            };
            let fits = steps.get(*before).is_some_and(|earlier| follows(earlier, (finding, *step)));
            let story = story_of.get(*before).copied().flatten();
            // People log in all day: that is a step only where others came before it.
            let is_lonely = story.is_none() && steps.get(*before).is_some_and(|s| s.0.category == Category::Cleartext);
            fits && !is_lonely && is_open(story)
        });
        if let Some(before) = before.max() {
            let story = story_of.get(before).copied().flatten().unwrap_or_else(|| {
                stories.push(vec![before]);
                stories.len() - 1
            });
            if let Some(places) = stories.get_mut(story) {
                places.push(place);
            }
            for member in [before, place] {
                if let Some(own) = story_of.get_mut(member) {
                    *own = Some(story);
                }
            }
        }
        for address in finding.sources.iter().chain(&finding.targets) {
            known.entry(*address).or_default().push(place);
        }
    }
    let found = |places: &Vec<usize>| {
        let told: Vec<&Finding> = places.iter().filter_map(|place| steps.get(*place)).map(|step| step.0).collect();
        incident(&told)
    };
    let mut incidents: Vec<Incident> = stories.iter().filter_map(found).collect();
    incidents
        .arrange_by(|a, b| b.severity.cmp(&a.severity).then(a.start_ns.cmp(&b.start_ns)).then_with(|| a.id.cmp(&b.id)));
    incidents.truncate(MOST_INCIDENTS);
    incidents
}

/// True if the second is a later step of the same incident.
fn follows((earlier, early): &(&Finding, Step), (later, late): (&Finding, Step)) -> bool {
    let is_soon = later.start_ns <= earlier.end_ns.saturating_add(APART_NS);
    if is_soon && earlier.is_lure_of(later) {
        return true;
    }
    if late <= *early || !is_soon {
        return false;
    }
    let is_same_source = meet(&earlier.sources, &later.sources);
    // A list that was cut may hold the target too.
    let is_same_target = meet(&earlier.targets, &later.targets) || earlier.targets.len() >= Finding::MOST_ADDRESSES;
    let is_in_already = *early >= Step::Access;
    let has_turned = *early >= Step::Try && late >= Step::Access && meet(&earlier.targets, &later.sources);
    is_same_source && (is_same_target || is_in_already) || has_turned
}

/// True if two sorted lists share an entry.
fn meet(a: &[Endpoint], b: &[Endpoint]) -> bool {
    a.iter().any(|address| b.binary_search(address).is_ok())
}

fn incident(steps: &[&Finding]) -> Option<Incident> {
    let first = steps.first()?;
    Some(Incident {
        id: first.id.clone(),
        sentence: sentence(steps),
        severity: steps.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Info),
        start_ns: first.start_ns,
        end_ns: steps.iter().map(|finding| finding.end_ns).max().unwrap_or(first.end_ns),
        findings: steps.iter().map(|finding| finding.id.clone()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::tests::made;

    const EVIL: [u8; 4] = [203, 0, 113, 9];
    const VICTIM: [u8; 4] = [10, 0, 0, 5];
    const OTHER: [u8; 4] = [10, 0, 0, 77];
    const CLOUD: [u8; 4] = [198, 51, 100, 1];

    fn at(second: i64, id: &str, category: Category, source: [u8; 4], target: [u8; 4]) -> Finding {
        Finding { category, start_ns: second * SECOND, end_ns: (second + 5) * SECOND, ..made(id, &[source], &[target]) }
    }

    fn story() -> Vec<Finding> {
        vec![
            at(300, "bulk_exfiltration", Category::Exfiltration, VICTIM, CLOUD),
            at(10, "scan", Category::Scan, EVIL, VICTIM),
            at(100, "guess", Category::BruteForce, EVIL, VICTIM),
        ]
    }

    #[test]
    fn a_scan_then_guessing_then_a_transfer_is_one_story_in_order_of_time() {
        let incidents = link(&story());
        assert_eq!(incidents.len(), 1);
        assert_eq!(incidents[0].findings, ["scan-1", "guess-1", "bulk_exfiltration-1"]);
        assert_eq!(
            incidents[0].sentence,
            "203.0.113.9 scanned 10.0.0.5, then guessed passwords; after that 10.0.0.5 sent data out to 198.51.100.1."
        );
        assert_eq!((incidents[0].start_ns, incidents[0].end_ns), (10 * SECOND, 305 * SECOND));
    }

    #[test]
    fn the_wrong_order_is_no_story() {
        let mut findings = story();
        findings[1].start_ns = 900 * SECOND;
        assert_eq!(link(&findings).len(), 1, "guessing and transfer are left");
        assert_eq!(link(&findings)[0].findings, ["guess-1", "bulk_exfiltration-1"]);
        findings[2].start_ns = 800 * SECOND;
        findings[2].end_ns = 805 * SECOND;
        findings[1].start_ns = 1900 * SECOND;
        assert!(link(&findings).is_empty(), "transfer, guessing, scan: each may be, but it is no attack's order");
    }

    #[test]
    fn the_unrelated_are_not_linked() {
        let apart = |findings: &[Finding]| assert!(link(findings).is_empty(), "{:?}", link(findings));
        apart(&[at(1, "scan", Category::Scan, EVIL, VICTIM), at(9, "guess", Category::BruteForce, CLOUD, OTHER)]);
        // Another target of the same source: scanners scan everybody.
        apart(&[at(1, "scan", Category::Scan, EVIL, VICTIM), at(9, "guess", Category::BruteForce, EVIL, OTHER)]);
        // Who was only looked at is not taken.
        apart(&[at(1, "scan", Category::Scan, EVIL, VICTIM), at(9, "call", Category::Beacon, VICTIM, CLOUD)]);
        // The same step twice leads nowhere, and neither does what is no step.
        apart(&[at(1, "a", Category::Scan, EVIL, VICTIM), at(9, "b", Category::Scan, EVIL, VICTIM)]);
        apart(&[at(1, "a", Category::Scan, EVIL, VICTIM), at(9, "b", Category::Statistical, EVIL, VICTIM)]);
        // A login that nobody prepared.
        apart(&[at(1, "login", Category::Cleartext, VICTIM, CLOUD), at(9, "mine", Category::Mining, VICTIM, CLOUD)]);
        // A weak certificate is shown to all, and reported for information.
        let shown = Finding { severity: Severity::Info, ..at(9, "show", Category::Cleartext, EVIL, VICTIM) };
        apart(&[at(1, "scan", Category::Scan, EVIL, VICTIM), shown]);
        // Days apart.
        apart(&[at(1, "a", Category::Scan, EVIL, VICTIM), at(200_000, "b", Category::BruteForce, EVIL, VICTIM)]);
    }

    #[test]
    fn a_web_attack_and_a_shell_that_obeys_are_one_incident_as_severe_as_its_outcome() {
        let attack = |technique: &str| Finding {
            technique: Some(technique.to_owned()),
            severity: Severity::Medium,
            ..at(10, "web_attack", Category::ProtocolAbuse, EVIL, VICTIM)
        };
        let shell = |from, to| Finding {
            technique: Some("T1059".to_owned()),
            severity: Severity::Critical,
            ..at(20, "remote_shell", Category::LongConnection, from, to)
        };
        // The victim calls out, to the attacker or to another address, or the attacker comes back to a port of it.
        for (from, to) in [(VICTIM, EVIL), (VICTIM, CLOUD), (EVIL, VICTIM)] {
            for technique in ["T1190", "T1595.002"] {
                let incidents = link(&[shell(from, to), attack(technique)]);
                assert_eq!(incidents.len(), 1);
                assert_eq!(incidents[0].findings, ["web_attack-1", "remote_shell-1"]);
                assert_eq!(incidents[0].severity, Severity::Critical);
            }
        }
        assert_eq!(
            link(&[shell(VICTIM, CLOUD), attack("T1190")])[0].sentence,
            "203.0.113.9 attacked 10.0.0.5; after that 10.0.0.5 had a command shell open with 198.51.100.1."
        );
        assert!(link(&[shell(OTHER, CLOUD), attack("T1190")]).is_empty(), "another host's shell");
        let looked = Finding { technique: Some("T1595.003".to_owned()), ..attack("") };
        assert!(link(&[shell(VICTIM, CLOUD), looked]).is_empty(), "who was only looked at");
        let exploit = Finding { technique: Some("T1210".to_owned()), ..attack("") };
        assert_eq!(link(&[shell(VICTIM, CLOUD), exploit]).len(), 1);
    }

    #[test]
    fn a_host_that_is_in_goes_on_to_others() {
        let moved = at(10, "lateral", Category::LateralMovement, VICTIM, OTHER);
        let called = at(20, "beacon", Category::Beacon, OTHER, CLOUD);
        let sent = at(30, "bulk_exfiltration", Category::Exfiltration, VICTIM, CLOUD);
        let incidents = link(&[sent, called, moved]);
        assert_eq!(incidents[0].findings, ["lateral-1", "beacon-1", "bulk_exfiltration-1"]);
        assert_eq!(
            incidents[0].sentence,
            "10.0.0.5 turned to other hosts; after that 10.0.0.77 connected out again and again to 198.51.100.1; after that \
             10.0.0.5 sent data out."
        );
    }

    #[test]
    fn a_sweep_by_mac_and_address_is_one_hosts() {
        let mut sweep = at(10, "sweep", Category::Scan, VICTIM, OTHER);
        sweep.sources.push(Endpoint::Mac([2, 0, 0, 0, 0, 1]));
        let moved = at(20, "lateral", Category::LateralMovement, VICTIM, OTHER);
        assert_eq!(link(&[sweep, moved])[0].sentence, "10.0.0.5 scanned 10.0.0.77, then turned to other hosts.");
    }

    #[test]
    fn what_a_stronger_finding_says_of_the_same_flows_is_no_further_step() {
        let of = |serials: std::ops::Range<u32>, finding| Finding { flow_serials: serials.collect(), ..finding };
        let guess = || of(0..266, at(20, "tls_brute_force", Category::BruteForce, EVIL, VICTIM));
        let flood = || at(20, "connection_flood", Category::Flood, EVIL, VICTIM);
        assert!(link(&[guess(), of(0..265, flood())]).is_empty());
        assert_eq!(link(&[guess(), of(300..600, flood())]).len(), 1, "another thing");
    }

    #[test]
    fn who_is_lured_and_then_logs_in_is_part_of_the_incident() {
        let lure = || Finding {
            technique: Some("T1557.001".to_owned()),
            ..at(10, "llmnr_poisoning", Category::Spoofing, EVIL, VICTIM)
        };
        let logins = |from, to| at(11, "login_brute_force", Category::BruteForce, from, to);
        let incidents = link(&[lure(), logins(VICTIM, EVIL)]);
        assert_eq!(
            incidents[0].sentence,
            "203.0.113.9 impersonated others; after that 10.0.0.5 sent logins to 203.0.113.9."
        );
        assert!(link(&[lure(), logins(VICTIM, CLOUD)]).is_empty() && link(&[lure(), logins(OTHER, EVIL)]).is_empty());
        let other = Finding { technique: Some("T1557.002".to_owned()), ..lure() };
        assert!(link(&[other, logins(VICTIM, EVIL)]).is_empty(), "ARP brings no logins to oneself");
    }

    #[test]
    fn thousands_of_findings_stay_bounded_and_give_the_same_in_any_order() {
        let mut findings: Vec<Finding> = (0..3000_i64)
            .map(|i| {
                let category = [Category::Scan, Category::BruteForce, Category::Beacon][(i % 3) as usize];
                at(i, &format!("f{i}"), category, EVIL, [10, 0, 0, (i / 3 % 200) as u8])
            })
            .collect();
        let incidents = link(&findings);
        assert!(!incidents.is_empty() && incidents.len() <= MOST_INCIDENTS);
        assert!(incidents.iter().all(|incident| (2..=MOST_STEPS).contains(&incident.findings.len())));
        findings.reverse();
        assert_eq!(link(&findings), incidents);
    }
}
