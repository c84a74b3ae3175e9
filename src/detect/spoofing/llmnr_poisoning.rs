//! Turns answers to LLMNR queries into findings: one host answers for every name.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, Identity, count, evidence};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Gather;
use crate::model::{Addr, Category, Finding, Flow};
use crate::settings::Descriptor;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "llmnr_poisoning",
    name: "LLMNR poisoning",
    category: Category::Spoofing,
    technique: Some(("T1557.001", "LLMNR/NBT-NS Poisoning and SMB Relay")),
    sees: "One host answers nearly all LLMNR name queries that others send to the whole network.",
    matters: "Windows asks its neighbours when DNS does not know a name, for example a mistyped one. A host that answers \"that is me\" receives a login, and can crack or relay the password.",
    otherwise: "A server that really has the requested name, in a network without DNS.",
    benign_causes: &["A server that really has the requested name, in a network without DNS"],
    advice: &[
        "Compare the names in the answers with the host's own name",
        "Look for logins (SMB, HTTP) from the clients to this host afterwards, and change those passwords",
        "Disable LLMNR and NetBIOS name resolution by policy; they are seldom needed",
    ],
    part_of: &[],
    source: "The method of the tool Responder; RFC 4795 (LLMNR): a host answers only for its own names.",
}
.explained_where_shown();

const ANSWERS: Descriptor = Descriptor::count("llmnr_poisoning.answers", "Answers from one host", 10.0)
    .range(2.0, 100_000.0)
    .unit("answers")
    .help("A host that answered at least this many LLMNR queries, from at least two hosts, and four in five of all queries. Most such queries go unanswered.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<LlmnrPoisoning>(CARD, &[ANSWERS], Interest::UDP_FLOWS);

/// LLMNR (RFC 4795).
const PORT: u16 = 5355;
/// Share of all questions that one host answers.
const LEAST_SHARE: f64 = 0.8;
/// Most clients (address and port) kept.
const MOST_ASKERS: usize = 1 << 16;
/// Most findings.
const MOST_FINDINGS: usize = 20;

#[derive(Default)]
struct LlmnrPoisoning {
    questions: Tally<(Addr, u16), (), MOST_ASKERS>,
    answers: Tally<(Addr, Addr, u16), (), MOST_ASKERS>,
}

/// Host and client of an answer: it comes from the port, to the client's own port; the query went to a multicast group.
fn answer(flow: &Flow) -> Option<(Addr, Addr, u16)> {
    let ((from, from_port), (to, to_port)) = (flow.originator(), flow.responder());
    (flow.is_udp() && from_port == PORT && !flow.is_to_group() && to_port != PORT).then_some((from, to, to_port))
}

impl Detector for LlmnrPoisoning {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        let ((asker, asker_port), (_, port)) = (flow.originator(), flow.responder());
        if flow.is_udp() && port == PORT && flow.is_to_group() {
            self.questions.of((asker, asker_port));
        } else if let Some(answer) = answer(flow) {
            self.answers.of(answer);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&ANSWERS);
        // A question is asked over IPv4 and IPv6 alike; each family is judged by itself.
        let n_v4 = self.questions.iter().filter(|((asker, _), ())| asker.is_v4()).count();
        let n_questions = |is_v4: bool| if is_v4 { n_v4 } else { self.questions.n_keys() - n_v4 };
        let mut answered: BTreeMap<Addr, BTreeSet<(Addr, u16)>> = BTreeMap::new();
        for ((host, asker, port), ()) in self.answers.iter() {
            answered.entry(*host).or_default().insert((*asker, *port));
        }
        let cases: Vec<(Addr, BTreeSet<Addr>, usize, f64)> = answered
            .into_iter()
            .map(|(host, asked)| {
                let share = asked.len() as f64 / n_questions(host.is_v4()).max(1) as f64;
                (host, asked.iter().map(|(asker, _)| *asker).gathered::<BTreeSet<Addr>>(), asked.len(), share.min(1.0))
            })
            .filter(|(_, askers, n, share)| *n as f64 >= least && askers.len() >= 2 && *share >= LEAST_SHARE)
            .collect();
        Report::of(cases)
            .at_most(MOST_FINDINGS)
            .largest_first(|(_, _, n, _)| *n)
            .not_evaluated(self.questions.n_refused + self.answers.n_refused)
            .each_with_flows(
                context,
                |(host, ..)| Between { source: Some(*host), ..Between::default() },
                |_, flow| answer(flow).is_some(),
                |(host, askers, n, share), flows| {
                    finding(*host, askers, *n, *share, least)
                        .flows(flows)
                        .filter(format!("{} && udp.srcport == {PORT}", finding_builder::host_filter("src", *host)))
                        .identity(Identity::ActorsAndPorts)
                        .build()
                },
            )
    }
}

fn finding(host: Addr, askers: &BTreeSet<Addr>, n: usize, share: f64, least: f64) -> FindingBuilder {
    let confidence = Confidence::EVEN;
    Finding::builder(&CARD)
        .title(format!("{host} answers name queries from {} for any name", count(askers.len(), "host")))
        .rated(Impact::INTERCEPTION, confidence, (n as f64, least))
        .sources([host])
        .targets(askers.iter().copied())
        .ports([PORT])
        .protocol("LLMNR")
        .evidence([
            evidence("Queries it answered", n as f64, "queries", "those for its own name"),
            evidence("Share of all queries", share * 100.0, "%", "a few per cent"),
            evidence("Hosts it answered", askers.len() as f64, "hosts", ""),
        ])
        .explanation(format!(
            "{host} answered {n} queries that {} sent to the whole network, {:.0} % of all. A host answers only for \
             its own name (RFC 4795), and most such queries are for names that nobody has. A host that answers them \
             all wants the logins that follow.",
            count(askers.len(), "host"),
            share * 100.0
        ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish, inside};
    use crate::model::flow::TcpState;
    use crate::settings::Settings;

    fn exchanges(n: u16, n_answered: u16) -> Vec<Made> {
        let group = Addr::v4([224, 0, 0, 252]);
        let datagram = |from: (Addr, u16), to: (Addr, u16), second: u16| Made {
            protocol: 17,
            from,
            to,
            state: TcpState::Unknown,
            ..Made::tcp(from.0, to.0, to.1, f64::from(second))
        };
        let asker = |i: u16| (inside(10 + (i % 3) as u8), 50_000 + i);
        (0..n)
            .map(|i| datagram(asker(i), (group, PORT), i))
            .chain((0..n_answered).map(|i| datagram((inside(66), PORT), asker(i), i)))
            .collect()
    }

    #[test]
    fn who_answers_everything_is_reported_and_who_answers_now_and_then_is_not() {
        assert_eq!(finish(&ENTRY, &exchanges(20, 20), &[], &Settings::default()).findings.len(), 1);
        assert!(finish(&ENTRY, &exchanges(40, 12), &[], &Settings::default()).findings.is_empty());
    }
}
