//! Turns DNS look-ups into findings of name servers that answer late, not at all, or with a failure.

mod case;
mod cause;

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::dns_lookups::{self, Lookup, Lookups};
use crate::detect::support::local_networks::is_outward;
use crate::detect::support::report::Report;
use crate::detect::support::trouble::{Lines, worst_stretch};
use crate::maths::order::median;
use crate::maths::sorting::Gather;
use crate::model::app::field::FieldSet;
use crate::model::app::kinds::names::DnsCode;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Outcome;
use crate::model::format::time::{SECOND, seconds};
use crate::model::{Addr, Category, Flow};
use crate::settings::Descriptor;
use case::{Fault, ServerTrouble};
use cause::root_causes;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "dns_trouble",
    name: "DNS trouble",
    category: Category::Performance,
    technique: None,
    sees: "A name server answers late, does not answer queries, or fails to resolve names.",
    matters: "A look-up precedes every first connection. If it takes seconds or fails, everything seems slow or broken although the network and the services themselves work.",
    otherwise: "Packet loss on the path, a distant name server, a domain whose own servers are broken, or a client that queries a server not meant for it.",
    benign_causes: &[
        "The path to the name server is long or loses packets",
        "The servers of the queried domains are slow or broken, not the name server itself",
    ],
    advice: &[
        "Query the name server directly, several times, for a name that it must know (dig @SERVER NAME), and check how long it takes",
        "Check its load, and the servers that it queries in turn (forwarders)",
        "Compare with another name server, and give the clients a second one",
    ],
    part_of: &[],
    source: "RFC 1035, section 4.2.1 (clients repeat a query after 2 to 5 s); Google Public DNS, Performance Benefits (what a look-up costs); RFC 1035, section 4.1.1 and RFC 8914 (SERVFAIL, REFUSED).",
}
.explained_where_shown();

const SLOW: Descriptor = Descriptor::seconds("dns_trouble.slow", "Slow answer", 0.3)
    .range(0.02, 30.0)
    .help("A server whose median answer takes this long is slow; answers from its cache do not count. Look-ups that a cache cannot answer take 0.13 s on average, and 0.3 to 0.4 s with packet loss (Google Public DNS, Performance Benefits).");
const SHARE: Descriptor = Descriptor::percent("dns_trouble.share", "Failed look-ups", 10.0)
    .range(1.0, 99.0)
    .help("Share of the queries that get no answer or a failure, during the time when most of these occur. Set by us: a few names are always broken.");
const QUESTIONS: Descriptor = Descriptor::count("dns_trouble.questions", "Bad look-ups", 5.0)
    .range(2.0, 100_000.0)
    .unit("queries")
    .help("This many queries answered late, with a failure or not at all, for at least three different names. Set by us: one broken domain is not the server's fault.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<DnsTrouble>(CARD, &[SLOW, SHARE, QUESTIONS], Interest::MESSAGES).blaming("the name server");

/// Most findings.
const MOST_FINDINGS: usize = 20;
/// Names and domains that must be hit: what fails below one domain may be that domain's fault.
const LEAST_NAMES: usize = 3;
/// No answer after so long will come: stub resolvers give up (resolv.conf(5): 5 s).
const GIVEN_UP_NS: i64 = 5 * SECOND;
/// What is answered within this time comes from the server's own memory: no other server is so near (Google Public DNS,
/// Performance Benefits).
const CACHED_NS: i64 = SECOND / 200;
#[derive(Default)]
struct DnsTrouble {
    lookups: Lookups,
}

struct Limits {
    slow_ns: i64,
    share: f64,
    least: usize,
}

impl Detector for DnsTrouble {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Dns { dns_lookups::FIELDS } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        self.lookups.observe(event);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let limits = Limits {
            slow_ns: context.settings.nanoseconds(&SLOW),
            share: context.settings.get(&SHARE) / 100.0,
            least: context.settings.count(&QUESTIONS) as usize,
        };
        let servers = self.lookups.by_server();
        let medians: Vec<(Addr, f64)> = servers
            .iter()
            .map(|(server, lookups)| (*server, delays(lookups.iter().copied())))
            .filter(|(_, delays)| delays.len() >= limits.least)
            .map(|(server, delays)| (server, median(&delays)))
            .collect();
        let cases =
            servers.iter().filter_map(|(server, lookups)| self.case(*server, lookups, &limits, context.span_ns));
        let mut cases = root_causes(with_answers_captured(context, cases.collect()));
        if let [case] = cases.as_mut_slice()
            && case.affected.len() == 1
        {
            case.n_dependents = self.dependents(context, &case.affected);
        }
        let clients = cases.iter().flat_map(|case| case.affected.iter().copied());
        let lines = Lines::of(context, clients, |flow| flow.responder().1 != 53);
        Report::of(cases)
            .at_most(MOST_FINDINGS)
            .largest_first(|case| case.n_bad)
            .not_evaluated(self.lookups.n_left_out())
            .each(|case| {
                let others = medians.iter().filter(|(server, _)| *server != case.server).map(|(_, median)| *median);
                case.finding(context, &limits, others.min_by(f64::total_cmp), &lines)
            })
    }
}

/// Leaves out servers that seem silent, if connections of their clients went on while no packet to these was captured: neither were
/// the answers to their queries then.
fn with_answers_captured<'a>(context: &Context<'_>, mut cases: Vec<ServerTrouble<'a>>) -> Vec<ServerTrouble<'a>> {
    let is_silent = |case: &ServerTrouble<'_>| case.fault == Fault::Silent;
    let silent = cases.iter().filter(|case| is_silent(case));
    let asking: BTreeSet<Addr> = silent.flat_map(|case| case.affected.iter().copied()).gathered();
    if asking.is_empty() {
        return cases;
    }
    let (mut going_on, mut answered) = (BTreeSet::new(), BTreeSet::new());
    for (_, flow) in context.flows.iter().filter(|(_, flow)| asking.contains(&flow.originator().0)) {
        let client = flow.originator().0;
        if flow.backward().packets > 0 {
            answered.insert(client);
        } else if flow.is_tcp() && flow.forward().data_packets > 0 {
            going_on.insert(client);
        }
    }
    cases.retain(|case| {
        !is_silent(case) || case.affected.is_disjoint(&going_on) || !case.affected.is_disjoint(&answered)
    });
    cases
}

impl DnsTrouble {
    /// Hosts inside that get out and ask no name server, where the only host that asks one is this: it asks for them.
    fn dependents(&self, context: &Context<'_>, asking: &BTreeSet<Addr>) -> usize {
        let servers = self.lookups.by_server();
        let clients = servers.iter().flat_map(|(_, lookups)| lookups.iter().map(|lookup| lookup.client));
        let is_out = |flow: &Flow| is_outward(context.site, flow) && flow.outcome() == Outcome::Established;
        let out = context.flows.iter().filter(|(_, flow)| is_out(flow)).map(|(_, flow)| flow.originator().0);
        dependents(asking, clients.filter(|client| context.site.is_inside(*client)), out)
    }

    /// The fault that most look-ups of a server have, if it has any.
    fn case<'a>(
        &self,
        server: Addr,
        lookups: &[&'a Lookup],
        limits: &Limits,
        span_ns: (i64, i64),
    ) -> Option<ServerTrouble<'a>> {
        let faults = [Fault::Silent, Fault::Failed, Fault::Refused, Fault::Slow];
        let cases = faults.iter().filter_map(|fault| self.case_of(*fault, server, lookups, limits, span_ns));
        // Of as many bad look-ups the graver fault comes first.
        cases.reduce(|worst, case| if case.n_bad > worst.n_bad { case } else { worst })
    }

    /// True if it shows that no answer came to this query: a client that got one does not repeat the query, even if the capture
    /// lacks the answer.
    fn is_unanswered(&self, lookup: &Lookup, answers_somebody: bool, end_ns: i64) -> bool {
        let is_known = lookup.n_repeats > 0 || answers_somebody || self.lookups.gets_answers(lookup.client);
        is_known && end_ns - lookup.last_ns >= GIVEN_UP_NS
    }

    /// The worst stretch of a server's look-ups with this fault, if they are bad enough.
    fn case_of<'a>(
        &self,
        fault: Fault,
        server: Addr,
        all: &[&'a Lookup],
        limits: &Limits,
        (start_ns, end_ns): (i64, i64),
    ) -> Option<ServerTrouble<'a>> {
        let answers_somebody = all.iter().any(|lookup| lookup.delay_ns.is_some());
        let is_bad = |lookup: &Lookup| match (fault, lookup.delay_ns) {
            (Fault::Silent, None) => self.is_unanswered(lookup, answers_somebody, end_ns).then_some(true),
            _ => has_fault(lookup, fault, limits),
        };
        let judged: Vec<(&Lookup, bool)> = all.iter().filter_map(|one| Some((*one, is_bad(one)?))).collect();
        // A slow server is slow in the median.
        let share = if fault == Fault::Slow { 0.5 } else { limits.share };
        let (first, last) = worst_stretch(judged.iter().map(|(_, is_bad)| *is_bad), share)?;
        let stretch = judged.get(first..=last)?;
        let bad = || stretch.iter().filter(|(_, is_bad)| *is_bad).map(|(lookup, _)| *lookup);
        let names: BTreeSet<u64> = bad().map(|lookup| lookup.name).gathered();
        let domains: BTreeSet<u64> = bad().map(|lookup| lookup.domain).gathered();
        let n_bad = bad().count();
        // A network whose names are all below one domain is hit as a whole.
        let is_all = fault != Fault::Slow && n_bad == stretch.len() && names.len() >= LEAST_NAMES;
        if n_bad < limits.least || !(is_all || domains.len() >= LEAST_NAMES) {
            return None;
        }
        let is_within = |one: &&&Lookup| {
            stretch.first().is_some_and(|(first, _)| first.asked_ns <= one.asked_ns)
                && stretch.last().is_some_and(|(last, _)| one.asked_ns <= last.asked_ns)
        };
        let n_all = all.iter().filter(is_within).count();
        // A few look-ups that no cache could answer are always slow.
        if (n_bad as f64) < limits.share * n_all as f64 {
            return None;
        }
        let lookups: Vec<&Lookup> = stretch.iter().map(|(lookup, _)| *lookup).collect();
        let outside = judged.iter().enumerate().filter(|(at, _)| !(first..=last).contains(at));
        let elsewhere = delays(outside.map(|(_, (one, _))| *one));
        let ends = |lookup: &Lookup| lookup.delay_ns.map_or(lookup.last_ns, |delay| lookup.asked_ns + delay);
        let period = (bad().map(|one| one.asked_ns).min()?, bad().map(ends).max()?);
        Some(ServerTrouble {
            server,
            fault,
            n_bad,
            affected: bad().map(|lookup| lookup.client).gathered(),
            median: median(&delays(lookups.iter().copied())),
            elsewhere: (elsewhere.len() >= limits.least).then(|| median(&elsewhere)),
            period,
            // Also where the first question to this server came much later, nothing before it was bad.
            begins_with_capture: first == 0 && period.0 - start_ns <= GIVEN_UP_NS,
            behind: BTreeSet::new(),
            n_dependents: 0,
            n_cached: n_all.saturating_sub(lookups.len()),
            lookups,
        })
    }
}

/// Whether the answer to a query has a fault; none if it says nothing of it, or no answer came.
fn has_fault(lookup: &Lookup, fault: Fault, limits: &Limits) -> Option<bool> {
    let delay_ns = lookup.delay_ns?;
    match fault {
        Fault::Silent => Some(false),
        Fault::Failed => Some(lookup.code == Some(DnsCode::ServerFailure)),
        Fault::Refused => Some(lookup.code == Some(DnsCode::Refused)),
        Fault::Slow if delay_ns < CACHED_NS.min(limits.slow_ns) => None,
        Fault::Slow => Some(delay_ns >= limits.slow_ns),
    }
}

/// How many get out without asking anybody, if nobody but these asks, of all that do.
fn dependents(
    asking: &BTreeSet<Addr>,
    mut clients: impl Iterator<Item = Addr>,
    out: impl Iterator<Item = Addr>,
) -> usize {
    let is_alone = clients.all(|client| asking.contains(&client));
    if is_alone { out.gathered::<BTreeSet<Addr>>().difference(asking).count() } else { 0 }
}

/// Delays of the answered ones, ascending, s.
fn delays<'a>(lookups: impl Iterator<Item = &'a Lookup>) -> Vec<f64> {
    let mut delays: Vec<f64> = lookups.filter_map(|lookup| lookup.delay_ns).map(seconds).collect();
    delays.sort_unstable_by(f64::total_cmp);
    delays
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line as Said, TestValue, inside, observe_messages, outside};
    use crate::model::app::field::FieldId;
    use crate::model::app::kinds::names::{DnsMessage, DnsType};
    use crate::model::{Finding, Severity};
    use crate::settings::Settings;

    fn found(n: u32, answer: impl Fn(u32) -> Option<(f64, DnsCode)>) -> Vec<Finding> {
        observe_messages(&ENTRY, &lines(0.0, n, answer), &Settings::default()).findings
    }

    /// One look-up a second, with what comes of each.
    fn lines(start: f64, n: u32, answer: impl Fn(u32) -> Option<(f64, DnsCode)>) -> Vec<Said> {
        let mut lines = Vec::new();
        for i in 0..n {
            let (client, second) = (inside(1 + (i % 3) as u8), start + f64::from(i));
            let facts = |message: DnsMessage| -> Vec<(FieldId, TestValue)> {
                let name = format!("www.site{i}.example");
                vec![
                    (FieldId::Message, message.into()),
                    (FieldId::DnsQuery, name.into()),
                    (FieldId::DnsType, DnsType::A.into()),
                ]
            };
            let asked = |facts, second| Said::request(AppProto::Dns, second, client, (outside(53), 53), facts);
            lines.push(asked(facts(DnsMessage::Question), second));
            if let Some((delay, code)) = answer(i) {
                let answered = [facts(DnsMessage::Answer), vec![(FieldId::DnsCode, code.into())]].concat();
                lines.push(asked(answered, second + delay).answered());
            }
        }
        lines.sort_by(|a, b| a.second.total_cmp(&b.second));
        lines
    }

    #[test]
    fn answers_that_become_slow_are_told_with_when_and_against_what() {
        let slow = found(90, |i| Some((if i < 30 { 0.02 } else { 1.5 }, DnsCode::NoError)));
        assert_eq!((slow.len(), slow[0].start_ns, slow[0].targets.len()), (1, 30 * SECOND, 3));
        assert!(slow[0].severity >= Severity::Medium && slow[0].evidence[0].typical.contains("20.0 ms at other times"));
        assert!(
            found(90, |i| Some((if i % 8 == 0 { 1.5 } else { 0.02 }, DnsCode::NoError))).is_empty(),
            "a few are slow"
        );
    }

    #[test]
    fn what_the_server_has_in_its_cache_does_not_hide_how_slow_it_looks_up() {
        let cached = |every: u32| found(120, |i| Some((if i % every == 0 { 1.5 } else { 0.001 }, DnsCode::NoError)));
        let slow = cached(4);
        assert_eq!(slow.len(), 1);
        assert!(slow[0].title.contains("to what it must look up take 1.50 s"), "{}", slow[0].title);
        assert!(cached(20).is_empty(), "few look-ups are slow of all");
    }

    /// A server that fails so many times, with the clients that it fails.
    fn failing(server: u8, clients: &[u8]) -> ServerTrouble<'static> {
        ServerTrouble {
            n_cached: 0,
            server: inside(server),
            fault: Fault::Failed,
            lookups: Vec::new(),
            n_bad: 9,
            affected: clients.iter().map(|client| inside(*client)).collect(),
            median: 0.1,
            elsewhere: None,
            period: (0, 60 * SECOND),
            begins_with_capture: true,
            behind: BTreeSet::new(),
            n_dependents: 0,
        }
    }

    #[test]
    fn trouble_that_is_passed_on_is_the_last_servers_also_over_several_and_in_a_ring() {
        let told = |cases: [ServerTrouble<'static>; 3]| -> Vec<(Addr, usize, usize)> {
            let cases = root_causes(cases.into_iter().collect());
            cases.iter().map(|case| (case.server, case.behind.len(), case.affected.len())).collect()
        };
        // 3 asks 2, which asks 1.
        let chain = [failing(3, &[30, 31]), failing(2, &[3, 20]), failing(1, &[2, 10])];
        assert_eq!(told(chain), [(inside(1), 2, 6)]);
        let ring = [failing(1, &[2, 10]), failing(2, &[3, 20]), failing(3, &[1, 30])];
        let of_ring = told(ring);
        assert_eq!((of_ring.len(), of_ring[0].1, of_ring[0].2), (1, 2, 6));
        let apart = [failing(1, &[10]), failing(2, &[20]), failing(3, &[30])];
        assert_eq!(told(apart).len(), 3);
    }

    #[test]
    fn who_asks_alone_while_others_get_out_asks_for_them() {
        let asking = BTreeSet::from([inside(53)]);
        let of = |clients: &[u8], out: &[u8]| {
            let hosts = |hosts: &[u8]| hosts.iter().map(|host| inside(*host)).collect::<Vec<_>>().into_iter();
            dependents(&asking, hosts(clients), hosts(out))
        };
        assert_eq!(of(&[53, 53], &[53, 7, 8, 7]), 2);
        assert_eq!(of(&[53, 7], &[53, 7, 8]), 0, "7 asks too");
        assert_eq!(of(&[53], &[53]), 0);
    }

    #[test]
    fn the_beginning_of_the_capture_is_judged_by_time() {
        let told = |start: f64| {
            let mut lines = lines(start, 60, |_| Some((1.5, DnsCode::NoError)));
            lines.push(Said::request(AppProto::Dns, 0.0, inside(9), (outside(54), 53), Vec::new()));
            observe_messages(&ENTRY, &lines, &Settings::default()).findings.remove(0).explanation
        };
        assert!(told(0.0).contains("from the beginning of the capture till"), "{}", told(0.0));
        assert!(told(600.0).contains("from 1970-01-01 00:10:00 UTC till"), "{}", told(600.0));
    }

    #[test]
    fn silence_and_failures_are_told_and_a_few_of_them_are_not() {
        let silent = found(90, |i| (i % 3 != 0).then_some((0.02, DnsCode::NoError)));
        assert!(silent[0].title.contains("without an answer"), "{}", silent[0].title);
        assert!(!silent[0].explanation.contains("cut off"), "two of three questions are answered");
        let failed = found(90, |i| Some((0.02, if i > 40 { DnsCode::ServerFailure } else { DnsCode::NoError })));
        assert!(failed[0].title.contains("SERVFAIL"), "{}", failed[0].title);
        assert!(
            found(90, |i| Some((0.02, if i % 30 == 0 { DnsCode::ServerFailure } else { DnsCode::NoError }))).is_empty()
        );
        assert!(found(90, |_| None).is_empty(), "answers are not in the capture");
    }
}
