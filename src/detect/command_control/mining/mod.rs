//! Conversations of crypto-currency miners with their pools, per pair, to findings: by what they say or, inside TLS, by the
//! shape of their talk.

mod encrypted;
mod pools;
mod shape;

use crate::detect::card::Card;
use crate::detect::detector::AppEvent;
use crate::detect::detector::Conclusion;
use crate::detect::detector::Context;
use crate::detect::detector::Detector;
use crate::detect::detector::EndedFlow;
use crate::detect::detector::Entry;
use crate::detect::detector::Interest;
use crate::detect::support::capped_map::Tally;
use crate::detect::support::encrypted_sessions::EncryptedSessions;
use crate::detect::support::encrypted_sessions::SessionEnds;
use crate::detect::support::finding_builder;
use crate::detect::support::finding_builder::count;
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::finding_builder::lines;
use crate::detect::support::flow_selector::Between;
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::flow_selector::gather;
use crate::detect::support::severity::Impact;
use crate::detect::support::severity::rate;
use crate::model::app::field::FieldId;
use crate::model::app::field::FieldSet;
use crate::model::app::protocol::AppProto;
use crate::model::format::time::span;
use crate::model::{Addr, Category, Finding};
use crate::settings::{Descriptor, OnChange};
use shape::Work;

const CARD: Card = Card {
    id: "mining",
    name: "Crypto-currency mining",
    category: Category::Mining,
    technique: Some(("T1496", "Resource Hijacking")),
    sees: "A host speaks Stratum, the protocol by which miners get work from a pool; or a connection over TLS has its shape: the server sends jobs of one size unasked, the host hands in results of one size at uneven times, each answered at once by a short line.",
    matters: "Somebody earns money with the host's processor and power. Where nobody installed it, somebody else has control of the host.",
    otherwise: "A miner that its owner runs on purpose. Inside TLS only the shape is seen: another service with jobs and results of even sizes has it too.",
    source: "The methods of Stratum: mining.* (Bitcoin), eth_* (Ethereum), login, job and submit (Monero). Inside TLS, that these stand out by sizes and times: Muñoz i Suñé et al., 2019 (NetFlow features of miners); Caprolu et al., Cryptomining makes noise, Computer Communications 2021; Russo et al., Detection of illicit cryptomining using network metadata, EURASIP J. on Information Security 2021 (Stratum rebuilt from flow records). Limits are ours.",
};

const MESSAGES: Descriptor = Descriptor {
    id: "mining.messages",
    label: "Messages of a miner",
    help: "So many between one host and one pool. Subscribing and logging in are two already.",
    unit: "messages",
    min: 1.0,
    max: 10_000.0,
    default: 2.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const SHARES: Descriptor = Descriptor {
    id: "mining.shares",
    label: "Results inside TLS",
    help: "So many messages of one size that a host sends to a server and that are answered at once by a short one.",
    unit: "messages",
    min: 5.0,
    max: 100_000.0,
    default: 10.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const JOBS: Descriptor = Descriptor {
    id: "mining.jobs",
    label: "Jobs inside TLS",
    help: "So many messages of about one size that the server sends unasked.",
    unit: "messages",
    min: 2.0,
    max: 100_000.0,
    default: 4.0,
    is_whole: true,
    on_change: OnChange::Evaluate,
};
const SETTINGS: &[Descriptor] = &[MESSAGES, SHARES, JOBS];

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry {
    card: CARD,
    settings: SETTINGS,
    interest: Interest::MESSAGES.union(Interest::TCP_FLOWS),
    make: || Box::new(Mining::default()),
};

/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 14;
/// Most findings.
const MOST_FINDINGS: usize = 50;

#[derive(Default)]
struct Mining {
    pairs: Tally<(Addr, Addr, u16), Pair, MOST_PAIRS>,
    /// What may be mining inside TLS.
    talks: EncryptedSessions,
}

#[derive(Default)]
struct Pair {
    n_messages: u64,
    n_submitted: u64,
    user: String,
    agent: String,
}

impl Detector for Mining {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Stratum { FieldSet::ALL } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let Some(flow) = event.flow.filter(|_| event.message.protocol == AppProto::Stratum) else { return };
        let said = &event.message.fields;
        let ((miner, _), (pool, port)) = (flow.originator(), flow.responder());
        let Some(pair) = self.pairs.of((miner, pool, port)) else { return };
        pair.n_messages += 1;
        pair.n_submitted += u64::from(
            said.text(FieldId::Command)
                .is_some_and(|command| matches!(command, "mining.submit" | "submit" | "eth_submitWork")),
        );
        for (slot, kind) in [(&mut pair.user, FieldId::User), (&mut pair.agent, FieldId::Agent)] {
            if let Some(text) = said.text(kind).filter(|_| slot.is_empty()) {
                text.clone_into(slot);
            }
        }
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        self.talks.add(ended);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let mut findings = self.event(context);
        findings.extend(self.shaped(context));
        let n_not_evaluated = self.pairs.n_refused + self.talks.n_refused();
        Conclusion { findings, n_not_evaluated, ..Conclusion::default() }
    }
}

impl Mining {
    /// Those that speak in the clear.
    fn event(&self, context: &Context<'_>) -> Vec<Finding> {
        let least = context.settings.get(&MESSAGES);
        let mut cases = self.pairs.sorted_where(|pair| pair.n_messages as f64 >= least);
        cases.sort_by_key(|(key, pair)| (std::cmp::Reverse(pair.n_messages), **key));
        cases.truncate(MOST_FINDINGS);
        let between: Vec<Between> =
            cases.iter().map(|((miner, pool, port), _)| Between::service(*miner, *pool, *port)).collect();
        let gathered = gather(context, &between, |_, _| true);
        let findings = cases.iter().zip(gathered).map(|((key, pair), flows)| {
            let mut finding = pair.finding(**key, &flows, least);
            flows.fill(&mut finding);
            finding_builder::finish(finding, true)
        });
        findings.collect()
    }

    /// Those whose talk has the shape.
    fn shaped(&self, context: &Context<'_>) -> Vec<Finding> {
        let (shares, jobs) = (context.settings.get(&SHARES), context.settings.get(&JOBS));
        let is_case = |work: &Work| work.shares.len() as f64 >= shares && work.n_jobs as f64 >= jobs;
        let mut cases: Vec<(SessionEnds, Work, &str)> = self
            .talks
            .all(context)
            .filter_map(|(ends, talk)| Some((ends, shape::work(&talk).filter(is_case)?, context.names.text(talk.name))))
            .collect();
        cases.sort_by_key(|(ends, work, _)| (std::cmp::Reverse(work.shares.len()), *ends));
        cases.truncate(MOST_FINDINGS);
        let between: Vec<Between> =
            cases.iter().map(|((miner, pool, port), ..)| Between::service(*miner, *pool, *port)).collect();
        let gathered = gather(context, &between, |_, flow| flow.is_tcp());
        let findings = cases.iter().zip(gathered).map(|((ends, work, name), flows)| {
            let mut finding = work.finding(*ends, name, shares);
            flows.fill(&mut finding);
            finding_builder::finish(finding, true)
        });
        findings.collect()
    }
}

impl Pair {
    fn finding(&self, (miner, pool, port): (Addr, Addr, u16), flows: &Gathered, least: f64) -> Finding {
        let n = self.n_messages as f64;
        let confidence = 0.95;
        let mut finding = finding_builder::begin(&CARD);
        finding.title = format!("{miner} mines a crypto-currency for {pool}");
        rate(&mut finding, Impact::ACCESS_TRY, confidence, (n, least));
        finding.sources = finding_builder::addresses([miner]);
        finding.targets = finding_builder::addresses([pool]);
        finding.ports = vec![port];
        finding.protocol = AppProto::Stratum.name().to_owned();
        finding.evidence = vec![
            evidence("Messages of Stratum", n, "messages", "0"),
            evidence("Results handed in", self.n_submitted as f64, "messages", "0"),
            evidence("Connected for", (flows.end_ns - flows.start_ns) as f64 / 1e9, "s", ""),
        ];
        let user = if self.user.is_empty() { String::new() } else { format!(" as {}", self.user) };
        let agent =
            if self.agent.is_empty() { String::new() } else { format!(" The program calls itself {}.", self.agent) };
        finding.explanation = format!(
            "{miner} works for the mining pool {pool}, port {port}{user}: {} in {}, {} handed in.{agent}",
            count(self.n_messages as usize, "message"),
            span(flows.end_ns - flows.start_ns),
            count(self.n_submitted as usize, "result")
        );
        finding.benign_causes = lines(&["A miner that the owner of the host runs on purpose"]);
        finding.advice = lines(&[
            "Find the program: the processor is busy all the time; look at what starts it",
            "If nobody installed it, find out how it came in before you remove it",
            "Look for other hosts that talk to the same pool",
        ]);
        finding.display_filter = format!("{} && tcp.port == {port}", finding_builder::pair_filter(miner, pool));
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::Line;
    use crate::detect::support::testing::hear;
    use crate::detect::support::testing::inside;
    use crate::detect::support::testing::outside;
    use crate::model::flow::Direction;
    use crate::settings::Settings;

    fn line(protocol: AppProto, command: &str) -> Line {
        let facts = vec![(FieldId::Command, command.into())];
        Line {
            protocol,
            second: 1.0,
            from: (inside(1), 40_000),
            to: (outside(1), 3333),
            direction: Direction::ToResponder,
            facts,
        }
    }

    #[test]
    fn a_miner_is_reported_and_other_words_are_not() {
        let found = |protocol| {
            let lines = [line(protocol, "mining.subscribe"), line(protocol, "mining.submit")];
            hear(&ENTRY, &lines, &Settings::default()).findings.len()
        };
        assert_eq!((found(AppProto::Stratum), found(AppProto::Ftp)), (1, 0));
    }
}
