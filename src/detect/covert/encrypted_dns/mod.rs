//! Turns encrypted connections that look like DNS to an unknown resolver, of hosts that contact names without a visible
//! query, into findings for information; also connections to known resolvers that carry data in names.

mod finding;
mod requests;
mod signs;

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::{Map, Tally};
use crate::detect::support::encrypted_sessions::{EncryptedSessions, SessionEnds};
use crate::detect::support::finding_builder::FindingBuilder;
use crate::detect::support::flow_selector::{Between, visit};
use crate::detect::support::local_networks::is_outward;
use crate::detect::support::report::Report;
use crate::detect::support::{domains, resolvers};
use crate::maths::sorting::Arrange;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::protocol::AppProto;
use crate::model::flow::NameSource;
use crate::model::{Addr, Category, Flow, Site};
use crate::settings::Descriptor;
use requests::Requests;
use signs::Signs;

const CARD: Card = Card {
    id: "encrypted_dns",
    name: "Hidden encrypted DNS",
    category: Category::CovertChannel,
    technique: Some(("T1071.004", "DNS")),
    sees: "An internal host holds a TLS or QUIC connection to a server that is not a known resolver, with many small requests that are each answered at once by little; and it contacts names without a visible query right after such answers, or sends no DNS at all. Or it sends a known resolver requests of one size without a pause, and no connections follow.",
    matters: "DNS policies do not apply there, and the queries cannot be seen. Malware uses it to find its server, and tunnels use it to carry data.",
    otherwise: "A browser or system with its own resolver; a page that polls its server often, where DNS is not captured; a crawler.",
    benign_causes: &[
        "A browser, application or system with its own resolver over HTTPS, TLS or QUIC",
        "A filtering service chosen by the user, against advertisements or for children",
        "Names that were queried where the capture does not see it, and a page that polls its server often",
    ],
    advice: &["Ask the owner of the host which resolver it uses", "Compare with your network's policy"],
    part_of: &[],
    source: "Shape: Vekshin et al., DoH Insight, ARES 2020 (long connections, small packets, little variance); MontazeriShatoori et al. 2020 and the data set CIRA-CIC-DoHBrw-2020 (tunnels by dns2tcp, dnscat2 and iodine: steady and many); sizes from RFC 8484 and RFC 8467. Connections to names without a query are our own second sign, because web sockets and push messages have the same shape.",
}
.explained_where_shown();

const REQUESTS: Descriptor = Descriptor::count("encrypted_dns.requests", "Requests", 15.0)
    .range(5.0, 100_000.0)
    .unit("requests")
    .help("This many small requests with small answers to one server, at least nine in ten of its exchanges.");
const NAMES: Descriptor = Descriptor::count("encrypted_dns.names", "Names contacted afterwards", 8.0)
    .range(3.0, 10_000.0)
    .unit("names")
    .help("The host contacts this many names without a visible query within half a second after an answer, at least three times as many as by chance; two and a half times as many if the host sends no DNS at all.");
const TUNNEL: Descriptor = Descriptor::count("encrypted_dns.tunnel", "Requests in a tunnel", 500.0)
    .range(50.0, 1_000_000.0)
    .unit("requests")
    .help("This many requests of one size to a known resolver, without a pause for a minute or more and with few other connections.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<EncryptedDns>(
    CARD,
    &[REQUESTS, NAMES, TUNNEL],
    Interest::MESSAGES.union(Interest::TCP_FLOWS).union(Interest::UDP_FLOWS),
)
.asking_site();

/// A tunnel goes on for so long, s,
const LEAST_TUNNEL_SECONDS: f64 = 60.0;
/// in nearly all slots of time,
const LEAST_STEADY: f64 = 0.95;
/// with requests of one size,
const LEAST_UNIFORM: f64 = 0.6;
/// and so many of them for each connection that the host begins: a page asks for some names for each.
const LEAST_PER_FLOW: f64 = 10.0;
/// Most first connections to names that are kept.
const MOST_NAMES: usize = 1 << 17;
/// Most hosts that are kept.
const MOST_HOSTS: usize = 1 << 16;

#[derive(Default)]
struct EncryptedDns {
    sessions: EncryptedSessions,
    /// By host and index of the name: when it first went there, ns since 1970.
    went: Tally<(Addr, u32), Option<i64>, MOST_NAMES>,
    /// A bit for each name, by its index: somebody was seen to ask for it.
    asked: Vec<u64>,
    dns: Tally<Addr, Dns, MOST_HOSTS>,
}

/// What a host has to do with DNS in the clear.
#[derive(Default)]
struct Dns {
    asks: bool,
    answers: bool,
}

/// A session that asks.
struct Case<'a> {
    ends: SessionEnds,
    requests: Requests,
    name: &'a str,
    is_quic: bool,
}

impl Detector for EncryptedDns {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Dns { FieldSet::of(&[FieldId::DnsQuery]) } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let Some(asked) = event.query else { return };
        let place = asked.name as usize / 64;
        if self.asked.len() <= place {
            self.asked.resize(place + 1, 0);
        }
        if let Some(bits) = self.asked.get_mut(place) {
            *bits |= 1 << (asked.name % 64);
        }
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        if flow.app == Some(AppProto::Dns) {
            self.note_dns(ended.site, flow);
            return;
        }
        if flow.name != 0
            && flow.name_source != NameSource::Dns
            && is_outward(ended.site, flow)
            && let Some(first_ns) = self.went.of((flow.originator().0, flow.name))
        {
            *first_ns = Some(first_ns.map_or(flow.first_ns, |before| before.min(flow.first_ns)));
        }
        self.sessions.add(ended);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let cases: Vec<Case> = self
            .sessions
            .without_pings(context)
            .filter_map(|(ends, session)| {
                let name = context.names.text(session.name);
                Some(Case { ends, requests: requests::requests(&session)?, name, is_quic: session.is_quic })
            })
            .collect();
        let (known, others): (Vec<Case>, Vec<Case>) =
            cases.into_iter().partition(|case| resolvers::known((case.ends.1, case.ends.2), case.name).is_some());
        let mut found = self.resolvers(&others, context);
        found.extend(self.tunnels(&known, context));
        Report::of(found)
            .not_evaluated(self.sessions.n_refused() + self.went.n_refused + self.dns.n_refused)
            .each_with_flows(
                context,
                |(case, _)| Between::service(case.ends.0, case.ends.1, case.ends.2),
                |(case, _), flow| case.is_quic == flow.is_udp(),
                |(_, finding), flows| finding.clone().flows(flows).build(),
            )
    }
}

impl EncryptedDns {
    fn note_dns(&mut self, site: &Site, flow: &Flow) {
        let (asker, server) = (flow.originator().0, flow.responder().0);
        if let Some(dns) = self.dns.of(asker).filter(|_| site.is_inside(asker)) {
            dns.asks = true;
        }
        if let Some(dns) = self.dns.of(server).filter(|_| site.is_inside(server) && flow.backward().packets > 0) {
            dns.answers = true;
        }
    }

    fn was_asked(&self, name: u32) -> bool {
        self.asked.get(name as usize / 64).is_some_and(|bits| bits & 1 << (name % 64) != 0)
    }

    /// When each host of a case first connected to each name without a visible query, ms since 1970, ascending.
    fn new_names(&self, cases: &[Case<'_>], context: &Context<'_>) -> Map<Addr, Vec<i64>> {
        let mut new: Map<Addr, Vec<i64>> = cases.iter().map(|case| (case.ends.0, Vec::new())).collect();
        for ((host, name), first_ns) in self.went.iter() {
            let is_new = || !self.was_asked(*name) && domains::registered(context.names.text(*name)).is_some();
            if let (Some(list), Some(first_ns)) = (new.get_mut(host), first_ns)
                && is_new()
            {
                list.push(first_ns.div_euclid(1_000_000));
            }
        }
        new.values_mut().for_each(|list| list.arrange());
        new
    }

    /// Cases with the second sign.
    fn resolvers<'a>(&self, cases: &'a [Case<'a>], context: &Context<'_>) -> Vec<(&'a Case<'a>, FindingBuilder)> {
        let (least, names) = (context.settings.get(&REQUESTS), context.settings.get(&NAMES));
        let new = self.new_names(cases, context);
        let n_askers = self.dns.iter().filter(|(_, dns)| dns.asks).count();
        let signs = |case: &Case| {
            let asks = self.dns.get(&case.ends.0).is_some_and(|dns| dns.asks);
            let new = new.get(&case.ends.0).map_or(&[][..], Vec::as_slice);
            Signs::of(&case.requests.answered, new, !asks && n_askers > 0)
        };
        cases
            .iter()
            .filter(|case| case.requests.n as f64 >= least)
            .map(|case| (case, signs(case)))
            .filter(|(_, signs)| signs.is_followed(names) || signs.has_no_other(names))
            .map(|(case, signs)| (case, finding::resolver(case, &signs, names)))
            .collect()
    }

    /// Cases whose requests lead nowhere. Who answers others inside asks for all of them.
    fn tunnels<'a>(&self, cases: &'a [Case<'a>], context: &Context<'_>) -> Vec<(&'a Case<'a>, FindingBuilder)> {
        let least = context.settings.get(&TUNNEL);
        let is_steady = |case: &&Case| {
            let requests = &case.requests;
            requests.n as f64 >= least
                && requests.seconds >= LEAST_TUNNEL_SECONDS
                && requests.steadiness >= LEAST_STEADY
                && requests.uniformity >= LEAST_UNIFORM
                && !self.dns.get(&case.ends.0).is_some_and(|dns| dns.answers)
        };
        let steady: Vec<&Case> = cases.iter().filter(is_steady).collect();
        let from: Vec<Between> =
            steady.iter().map(|case| Between { source: Some(case.ends.0), ..Between::default() }).collect();
        let mut begun = vec![Vec::new(); steady.len()];
        visit(context, &from, |place, _, flow| {
            if let Some(times) =
                begun.get_mut(place).filter(|_| is_outward(context.site, flow) && flow.app != Some(AppProto::Dns))
            {
                times.push((flow.responder().0, flow.first_ns.div_euclid(1_000_000)));
            }
        });
        let n_flows = |case: &Case| {
            // Cases of one host share the place of the first.
            let place = steady.iter().position(|other| other.ends.0 == case.ends.0);
            let (first, last) = (case.requests.answered.first(), case.requests.answered.last());
            let is_meant = |(server, at): &&(Addr, i64)| {
                *server != case.ends.1 && first.is_some_and(|first| at >= first) && last.is_some_and(|last| at <= last)
            };
            place.and_then(|place| begun.get(place)).map_or(0, |times| times.iter().filter(is_meant).count())
        };
        steady
            .iter()
            .map(|case| (*case, n_flows(case)))
            .filter(|(case, n_flows)| case.requests.n as f64 >= LEAST_PER_FLOW * *n_flows as f64)
            .map(|(case, n_flows)| (case, finding::tunnel(case, n_flows as u64, least)))
            .collect()
    }
}
