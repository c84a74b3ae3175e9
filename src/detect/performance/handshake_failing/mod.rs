//! Turns TLS alerts, and connections that a server closes without an answer, into findings of services whose
//! connections fail at the start.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{count, evidence, server_filter};
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::detect::support::trouble;
use crate::model::app::field::{FieldId, FieldSet, MessageFields};
use crate::model::app::kinds::web::{TlsAlert, TlsMessage};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Outcome;
use crate::model::format::quantity::percent;
use crate::model::format::time::{SECOND, span, to_second};
use crate::model::packet::tcp_flag::{FIN, RST};
use crate::model::{Addr, Category, Finding, Flow, Series};
use crate::settings::Descriptor;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "handshake_failing",
    name: "Connections that fail at the start",
    category: Category::Performance,
    technique: None,
    sees: "TLS handshakes with a service end in an alert again and again, or the service closes connections at once without an answer.",
    matters: "Clients reach the service but cannot use it. Programs keep retrying, and show users only that the connection failed.",
    otherwise: "A test of the server's TLS, a client that the service is meant to refuse, or a service that receives data and never answers (logs, print jobs).",
    benign_causes: &[
        "A scanner or a test that tries old versions of TLS on purpose",
        "A client that lacks the certificate that this service requires, or does not know its certificate authority",
        "A service that only receives data and closes",
    ],
    advice: &[
        "Read the reason in the alert: it shows which side does not accept what",
        "Check the certificate of the service: dates, names and the chain up to an authority that the clients trust",
        "Check the service's log at the time of a failed connection",
    ],
    part_of: &[],
    source: "RFC 5246, section 7.2.2 and RFC 8446, section 6.2 (alerts and what they mean); RFC 9293, section 3.10.7.4 (who resets a connection).",
}
.explained_where_shown();

const CONNECTIONS: Descriptor = Descriptor::count("handshake_failing.connections", "Failed connections", 5.0)
    .range(2.0, 100_000.0)
    .unit("connections")
    .help("This many connections to one service that fail for the same reason. Set by us: one or two may be the test of a new client.");
const SHARE: Descriptor = Descriptor::percent("handshake_failing.share", "Share of failed connections", 20.0)
    .range(1.0, 100.0)
    .help("Share of all connections to the service. Set by us: with many clients a few connections always fail.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<HandshakeFailing>(CARD, &[CONNECTIONS, SHARE], Interest::MESSAGES.union(Interest::TCP_FLOWS))
        .blaming("the service, or its certificate");

/// Most services kept.
const MOST_SERVICES: usize = 1 << 14;
/// Most reasons, clients, and connections kept of a service.
const MOST_REASONS: usize = 16;
const MOST_CLIENTS: usize = 256;
const MOST_SERIALS: usize = 1 << 12;
/// A server that closes within this time has not worked on a request.
const AT_ONCE_NS: i64 = 5 * SECOND;
/// A client that sends more than this sends data, not a request.
const MOST_REQUEST_BYTES: f64 = 4000.0;
/// A client waits at least this long for an answer (Nielsen, Usability Engineering, 1993: people notice after 1 s).
const PATIENCE_NS: i64 = SECOND;
/// A client that sends more data packets than this does not send a request.
const MOST_REQUEST_PACKETS: u32 = 3;
/// Least share of connections without an answer for a service that does not answer.
const MUTE_SHARE: f64 = 0.5;

#[derive(Default)]
struct HandshakeFailing {
    services: Tally<(Addr, u16), Service, MOST_SERVICES>,
}

#[derive(Default)]
struct Service {
    /// Connections that came about.
    n_opened: u64,
    failures: BTreeMap<Reason, Failures>,
    /// Begin and end of the validity of the certificate that was seen last, ns since 1970.
    certificate: Option<(i64, i64)>,
    name: String,
}

/// Why connections fail.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Reason {
    /// An alert of the server, or else of the client.
    Alert { is_of_server: bool, alert: Alert },
    /// The server closed (or else reset) before it had said anything.
    Ended { is_close: bool },
    /// The client asked, waited and gave up: nothing came.
    Mute,
}

/// An alert, or the words for one whose number is not assigned.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Alert {
    Known(TlsAlert),
    Unassigned(String),
}

impl Alert {
    fn of(said: &MessageFields<'_>) -> Option<Alert> {
        let known = said.kind(FieldId::TlsAlert).map(Alert::Known);
        known.or_else(|| Some(Alert::Unassigned(said.text(FieldId::TlsAlert)?.to_owned())))
    }

    fn known(&self) -> Option<TlsAlert> {
        if let Alert::Known(alert) = self { Some(*alert) } else { None }
    }

    fn name(&self) -> &str {
        match self {
            Alert::Known(alert) => alert.label(),
            Alert::Unassigned(name) => name,
        }
    }
}

impl Reason {
    /// A client that does not trust the one who signed.
    fn is_distrust(&self) -> bool {
        use TlsAlert::{BadCertificate, CertificateUnknown, UnknownCa};
        let Reason::Alert { is_of_server: false, alert } = self else { return false };
        matches!(alert, Alert::Known(UnknownCa | BadCertificate | CertificateUnknown))
    }
}

#[derive(Default)]
struct Failures {
    n: u64,
    clients: BTreeSet<Addr>,
    serials: Vec<u32>,
    times: Vec<i64>,
}

impl Service {
    fn fail(&mut self, reason: Reason, client: Addr, serial: u32, now: i64) {
        if self.failures.len() >= MOST_REASONS && !self.failures.contains_key(&reason) {
            return;
        }
        let failures = self.failures.entry(reason).or_default();
        if failures.serials.last() == Some(&serial) {
            return;
        }
        failures.n += 1;
        if failures.clients.len() < MOST_CLIENTS {
            failures.clients.insert(client);
        }
        if failures.serials.len() < MOST_SERIALS {
            failures.serials.push(serial);
            failures.times.push(now);
        }
    }
}

/// True for a client that sent a small request, waited, and closed the connection without an answer. A client that only
/// sends data (logs, measured values) closes at once, or continues.
fn is_mute(flow: &Flow) -> bool {
    let (sent, returned) = (flow.forward(), flow.backward());
    // A server that lost interest in the end may reset what the client ended long ago.
    let ended_first = returned.flag(FIN) == 0 || returned.last_ns <= sent.last_ns;
    let gives_up = sent.flag(RST) > 0 || sent.flag(FIN) > 0 && ended_first;
    returned.data_packets == 0
        && (1..=MOST_REQUEST_PACKETS).contains(&sent.data_packets)
        && flow.duration_ns() >= PATIENCE_NS
        && gives_up
}

/// How a server ended a connection before it sent data; `None` if it did not.
fn ended_at_once(flow: &Flow) -> Option<Reason> {
    let (sent, returned) = (flow.forward(), flow.backward());
    if is_mute(flow) {
        return Some(Reason::Mute);
    }
    let is_short = flow.duration_ns() <= AT_ONCE_NS && sent.payload.sum() <= MOST_REQUEST_BYTES;
    if returned.data_packets > 0 || !is_short || sent.flag(RST) > 0 {
        return None;
    }
    let has_request = sent.data_packets > 0;
    match (returned.flag(RST) > 0, returned.flag(FIN) > 0) {
        // A client that only checks whether the port is open, or gives up, closes the connection itself.
        (true, _) if sent.flag(FIN) == 0 => Some(Reason::Ended { is_close: false }),
        // The side that closed first sends the last packet: it acknowledges the FIN of the other.
        (false, true) if has_request && (sent.flag(FIN) == 0 || returned.last_ns > sent.last_ns) => {
            Some(Reason::Ended { is_close: true })
        }
        _ => None,
    }
}

impl Detector for HandshakeFailing {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        let fields = FieldSet::of(&[FieldId::TlsAlert, FieldId::CertUntil]);
        if protocol == AppProto::Tls { fields } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let said = &event.message.fields;
        let (Some(flow), Some(update)) = (event.flow, event.update) else { return };
        if event.message.protocol != AppProto::Tls || flow.recorded.is_some() || flow.packets() == 0 {
            return;
        }
        let ((client, _), service) = (flow.originator(), flow.responder());
        if let (Some(from), Some(until)) = (said.time_ns(FieldId::CertFrom), said.time_ns(FieldId::CertUntil))
            && let Some(service) = self.services.of(service)
        {
            // The server's own comes first, those of its authorities behind it in the same message.
            service.certificate = Some((from, until));
        }
        if said.is(FieldId::Message, TlsMessage::FatalAlert)
            && let Some(alert) = Alert::of(said)
            && let Some((sender, _)) = event.sender_and_receiver()
            && let Some(figures) = self.services.of(service)
        {
            let reason = Reason::Alert { is_of_server: sender == service, alert };
            figures.fail(reason, client, update.serial, event.message.time_ns);
        }
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        if !flow.saw_syn || flow.recorded.is_some() || flow.outcome() != Outcome::Established {
            return;
        }
        let Some(service) = self.services.of(flow.responder()) else { return };
        service.n_opened += 1;
        if service.name.is_empty() {
            ended.name.clone_into(&mut service.name);
        }
        if let Some(reason) = ended_at_once(flow) {
            service.fail(reason, flow.originator().0, ended.serial, flow.first_ns);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let (least, share) = (context.settings.get(&CONNECTIONS), context.settings.get(&SHARE) / 100.0);
        let services = self.services.sorted_where(|service| !service.failures.is_empty());
        let is_case = |service: &Service, reason: &Reason, failures: &Failures| {
            let share = if *reason == Reason::Mute { share.max(MUTE_SHARE) } else { share };
            failures.n as f64 >= least && failures.n as f64 >= share * service.n_opened as f64
        };
        let cases = services.into_iter().flat_map(|(end, service)| {
            let failing = service.failures.iter().filter(|(reason, failures)| is_case(service, reason, failures));
            failing.map(move |(reason, failures)| (*end, service, reason, failures))
        });
        Report::of(cases)
            .largest_first(|(_, _, _, failures)| (failures.clients.len(), failures.n))
            .not_evaluated(self.services.n_refused)
            .each(|(end, service, reason, failures)| finding(context, *end, (service, reason, failures), least))
    }
}

/// What an alert means: which side does not accept what. `None` for one whose name says it all.
fn meaning(alert: TlsAlert, is_of_server: bool) -> Option<&'static str> {
    use TlsAlert::*;
    Some(match (alert, is_of_server) {
        (BadRecordMac | DecodeError | DecryptError, _) => MISUNDERSTOOD,
        (HandshakeFailure, _) => {
            "the two have no cipher, signature or curve in common, or a certificate that is asked for is missing"
        }
        (NoCertificate | CertificateRequired, _) => NONE_SHOWN,
        (BadCertificate | CertificateUnknown | UnknownCa, true) => NOT_ACCEPTED,
        (BadCertificate | CertificateUnknown, false) => NOT_TRUSTED,
        (CertificateRevoked, _) => "the certificate was revoked",
        (CertificateExpired, true) => "the certificate that the client shows has expired",
        (CertificateExpired, false) => {
            "the certificate of the service has expired, or is not yet valid by the client's clock"
        }
        (UnknownCa, false) => {
            "the client does not know the authority that signed the certificate of the service, or the chain up to it is \
             not complete"
        }
        (AccessDenied, _) => "the certificate is valid, but its holder may not come in",
        (ProtocolVersion, _) => "the two have no version of TLS in common",
        (InsufficientSecurity, _) => "what the other side offers is too weak",
        (InternalError, _) => "the side that says so has a trouble of its own, with its settings or its memory",
        (InappropriateFallback, _) => "the client came back with an older version after a failure",
        (UnrecognizedName, _) => "the service does not know the server name that the client asks for",
        (NoApplicationProtocol, _) => "the two have no application protocol in common (ALPN)",
        _ => return None,
    })
}

const NOT_TRUSTED: &str = "the client does not accept the certificate of the service: wrong name, broken, or not signed by an authority that it trusts";
const NOT_ACCEPTED: &str = "the service does not accept the certificate that the client shows";
const NONE_SHOWN: &str = "the service asks for a certificate and the client shows none";
const MISUNDERSTOOD: &str =
    "the two do not understand each other: a device in between changes bytes, or one of them is faulty";

fn finding(
    context: &Context<'_>,
    (server, port): (Addr, u16),
    (service, reason, failures): (&Service, &Reason, &Failures),
    least: f64,
) -> Finding {
    let (n, n_all) = (failures.n, service.n_opened.max(failures.n));
    let flows = Gathered::of(context, &failures.serials);
    let mut times = failures.times.clone();
    times.sort_unstable();
    let period = (times.first().copied().unwrap_or(0), times.last().copied().unwrap_or(0));
    let share = percent(n as f64, n_all as f64);
    let (title, why, filter) = match reason {
        Reason::Alert { is_of_server, alert } => {
            let (who, name) = (if *is_of_server { "service" } else { "client" }, alert.name());
            let meant = alert.known().and_then(|alert| meaning(alert, *is_of_server));
            let words = meant.map_or_else(String::new, |meaning| format!(": {meaning}"));
            let mut why = format!("the {who} ends the handshake with the alert \"{name}\"{words}.");
            if let Some((from, until)) = service.certificate {
                let (begin, end) = (to_second(from), to_second(until));
                why += &format!(" The certificate that was shown is valid from {begin} till {end} UTC");
                let is_valid = (from..=until).contains(&period.0);
                why += if is_valid { "; so it is not its dates." } else { ", which this capture is not within." };
            }
            let filter = match alert.known() {
                Some(alert) => format!("tls.alert_message.desc == {}", alert.number()),
                None => "tls.alert_message.level == 2".to_owned(),
            };
            (format!("TLS handshakes with {server}, port {port}, fail: {name}"), why, filter)
        }
        Reason::Mute => (
            format!("{server} takes connections on port {port} and does not answer"),
            "the service takes the connection and the request, and nothing comes: clients wait, then give up. It is hung, or \
             what it needs itself (a database, a disk, another service) does not answer it; or it is one that only takes \
             and never answers."
                .to_owned(),
            format!("tcp.dstport == {port} && tcp.flags.fin == 1"),
        ),
        Reason::Ended { is_close } => {
            let (how, flag) = if *is_close { ("closes", "fin") } else { ("resets", "reset") };
            let why = format!(
                "the service takes the connection and {how} it at once, without a byte of an answer. It is running, but \
                 cannot or will not serve: it is overloaded, what is behind it is down, it keeps this client out, or the \
                 client speaks another protocol (TLS or none)."
            );
            (
                format!("{server} takes connections on port {port} and {how} them at once"),
                why,
                format!("tcp.srcport == {port} && tcp.flags.{flag} == 1"),
            )
        }
    };
    let length_ns = period.1 - period.0;
    // A client that does not trust a certificate refuses by choice, and other clients may accept it: self-signed
    // certificates of devices, programs that trust only one authority, a proxy that intercepts TLS.
    let impact =
        if reason.is_distrust() { Impact::NUISANCE } else { trouble::impact(failures.clients.len(), length_ns) };
    let confidence = if matches!(reason, Reason::Alert { .. }) { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
    Finding::builder(&CARD)
        .title(format!("{title} ({n} of {n_all})"))
        .weighed(impact, confidence, extent(n as f64, least))
        .score(past(n as f64, least))
        .sources([server])
        .targets(failures.clients.iter().copied())
        .ports([port])
        .protocol(if matches!(reason, Reason::Alert { .. }) { "TLS" } else { "TCP" })
        .evidence([
            evidence("Connections that failed so", n as f64, "connections", format!("below {least}")),
            evidence("Connections to the service in all", n_all as f64, "connections", ""),
            evidence("Clients affected", failures.clients.len() as f64, "clients", ""),
        ])
        .explanation(format!(
            "{} to {server}, port {port}, failed at the start, {share} of all within {}: {why}",
            count(n as usize, "connection"),
            span(length_ns)
        ))
        .names(if service.name.is_empty() { Vec::new() } else { vec![service.name.clone()] })
        .series(Series::counts("Failed connections", "connections", &times))
        .flows(flows)
        // The packets meant are those that end the connections.
        .n_packets(n)
        .filter(format!("{} && {filter}", server_filter(server, port)))
        .build()
}

#[cfg(test)]
mod tests;
