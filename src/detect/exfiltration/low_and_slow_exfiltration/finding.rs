//! Turns a destination where a host's small uploads add up into a finding, with the course of their sum.

use super::around::Around;
use super::sum::is_drop;
use super::{CARD, Drip, Place};
use crate::detect::detector::Context;
use crate::detect::support::file_services::Store;
use crate::detect::support::finding_builder::{self, count, evidence};
use crate::detect::support::flow_selector::{Between, Gathered, visit};
use crate::detect::support::local_networks::is_outward;
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Arrange;
use crate::model::finding::series::{Series, SeriesKind};
use crate::model::format::quantity;
use crate::model::format::time::span;
use crate::model::{Addr, Finding};

impl Drip {
    /// The finding; `least` is the sum at which it begins to count.
    pub fn finding(
        &self,
        (source, place): &(Addr, Place),
        around: &Around,
        least: f64,
        context: &Context<'_>,
    ) -> Finding {
        let sum = &self.sum;
        let (sent, ratio) = (sum.sent as f64, sum.ratio());
        let known: Vec<&str> =
            self.names.iter().map(|name| context.names.text(*name)).filter(|name| !name.is_empty()).collect();
        let store = known.iter().find_map(|name| Store::of(name));
        let signs = 0.2
            + 0.26 * f64::from(around.n_peers == 0)
            + 0.18 * f64::from(around.n_usual >= 3)
            + 0.18 * f64::from(ratio >= 5.0)
            + 0.09 * f64::from(around.n_before > 0 && sent > around.before)
            + 0.09 * f64::from(store.is_some());
        let confidence = Confidence::UNLIKELY.towards(Confidence::VERY_LIKELY, signs);
        let shown = match place {
            Place::Domain(domain) => domain.clone(),
            Place::Endpoint(address) => address.to_string(),
        };
        let amount = quantity::bytes(sent);
        let (flows, drops) = self.drops(*source, context);
        let targets = self.addresses.iter().take(Finding::MOST_ADDRESSES);
        let targets: Vec<String> = targets.map(|host| finding_builder::host_filter("addr", *host)).collect();
        Finding::builder(&CARD)
            .title(format!("{source} sent {amount} to {shown} in {}", count(sum.n as usize, "small upload")))
            .rated(Impact::CONTROL, confidence, (sent, least))
            .technique(store.map(|store| store.technique()))
            .sources([*source])
            .targets(self.addresses.iter().copied())
            .ports(sum.ports.iter().copied())
            .protocol(if sum.n_encrypted > 0 { "TLS" } else { "TCP" })
            .names(known.iter().take(Finding::MOST_NAMES).map(|name| (*name).to_owned()).collect())
            .evidence([
                evidence("Small uploads", sum.n as f64, "flows", "few"),
                evidence("Payload sent in them", sent / 1000.0, "kB", ""),
                evidence("Largest of them", sum.largest as f64 / 1000.0, "kB", ""),
                evidence("Sent to received", ratio, "times", "below 1 in browsing"),
                evidence("Time from first to last", sum.seconds(), "s", ""),
                evidence("Share of the time with an upload", 100.0 * sum.steadiness(), "%", ""),
                evidence("What this host sends to another destination, median", around.usual / 1000.0, "kB", ""),
                evidence("Its other external destinations", around.n_usual as f64, "places", ""),
                evidence("What it sent to all earlier destinations", around.before / 1000.0, "kB", ""),
                evidence(
                    "Other internal hosts that send there",
                    around.n_peers as f64,
                    "hosts",
                    "many, for a common service",
                ),
            ])
            .explanation(format!(
                "{source} sent {amount} to {shown} over {}, in {} of at most {} each: {ratio:.1} times what it \
                 received.{}{}{}",
                span(sum.last_ns - sum.first_ns),
                count(sum.n as usize, "connection"),
                quantity::bytes(sum.largest as f64),
                store.map_or_else(String::new, |store| format!(" It is {}.", store.words())),
                if around.n_peers == 0 { " No other internal host sends anything there." } else { "" },
                if around.n_usual > 0 { " To other destinations it sends a fifth of that or less." } else { "" },
            ))
            .period((sum.first_ns, sum.last_ns))
            .flows(flows)
            .series(walk(&drops))
            .filter(format!("{} && ({})", finding_builder::host_filter("addr", *source), targets.join(" || ")))
            .build()
    }

    /// The flows, and when how much was sent in each.
    fn drops(&self, source: Addr, context: &Context<'_>) -> (Gathered, Vec<(i64, u64)>) {
        let mut flows = Gathered::default();
        let mut drops = Vec::new();
        let between: Vec<Between> = self.addresses.iter().map(|address| Between::pair(source, *address)).collect();
        visit(context, &between, |_, serial, flow| {
            if is_outward(context.site, flow) && is_drop(flow) && self.names.contains(&flow.name) {
                flows.add(serial, flow);
                drops.push((flow.first_ns, flow.forward().payload_bytes()));
            }
        });
        drops.arrange();
        (flows, drops)
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
        name: "Sent so far, by upload".to_owned(),
        unit: "kB".to_owned(),
        points,
        level: None,
        changes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_has_few_steps_and_ends_with_the_sum() {
        let drops: Vec<(i64, u64)> = (0..1001).map(|i| (i, 1000)).collect();
        let series = walk(&drops).expect("a course");
        assert!(series.points.len() <= Series::MOST);
        assert_eq!(series.points.last(), Some(&(1001, 1001.0)));
        assert!(walk(&drops[..1]).is_none());
    }
}
