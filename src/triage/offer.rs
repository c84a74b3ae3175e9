//! Offers for a finding the rule that would make it expected: possible parts, and the parts chosen at first.

use crate::model::{Endpoint, Finding, Net, Rule};

/// Offered networks have at least this many bits, for IPv4 and IPv6: a rule should not be wider than a site.
const LEAST_BITS: (u8, u8) = (16, 48);

/// All parts of a rule that match the finding; parts that cannot match are none.
pub fn all(finding: &Finding) -> Rule {
    let is_whole = finding.names.len() < Finding::MOST_NAMES;
    Rule {
        host: net(&finding.sources),
        peer: net(&finding.targets),
        port: finding.ports.first().copied().filter(|_| finding.ports.len() == 1),
        name: common_name(&finding.names).filter(|_| is_whole),
        detector: Some(finding.detector.clone()),
        note: String::new(),
    }
}

/// What is offered first: the detector, the actors and the port; the other side by its name where it is outside and has
/// one, because addresses of services outside change.
pub fn usual(finding: &Finding) -> Rule {
    let all = all(finding);
    let is_outside = |address: &Endpoint| matches!(address, Endpoint::Ip(host) if !host.is_private());
    let is_named = all.name.is_some() && finding.targets.iter().all(is_outside);
    if is_named { Rule { peer: None, ..all } } else { Rule { name: None, ..all } }
}

/// The address, or the smallest network of all of them; none if that were too wide, or if the list was cut.
fn net(addresses: &[Endpoint]) -> Option<Net> {
    let (first, rest) = addresses.split_first()?;
    if rest.is_empty() {
        return Some(Net::of(*first));
    }
    let Endpoint::Ip(host) = *first else { return None };
    if addresses.len() >= Finding::MOST_ADDRESSES {
        return None;
    }
    let (most, least) = if host.is_v4() { (32, LEAST_BITS.0) } else { (128, LEAST_BITS.1) };
    let nets = (least..most).rev().filter_map(|bits| Net::parse(&format!("{host}/{bits}")));
    nets.into_iter().find(|net| addresses.iter().all(|address| net.has(*address)))
}

/// The name, or the longest domain that all names are below; none if that has no dot, and so is nobody's.
fn common_name(names: &[String]) -> Option<String> {
    let (first, rest) = names.split_first()?;
    let first = first.trim_end_matches('.').to_ascii_lowercase();
    let labels: Vec<&str> = first.rsplit('.').collect();
    let mut n = labels.len();
    for name in rest {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let same = labels.iter().zip(name.rsplit('.')).take_while(|(a, b)| **a == *b).count();
        n = n.min(same);
    }
    let common: Vec<&str> = labels.iter().take(n).rev().copied().collect();
    (n >= 2).then(|| common.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::tests::made;

    #[test]
    fn what_is_offered_fits_the_finding() {
        let mut finding = made("beacon", &[[10, 0, 0, 9]], &[[203, 0, 113, 1], [203, 0, 113, 6]]);
        finding.ports = vec![443];
        let words = |rule: &Rule| rule.words();
        assert_eq!(words(&usual(&finding)), "beacon by 10.0.0.9 to 203.0.113.0/29, port 443");
        finding.names = vec!["a.example.com".into(), "B.b.example.com.".into()];
        assert_eq!(words(&usual(&finding)), "beacon by 10.0.0.9, port 443, name example.com");
        assert!(usual(&finding).fits(&finding) && all(&finding).fits(&finding));
        finding.targets = made("", &[], &[[10, 1, 0, 1]]).targets;
        assert_eq!(words(&usual(&finding)), "beacon by 10.0.0.9 to 10.1.0.1, port 443");
        finding.names = vec!["a.example.com".into(), "example.org".into()];
        finding.targets = made("", &[], &[[10, 1, 0, 1], [203, 0, 113, 6]]).targets;
        finding.ports = vec![80, 443];
        assert_eq!(words(&usual(&finding)), "beacon by 10.0.0.9");
        assert!(usual(&finding).fits(&finding));
    }

    #[test]
    fn lists_that_were_cut_are_not_offered() {
        let many: Vec<[u8; 4]> = (0..Finding::MOST_ADDRESSES as u8).map(|last| [10, 0, 0, last]).collect();
        let finding = made("host_scan", &[[10, 0, 9, 9]], &many);
        assert_eq!(usual(&finding).words(), "host_scan by 10.0.9.9");
        assert!(all(&finding).fits(&finding));
    }
}
