//! ARP packets to findings: one device that announces addresses at a high rate.

use crate::detect::card::Card;
use crate::detect::detector::Conclusion;
use crate::detect::detector::Context;
use crate::detect::detector::Detector;
use crate::detect::detector::Entry;
use crate::detect::detector::Interest;
use crate::detect::support::baseline;
use crate::detect::support::baseline::Baseline;
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder;
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::finding_builder::lines;
use crate::detect::support::rate_series::Seconds;
use crate::detect::support::severity;
use crate::detect::support::severity::Impact;
use crate::model::net::addr::mac_text;
use crate::model::packet::Packet;
use crate::model::{Addr, Category, Endpoint, Finding, Series};
use crate::settings::{Descriptor, OnChange};
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "arp_storm",
    name: "ARP storm",
    category: Category::Flood,
    technique: Some(("T1498", "Network Denial of Service")),
    sees: "One device announces IP addresses by ARP (gratuitous ARP, or answers to everybody) at a high rate for several seconds.",
    matters: "Every host must take each announcement into account. A storm slows all of them down, and where it names addresses of others it cuts them off.",
    otherwise: "A cluster or virtualisation host that takes over many addresses at once; that is over within a second or two.",
    source: baseline::source!(
        "15 ARP packets a second is the default at which Cisco's dynamic ARP inspection shuts an untrusted port."
    ),
};

const RATE: Descriptor = Descriptor {
    id: "arp_storm.rate",
    label: "Announcements for a storm",
    help: "Average over five seconds, from one device. 15 a second is the default of Cisco's dynamic ARP inspection.",
    unit: "packets/s",
    min: 1.0,
    max: 1_000_000.0,
    default: 15.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const SETTINGS: &[Descriptor] = &[RATE];

/// Line in the table of detectors.
pub const ENTRY: Entry =
    Entry { card: CARD, settings: SETTINGS, interest: Interest::ARP, make: || Box::new(ArpStorm::default()) };

/// Seconds over which the rate must hold.
const SPAN: i64 = 5;
/// Most devices that are compared with their baseline; those with the most announcements.
const MOST_CANDIDATES: usize = 200;
/// Most findings.
const MOST_FINDINGS: usize = 100;
/// Most devices kept.
const MOST_DEVICES: usize = 1 << 14;
/// Addresses and packets remembered for one device.
const MOST_ADDRESSES: usize = 4096;
/// Packets remembered for one device.
const MOST_INDICES: usize = 20_000;

#[derive(Default)]
struct ArpStorm {
    devices: Tally<[u8; 6], Device, MOST_DEVICES>,
}

#[derive(Default)]
struct Device {
    seconds: Seconds,
    addresses: BTreeSet<Addr>,
    indices: Vec<u64>,
    first_ns: i64,
    last_ns: i64,
}

impl Detector for ArpStorm {
    fn observe_packet(&mut self, packet: &Packet) {
        let Some(arp) = &packet.arp else { return };
        let is_to_all = packet.macs.is_some_and(|(_, receiver)| receiver == [0xff; 6]);
        if arp.sender_ip != arp.target_ip && !(arp.operation == 2 && is_to_all) {
            return;
        }
        let Some(device) = self.devices.of(arp.sender_mac) else { return };
        if device.seconds.n_seconds() == 0 {
            device.first_ns = packet.time_ns;
        }
        device.last_ns = device.last_ns.max(packet.time_ns);
        device.seconds.add(packet.time_ns, 1);
        if device.addresses.len() < MOST_ADDRESSES {
            device.addresses.insert(arp.sender_ip);
        }
        if device.indices.len() < MOST_INDICES {
            device.indices.push(packet.index);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let threshold = context.settings.get(&RATE);
        let rate = |device: &Device| device.seconds.busiest(SPAN).0 as f64 / SPAN as f64;
        let mut devices = self.devices.sorted_where(|device| Baseline::may_matter(rate(device), threshold));
        devices.sort_by_key(|(_, device)| std::cmp::Reverse(device.seconds.total()));
        devices.truncate(MOST_CANDIDATES);
        let findings = devices
            .into_iter()
            .filter_map(|(mac, device)| {
                let (rate, baseline) = (rate(device), Baseline::of(&device.seconds, context.span_ns));
                let course =
                    || device.seconds.course("Announcements a second", "packets/s", threshold, context.span_ns);
                let is_storm = baseline.is_flood(rate, threshold);
                is_storm.then(|| device.finding(*mac, (rate, threshold), &baseline, course()))
            })
            .take(MOST_FINDINGS)
            .collect();
        Conclusion { findings, n_not_evaluated: self.devices.n_refused, ..Conclusion::default() }
    }
}

impl Device {
    fn finding(
        &self,
        mac: [u8; 6],
        (rate, threshold): (f64, f64),
        baseline: &Baseline,
        course: Option<Series>,
    ) -> Finding {
        let n = self.seconds.total();
        let mut finding = finding_builder::begin(&CARD);
        finding.title = format!(
            "{} announced {} addresses in {} ARP packets",
            mac_text(mac),
            self.addresses.len(),
            finding_builder::thousands(n as usize)
        );
        let confidence = baseline.weigh(0.9, (rate, threshold), false);
        severity::rate(&mut finding, Impact::OUTAGE, confidence, (rate, threshold));
        finding.sources = vec![Endpoint::Mac(mac)];
        finding.targets = finding_builder::addresses(self.addresses.iter().copied());
        finding.protocol = "ARP".to_owned();
        finding.start_ns = self.first_ns;
        finding.end_ns = self.last_ns;
        finding.evidence = vec![
            evidence("Announcements a second, best five seconds", rate, "packets/s", format!("below {threshold}")),
            evidence("Most announcements in a second", f64::from(self.seconds.most()), "packets/s", "1 or 2"),
            evidence("Announcements", n as f64, "packets", "2 when a device comes up (RFC 5227)"),
            evidence("Addresses announced", self.addresses.len() as f64, "addresses", "1"),
        ];
        finding.explanation = format!(
            "The device {} announced {} addresses in {n} ARP packets, up to {} in a second. A device announces its own \
             address about twice when it comes up. A storm of announcements keeps every host of the network busy and \
             overwrites what they know about their neighbours.",
            mac_text(mac),
            self.addresses.len(),
            self.seconds.most()
        );
        finding.benign_causes = lines(&[
            "A cluster, load balancer or virtualisation host that takes over many addresses at once",
            "A loop in the network that repeats broadcasts",
        ]);
        finding.advice = lines(&[
            "Find the switch port of the Ethernet address and the device behind it",
            "Limit broadcasts and ARP on the switch (storm control, dynamic ARP inspection)",
        ]);
        finding.series = course;
        baseline.show(&mut finding, "packets/s", threshold);
        finding.n_packets = n;
        finding.packet_indices = self.indices.clone();
        finding.display_filter = format!(
            "arp.src.hw_mac == {} && (arp.isgratuitous == 1 || (arp.opcode == 2 && eth.dst == ff:ff:ff:ff:ff:ff))",
            mac_text(mac)
        );
        finding_builder::finish(finding, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::arp;
    use crate::detect::support::testing::finish;
    use crate::detect::support::testing::inside;
    use crate::settings::Settings;

    fn announcements(n: u64, a_second: f64) -> Vec<Packet> {
        (0..n).map(|i| arp(i, i as f64 / a_second, 1, 9, inside((i % 99) as u8), inside((i % 99) as u8))).collect()
    }

    #[test]
    fn a_long_burst_is_a_storm_and_a_short_one_is_not() {
        let found = finish(&ENTRY, &[], &announcements(500, 50.0), &Settings::default()).findings;
        assert_eq!((found.len(), found[0].n_packets), (1, 500));
        assert!(finish(&ENTRY, &[], &announcements(60, 60.0), &Settings::default()).findings.is_empty());
    }
}
