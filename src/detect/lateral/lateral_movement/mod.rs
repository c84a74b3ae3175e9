//! Turns first contacts on ports of remote administration into findings: an internal host tries its neighbours one by
//! one.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::connection_attempts::{self, Contact, Outcome, Probe};
use crate::detect::support::finding_builder::{self, Identity, count, evidence};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::known_outcomes;
use crate::detect::support::local_networks::is_neighbour;
use crate::detect::support::monitoring::{Monitors, Rounds};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::detect::support::threshold_random_walk::{self, Walk};
use crate::maths::sorting::{Arrange, Gather};
use crate::model::flow;
use crate::model::format::time::{SECOND, span};
use crate::model::packet::Packet;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "lateral_movement",
    name: "Lateral movement",
    category: Category::LateralMovement,
    technique: Some(("T1021", "Remote Services")),
    sees: "An internal host tries a port of remote administration (file sharing, remote desktop, WinRM, VNC, SSH) on many neighbours, and most of them refuse. Neighbours that are not there count by their unanswered ARP requests, where this port is what the host tries on those that are.",
    matters: "From the first compromised machine, intruders and worms spread to its neighbours over these services.",
    otherwise: "An administration or inventory tool, or a computer with an outdated list of shared drives.",
    benign_causes: &[
        "An administration, backup or inventory tool",
        "A computer with an outdated list of network drives or remote desktops",
    ],
    advice: &[
        "Find out which program on the source makes the connections",
        "Check the neighbours that were reached: logins, new services, new files at that time",
        "If nobody can explain it, disconnect the source",
    ],
    part_of: &[],
    source: "Threshold random walk: Jung, Paxson, Berger, Balakrishnan, IEEE S&P 2004, on first contacts between internal hosts. Ports from MITRE ATT&CK T1021. A host that was tried and then tries the same on others is how worms spread (T1210).",
}
.explained_where_shown();

const LEAST: Descriptor = Descriptor::count("lateral_movement.least", "Neighbours that refused", 5.0)
    .range(4.0, 10_000.0)
    .unit("hosts")
    .help("At least this many neighbours must have refused or not answered on the same port. The random walk needs four failures in a row; one more allows for a forgotten network drive.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<LateralMovement>(CARD, &[LEAST], Interest::ARP).content_with_flows();

/// Most pairs of client and address kept.
const MOST_QUESTIONS: usize = 1 << 17;
/// Neighbours that are not there and must be asked for beside a port that was tried: three windows of what is allowed for
/// refused ones, because a request says nothing of the port.
const ABSENT: f64 = 3.0;
/// A host asks for a neighbour within this time of its attempt.
const ASKED_NS: i64 = 5 * SECOND;

/// So many times as many neighbours with bare exchanges, whose flags were not seen, make up for what is not known of them.
const BARE: f64 = 3.0;
/// Most findings.
const MOST_FINDINGS: usize = 100;

#[derive(Default)]
struct LateralMovement {
    /// By who asks, and for whom: when first, and whether it was answered.
    questions: Tally<(Addr, Addr), Question, MOST_QUESTIONS>,
}

#[derive(Default)]
struct Question {
    first_ns: Option<i64>,
    is_answered: bool,
}

/// What a host asked for by ARP.
struct Absent {
    n: usize,
    walk: Walk,
    span_ns: (i64, i64),
}

/// The service of an administration port, and its technique.
fn service(port: u16) -> Option<(&'static str, (&'static str, &'static str))> {
    Some(match port {
        445 | 139 => ("Windows file sharing (SMB)", ("T1021.002", "SMB/Windows Admin Shares")),
        3389 => ("remote desktop (RDP)", ("T1021.001", "Remote Desktop Protocol")),
        135 => ("remote procedure calls (DCOM)", ("T1021.003", "Distributed Component Object Model")),
        5985 | 5986 => ("Windows remote management (WinRM)", ("T1021.006", "Windows Remote Management")),
        5900 => ("VNC", ("T1021.005", "VNC")),
        22 => ("SSH", ("T1021.004", "SSH")),
        _ => return None,
    })
}

struct Case {
    source: Addr,
    port: u16,
    targets: Vec<Addr>,
    reached: Vec<Addr>,
    log_ratio: f64,
    first_ns: i64,
    last_ns: i64,
    /// Neighbours that are not there, by ARP.
    n_absent: usize,
    /// Neighbours that it tried and that did the same afterwards.
    passed_on: Vec<Addr>,
    /// It was tried itself by one that did the same before.
    is_passed_on: bool,
    /// Of a monitor.
    rounds: Option<Rounds>,
}

impl Detector for LateralMovement {
    fn observe_packet(&mut self, packet: &Packet) {
        let Some(arp) = &packet.arp else { return };
        match arp.operation {
            1 if arp.sender_ip != arp.target_ip && !arp.sender_ip.is_group() => {
                if let Some(question) = self.questions.of((arp.sender_ip, arp.target_ip)) {
                    question.first_ns.get_or_insert(packet.time_ns);
                }
            }
            2 => {
                if let Some(question) = self.questions.known(&(arp.target_ip, arp.sender_ip)) {
                    question.is_answered = true;
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&LEAST);
        let is_meant = |c: &Contact| {
            matches!(c.probe, Probe::Syn | Probe::Connection)
                && service(c.port).is_some()
                && context.site.is_inside(c.source)
                && context.site.is_inside(c.target)
        };
        let groups = context.contacts.groups(least, |c| is_meant(c).then_some((c.source, c.port)));
        let mut cases: Vec<(Case, &Vec<Contact>)> = groups
            .iter()
            .filter_map(|contacts| Some((Case::new(&connection_attempts::without_rests(contacts), least)?, contacts)))
            .collect();
        let swept = self.swept(context, least, &is_meant);
        let monitors = Monitors::among(context.contacts, cases.iter().map(|(case, _)| case.source));
        cases.iter_mut().for_each(|(case, contacts)| case.rounds = monitors.rounds(contacts));
        let mut cases: Vec<Case> = cases.into_iter().map(|(case, _)| case).collect();
        let places: BTreeMap<(Addr, u16), usize> =
            cases.iter().enumerate().map(|(place, case)| ((case.source, case.port), place)).gathered();
        for case in swept {
            let known = places.get(&(case.source, case.port)).and_then(|place| cases.get_mut(*place));
            match known {
                Some(known) => known.n_absent = case.n_absent,
                None => cases.push(case),
            }
        }
        find_spread(&mut cases);
        let report = Report::of(cases).at_most(MOST_FINDINGS).largest_first(|case| case.targets.len()).each_with_flows(
            context,
            |case: &Case| Between {
                source: Some(case.source),
                port: Some(case.port),
                protocol: Some(6),
                ..Between::default()
            },
            |_, flow| flow.outcome() != flow::Outcome::Unknown && context.site.is_inside(flow.responder().0),
            |case, flows| {
                let finding = known_outcomes::note(context.contacts, case.finding(least, flows), case.source);
                case.rounds.iter().fold(finding, |finding, rounds| rounds.note(finding))
            },
        );
        known_outcomes::conclude(context.contacts, report)
    }
}

/// Says of the cases which are links of a chain: a host that was tried, and then tries the same on others.
fn find_spread(cases: &mut [Case]) {
    let began: BTreeMap<(u16, Addr), i64> = cases
        .iter()
        .filter(|case| case.rounds.is_none())
        .map(|case| ((case.port, case.source), case.first_ns))
        .gathered();
    let mut reached: BTreeSet<(u16, Addr)> = BTreeSet::new();
    for case in &mut *cases {
        let is_later = |target: &&Addr| began.get(&(case.port, **target)).is_some_and(|first| *first > case.first_ns);
        case.passed_on = case.targets.iter().filter(is_later).copied().collect();
        reached.extend(case.passed_on.iter().map(|target| (case.port, *target)));
    }
    for case in cases {
        case.is_passed_on = reached.contains(&(case.port, case.source));
    }
}

impl LateralMovement {
    /// What each host that sweeps its neighbours asked for by ARP.
    fn absent(&self, least: f64) -> BTreeMap<Addr, Absent> {
        let questions = self.questions.sorted();
        let of_source = questions.chunk_by(|a, b| a.0.0 == b.0.0).filter_map(|questions| {
            let mut in_time: Vec<(i64, bool)> =
                questions.iter().filter_map(|(_, q)| Some((q.first_ns?, q.is_answered))).collect();
            in_time.arrange();
            let absent = |(time, is_answered): &(i64, bool)| (!is_answered).then_some(*time);
            let times: Vec<i64> = in_time.iter().filter_map(absent).collect();
            let walk = Walk::over(in_time.iter().map(|(_, is_answered)| *is_answered));
            // Without any answer none of the outcomes is known.
            let is_sweep = times.len() < in_time.len() && times.len() * 2 > in_time.len() && walk.is_scanner();
            (is_sweep && times.len() as f64 >= ABSENT * least).then_some(())?;
            let span_ns = (times.first()? - ASKED_NS, times.last()? + ASKED_NS);
            Some((questions.first()?.0.0, Absent { n: times.len(), walk, span_ns }))
        });
        of_source.gathered()
    }

    /// Hosts that sweep their neighbours, with the port that they try on those that are there: no other port, except of this
    /// kind, is tried on as many meanwhile.
    fn swept(&self, context: &Context<'_>, least: f64, is_meant: &impl Fn(&Contact) -> bool) -> Vec<Case> {
        let sweeps = self.absent(least);
        if sweeps.is_empty() {
            return Vec::new();
        }
        let meanwhile = |c: &Contact| {
            let sweep = sweeps.get(&c.source)?;
            let is_now = (sweep.span_ns.0..=sweep.span_ns.1).contains(&c.first_ns);
            (is_now && is_neighbour(c.source, c.target) && c.outcome != Outcome::HalfOpen)
                .then_some((c.source, c.protocol, c.port))
        };
        let groups = context.contacts.groups(1.0, meanwhile);
        let mut cases = Vec::new();
        for of_source in groups.chunk_by(|a, b| a.first().map(|c| c.source) == b.first().map(|c| c.source)) {
            let most = of_source.iter().map(Vec::len).max().unwrap_or(0);
            let largest = of_source.iter().filter(|contacts| contacts.len() == most);
            if largest.clone().any(|contacts| !contacts.iter().all(is_meant)) {
                continue;
            }
            cases.extend(largest.filter_map(|contacts| {
                let sweep = sweeps.get(&contacts.first()?.source)?;
                Some(Case { n_absent: sweep.n, log_ratio: sweep.walk.log_ratio(), ..Case::of(contacts)? })
            }));
        }
        cases
    }
}

impl Case {
    fn new(contacts: &[Contact], least: f64) -> Option<Case> {
        let mut in_time: Vec<&Contact> = contacts.iter().collect();
        in_time.arrange_by_key(|c| (c.first_ns, c.target));
        let sure = in_time.iter().filter(|c| c.outcome != Outcome::Bare);
        let walk = Walk::over(sure.map(|c| c.outcome.is_success()));
        let n = |outcome| contacts.iter().filter(|c| c.outcome == outcome).count();
        let (n_failed, n_bare) = (n(Outcome::Failure), n(Outcome::Bare));
        // More than half must fail: halfway between the two chances of the random walk.
        let is_scanner = walk.is_scanner() && n_failed as f64 >= least;
        let is_bare = (n_failed + n_bare) as f64 >= BARE * least;
        let is_case = (is_scanner || is_bare) && (n_failed + n_bare) * 2 > contacts.len();
        if is_case { Some(Case { log_ratio: walk.log_ratio(), ..Case::of(contacts)? }) } else { None }
    }

    /// These contacts of one source to one port.
    fn of(contacts: &[Contact]) -> Option<Case> {
        let first = contacts.iter().min_by_key(|c| c.first_ns)?;
        Some(Case {
            source: first.source,
            port: first.port,
            targets: contacts.iter().map(|c| c.target).collect(),
            reached: contacts
                .iter()
                .filter(|c| !matches!(c.outcome, Outcome::Failure | Outcome::Bare))
                .map(|c| c.target)
                .collect(),
            log_ratio: 0.0,
            first_ns: first.first_ns,
            last_ns: contacts.iter().map(|c| c.last_ns).max().unwrap_or(first.first_ns),
            n_absent: 0,
            passed_on: Vec::new(),
            is_passed_on: false,
            rounds: None,
        })
    }

    /// What the place in a chain means, if there is one.
    fn spread_words(&self) -> &'static str {
        match (self.is_passed_on, self.passed_on.is_empty()) {
            (_, false) => {
                " Of the neighbours that it tried, some did the same afterwards: a program that passes itself on does so, \
                 a worm."
            }
            (true, true) => {
                " Before, it was itself tried by a host that did the same: a program that passes itself on does so, a worm."
            }
            (false, true) => "",
        }
    }

    fn finding(&self, least: f64, flows: Gathered) -> Finding {
        let (name, technique) = service(self.port).unwrap_or(("a service", ("T1021", "Remote Services")));
        let is_worm = self.is_passed_on || !self.passed_on.is_empty();
        let technique = if is_worm { ("T1210", "Exploitation of Remote Services") } else { technique };
        let n_refused = self.targets.len() - self.reached.len();
        let n_failed = n_refused + self.n_absent;
        let confidence = match self.rounds {
            Some(_) => Rounds::confidence(),
            None if n_refused >= 10 || self.targets.len() >= 3 && self.n_absent > 0 => Confidence::VERY_LIKELY,
            None => Confidence::LIKELY,
        };
        Finding::builder(&CARD)
            .technique(technique)
            .title(format!("{} tried {name} on {}", self.source, count(self.targets.len(), "internal neighbour")))
            .rated(Impact::ACCESS_TRY, confidence, (n_failed as f64, least))
            .sources([self.source])
            .targets(self.targets.iter().copied())
            .ports([self.port])
            .protocol("TCP")
            .evidence([
                evidence("Neighbours tried", self.targets.len() as f64, "hosts", "the few servers that it uses"),
                evidence("Neighbours that refused or did not answer", n_refused as f64, "hosts", "0 or 1"),
                evidence("Addresses asked for by ARP that nobody has", self.n_absent as f64, "addresses", "0 or 1"),
                evidence(
                    "Neighbours tried that did the same afterwards",
                    self.passed_on.len() as f64,
                    "hosts",
                    "0: a worm passes itself on",
                ),
                evidence("Neighbours reached", self.reached.len() as f64, "hosts", ""),
                threshold_random_walk::likelihood(self.log_ratio),
                evidence(
                    "Time from first to last attempt",
                    (self.last_ns - self.first_ns) as f64 / SECOND as f64,
                    "s",
                    "",
                ),
            ])
            .explanation(format!(
                "{} tried {name} (port {}) on {} within {}; {n_refused} refused or gave no answer and {} were \
                 reached.{} A workstation uses the servers it knows. Attempts on one neighbour after another, over a \
                 service that gives control of them, are how an intrusion spreads.",
                self.source,
                self.port,
                count(self.targets.len(), "internal neighbour"),
                span(self.last_ns - self.first_ns),
                self.reached.len(),
                match self.n_absent {
                    0 => String::new(),
                    n => format!(
                        " Meanwhile it asked for {} by ARP that nobody has, and tried no other port on as many \
                         neighbours.",
                        count(n, "address")
                    ),
                }
            ))
            .with(|finding| finding.explanation.push_str(self.spread_words()))
            .flows(flows)
            .filter_in_time(format!(
                "{} && tcp.port == {}",
                finding_builder::host_filter("addr", self.source),
                self.port
            ))
            .identity(Identity::ActorsAndPorts)
            .build()
    }
}

#[cfg(test)]
mod tests;
