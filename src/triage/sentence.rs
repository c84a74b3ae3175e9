//! The findings of an incident to the sentence that tells them: who did what to whom, as far as each finding knows.

use super::step::{Step, step};
use crate::maths::sorting::Arrange;
use crate::model::Endpoint;
use crate::model::finding::{Category, Finding};
use crate::model::format::quantity::counted;

/// What somebody did.
#[derive(PartialEq)]
struct Deed {
    /// The verb, after the name of the host.
    verb: String,
    /// The word before whom it was done to, with its blanks; none where that is not told.
    to: Option<&'static str>,
}

/// A part of the sentence.
struct Part<'a> {
    by: Vec<Endpoint>,
    deed: Deed,
    whom: &'a [Endpoint],
    start_ns: i64,
}

/// `10.0.0.9 scanned 10.0.0.5, then guessed passwords; after that 10.0.0.5 sent data out.`
pub(super) fn sentence(steps: &[&Finding]) -> String {
    let mut parts: Vec<Part<'_>> = Vec::new();
    for (place, finding) in steps.iter().enumerate() {
        let is_lured = steps.iter().take(place).any(|earlier| earlier.is_lure_of(finding));
        let (by, deed) = (actors(&finding.sources, steps), Deed::of(finding, is_lured));
        match parts.last_mut() {
            Some(last) if last.deed == deed && last.by == by => {}
            // Several do the same to the same.
            Some(last) if last.deed == deed && last.whom == finding.targets => {
                last.by.extend(by);
                last.by.arrange();
                last.by.dedup();
            }
            _ => parts.push(Part { by, deed, whom: &finding.targets, start_ns: finding.start_ns }),
        }
    }
    let mut text = String::new();
    let mut told = String::new();
    for (place, part) in parts.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| parts.get(place));
        let by = side(&part.by);
        text.push_str(&match before.map(|before| (before.by == part.by, part.start_ns > before.start_ns)) {
            None => by,
            Some((true, true)) => ", then".to_owned(),
            Some((true, false)) => " and".to_owned(),
            Some((false, true)) => format!("; after that {by}"),
            Some((false, false)) => format!("; at the same time {by}"),
        });
        text.push_str(&format!(" {}", part.deed.verb));
        // To whom is said where it is not the same as before, and where data go may be anywhere.
        let whom = side(part.whom);
        if let Some(to) = part.deed.to.filter(|_| !whom.is_empty() && whom != told) {
            text.push_str(&format!("{to}{whom}"));
            told = whom;
        }
    }
    text.push('.');
    text
}

impl Deed {
    /// What a finding says was done, and no more than it knows of the outcome.
    fn of(finding: &Finding, is_lured: bool) -> Deed {
        let deed = |verb: &str, to| Deed { verb: verb.to_owned(), to };
        if is_lured {
            return deed("sent logins", Some(" to "));
        }
        let mut deed = match finding.category {
            Category::Scan => deed("scanned", Some(" ")),
            Category::BruteForce if is_of(finding, "T1558") => deed("collected tickets to crack", Some(" at ")),
            Category::BruteForce => deed("guessed passwords", Some(" at ")),
            Category::Spoofing => deed("impersonated others", None),
            Category::Cleartext => match finding.measured("Passwords that the server accepted") {
                Some(0.0) => deed("sent readable passwords", Some(" to ")),
                _ => deed("logged in", Some(" at ")),
            },
            Category::LateralMovement => Deed::of_movement(finding),
            Category::Beacon => deed("connected out again and again", Some(" to ")),
            Category::CovertChannel => deed("hid traffic", Some(" to ")),
            Category::Mining => deed("mined cryptocurrency", None),
            Category::Exfiltration => deed("sent data out", Some(" to ")),
            // Those that are named are the addresses in these packets, which everybody gets.
            Category::Flood if finding.protocol == "ARP" => deed("flooded the network with ARP packets", None),
            Category::Flood => deed("flooded", Some(" ")),
            Category::LongConnection | Category::ProtocolAbuse | Category::Performance | Category::Statistical => {
                let to = if finding.category == Category::LongConnection { " with " } else { " " };
                match step(finding) {
                    Some(Step::Look) => deed("looked at", Some(to)),
                    Some(Step::Try) => deed("attacked", Some(to)),
                    Some(_) => deed("had a command shell open", Some(to)),
                    None => deed("did something unusual", None),
                }
            }
        };
        // What a finding only supposes is no fact here.
        if finding.is_supposed {
            deed.verb = format!("seems to have {}", deed.verb.replace("hid ", "hidden "));
        }
        deed
    }

    fn of_movement(finding: &Finding) -> Deed {
        let (tried, reached) = (finding.measured("Neighbours tried"), finding.measured("Neighbours reached"));
        if let (Some(tried), Some(reached)) = (tried, reached) {
            let hosts = counted(tried as u64, "other host", "other hosts");
            let like = if is_of(finding, "T1210") { ", like a worm," } else { "" };
            let reached = if reached > 0.0 { format!("{reached:.0}") } else { "none".to_owned() };
            return Deed { verb: format!("tried{like} to move to {hosts} and reached {reached}"), to: None };
        }
        let (verb, to) = match finding.measured("Accepted") {
            Some(0.0) => ("tried to log in", Some(" at ")),
            Some(_) => ("logged in", Some(" at ")),
            None => ("turned to other hosts", None),
        };
        Deed { verb: verb.to_owned(), to }
    }
}

/// True if a finding is of a technique, or of a part of it.
fn is_of(finding: &Finding, technique: &str) -> bool {
    finding.technique.as_deref().is_some_and(|of| of.split('.').next() == Some(technique))
}

/// Those who act, without the second names of hosts: a MAC address beside one IP address, here or in another finding of the
/// incident, is the same device.
fn actors(sources: &[Endpoint], steps: &[&Finding]) -> Vec<Endpoint> {
    let name = |mac: &Endpoint| {
        steps.iter().find_map(|step| match (step.sources.contains(mac), hosts(&step.sources).as_slice()) {
            (true, [one]) => Some(*one),
            _ => None,
        })
    };
    let named = hosts(sources);
    if !named.is_empty() {
        return named;
    }
    let mut all: Vec<Endpoint> = sources.iter().map(|source| name(source).unwrap_or(*source)).collect();
    all.arrange();
    all.dedup();
    all
}

fn hosts(addresses: &[Endpoint]) -> Vec<Endpoint> {
    addresses.iter().filter(|address| matches!(address, Endpoint::Ip(_))).copied().collect()
}

/// One host or two by name, or their number; a MAC address beside IP addresses is only another name.
fn side(addresses: &[Endpoint]) -> String {
    let hosts = hosts(addresses);
    match if hosts.is_empty() { addresses } else { &hosts } {
        [] => String::new(),
        [one] => one.to_string(),
        [one, two] => format!("{one} and {two}"),
        many if many.len() >= Finding::MOST_ADDRESSES => "many hosts".to_owned(),
        many => format!("{} hosts", many.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::tests::{made, measured};

    const EVIL: [u8; 4] = [203, 0, 113, 9];
    const VICTIM: [u8; 4] = [10, 0, 0, 5];
    const OTHER: [u8; 4] = [10, 0, 0, 77];

    fn at(start_ns: i64, category: Category, sources: &[[u8; 4]], targets: &[[u8; 4]]) -> Finding {
        Finding { category, start_ns, ..made("any", sources, targets) }
    }

    fn told(findings: &[Finding]) -> String {
        sentence(&findings.iter().collect::<Vec<_>>())
    }

    #[test]
    fn a_step_says_of_its_outcome_what_the_finding_knows() {
        let moved = |technique: &str, reached| {
            let values = [("Neighbours tried", 7.0), ("Neighbours reached", reached)];
            let moved = measured(&values, at(9, Category::LateralMovement, &[VICTIM], &[OTHER]));
            told(&[Finding { technique: Some(technique.to_owned()), ..moved }])
        };
        assert_eq!(moved("T1021.001", 2.0), "10.0.0.5 tried to move to 7 other hosts and reached 2.");
        assert_eq!(moved("T1210", 0.0), "10.0.0.5 tried, like a worm, to move to 7 other hosts and reached none.");
        let login = |accepted| {
            let login = at(9, Category::Cleartext, &[EVIL], &[VICTIM]);
            told(&[measured(&[("Passwords that the server accepted", accepted)], login)])
        };
        assert_eq!(login(0.0), "203.0.113.9 sent readable passwords to 10.0.0.5.");
        assert_eq!(login(1.0), "203.0.113.9 logged in at 10.0.0.5.");
        let supposed = Finding { is_supposed: true, ..at(9, Category::BruteForce, &[EVIL], &[VICTIM]) };
        assert_eq!(told(&[supposed]), "203.0.113.9 seems to have guessed passwords at 10.0.0.5.");
    }

    #[test]
    fn what_begins_at_the_same_time_is_not_told_as_later() {
        let both = |second| {
            told(&[
                at(9, Category::BruteForce, &[EVIL], &[VICTIM]),
                at(second, Category::Flood, &[EVIL], &[VICTIM]),
                at(second, Category::Beacon, &[OTHER], &[EVIL]),
            ])
        };
        let end = "; at the same time 10.0.0.77 connected out again and again to 203.0.113.9.";
        assert_eq!(both(9), format!("203.0.113.9 guessed passwords at 10.0.0.5 and flooded{end}"));
        assert_eq!(both(10), format!("203.0.113.9 guessed passwords at 10.0.0.5, then flooded{end}"));
    }

    #[test]
    fn an_address_and_its_mac_are_one_device_and_those_who_do_the_same_are_told_together() {
        let mac = Endpoint::Mac([2, 0, 0, 0, 0, 1]);
        let mut spoofed = at(9, Category::Spoofing, &[OTHER], &[VICTIM, EVIL]);
        spoofed.sources.push(mac);
        let storm = Finding { sources: vec![mac], ..at(9, Category::Flood, &[], &[VICTIM]) };
        assert_eq!(told(&[spoofed, storm]), "10.0.0.77 impersonated others and flooded 10.0.0.5.");
        let logins = |from| at(9, Category::Cleartext, &[from], &[EVIL]);
        assert_eq!(told(&[logins(VICTIM), logins(OTHER)]), "10.0.0.5 and 10.0.0.77 logged in at 203.0.113.9.");
    }
}
