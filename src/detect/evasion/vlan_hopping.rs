//! Turns frames with two VLAN tags, in a network where frames have one, into findings of VLAN hopping, per device.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{count, evidence};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::{Category, Endpoint, Finding, Packet};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "vlan_hopping",
    name: "VLAN hopping",
    category: Category::Spoofing,
    technique: Some(("T1599", "Network Boundary Bridging")),
    sees: "A few frames carry two nested customer VLAN tags in a network where frames carry one or none.",
    matters: "The first switch removes the outer tag and forwards the frame by the inner one: it arrives in a VLAN that the sender has no access to.",
    otherwise: "Providers and data centres that stack tags on purpose; there all frames have two tags, or the replies have two as well.",
    benign_causes: &["A virtual network or provider link that stacks tags of the customer type (0x8100)"],
    advice: &[
        "Keep host ports out of the native VLAN of trunks, and tag the native VLAN on trunks",
        "Find the switch port of the device, and check who else is in the inner VLAN",
    ],
    part_of: &[],
    source: "IEEE 802.1Q and 802.1ad (the outer of two stacked tags has its own type, 0x88a8); double tagging as in the tool yersinia.",
}
.explained_where_shown();

const FRAMES: Descriptor = Descriptor::count("vlan_hopping.frames", "Frames with two tags", 1.0)
    .range(1.0, 100_000.0)
    .unit("frames")
    .help("This many from one device. One is enough to reach a host in another VLAN.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<VlanHopping>(CARD, &[FRAMES], Interest::ANOMALOUS);

/// Where more than this share of all packets has two tags, they are how the network works.
const MOST_SHARE: f64 = 0.1;
/// Most devices kept.
const MOST_DEVICES: usize = 1 << 12;
/// Most packets remembered of a device.
const MOST_PACKETS: usize = 100;
/// Most findings.
const MOST_FINDINGS: usize = 20;

#[derive(Default)]
struct VlanHopping {
    devices: Tally<[u8; 6], Frames, MOST_DEVICES>,
    /// From, to and outer VLAN of frames with two tags.
    pairs: Tally<([u8; 6], [u8; 6], u16), (), MOST_DEVICES>,
    /// Outer VLANs in which a frame with two tags was answered by one: a provider's network.
    stacked: BTreeSet<u16>,
    n: u64,
}

#[derive(Default)]
struct Frames {
    n: u64,
    vlan: u16,
    first_ns: i64,
    last_ns: i64,
    packets: Vec<u64>,
}

impl Detector for VlanHopping {
    fn observe_packet(&mut self, packet: &Packet) {
        let (Some(anomalies), Some((mac, receiver))) = (packet.anomalies(), packet.macs) else { return };
        if !anomalies.has_two_tags {
            return;
        }
        self.n += 1;
        self.pairs.of((mac, receiver, packet.vlan));
        if self.pairs.get(&(receiver, mac, packet.vlan)).is_some() {
            self.stacked.insert(packet.vlan);
        }
        let Some(frames) = self.devices.of(mac) else { return };
        if frames.n == 0 {
            frames.first_ns = packet.time_ns;
        }
        frames.n += 1;
        frames.vlan = packet.vlan;
        frames.last_ns = frames.last_ns.max(packet.time_ns);
        if frames.packets.len() < MOST_PACKETS {
            frames.packets.push(packet.index);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&FRAMES);
        if self.n as f64 > MOST_SHARE * context.packets as f64 {
            return Conclusion::default();
        }
        Report::of_table(&self.devices, |frames| frames.n as f64 >= least && !self.stacked.contains(&frames.vlan))
            .at_most(MOST_FINDINGS)
            .each(|(mac, frames)| frames.finding(**mac, least))
    }
}

impl Frames {
    fn finding(&self, mac: [u8; 6], least: f64) -> Finding {
        let n = self.n as f64;
        let confidence = Confidence::LIKELY;
        let device = Endpoint::Mac(mac);
        Finding::builder(&CARD)
            .title(format!("{device} hops between VLANs with {}", count(self.n as usize, "double-tagged frame")))
            .rated(Impact::ACCESS_TRY, confidence, (n, least))
            .sources([device])
            .protocol("802.1Q")
            .evidence([
                evidence("Frames with two tags", n, "frames", "0"),
                evidence("Outer VLAN", f64::from(self.vlan), "", ""),
            ])
            .explanation(format!(
                "{device} sent {} with two VLAN tags of the same type, outer VLAN {}. Hosts send frames with one tag \
                 or none; a second one is meant for a switch that removes the first.",
                count(self.n as usize, "frame"),
                self.vlan
            ))
            .period((self.first_ns, self.last_ns))
            .n_packets(self.n)
            .packet_indices(self.packets.clone())
            .filter(format!("eth.src == {device} && vlan.etype == 0x8100"))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{finish, inside, udp};
    use crate::model::packet::{Extras, HeaderAnomalies};
    use crate::settings::Settings;

    #[test]
    fn frames_are_judged_by_their_tags_and_their_share() {
        // The made context has no packets in all: any frame is more than its share there.
        let extras = |has_two_tags| {
            Some(Box::new(Extras {
                anomalies: Some(HeaderAnomalies { has_two_tags, ..HeaderAnomalies::default() }),
                ..Extras::default()
            }))
        };
        let packet = |tags| Packet { extras: extras(tags), ..udp(1, 1.0, 1, (inside(1), 5), (inside(2), 6)) };
        assert!(finish(&ENTRY, &[], &[packet(true)], &Settings::default()).findings.is_empty());
        let mut detector = VlanHopping::default();
        detector.observe_packet(&packet(true));
        detector.observe_packet(&packet(false));
        assert_eq!((detector.n, detector.devices.n_keys()), (1, 1));
        let finding = detector.devices.sorted()[0].1.finding([2, 0, 0, 0, 0, 1], 1.0);
        assert!(finding.title.contains("02:00:00:00:00:01"));
    }
}
