//! A place that small uploads of a host add up at to a finding, with the course of their sum.

use super::CARD;
use super::Drip;
use super::Place;
use super::around::Around;
use super::sum::is_drop;
use crate::detect::detector::Context;
use crate::detect::support::file_services::Store;
use crate::detect::support::finding_builder;
use crate::detect::support::finding_builder::count;
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::finding_builder::lines;
use crate::detect::support::flow_selector::Between;
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::flow_selector::visit;
use crate::detect::support::local_networks::is_outward;
use crate::detect::support::severity::Impact;
use crate::detect::support::severity::rate;
use crate::model::Addr;
use crate::model::Finding;
use crate::model::finding::series::Series;
use crate::model::finding::series::SeriesKind;
use crate::model::format::quantity;
use crate::model::format::time::span;

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
        let confidence = 0.4
            + 0.15 * f64::from(around.n_peers == 0)
            + 0.1 * f64::from(around.n_usual >= 3)
            + 0.1 * f64::from(ratio >= 5.0)
            + 0.05 * f64::from(around.n_before > 0 && sent > around.before)
            + 0.05 * f64::from(store.is_some());
        let shown = match place {
            Place::Domain(domain) => domain.clone(),
            Place::Endpoint(address) => address.to_string(),
        };
        let amount = quantity::bytes(sent);
        let mut finding = finding_builder::begin(&CARD);
        finding.title = format!("{source} sent {amount} to {shown} in {}", count(sum.n as usize, "small upload"));
        rate(&mut finding, Impact::CONTROL, confidence, (sent, least));
        if let Some(store) = store {
            finding_builder::technique(&mut finding, store.technique());
        }
        finding.sources = finding_builder::addresses([*source]);
        finding.targets = finding_builder::addresses(self.addresses.iter().copied());
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
        finding_builder::finish(finding, false)
    }

    /// The flows, how they add up, and the filter.
    fn fill(&self, finding: &mut Finding, source: Addr, context: &Context<'_>) {
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
        let targets: Vec<String> = self
            .addresses
            .iter()
            .take(Finding::MOST_ADDRESSES)
            .map(|host| finding_builder::host_filter("addr", *host))
            .collect();
        finding.display_filter =
            format!("{} && ({})", finding_builder::host_filter("addr", source), targets.join(" || "));
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

    #[test]
    fn a_course_has_few_steps_and_ends_with_the_sum() {
        let drops: Vec<(i64, u64)> = (0..1001).map(|i| (i, 1000)).collect();
        let series = walk(&drops).expect("a course");
        assert!(series.points.len() <= Series::MOST);
        assert_eq!(series.points.last(), Some(&(1001, 1001.0)));
        assert!(walk(&drops[..1]).is_none());
    }
}
