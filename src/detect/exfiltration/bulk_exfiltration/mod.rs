//! Turns data that an internal host sent to one external address, or fetched from internal servers, into findings if
//! the amount is out of proportion.

mod around;
mod staging;

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::file_services::Store;
use crate::detect::support::finding_builder::{self, FindingBuilder, evidence};
use crate::detect::support::flow_selector::{Between, visit};
use crate::detect::support::local_networks::is_outward;
use crate::detect::support::log_ratio;
use crate::detect::support::odd_server::Called;
use crate::detect::support::report::{self, Report};
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::maths::sorting::{Arrange, Gather};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Known;
use crate::model::format::quantity;
use crate::model::{Addr, Category, Finding, Flow, Series};
use crate::settings::Descriptor;
use around::{Around, MAIL_PORTS, Program};
use staging::Staging;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "bulk_exfiltration",
    name: "Large upload",
    category: Category::Exfiltration,
    technique: Some(("T1048.002", "Exfiltration Over Asymmetric Encrypted Non-C2 Protocol")),
    sees: "An internal host sent much data to one external address and received little, and no other internal host goes there. The program is not a browser, or the server is odd. A small upload counts where it is ten times all that the host sends elsewhere. Known file and text sharing services are named. An internal host that fetches far more from internal servers than any other is reported too: data is gathered before it leaves.",
    matters: "Stolen data that leaves the network looks like this.",
    otherwise: "A backup, a shared file, a video call, a software upload.",
    benign_causes: &[
        "A backup, or files that somebody shares or submits",
        "A video call, a camera, or measurements that are sent",
        "A developer who uploads a program",
    ],
    advice: &[
        "Ask who works at the host, and check who owns the address and the name",
        "Find the program that sent the data and what it read",
        "Compare with other days: is there a similar upload every night?",
    ],
    part_of: &["low_and_slow_exfiltration", "mail_exfiltration"],
    source: "No formula with a public reference exists: ratio and volume are compared with the median of the host's other destinations. What is gathered inside (ATT&CK T1074) is compared with what others fetch: n hosts that are alike share N fetches as a binomial distribution has it, so k of them go to one with a chance of at most n C(N, k) / n^k. Browsers name HTTP in the handshake (ALPN, RFC 7301). What no known protocol carries is told as sent over the channel of a control server (ATT&CK T1041). How odd the server is lowers the confidence: a log-likelihood ratio as for beacons. Calls and cameras are told by STUN and RTP (RFC 8489, RFC 3550).",
}
.explained_where_shown();

const LEAST: Descriptor = Descriptor::kilobytes("bulk_exfiltration.least", "Smallest upload", 300.0)
    .range(10.0, 100_000_000.0)
    .help("Payload that one host sent to one external address. Smaller uploads are evaluated only if they are out of all proportion.");
const SMALL: Descriptor = Descriptor::kilobytes("bulk_exfiltration.small", "Smallest upload out of all proportion", 20.0)
    .range(1.0, 100_000_000.0)
    .help("Smaller uploads count from this size on if no other host connects there, the program is no browser or mail program, the packets are full, and the upload is at least ten times the largest that the host sends elsewhere; if it connects nowhere else, ten times the median of what internal hosts send to an external address. Four times are enough, for browsers and mail programs too, where the server is odd by its name, its users and its port, or where a host that is no mail server delivers mail to it.");
const RATIO: Descriptor = Descriptor::ratio("bulk_exfiltration.ratio", "Sent to received", 5.0)
    .range(1.5, 10_000.0)
    .help("Browsing receives more than it sends; an upload sends many times more than it receives.");

const FILES: Descriptor = Descriptor::count("bulk_exfiltration.files", "Files gathered inside", 6.0)
    .range(2.0, 1_000_000.0)
    .unit("flows")
    .help("This many connections of one internal host to internal servers that each brought 30 kB or more are gathering, if no other host has a quarter of that.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<BulkExfiltration>(CARD, &[LEAST, SMALL, RATIO, FILES], Interest::TCP_FLOWS.union(Interest::UDP_FLOWS))
        .asking_site();

/// Sent to this many times the host's usual place, it is out of proportion for the host itself.
const MUCH_MORE: f64 = 10.0;
/// So many times are enough where the server is odd as well.
const MORE: f64 = 4.0;
/// Fewer pairs of a host and a place are no yardstick for what is usual in the network.
const LEAST_PAIRS: usize = 4;
/// Mean payload of the packets of an upload, at least: measurements and signs of life are smaller, whole files fill them.
const LEAST_FILLED: f64 = 300.0;
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 17;
/// So many hosts outside that answer one port of UDP are peers, and the servers that bring them together.
const PEERS: usize = 3;
/// Port of mail between servers: providers block it for all others (M3AAWG, Managing Port 25).
const SERVER_PORT: u16 = 25;
/// Most ports of hosts kept that speak over UDP, and most hosts of mail.
const MOST_SOCKETS: usize = 1 << 14;

#[derive(Default)]
struct BulkExfiltration {
    pairs: Tally<(Addr, Addr), Pair, MOST_PAIRS>,
    /// Hosts outside that answered a port of UDP, up to [`PEERS`], and whether one was a STUN server.
    sockets: Tally<(Addr, u16), (BTreeSet<Addr>, bool), MOST_SOCKETS>,
    /// Hosts that take mail.
    mail_servers: Tally<Addr, (), MOST_SOCKETS>,
    /// Servers outside to which a host delivers mail as only mail servers do, up to [`PEERS`].
    delivers: Tally<Addr, BTreeSet<Addr>, MOST_SOCKETS>,
    staging: Staging,
}

#[derive(Default)]
struct Pair {
    sent: u64,
    got: u64,
    flows: u64,
    /// TCP packets with data that the host sent, and what was in them.
    n_data: u64,
    in_data: u64,
    /// Server port of the flow that sent most, and how much that was.
    port: u16,
    most_sent: u64,
    /// Port of the host of that flow, if it is one of UDP.
    from_udp: Option<u16>,
    /// Name of the server of that flow, 0 if unknown.
    name: u32,
}

impl Detector for BulkExfiltration {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        self.staging.observe(ended.site, flow);
        let (server, port) = flow.responder();
        if MAIL_PORTS.contains(&port) && flow.backward().payload_bytes() > 0 {
            self.mail_servers.of(server);
        }
        if !is_outward(ended.site, flow) {
            return;
        }
        if port == SERVER_PORT
            && let Some(servers) = self.delivers.of(flow.originator().0).filter(|servers| servers.len() < PEERS)
        {
            servers.insert(server);
        }
        if flow.is_udp()
            && flow.backward().packets > 0
            && let Some((hosts, is_stun)) = self.sockets.of(flow.originator())
        {
            *is_stun |= flow.app == Some(AppProto::Stun);
            if hosts.len() < PEERS {
                hosts.insert(flow.responder().0);
            }
        }
        // Of a table that counts both directions together it is not known how much was sent.
        if !flow.known.has(Known::FORWARD) {
            return;
        }
        let Some(pair) = self.pairs.of((flow.originator().0, flow.responder().0)) else { return };
        let sent = flow.forward().payload_bytes();
        pair.sent += sent;
        pair.got += flow.backward().payload_bytes();
        pair.flows += 1;
        if flow.is_tcp() {
            pair.n_data += u64::from(flow.forward().data_packets);
            pair.in_data += sent;
        }
        if sent >= pair.most_sent {
            (pair.most_sent, pair.port, pair.name) = (sent, flow.responder().1, flow.name);
            pair.from_udp = flow.is_udp().then_some(flow.originator().1);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&LEAST) * 1000.0;
        let ratio = context.settings.get(&RATIO);
        let small = (context.settings.get(&SMALL) * 1000.0).min(least);
        let is_case = |pair: &Pair| pair.sent as f64 >= small && pair.sent as f64 >= ratio * pair.got as f64;
        let mut cases = self.pairs.sorted_where(is_case);
        cases.arrange_by_key(|(_, pair)| Reverse(pair.sent));
        cases.truncate(report::MOST_FINDINGS);
        let arounds = self.arounds(context, &cases);
        let part = |flow: &Flow| {
            let sent = flow.forward();
            is_outward(context.site, flow).then_some((sent.first_ns, sent.last_ns, sent.payload_bytes() as f64))
        };
        let is_meant = |((_, pair), around): &((_, &Pair), Around)| {
            pair.sent as f64 >= least || pair.is_out_of_all_proportion(around)
        };
        let cases = cases.into_iter().zip(arounds).filter(is_meant);
        let staged = self.staging.finish(context, context.settings.get(&FILES));
        let uploads = Report::of(cases).not_evaluated(self.pairs.n_refused).each_with_parts(
            context,
            |(((from, to), _), _)| Between::pair(*from, *to),
            part,
            |((hosts, pair), around), flows, parts| {
                let course = Series::sums("Payload sent, spread over its flows,", "B", parts.iter().copied());
                let name = context.names.text(pair.name);
                pair.finding(**hosts, name, around, (small, least)).series(course).flows(flows).build()
            },
        );
        uploads.and(staged)
    }
}

impl BulkExfiltration {
    /// True for a port of UDP that asked a STUN server, or speaks with several others: those of calls and cameras do.
    fn is_of_peers(&self, socket: (Addr, u16)) -> bool {
        self.sockets.get(&socket).is_some_and(|(hosts, is_stun)| *is_stun || hosts.len() >= PEERS)
    }

    /// It takes mail itself, or delivers it to several servers.
    fn is_mail_server(&self, host: Addr) -> bool {
        self.mail_servers.get(&host).is_some() || self.delivers.get(&host).is_some_and(|servers| servers.len() >= PEERS)
    }

    fn arounds(&self, context: &Context<'_>, cases: &[(&(Addr, Addr), &Pair)]) -> Vec<Around> {
        let mut n_sources: BTreeMap<Addr, usize> = cases.iter().map(|((_, to), _)| (*to, 0)).gathered();
        let mut sent: BTreeMap<Addr, Vec<u64>> = cases.iter().map(|((from, _), _)| (*from, Vec::new())).gathered();
        for ((from, to), pair) in self.pairs.iter() {
            if let Some(n) = n_sources.get_mut(to) {
                *n += 1;
            }
            if let Some(list) = sent.get_mut(from) {
                list.push(pair.sent);
            }
        }
        let mut all: Vec<u64> = self.pairs.iter().map(|(_, pair)| pair.sent).collect();
        all.arrange();
        let common = all.get(all.len().saturating_sub(1) / 2).map_or(0.0, |n| *n as f64);
        let n_inside = self.pairs.iter().map(|((from, _), _)| *from).gathered::<BTreeSet<Addr>>().len();
        let mut programs = vec![Program::default(); cases.len()];
        let between: Vec<Between> = cases.iter().map(|((from, to), _)| Between::pair(*from, *to)).collect();
        visit(context, &between, |place, _, flow| {
            if let Some(program) = programs.get_mut(place).filter(|_| flow.forward().payload_bytes() > 0) {
                program.add(context, flow);
            }
        });
        let servers = context.outside_servers();
        // Where packets were cut to their headers, no protocol is known.
        let is_read = context.flows.iter().any(|(_, flow)| flow.is_tcp() && flow.is_app_certain);
        let is_of_packets = context.flows.iter().any(|(_, flow)| flow.known.has(Known::EACH_PACKET));
        let around = |((from, to), pair): &(&(Addr, Addr), &Pair), program: &Program<'_>| {
            let mut others = sent.get(from).cloned().unwrap_or_default();
            others.arrange();
            if let Ok(own) = others.binary_search(&pair.sent) {
                others.remove(own);
            }
            Around {
                n_others: n_sources.get(to).copied().unwrap_or(1).saturating_sub(1),
                n_inside,
                usual: others.get(others.len() / 2).map_or(0.0, |n| *n as f64),
                n_usual: others.len(),
                most_usual: others.last().map_or(0.0, |n| *n as f64),
                common,
                n_common: all.len().saturating_sub(1),
                web: program.web,
                is_script: program.is_script && program.web == Some(false),
                is_mail: program.is_mail || MAIL_PORTS.contains(&pair.port),
                is_direct: pair.port == SERVER_PORT,
                is_mail_server: self.is_mail_server(*from),
                is_encrypted: program.is_encrypted,
                is_of_packets,
                is_own: is_read && program.is_own() && pair.from_udp.is_none(),
                is_media: program.is_media || pair.from_udp.is_some_and(|port| self.is_of_peers((*from, port))),
                odd: servers.oddity(&Called {
                    source: *from,
                    servers: &BTreeSet::from([*to]),
                    ports: &BTreeSet::from([pair.port]),
                    apps: &program.apps,
                    programs: &program.names,
                    name: context.names.text(pair.name),
                }),
            }
        };
        cases.iter().zip(&programs).map(|(case, program)| around(case, program)).collect()
    }
}

impl Pair {
    /// True for an upload that nothing else in the capture comes near to.
    fn is_out_of_all_proportion(&self, around: &Around) -> bool {
        let usual = match around.n_usual {
            0 if around.n_common >= LEAST_PAIRS => around.common,
            0 => return false,
            _ => around.most_usual,
        };
        let is_filled = self.in_data as f64 >= LEAST_FILLED * self.n_data as f64 && self.in_data * 2 > self.sent;
        let is_odd = around.is_certainly_odd();
        self.sent as f64 >= if is_odd { MORE } else { MUCH_MORE } * usual
            && around.n_others == 0
            && is_filled
            && (is_odd || around.web != Some(true) && !around.is_mail)
            && !around.is_media
    }

    /// What carried it.
    fn transport(&self, around: &Around) -> &'static str {
        match (around.is_encrypted, self.from_udp) {
            (true, _) => "TLS",
            (false, Some(_)) => "UDP",
            (false, None) => "TCP",
        }
    }

    fn finding(
        &self,
        (source, target): (Addr, Addr),
        name: &str,
        around: &Around,
        (small, least): (f64, f64),
    ) -> FindingBuilder {
        let sent = self.sent as f64;
        let ratio = sent / self.got.max(1) as f64;
        // Where there is nobody and nothing to compare with, nothing is out of line.
        let is_much_more = around.n_usual > 0 && sent >= MUCH_MORE * around.usual;
        let is_alone = around.n_inside > 1 && around.n_others == 0;
        let oddness = if around.n_usual > 0 || around.n_inside > 1 { around.oddness() } else { 0.0 };
        let signs = 0.46 * around.not_web() + 0.23 * (f64::from(is_alone) + f64::from(is_much_more) + oddness);
        let confidence = Confidence::UNLIKELY.towards(Confidence::ALMOST_CERTAIN, signs).lowered(around.share());
        let place = place(target, name);
        let shown = quantity::bytes(sent);
        let store = Store::of(name);
        Finding::builder(&CARD)
            .title(format!("{source} sent {shown} to {place}"))
            // A hundred times the least is a whole disk to some, a mail to others.
            .weighed(Impact::CONTROL, confidence, extent(sent, 10.0 * least))
            // A small one is there because it is out of all proportion.
            .score(past(sent, if sent < least { small } else { least }))
            .technique((!around.is_encrypted).then_some(("T1048.003", "Exfiltration Over Unencrypted Non-C2 Protocol")))
            .technique(around.is_own.then_some(("T1041", "Exfiltration Over C2 Channel")))
            .technique(store.map(|store| store.technique()))
            .service((source, target, self.port), self.transport(around))
            .evidence([
                evidence("Payload sent", sent / 1000.0, "kB", "a few, for a web page"),
                evidence("Sent to received", ratio, "times", "below 1 in browsing"),
                evidence("What this host sends to another address, median", around.usual / 1000.0, "kB", ""),
                evidence("Its other external addresses", around.n_usual as f64, "hosts", ""),
                evidence(
                    "Other internal hosts that go there",
                    around.n_others as f64,
                    "hosts",
                    "many, for a common service",
                ),
                evidence("Flows", self.flows as f64, "flows", ""),
                log_ratio::evidence("How odd the server is", around.odd.weight, "below 0"),
            ])
            .explanation(format!(
                "{source} sent {shown} to {place}, {ratio:.0} times what it received.{}{}{}{}",
                store.map_or_else(String::new, |store| format!(" It is {}.", store.words())),
                if is_alone { " No other internal host goes there." } else { "" },
                if is_much_more { " It usually sends a tenth of that or less to one address." } else { "" },
                around.program_words()
            ))
            .filter(finding_builder::pair_filter(source, target))
    }
}

/// The target with its name, where that says more.
fn place(target: Addr, name: &str) -> String {
    let is_address = name.trim_matches(['[', ']']) == target.to_string();
    if name.is_empty() || is_address { target.to_string() } else { format!("{target} ({name})") }
}

#[cfg(test)]
mod tests;
