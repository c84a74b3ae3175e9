//! Turns answers to multicast and broadcast name queries (NBNS, mDNS, LLMNR) into findings, per answering host: hosts
//! that answer for too many names.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, Identity, count, evidence};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::names::{DnsMessage, DnsType};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "name_poisoning",
    name: "Name poisoning",
    category: Category::Spoofing,
    technique: Some(("T1557.001", "LLMNR/NBT-NS Poisoning and SMB Relay")),
    sees: "One host answers NetBIOS, mDNS or LLMNR queries to the whole network for many different names, as if all were its own.",
    matters: "A host that answers for names of others receives logins meant for them, and can crack or relay the passwords.",
    otherwise: "A sleep proxy that answers for printers and televisions that are switched off, or a server with many names.",
    benign_causes: &[
        "A sleep proxy that answers for devices that are switched off",
        "A server that really has all these names",
    ],
    advice: &[
        "Check what the clients did next: a login to this host is compromised",
        "Disable NetBIOS name resolution and LLMNR by policy",
        "Find out who runs the host, and change the passwords of users who logged in to it",
    ],
    part_of: &["llmnr_poisoning"],
    source: "The method of the tool Responder; RFC 1002, section 4.2.13, RFC 6762, section 6, RFC 4795: a host answers only for its own names.",
}
.explained_where_shown();

const NAMES: Descriptor = Descriptor::count("name_poisoning.names", "Different names claimed by one host", 3.0)
    .range(2.0, 10_000.0)
    .unit("names")
    .help("This many different names, queried from the whole network, that one host answered for. A computer has its own name and perhaps that of its workgroup.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<NamePoisoning>(CARD, &[NAMES], Interest::MESSAGES);

/// Most names kept that were asked for.
const MOST_ASKED: usize = 1 << 15;
/// Most hosts kept that answer.
const MOST_HOSTS: usize = 1 << 12;
/// Names and clients kept for a host.
const MOST_NAMES: usize = 256;
/// Names shown.
const MOST_SHOWN: usize = 5;
/// Most findings.
const MOST_FINDINGS: usize = 20;

#[derive(Default)]
struct NamePoisoning {
    /// Names that were asked of everybody, and by how many questions.
    asked: Tally<(AppProto, String), u64, MOST_ASKED>,
    hosts: Tally<(Addr, AppProto), Answers, MOST_HOSTS>,
}

#[derive(Default)]
struct Answers {
    names: BTreeSet<String>,
    askers: BTreeSet<Addr>,
    seen: MessageEvidence,
}

impl Detector for NamePoisoning {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if matches!(protocol, AppProto::Nbns | AppProto::Mdns | AppProto::Llmnr) {
            FieldSet::of(&[FieldId::DnsQuery])
        } else {
            FieldSet::NONE
        }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let protocol = event.message.protocol;
        if !matches!(protocol, AppProto::Nbns | AppProto::Mdns | AppProto::Llmnr) {
            return;
        }
        let fields = &event.message.fields;
        let (Some(flow), Some(update), Some(name)) = (event.flow, event.update, fields.text(FieldId::DnsQuery)) else {
            return;
        };
        // Only names of hosts: services have many, and one host may offer them all.
        if !matches!(fields.kind(FieldId::DnsType), Some(DnsType::A | DnsType::Aaaa | DnsType::Nb)) {
            return;
        }
        let (from, to) = match update.direction {
            Direction::ToResponder => (flow.originator().0, flow.responder().0),
            Direction::ToOriginator => (flow.responder().0, flow.originator().0),
        };
        let is_to_group = to.is_group() || to == flow.responder().0 && flow.is_to_group();
        let name = name.to_lowercase();
        if !fields.is(FieldId::Message, DnsMessage::Answer) {
            if is_to_group && let Some(n) = self.asked.of((protocol, name)) {
                *n += 1;
            }
            return;
        }
        // Hosts announce their own name unasked, and name servers are asked directly.
        if self.asked.get(&(protocol, name.clone())).is_none() {
            return;
        }
        let Some(answers) = self.hosts.of((from, protocol)) else { return };
        answers.seen.add(event);
        if answers.names.len() < MOST_NAMES {
            answers.names.insert(name);
        }
        if answers.askers.len() < MOST_NAMES && !is_to_group {
            answers.askers.insert(to);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&NAMES);
        let cases = self.hosts.sorted_where(|answers| answers.names.len() as f64 >= least);
        Report::of(cases)
            .at_most(MOST_FINDINGS)
            .largest_first(|(_key, answers)| answers.names.len())
            .not_evaluated(self.asked.n_refused + self.hosts.n_refused)
            .each(|(key, answers)| answers.finding(**key, least))
    }
}

impl Answers {
    fn finding(&self, (host, protocol): (Addr, AppProto), least: f64) -> Finding {
        let n = self.names.len() as f64;
        let (port, filter) = match protocol {
            AppProto::Nbns => (137, "nbns.flags.response == 1"),
            AppProto::Mdns => (5353, "mdns && dns.flags.response == 1"),
            _ => (5355, "llmnr && dns.flags.response == 1"),
        };
        let confidence = Confidence::LIKELY;
        let shown: Vec<&str> = self.names.iter().take(MOST_SHOWN).map(String::as_str).collect();
        Finding::builder(&CARD)
            .title(format!("{host} answers for {}", count(self.names.len(), "name")))
            .rated(Impact::INTERCEPTION, confidence, (n, least))
            .sources([host])
            .targets(self.askers.iter().copied())
            .ports([port])
            .protocol(protocol.name())
            .evidence([
                evidence("Different names answered for", n, "names", "1 or 2"),
                evidence("Answers", self.seen.n as f64, "messages", ""),
                evidence("Hosts it answered", self.askers.len() as f64, "hosts", ""),
            ])
            .explanation(format!(
                "{host} answered {} over {} that others had queried from the whole network, for example {}. A host \
                 answers only for its own name.",
                count(self.names.len(), "name"),
                protocol.name(),
                shown.join(", ")
            ))
            .messages(&self.seen)
            .filter(format!("{} && {filter}", finding_builder::host_filter("src", host)))
            .identity(Identity::ActorsAndPorts)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, inside, observe_messages};
    use crate::settings::Settings;

    fn found(names: &[&str]) -> usize {
        let line = |from: u8, to: u8, message: DnsMessage, name: &str| Line {
            protocol: AppProto::Nbns,
            second: 1.0,
            from: (inside(from), 137),
            to: (inside(to), 137),
            direction: Direction::ToResponder,
            facts: vec![
                (FieldId::Message, message.into()),
                (FieldId::DnsQuery, name.into()),
                (FieldId::DnsType, DnsType::Nb.into()),
            ],
        };
        let lines: Vec<Line> = names
            .iter()
            .flat_map(|name| [line(1, 255, DnsMessage::Question, name), line(66, 1, DnsMessage::Answer, name)])
            .collect();
        observe_messages(&ENTRY, &lines, &Settings::default()).findings.len()
    }

    #[test]
    fn a_host_with_all_names_is_reported_and_one_with_its_own_is_not() {
        assert_eq!(found(&["FILESRV", "PRINTSRV", "WPAD", "INTRANET"]), 1);
        assert_eq!(found(&["FILESRV", "FILESRV", "OFFICE", "filesrv", "FILESRV"]), 0);
    }
}
