//! Turns connections of cryptocurrency miners to their pools into findings, one per miner and pool: recognised by
//! Stratum messages or, inside TLS, by the sizes and times of what both sides send.

mod encrypted;
mod pools;
mod shape;

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::encrypted_sessions::{EncryptedSessions, SessionEnds};
use crate::detect::support::finding_builder::{self, FindingBuilder, count, evidence};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::odd_server::Called;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::protocol::AppProto;
use crate::model::format::time::span;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use shape::Work;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "mining",
    name: "Cryptocurrency mining",
    category: Category::Mining,
    technique: Some(("T1496", "Resource Hijacking")),
    sees: "A host uses Stratum, the protocol between miners and mining pools; or a TLS connection has its shape: the server sends unsolicited jobs of one size, and the host submits results of one size at irregular times, each answered at once by a short message.",
    matters: "Somebody earns money with the host's processor and power. If nobody installed the miner, somebody else controls the host.",
    otherwise: "A miner that its owner runs on purpose. Inside TLS only the shape is visible: another service with jobs and similar-sized results has it too.",
    benign_causes: &["A miner that the owner of the host runs on purpose"],
    advice: &[
        "Find the program: it keeps the processor busy; check what starts it",
        "If nobody installed it, find out how it got there before you remove it",
        "Look for other hosts that connect to the same pool",
    ],
    part_of: &[],
    source: "The methods of Stratum: mining.* (Bitcoin), eth_* (Ethereum), login, job and submit (Monero). That sizes and times reveal these inside TLS: Muñoz i Suñé et al., 2019 (NetFlow features of miners); Caprolu et al., Cryptomining makes noise, Computer Communications 2021; Russo et al., Detection of illicit cryptomining using network metadata, EURASIP J. on Information Security 2021 (Stratum rebuilt from flow records). How odd the server is among those that internal hosts use also counts. The limits are our own.",
}
.explained_where_shown();

const MESSAGES: Descriptor = Descriptor::count("mining.messages", "Messages from a miner", 2.0)
    .range(1.0, 10_000.0)
    .unit("messages")
    .help("This many between one host and one pool. Subscribing and logging in already take two.");
const SHARES: Descriptor = Descriptor::count("mining.shares", "Results inside TLS", 10.0)
    .range(5.0, 100_000.0)
    .unit("messages")
    .help("This many messages of one size that a host sends to a server, each answered at once by a short one.");
const JOBS: Descriptor = Descriptor::count("mining.jobs", "Jobs inside TLS", 4.0)
    .range(2.0, 100_000.0)
    .unit("messages")
    .help("This many messages of about one size that the server sends unsolicited; half of them where there are twice the results, three times as many where there is only half of those, and one at the port of a pool where there are twice the results.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<Mining>(CARD, &[MESSAGES, SHARES, JOBS], Interest::MESSAGES.union(Interest::TCP_FLOWS)).asking_site();

/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 14;
/// So many times the results make up for so many times fewer jobs.
const QUICK: f64 = 2.0;
/// Half the results make up for so many times the jobs: a weak machine finds few.
const SLOW: f64 = 3.0;

#[derive(Default)]
struct Mining {
    pairs: Tally<(Addr, Addr, u16), Pair, MOST_PAIRS>,
    /// TLS sessions that may be mining.
    sessions: EncryptedSessions,
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
        let fields = &event.message.fields;
        let ((miner, _), (pool, port)) = (flow.originator(), flow.responder());
        let Some(pair) = self.pairs.of((miner, pool, port)) else { return };
        pair.n_messages += 1;
        pair.n_submitted += u64::from(
            fields
                .text(FieldId::Command)
                .is_some_and(|command| matches!(command, "mining.submit" | "submit" | "eth_submitWork")),
        );
        for (slot, kind) in [(&mut pair.user, FieldId::User), (&mut pair.agent, FieldId::Agent)] {
            if let Some(text) = fields.text(kind).filter(|_| slot.is_empty()) {
                text.clone_into(slot);
            }
        }
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        self.sessions.add(ended);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        self.in_the_clear(context).and(self.shaped(context))
    }
}

impl Mining {
    /// Findings of miners that use Stratum in cleartext.
    fn in_the_clear(&self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&MESSAGES);
        Report::of_table(&self.pairs, |pair| pair.n_messages as f64 >= least)
            .largest_first(|(_, pair)| pair.n_messages)
            .each_with_flows(
                context,
                |((miner, pool, port), _)| Between::service(*miner, *pool, *port),
                |_, _| true,
                |(key, pair), flows| pair.finding(**key, &flows, least).flows(flows).build(),
            )
    }

    /// Findings of miners whose TLS session has the shape of Stratum.
    fn shaped(&self, context: &Context<'_>) -> Conclusion {
        let (shares, jobs) = (context.settings.get(&SHARES), context.settings.get(&JOBS));
        // A miner that finds results quickly finds many between two jobs.
        let is_case = |work: &Work| {
            let (n_shares, n_jobs) = (work.shares.len() as f64, work.n_jobs as f64);
            n_shares >= shares && n_jobs >= jobs
                || n_shares >= QUICK * shares && QUICK * n_jobs >= jobs
                || QUICK * n_shares >= shares && n_jobs >= SLOW * jobs
        };
        // At the port of a pool one job is enough beside many results: who just began has got no other.
        let is_new = |(_, _, port): SessionEnds, work: &Work| {
            pools::is_usual_port(port) && work.n_jobs > 0 && work.shares.len() as f64 >= QUICK * shares
        };
        let cases: Vec<(SessionEnds, Work, &str)> = self
            .sessions
            .without_pings(context)
            .filter_map(|(ends, session)| {
                let work = shape::work(&session).filter(|work| is_case(work) || is_new(ends, work))?;
                Some((ends, work, context.names.text(session.name)))
            })
            .collect();
        let servers = (!cases.is_empty()).then(|| context.outside_servers());
        let odd = |(source, pool, port): SessionEnds, name: &str| {
            let (apps, programs) = (BTreeSet::from([AppProto::Tls]), BTreeSet::new());
            let called = Called {
                source,
                servers: &BTreeSet::from([pool]),
                ports: &BTreeSet::from([port]),
                apps: &apps,
                programs: &programs,
                name,
            };
            servers.as_ref().map_or(0.0, |servers| servers.oddity(&called).weight)
        };
        Report::of(cases)
            .largest_first(|(_, work, _)| work.shares.len())
            .not_evaluated(self.sessions.n_refused())
            .each_with_flows(
                context,
                |((miner, pool, port), ..)| Between::service(*miner, *pool, *port),
                |_, flow| flow.is_tcp(),
                |(ends, work, name), flows| {
                    work.finding(*ends, name, (shares, jobs), odd(*ends, name)).flows(flows).build()
                },
            )
    }
}

impl Pair {
    fn finding(&self, (miner, pool, port): (Addr, Addr, u16), flows: &Gathered, least: f64) -> FindingBuilder {
        let n = self.n_messages as f64;
        let confidence = Confidence::ALMOST_CERTAIN;
        let user = if self.user.is_empty() { String::new() } else { format!(" as {}", self.user) };
        let agent = if self.agent.is_empty() {
            String::new()
        } else {
            format!(" The program identifies itself as {}.", self.agent)
        };
        Finding::builder(&CARD)
            .title(format!("{miner} mines cryptocurrency for {pool}"))
            .rated(Impact::ACCESS_TRY, confidence, (n, least))
            .service((miner, pool, port), AppProto::Stratum.name())
            .evidence([
                evidence("Stratum messages", n, "messages", "0"),
                evidence("Results submitted", self.n_submitted as f64, "messages", "0"),
                evidence("Time connected", (flows.end_ns - flows.start_ns) as f64 / 1e9, "s", ""),
            ])
            .explanation(format!(
                "{miner} works for the mining pool {pool}, port {port}{user}: {} in {}, {} submitted.{agent}",
                count(self.n_messages as usize, "message"),
                span(flows.end_ns - flows.start_ns),
                count(self.n_submitted as usize, "result")
            ))
            .filter(format!("{} && tcp.port == {port}", finding_builder::pair_filter(miner, pool)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, inside, observe_messages, outside};
    use crate::settings::Settings;

    fn line(protocol: AppProto, command: &str) -> Line {
        let facts = vec![(FieldId::Command, command.into())];
        Line::request(protocol, 1.0, inside(1), (outside(1), 3333), facts)
    }

    #[test]
    fn a_miner_is_reported_and_other_words_are_not() {
        let found = |protocol| {
            let lines = [line(protocol, "mining.subscribe"), line(protocol, "mining.submit")];
            observe_messages(&ENTRY, &lines, &Settings::default()).findings.len()
        };
        assert_eq!((found(AppProto::Stratum), found(AppProto::Ftp)), (1, 0));
    }
}
