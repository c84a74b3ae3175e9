//! What is at risk if a finding is true, in words that go on after "At risk: ".

use super::wording::side;
use crate::model::finding::{Category, Finding};

/// What is at risk; none where that depends on what it turns out to be.
pub fn of(finding: &Finding) -> Option<String> {
    let by = side(&finding.sources).unwrap_or_else(|| "the sender".to_owned());
    let to = side(&finding.targets);
    // Whom it is aimed at; if nobody is named, the network.
    let whom = to.clone().unwrap_or_else(|| "the local network".to_owned());
    let text = match (finding.detector.as_str(), finding.category) {
        ("weak_tls", _) => format!("what clients exchange with {}", to.unwrap_or(by)),
        ("cleartext_login", _) => format!("the accounts on {whom}, and others with the same password"),
        ("mail_exfiltration" | "bulk_exfiltration" | "low_and_slow_exfiltration", _) => {
            format!("the data that {by} sent away")
        }
        ("kerberoasting" | "directory_search", _) => "the accounts of services in the domain".to_owned(),
        ("active_directory_attack" | "overpass_the_hash", _) => "the accounts of the whole domain".to_owned(),
        ("industrial_control", _) => format!("the process that {whom} controls"),
        ("dhcp_starvation", _) => "new devices, which get no address".to_owned(),
        // Which of the two sides has the shell depends on who connected.
        ("remote_shell", _) => "the host with that shell, which somebody else controls or may control".to_owned(),
        (_, Category::Scan) => format!("little yet, but what {whom} offers may be attacked next"),
        (_, Category::Flood) => format!("the service of {whom}"),
        (_, Category::BruteForce) => format!("the accounts on {whom}"),
        (_, Category::Spoofing) => {
            "what the hosts of this network send and receive, which others may read or change".to_owned()
        }
        (_, Category::Cleartext) => format!("what is sent to {whom}, which anybody on the path can read"),
        (_, Category::LateralMovement) => format!("{whom} and whatever can be reached from there"),
        (_, Category::Beacon) => format!("{by}, which may be under remote control"),
        (_, Category::CovertChannel) => format!("whatever {by} can read, which may leave unnoticed"),
        (_, Category::Exfiltration) => format!("the data that {by} can read"),
        (_, Category::Mining) => format!("{by}, on which somebody else runs programs"),
        (_, Category::ProtocolAbuse) => whom,
        (_, Category::Performance) => format!("the work that depends on {}", to.unwrap_or(by)),
        (_, Category::LongConnection | Category::Statistical) => return None,
    };
    Some(text)
}
