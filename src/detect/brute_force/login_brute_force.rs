//! Logins that a server refused, as their protocol says it in the clear, per client and server, to findings of guessing.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, count, evidence, thousands};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::known_outcomes;
use crate::detect::support::logins;
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::detect::support::threshold_random_walk::busiest;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::login::RdpMessage;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::format::time::{SECOND, span};
use crate::model::{Addr, Category, Finding, Series};
use crate::settings::Descriptor;
use foldhash::fast::RandomState;
use std::collections::HashSet;
use std::hash::BuildHasher;

const CARD: Card = Card {
    id: "login_brute_force",
    name: "Repeated failed logins",
    category: Category::BruteForce,
    technique: Some(("T1110.001", "Password Guessing")),
    sees: "A server refuses the logins of one client again and again.",
    matters: "Somebody tries passwords until one fits. An account with a successful login afterwards is compromised.",
    otherwise: "A program or device with an old password, which retries it at a steady pace.",
    benign_causes: &["A program, phone or printer with an old password", "A test of your own passwords"],
    advice: &[
        "Check whether a login was accepted, and for which user; change that password",
        "Lock out or delay clients after a few failures; let only known addresses log in",
        "Find out who uses the client",
    ],
    part_of: &[],
    source: "Zeek's FTP policy: 20 failed logins in 15 minutes. Each protocol reports a failure itself: HTTP 401 and 403 (RFC 9110), FTP 530 (RFC 959), SMTP 535 (RFC 4954), IMAP NO, POP3 -ERR, LDAP 49, SMB and Kerberos status codes. Over RDP each connection asks once (MS-RDPBCGR, 2.2.1.1.1) and the answer is encrypted: as many connections count as failures would.",
};

const REFUSED: Descriptor = Descriptor::count("login_brute_force.refused", "Failed logins", 20.0)
    .range(3.0, 10_000.0)
    .unit("logins")
    .help("From one client to one server within 15 minutes. Zeek reports FTP from 20.");

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<LoginBruteForce>(CARD, &[REFUSED], Interest::MESSAGES);

/// The window of Zeek's policy.
const WINDOW_NS: i64 = 15 * 60 * SECOND;
/// Most pairs of client and server kept.
const MOST_PAIRS: usize = 1 << 16;
/// Most refusals of a pair whose times are kept.
const MOST_TIMES: usize = 1 << 12;
/// Most users and passwords of a pair that are told apart.
const MOST_TOLD: usize = 1 << 12;
/// From so many users with few tries each on, it is one password for many users.
const SPRAYED_USERS: usize = 10;
/// Most connections whose last request is remembered.
const MOST_CONNECTIONS: usize = 1 << 16;
/// Most findings.
const MOST_FINDINGS: usize = 100;

#[derive(Default)]
struct LoginBruteForce {
    pairs: Tally<(Addr, Addr, u16, AppProto), Pair, MOST_PAIRS>,
    /// Connections whose last request tried to log in.
    trying: Tally<u32, bool, MOST_CONNECTIONS>,
    hasher: RandomState,
}

#[derive(Default)]
struct Pair {
    /// When logins were refused.
    refused_ns: Vec<i64>,
    n_refused: u64,
    /// Requests over HTTP that tried to log in, of which each has an answer of its own, and how many answers were seen.
    n_tries: u64,
    n_answers: u64,
    /// When somebody asked to log in by a connection of its own, where the answers are encrypted: RDP.
    asked_ns: Vec<i64>,
    n_accepted_after: u64,
    users: HashSet<u64, RandomState>,
    passwords: HashSet<u64, RandomState>,
    seen: MessageEvidence,
}

impl Detector for LoginBruteForce {
    fn fields_of_interest(&self, _protocol: AppProto) -> FieldSet {
        logins::KINDS.union(FieldSet::of(&[FieldId::HttpMethod]))
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let said = &event.message.fields;
        let (Some(flow), Some(update)) = (event.flow, event.update) else { return };
        let ((client, _), (server, port)) = (flow.originator(), flow.responder());
        let key = (client, server, port, event.message.protocol);
        if update.direction == Direction::ToResponder {
            let (user, password) = (said.text(FieldId::User), said.text(FieldId::Password));
            let is_request = event.message.protocol == AppProto::Http;
            let is_trying = logins::is_try(said);
            if !is_trying {
                if is_request && let Some(slot) = self.trying.known(&update.serial) {
                    *slot = false;
                }
                return;
            }
            if is_request && let Some(slot) = self.trying.of(update.serial) {
                *slot = true;
            }
            let hashes = [user, password].map(|text| text.map(|text| self.hasher.hash_one(text)));
            let Some(pair) = self.pairs.of(key) else { return };
            pair.n_tries += u64::from(is_request);
            if said.is(FieldId::Message, RdpMessage::Connect) && pair.asked_ns.len() < MOST_TIMES {
                pair.asked_ns.push(event.message.time_ns);
            }
            let Pair { users, passwords, seen, .. } = pair;
            seen.add(event);
            for (kept, hash) in [users, passwords].into_iter().zip(hashes) {
                if let Some(hash) = hash.filter(|_| kept.len() < MOST_TOLD) {
                    kept.insert(hash);
                }
            }
            return;
        }
        let is_trying = self.trying.get(&update.serial).copied().unwrap_or(false);
        let Some(is_accepted) = logins::verdict(said, is_trying) else { return };
        let Some(pair) = self.pairs.of(key) else { return };
        pair.seen.add(event);
        pair.n_answers += 1;
        if is_accepted {
            pair.n_accepted_after += u64::from(pair.n_refused > 0);
        } else {
            pair.n_refused += 1;
            if pair.refused_ns.len() < MOST_TIMES {
                pair.refused_ns.push(event.message.time_ns);
            }
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&REFUSED);
        let is_case =
            |pair: &Pair| pair.n_refused as f64 >= least && busiest(&pair.refused_ns, WINDOW_NS) as f64 >= least;
        let is_asked = |pair: &Pair| !is_case(pair) && pair.n_asked() as f64 >= least;
        let mut asked = self.pairs.sorted_where(is_asked);
        asked.retain(|(_, pair)| pair.n_answers < pair.asked_ns.len() as u64);
        let cases = self.pairs.sorted_where(is_case);
        let asked = Report::of(asked).at_most(MOST_FINDINGS).largest_first(|(_, pair)| pair.n_asked()).each_with_flows(
            context,
            |((c, s, port, _), _)| Between::service(*c, *s, *port),
            |_, _| true,
            |(key, pair), flows| pair.asked(**key, least).flows(flows).build(),
        );
        Report::of(cases)
            .at_most(MOST_FINDINGS)
            .largest_first(|(_key, pair)| pair.n_refused)
            .not_evaluated(self.pairs.n_refused + self.trying.n_refused)
            .each_with_flows(
                context,
                |((c, s, port, _), _)| Between::service(*c, *s, *port),
                |_, _| true,
                |(key, pair), flows| pair.finding(**key, least).flows(flows).build(),
            )
            .and(asked)
    }
}

impl Pair {
    /// Most connections within the window that asked to log in.
    fn n_asked(&self) -> usize {
        busiest(&self.asked_ns, WINDOW_NS)
    }

    /// Many connections that each ask to log in, of which it is unknown what came of most.
    fn asked(&self, (client, server, port, protocol): (Addr, Addr, u16, AppProto), least: f64) -> FindingBuilder {
        let (n, n_users, name) = (self.asked_ns.len(), self.users.len(), protocol.name());
        // One name again and again may be a program that connects anew.
        let confidence = if n_users >= SPRAYED_USERS { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
        let first = self.asked_ns.first().copied().unwrap_or(0);
        let duration = self.asked_ns.last().copied().unwrap_or(first) - first;
        Finding::builder(&CARD)
            .title(format!(
                "{client} asks again and again to log in to {server} over {name}: {}",
                count(n, "connection")
            ))
            .rated(Impact::ACCESS_TRY, confidence, (self.n_asked() as f64, least))
            .technique((n_users >= SPRAYED_USERS).then_some(("T1110.003", "Password Spraying")))
            .service((client, server, port), name)
            .evidence([
                evidence("Connections that ask to log in", n as f64, "connections", "1 for each session"),
                evidence("Most of them within 15 min", self.n_asked() as f64, "connections", format!("below {least}")),
                evidence("Different users", n_users as f64, "users", "1"),
            ])
            .explanation(format!(
                "{client} opened {} to {server} within {} that each ask to log in over {name}, as {}. One who works \
                 there logs in once. What the server answers is encrypted.{}",
                count(n, "connection"),
                span(duration),
                count(n_users, "user"),
                known_outcomes::words((self.n_answers, n as u64), "login attempts")
            ))
            .filter(format!("{} && tcp.port == {port}", finding_builder::pair_filter(client, server)))
            .series(Series::moments("Connections that ask to log in", "connections", &self.asked_ns))
            .messages(&self.seen)
    }

    fn finding(&self, (client, server, port, protocol): (Addr, Addr, u16, AppProto), least: f64) -> FindingBuilder {
        let n = self.n_refused as f64;
        let name = protocol.name();
        let shown = thousands(self.n_refused as usize);
        let is_spray = self.users.len() >= SPRAYED_USERS && self.n_refused <= 3 * self.users.len() as u64;
        // The same password all the time is a program with an old one.
        let is_stuck = self.passwords.len() == 1 && self.users.len() <= 1;
        let confidence = if is_stuck { Confidence::EVEN } else { Confidence::ALMOST_CERTAIN };
        let first = self.refused_ns.first().copied().unwrap_or(0);
        let duration = self.refused_ns.last().copied().unwrap_or(first) - first;
        let after = match self.n_accepted_after {
            0 => "No login was accepted.",
            _ => "Later logins from the same client were accepted: a guess may have succeeded.",
        };
        Finding::builder(&CARD)
            .title(match is_spray {
                true => format!("{client} tries passwords on many users of {server} ({name}): {shown} refused"),
                false => format!("{client} guesses {name} passwords on {server}: {shown} refused"),
            })
            .rated(Impact::ACCESS_TRY, confidence, (n, least))
            .technique(is_spray.then_some(("T1110.003", "Password Spraying")))
            .service((client, server, port), name)
            .evidence([
                evidence("Failed logins", n, "logins", "0 to 3"),
                evidence("Most of them within 15 min", busiest(&self.refused_ns, WINDOW_NS) as f64, "logins", "0 to 3"),
                evidence("Different users", self.users.len() as f64, "users", "1"),
                evidence("Different passwords that could be read", self.passwords.len() as f64, "passwords", "1 or 2"),
                evidence("Accepted logins afterwards", self.n_accepted_after as f64, "logins", "1"),
            ])
            .explanation(format!(
                "{server} refused {shown} logins from {client} over {name} within {}. {after}{}",
                span(duration),
                known_outcomes::words((self.n_answers, self.n_tries), "login attempts")
            ))
            .filter(format!("{} && tcp.port == {port}", finding_builder::pair_filter(client, server)))
            .series(Series::moments("Failed logins", "logins", &self.refused_ns))
            .messages(&self.seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::TestValue;
    use crate::detect::support::testing::{Line, inside, observe_messages};
    use crate::model::app::kinds::login::Outcome;
    use crate::settings::Settings;

    fn line(i: u32, direction: Direction, facts: Vec<(FieldId, TestValue)>) -> Line {
        let (protocol, second) = (AppProto::Http, f64::from(i));
        Line { direction, ..Line::request(protocol, second, inside(1), (inside(2), 8080), facts) }
    }

    fn tries(n: u32, password: impl Fn(u32) -> String) -> usize {
        // Ids of connections count up, so a try and its answer are kept as one message of the server.
        let lines: Vec<Line> = (0..n)
            .flat_map(|i| {
                let facts = vec![(FieldId::User, "admin".into()), (FieldId::Password, password(i).into())];
                [
                    line(i, Direction::ToResponder, facts),
                    line(i, Direction::ToOriginator, vec![(FieldId::Login, Outcome::Refused.into())]),
                ]
            })
            .collect();
        let findings = observe_messages(&ENTRY, &lines, &Settings::default()).findings;
        findings.iter().filter(|finding| finding.severity >= crate::model::Severity::Medium).count()
    }

    #[test]
    fn a_finding_says_of_how_many_tries_the_outcome_is_known() {
        let lines: Vec<Line> = (0..60)
            .flat_map(|i| {
                let facts = vec![(FieldId::User, "admin".into()), (FieldId::Password, format!("pass{i}").into())];
                let answer = line(i, Direction::ToOriginator, vec![(FieldId::Login, Outcome::Refused.into())]);
                let answer = (i % 2 == 0).then_some(answer);
                [Some(line(i, Direction::ToResponder, facts)), answer].into_iter().flatten()
            })
            .collect();
        let found = observe_messages(&ENTRY, &lines, &Settings::default()).findings;
        let words = "The outcome is known for 30 of 60 login attempts; the others were not evaluated.";
        assert!(found[0].explanation.ends_with(words), "{}", found[0].explanation);
    }

    #[test]
    fn many_refused_passwords_are_guessing_and_one_old_password_is_not() {
        assert_eq!(tries(40, |i| format!("pass{i}")), 1);
        assert_eq!(tries(10, |i| format!("pass{i}")), 0);
        assert_eq!(tries(40, |_| "old".to_owned()), 0);
    }
}
