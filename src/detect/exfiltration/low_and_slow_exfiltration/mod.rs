//! Turns small uploads of an internal host to one external destination, by name or address, into findings if they add
//! up over a long time.

mod around;
mod finding;
mod limits;
mod sum;

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::file_services;
use crate::detect::support::local_networks::is_outward;
use crate::detect::support::report::Report;
use crate::maths::sorting::Arrange;
use crate::model::flow::Known;
use crate::model::{Addr, Category};
use around::around;
use limits::{Limits, SETTINGS};
use std::collections::{BTreeMap, BTreeSet};
use sum::Sum;

const CARD: Card = Card {
    id: "low_and_slow_exfiltration",
    name: "Low and slow exfiltration",
    category: Category::Exfiltration,
    technique: Some(("T1030", "Data Transfer Size Limits")),
    sees: "An internal host sends many small amounts to one external address or registered domain over a long time; together they are more than it sends elsewhere and more than other hosts send there.",
    matters: "Exfiltration in small amounts escapes limits and people who look for one large upload.",
    otherwise: "Telemetry, monitoring, logs or mail that a program sends steadily; a camera or sensor; a chat.",
    benign_causes: &[
        "A program that reports usage data, or a service that is monitored from outside",
        "A camera, meter or sensor that sends its measurements",
        "A chat, or a document that is edited online",
    ],
    advice: &[
        "Find the program that sends the data, and since when it has been on the host",
        "Check who owns the name, and whether your organisation uses the service",
        "Compare with other days and with other hosts of the same kind",
    ],
    part_of: &[],
    source: "No formula with a public reference exists: volume and ratio are compared with the medians of the host's other destinations, its past and its peers. ATT&CK T1030 (data in pieces below thresholds). The registered domain is by the public suffix list (publicsuffix.org), as RITA sums by name.",
}
.explained_where_shown();

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<LowAndSlowExfiltration>(CARD, SETTINGS, Interest::TCP_FLOWS.union(Interest::UDP_FLOWS)).asking_site();

/// Most places kept.
const MOST_PLACES: usize = 1 << 17;
/// Most places that are compared with all others, those first to which most was sent.
const MOST_CASES: usize = 100;
/// Most findings.
const MOST_FINDINGS: usize = 20;

#[derive(Default)]
struct LowAndSlowExfiltration {
    /// By source, address and index of the name.
    places: Tally<(Addr, Addr, u32), Sum, MOST_PLACES>,
}

/// A place outside: a registered domain or, without one, an address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Domain(String),
    Endpoint(Addr),
}

/// A place that a host sends to, with all its addresses.
#[derive(Default)]
struct Drip {
    sum: Sum,
    addresses: BTreeSet<Addr>,
    names: BTreeSet<u32>,
}

impl Detector for LowAndSlowExfiltration {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        // Of a table that counts both directions together it is not known how much was sent.
        if !is_outward(ended.site, flow) || !flow.known.has(Known::FORWARD) {
            return;
        }
        if let Some(sum) = self.places.of((flow.originator().0, flow.responder().0, flow.name)) {
            sum.take(flow);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let limits = Limits::of(context);
        let drips = self.drips(context);
        let mut cases: Vec<(&(Addr, Place), &Drip)> =
            drips.iter().filter(|(_, drip)| limits.allow(&drip.sum)).collect();
        cases.arrange_by(|a, b| (b.1.sum.sent, a.0).cmp(&(a.1.sum.sent, b.0)));
        cases.truncate(MOST_CASES);
        let cases = cases
            .into_iter()
            .map(|(key, drip)| (key, drip, around(key, drip, &drips)))
            .filter(|(_, drip, around)| around.is_out_of_proportion(&drip.sum));
        Report::of(cases)
            .at_most(MOST_FINDINGS)
            .not_evaluated(self.places.n_refused)
            .each(|(key, drip, around)| drip.finding(key, around, limits.total, context))
    }
}

impl LowAndSlowExfiltration {
    /// Places by host, those of one registered domain together.
    fn drips(&self, context: &Context<'_>) -> BTreeMap<(Addr, Place), Drip> {
        let mut drips: BTreeMap<(Addr, Place), Drip> = BTreeMap::new();
        for ((source, target, name), sum) in self.places.sorted() {
            let domain = file_services::place(context.names.text(*name));
            let place = domain.map_or(Place::Endpoint(*target), |domain| Place::Domain(domain.to_ascii_lowercase()));
            let drip = drips.entry((*source, place)).or_default();
            drip.sum.add(sum);
            drip.addresses.insert(*target);
            drip.names.insert(*name);
        }
        drips
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish, inside, outside};
    use crate::model::{Finding, Severity};
    use crate::settings::Settings;

    /// Uploads of one host every two minutes, and visits to other places.
    fn found(host: u8, n: usize, bytes: [u64; 2], n_visits: u8) -> Vec<Finding> {
        let drop = |i: usize| Made { bytes, ..Made::tcp(inside(host), outside(1), 443, i as f64 * 120.0) };
        let visit = |i: u8| Made {
            bytes: [2_000, 90_000],
            ..Made::tcp(inside(host), outside(10 + i), 443, f64::from(i) * 60.0)
        };
        let flows: Vec<Made> = (0..n).map(drop).chain((0..n_visits).map(visit)).collect();
        finish(&ENTRY, &flows, &[], &Settings::default()).findings
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
        assert!(found(1, 40, [200_000, 3_000], 5).is_empty(), "large ones are reported elsewhere");
    }

    #[test]
    fn what_many_hosts_send_is_a_service_of_the_house() {
        let drop = |host: u8, i: usize| Made {
            bytes: [20_000, 3_000],
            ..Made::tcp(inside(host), outside(1), 443, i as f64 * 120.0)
        };
        let flows: Vec<Made> = (1..6).flat_map(|host| (0..60).map(move |i| drop(host, i))).collect();
        assert!(finish(&ENTRY, &flows, &[], &Settings::default()).findings.is_empty());
    }
}
