//! Whether what a finding reports worked: by what its detector measured, and by nothing else.

use super::wording::side;
use crate::maths::sorting::Gather;
use crate::model::finding::{Category, Finding};
use crate::model::format::quantity::{bytes, count, counted};
use crate::model::{Endpoint, Severity};
use Success::{Failed, Hidden, Possible, Worked};
use std::collections::BTreeSet;

/// Whether it worked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Success {
    /// It cannot be seen.
    Hidden,
    /// It could have been seen and was not, or it was refused.
    Failed,
    /// Something followed that would follow success.
    Possible,
    /// It did.
    Worked,
}

/// Whether it worked, and the sentence that says so without its full stop.
type Said = (Success, String);

/// Detectors, and the measured value that says whether what they report worked. Detectors without a line measure no
/// such thing.
pub const MEASURED: &[(&str, &str)] = &[
    ("login_brute_force", "Accepted logins afterwards"),
    ("ssh_brute_force", "Larger sessions from the same client afterwards"),
    ("ftp_brute_force", "Larger sessions from the same client afterwards"),
    ("port_scan", "Ports with a normal connection"),
    ("port_scan", "Ports left half-open by the source"),
    ("host_scan", "Hosts that answered"),
    ("arp_sweep", "Addresses requested"),
    ("arp_sweep", "Addresses without an answer"),
    ("zone_transfer", "Records in the answers"),
    ("web_attack", "Connections from the server to the client afterwards"),
    ("known_exploit", "Bytes in answers beyond the request"),
    ("industrial_control", "Refused"),
    ("overpass_the_hash", "Accepted"),
    ("cleartext_login", "Passwords that the server accepted"),
    ("lateral_movement", "Neighbours reached"),
    ("lateral_movement", "Neighbours tried that did the same afterwards"),
    ("remote_shell", "Commands"),
    ("mining", "Results submitted"),
    ("rogue_router", "Flows to the outside through it"),
    ("rogue_dhcp", "Clients that got an address"),
    ("llmnr_poisoning", "Hosts it answered"),
    ("name_poisoning", "Hosts it answered"),
];

/// A shell is reported with more confidence than this only where a prompt was answered.
const ANSWERED: f64 = 0.9;

/// Detectors whose measured value counts events, none of which two findings share: their sum says what came of all.
const SUMMED: &[&str] = &["cleartext_login"];

/// Whether what findings of one detector report worked, as [`of`] says it of one; none where that cannot be said of all at
/// once, for each may have ended otherwise.
pub fn of_alike(findings: &[&Finding], all: &[&Finding]) -> Option<Said> {
    let (first, others) = findings.split_first()?;
    let said = of(first, all)?;
    if others.iter().all(|other| of(other, all).as_ref() == Some(&said)) && !SUMMED.contains(&first.detector.as_str()) {
        return Some(said);
    }
    SUMMED.contains(&first.detector.as_str()).then_some(())?;
    let mut sum = (*first).clone();
    for value in &mut sum.evidence {
        value.value = findings.iter().filter_map(|finding| finding.measured(&value.name)).sum();
    }
    of(&sum, all)
}

/// Whether it worked, and the sentence that says so without its full stop; none where there is nothing to succeed in. `all`
/// are the findings of the input, among which a flood's effect is looked for.
pub fn of(finding: &Finding, all: &[&Finding]) -> Option<Said> {
    // By what of the table was measured, in its order.
    let measured = MEASURED.iter().filter(|(detector, _)| *detector == finding.detector);
    let values: Vec<f64> = measured.filter_map(|(_, name)| finding.measured(name)).collect();
    let (detector, values) = (finding.detector.as_str(), values.as_slice());
    of_guesses(detector, values)
        .or_else(|| of_scan(detector, values))
        .or_else(|| of_exploit(detector, values))
        .or_else(|| of_lateral_movement(detector, values))
        .or_else(|| of_malware(finding, values))
        .or_else(|| of_rogue_server(finding, values, all))
        .or_else(|| hidden(detector))
        .or_else(|| by_category(finding, all))
}

/// A number of things, with their noun.
fn n(value: f64, one: &str, many: &str) -> String {
    counted(value.max(0.0) as u64, one, many)
}

/// Guesses of passwords, and passwords in the clear.
fn of_guesses(detector: &str, values: &[f64]) -> Option<Said> {
    let said = match (detector, values) {
        ("login_brute_force", [0.0]) => (Failed, "It failed as far as can be seen: no login was accepted".to_owned()),
        ("login_brute_force", [x]) => {
            let logins = n(*x, "login of the same client was", "logins of the same client were");
            (Possible, format!("It may have worked: {logins} accepted afterwards"))
        }
        ("ssh_brute_force" | "ftp_brute_force", [x]) if *x > 0.0 => {
            (Possible, "It may have worked: the same client had a larger session afterwards".to_owned())
        }
        ("ssh_brute_force" | "ftp_brute_force", [_]) => (
            Hidden,
            "Whether a guess fitted cannot be seen in these sessions; no larger one of the same client followed, as a login \
             that worked would bring"
                .to_owned(),
        ),
        ("overpass_the_hash", [0.0]) => (Failed, "No login was seen to be accepted".to_owned()),
        ("overpass_the_hash", [_]) => (Worked, "It worked: the login was accepted".to_owned()),
        ("cleartext_login", [0.0]) => {
            (Hidden, "Anybody on the path could read the passwords; whether they are valid was not seen".to_owned())
        }
        ("cleartext_login", [x]) => {
            let accepted = n(*x, "of these logins was", "of these logins were");
            (Worked, format!("Anybody on the path could read the passwords, and {accepted} accepted"))
        }
        _ => return None,
    };
    Some(said)
}

/// What was found out about hosts, ports and names.
fn of_scan(detector: &str, values: &[f64]) -> Option<Said> {
    let said = match (detector, values) {
        ("port_scan", [0.0, 0.0]) => (Failed, "No port was seen to accept a connection".to_owned()),
        ("port_scan", [normal, half]) => {
            let ports = n(normal + half, "port that accepts connections", "ports that accept connections");
            (Worked, format!("It found {ports}"))
        }
        ("host_scan", [0.0]) => (Failed, "No host was seen to answer".to_owned()),
        ("host_scan", [x]) => (Worked, format!("It found {}", n(*x, "host that answered", "hosts that answered"))),
        ("arp_sweep", [asked, silent]) if asked > silent => {
            let hosts = n(asked - silent, "address that answered", "addresses that answered");
            (Worked, format!("It found {hosts}"))
        }
        ("arp_sweep", [_, _]) => (Failed, "No answer to it was seen".to_owned()),
        ("zone_transfer", [0.0]) => (Failed, "The server was not seen to hand over any record".to_owned()),
        ("zone_transfer", [x]) => (Worked, format!("It worked: the server handed over {}", n(*x, "record", "records"))),
        _ => return None,
    };
    Some(said)
}

/// Requests that make a server or a controller do what it should not.
fn of_exploit(detector: &str, values: &[f64]) -> Option<Said> {
    let said = match (detector, values) {
        ("web_attack", [x]) if *x > 0.0 => {
            let calls = n(*x, "connection", "connections");
            (Worked, format!("It worked: the server then opened {calls} to the attacker"))
        }
        ("web_attack", [_]) => (
            Hidden,
            "Whether it worked cannot be seen from the requests: the server opened no connection to the attacker, and what its \
             answers gave away has to be read"
                .to_owned(),
        ),
        ("known_exploit", [0.0]) => (Failed, "No answer that would show success was seen".to_owned()),
        ("known_exploit", [x]) => {
            (Worked, format!("It worked: the answers gave away {} of the server's memory", bytes(*x)))
        }
        ("industrial_control", [0.0]) => (Possible, "It was not refused, as far as can be seen".to_owned()),
        ("industrial_control", [_]) => (Failed, "The controller refused it".to_owned()),
        _ => return None,
    };
    Some(said)
}

/// Neighbours that were reached, and those that went on themselves.
fn of_lateral_movement(detector: &str, values: &[f64]) -> Option<Said> {
    let ("lateral_movement", [reached, same]) = (detector, values) else { return None };
    let reach = match reached.max(0.0) as u64 {
        0 => "It was not seen to reach any of them".to_owned(),
        n => format!("It reached {} of them", count(n)),
    };
    Some(match same.max(0.0) as u64 {
        0 => (if *reached > 0.0 { Worked } else { Failed }, reach),
        n => (Possible, format!("{reach}, but {} did the same afterwards, as a worm makes hosts do", count(n))),
    })
}

/// What runs on a host that was taken over.
fn of_malware(finding: &Finding, values: &[f64]) -> Option<Said> {
    let said = match (finding.detector.as_str(), values) {
        // Without a prompt that was answered, all that was seen is a script on its way.
        ("remote_shell", [x]) if *x > 0.0 && finding.confidence > ANSWERED => {
            (Worked, format!("It worked: {} given in that session", n(*x, "command was", "commands were")))
        }
        ("remote_shell", _) => (Hidden, "Whether the script was run cannot be seen".to_owned()),
        ("mining", [x]) if *x > 0.0 => (Worked, format!("The host submitted {}", n(*x, "result", "results"))),
        _ => return None,
    };
    Some(said)
}

/// Who follows a router, a DHCP server or a responder that should not be there.
fn of_rogue_server(finding: &Finding, values: &[f64], all: &[&Finding]) -> Option<Said> {
    let said = match (finding.detector.as_str(), values) {
        ("rogue_router", [x]) if *x > 0.0 => {
            (Worked, format!("It worked: {} to the outside went through it", n(*x, "flow", "flows")))
        }
        ("rogue_dhcp", [x]) if *x > 0.0 => {
            (Worked, format!("{} an address from them", n(*x, "client got", "clients got")))
        }
        ("llmnr_poisoning" | "name_poisoning", [x]) if *x > 0.0 => {
            let lured = all.iter().filter(|other| finding.is_lure_of(other)).flat_map(|other| &other.sources);
            let lured = lured.filter(|host| finding.targets.contains(host)).gathered::<BTreeSet<&Endpoint>>().len();
            match lured {
                0 => {
                    let hosts = n(*x, "host got", "hosts got");
                    (Possible, format!("{hosts} its answers; whether they then sent it a password was not measured"))
                }
                lured => {
                    let hosts = n(lured as f64, "host", "hosts");
                    (Worked, format!("It worked: {hosts} then sent it logins, whose passwords it can try to crack"))
                }
            }
        }
        _ => return None,
    };
    Some(said)
}

/// What the detector itself says, whatever it measured.
fn hidden(detector: &str) -> Option<Said> {
    let words = match detector {
        "tls_brute_force" => "Whether a guess fitted cannot be seen: the answers are encrypted",
        "kerberoasting" => "Whether a password was found cannot be seen: the tickets are cracked elsewhere",
        "dga" => "These names do not exist; whether the host found its server under another name cannot be seen",
        "dns_response_spoofing" => "Which of the answers was believed cannot be seen",
        "arp_spoofing" | "neighbour_spoofing" | "icmp_redirect" => {
            "Whether traffic of others was read or changed on the way cannot be seen"
        }
        "forged_reset" => return Some((Worked, "It worked: the connections ended".to_owned())),
        _ => return None,
    };
    Some((Hidden, words.to_owned()))
}

fn by_category(finding: &Finding, all: &[&Finding]) -> Option<Said> {
    let said = match finding.category {
        Category::Flood => return Some(of_flood(finding, all)),
        Category::Beacon => (Success::Hidden, "Their timing alone does not show whether commands came back".to_owned()),
        Category::Exfiltration => {
            (Success::Worked, "The bytes did leave; whether somebody wanted that cannot be seen".to_owned())
        }
        Category::Scan
        | Category::BruteForce
        | Category::Spoofing
        | Category::LateralMovement
        | Category::ProtocolAbuse => (Success::Hidden, "Whether it worked was not measured".to_owned()),
        Category::CovertChannel => (Success::Hidden, "What was carried in it was not decoded".to_owned()),
        Category::Cleartext
        | Category::Mining
        | Category::LongConnection
        | Category::Performance
        | Category::Statistical => return None,
    };
    Some(said)
}

/// A flood works if what it is aimed at fails meanwhile.
fn of_flood(flood: &Finding, all: &[&Finding]) -> Said {
    let is_aimed_at = |endpoint: &Endpoint| flood.targets.contains(endpoint);
    let suffered = all.iter().find(|other| {
        other.category == Category::Performance
            && other.severity >= Severity::Medium
            && other.start_ns <= flood.end_ns
            && other.end_ns >= flood.start_ns
            && other.targets.iter().any(is_aimed_at)
    });
    match suffered {
        Some(other) => (
            Success::Possible,
            format!("It may have worked: at the same time, {}", super::wording::inner(&other.title)),
        ),
        None => {
            let whom = side(&flood.targets).unwrap_or_else(|| "the network".to_owned());
            (Success::Hidden, format!("Nothing was measured that would say whether {whom} failed under it"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::tests::{made, measured};

    #[test]
    fn logins_are_summed_over_findings_and_what_ends_otherwise_is_not() {
        let login = |n: f64| measured(&[("Passwords that the server accepted", n)], made("cleartext_login", &[], &[]));
        let (telnet, ftp, none) = (login(3.0), login(2.0), login(0.0));
        let said = of_alike(&[&telnet, &none, &ftp], &[]);
        assert!(said.is_some_and(|said| said.1.ends_with("and 5 of these logins were accepted")));
        let scan = |n: f64| measured(&[("Hosts that answered", n)], made("host_scan", &[], &[]));
        assert_eq!(of_alike(&[&scan(2.0), &scan(3.0)], &[]), None);
        assert_eq!(of_alike(&[&scan(0.0), &scan(0.0)], &[]), of(&scan(0.0), &[]));
    }

    #[test]
    fn a_worm_that_reached_nobody_but_goes_on_is_told_as_one() {
        let values = [("Neighbours reached", 0.0), ("Neighbours tried that did the same afterwards", 3.0)];
        let said = of(&measured(&values, made("lateral_movement", &[], &[])), &[]);
        assert_eq!(
            said.map(|said| said.1).as_deref(),
            Some("It was not seen to reach any of them, but 3 did the same afterwards, as a worm makes hosts do")
        );
    }

    #[test]
    fn logins_of_the_lured_are_seen() {
        let lure = Finding {
            technique: Some("T1557.001".to_owned()),
            category: Category::Spoofing,
            ..made("llmnr_poisoning", &[[10, 0, 0, 66]], &[[10, 0, 0, 1], [10, 0, 0, 2]])
        };
        let lure = measured(&[("Hosts it answered", 2.0)], lure);
        let login =
            |from| Finding { category: Category::BruteForce, ..made("any", &[[10, 0, 0, from]], &[[10, 0, 0, 66]]) };
        let said = |others: &[&Finding]| of(&lure, others).map(|said| said.1).unwrap_or_default();
        assert!(said(&[&login(1), &login(3)]).starts_with("It worked: 1 host then sent it logins"));
        assert!(said(&[&login(3)]).contains("was not measured"));
    }
}
