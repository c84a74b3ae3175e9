//! Turns queries for names under one domain, per domain and client, into findings of DNS tunnels: data in names and
//! answers.

mod asked;
mod numbered;
mod replies;
mod weigh;

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::domains;
use crate::detect::support::finding_builder::{Identity, evidence, thousands};
use crate::detect::support::log_ratio;
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Gather;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::protocol::AppProto;
use crate::model::{Addr, Category, Finding, Series};
use crate::settings::Descriptor;
use asked::Asked;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "dns_tunnel",
    name: "DNS tunnel",
    category: Category::CovertChannel,
    technique: Some(("T1071.004", "DNS")),
    sees: "One host queries different names under one domain that look like data, or receives answers that do: long random names that never repeat, record types that hold much, answers that must not be cached, addresses that nobody uses, numbered text records.",
    matters: "Resolvers forward every query to the owner of the domain, even where no other traffic may leave. Tunnels put data into the names, and answers into the returned records.",
    otherwise: "Virus scanners and block lists that query checksums as names, content delivery networks, telemetry.",
    benign_causes: &[
        "A virus scanner, mail filter or block list that queries checksums as names",
        "A content delivery network or telemetry that uses a new name for every request",
    ],
    advice: &[
        "Check the names: readable words, checksums of one length, or running counters with data",
        "Find out who owns the domain and since when",
        "Find the program on the host that sends the queries; block the domain at the resolver",
    ],
    part_of: &[],
    source: "The signs are added up as a log-likelihood ratio (naive Bayes), each bounded. Number of names: RITA v5 (low from 100, high from 1,000); long names and record types TXT, NULL and CNAME: survey of Sammour et al. (2018); slow tunnels by what is new in names: Nadler, Aminov and Shabtai (2019). Reversed addresses and service names are left out (RFC 5782, RFC 2782); names of one form with a checksum that are answered by a code count against a tunnel. Domains by the public suffix list.",
}
.explained_where_shown();

const NAMES: Descriptor = Descriptor::count("dns_tunnel.names", "Different names under one domain", 6.0)
    .range(3.0, 100_000.0)
    .unit("names")
    .help("Fewer different names under one domain from one host are not evaluated. RITA counts names alone and begins at 100; the content of names and answers shows a tunnel earlier.");
const EVIDENCE: Descriptor = Descriptor::number("dns_tunnel.evidence", "Evidence for a tunnel", 6.0)
    .range(0.0, 30.0)
    .help("Natural logarithm of how much likelier the queries are for a tunnel than for an ordinary domain with several queried names: 6 is 400 times. It adds up length and randomness of the names, how many there are and whether they repeat, record types, what the answers carry and how long they may be cached. Where an analyst suspects a tunnel, about one in 100 such domains is one.");

const PIECES: Descriptor = Descriptor::count("dns_tunnel.pieces", "Numbered parts in answers", 8.0)
    .range(3.0, 10_000.0)
    .unit("names")
    .help("This many names that differ only by a number, each answered by a full TXT or NULL record: a program downloaded in parts. SPF, DKIM and the like have a few names.");

const SEQUENCE: Descriptor = Descriptor::count("dns_tunnel.sequence", "Addresses that nobody uses", 24.0)
    .range(8.0, 4_000.0)
    .unit("names")
    .help("This many names of one domain that are each answered with an address in a different network, to which hardly anybody connects: the addresses are data. Providers use addresses next to each other. The default is set by us: one in thirty sets of this many random addresses contains only addresses that a host can have.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<DnsTunnel>(CARD, &[NAMES, EVIDENCE, PIECES, SEQUENCE], Interest::MESSAGES);

/// Names that are shorter hardly carry anything: what came back is told first where most are.
const SHORT: usize = 12;
/// A case whose evidence exceeds the required one by this much gets full confidence.
const FULL_EVIDENCE: f64 = 8.0;
/// Names that are shorter in the mean are questions, and what an answer carries that is an address, B.
const LONG: f64 = 20.0;
const ADDRESS_BYTES: f64 = 4.0;
/// So much of what comes back goes out at least where data only leaves.
const ONE_WAY: f64 = 0.5;
/// And so many of the names are short at most. Data that leaves fills each name; the client of a tunnel that goes both ways must ask
/// for what waits at the other end while it has nothing to send, by names with hardly more than a number (as the clients of iodine
/// and dnscat2 do).
const MOST_POLLS: f64 = 0.15;
/// So many names and more reach further than the fewest.
const MANY: f64 = 50.0;
/// Characters of an alias name that is data.
const ALIAS_LENGTH: f64 = 12.0;
/// Most pairs of client and domain kept.
const MOST_PAIRS: usize = 1 << 17;

#[derive(Default)]
struct DnsTunnel {
    /// By the index of the domain among the names, and the client.
    pairs: Tally<(u32, Addr), Box<Asked>, MOST_PAIRS>,
}

/// A pair with how much its signs weigh.
#[derive(Clone, Copy)]
struct Weighed<'a> {
    asker: Addr,
    asked: &'a Asked,
    evidence: f64,
}

impl Detector for DnsTunnel {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Dns { FieldSet::of(&[FieldId::DnsQuery]) } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let (Some(flow), Some(update), Some(name)) = (event.flow, event.update, event.query) else { return };
        if asked::is_for_service(name.before) {
            return;
        }
        if let Some(asked) = self.pairs.of((name.domain, flow.originator().0)) {
            asked.note(event, name, flow.responder().0, update.direction);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let names = context.settings.get(&NAMES);
        let least = context.settings.get(&EVIDENCE);
        let (sequence, pieces) = (context.settings.get(&SEQUENCE), context.settings.get(&PIECES));
        let mut tunnels: BTreeMap<&str, Vec<Weighed<'_>>> = BTreeMap::new();
        let (mut staged, mut carried) = (Vec::new(), Vec::new());
        for ((domain, asker), asked) in self.pairs.sorted() {
            let domain = context.names.text(*domain);
            if asked::is_reputation_service(domain) {
                continue;
            }
            let evidence = || asked.signs(context).log_ratio();
            let tunnel = (asked.n_new as f64 >= names).then(evidence).filter(|evidence| *evidence >= least);
            let is_told_by_answers = tunnel.is_none() || asked.length() < SHORT as f64;
            let replies = || asked.replies.carried(context, (sequence, pieces), ALIAS_LENGTH);
            match (tunnel, is_told_by_answers.then(|| asked.program(pieces)).flatten()) {
                (_, Some(program)) => staged.push((*asker, domain, &**asked, program)),
                (tunnel, None) => match (is_told_by_answers.then(replies).flatten(), tunnel) {
                    (Some(replies), tunnel) => carried.push((*asker, domain, &**asked, (replies, tunnel))),
                    (None, Some(evidence)) => {
                        tunnels.entry(domain).or_default().push(Weighed { asker: *asker, asked, evidence });
                    }
                    (None, None) => {}
                },
            }
        }
        let tunnels: Vec<_> = tunnels.into_iter().collect();
        Report::of(tunnels)
            .largest_first(|(_, askers)| askers.iter().map(|case| case.asked.characters.n()).sum::<u64>())
            .not_evaluated(self.pairs.n_refused)
            .each(|(domain, askers)| finding(domain, askers, names, least))
            .and(
                Report::of(staged)
                    .each(|(asker, domain, asked, program)| downloaded(*asker, domain, asked, *program, pieces)),
            )
            .and(Report::of(carried).each(|(asker, domain, asked, (replies, tunnel))| {
                replies
                    .finding((*asker, domain), (sequence, pieces), tunnel.map(|evidence| sure(evidence, least)))
                    .targets(asked.servers.iter().copied())
                    .messages(&asked.seen)
                    .build()
            }))
    }
}

/// How sure so much evidence is, of which `least` is asked for.
fn sure(evidence: f64, least: f64) -> Confidence {
    log_ratio::sure(evidence, (least, FULL_EVIDENCE), Confidence::ALMOST_CERTAIN)
}

/// What was fetched in numbered pieces.
fn downloaded(asker: Addr, domain: &str, asked: &Asked, (n, n_bytes): (usize, u64), least: f64) -> Finding {
    let size = crate::model::format::quantity::bytes(n_bytes as f64);
    Finding::builder(&CARD)
        .title(format!("{asker} downloads {size} in {} numbered answers from {domain}", thousands(n)))
        .rated(Impact::CONTROL, Confidence::LIKELY, (n as f64, least))
        .sources([asker])
        .targets(asked.servers.iter().copied())
        .ports([53])
        .protocol("DNS")
        .names(vec![domain.to_owned()])
        .evidence([
            evidence("Numbered names answered by full TXT or NULL records", n as f64, "names", "a few"),
            evidence("Size of their answers", n_bytes as f64, "B", ""),
        ])
        .explanation(format!(
            "{asker} queried {} names under {domain} that differ only by a number, and each was answered by a \
             text record full of data, {size} in all. A program or a list of commands is downloaded in parts \
             this way where only DNS may leave.",
            thousands(n)
        ))
        .filter(domains::filter(domain))
        .messages(&asked.seen)
        .identity(Identity::Word(domain.to_owned()))
        .build()
}

/// One finding for a domain: resolvers pass questions on, so those who ask them come first.
fn finding(domain: &str, askers: &[Weighed<'_>], names: f64, least: f64) -> Finding {
    let servers: BTreeSet<Addr> = askers.iter().flat_map(|case| case.asked.servers.iter().copied()).gathered();
    let hosts: Vec<Addr> = askers.iter().map(|case| case.asker).collect();
    let clients: Vec<Addr> = hosts.iter().copied().filter(|host| !servers.contains(host)).collect();
    let clients = if clients.is_empty() { hosts } else { clients };
    let Some(Weighed { asked: most, evidence: weight, .. }) =
        askers.iter().max_by_key(|case| case.asked.n_new).copied()
    else {
        return Finding::builder(&CARD).build();
    };
    let mut seen = MessageEvidence::default();
    askers.iter().for_each(|case| seen.merge(&case.asked.seen));
    let n_new = most.n_new as f64;
    let mean_length = most.length();
    // Logs do not say how long answers were.
    let mean_answer = (most.answer_bytes > 0).then(|| most.answer_bytes as f64 / most.n_answers.max(1) as f64);
    let wide_share = most.wide_share();
    let entropy = most.characters.entropy();
    let sent = mean_length * most.characters.bytes_each();
    // Short names ask; tools that use records of nobody else carry a whole connection. Else what leaves counts if it is
    // not much less than what comes: an address, or a word that says that it arrived.
    let back = most.data_bytes().unwrap_or(ADDRESS_BYTES);
    let is_polled = most.short_share() > MOST_POLLS;
    let is_one_way = mean_length >= LONG && !most.is_odd() && !is_polled && sent > ONE_WAY * back;
    let confidence = sure(weight, least);
    let who = clients.first().map_or_else(String::new, ToString::to_string);
    let new_ns: Vec<i64> = askers.iter().flat_map(|case| case.asked.new_ns.iter().copied()).collect();
    Finding::builder(&CARD)
        .title(format!("{who} carries data in {} names under {domain}", thousands(most.n_new as usize)))
        .rated(Impact::CONTROL, confidence, (n_new, names.max(MANY)))
        .technique(is_one_way.then_some(("T1048.003", "Exfiltration Over Unencrypted Non-C2 Protocol")))
        .sources(clients)
        .targets(servers)
        .ports([53])
        .protocol("DNS")
        .names(vec![domain.to_owned()])
        .evidence([
            evidence("Different names under the domain", n_new, "names", "a handful"),
            evidence("Queries per new name", 100.0 * n_new / most.n_questions.max(1) as f64, "%", "few: names repeat"),
            evidence("Mean length before the domain", mean_length, "characters", "about 8"),
            evidence("Entropy per character", entropy, "bits", "2.5 to 3.5 in words"),
            evidence("Queries for TXT, NULL and the like", 100.0 * wide_share, "%", "under 5"),
        ])
        .evidence(mean_answer.map(|bytes| evidence("Mean size of an answer", bytes, "B", "80 to 200")))
        .evidence([log_ratio::evidence("Tunnel against ordinary domain", weight, format!("below {least}"))])
        .explanation(format!(
            "{who} queried {} different names under {domain}, {mean_length:.0} characters each before the domain, and \
                 hardly ever the same one twice. The owner of the domain receives every such name: together they \
                 carry up to {} out{}.",
            thousands(most.n_new as usize),
            crate::model::format::quantity::bytes(most.characters.n() as f64 * most.characters.bytes_each()),
            if is_one_way { "" } else { ", and the answers carry data back" }
        ))
        .series(Series::counts("New names", "names", &new_ns))
        .filter(domains::filter(domain))
        .messages(&seen)
        .identity(Identity::Word(domain.to_owned()))
        .build()
}

#[cfg(test)]
mod tests;
