//! Turns services that take long to answer while the network is quick into findings.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{count, evidence, server_filter};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::flow::health::Delays;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "slow_server",
    name: "Slow server",
    category: Category::Performance,
    technique: None,
    sees: "A TCP service takes long to answer after the request has arrived, while packets reach it and return quickly.",
    matters: "Users wait for the server, not for the network: more bandwidth does not help. The time is spent in the program, its database or its disk.",
    otherwise: "Requests that need much work (reports, searches), or a service that answers only when there is news (long polling).",
    benign_causes: &[
        "Requests that take long by nature: reports, searches, file conversions",
        "Long polling: the server answers only when something happens",
    ],
    advice: &[
        "Check the load of the server and of what it depends on: database, disk, other services",
        "Compare slow requests with quick ones in the log of the service",
    ],
    // Servers keep those waiting on purpose whose password was wrong.
    part_of: &["ftp_brute_force", "ssh_brute_force", "login_brute_force"],
    source: "Response times that people notice: Nielsen, Usability Engineering, 1993 (0.1 s, 1 s, 10 s). The share of the network is the round trip from the capture point to the server and back (TCP acknowledgments).",
};

const RESPONSE: Descriptor = Descriptor::seconds("slow_server.response", "Slow response", 0.25)
    .range(0.05, 10.0)
    .help("From the last packet of the request to the first of the answer, as seen where the capture was taken. Nielsen puts the limit of what feels immediate at 0.1 s.");
const SHARE: Descriptor = Descriptor::percent("slow_server.share", "Share of slow responses", 20.0)
    .range(1.0, 100.0)
    .help("Slow responses as a share of all responses of the service.");
const LEAST: Descriptor = Descriptor::count("slow_server.responses", "Slow responses", 5.0)
    .range(2.0, 100_000.0)
    .unit("responses")
    .help("Fewer slow responses are not reported, whatever their share.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<SlowServer>(CARD, &[RESPONSE, SHARE, LEAST], Interest::TCP_FLOWS)
    .blaming("the server, not the network");

/// Most services kept.
const MOST_SERVICES: usize = 1 << 14;
/// Data sent later than this is no answer: the server waited for news (push, long polling), µs.
const MOST_MICROS: u32 = 5_000_000;
/// At most this many of these for each slow response: news come at any time, answers after the work they need.
const MOST_NEWS: f64 = 0.2;
/// Where one logs in: servers keep those waiting on purpose whose password was wrong (FTP, SSH, Telnet, SMTP, POP3, IMAP and
/// theirs over TLS).
const KEEP_WAITING: [u16; 10] = [21, 22, 23, 25, 110, 143, 465, 587, 993, 995];
/// If one client waits this many times the least number of responses, it is not one large piece of work.
const OFTEN: f64 = 2.0;
/// The network has no part in it while a round trip takes at most this share of the response.
const NETWORK_SHARE: f64 = 0.25;

#[derive(Default)]
struct SlowServer {
    services: Tally<(Addr, u16), Service, MOST_SERVICES>,
}

#[derive(Default)]
struct Service {
    responses: Delays,
    round_trips: Delays,
}

impl Service {
    /// Responses that took longer than this, and were asked for.
    fn n_slow(&self, micros: u32) -> u32 {
        self.responses.n_above(micros).saturating_sub(self.responses.n_above(MOST_MICROS))
    }

    /// What a slow response takes, s: the median of the slow ones.
    fn slow_seconds(&self, micros: u32) -> f64 {
        let n = f64::from(self.responses.n().max(1));
        let late = f64::from(self.responses.n_above(MOST_MICROS)) / n;
        let slow = f64::from(self.n_slow(micros)) / n;
        self.responses.quantile(1.0 - late - slow / 2.0).map_or(0.0, seconds)
    }

    /// A usual round trip to the server, s; none where it never acknowledged anything.
    fn round_trip(&self) -> Option<f64> {
        self.round_trips.quantile(0.5).map(seconds)
    }
}

fn seconds(micros: u32) -> f64 {
    f64::from(micros) / 1e6
}

impl Detector for SlowServer {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        let (Some(health), Some([client, _])) = (flow.health(), flow.sender_health()) else { return };
        if !flow.saw_syn || health.responses.n() == 0 {
            return;
        }
        if let Some(service) = self.services.of(flow.responder()) {
            service.responses.merge(&health.responses);
            service.round_trips.merge(&client.round_trips);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let settings = context.settings;
        let (response, share, least) = (settings.get(&RESPONSE), settings.get(&SHARE), settings.get(&LEAST));
        let micros = (response * 1e6) as u32;
        let is_case = |service: &Service| {
            let n_slow = f64::from(service.n_slow(micros));
            let is_quick = |trip: f64| trip <= NETWORK_SHARE * service.slow_seconds(micros);
            let n_news = f64::from(service.responses.n_above(MOST_MICROS));
            n_slow >= least
                && n_news <= MOST_NEWS * n_slow
                && 100.0 * n_slow >= share * f64::from(service.responses.n())
                && service.round_trip().is_some_and(is_quick)
        };
        Report::of_table(&self.services, is_case).largest_first(|(_, service)| service.n_slow(micros)).each_with_flows(
            context,
            |((server, port), _)| Between::server(*server, *port),
            |_, flow| {
                let is_slow = |delays: &Delays| delays.n_above(micros) > delays.n_above(MOST_MICROS);
                flow.health().is_some_and(|health| is_slow(&health.responses))
            },
            |((server, port), service), flows| {
                service.finding(context, (*server, *port), (response, micros, least), flows)
            },
        )
    }
}

impl Service {
    fn finding(
        &self,
        context: &Context<'_>,
        (server, port): (Addr, u16),
        (response, micros, least): (f64, u32, f64),
        flows: Gathered,
    ) -> Finding {
        let (n_slow, n) = (self.n_slow(micros), self.responses.n());
        let (typical, trip) = (self.slow_seconds(micros), self.round_trip().unwrap_or(0.0));
        let client = |serial: &u32| context.flows.get(*serial).map(|flow| flow.originator().0);
        let clients: BTreeSet<Addr> = flows.serials.iter().filter_map(client).collect();
        let n_clients = clients.len();
        // Whether an external server answers or sends news is not known.
        // A single client may wait for much work, or for news.
        let is_own = context.site.is_inside(server);
        let is_sure = is_own && n_clients >= 2;
        let impact = if is_sure { Impact::OUTAGE } else { Impact::SLOWDOWN };
        let confidence = match is_own {
            true if is_sure => Confidence::VERY_LIKELY,
            true if f64::from(n_slow) >= OFTEN * least && !KEEP_WAITING.contains(&port) => Confidence::LIKELY,
            _ => Confidence::EVEN,
        };
        Finding::builder(&CARD)
            .title(format!("{server}, port {port}, takes {typical:.2} s to answer; the network takes {:.0} ms", trip * 1e3))
            .rated(impact, confidence, (typical, response))
            .sources([server])
            .targets(clients)
            .ports([port])
            .protocol("TCP")
            .evidence([
                evidence("Slow responses", f64::from(n_slow), "responses", ""),
                evidence("Of all responses", 100.0 * f64::from(n_slow) / f64::from(n.max(1)), "%", ""),
                evidence("Median of the slow ones", typical, "s", format!("below {response}")),
                evidence("Round trip to the server", trip * 1e3, "ms", ""),
            ])
            .explanation(format!(
                "{n_slow} of {} of {server}, port {port}, took more than {response} s, in the median {typical:.2} s, for {}. A packet to the server and its acknowledgment take {:.1} ms: the time is spent on the server, not in the network.",
                count(n as usize, "response"),
                count(n_clients, "client"),
                trip * 1e3,
            ))
            .flows(flows)
            .filter(server_filter(server, port))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish_with, inside};
    use crate::model::flow::health::TcpHealth;
    use crate::settings::Settings;

    #[test]
    fn slow_answers_over_a_quick_network_are_the_servers() {
        let found = |response: u32, trip: u32| {
            let flow = |client| {
                let mut flow = Made { packets: [100, 100], ..Made::tcp(inside(client), inside(9), 443, 10.0) }.flow();
                let mut health = TcpHealth::default();
                (0..10).for_each(|_| health.responses.add(response));
                health.sides.iter_mut().for_each(|side| side.round_trips.add(trip));
                flow.extra.get_or_insert_default().health = Some(Box::new(health));
                flow
            };
            finish_with(&ENTRY, &[flow(1), flow(2)], &[], &Settings::default()).findings
        };
        let findings = found(600_000, 1000);
        assert_eq!(findings.len(), 1);
        assert!(found(20_000, 1000).is_empty(), "quick");
        assert!(found(600_000, 500_000).is_empty(), "the network takes as long");
        assert!(found(30_000_000, 1000).is_empty(), "long polling");
    }
}
