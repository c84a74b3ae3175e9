//! The flows of a host to what it may be: signs of its system and of its role, each only where something speaks for it.

use super::listing::QueryContext;
use crate::decode::app::describe;
use crate::maths::sorting::Arrange;
use crate::model::Secrets;
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;
use crate::model::flow::{Flow, Outcome};
use crate::model::format::quantity;
use crate::model::guess::{Guess, GuessAbout, GuessStrength};
use crate::model::net::addr::Addr;
use std::collections::{BTreeMap, BTreeSet};

/// Flows of a host that are looked at.
const MOST_FLOWS: usize = 20_000;
/// Sentences of evidence of a guess.
const MOST_EVIDENCE: usize = 4;
/// Servers that a host must use, and serve nobody, to be called a client.
const FEW: usize = 2;

/// Words in user agents, banners and vendor classes, and the system that they name; of several the first counts.
const SYSTEM_WORDS: &[(&str, &str)] = &[
    ("windows phone", "Windows Phone"),
    ("windows", "Windows"),
    ("msft", "Windows"),
    ("microsoft-iis", "Windows"),
    ("win64", "Windows"),
    ("android", "Android"),
    ("iphone", "iOS"),
    ("ipad", "iOS or iPadOS"),
    ("mac os x", "macOS"),
    ("macintosh", "macOS"),
    ("darwin", "macOS or iOS"),
    ("cros ", "ChromeOS"),
    ("ubuntu", "Linux (Ubuntu)"),
    ("debian", "Linux (Debian)"),
    ("raspbian", "Linux (Raspbian)"),
    ("fedora", "Linux (Fedora)"),
    ("centos", "Linux (CentOS)"),
    ("red hat", "Linux (Red Hat)"),
    ("samba", "Linux or Unix with Samba"),
    ("udhcp", "Linux (embedded, BusyBox)"),
    ("dhcpcd", "Linux or BSD"),
    ("freebsd", "FreeBSD"),
    ("openbsd", "OpenBSD"),
    ("linux", "Linux"),
    ("cisco", "Cisco device"),
    ("routeros", "MikroTik RouterOS"),
    ("mikrotik", "MikroTik RouterOS"),
    ("fortigate", "Fortinet device"),
];

/// TTLs that systems begin with, and whose they are (Linux's ip-sysctl and Microsoft's documentation of DefaultTTL).
const TTLS: [(u8, &str); 3] =
    [(64, "Linux, macOS, Android or another Unix"), (128, "Windows"), (255, "Network device or older Unix")];
/// A packet that passed more routers than this is no sign of the TTL that it began with.
const MOST_HOPS: u8 = 30;
/// A host whose packets have more different TTLs than this stands at no certain distance: they are made by a tool.
const MOST_TTLS: usize = 4;

/// What a service on these ports is called, where its protocol is not known by content.
const ROLES_BY_PORT: &[(u8, u16, &str)] = &[
    (6, 9100, "Printer"),
    (6, 515, "Printer"),
    (6, 631, "Printer"),
    (6, 445, "File server"),
    (6, 139, "File server"),
    (6, 2049, "File server"),
    (6, 3389, "Remote desktop server"),
    (6, 22, "SSH server"),
    (6, 80, "Web server"),
    (6, 443, "Web server"),
    (6, 8080, "Web server"),
    (6, 8443, "Web server"),
    (17, 443, "Web server"),
    (6, 25, "Mail server"),
    (6, 465, "Mail server"),
    (6, 587, "Mail server"),
    (6, 110, "Mail server"),
    (6, 143, "Mail server"),
    (6, 993, "Mail server"),
    (6, 995, "Mail server"),
    (6, 21, "FTP server"),
    (6, 1433, "Database server"),
    (6, 3306, "Database server"),
    (6, 5432, "Database server"),
    (6, 1521, "Database server"),
    (6, 6379, "Database server"),
    (17, 53, "DNS resolver or name server"),
    (6, 53, "DNS resolver or name server"),
    (17, 67, "DHCP server"),
    (17, 123, "Time server"),
    (6, 88, "Kerberos server"),
    (17, 88, "Kerberos server"),
    (6, 389, "Directory server (LDAP)"),
    (6, 636, "Directory server (LDAP)"),
    (6, 3268, "Directory server (LDAP)"),
    (6, 502, "Industrial controller (Modbus)"),
    (6, 102, "Industrial controller (S7)"),
    (6, 1883, "MQTT broker"),
    (17, 161, "Device managed by SNMP"),
    (6, 5060, "Telephony server (SIP)"),
    (17, 5060, "Telephony server (SIP)"),
];

/// Signs by what is guessed of what.
#[derive(Default)]
struct Signs(BTreeMap<(GuessAbout, String), SignsOfOne>);

/// Signs of one guess: each in words with how often it was seen, and the strongest.
#[derive(Default)]
struct SignsOfOne {
    words: BTreeMap<String, u64>,
    strongest: Option<GuessStrength>,
}

impl Signs {
    fn add(&mut self, about: GuessAbout, text: &str, strength: GuessStrength, evidence: String) {
        self.add_often(about, text, strength, evidence, 1);
    }

    fn add_often(&mut self, about: GuessAbout, text: &str, strength: GuessStrength, evidence: String, n: u64) {
        let of_one = self.0.entry((about, text.to_owned())).or_default();
        *of_one.words.entry(evidence).or_default() += n;
        of_one.strongest = of_one.strongest.max(Some(strength));
    }

    fn has(&self, text: &str) -> bool {
        self.0.keys().any(|(_, own)| own == text)
    }

    fn end(self) -> Vec<Guess> {
        let guess = |((about, text), SignsOfOne { words, strongest: strength })| {
            let mut all: Vec<(String, u64)> = words.into_iter().collect();
            all.arrange_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            let n_seen: u64 = all.iter().map(|(_, n)| n).sum();
            let words = all.into_iter().take(MOST_EVIDENCE);
            let evidence = words.map(|(text, n)| match n {
                1 => text,
                _ => format!("{text} ({} flows)", quantity::count(n)),
            });
            let evidence = evidence.collect();
            (strength, n_seen, Guess { about, text, strength: strength.unwrap_or(GuessStrength::Possible), evidence })
        };
        let mut all: Vec<_> = self.0.into_iter().map(guess).collect();
        all.arrange_by(|a, b| (a.2.about, b.0, b.1).cmp(&(b.2.about, a.0, a.1)).then_with(|| a.2.text.cmp(&b.2.text)));
        all.into_iter().map(|(.., guess)| guess).collect()
    }
}

/// What a host may be; nothing where nothing speaks for anything.
pub(super) fn guesses(context: &QueryContext<'_>, host: Addr) -> Vec<Guess> {
    let pipeline = context.pipeline;
    let mut signs = Signs::default();
    let (mut servers, mut n_served) = (BTreeSet::new(), 0_u64);
    let mut ttls: BTreeMap<u8, u64> = BTreeMap::new();
    let own = pipeline.flows().iter().filter(|(_, flow)| flow.originator().0 == host || flow.responder().0 == host);
    for (_, flow) in own.take(MOST_FLOWS) {
        let is_client = flow.originator().0 == host;
        let side = if is_client { flow.forward() } else { flow.backward() };
        if side.packets > 0 {
            *ttls.entry(side.ttl).or_default() += 1;
        }
        let is_answered = flow.outcome() == Outcome::Established || flow.is_udp() && flow.backward().packets > 0;
        match is_client {
            true if is_answered => {
                servers.insert(flow.responder());
            }
            false if is_answered => {
                n_served += 1;
                serves(&mut signs, flow);
            }
            _ => {}
        }
        for fact in pipeline.flow_fields().of(flow, pipeline.names()) {
            let of_client =
                matches!(fact.kind, FieldId::HttpAgent | FieldId::Agent | FieldId::Vendor | FieldId::Platform);
            let of_server = matches!(fact.kind, FieldId::Banner | FieldId::HttpServer);
            let is_own = if is_client { of_client } else { of_server };
            if is_own {
                let text = describe::text(fact.kind, fact.value, Secrets::Masked);
                let lower = text.to_lowercase();
                if let Some((_, system)) = SYSTEM_WORDS.iter().find(|(word, _)| lower.contains(word)) {
                    let evidence = format!("{}: {}", fact.kind.label(), short(&text));
                    signs.add(GuessAbout::System, system, GuessStrength::Stated, evidence);
                }
            }
        }
    }
    if ttls.len() <= MOST_TTLS {
        ttls.into_iter().for_each(|(ttl, n_flows)| by_ttl(&mut signs, ttl, n_flows));
    }
    named_by_dhcp(context, host, &mut signs);
    if signs.has("Kerberos server") && signs.has("Directory server (LDAP)") {
        let evidence = "It answers Kerberos and LDAP, as domain controllers do".to_owned();
        signs.add(GuessAbout::Role, "Domain controller", GuessStrength::Likely, evidence);
    }
    if n_served == 0 && servers.len() >= FEW {
        let evidence =
            format!("It uses {} and serves nobody", quantity::counted(servers.len() as u64, "service", "services"));
        signs.add(GuessAbout::Role, "Client", GuessStrength::Likely, evidence);
    }
    signs.end()
}

fn by_ttl(signs: &mut Signs, ttl: u8, n_flows: u64) {
    let first = TTLS.iter().find(|(first, _)| ttl > 0 && ttl <= *first && first - ttl <= MOST_HOPS);
    if let Some((first, system)) = first {
        let hops = first - ttl;
        let evidence =
            format!("TTL {ttl}: it began as {first}, {} away", quantity::counted(hops.into(), "router", "routers"));
        signs.add_often(GuessAbout::System, system, GuessStrength::Possible, evidence, n_flows);
    }
}

/// A service that a host answers with: likely where its protocol was read, else possible by its port.
fn serves(signs: &mut Signs, flow: &Flow) {
    let (protocol, port) = (flow.key.protocol, flow.responder().1);
    let app = flow.app.filter(|_| flow.is_app_certain);
    let by_port = ROLES_BY_PORT.iter().find(|(own, at, _)| (*own, *at) == (protocol, port)).map(|(.., role)| *role);
    let role = match app {
        Some(AppProto::Http) => Some("Web server"),
        Some(AppProto::Tls | AppProto::Quic) => by_port,
        _ => by_port,
    };
    let Some(role) = role else { return };
    let place = format!("{} port {port}", flow.transport());
    match app {
        Some(app) => {
            signs.add(GuessAbout::Role, role, GuessStrength::Likely, format!("It answers {} on {place}", app.name()));
        }
        None => signs.add(GuessAbout::Role, role, GuessStrength::Possible, format!("It answers on {place}")),
    }
}

/// What DHCP servers tell others of a host.
fn named_by_dhcp(context: &QueryContext<'_>, host: Addr, signs: &mut Signs) {
    let pipeline = context.pipeline;
    let wanted = host.to_string();
    let is_dhcp = |flow: &&Flow| flow.key.protocol == 17 && [67, 68].contains(&flow.key.low_port);
    for flow in pipeline.flows().iter().map(|(_, flow)| flow).filter(is_dhcp).take(MOST_FLOWS) {
        for fact in pipeline.flow_fields().of(flow, pipeline.names()) {
            let (role, words) = match fact.kind {
                FieldId::Router => ("Gateway", "DHCP names it as router"),
                FieldId::DnsServer => ("DNS resolver or name server", "DHCP names it as DNS server"),
                _ => continue,
            };
            if describe::text(fact.kind, fact.value, Secrets::Masked) == wanted {
                signs.add(GuessAbout::Role, role, GuessStrength::Stated, words.to_owned());
            }
        }
    }
}

/// A text that is not too long for a sentence.
fn short(text: &str) -> String {
    const MOST: usize = 80;
    if text.chars().count() <= MOST {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(MOST).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ttl_says_something_only_near_one_that_systems_begin_with() {
        let guessed = |ttl: u8| {
            let mut signs = Signs::default();
            by_ttl(&mut signs, ttl, 1);
            signs.end().first().map(|guess| guess.text.clone())
        };
        assert_eq!(guessed(0), None);
        assert_eq!(guessed(128).as_deref(), Some("Windows"));
        assert_eq!(guessed(57).as_deref(), Some("Linux, macOS, Android or another Unix"));
        assert_eq!((guessed(20), guessed(90)), (None, None));
    }

    #[test]
    fn the_strongest_comes_first_with_what_was_seen_most() {
        let mut signs = Signs::default();
        by_ttl(&mut signs, 128, 1);
        for text in ["b", "a", "a"] {
            signs.add(GuessAbout::System, "Linux", GuessStrength::Stated, text.to_owned());
        }
        signs.add(GuessAbout::Role, "Client", GuessStrength::Likely, "c".to_owned());
        let all = signs.end();
        let texts: Vec<&str> = all.iter().map(|guess| guess.text.as_str()).collect();
        assert_eq!(texts, ["Linux", "Windows", "Client"]);
        assert_eq!(all[0].evidence, ["a (2 flows)", "b"]);
    }
}
