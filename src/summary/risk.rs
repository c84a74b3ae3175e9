//! What is at risk if a finding is true, in words that go on after "At risk: ".

use super::wording::side;
use crate::model::Site;
use crate::model::finding::{Category, Finding};
use crate::model::slowness::Sides;

/// What is at risk; none where that depends on what it turns out to be.
pub fn of(finding: &Finding, site: &Site) -> Option<String> {
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
        ("industrial_control", _) => format!("the process under the control of {whom}"),
        ("dhcp_starvation", _) => "new devices, which get no address".to_owned(),
        // Which of the two sides has the shell depends on who connected.
        ("remote_shell", _) => "the host with that shell, which somebody else controls or may control".to_owned(),
        (_, Category::Scan) => format!("little yet, but the services of {whom} may be attacked next"),
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
        (_, Category::Performance) => {
            let Sides { users, place } = Sides::of(finding, site);
            let users = side(users).unwrap_or_else(|| "the whole local network".to_owned());
            match side(place) {
                Some(place) => format!("the work of {users} that depends on {place}"),
                None => format!("the work of {users}"),
            }
        }
        (_, Category::LongConnection | Category::Statistical) => return None,
    };
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::tests::made;

    #[test]
    fn the_work_at_risk_is_that_of_the_users() {
        let found = Finding {
            category: Category::Performance,
            ports: vec![80],
            ..made("mtu_black_hole", &[[10, 0, 0, 9]], &[[203, 0, 113, 5]])
        };
        let risk = of(&found, &Site::private());
        assert_eq!(risk.as_deref(), Some("the work of 10.0.0.9 that depends on 203.0.113.5"));
    }

    #[test]
    fn one_target_or_many_read_well() {
        let many: Vec<[u8; 4]> = (0..50).map(|last| [10, 0, 0, last]).collect();
        let risk = of(&made("host_scan", &[[10, 0, 0, 9]], &many), &Site::private());
        assert_eq!(risk.as_deref(), Some("little yet, but the services of 50 hosts or more may be attacked next"));
    }
}
