//! Turns protocols on the registered port of a different protocol into findings, one per client and server.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, evidence};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::model::app::protocol::{AppProto, Protocol};
use crate::model::{Addr, Category, Finding, Flow, Site};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "non_standard_port",
    name: "Protocol on a non-standard port",
    category: Category::CovertChannel,
    technique: Some(("T1571", "Non-Standard Port")),
    sees: "A connection to a well-known port carries a different protocol from the one registered for it, such as SSH on the HTTPS port. SSH to the outside counts on the usual other web ports (8000, 8008, 8080, 8443) too.",
    matters: "Firewalls allow web and DNS traffic by port. Tunnels and malware use these ports to get out.",
    otherwise: "People who bypass a strict firewall on purpose, a misconfiguration, a server that offers several services on one port.",
    benign_causes: &[
        "Somebody who bypasses a strict firewall on purpose, for example with SSH on port 443",
        "A misconfiguration, or a server that offers several services on one port",
    ],
    advice: &[
        "Find out which program on the client opens the connection, and who owns the server",
        "Let the firewall check the protocol, not only the port",
    ],
    part_of: &["port_scan"],
    source: "Ports from IANA's registry, protocols by content; MITRE ATT&CK T1571.",
}
.explained_where_shown();

const CONNECTIONS: Descriptor = Descriptor::count("non_standard_port.connections", "Connections", 1.0)
    .range(1.0, 10_000.0)
    .unit("connections")
    .help("This many from one client to one server.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<NonStandardPort>(CARD, &[CONNECTIONS], Interest::TCP_FLOWS.union(Interest::UDP_FLOWS)).asking_site();

/// Ports that firewalls let pass, and their protocol; TLS also has ports of its own for many protocols.
const PASSED: [AppProto; 7] =
    [AppProto::Dns, AppProto::Http, AppProto::Tls, AppProto::Ssh, AppProto::Ntp, AppProto::Ftp, AppProto::Smtp];
/// What carries other connections, or commands.
const CARRIERS: [AppProto; 7] =
    [AppProto::Ssh, AppProto::Socks, AppProto::Shell, AppProto::Rdp, AppProto::Vnc, AppProto::Telnet, AppProto::Irc];
/// What is known by its content for sure and has ports of its own.
const BY_CONTENT: [AppProto; 9] = [
    AppProto::Http,
    AppProto::Ftp,
    AppProto::Smtp,
    AppProto::Pop3,
    AppProto::Imap,
    AppProto::Smb,
    AppProto::Dns,
    AppProto::Redis,
    AppProto::Ldap,
];
/// Most triples kept.
const MOST_CASES: usize = 1 << 14;

/// Client, server, port, protocol.
type Key = (Addr, Addr, u16, AppProto);

#[derive(Default)]
struct NonStandardPort {
    cases: Tally<Key, u64, MOST_CASES>,
}

/// SSH that leaves: it carries whatever connections its ends want.
fn is_tunnel_out(app: AppProto, (client, server): (Addr, Addr), site: &Site) -> bool {
    app == AppProto::Ssh && site.is_inside(client) && site.is_outside(server)
}

/// The protocol of a flow, if its port belongs to a different one.
fn foreign_app(flow: &Flow, site: &Site) -> Option<AppProto> {
    let app = flow.app.filter(|_| flow.is_app_certain)?;
    let (_, port) = flow.responder();
    let owner = Protocol::from_port(flow.is_tcp(), port)?;
    // TLS goes over the ports of most protocols by now, but not over these.
    let is_odd_tls = app == AppProto::Tls && matches!(port, 22 | 53 | 80 | 123);
    let is_certain = CARRIERS.contains(&app) || BY_CONTENT.contains(&app);
    // Ports that are only a habit (8080 and the like) belong to nobody, but firewalls let them pass.
    let is_habit = (owner == AppProto::Http && port != 80) || port == 8443;
    let is_out = is_tunnel_out(app, (flow.originator().0, flow.responder().0), site);
    let is_owned = PASSED.contains(&owner) && (!is_habit || is_out);
    (is_owned && owner != app && (is_certain || is_odd_tls)).then_some(app)
}

impl Detector for NonStandardPort {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let Some(app) = foreign_app(ended.flow, ended.site) else { return };
        let ((client, _), (server, port)) = (ended.flow.originator(), ended.flow.responder());
        if let Some(n) = self.cases.of((client, server, port, app)) {
            *n += 1;
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&CONNECTIONS);
        Report::of_table(&self.cases, |n| *n as f64 >= least).largest_first(|(_key, n)| **n).each_with_flows(
            context,
            |((client, server, port, _), _)| Between::service(*client, *server, *port),
            |((_, _, _, app), _), flow| foreign_app(flow, context.site) == Some(*app),
            |(key, n), flows| finding(**key, **n, flows, least, context.site),
        )
    }
}

fn finding((client, server, port, app): Key, n: u64, flows: Gathered, least: f64, site: &Site) -> Finding {
    let owner = Protocol::from_port(true, port).or_else(|| Protocol::from_port(false, port));
    let owner = owner.map_or("another protocol", AppProto::name);
    let is_carrier = CARRIERS.contains(&app) && site.is_inside(client) && site.is_outside(server);
    let (impact, confidence) =
        if is_carrier { (Impact::CONTROL, Confidence::LIKELY) } else { (Impact::EXPOSURE, Confidence::VERY_LIKELY) };
    Finding::builder(&CARD)
        .title(format!("{client} uses {} with {server} on port {port}, which is registered for {owner}", app.name()))
        .technique(is_tunnel_out(app, (client, server), site).then_some(("T1572", "Protocol Tunneling")))
        .weighed(impact, confidence, extent(n as f64, least.max(10.0)))
        .score(past(n as f64, least))
        .service((client, server, port), app.name())
        .evidence([evidence("Connections", n as f64, "connections", format!("0: {owner} is expected"))])
        .explanation(format!(
            "{client} connected to port {port} of {server}, where {owner} is expected, and used {} there. Programs \
             do so to bypass a firewall that filters by port, or because they are configured that way.",
            app.name()
        ))
        .flows(flows)
        .filter(format!(
            "{} && (tcp.port == {port} || udp.port == {port})",
            finding_builder::pair_filter(client, server)
        ))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish_with, inside, outside};
    use crate::model::Severity;
    use crate::settings::Settings;

    fn found(app: AppProto, port: u16) -> Option<Severity> {
        let flow = Made::tcp(inside(1), outside(1), port, 1.0).flow();
        let flow = Flow { app: Some(app), is_app_certain: true, ..flow };
        finish_with(&ENTRY, &[flow], &[], &Settings::default()).findings.first().map(|finding| finding.severity)
    }

    #[test]
    fn a_carrier_on_a_port_that_passes_is_worse_than_a_mistake_and_habits_are_nothing() {
        assert_eq!(found(AppProto::Ssh, 443), Some(Severity::Medium));
        assert_eq!(found(AppProto::Http, 443), Some(Severity::Low));
        assert_eq!(found(AppProto::Ssh, 8443), Some(Severity::Medium));
        for (app, port) in [
            (AppProto::Tls, 443),
            (AppProto::Tls, 993),
            (AppProto::Http, 8443),
            (AppProto::Tls, 25),
            (AppProto::Ssh, 2222),
        ] {
            assert_eq!(found(app, port), None, "{} on {port}", app.name());
        }
    }
}
