//! Turns claims of IP addresses by ARP into findings: several Ethernet addresses claim one IP address, and one of them
//! repeats its claim unasked (spoofing), or none does (a conflict).

mod passing;

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::address_claims::{CHANGES, Claim, Mac, Place};
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::maths::sorting::Gather;
use crate::model::net::addr::mac_text;
use crate::model::{Addr, Category, Endpoint, Finding};
use crate::settings::Descriptor;
use passing::Passing;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "arp_spoofing",
    name: "ARP spoofing",
    category: Category::Spoofing,
    technique: Some(("T1557.002", "ARP Cache Poisoning")),
    sees: "Several Ethernet (MAC) addresses claim one IP address, and one of them repeats its claim unasked, or asks questions in the names of several others; or one device tells hosts again and again that it has a second address, whose owner was not seen.",
    matters: "Hosts believe the latest ARP answer. A device that claims the address of another host or of the gateway receives the traffic for it, and can read or change it.",
    otherwise: "Two hosts configured with the same address, a standby machine that takes over, an address that was reassigned, or virtual machines that moved.",
    benign_causes: &[
        "A standby machine that takes over the address of one that failed",
        "An address that was reassigned while the first device still uses it",
        "Virtual machines or containers that were moved or cloned with their address",
    ],
    advice: &[
        "Find the switch port of the Ethernet address and the device behind it",
        "Compare with the ARP tables of the gateway and of the affected hosts",
        "Change passwords that were sent unencrypted during this time: the attacker may know them",
        "Enable dynamic ARP inspection on the switch",
    ],
    part_of: &["mac_flood"],
    source: "RFC 826 (ARP) and RFC 5227 (address conflicts); Wireshark's expert note \"duplicate IP address\" is the reference.",
}
.explained_where_shown();

const CLAIMS: Descriptor = Descriptor::count("arp_spoofing.claims", "Unsolicited claims", 4.0)
    .range(1.0, 100_000.0)
    .unit("packets")
    .help("A device must claim an address that another device also uses this often without being asked. A device that comes up announces itself twice (RFC 5227, section 2.3). Where no other claimant was seen, answers that nobody asked for and questions to hosts that answered within the last 15 s count.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<ArpSpoofing>(CARD, &[CLAIMS], Interest::ARP);

/// Most findings of each kind.
const MOST_FINDINGS: usize = 100;

#[derive(Default)]
struct ArpSpoofing;

impl Detector for ArpSpoofing {
    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&CLAIMS);
        let mut imposters: BTreeMap<Mac, Imposter<'_>> = BTreeMap::new();
        let mut conflicts = Vec::new();
        let all = context.claims;
        let sorted = all.sorted(true);
        // Two honest hosts with one address are no attack but a misconfiguration, or a conflict if it was over soon.
        let duplicates: BTreeSet<Place> = all.duplicates().iter().map(|duplicate| duplicate.place).gathered();
        let least_changes = context.settings.get(&CHANGES);
        let contests = Contests::of(&sorted);
        for claims in sorted.chunk_by(|a, b| a.0.0 == b.0.0) {
            if let [((place, mac), claim)] = claims {
                if (claim.n_pushed + claim.n_needless) as f64 >= least && has_quiet_address(&sorted, *place, *mac) {
                    imposters.entry(*mac).or_default().claims.push((place.1, claim));
                }
                continue;
            }
            let [((place, _), _), ..] = claims else { continue };
            let (ip, n_changes) = (place.1, all.n_changes(place));
            if duplicates.contains(place) {
                if (n_changes as f64) < least_changes {
                    conflicts.push((ip, claims));
                }
                continue;
            }
            // An owner has one address that is contested; who takes the addresses of others has several.
            let rank = |((_, mac), claim): &(&(Place, Mac), &Claim)| {
                (contests.of_device(*mac).0, claim.n_unasked, contests.insists(*mac, claim))
            };
            let pusher = claims.iter().rev().max_by_key(|claim| rank(claim));
            match pusher {
                Some(((_, mac), claim)) if contests.insists(*mac, claim) as f64 >= least => {
                    imposters.entry(*mac).or_default().take(*mac, ip, claims, n_changes);
                }
                _ => conflicts.push((ip, claims)),
            }
        }
        // Who is an imposter by one address is by the others too.
        conflicts.retain(|(ip, claims)| {
            let imposter =
                claims.iter().find(|((_, mac), _)| contests.of_device(*mac).0 >= 2 && imposters.contains_key(mac));
            let Some(((place, mac), _)) = imposter else { return true };
            if let Some(imposter) = imposters.get_mut(mac) {
                imposter.take(*mac, *ip, claims, all.n_changes(place));
            }
            false
        });
        let passing = Passing::taken(&sorted, &mut conflicts);
        let gateway = context.gateway.mac();
        Report::of(imposters)
            .at_most(MOST_FINDINGS)
            .not_evaluated(all.n_refused())
            .each(|(mac, imposter)| imposter.finding(*mac, &sorted, gateway, least))
            .and(Report::of(conflicts).at_most(MOST_FINDINGS).each(|(ip, claims)| conflict(*ip, claims)))
            .and(Report::of(passing).each(|passing| passing.finding()))
    }
}

/// True if a device also has an address that it claims as hosts do: in questions of its own, and in answers only when asked. A
/// capture without the questions makes all answers look unasked.
fn has_quiet_address(sorted: &[(&(Place, Mac), &Claim)], (vlans, address): Place, mac: Mac) -> bool {
    sorted.iter().any(|(((other_vlans, other), owner), claim)| {
        *owner == mac && *other_vlans == vlans && *other != address && claim.n_pushed + claim.n_needless == 0
    })
}

/// How many addresses that another device claims too each device claims, and in how many of their names it asks.
struct Contests(BTreeMap<Mac, (u32, u32)>);

impl Contests {
    fn of(sorted: &[(&(Place, Mac), &Claim)]) -> Contests {
        let mut contests: BTreeMap<Mac, (u32, u32)> = BTreeMap::new();
        let contested = sorted.chunk_by(|a, b| a.0.0 == b.0.0).filter(|claims| claims.len() >= 2);
        for ((_, mac), claim) in contested.flatten() {
            let (n, n_asks) = contests.entry(*mac).or_default();
            *n += 1;
            *n_asks += u32::from(claim.n_questions > 0);
        }
        Contests(contests)
    }

    fn of_device(&self, mac: Mac) -> (u32, u32) {
        self.0.get(&mac).copied().unwrap_or_default()
    }

    /// Claims that an owner has no reason to make: announcements, answers that nobody asked for, questions to who had just
    /// answered; and any question of a device that asks in the names of several others, as some tools poison (a proxy
    /// answers for others but does not ask in their names).
    fn insists(&self, mac: Mac, claim: &Claim) -> u64 {
        let (_, n_asks) = self.of_device(mac);
        claim.n_unasked + if n_asks >= 2 { claim.n_questions } else { claim.n_needless }
    }
}

/// A MAC address that repeats unasked its claim to addresses of other devices.
#[derive(Default)]
struct Imposter<'a> {
    claims: Vec<(Addr, &'a Claim)>,
    owners: BTreeSet<Mac>,
    n_changes: u64,
}

impl<'a> Imposter<'a> {
    /// Takes an address, of which this device is one of the claimants.
    fn take(&mut self, mac: Mac, ip: Addr, claims: &[(&'a (Place, Mac), &'a Claim)], n_changes: u64) {
        self.n_changes += n_changes;
        for ((_, other), claim) in claims {
            if *other == mac {
                self.claims.push((ip, claim));
            } else {
                self.owners.insert(*other);
            }
        }
    }

    fn finding(&self, mac: Mac, sorted: &[(&(Place, Mac), &Claim)], gateway: Option<Mac>, least: f64) -> Finding {
        let n_unasked: u64 = self.claims.iter().map(|(_, claim)| claim.n_unasked).sum();
        let n_needless: u64 = self.claims.iter().map(|(_, claim)| claim.n_needless).sum();
        // Where the owners are known, every question in their names counts.
        let n_questions: u64 = self.claims.iter().map(|(_, claim)| claim.n_questions).sum();
        let n_claims: u64 = self.claims.iter().map(|(_, claim)| claim.n_claims).sum();
        let claimed: BTreeSet<Addr> = self.claims.iter().map(|(ip, _)| *ip).gathered();
        let own: Vec<Addr> = sorted
            .iter()
            .filter(|(((_, ip), m), _)| *m == mac && !claimed.contains(ip))
            .map(|(((_, ip), _), _)| *ip)
            .collect();
        let has_gateway = gateway.is_some_and(|gateway| self.owners.contains(&gateway));
        // An address that moves once may have been reassigned; an owner that still answers has not given it up.
        let is_contested = self.n_changes > self.claims.len() as u64 * 2;
        let is_lone = self.owners.is_empty();
        let confidence = match is_contested {
            true => Confidence::ALMOST_CERTAIN,
            false if is_lone => Confidence::LIKELY,
            false => Confidence::EVEN,
        };
        let sides = if has_gateway { 10.0 } else { 1.0 } * self.claims.len() as f64;
        let names: Vec<String> = claimed.iter().take(4).map(Addr::to_string).collect();
        let names = names.join(", ") + if claimed.len() > 4 { " and others" } else { "" };
        let who = match own.as_slice() {
            [one] => format!("{} ({one})", mac_text(mac)),
            _ => mac_text(mac),
        };

        let explanation = match is_lone {
            true => format!(
                "The Ethernet address {} has an address of its own and told hosts {} times that it has {names} too: in \
                 {n_unasked} answers that nobody asked for and {n_needless} questions to hosts that had answered within \
                 the last 15 s. Every such packet overwrites what the hosts know. No other device claimed the address \
                 in this capture; its owner may be out of sight.",
                mac_text(mac),
                n_unasked + n_needless
            ),
            false => format!(
                "The Ethernet address {} claimed {names} {n_unasked} times without being asked{}. Other devices use {} \
                 too{}. Hosts believe the latest packet, so they send traffic for the real owner to this device, \
                 which can read, change or drop it.",
                mac_text(mac),
                match n_questions {
                    0 => String::new(),
                    n => format!(", and asked others {n} times as if the address were its own"),
                },
                if claimed.len() == 1 { "this address" } else { "these addresses" },
                if has_gateway { "; one of them is the default gateway" } else { "" }
            ),
        };
        let ips: Vec<String> = claimed.iter().take(20).map(Addr::to_string).collect();
        Finding::builder(&CARD)
            .title(format!(
                "{who} claims {} {}: {names}",
                if claimed.len() == 1 { "1 address".to_owned() } else { format!("{} addresses", claimed.len()) },
                if is_lone { "besides its own again and again" } else { "of other devices" }
            ))
            .weighed(Impact::INTERCEPTION, confidence, extent(sides * 5.0, 5.0))
            .score(past((n_unasked + if is_lone { n_needless } else { n_questions }) as f64, least))
            .sources(own.iter().take(4).copied().map(Endpoint::Ip).chain([Endpoint::Mac(mac)]))
            .targets(
                claimed
                    .iter()
                    .copied()
                    .chain(self.claims.iter().flat_map(|(_, claim)| claim.receivers.iter().copied()))
                    .filter(|host| !own.contains(host)),
            )
            .protocol("ARP")
            .period((
                self.claims.iter().map(|(_, claim)| claim.first_ns).min().unwrap_or(0),
                self.claims.iter().map(|(_, claim)| claim.last_ns).max().unwrap_or(0),
            ))
            .evidence([
                evidence("Unsolicited claims", n_unasked as f64, "packets", "2 when a device comes up (RFC 5227)"),
                evidence("Questions in these names", n_questions as f64, "packets", "0"),
                evidence("Claims in all", n_claims as f64, "packets", ""),
                evidence("Addresses of other devices that it claims", claimed.len() as f64, "addresses", "0"),
                evidence("Times the claimant of an address changed", self.n_changes as f64, "", "0"),
                evidence("Devices whose addresses it claims", self.owners.len() as f64, "devices", "0"),
            ])
            .evidence(
                is_lone
                    .then(|| evidence("Questions to hosts that had just answered", n_needless as f64, "packets", "0")),
            )
            .explanation(explanation)
            .n_packets(n_claims)
            .packet_indices(self.claims.iter().flat_map(|(_, claim)| claim.indices.iter().copied()).collect())
            .filter(if claimed.len() <= 20 {
                format!("arp.src.hw_mac == {} && arp.src.proto_ipv4 in {{{}}}", mac_text(mac), ips.join(", "))
            } else {
                format!("arp.src.hw_mac == {}", mac_text(mac))
            })
            .build()
    }
}

/// An address that several devices use, none of which repeats its claim unasked.
fn conflict(ip: Addr, claims: &[(&(Place, Mac), &Claim)]) -> Finding {
    let macs: Vec<Mac> = claims.iter().map(|((_, mac), _)| *mac).collect();
    let n_claims: u64 = claims.iter().map(|(_, claim)| claim.n_claims).sum();
    let texts: Vec<String> = macs.iter().take(4).copied().map(mac_text).collect();
    Finding::builder(&CARD)
        .title(format!("{ip} is used by {} devices", macs.len()))
        .weighed(Impact::NUISANCE, Confidence::VERY_LIKELY, 0.0)
        .score(0.3)
        .sources(macs.iter().copied().map(Endpoint::Mac))
        .targets([ip])
        .protocol("ARP")
        .period((
            claims.iter().map(|(_, claim)| claim.first_ns).min().unwrap_or(0),
            claims.iter().map(|(_, claim)| claim.last_ns).max().unwrap_or(0),
        ))
        .evidence([
            evidence("Ethernet addresses that claim it", macs.len() as f64, "addresses", "1"),
            evidence("Claims", n_claims as f64, "packets", ""),
        ])
        .explanation(format!(
            "{ip} was claimed by {}. None of them repeats its claim unasked, so this looks like a mistake or a change \
             rather than an attack; still, each of them takes traffic from the others.",
            texts.join(", ")
        ))
        .benign_causes(&[
            "Two devices configured by hand with the same address",
            "An address that was reassigned during the capture",
            "One device with several network cards",
        ])
        .advice(&["Find both devices and give each its own address"])
        .n_packets(n_claims)
        .packet_indices(claims.iter().flat_map(|(_, claim)| claim.indices.iter().copied()).collect())
        .filter(format!("arp.src.proto_ipv4 == {ip}"))
        .build()
}

#[cfg(test)]
mod tests;
