//! Turns requests whose answers are many times their size, and unsolicited answers, into findings of reflected floods
//! and of servers that can be used for them.

mod reflected;
mod smurf;

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::baseline;
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, Identity, count, evidence, thousands};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::rate_series::Room;
use crate::detect::support::report::{self, Report};
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::infra::{NtpCommand, NtpMessage};
use crate::model::app::kinds::names::DnsType;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use reflected::{Victim, unasked};
use smurf::{Smurf, is_smurf};
use std::collections::BTreeMap;

const CARD: Card = Card {
    id: "amplification",
    name: "Reflection and amplification",
    category: Category::Flood,
    technique: Some(("T1498.002", "Reflection Amplification")),
    sees: "Servers send large answers to a host that never asked them, a host sends pings to whole networks (smurf), or somebody sends servers the requests used for such attacks (NTP lists, DNS ANY).",
    matters: "The attacker sends requests in the victim's name, and the servers flood it with answers up to hundreds of times larger than the requests.",
    otherwise: "A capture that shows only one direction, or an administrator who asks their own server for its list of clients.",
    benign_causes: &[
        "A capture that shows only one direction of the traffic",
        "An administrator who asks their own servers",
        "A test of your own defences",
    ],
    advice: &[
        "Ask the provider to filter traffic from these ports while the attack lasts",
        "Close the service on your own servers, or let it answer only known addresses",
        "Block outgoing packets with foreign source addresses (BCP 38)",
    ],
    part_of: &[],
    source: baseline::source!(
        "Rossow: Amplification Hell, NDSS 2014 (protocols and factors); CVE-2013-5211 (NTP monlist); RFC 8482 (DNS ANY); CERT CA-1998-01 (smurf).",
        "30 answers and one in two seconds of a service that amplifies, from servers that the host never asks; 200 and 5 a second of any other, from 50 servers or more."
    ),
}
.explained_where_shown();

const PACKETS: Descriptor = Descriptor::count("amplification.packets", "Unsolicited answers", 500.0)
    .range(10.0, 10_000_000.0)
    .unit("packets")
    .help("This many within ten seconds to one host, from one port of any servers (services that amplify) or of many (any other). Fewer are a flood if they stand out for long.");
const QUESTIONS: Descriptor = Descriptor::count("amplification.questions", "Amplification requests", 3.0)
    .range(1.0, 100_000.0)
    .unit("requests")
    .help("This many requests for NTP lists, or ten times as many for DNS ANY, from one host to one server. Clients that only set their clock never request a list.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<Amplification>(
    CARD,
    &[PACKETS, QUESTIONS],
    Interest::MESSAGES.union(Interest::UDP_FLOWS).union(Interest::ICMP_FLOWS),
);

/// DNS questions for everything count as a tenth of those for NTP's lists: some programs still ask them.
const ANY_WEIGHT: f64 = 0.1;
/// Most victims and pairs kept.
const MOST: usize = 1 << 15;

#[derive(Default)]
struct Amplification {
    victims: Tally<(Addr, u16), Victim, MOST>,
    room: Room,
    smurfs: Tally<Addr, Smurf, MOST>,
    askers: Tally<(Addr, Addr, AppProto), MessageEvidence, MOST>,
}

impl Detector for Amplification {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        match protocol {
            AppProto::Ntp => FieldSet::of(&[FieldId::Message]),
            AppProto::Dns => FieldSet::of(&[FieldId::DnsType]),
            _ => FieldSet::NONE,
        }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let fields = &event.message.fields;
        let protocol = event.message.protocol;
        let is_meant = match protocol {
            // Of the control messages only the list of clients amplifies; the others are how ntpq works.
            AppProto::Ntp => {
                fields.is(FieldId::Message, NtpMessage::Private) || fields.is(FieldId::Command, NtpCommand::Mrulist)
            }
            AppProto::Dns => fields.is(FieldId::DnsType, DnsType::Any),
            _ => false,
        };
        let (true, Some(flow), Some(update)) = (is_meant, event.flow, event.update) else { return };
        if update.direction == Direction::ToResponder
            && let Some(seen) = self.askers.of((flow.originator().0, flow.responder().0, protocol))
        {
            seen.add(event);
        }
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        if let Some((server, port, target, sent)) = unasked(flow) {
            let Some(victim) = self.victims.of((target, port)) else { return };
            let is_kept = victim.take(server, sent, &mut self.room);
            self.victims.n_refused += u64::from(!is_kept);
            return;
        }
        self.note_question(flow);
        if is_smurf(flow)
            && let Some(smurf) = self.smurfs.of(flow.originator().0)
        {
            let is_kept = smurf.take(flow, &mut self.room);
            self.smurfs.n_refused += u64::from(!is_kept);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let mut all = self.reflected(context).and(self.asked(context)).and(self.smurfed(context));
        all.findings.truncate(report::MOST_FINDINGS);
        all
    }
}

impl Amplification {
    fn asked(&self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&QUESTIONS);
        let mut askers: BTreeMap<(Addr, AppProto), Vec<(Addr, &MessageEvidence)>> = BTreeMap::new();
        for ((asker, server, protocol), seen) in self.askers.sorted() {
            let weight = if *protocol == AppProto::Dns { ANY_WEIGHT } else { 1.0 };
            if seen.n as f64 * weight >= least {
                askers.entry((*asker, *protocol)).or_default().push((*server, seen));
            }
        }
        Report::of(askers).not_evaluated(self.askers.n_refused).each(|((asker, protocol), servers)| {
            let mut seen = MessageEvidence::default();
            servers.iter().for_each(|(_, one)| seen.merge(one));
            let threshold = if *protocol == AppProto::Dns { least / ANY_WEIGHT } else { least };
            let (name, what) = match protocol {
                AppProto::Dns => ("DNS", "for every record of a name (ANY)"),
                _ => ("NTP", "for lists of clients and peers (mode 7)"),
            };
            begin(Confidence::LIKELY, (seen.n as f64, threshold))
                .title(format!("{asker} asks {} {what}", count(servers.len(), "server")))
                .sources([*asker])
                .targets(servers.iter().map(|(server, _)| *server))
                .ports([if *protocol == AppProto::Dns { 53 } else { 123 }])
                .protocol(name)
                .evidence([
                    evidence("Amplification requests", seen.n as f64, "requests", "0"),
                    evidence("Servers asked", servers.len() as f64, "hosts", ""),
                ])
                .explanation(format!(
                    "{asker} asked {} {} times {what}. The answers are many times larger than the requests. Either \
                              somebody is looking for servers to use in floods, or the requests carry the forged \
                              address of {asker} and the answers are meant to flood it.",
                    count(servers.len(), "server"),
                    thousands(seen.n as usize)
                ))
                .messages(&seen)
                .filter(match protocol {
                    AppProto::Dns => {
                        format!("{} && dns.qry.type == 255", finding_builder::host_filter("src", *asker))
                    }
                    _ => format!(
                        "{} && udp.dstport == 123 && (ntp.flags.mode == 7 || ntp.ctrl.flags2.opcode == \
                              10)",
                        finding_builder::host_filter("src", *asker)
                    ),
                })
                .identity(Identity::ActorsAndPorts)
                .build()
        })
    }
}

/// A finding with what all three kinds share.
fn begin(confidence: Confidence, measure: (f64, f64)) -> FindingBuilder {
    Finding::builder(&CARD).rated(Impact::OUTAGE, confidence, measure)
}

#[cfg(test)]
mod tests;
