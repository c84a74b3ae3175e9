//! Turns what TLS servers and clients negotiate and present into findings for information: old versions, expired or
//! self-signed certificates.

mod certificates;

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, Identity, count, evidence};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, past};
use crate::maths::sorting::Gather;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::login::YesNo;
use crate::model::app::kinds::web::{TlsMessage, TlsVersion};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::format::time::{SECOND, from_seconds};
use crate::model::{Addr, Category, Finding};
use crate::settings::{Descriptor, Settings};
use crate::stats::rows::RowStore;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "weak_tls",
    name: "Weak TLS",
    category: Category::Cleartext,
    technique: Some(("T1573", "Encrypted Channel")),
    sees: "Servers use an insecure version of TLS, or present a certificate that has expired, is self-signed, or has a short key or a weak signature.",
    matters: "Somebody on the path can break old versions, and a self-signed certificate does not prove that the server is genuine. Malware often uses both.",
    otherwise: "Old devices, printers and appliances; test servers; internal certificates.",
    benign_causes: &["Old devices and appliances", "Test servers, and internal certificates"],
    advice: &[
        "Find out who runs each server, and update or replace it",
        "If the server is unknown and external, check which program connects to it",
    ],
    part_of: &[],
    source: "RFC 8996 (TLS 1.0 and 1.1 must not be used), RFC 7568 (nor SSL 3.0), RFC 5280, sections 4.1.2.5 (validity) and 6 (path); NIST SP 800-131A revision 2 (keys and hashes).",
}
.explained_where_shown();

const SERVERS: Descriptor = Descriptor::count("weak_tls.servers", "Servers", 1.0)
    .range(1.0, 10_000.0)
    .unit("servers")
    .help("This many servers with the same weakness. They are reported in one finding.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<WeakTls>(CARD, &[SERVERS], Interest::MESSAGES);

const OLD: u8 = 1;
const SELF_SIGNED: u8 = 1 << 1;
const EXPIRED: u8 = 1 << 2;
const EARLY: u8 = 1 << 3;
const NAMELESS: u8 = 1 << 4;
const SHORT_KEY: u8 = 1 << 5;
const WEAK_SIGNATURE: u8 = 1 << 6;
/// Weaknesses in words, by bit.
const WORDS: [&str; 7] = [
    "an old version of TLS",
    "self-signed certificates",
    "expired certificates",
    "certificates that are not valid yet",
    "clients that send no server name",
    "keys shorter than 2,048 bits",
    "certificates signed with MD5 or SHA-1",
];
/// Shortest RSA or DSA key that is accepted, bits (NIST SP 800-131A revision 2, table 2).
const LEAST_KEY_BITS: u64 = 2048;
/// Hashes that must not be used for signatures any more (NIST SP 800-131A revision 2, table 8).
const WEAK_HASHES: [&str; 4] = ["md2", "md4", "md5", "sha1"];
/// Versions that are not to be used any more.
const OLD_VERSIONS: [TlsVersion; 4] = [TlsVersion::Ssl20, TlsVersion::Ssl30, TlsVersion::Tls10, TlsVersion::Tls11];
/// Most servers kept.
const MOST_SERVERS: usize = 1 << 15;
/// Most clients kept for a server.
const MOST_CLIENTS: usize = 256;

#[derive(Default)]
struct WeakTls {
    servers: Tally<(Addr, u16), Server, MOST_SERVERS>,
}

/// A server and where it is.
type Case<'a> = ((Addr, u16), &'a Server);

#[derive(Default)]
struct Server {
    weak: u8,
    /// A server's hello was seen; without one the client's offer counts.
    has_answered: bool,
    offers_old: bool,
    clients: BTreeSet<Addr>,
    /// Numbers of the handshake messages that were weak.
    messages: BTreeSet<u8>,
    seen: MessageEvidence,
}

/// Number of the client's hello (RFC 8446, section 4).
const CLIENT_HELLO: u8 = 1;
/// Number of the server's hello.
const SERVER_HELLO: u8 = 2;
/// Number of the certificate.
const CERTIFICATE: u8 = 11;

impl Detector for WeakTls {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Tls {
            FieldSet::of(&[
                FieldId::TlsOffered,
                FieldId::Version,
                FieldId::CertFrom,
                FieldId::CertUntil,
                FieldId::CertSelfSigned,
                FieldId::CertKeyBits,
                FieldId::CertSignature,
            ])
        } else {
            FieldSet::NONE
        }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        if event.message.protocol != AppProto::Tls {
            return;
        }
        let fields = &event.message.fields;
        let (Some(flow), Some(update)) = (event.flow, event.update) else { return };
        let ((client, _), key) = (flow.originator(), flow.responder());
        let is_old = |kind| fields.kind(kind).is_some_and(|version| OLD_VERSIONS.contains(&version));
        let (message, weak) = match fields.kind(FieldId::Message) {
            Some(TlsMessage::ClientHello) if update.direction == Direction::ToResponder => {
                let weak = if fields.text(FieldId::TlsSni).is_none() { NAMELESS } else { 0 };
                if is_old(FieldId::TlsOffered)
                    && let Some(server) = self.servers.of(key)
                {
                    server.offers_old = true;
                    server.weak |= weak;
                    server.note(client, CLIENT_HELLO, event);
                }
                return;
            }
            Some(TlsMessage::ServerHello) => {
                if let Some(server) = self.servers.known(&key) {
                    server.has_answered = true;
                }
                (SERVER_HELLO, if is_old(FieldId::Version) { OLD } else { 0 })
            }
            Some(TlsMessage::Certificate) if update.direction == Direction::ToOriginator => {
                // Whole seconds, as in certificates.
                let now = event.message.time_ns - event.message.time_ns.rem_euclid(SECOND);
                let is_past = fields.time_ns(FieldId::CertUntil).is_some_and(|until| until < now);
                let is_early = fields.time_ns(FieldId::CertFrom).is_some_and(|from| from > now);
                let is_own = fields.is(FieldId::CertSelfSigned, YesNo::Yes);
                let is_short = fields.number(FieldId::CertKeyBits).is_some_and(|bits| bits < LEAST_KEY_BITS);
                // Nobody checks the signature of a certificate that signs itself.
                let is_forgeable = !is_own && fields.text(FieldId::CertSignature).is_some_and(is_weak_signature);
                let weak = [
                    (is_past, EXPIRED),
                    (is_early, EARLY),
                    (is_own, SELF_SIGNED),
                    (is_short, SHORT_KEY),
                    (is_forgeable, WEAK_SIGNATURE),
                ]
                .into_iter()
                .filter(|(is_so, _)| *is_so)
                .fold(0, |weak, (_, bit)| weak | bit);
                (CERTIFICATE, weak)
            }
            _ => return,
        };
        if weak != 0
            && let Some(server) = self.servers.of(key)
        {
            server.weak |= weak;
            server.note(client, message, event);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&SERVERS);
        let mut groups: BTreeMap<(u8, bool), Vec<Case<'_>>> = BTreeMap::new();
        for (key, server) in self.servers.sorted() {
            let offered = if server.offers_old && !server.has_answered { OLD } else { 0 };
            // Inside, servers are often asked by their address.
            let counted = if context.site.is_outside(key.0) { u8::MAX } else { !NAMELESS };
            let weak = (server.weak | offered) & counted;
            // A client that names no server matters only beside something else.
            if weak & !NAMELESS != 0 {
                groups.entry((weak, context.site.is_inside(key.0))).or_default().push((*key, server));
            }
        }
        groups.retain(|_, servers| servers.len() as f64 >= least);
        // There are at most as many as combinations of weaknesses.
        Report::of(groups)
            .at_most(usize::MAX)
            .not_evaluated(self.servers.n_refused)
            .each(|((weak, is_inside), servers)| finding(*weak, *is_inside, servers, least))
    }

    fn finish_rows(&mut self, rows: &RowStore, _settings: &Settings) -> Option<Conclusion> {
        let groups = certificates::groups(rows)?;
        let findings = groups.iter().map(|(weak, group)| of_certificates(*weak, group)).collect();
        Some(Conclusion { findings, ..Conclusion::default() })
    }
}

/// The weaknesses in words.
fn words(weak: u8) -> String {
    let words: Vec<&str> =
        WORDS.iter().enumerate().filter(|(bit, _)| weak & (1 << bit) != 0).map(|(_, words)| *words).collect();
    words.join(", ")
}

/// One finding for all certificates with the same weaknesses, of which it is not known who presents them.
fn of_certificates(weak: u8, group: &certificates::Group) -> Finding {
    let confidence = if weak.count_ones() >= 2 { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
    let (n, words) = (group.n, words(weak));
    let (first, last) = group.seen.unwrap_or_default();
    Finding::builder(&CARD)
        .title(match group.subjects.as_slice() {
            [subject] if n == 1 => format!("{subject}: {words}"),
            _ => format!("{}: {words}", count(n, "certificate")),
        })
        .weighed(Impact::EXPOSURE, confidence, 0.0)
        .protocol("TLS")
        .evidence([evidence("Certificates", n as f64, "certificates", "0")])
        .explanation(format!(
            "{} with {words}: {}. Which servers present them is not in this file: the log of connections (ssl.log) names them.",
            count(n, "certificate"),
            group.subjects.join("; ")
        ))
        .period((from_seconds(first), from_seconds(last)))
        .filter("tls.handshake.type == 11".to_owned())
        .identity(Identity::WordAlone(format!("{weak}certificates")))
        .build()
}

/// True for the name of a signature by a hash for which others can make a second certificate of the same hash.
fn is_weak_signature(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    WEAK_HASHES.iter().any(|hash| plain.contains(hash))
}

impl Server {
    fn note(&mut self, client: Addr, message: u8, event: &AppEvent<'_>) {
        self.seen.add(event);
        self.messages.insert(message);
        if self.clients.len() < MOST_CLIENTS {
            self.clients.insert(client);
        }
    }
}

/// One finding for all servers with the same weaknesses.
fn finding(weak: u8, is_inside: bool, servers: &[Case<'_>], least: f64) -> Finding {
    let (n, words) = (servers.len(), words(weak));
    // One weakness is for information; several together are how carelessly made programs look.
    let confidence = if weak.count_ones() >= 2 && !is_inside { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
    let mut seen = MessageEvidence::default();
    servers.iter().for_each(|(_, server)| seen.merge(&server.seen));
    let hosts: Vec<String> = servers
        .iter()
        .take(Finding::MOST_ADDRESSES)
        .map(|((host, _), _)| finding_builder::host_filter("addr", *host))
        .collect();
    let messages: BTreeSet<u8> = servers.iter().flat_map(|(_, server)| server.messages.iter().copied()).gathered();
    let messages: Vec<String> = messages.iter().map(u8::to_string).collect();
    Finding::builder(&CARD)
        .title(match servers {
            [((host, port), _)] => format!("{host} port {port}: {words}"),
            _ => format!("{}: {words}", count(n, "TLS server")),
        })
        .weighed(Impact::EXPOSURE, confidence, 0.0)
        .score(past(n as f64, least))
        .sources(servers.iter().flat_map(|(_, server)| server.clients.iter().copied()))
        .targets(servers.iter().map(|((host, _), _)| *host))
        .ports(servers.iter().map(|((_, port), _)| *port))
        .protocol("TLS")
        .evidence([
            evidence("Servers", n as f64, "servers", "0"),
            evidence("Handshakes", seen.n as f64, "messages", ""),
        ])
        .explanation(format!(
            "{} with {words}. Somebody on the path may read or change the traffic, or impersonate the server.",
            count(n, "TLS server")
        ))
        .messages(&seen)
        .filter(format!("tls.handshake.type in {{{}}} && ({})", messages.join(", "), hosts.join(" || ")))
        .identity(Identity::WordAlone(format!("{weak}{is_inside}")))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::TestValue;
    use crate::detect::support::testing::{Line, inside, observe_messages, outside};
    use crate::model::Severity;
    use crate::settings::Settings;

    fn found(messages: &[(Direction, &[(FieldId, TestValue)])]) -> Vec<Finding> {
        let line = |(direction, facts): &(Direction, &[(FieldId, TestValue)])| Line {
            direction: *direction,
            ..Line::request(
                AppProto::Tls,
                1.0,
                inside(1),
                (outside(1), 443),
                facts.iter().map(|(kind, value)| (*kind, value.clone())).collect(),
            )
        };
        let lines: Vec<Line> = messages.iter().map(line).collect();
        observe_messages(&ENTRY, &lines, &Settings::default()).findings
    }

    #[test]
    fn old_versions_and_own_certificates_are_told_and_new_ones_are_not() {
        use FieldId::{CertSelfSigned, Message, TlsOffered, TlsSni, Version};
        let hello = (
            Direction::ToResponder,
            &[
                (Message, TlsMessage::ClientHello.into()),
                (TlsOffered, TlsVersion::Tls12.into()),
                (TlsSni, "a.example".into()),
            ][..],
        );
        let good = (
            Direction::ToOriginator,
            &[(Message, TlsMessage::ServerHello.into()), (Version, TlsVersion::Tls12.into())][..],
        );
        let old = (
            Direction::ToOriginator,
            &[(Message, TlsMessage::ServerHello.into()), (Version, TlsVersion::Tls10.into())][..],
        );
        let own = (
            Direction::ToOriginator,
            &[(Message, TlsMessage::Certificate.into()), (CertSelfSigned, YesNo::Yes.into())][..],
        );
        assert!(found(&[hello, good]).is_empty());
        assert_eq!(found(&[hello, old])[0].severity, Severity::Info);
        assert_eq!(found(&[hello, old, own])[0].severity, Severity::Low);
        let blunt = (
            Direction::ToResponder,
            &[(Message, TlsMessage::ClientHello.into()), (TlsOffered, TlsVersion::Tls10.into())][..],
        );
        assert_eq!(found(&[blunt])[0].severity, Severity::Low);
    }

    #[test]
    fn short_keys_and_weak_signatures_are_told_but_not_the_signature_of_a_root() {
        use FieldId::{CertKeyBits, CertSelfSigned, CertSignature, Message};
        let titles = |bits: u64, signature: &'static str, own: YesNo| {
            let certificate = [
                (Message, TlsMessage::Certificate.into()),
                (CertSelfSigned, own.into()),
                (CertKeyBits, bits.into()),
                (CertSignature, signature.into()),
            ];
            let found = found(&[(Direction::ToOriginator, &certificate[..])]);
            found.into_iter().map(|finding| finding.title).collect::<Vec<String>>()
        };
        assert_eq!(
            titles(1024, "sha256WithRSAEncryption", YesNo::No),
            ["203.0.113.1 port 443: keys shorter than 2,048 bits"]
        );
        assert_eq!(
            titles(2048, "ecdsa-with-SHA1", YesNo::No),
            ["203.0.113.1 port 443: certificates signed with MD5 or SHA-1"]
        );
        assert_eq!(
            titles(4096, "sha1WithRSAEncryption", YesNo::Yes),
            ["203.0.113.1 port 443: self-signed certificates"]
        );
        assert!(titles(2048, "sha512WithRSAEncryption", YesNo::No).is_empty());
    }
}
