//! Turns mail that a host sends into findings, per host and server, if the amount is large and the host is no mail
//! server.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, count, evidence, thousands};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::report::{self, Report};
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Arrange;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::format::quantity;
use crate::model::{Addr, Category, Finding, Flow, Site};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "mail_exfiltration",
    name: "Large amount of data by mail",
    category: Category::Exfiltration,
    technique: Some(("T1048.003", "Exfiltration Over Unencrypted Non-C2 Protocol")),
    sees: "An internal host that is not a mail server sends much data by mail: large messages, or many, more than other hosts send to the same server.",
    matters: "Malware that steals data often mails it to the attacker's account, directly from the infected machine.",
    otherwise: "Somebody who sends large files by mail, a newsletter, a scanner or backup that mails its reports.",
    benign_causes: &[
        "Somebody who sends large files by mail",
        "A newsletter, or a program of yours that mails reports",
        "A scanner, camera or backup that mails its files",
    ],
    advice: &[
        "Check sender, recipients and size of the messages in the mail server's log",
        "Find the program on the host that sends mail: is it a mail client?",
        "Let only your mail servers send to external hosts on port 25",
    ],
    part_of: &[],
    source: "No formula with a public reference exists: volume is compared with the median of the host's peers. Message size limits are usually 10 to 25 MB (RFC 1870 lets a server announce its own). Malware that mails stolen data: ATT&CK T1048.003, procedure examples (Agent Tesla). Hosts submit mail to their own server on port 587 or 465 (RFC 6409, RFC 8314); only servers send directly to others on port 25.",
}
.explained_where_shown();

const VOLUME: Descriptor = Descriptor::kilobytes("mail_exfiltration.volume", "Sent by mail", 5000.0)
    .range(10.0, 100_000_000.0)
    .help("Payload that one host sent to one mail server. An ordinary message is under 100 kB, one with a photograph a few MB.");
const MESSAGES: Descriptor = Descriptor::count("mail_exfiltration.messages", "Messages", 20.0)
    .range(2.0, 1_000_000.0)
    .unit("messages")
    .help("This many messages (connections, where they are encrypted) are many: then a tenth of the volume is enough, as it is for mail that a host delivers to an external server itself (port 25).");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<MailExfiltration>(CARD, &[VOLUME, MESSAGES], Interest::TCP_FLOWS.union(Interest::MESSAGES))
        .asking_site();

/// Port of mail between servers.
const SERVER_PORT: u16 = 25;
/// Ports of mail: between servers, and from hosts to their server with and without TLS from the start.
const PORTS: [u16; 3] = [SERVER_PORT, 465, 587];
/// A host sends out of proportion if it sends so many times what its peers send to the same server.
const MUCH_MORE: f64 = 5.0;
/// Many messages, and mail that goes past the own server, need this share of the volume.
const SHARE_OF_MANY: f64 = 0.1;
/// What a mail is more than a question: its text goes one way.
const LEAST_RATIO: f64 = 3.0;
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 14;
/// Most hosts kept that are known to get mail.
const MOST_SERVERS: usize = 1 << 14;
/// Most recipients remembered.
const MOST_RECIPIENTS: usize = 100;
/// Most recipients shown.
const MOST_SHOWN: usize = 3;

#[derive(Default)]
struct MailExfiltration {
    pairs: Tally<(Addr, Addr, u16), Pair, MOST_PAIRS>,
    /// Hosts that take mail themselves.
    servers: Tally<Addr, (), MOST_SERVERS>,
}

#[derive(Default)]
struct Pair {
    sent: u64,
    got: u64,
    n_flows: u64,
    largest: u64,
    n_messages: u64,
    is_encrypted: bool,
    recipients: BTreeSet<String>,
}

/// A connection to a mail server that was answered.
fn is_mail(flow: &Flow) -> bool {
    let is_smtp = flow.app == Some(AppProto::Smtp);
    (is_smtp || PORTS.contains(&flow.responder().1)) && flow.is_tcp() && flow.backward().data_packets > 0
}

/// Straight to a server outside, as only mail servers deliver: programs of people hand mail in at 587 or 465 (RFC 8314).
fn is_direct(site: &Site, server: Addr, port: u16) -> bool {
    port == SERVER_PORT && site.is_outside(server)
}

fn key(flow: &Flow) -> (Addr, Addr, u16) {
    let ((source, _), (server, port)) = (flow.originator(), flow.responder());
    (source, server, port)
}

impl Detector for MailExfiltration {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        let kinds = &[FieldId::MailFrom, FieldId::MailTo, FieldId::Security];
        if protocol == AppProto::Smtp { FieldSet::of(kinds) } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        if event.message.protocol != AppProto::Smtp {
            return;
        }
        let (Some(flow), Some(update)) = (event.flow, event.update) else { return };
        let fields = &event.message.fields;
        let Some(pair) = self.pairs.of(key(flow)) else { return };
        if update.direction == Direction::ToOriginator {
            pair.is_encrypted |= fields.has(FieldId::Security);
            return;
        }
        pair.n_messages += u64::from(fields.text(FieldId::MailFrom).is_some());
        if let Some(recipient) = fields.text(FieldId::MailTo).filter(|_| pair.recipients.len() < MOST_RECIPIENTS) {
            pair.recipients.insert(recipient.to_lowercase());
        }
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        if !is_mail(flow) {
            return;
        }
        let key = key(flow);
        self.servers.of(key.1);
        if !ended.site.is_inside(key.0) {
            return;
        }
        let Some(pair) = self.pairs.of(key) else { return };
        let sent = flow.forward().payload_bytes();
        pair.sent += sent;
        pair.got += flow.backward().payload_bytes();
        pair.n_flows += 1;
        pair.largest = pair.largest.max(sent);
        pair.is_encrypted |= flow.app == Some(AppProto::Tls) || key.2 == 465;
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let (volume, messages) = (context.settings.get(&VOLUME) * 1000.0, context.settings.get(&MESSAGES));
        let is_one_way = |pair: &Pair| pair.sent as f64 >= LEAST_RATIO * pair.got as f64;
        let mut cases = self.pairs.sorted_where(is_one_way);
        cases.retain(|((_, server, port), pair)| {
            let is_low = pair.n() as f64 >= messages || is_direct(context.site, *server, *port);
            pair.sent as f64 >= if is_low { SHARE_OF_MANY * volume } else { volume }
        });
        cases.retain(|((source, _, _), _)| context.site.is_inside(*source) && self.servers.get(source).is_none());
        cases.arrange_by_key(|(key, pair)| (std::cmp::Reverse(pair.sent), **key));
        cases.truncate(report::MOST_FINDINGS);
        let mut cases: Vec<(&(Addr, Addr, u16), &Pair, Peers)> =
            cases.into_iter().map(|(key, pair)| (key, pair, self.peers(*key))).collect();
        cases.retain(|(_, pair, peers)| peers.n == 0 || pair.sent as f64 >= MUCH_MORE * peers.usual);
        Report::of(cases).not_evaluated(self.pairs.n_refused).each_with_flows(
            context,
            |((from, to, port), ..)| Between::service(*from, *to, *port),
            |_, flow| is_mail(flow),
            |(key, pair, peers), flows| {
                pair.finding(**key, context.site.is_outside(key.1), peers, volume).flows(flows).build()
            },
        )
    }
}

/// Others inside that send mail to the same server.
struct Peers {
    n: usize,
    /// What they send, median.
    usual: f64,
}

impl MailExfiltration {
    fn peers(&self, (source, server, port): (Addr, Addr, u16)) -> Peers {
        let is_peer = |key: &(Addr, Addr, u16)| key.0 != source && (key.1, key.2) == (server, port);
        let mut sent: Vec<u64> = self
            .pairs
            .iter()
            .filter(|(key, pair)| is_peer(key) && pair.n_flows > 0)
            .map(|(_, pair)| pair.sent)
            .collect();
        sent.arrange();
        Peers { n: sent.len(), usual: sent.get(sent.len() / 2).map_or(0.0, |n| *n as f64) }
    }
}

impl Pair {
    /// Messages as far as they can be read, else connections.
    fn n(&self) -> u64 {
        self.n_messages.max(self.n_flows)
    }

    fn finding(
        &self,
        (source, server, port): (Addr, Addr, u16),
        is_outside: bool,
        peers: &Peers,
        volume: f64,
    ) -> FindingBuilder {
        let sent = self.sent as f64;
        let is_direct = is_outside && port == SERVER_PORT;
        let signs = 0.2
            + 0.36 * f64::from(is_direct)
            + 0.18 * f64::from(is_outside)
            + 0.18 * f64::from(peers.n == 0)
            + 0.26 * f64::from(peers.n >= 3);
        let confidence = Confidence::UNLIKELY.towards(Confidence::VERY_LIKELY, signs);
        let amount = quantity::bytes(sent);
        let shown: Vec<&str> = self.recipients.iter().take(MOST_SHOWN).map(String::as_str).collect();
        let to = match (shown.is_empty(), self.recipients.len() - shown.len()) {
            (true, _) => String::new(),
            (false, 0) => format!(" Recipients: {}.", shown.join(", ")),
            (false, more) => format!(" Recipients include {}, and {} more.", shown.join(", "), thousands(more)),
        };
        Finding::builder(&CARD)
            .title(format!("{source} sent {amount} by mail to {server}"))
            .rated(Impact::CONTROL, confidence, (sent, volume))
            .technique(
                self.is_encrypted.then_some(("T1048.002", "Exfiltration Over Asymmetric Encrypted Non-C2 Protocol")),
            )
            .service((source, server, port), "SMTP")
            .evidence([
                evidence("Payload sent by mail", sent / 1000.0, "kB", "under 100 a message"),
                evidence("Messages that could be read", self.n_messages as f64, "messages", ""),
                evidence("Connections", self.n_flows as f64, "flows", ""),
                evidence("Largest connection", self.largest as f64 / 1000.0, "kB", ""),
                evidence("Recipients that could be read", self.recipients.len() as f64, "addresses", ""),
                evidence(
                    "Other internal hosts that send mail through this server",
                    peers.n as f64,
                    "hosts",
                    "many, for your own mail server",
                ),
                evidence("What they sent, median", peers.usual / 1000.0, "kB", ""),
            ])
            .explanation(format!(
                "{source}, which receives no mail itself, sent {amount} to the mail server {server}, port {port}, in \
                 {}.{}{}{to}",
                count(self.n_flows as usize, "connection"),
                if is_direct {
                    " It used the port for mail between servers, and so bypassed your mail server."
                } else {
                    ""
                },
                if peers.n > 0 {
                    format!(
                        " {} use this server too, and send a fifth of that or less.",
                        count(peers.n, "other internal host")
                    )
                } else {
                    " No other internal host uses this server.".to_owned()
                },
            ))
            .filter(format!("{} && tcp.port == {port}", finding_builder::pair_filter(source, server)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, Made, finish, inside, observe_messages, outside};
    use crate::model::Severity;
    use crate::settings::Settings;

    fn mail(from: Addr, to: Addr, port: u16, sent: u64) -> Made {
        Made { bytes: [sent, 600], packets: [500, 300], ..Made::tcp(from, to, port, 1.0) }
    }

    fn found(flows: &[Made]) -> Vec<Finding> {
        finish(&ENTRY, flows, &[], &Settings::default()).findings
    }

    #[test]
    fn much_mail_of_a_host_is_reported_and_a_letter_or_a_mail_server_is_not() {
        let much = found(&[mail(inside(1), outside(1), 25, 9_000_000)]);
        assert_eq!((much.len(), much[0].severity), (1, Severity::Medium));
        let many: Vec<Made> = (0..30).map(|_| mail(inside(1), outside(1), 587, 30_000)).collect();
        assert_eq!(found(&many).len(), 1);
        assert!(found(&[mail(inside(1), outside(1), 25, 90_000)]).is_empty());
        assert_eq!(found(&[mail(inside(1), outside(1), 25, 900_000)])[0].severity, Severity::Medium, "past its server");
        assert!(found(&[mail(inside(1), outside(1), 587, 900_000)]).is_empty(), "handed in");
        let relay = [mail(inside(1), inside(9), 25, 9_000), mail(inside(9), outside(1), 25, 90_000_000)];
        assert!(found(&relay).is_empty(), "a server takes mail itself");
        assert!(found(&[mail(inside(1), outside(1), 80, 9_000_000)]).is_empty(), "no mail");
    }

    #[test]
    fn what_others_send_too_is_usual() {
        let all = |most| -> Vec<Made> {
            (1..6).map(|host| mail(inside(host), inside(9), 587, if host == 1 { most } else { 6_000_000 })).collect()
        };
        assert!(found(&all(7_000_000)).is_empty());
        assert_eq!(found(&all(90_000_000)).len(), 1);
    }

    #[test]
    fn messages_alone_are_no_volume() {
        let line = Line::request(
            AppProto::Smtp,
            1.0,
            inside(1),
            (outside(1), 25),
            vec![(FieldId::MailFrom, "a@example.org".into())],
        );
        assert!(observe_messages(&ENTRY, &[line], &Settings::default()).findings.is_empty());
    }
}
