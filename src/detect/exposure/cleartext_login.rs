//! Turns passwords that were sent without encryption into findings, per server. A few of the passwords are kept, and
//! shown only if the setting shows secrets.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, Identity, count, evidence};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::logins::{self, Asked};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "cleartext_login",
    name: "Cleartext passwords",
    category: Category::Cleartext,
    technique: Some(("T1040", "Network Sniffing")),
    sees: "Somebody logs in over a connection that is not encrypted.",
    matters: "Anybody on the path can read the password, and many people use the same one elsewhere.",
    otherwise: "A test account, or a network that nobody else can listen to. A change is still worthwhile.",
    benign_causes: &["A test account without rights", "A management network that nobody else can listen to"],
    advice: &[
        "Switch to the encrypted version of the service (FTPS or SFTP, SSH, HTTPS, IMAPS, LDAPS, SNMPv3)",
        "Change the passwords that were sent, also where they are used elsewhere",
        "Delete or protect this capture: it contains the passwords",
    ],
    part_of: &[],
    source: "NIST SP 800-63B, section 5.1.1.2: passwords may only be sent over encrypted channels. The severity depends on what the password opens. Medium: the console of a machine, its files (FTP accounts are those of the system by default) or an administrator's page, the last two once the server accepted the password. Low: a mailbox, any other page, or a login that no answer confirms.",
}
.explained_where_shown();

const LOGINS: Descriptor = Descriptor::count("cleartext_login.logins", "Cleartext logins", 1.0)
    .range(1.0, 10_000.0)
    .unit("logins")
    .help("This many to one server. One is enough to expose a password.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<CleartextLogin>(CARD, &[LOGINS], Interest::MESSAGES);

/// Names that FTP servers take without a password of anybody's (RFC 1635).
const ANYBODY: [&str; 2] = ["anonymous", "ftp"];
/// Names that administrators have where nobody changed them.
const ADMINISTRATORS: [&str; 4] = ["admin", "administrator", "root", "sysadmin"];
/// The community that devices have when they are new, and everybody knows.
const KNOWN_TO_ALL: [&str; 1] = ["public"];
/// Most connections kept.
const MOST_CONNECTIONS: usize = 1 << 16;
/// Most clients and users kept for a server.
const MOST_PEOPLE: usize = 256;
/// Users named in a finding.
const MOST_NAMED: usize = 5;
/// Most findings.
const MOST_FINDINGS: usize = 100;

#[derive(Default)]
struct CleartextLogin {
    connections: Tally<u32, Connection, MOST_CONNECTIONS>,
}

/// The logins of one connection.
#[derive(Default)]
struct Connection {
    ends: Option<(Addr, Key)>,
    /// How it asked last to be let in.
    asked: Asked,
    /// The user that was named last; a password may follow in a message of its own.
    user: String,
    /// The last password.
    password: String,
    /// Passwords whose answer has not come.
    open: MessageEvidence,
    /// Passwords that were not refused: what is refused is no password, see guessing.
    seen: MessageEvidence,
    /// Of those the ones that the server accepted.
    n_accepted: u64,
}

/// A server: address, port, protocol.
type Key = (Addr, u16, AppProto);

#[derive(Default)]
struct Server {
    clients: BTreeSet<Addr>,
    users: BTreeSet<String>,
    /// Users with their passwords.
    passwords: BTreeSet<(String, String)>,
    seen: MessageEvidence,
    /// Passwords of which the server said that they are right.
    n_accepted: u64,
    /// One of them is an administrator's.
    is_administrator: bool,
}

impl Detector for CleartextLogin {
    fn fields_of_interest(&self, _protocol: AppProto) -> FieldSet {
        logins::KINDS.union(FieldSet::of(&[FieldId::Community]))
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let fields = &event.message.fields;
        let (Some(flow), Some(update)) = (event.flow, event.update) else { return };
        // The community of SNMP 1 and 2c is a password that goes with every question.
        let is_community = fields.text(FieldId::Community).is_some_and(|community| !KNOWN_TO_ALL.contains(&community));
        let is_try = update.direction == Direction::ToResponder && (is_community || logins::is_try(fields));
        if !is_try {
            let Some(connection) = self.connections.known(&update.serial) else { return };
            let asked = if connection.open.n > 0 { connection.asked } else { Asked::Nothing };
            match logins::verdict(fields, asked) {
                Some(true) => connection.accept(),
                Some(false) => connection.open = MessageEvidence::default(),
                None => {}
            }
            return;
        }
        let Some(connection) = self.connections.of(update.serial) else { return };
        let ((client, _), (host, port)) = (flow.originator(), flow.responder());
        connection.ends = Some((client, (host, port, event.message.protocol)));
        connection.asked = logins::asked(fields, event.message.protocol == AppProto::Http).unwrap_or_default();
        if let Some(user) = fields.text(FieldId::User) {
            user.clone_into(&mut connection.user);
        }
        let is_anybody = ANYBODY.contains(&connection.user.to_ascii_lowercase().as_str());
        let secret = fields.text(FieldId::Password).filter(|_| !is_anybody);
        let community = fields.text(FieldId::Community).filter(|_| is_community);
        if let Some(secret) = secret.or(community) {
            connection.open.add(event);
            secret.clone_into(&mut connection.password);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&LOGINS);
        let mut servers: BTreeMap<Key, Server> = BTreeMap::new();
        for (_, connection) in self.connections.sorted_where(|connection| connection.n() > 0) {
            let Some((client, key)) = connection.ends else { continue };
            let server = servers.entry(key).or_default();
            server.seen.merge(&connection.seen);
            server.seen.merge(&connection.open);
            server.n_accepted += connection.n_accepted;
            let user = connection.user.to_ascii_lowercase();
            server.is_administrator |= connection.n_accepted > 0 && ADMINISTRATORS.contains(&user.as_str());
            if server.clients.len() < MOST_PEOPLE {
                server.clients.insert(client);
            }
            if !connection.user.is_empty() && server.users.len() < MOST_PEOPLE {
                server.users.insert(connection.user.clone());
            }
            if server.passwords.len() < MOST_NAMED {
                server.passwords.insert((connection.user.clone(), connection.password.clone()));
            }
        }
        let mut cases: Vec<(Key, Server)> = servers.into_iter().collect();
        cases.retain(|(_, server)| server.seen.n as f64 >= least);
        Report::of(cases)
            .at_most(MOST_FINDINGS)
            .largest_first(|(_key, server)| server.seen.n)
            .not_evaluated(self.connections.n_refused)
            .each_with_flows(
                context,
                |((host, port, _), _)| Between::server(*host, *port),
                |_, _| true,
                |(key, server), flows| {
                    server
                        .finding(*key, least)
                        .with(|finding| {
                            if context.settings.shows_secrets() {
                                finding.explanation.push_str(&server.password_words());
                            }
                        })
                        .flows(flows)
                        .identity(Identity::ActorsAndPorts)
                        .build()
                },
            )
    }
}

impl Connection {
    fn n(&self) -> u64 {
        self.seen.n + self.open.n
    }

    fn accept(&mut self) {
        self.n_accepted += self.open.n;
        self.seen.merge(&std::mem::take(&mut self.open));
    }
}

impl Server {
    /// The first few passwords, for who asks for them.
    fn password_words(&self) -> String {
        let pairs: Vec<String> = self.passwords.iter().map(|(user, password)| format!("{user} / {password}")).collect();
        format!(" Users with their passwords: {}.", pairs.join(", "))
    }

    fn finding(&self, (host, port, protocol): (Addr, u16, AppProto), least: f64) -> FindingBuilder {
        let n = self.seen.n as f64;
        let confidence = Confidence::ALMOST_CERTAIN;
        let name = protocol.name();
        let clients = count(self.clients.len(), "client");
        // The password of a console is command of a machine; that of its files, or of an administrator, opens an account of
        // the machine once the server accepted it; others open a mailbox or a page.
        let is_of_machine = protocol == AppProto::Ftp || self.is_administrator;
        let impact = match protocol {
            AppProto::Telnet => Impact::EXPOSED_COMMAND,
            _ if is_of_machine && self.n_accepted > 0 => Impact::EXPOSED_ACCOUNT,
            _ => Impact::EXPOSURE,
        };
        let users: Vec<&str> = self.users.iter().take(MOST_NAMED).map(String::as_str).collect();
        let who = if users.is_empty() { String::new() } else { format!(" Users: {}.", users.join(", ")) };
        let transport = if protocol == AppProto::Snmp { "udp" } else { "tcp" };
        Finding::builder(&CARD)
            .title(format!("{clients} sent cleartext passwords to {host} ({name})"))
            .weighed(impact, confidence, extent(self.clients.len() as f64, 1.0))
            .score(past(n, least.max(10.0)))
            .sources(self.clients.iter().copied())
            .targets([host])
            .ports([port])
            .protocol(name)
            .evidence([
                evidence("Logins with a readable password", n, "logins", "0"),
                evidence("Passwords that the server accepted", self.n_accepted as f64, "logins", "0"),
                evidence("Clients", self.clients.len() as f64, "hosts", "0"),
                evidence("Users", self.users.len() as f64, "users", "0"),
            ])
            .explanation(format!(
                "{clients} logged in to {host}, port {port}, over {name} without encryption, with {} in all. Anybody \
                 who can see this traffic, as you can now, can read the passwords.{who}",
                count(self.seen.n as usize, "password")
            ))
            .filter(format!("{} && {transport}.port == {port}", finding_builder::host_filter("addr", host)))
            .messages(&self.seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, inside, observe_in_one, observe_messages};
    use crate::model::app::kinds::login::Outcome;
    use crate::settings::Settings;

    fn login(user: &str) -> Line {
        Line::request(
            AppProto::Ftp,
            1.0,
            inside(1),
            (inside(2), 21),
            vec![(FieldId::User, user.into()), (FieldId::Password, "hunter2".into())],
        )
    }

    #[test]
    fn a_password_is_reported_but_not_told_and_anybodys_is_none() {
        let found = observe_messages(&ENTRY, &[login("anna")], &Settings::default()).findings;
        assert_eq!(found.len(), 1);
        assert!(!format!("{:?}", found[0]).contains("hunter2"));
        assert!(found[0].explanation.contains("anna"));
        assert!(observe_messages(&ENTRY, &[login("anonymous")], &Settings::default()).findings.is_empty());
        let mut asked = Settings::default();
        asked.show_secrets();
        assert!(observe_messages(&ENTRY, &[login("anna")], &asked).findings[0].explanation.contains("anna / hunter2"));
    }

    #[test]
    fn an_account_of_a_machine_is_medium_once_the_server_accepted_the_password() {
        let severity = |protocol: AppProto, user: &str, outcome: Option<Outcome>| {
            let login = |user: &str| Line { protocol, ..login(user) };
            let answer =
                |outcome: Outcome| Line { facts: vec![(FieldId::Login, outcome.into())], ..login("").answered() };
            let lines: Vec<Line> = std::iter::once(login(user)).chain(outcome.map(answer)).collect();
            let findings = observe_in_one(&ENTRY, &lines, &Settings::default()).findings;
            findings.iter().map(|finding| finding.severity).collect::<Vec<_>>()
        };
        use crate::model::Severity::{Low, Medium};
        let accepted = Some(Outcome::Accepted);
        assert_eq!(severity(AppProto::Ftp, "anna", accepted), [Medium]);
        assert_eq!(severity(AppProto::Imap, "anna", accepted), [Low]);
        assert_eq!(severity(AppProto::Imap, "root", accepted), [Medium]);
        assert_eq!(severity(AppProto::Ftp, "anna", None), [Low]);
        assert_eq!(severity(AppProto::Ftp, "anna", Some(Outcome::Refused)), []);
    }

    #[test]
    fn a_community_of_snmp_is_a_password_unless_everybody_knows_it() {
        let found = |community: &str| {
            let question = Line {
                protocol: AppProto::Snmp,
                to: (inside(2), 161),
                facts: vec![(FieldId::Community, community.into())],
                ..login("")
            };
            observe_messages(&ENTRY, &[question], &Settings::default()).findings.len()
        };
        assert_eq!((found("c0mm"), found("public")), (1, 0));
    }
}
