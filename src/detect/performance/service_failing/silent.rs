//! Requests without an answer, of protocols in which each request has one, to findings of services that leave their clients
//! waiting.

use super::{ANSWERS, CARD, EXTENT_OF_ONE, SHARE};
use crate::detect::detector::{Conclusion, Context};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{FindingBuilder, Identity, count, evidence, host_filter, thousands};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::report::Report;
use crate::detect::support::service_answers::Service;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::detect::support::trouble;
use crate::maths::sorting::Gather;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Outcome;
use crate::model::format::quantity::percent;
use crate::model::format::time::{SECOND, span, to_second};
use crate::model::{Addr, Finding, Flow, Protocol};
use std::collections::BTreeMap;

/// Most services and clients kept, and most clients of a service.
const MOST_SERVICES: usize = 1 << 12;
const MOST_CLIENTS: usize = 64;
const MOST_HOSTS: usize = 1 << 16;
/// A connection that lasts so long without an answer has made its client wait. Set by us: well above the second that people
/// take for no interruption, and below the ten that anybody waits (Nielsen, Usability Engineering, 1993, chapter 5).
const PATIENCE_NS: i64 = 3 * SECOND;
/// So many connections of a client wait at the same time at most: browsers open six to a server.
const MOST_AT_ONCE: i64 = 8;
/// Whole requests fit into so many segments; who sends on and on without an answer does something else.
const MOST_SEGMENTS: u32 = 4;
/// The port of traps, which nobody answers (RFC 3416, section 4.2.6; the port: RFC 3417, section 3.2).
const TRAPS: u16 = 162;

/// Services that are asked, and hosts that hear anything at all.
#[derive(Default)]
pub(super) struct Silence {
    services: Tally<Service, Asked, MOST_SERVICES>,
    /// Hosts that somebody answered.
    online: Tally<Addr, (), MOST_HOSTS>,
}

#[derive(Default)]
struct Asked {
    n: u64,
    n_silent: u64,
    clients: BTreeMap<Addr, Waited>,
}

/// What a client asked, and what of it stayed without an answer, from when to when.
#[derive(Clone, Copy, Default)]
struct Waited {
    n: u64,
    n_silent: u64,
    /// How long the connections without an answer lasted, all together.
    held_ns: i64,
    first_ns: i64,
    last_ns: i64,
}

impl Waited {
    /// True for a client that holds many connections at once: that is an attack on the service, or a test of it.
    fn is_holding(&self) -> bool {
        self.held_ns > MOST_AT_ONCE.saturating_mul(self.last_ns.saturating_sub(self.first_ns))
    }
}

/// How many requests a flow has, and how many of them got no answer; none where the protocol is not known or does not answer
/// each.
fn requests(flow: &Flow) -> Option<(u64, u64)> {
    use AppProto::{Http, Isakmp, Kerberos, Ldap, Modbus, MsSql, MySql, Ntp, PostgreSql, Radius, Sip, Smb, Snmp, Tls};
    // Who hears at once that nobody is there does not wait.
    if flow.recorded.is_some() || flow.is_to_group() || flow.outcome() == Outcome::Refused {
        return None;
    }
    let (sent, got) = (flow.forward(), flow.backward());
    match flow.app? {
        // A request that is repeated has waited for its time-out each time.
        Kerberos | Ldap | Ntp | Radius | Isakmp if flow.is_udp() => {
            Some((sent.packets.into(), sent.packets.saturating_sub(got.packets).into()))
        }
        Snmp if flow.is_udp() && flow.responder().1 != TRAPS => {
            Some((sent.packets.into(), sent.packets.saturating_sub(got.packets).into()))
        }
        // Some messages have several answers, some none: only a server that says nothing at all is silent.
        Sip if flow.is_udp() && got.packets == 0 => Some((sent.packets.into(), sent.packets.into())),
        Sip if flow.is_udp() => Some((sent.packets.into(), 0)),
        Http | Tls | Smb | Kerberos | Ldap | MySql | PostgreSql | MsSql | Modbus
            if flow.is_tcp() && flow.saw_syn && flow.outcome() == Outcome::Established && is_of_port(flow) =>
        {
            let is_silent = got.payload_bytes() == 0
                && (1..=MOST_SEGMENTS).contains(&sent.data_packets)
                && flow.duration_ns() >= PATIENCE_NS;
            Some((1, u64::from(is_silent)))
        }
        _ => None,
    }
}

/// A single request may look like that of another protocol: the port has to say the same.
fn is_of_port(flow: &Flow) -> bool {
    let by_port = Protocol::from_port(true, flow.responder().1);
    flow.is_app_certain && by_port.is_none_or(|by_port| flow.app == Some(by_port))
}

impl Silence {
    /// Takes a flow.
    pub(super) fn observe(&mut self, flow: &Flow) {
        let ((client, _), (server, port)) = (flow.originator(), flow.responder());
        if flow.backward().packets > 0 {
            self.online.of(client);
        }
        let Some(((n, n_silent), protocol)) = requests(flow).zip(flow.app) else { return };
        let Some(asked) = self.services.of((server, port, protocol)) else { return };
        asked.n += n;
        asked.n_silent += n_silent;
        if asked.clients.len() >= MOST_CLIENTS && !asked.clients.contains_key(&client) {
            return;
        }
        let waited = asked.clients.entry(client).or_default();
        waited.n += n;
        if n_silent > 0 {
            let is_first = waited.n_silent == 0;
            waited.first_ns = if is_first { flow.first_ns } else { waited.first_ns.min(flow.first_ns) };
            waited.last_ns = if is_first { flow.last_ns } else { waited.last_ns.max(flow.last_ns) };
            waited.n_silent += n_silent;
            waited.held_ns = waited.held_ns.saturating_add(if flow.is_tcp() { flow.duration_ns() } else { 0 });
        }
    }

    /// True if nobody asked anything.
    pub(super) fn is_empty(&self) -> bool {
        self.services.n_keys() == 0
    }

    /// The findings.
    pub(super) fn finish(&self, context: &Context<'_>) -> Conclusion {
        let (share, least) = (context.settings.get(&SHARE) / 100.0, context.settings.get(&ANSWERS));
        let is_much = |n: u64, n_silent: u64| n_silent as f64 >= least && n_silent as f64 >= share * n as f64;
        let services = self.services.sorted_where(|asked| is_much(asked.n, asked.n_silent)).into_iter();
        let cases = services.filter_map(|(service, asked)| {
            // Whoever hears nothing at all is cut off, or the capture has one direction only; who asks once is passing by.
            let is_affected = |(client, waited): &(&Addr, &Waited)| {
                waited.n_silent >= 2
                    && !waited.is_holding()
                    && waited.n_silent as f64 >= share * waited.n as f64
                    && self.online.get(client).is_some()
            };
            let affected: Vec<(Addr, Waited)> =
                asked.clients.iter().filter(is_affected).map(|(client, waited)| (*client, *waited)).gathered();
            let n_silent: u64 = affected.iter().map(|(_, waited)| waited.n_silent).sum();
            let first_ns = affected.iter().map(|(_, waited)| waited.first_ns).min()?;
            let last_ns = affected.iter().map(|(_, waited)| waited.last_ns).max()?;
            (n_silent as f64 >= least).then_some(Case {
                service: *service,
                asked,
                affected,
                n_silent,
                period: (first_ns, last_ns),
            })
        });
        Report::of(cases)
            .not_evaluated(self.services.n_refused)
            .largest_first(|case| (case.affected.len(), case.n_silent))
            .each_with_flows(
                context,
                |case| Between::server(case.service.0, case.service.1),
                |case, flow| case.has(flow) && requests(flow).is_some_and(|(_, n_silent)| n_silent > 0),
                |case, flows| {
                    let first = flows.serials.first().and_then(|serial| context.flows.get(*serial));
                    let transport = if first.is_some_and(Flow::is_udp) { "udp" } else { "tcp" };
                    case.finding((share, least), transport).flows(flows).build()
                },
            )
    }
}

struct Case<'a> {
    service: Service,
    asked: &'a Asked,
    affected: Vec<(Addr, Waited)>,
    n_silent: u64,
    period: (i64, i64),
}

impl Case<'_> {
    fn has(&self, flow: &Flow) -> bool {
        self.affected.iter().any(|(client, _)| *client == flow.originator().0)
    }

    fn finding(&self, (share, least): (f64, f64), transport: &str) -> FindingBuilder {
        let ((server, port, protocol), (start_ns, end_ns)) = (self.service, self.period);
        let (n_silent, n_affected) = (self.n_silent as f64, self.affected.len());
        let n: u64 = self.affected.iter().map(|(_, waited)| waited.n).sum();
        let is_dead = self.asked.n_silent >= self.asked.n;
        let is_several = n_affected >= 2;
        // What never answers may be gone for long, and its clients use another; a clock that is not set right now hurts nobody.
        let (confidence, most) = match (is_dead, is_several) {
            (false, true) => (Confidence::VERY_LIKELY, 1.0),
            _ => (Confidence::LIKELY, EXTENT_OF_ONE),
        };
        let impact = match protocol {
            AppProto::Ntp => Impact::NUISANCE,
            _ => trouble::impact(n_affected, end_ns - start_ns),
        };
        let name = protocol.name();
        let state = if is_dead {
            "It answered nothing in this capture: it is off or does not serve these clients (RADIUS and SNMP stay silent at a wrong secret or community), or a firewall drops the packets."
        } else {
            "It answered others, so it is there: it is overloaded, ignores some requests, or packets are lost on the path."
        };
        Finding::builder(&CARD)
            .title(if is_dead {
                format!("{server}, port {port} ({name}), answers none of {} requests", thousands(n as usize))
            } else {
                let silent = percent(n_silent, n as f64);
                format!("{server}, port {port} ({name}), leaves {silent} of the requests without an answer")
            })
            .weighed(impact, confidence, extent(n_silent, least).min(most))
            .score(past(n_silent / n.max(1) as f64, share))
            .sources([server])
            .targets(self.affected.iter().map(|(client, _)| *client))
            .ports([port])
            .protocol(name)
            .identity(Identity::Word(format!("silent {port}")))
            .evidence([
                evidence("Requests without an answer", n_silent, "requests", "a few"),
                evidence("Of all requests of these clients", 100.0 * n_silent / n.max(1) as f64, "%", "near 0"),
                evidence("Requests to the service in the whole capture", self.asked.n as f64, "requests", ""),
                evidence("Clients affected", n_affected as f64, "clients", ""),
            ])
            .explanation(format!(
                "{} of {} requests of {} to {server}, port {port}, from {} till {} UTC ({}) got no answer that passed the capture point. {state} A client waits for its time-out each time before it tries again or turns to another server: its users see that as slowness.",
                thousands(self.n_silent as usize),
                thousands(n as usize),
                count(n_affected, "client"),
                to_second(start_ns),
                to_second(end_ns),
                span(end_ns - start_ns),
            ))
            .benign_causes(&[
                "A server that was switched off while clients still have it in their settings",
                "A capture that lacks the packets of the way back",
            ])
            .advice(&[
                "Check on the server whether the requests arrive, and what its log says of them",
                "If they do not arrive, look for a firewall or a lossy line on the way; capture on both of its sides",
                "Remove servers that no longer exist from the settings of the clients: each time-out costs seconds",
            ])
            .period(self.period)
            // An ICMP error quotes the port of what it is about.
            .filter(format!("{} && {transport}.port == {port} && !icmp && !icmpv6", host_filter("addr", server)))
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::performance::service_failing::ENTRY;
    use crate::detect::support::testing::{Made, finish_with, inside};
    use crate::model::app::protocol::AppProto;
    use crate::model::{Finding, Flow, Severity};
    use crate::settings::Settings;

    /// A minute of requests of clients, each flow with as many answers as `answers` says of `n` requests.
    fn found(n_clients: u8, port: u16, app: AppProto, n: u32, answers: impl Fn(u8) -> u32) -> Vec<Finding> {
        let ask = |i: u8| {
            let client = inside(20 + i % n_clients);
            let made = Made::tcp(client, inside(9), port, f64::from(i));
            let made = Made { protocol: 17, seconds: 20.0, packets: [n, answers(i)], ..made };
            Flow { app: Some(app), ..made.flow() }
        };
        let page = |i: u8| Made::tcp(inside(20 + i), inside(8), 80, f64::from(i)).flow();
        let flows: Vec<Flow> = (0..40).map(ask).chain((0..n_clients).map(page)).collect();
        finish_with(&ENTRY, &flows, &[], &Settings::default()).findings
    }

    #[test]
    fn a_server_that_leaves_requests_unanswered_is_told_with_its_clients() {
        let dead = found(3, 1812, AppProto::Radius, 3, |_| 0);
        assert_eq!((dead.len(), dead[0].targets.len(), dead[0].severity), (1, 3, Severity::Medium));
        assert!(dead[0].title.contains("(RADIUS), answers none of 120 requests"), "{}", dead[0].title);
        let lossy = found(3, 88, AppProto::Kerberos, 2, |i| u32::from(i % 4 > 0));
        assert!(lossy[0].title.contains("of the requests without an answer"), "{}", lossy[0].title);
        assert!(found(3, 123, AppProto::Ntp, 3, |_| 0)[0].severity < Severity::Medium, "clocks");
        assert!(found(1, 161, AppProto::Snmp, 1, |_| 0)[0].severity < Severity::Medium, "one monitor, one device");
    }

    #[test]
    fn a_port_that_is_closed_is_refused_and_not_waited_for() {
        let ask = |i: u8, is_unreachable: bool| {
            let made = Made::tcp(inside(20 + i % 3), inside(9), 161, f64::from(i));
            let made = Made { protocol: 17, packets: [1, 0], ..made };
            Flow { app: Some(AppProto::Snmp), is_unreachable, ..made.flow() }
        };
        let page = |i: u8| Made::tcp(inside(20 + i), inside(8), 80, f64::from(i)).flow();
        let n_found = |is_unreachable: bool| {
            let flows: Vec<Flow> = (0..40).map(|i| ask(i, is_unreachable)).chain((0..3).map(page)).collect();
            finish_with(&ENTRY, &flows, &[], &Settings::default()).findings.len()
        };
        assert_eq!((n_found(true), n_found(false)), (0, 1));
    }

    #[test]
    fn what_is_answered_and_what_needs_no_answer_is_none() {
        assert!(found(3, 1812, AppProto::Radius, 3, |_| 3).is_empty());
        assert!(found(3, 162, AppProto::Snmp, 3, |_| 0).is_empty(), "traps");
        assert!(found(3, 514, AppProto::Syslog, 3, |_| 0).is_empty());
        assert!(found(3, 123, AppProto::Ntp, 4, |i| 4 - u32::from(i % 8 == 0)).is_empty(), "one in 32 is lost");
    }
}
