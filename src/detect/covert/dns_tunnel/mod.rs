//! Names asked for under one domain, per domain and asker, to findings of data that is carried in names.

mod replies;

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::domains;
use crate::detect::support::finding_builder::{Identity, evidence, thousands};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::names::DnsType;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::{Addr, Category, Finding, Series};
use crate::settings::Descriptor;
use domains::{Characters, DnsQuery};
use foldhash::fast::RandomState;
use replies::Replies;
use std::collections::{BTreeMap, BTreeSet, HashSet};

const CARD: Card = Card {
    id: "dns_tunnel",
    name: "DNS tunnel",
    category: Category::CovertChannel,
    technique: Some(("T1071.004", "DNS")),
    sees: "One host queries very many different, long names under one domain, or receives numbered text records full of data from it.",
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
    source: "RITA v5 counts distinct names under a domain (low from 100, high from 1,000); names over 52 characters and record types TXT, NULL and CNAME after the survey of Sammour et al. (2018). Domains by the public suffix list.",
};

const NAMES: Descriptor = Descriptor::count("dns_tunnel.names", "Different names under one domain", 50.0)
    .range(10.0, 100_000.0)
    .unit("names")
    .help("This many different names under one domain that one host queried. RITA's table begins at 100; long names that never repeat are a clear sign earlier.");
const LENGTH: Descriptor = Descriptor::count("dns_tunnel.length", "Mean length before the domain", 24.0)
    .range(8.0, 250.0)
    .unit("characters")
    .help("Ordinary names have about 8 characters before their domain; data needs many.");

const PIECES: Descriptor = Descriptor::count("dns_tunnel.pieces", "Numbered parts in answers", 8.0)
    .range(3.0, 10_000.0)
    .unit("names")
    .help("This many names that differ only by a number, each answered by a full TXT or NULL record: a program downloaded in parts. SPF, DKIM and the like have a few names.");

const SEQUENCE: Descriptor = Descriptor::count("dns_tunnel.sequence", "Addresses that nobody uses", 24.0)
    .range(8.0, 4_000.0)
    .unit("names")
    .help("So many names of one domain that are each answered by another address in another network, to which hardly anybody connects: the addresses are data. Providers give addresses that stand side by side. The default is set by us: by chance one in thirty of as many random addresses has none that no host can have.");

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<DnsTunnel>(CARD, &[NAMES, LENGTH, PIECES, SEQUENCE], Interest::MESSAGES);

/// Share of questions that must be for a name not asked for before: data does not repeat, caches and polling do.
const LEAST_NEW: f64 = 0.6;
/// Share of record types that carry much data from which the length of names counts half.
const MUCH_DATA: f64 = 0.5;
/// A numbered piece has at least so many bytes: a TXT record that is full has 255 and the question beside them.
const LEAST_PIECE_BYTES: f64 = 160.0;
/// Most patterns of numbered names kept for a pair, and most names of each.
const MOST_PATTERNS: usize = 4;
const MOST_PIECES: usize = 1 << 12;
/// Most pairs of asker and domain kept.
const MOST_PAIRS: usize = 1 << 17;
/// Most different names counted for a pair.
const MOST_NAMES: usize = 1 << 14;
/// Most names of a pair whose times are kept, to be drawn.
const MOST_TIMES: usize = 1 << 12;

#[derive(Default)]
struct DnsTunnel {
    /// By the index of the domain among the names, and the asker.
    pairs: Tally<(u32, Addr), Box<Asked>, MOST_PAIRS>,
}

/// What one host asked of one domain.
#[derive(Default)]
struct Asked {
    /// By their index among the names.
    names: HashSet<u32, RandomState>,
    /// Questions for a name not asked for before.
    n_new: u64,
    n_questions: u64,
    /// Characters before the domain, of new names.
    n_characters: u64,
    characters: Characters,
    /// Questions for TXT, NULL, CNAME, MX, KEY and SRV records.
    n_wide: u64,
    n_answers: u64,
    answer_bytes: u64,
    /// Names that differ by numbers only, with the answers that they got.
    staged: Vec<Staged>,
    /// Answers that are addresses or names.
    replies: Replies,
    servers: BTreeSet<Addr>,
    /// When a name was new.
    new_ns: Vec<i64>,
    seen: MessageEvidence,
}

/// Answers of TXT or NULL records to names that differ by their numbers only: pieces of something larger.
#[derive(Default)]
struct Staged {
    /// The name before its domain without its digits.
    pattern: String,
    /// By their index among the names.
    names: BTreeSet<u32>,
    n_bytes: u64,
}

impl Staged {
    /// True for so many pieces, each full of data in the mean.
    fn is_program(&self, least: f64) -> bool {
        let n = self.names.len() as f64;
        n >= least && self.n_bytes as f64 >= LEAST_PIECE_BYTES * n
    }
}

impl Detector for DnsTunnel {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Dns { FieldSet::of(&[FieldId::DnsQuery]) } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let said = &event.message.fields;
        let (Some(flow), Some(update), Some(name)) = (event.flow, event.update, event.query) else { return };
        let is_question = update.direction == Direction::ToResponder;
        let ((asker, _), (server, _)) = (flow.originator(), flow.responder());
        let Some(asked) = self.pairs.of((name.domain, asker)) else { return };
        asked.seen.add(event);
        if !is_question {
            asked.n_answers += 1;
            let n_bytes = said.number(FieldId::DnsAnswerBytes).unwrap_or(0);
            asked.answer_bytes += n_bytes;
            asked.replies.add(name, said);
            if asked.servers.len() < Finding::MOST_ADDRESSES {
                asked.servers.insert(server);
            }
            // An answer without records may be long all the same: what proves that there are none is signed.
            if matches!(said.kind(FieldId::DnsType), Some(DnsType::Txt | DnsType::Null))
                && said.number(FieldId::DnsAnswers) != Some(0)
            {
                asked.stage(name, n_bytes);
            }
            return;
        }
        asked.n_questions += 1;
        use DnsType::{Cname, Key, Mx, Null, Srv, Txt};
        asked.n_wide += u64::from(matches!(said.kind(FieldId::DnsType), Some(Txt | Null | Cname | Mx | Key | Srv)));
        if asked.servers.len() < Finding::MOST_ADDRESSES {
            asked.servers.insert(server);
        }
        if asked.names.len() < MOST_NAMES && asked.names.insert(name.name) {
            asked.n_new += 1;
            asked.n_characters += name.before.len() as u64;
            if asked.new_ns.len() < MOST_TIMES {
                asked.new_ns.push(event.message.time_ns);
            }
            asked.characters.add(name.before);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let names = context.settings.get(&NAMES);
        let length = context.settings.get(&LENGTH);
        let mut cases: BTreeMap<&str, Vec<(Addr, &Asked)>> = BTreeMap::new();
        for ((domain, asker), asked) in self.pairs.sorted_where(|asked| asked.is_tunnel(names, length)) {
            cases.entry(context.names.text(*domain)).or_default().push((*asker, asked));
        }
        let cases: Vec<_> = cases.into_iter().collect();
        Report::of(cases)
            .largest_first(|(_, askers)| askers.iter().map(|(_, asked)| asked.n_characters).sum::<u64>())
            .not_evaluated(self.pairs.n_refused)
            .each(|(domain, askers)| finding(domain, askers, names))
            .and(self.staged(context, names, length))
            .and(self.carried(context, names, length))
    }
}

impl Asked {
    /// Takes the answer to a name with a number in it.
    fn stage(&mut self, name: DnsQuery<'_>, n_bytes: u64) {
        let is_digit = |byte: &u8| byte.is_ascii_digit();
        if !name.before.bytes().any(|byte| is_digit(&byte)) {
            return;
        }
        let is_meant = |staged: &Staged| name.before.bytes().filter(|byte| !is_digit(byte)).eq(staged.pattern.bytes());
        let place = match self.staged.iter().position(is_meant) {
            Some(place) => place,
            None if self.staged.len() < MOST_PATTERNS => {
                let pattern = name.before.chars().filter(|char| !char.is_ascii_digit()).collect();
                self.staged.push(Staged { pattern, ..Staged::default() });
                self.staged.len() - 1
            }
            None => return,
        };
        if let Some(staged) = self.staged.get_mut(place)
            && staged.names.len() < MOST_PIECES
            && staged.names.insert(name.name)
        {
            staged.n_bytes += n_bytes;
        }
    }

    fn is_tunnel(&self, names: f64, length: f64) -> bool {
        let n_new = self.n_new as f64;
        let is_wide = self.n_wide as f64 >= MUCH_DATA * self.n_questions as f64;
        let needed = if is_wide { length / 2.0 } else { length };
        n_new >= names && n_new >= LEAST_NEW * self.n_questions as f64 && self.n_characters as f64 >= needed * n_new
    }
}

impl DnsTunnel {
    /// What came back in addresses or alias names, where it is neither a tunnel by its names nor pieces of text.
    fn carried(&self, context: &Context<'_>, names: f64, length: f64) -> Conclusion {
        let (sequence, pieces) = (context.settings.get(&SEQUENCE), context.settings.get(&PIECES));
        let is_open = |asked: &Asked| {
            !asked.is_tunnel(names, length) && !asked.staged.iter().any(|staged| staged.is_program(pieces))
        };
        let cases = self.pairs.sorted_where(|asked| is_open(asked)).into_iter().filter_map(|(key, asked)| {
            Some((key, asked, asked.replies.carried(context, (sequence, pieces), length / 2.0)?))
        });
        Report::of(cases).each(|((domain, asker), asked, carried)| {
            carried
                .finding((*asker, context.names.text(*domain)), (sequence, pieces))
                .targets(asked.servers.iter().copied())
                .messages(&asked.seen)
                .build()
        })
    }

    /// What was fetched in numbered pieces, where it is no tunnel by its names.
    fn staged(&self, context: &Context<'_>, names: f64, length: f64) -> Conclusion {
        let least = context.settings.get(&PIECES);
        let is_staged = |asked: &Asked| asked.staged.iter().any(|staged| staged.is_program(least));
        let cases = self.pairs.sorted_where(|asked| !asked.is_tunnel(names, length) && is_staged(asked));
        Report::of(cases).each(|((domain, asker), asked)| {
            let pieces = asked.staged.iter().filter(|staged| staged.is_program(least));
            let (n, n_bytes) = pieces.fold((0, 0), |(n, sum), staged| (n + staged.names.len(), sum + staged.n_bytes));
            let domain = context.names.text(*domain);
            let size = crate::model::format::quantity::bytes(n_bytes as f64);
            Finding::builder(&CARD)
                .title(format!("{asker} downloads {size} in {} numbered answers from {domain}", thousands(n)))
                .rated(Impact::CONTROL, Confidence::LIKELY, (n as f64, least))
                .sources([*asker])
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
                .filter(domains::filter(domain).unwrap_or_else(|| "dns".to_owned()))
                .messages(&asked.seen)
                .identity(Identity::Word(domain.to_owned()))
                .build()
        })
    }
}

/// One finding for a domain: resolvers pass questions on, so those who ask them come first.
fn finding(domain: &str, askers: &[(Addr, &Asked)], names: f64) -> Finding {
    let servers: BTreeSet<Addr> = askers.iter().flat_map(|(_, asked)| asked.servers.iter().copied()).collect();
    let hosts: Vec<Addr> = askers.iter().map(|(host, _)| *host).collect();
    let clients: Vec<Addr> = hosts.iter().copied().filter(|host| !servers.contains(host)).collect();
    let clients = if clients.is_empty() { hosts } else { clients };
    let Some((_, most)) = askers.iter().max_by_key(|(_, asked)| asked.n_new) else {
        return Finding::builder(&CARD).build();
    };
    let mut seen = MessageEvidence::default();
    askers.iter().for_each(|(_, asked)| seen.merge(&asked.seen));
    let n_new = most.n_new as f64;
    let mean_length = most.n_characters as f64 / n_new.max(1.0);
    // Logs do not say how long answers were.
    let mean_answer = (most.answer_bytes > 0).then(|| most.answer_bytes as f64 / most.n_answers.max(1) as f64);
    let wide_share = most.n_wide as f64 / most.n_questions.max(1) as f64;
    // Without records that carry data, and with answers hardly larger than questions, data goes only out.
    let is_one_way = wide_share < MUCH_DATA && mean_answer.is_none_or(|bytes| bytes < 2.0 * (mean_length + 40.0));
    let entropy = most.characters.entropy();
    let signs = 0.4 * f64::from(wide_share >= MUCH_DATA)
        + 0.4 * f64::from(mean_length >= 40.0)
        + 0.2 * f64::from(entropy >= 3.5);
    let confidence = Confidence::LIKELY.towards(Confidence::ALMOST_CERTAIN, signs);
    let who = clients.first().map_or_else(String::new, ToString::to_string);
    let new_ns: Vec<i64> = askers.iter().flat_map(|(_, asked)| asked.new_ns.iter().copied()).collect();
    Finding::builder(&CARD)
        .title(format!("{who} carries data in {} names under {domain}", thousands(most.n_new as usize)))
        .rated(Impact::CONTROL, confidence, (n_new, names))
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
        .explanation(format!(
            "{who} queried {} different names under {domain}, {mean_length:.0} characters each before the domain, and \
                 hardly ever the same one twice. The owner of the domain receives every such name: together they \
                 carry up to {} out{}.",
            thousands(most.n_new as usize),
            crate::model::format::quantity::bytes(most.n_characters as f64 * entropy.min(6.0) / 8.0),
            if is_one_way { "" } else { ", and the answers carry data back" }
        ))
        .series(Series::moments("New names", "names", &new_ns))
        .filter(domains::filter(domain).unwrap_or_else(|| "dns".to_owned()))
        .messages(&seen)
        .identity(Identity::Word(domain.to_owned()))
        .build()
}

#[cfg(test)]
mod tests;
