//! Turns answers that a name does not exist, per client, into findings of programs that try generated domains (DGA).

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::domains::Characters;
use crate::detect::support::finding_builder::{self, evidence, thousands};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::detect::support::threshold_random_walk::busiest;
use crate::detect::support::wordiness::Wordiness;
use crate::maths::elementary::ln;
use crate::maths::sorting::Gather;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::names::DnsCode;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::format::time::SECOND;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use foldhash::fast::RandomState;
use std::collections::BTreeSet;
use std::collections::HashSet;

const CARD: Card = Card {
    id: "dga",
    name: "Generated domains (DGA)",
    category: Category::Beacon,
    technique: Some(("T1568.002", "Domain Generation Algorithms")),
    sees: "One host queries many different domains that do not exist.",
    matters: "Malware generates domain names and tries them until one exists: there it gets its commands.",
    otherwise: "A mail server that checks senders, a crawler with old links, a misspelt search domain, a test of the resolver.",
    benign_causes: &[
        "A mail server that looks up the domains of forged senders",
        "A crawler or link checker with old links",
        "A program with a misspelt or retired list of domains",
    ],
    advice: &[
        "Check the names: words, or random letters",
        "Check whether one of them resolved, and what the host did next",
        "Find the program on the host that sends the queries; check the host for malware",
    ],
    part_of: &[],
    source: "Number of domains that do not exist, compared with what the host's own look-ups lead to expect (tail of a Poisson distribution, Chernoff's bound), plus how random the names are by their pairs of letters. Yadav et al., Detecting Algorithmically Generated Malicious Domain Names (IMC 2010) and Antonakakis et al., From Throw-Away Traffic to Bots (USENIX Security 2012): bursts of names that do not exist. Domains by the public suffix list.",
}
.explained_where_shown();

const DOMAINS: Descriptor =
    Descriptor::count("dga.domains", "Domains that do not exist", 8.0).range(4.0, 100_000.0).unit("domains").help(
        "Fewer different registered domains that one host queried without success are not evaluated. Ordinary hosts \
         mistype a few a day.",
    );
const SHARE: Descriptor = Descriptor::percent("dga.share", "Share of domains that do not exist", 25.0)
    .range(1.0, 100.0)
    .help("Of all domains that the host queried. Crawlers and mail servers mostly query domains that exist.");
const EVIDENCE: Descriptor = Descriptor::number("dga.evidence", "Evidence for generated domains", 10.0)
    .range(0.0, 1000.0)
    .help("Natural logarithm of how unlikely this many domains that do not exist are for an ordinary host that queried the same number of existing ones (Poisson; 4 % and half a domain are expected), plus how random the names look. 10 is one in 20,000.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<Dga>(CARD, &[DOMAINS, SHARE, EVIDENCE], Interest::MESSAGES);

/// Most clients kept.
const MOST_ASKERS: usize = 1 << 15;
/// Most domains of one client kept.
const MOST_DOMAINS: usize = 1 << 13;
/// Domains shown as examples.
const MOST_EXAMPLES: usize = 3;
/// Of the domains that ordinary hosts ask for so many do not exist, and so many more in any capture: typing errors, old links.
const ORDINARY_SHARE: f64 = 0.04;
const ORDINARY: f64 = 0.5;
/// What it is worth if nearly all were asked for without a host name before them, and what if not: made-up domains are tried
/// bare.
const BARE: f64 = 1.5;
/// So many domains and more reach further than the fewest.
const MANY: f64 = 20.0;
/// The most domains within this time are counted.
const BURST_NS: i64 = 60 * SECOND;

#[derive(Default)]
struct Dga {
    askers: Tally<Addr, Asker, MOST_ASKERS>,
}

#[derive(Default)]
struct Asker {
    /// Domains that do not exist, and those that do, by their index among the names.
    missing: HashSet<u32, RandomState>,
    existing: HashSet<u32, RandomState>,
    /// When each missing domain was first asked for.
    times: Vec<i64>,
    /// Of the missing domains, those that were asked for bare.
    n_bare: u64,
    wordiness: Wordiness,
    examples: Vec<Box<str>>,
    characters: Characters,
    servers: BTreeSet<Addr>,
    seen: MessageEvidence,
}

impl Detector for Dga {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Dns { FieldSet::of(&[FieldId::DnsQuery]) } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let fields = &event.message.fields;
        let is_answer = event.update.is_some_and(|update| update.direction == Direction::ToOriginator);
        let (true, Some(flow), Some(asked), Some(code)) =
            (is_answer, event.flow, event.query, fields.kind::<DnsCode>(FieldId::DnsCode))
        else {
            return;
        };
        let Some(asker) = self.askers.of(flow.originator().0) else { return };
        if code != DnsCode::NoSuchName {
            if code == DnsCode::NoError && asker.existing.len() < MOST_DOMAINS {
                asker.existing.insert(asked.domain);
            }
            return;
        }
        if asker.missing.len() >= MOST_DOMAINS {
            return;
        }
        asker.seen.add(event);
        if asker.missing.insert(asked.domain) {
            let domain = event.names.text(asked.domain);
            let label = domain.split('.').next().unwrap_or("");
            asker.times.push(event.message.time_ns);
            asker.characters.add(label);
            asker.wordiness.add(label);
            asker.n_bare += u64::from(asked.before.is_empty());
            asker.servers.insert(flow.responder().0);
            if asker.examples.len() < MOST_EXAMPLES {
                asker.examples.push(Box::from(domain));
            }
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&DOMAINS);
        let share = context.settings.get(&SHARE) / 100.0;
        let evidence = context.settings.get(&EVIDENCE);
        let is_case =
            |asker: &Asker| asker.n_missing() >= least && asker.share() >= share && asker.evidence() >= evidence;
        let mut cases = self.askers.sorted_where(is_case);
        let servers: BTreeSet<Addr> = cases.iter().flat_map(|(_, asker)| asker.servers.iter().copied()).gathered();
        // A resolver asks what others ask it: where one of its clients is a case, it is none.
        if cases.iter().any(|(host, _)| !servers.contains(host)) {
            cases.retain(|(host, _)| !servers.contains(host));
        }
        Report::of(cases)
            .largest_first(|(_host, asker)| asker.missing.len())
            .not_evaluated(self.askers.n_refused)
            .each(|(host, asker)| asker.finding(**host, least.max(MANY)))
    }
}

impl Asker {
    /// Domains that were only ever missing: one that exists was mistyped below, or is asked for another type.
    fn n_missing(&self) -> f64 {
        self.missing.difference(&self.existing).count() as f64
    }

    /// How unlikely so many are for an ordinary host, as a natural logarithm: Chernoff's bound of the Poisson tail, and what
    /// the names look like.
    fn evidence(&self) -> f64 {
        let n = self.n_missing();
        let expected = ORDINARY + ORDINARY_SHARE * self.existing.len() as f64;
        let tail = if n > expected { n * ln(n / expected) - n + expected } else { 0.0 };
        let bare = if self.n_bare as f64 >= 0.8 * self.missing.len() as f64 { BARE } else { -BARE };
        tail + self.wordiness.log_ratio_of_random() + bare
    }

    /// Of all domains asked for, those that do not exist.
    fn share(&self) -> f64 {
        self.n_missing() / (self.missing.union(&self.existing).count().max(1)) as f64
    }

    fn finding(&self, host: Addr, least: f64) -> Finding {
        let n = self.n_missing();
        let mean_length = self.characters.n() as f64 / n.max(1.0);
        let entropy = self.characters.entropy();
        // Unusual pairs of letters and long labels look computed; lists of words do not.
        let signs = 0.6 * f64::from(self.wordiness.share() < 0.4) + 0.4 * f64::from(mean_length >= 10.0);
        let confidence = Confidence::LIKELY.towards(Confidence::VERY_LIKELY, signs);
        let burst = busiest(&self.times, BURST_NS);
        let examples = self.examples.join(", ");
        Finding::builder(&CARD)
            .title(format!("{host} queried {} domains that do not exist", thousands(n as usize)))
            .rated(Impact::CONTROL, confidence, (n, least))
            .sources([host])
            .targets(self.servers.iter().copied())
            .ports([53])
            .protocol("DNS")
            .evidence([
                evidence("Domains that do not exist", n, "domains", "a few a day"),
                evidence("Share of all domains queried", 100.0 * self.share(), "%", "under 5"),
                evidence("Most of them within a minute", burst as f64, "domains", "1 or 2"),
                evidence(
                    "Unlikelihood for an ordinary host, natural logarithm",
                    self.evidence(),
                    "",
                    "below 10: one in 20,000",
                ),
                evidence("Usual pairs of letters", 100.0 * self.wordiness.share(), "%", "50 to 90, in words"),
                evidence("Mean length of their first label", mean_length, "characters", "6 to 10"),
                evidence("Entropy per character", entropy, "bits", "3.5 to 4 in words, 4 and more if generated"),
            ])
            .explanation(format!(
                "{host} queried {} different domains that do not exist, such as {examples}. That is {:.0} % of all \
                 domains it queried. Malware that generates the names of its control servers tries names like this \
                 until one exists.",
                thousands(n as usize),
                100.0 * self.share()
            ))
            .filter(format!("dns.flags.rcode == 3 && {}", finding_builder::host_filter("dst", host)))
            .messages(&self.seen)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, inside, observe_messages};
    use crate::settings::Settings;

    fn answer(i: u32, name: String, code: DnsCode) -> Line {
        Line::request(
            AppProto::Dns,
            f64::from(i),
            inside(7),
            (inside(53), 53),
            vec![(FieldId::DnsQuery, name.into()), (FieldId::DnsCode, code.into())],
        )
        .answered()
    }

    #[test]
    fn few_random_domains_among_pages_are_reported_and_typing_errors_are_not() {
        let found = |n: u32, name: fn(u32) -> String, n_pages: u32| {
            let mut lines: Vec<Line> = (0..n).map(|i| answer(7 * i, name(i), DnsCode::NoSuchName)).collect();
            lines.extend((0..n_pages).map(|i| answer(5 * i, format!("www.site{i}.org"), DnsCode::NoError)));
            observe_messages(&ENTRY, &lines, &Settings::default()).findings
        };
        let random = |i: u32| format!("{:x}.top", (u64::from(i) + 5).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        assert!(found(9, random, 12).first().is_some_and(|found| found.severity >= crate::model::Severity::Medium));
        assert!(found(3, random, 12).is_empty(), "few");
        assert!(found(9, |i| format!("www.oldpage{i}.org"), 60).is_empty(), "old links among many pages");
        assert!(found(9, |i| format!("nosuch{i}.site{i}.org"), 12).is_empty(), "names of domains that exist");
    }

    #[test]
    fn many_missing_domains_are_reported_and_missing_names_of_one_domain_are_not() {
        let found = |lines: &[Line]| observe_messages(&ENTRY, lines, &Settings::default()).findings.len();
        let made_up: Vec<Line> = (0..60).map(|i| answer(i, format!("q{i}xkzw{i}.biz"), DnsCode::NoSuchName)).collect();
        assert_eq!(found(&made_up), 1);
        let one: Vec<Line> = (0..60).map(|i| answer(i, format!("host{i}.example.com"), DnsCode::NoSuchName)).collect();
        assert_eq!(found(&one), 0);
        let mut crawler = made_up;
        crawler.extend((0..200).map(|i| answer(i, format!("site{i}.org"), DnsCode::NoError)));
        assert_eq!(found(&crawler), 0);
    }
}
