//! Turns ARP announcements into findings: one device announces addresses at a high rate.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::baseline::{self, Flood, FloodLimits, floods};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::envelope::{Envelope, Excess};
use crate::detect::support::finding_builder::{self, evidence};
use crate::detect::support::rate_series::Seconds;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::net::addr::mac_text;
use crate::model::packet::Packet;
use crate::model::{Addr, Category, Endpoint, Finding};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "arp_storm",
    name: "ARP storm",
    category: Category::Flood,
    technique: Some(("T1498", "Network Denial of Service")),
    sees: "One device announces IP addresses by ARP (gratuitous ARP or broadcast answers) at a high rate for several seconds, or keeps announcing several addresses.",
    matters: "Every host must process each announcement. A storm slows all of them down, and announcements for other devices' addresses cut those off.",
    otherwise: "A cluster or virtualisation host that takes over many addresses at once, which ends within a second or two.",
    benign_causes: &[
        "A cluster, load balancer or virtualisation host that takes over many addresses at once",
        "A network loop that repeats broadcasts",
    ],
    advice: &[
        "Find the switch port of the Ethernet address and the device behind it",
        "Limit broadcasts and ARP on the switch (storm control, dynamic ARP inspection)",
    ],
    part_of: &[],
    source: baseline::source!(
        "15 ARP packets a second is the default at which Cisco's dynamic ARP inspection shuts an untrusted port.",
        "10 announcements and one in ten seconds of a device with three addresses or more, 40 and one a second of any \
         other; for 15 s at least, since a takeover is announced for some seconds (keepalived: at once and after 5 s)."
    ),
}
.explained_where_shown();

const RATE: Descriptor = Descriptor::count("arp_storm.rate", "Announcements for a storm", 15.0)
    .range(1.0, 1_000_000.0)
    .unit("packets/s")
    .help("Average over five seconds, from one device. 15 a second is the default of Cisco's dynamic ARP inspection. Fewer are a storm if they stand out for long.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<ArpStorm>(CARD, &[RATE], Interest::ARP);

/// Seconds over which the rate must hold.
const SPAN: i64 = 5;
/// A device announces its address when it comes up and when it moves; few have several.
const ORDINARY: Envelope = Envelope { rate: 1.0, burst: 40.0 };
/// One that announces several all the time is none of these.
const OF_SEVERAL: Envelope = Envelope { rate: 0.1, burst: 10.0 };
/// This many addresses are several.
const SEVERAL: usize = 3;
/// A takeover of addresses is over by then, s.
const LEAST_LENGTH: i64 = 15;
/// Most findings.
const MOST_FINDINGS: usize = 100;
/// Most devices kept.
const MOST_DEVICES: usize = 1 << 14;
/// Addresses and packets remembered for one device.
const MOST_ADDRESSES: usize = 4096;
/// Packets remembered for one device.
const MOST_INDICES: usize = 20_000;

/// What several addresses that are announced at a low rate are for.
const POISONING: (&str, &str) = ("T1557.002", "ARP Cache Poisoning");

type Mac = [u8; 6];

#[derive(Default)]
struct ArpStorm {
    devices: Tally<Mac, Device, MOST_DEVICES>,
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
        let (several, others): (Vec<_>, Vec<_>) =
            self.devices.sorted().into_iter().partition(|(_, device)| device.addresses.len() >= SEVERAL);
        let storms_of = |devices, envelope| {
            let limits = FloodLimits { span: SPAN, threshold, envelope: Some(envelope) };
            floods(devices, |device: &Device| (&device.seconds, device.seconds.total()), limits, context.span_ns)
        };
        let mut storms = storms_of(several, OF_SEVERAL);
        storms.extend(storms_of(others, ORDINARY));
        storms.retain(|storm| {
            let lasts = |excess: &Excess| excess.length() >= LEAST_LENGTH;
            storm.rate >= threshold || storm.baseline.excess().is_none_or(lasts)
        });
        let report = Report::of(storms).at_most(MOST_FINDINGS).not_evaluated(self.devices.n_refused);
        report.each(|storm| storm.figures.finding(storm, threshold, context.span_ns))
    }
}

impl Device {
    fn finding(&self, storm: &Flood<'_, Mac, Device>, threshold: f64, span_ns: (i64, i64)) -> Finding {
        let Flood { target, rate, baseline, measure, .. } = storm;
        let (mac, rate, n) = (**target, *rate, self.seconds.total());
        let confidence = baseline.weigh(Confidence::VERY_LIKELY, rate >= threshold);
        Finding::builder(&CARD)
            .title(format!(
                "{} announced {} addresses in {} ARP packets",
                mac_text(mac),
                self.addresses.len(),
                finding_builder::thousands(n as usize)
            ))
            // Of one address they only slow hosts down; of several they divert the traffic of other devices.
            .technique((self.addresses.len() >= SEVERAL).then_some(POISONING))
            .rated(Impact::OUTAGE, confidence, *measure)
            .sources([Endpoint::Mac(mac)])
            .targets(self.addresses.iter().copied())
            .protocol("ARP")
            .period((self.first_ns, self.last_ns))
            .evidence([
                evidence(
                    "Announcements per second, busiest five seconds",
                    rate,
                    "packets/s",
                    format!("below {threshold}"),
                ),
                evidence("Most announcements in one second", f64::from(self.seconds.most()), "packets/s", "1 or 2"),
                evidence("Announcements", n as f64, "packets", "2 when a device comes up (RFC 5227)"),
                evidence("Addresses announced", self.addresses.len() as f64, "addresses", "1"),
            ])
            .explanation(format!(
                "The device {} announced {} addresses in {n} ARP packets, up to {} in one second. A device announces \
                 its own address about twice when it comes up. {} the ARP caches of neighbours.",
                mac_text(mac),
                self.addresses.len(),
                self.seconds.most(),
                if rate < threshold {
                    "Announcements of others' addresses overwrite"
                } else {
                    "A storm of announcements keeps every host of the network busy and overwrites"
                }
            ))
            .series(self.seconds.course("Announcements per second", "packets/s", threshold, span_ns))
            .baseline(baseline, "packets/s", threshold)
            .n_packets(n)
            .packet_indices(self.indices.clone())
            .filter(format!(
                "arp.src.hw_mac == {} && (arp.isgratuitous == 1 || (arp.opcode == 2 && eth.dst == ff:ff:ff:ff:ff:ff))",
                mac_text(mac)
            ))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{arp, finish, inside};
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

    #[test]
    fn several_addresses_announced_on_and_on_are_one_at_any_rate_and_a_takeover_is_not() {
        let found = |packets: &[Packet]| finish(&ENTRY, &[], packets, &Settings::default()).findings;
        let slow = found(&announcements(30, 0.5));
        assert_eq!((slow.len(), slow[0].technique.as_deref()), (1, Some("T1557.002")));
        let takeover: Vec<Packet> = (0..20)
            .map(|i| arp(i, if i < 10 { 1.0 } else { 6.0 }, 1, 9, inside((i % 5) as u8), inside((i % 5) as u8)))
            .collect();
        let own: Vec<Packet> = (0..60).map(|i| arp(i, i as f64 * 10.0, 1, 9, inside(7), inside(7))).collect();
        assert!(found(&takeover).is_empty() && found(&own).is_empty());
        let mut settings = Settings::default();
        assert!(settings.set(&RATE, OF_SEVERAL.burst));
        assert!(finish(&ENTRY, &[], &takeover, &settings).findings.is_empty(), "nor with a threshold like the burst");
    }
}
