//! Turns logins that servers refused, as the protocol reports it, into findings of password guessing: one per client
//! and protocol, on however many servers.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::{Map, Tally};
use crate::detect::support::connection_attempts::{Contact, Contacts};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::logins::{self, Asked, LoginWalk};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::threshold_random_walk::busiest;
use crate::maths::sorting::{Arrange, Gather};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::login::{Method, RdpMessage};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::format::time::SECOND;
use crate::model::{Addr, Category, Site};
use crate::settings::Descriptor;
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::BuildHasher;

mod by_shape;
mod case;
#[cfg(test)]
mod tests;

use by_shape::ByShape;
use case::Case;

const CARD: Card = Card {
    id: "login_brute_force",
    name: "Repeated failed logins",
    category: Category::BruteForce,
    technique: Some(("T1110.001", "Password Guessing")),
    sees: "One client's logins fail again and again, on one server or on many.",
    matters: "Somebody tries passwords until one fits. An account with a successful login afterwards is compromised.",
    otherwise: "A program or device with an old password, which retries it at a steady pace.",
    benign_causes: &["A program, phone or printer with an old password", "A test of your own passwords"],
    advice: &[
        "Check whether a login was accepted, and for which user; change that password",
        "Lock out or delay clients after a few failures; let only known addresses log in",
        "Find out who uses the client",
    ],
    part_of: &[],
    source: "Sequential test of the outcomes, at any pace: each failure multiplies the likelihood ratio of guessing to a user's errors by 0.97/0.4, each success divides it by 0.6/0.03; beyond 99 it is guessing (Jung, Paxson, Berger, Balakrishnan: Fast Portscan Detection Using Sequential Hypothesis Testing, IEEE S&P 2004, with rates of logins chosen by us). Also Zeek's FTP policy: 20 failed logins in 15 minutes. Each protocol reports a failure itself: HTTP 401 and 403 (RFC 9110), FTP 530 (RFC 959), SMTP 535 (RFC 4954), IMAP NO, POP3 -ERR, LDAP 49, SMB and Kerberos status codes, also SMB's guest in the place of a user that was named (MS-SMB2, 2.2.6); over SSH the sizes of the server's answers show it (RFC 4252). The login form of a web page failed if the same user sends another password. Over RDP each connection asks for a password once (MS-RDPBCGR, 2.2.1.1.1) and the answer is encrypted, so connections are counted instead of failures; in tables of flows, which have no answers, short connections of nearly one size to RDP, VNC, Telnet and mail count, as for SSH.",
}
.explained_where_shown();

const REFUSED: Descriptor = Descriptor::count("login_brute_force.refused", "Failed logins", 20.0)
    .range(3.0, 10_000.0)
    .unit("logins")
    .help("Failed logins of one client within 15 minutes, unless more logins succeed. Zeek reports FTP from 20.");
const IN_A_ROW: Descriptor = Descriptor::count("login_brute_force.in_a_row", "Failed logins in a row", LoginWalk::FAILURES)
    .range(3.0, 1000.0)
    .unit("logins")
    .help("Failed logins of one client, at any pace; each successful login subtracts three. People mistype one to three times; after 6 in a row the likelihood ratio of guessing to errors is above 99 (Jung et al. 2004). Half as many are enough of a client that tried the same port of ten or more other hosts in vain.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<LoginBruteForce>(CARD, &[REFUSED, IN_A_ROW], Interest::TCP_FLOWS.union(Interest::MESSAGES))
        .content_with_flows();

/// The window of Zeek's policy.
const WINDOW_NS: i64 = 15 * 60 * SECOND;
/// Most pairs of client and server kept.
const MOST_PAIRS: usize = 1 << 16;
/// Most refusals of a pair whose times are kept.
const MOST_TIMES: usize = 1 << 12;
/// Most users, passwords and both together of a pair that are told apart.
const MOST_TOLD: usize = 1 << 12;
/// From so many users with few tries or passwords each on, it is few passwords for many users.
const SPRAYED_USERS: usize = 5;
/// From so many users of one client on, servers that take whoever they do not know as a guest have accepted none of them.
const GUEST_USERS: usize = 3;
/// A manager of devices has at most so many communities.
const MOST_COMMUNITIES: usize = 8;
/// Who tried the same port of so many other hosts in vain looks for machines to log in to: people know where theirs is, and half as
/// many failures are enough then. The robots of Mirai try addresses at random, and log in wherever Telnet answers (Antonakakis et
/// al.: Understanding the Mirai Botnet, USENIX Security 2017, section 3). As many as the random walk of a scan needs.
const LEAST_SWEPT: f64 = 10.0;
/// Most connections whose last request is remembered.
const MOST_CONNECTIONS: usize = 1 << 16;
/// Most findings.
const MOST_FINDINGS: usize = 100;

/// Client, server, port, protocol.
type Key = (Addr, Addr, u16, AppProto);

#[derive(Default)]
struct LoginBruteForce {
    pairs: Tally<Key, Pair, MOST_PAIRS>,
    /// The logins of a client over one protocol, on all servers.
    walks: Tally<(Addr, AppProto), LoginWalk, MOST_PAIRS>,
    /// What connections asked last.
    tries: Tally<u32, Try, MOST_CONNECTIONS>,
    /// Rows of tables.
    by_shape: ByShape,
    hasher: RandomState,
}

/// The last try of a connection.
#[derive(Clone, Copy, Default)]
struct Try {
    asked: Asked,
    /// Hash of the user that was named last.
    user: u64,
    /// The same user and password were tried before.
    is_repeated: bool,
    /// A try of it failed.
    has_failed: bool,
}

/// What one client tries at one service.
#[derive(Default)]
struct Pair {
    /// When logins were refused.
    refused_ns: Vec<i64>,
    n_refused: u64,
    /// Of those the ones that another password of the same user shows.
    n_replaced: u64,
    /// Requests over HTTP that tried to log in, of which each has an answer of its own, and how many answers were seen.
    n_tries: u64,
    n_answers: u64,
    /// When somebody asked to log in by a connection of its own, where the answers are encrypted: RDP.
    asked_ns: Vec<i64>,
    n_accepted: u64,
    n_accepted_after: u64,
    walk: LoginWalk,
    /// The connection whose first failure is not counted yet.
    held: Option<u32>,
    users: HashSet<u64, RandomState>,
    passwords: HashSet<u64, RandomState>,
    both: HashSet<u64, RandomState>,
    /// The last password of each user of a form.
    last: Map<u64, u64>,
    seen: MessageEvidence,
}

impl Detector for LoginBruteForce {
    fn fields_of_interest(&self, _protocol: AppProto) -> FieldSet {
        logins::KINDS.union(FieldSet::of(&[FieldId::HttpMethod, FieldId::Method, FieldId::Community]))
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let fields = &event.message.fields;
        let (Some(flow), Some(update)) = (event.flow, event.update) else { return };
        let ((client, _), (server, port)) = (flow.originator(), flow.responder());
        let key = (client, server, port, event.message.protocol);
        if update.direction == Direction::ToResponder {
            return self.observe_try(key, update.serial, event);
        }
        let Try { asked, user, is_repeated, .. } = self.tries.get(&update.serial).copied().unwrap_or_default();
        let Some(is_accepted) = logins::verdict(fields, asked) else { return };
        let Some(pair) = self.pairs.of(key) else { return };
        pair.seen.add(event);
        pair.n_answers += 1;
        // A guest is whoever it says or not: that one name is let in so is the way of many shares, that several are is none.
        let is_guest = is_accepted && user != 0 && fields.is(FieldId::Method, Method::Guest);
        if is_guest && pair.users.len() < GUEST_USERS {
            return;
        }
        let is_accepted = is_accepted && !is_guest;
        // What was judged needs no next password to show it.
        pair.last.remove(&user);
        if is_accepted {
            pair.n_accepted += 1;
            pair.n_accepted_after += u64::from(pair.n_refused > 0);
        } else {
            pair.refuse(event.message.time_ns);
        }
        // Who sends again what was refused learns nothing, and does not guess.
        if is_accepted || !is_repeated {
            self.judge(key, update.serial, is_accepted);
        }
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        self.by_shape.add(ended.flow);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let held: Vec<Key> = self.pairs.iter().filter(|(_, pair)| pair.held.is_some()).map(|(key, _)| *key).collect();
        held.into_iter().for_each(|key| self.count_held(key, None));
        let least = context.settings.get(&REFUSED);
        let in_a_row = context.settings.get(&IN_A_ROW);
        let asked = self.asked(context, least);
        Report::of(self.cases(context, least, in_a_row))
            .at_most(MOST_FINDINGS)
            .largest_first(|case| case.n_refused())
            .not_evaluated(self.pairs.n_refused + self.tries.n_refused + self.walks.n_refused)
            .each(|case| case.finding(least, in_a_row).build())
            .and(asked)
            .and(self.by_shape.finish(context))
    }
}

impl LoginBruteForce {
    /// Takes a message of a client.
    fn observe_try(&mut self, key: Key, serial: u32, event: &AppEvent<'_>) {
        let fields = &event.message.fields;
        let is_http = event.message.protocol == AppProto::Http;
        if let Some(community) = fields.text(FieldId::Community) {
            return self.observe_community(key, self.hasher.hash_one(community), event);
        }
        let Some(asked) = logins::asked(fields, is_http) else {
            if is_http && let Some(slot) = self.tries.known(&serial) {
                slot.asked = Asked::Nothing;
            }
            return;
        };
        let [user, password] =
            [FieldId::User, FieldId::Password].map(|field| fields.text(field).map(|text| self.hasher.hash_one(text)));
        let Some(pair) = self.pairs.of(key) else { return };
        pair.seen.add(event);
        pair.n_tries += u64::from(is_http);
        if fields.is(FieldId::Message, RdpMessage::Connect) && pair.asked_ns.len() < MOST_TIMES {
            pair.asked_ns.push(event.message.time_ns);
        }
        let mut last = self.tries.get(&serial).copied().unwrap_or_default();
        last.asked = asked;
        last.user = user.unwrap_or(last.user);
        let both = password.map(|password| self.hasher.hash_one((last.user, password)));
        keep(&mut pair.users, user);
        keep(&mut pair.passwords, password);
        last.is_repeated = both.is_some_and(|both| pair.both.contains(&both));
        keep(&mut pair.both, both);
        // Who got in does not send another password.
        let is_replaced = asked == Asked::Form && password.is_some_and(|password| pair.replaces(last.user, password));
        if is_replaced {
            pair.n_replaced += 1;
            pair.refuse(event.message.time_ns);
            self.step(key, false);
        }
        if let Some(slot) = self.tries.of(serial) {
            *slot = last;
        }
    }

    /// Takes a question of SNMP 1 or 2c: devices stay silent at a wrong community, so that each new one shows that those before
    /// were wrong. A manager has a few and tries them on all devices.
    fn observe_community(&mut self, key: Key, community: u64, event: &AppEvent<'_>) {
        let Some(pair) = self.pairs.of(key) else { return };
        let n_before = pair.passwords.len();
        keep(&mut pair.passwords, Some(community));
        if pair.passwords.len() == n_before || n_before < MOST_COMMUNITIES {
            return;
        }
        pair.seen.add(event);
        let n_wrong = if n_before == MOST_COMMUNITIES { n_before } else { 1 };
        for _ in 0..n_wrong {
            if let Some(pair) = self.pairs.known(&key) {
                pair.n_replaced += 1;
                pair.refuse(event.message.time_ns);
            }
            self.step(key, false);
        }
    }

    /// Counts the outcome of a login. The first failure of a connection over SSH may be the question for methods or a key that
    /// was offered: it counts unless that connection gets in.
    fn judge(&mut self, key: Key, serial: u32, is_accepted: bool) {
        self.count_held(key, is_accepted.then_some(serial));
        if key.3 == AppProto::Ssh && !is_accepted {
            let has_failed = self.tries.of(serial).is_none_or(|last| std::mem::replace(&mut last.has_failed, true));
            if let Some(pair) = self.pairs.known(&key).filter(|_| !has_failed) {
                pair.held = Some(serial);
                return;
            }
        }
        self.step(key, is_accepted);
    }

    /// Counts a failure that waits, unless it is of the connection that got in.
    fn count_held(&mut self, key: Key, accepted: Option<u32>) {
        let held = self.pairs.known(&key).and_then(|pair| pair.held.take());
        if held.is_some() && held != accepted {
            self.step(key, false);
        }
    }

    /// The outcome of a login, for its service and for all that the client does over the protocol.
    fn step(&mut self, key: Key, is_accepted: bool) {
        let (client, _, _, protocol) = key;
        if let Some(pair) = self.pairs.known(&key) {
            pair.walk.step(is_accepted);
        }
        if let Some(walk) = self.walks.of((client, protocol)) {
            walk.step(is_accepted);
        }
    }

    /// What is guessing, by client and protocol.
    fn cases<'a>(&'a self, context: &Context<'_>, least: f64, in_a_row: f64) -> Vec<Case<'a>> {
        let mut clients: Vec<(&Key, &Pair)> = self.pairs.sorted_where(|pair| pair.n_refused > 0);
        clients.arrange_by_key(|((client, _, _, protocol), _)| (*client, *protocol));
        let swept = swept(context.contacts, context.site, &clients);
        let mut cases = Vec::new();
        for pairs in clients.chunk_by(|(a, _), (b, _)| (a.0, a.3) == (b.0, b.3)) {
            let Some(((client, _, _, protocol), _)) = pairs.first() else { continue };
            let walk = self.walks.get(&(*client, *protocol)).copied().unwrap_or_default();
            let n_swept = pairs.iter().filter_map(|((_, _, port, _), _)| swept.get(&(*client, *port))).max();
            let n_swept = n_swept.copied().unwrap_or(0);
            let of_all = Case::of(*client, *protocol, walk, pairs).of_sweep(n_swept);
            if of_all.is_guessing(least, in_a_row) {
                cases.push(of_all);
                continue;
            }
            // One service among many that the client works with.
            let each = pairs.iter().map(|pair| Case::of(*client, *protocol, pair.1.walk, std::slice::from_ref(pair)));
            cases.extend(each.filter(|case| case.is_guessing(least, in_a_row)));
        }
        Case::gather(context, &mut cases);
        cases
    }

    /// Many connections that each ask to log in, of which it is unknown what came of most.
    fn asked(&self, context: &Context<'_>, least: f64) -> Conclusion {
        let mut asked = self.pairs.sorted_where(|pair| pair.n_asked() as f64 >= least);
        asked.retain(|(_, pair)| pair.n_answers < pair.asked_ns.len() as u64);
        Report::of(asked).at_most(MOST_FINDINGS).largest_first(|(_, pair)| pair.n_asked()).each_with_flows(
            context,
            |((c, s, port, _), _)| Between::service(*c, *s, *port),
            |_, _| true,
            |(key, pair), flows| pair.asked(**key, least).flows(flows).build(),
        )
    }
}

/// Of how many hosts each client tried in vain the port at which its logins failed, where it is many.
///
/// A name that leads nowhere, or a way that is down, is no try in vain; of hosts inside, a router says so of each address that
/// nobody has.
fn swept(contacts: &Contacts, site: &Site, clients: &[(&Key, &Pair)]) -> BTreeMap<(Addr, u16), usize> {
    let meant: BTreeSet<(Addr, u16)> = clients.iter().map(|((client, _, port, _), _)| (*client, *port)).gathered();
    let in_vain = |contact: &Contact| {
        let is_excused = contact.is_excused && !site.is_inside(contact.target);
        let is_vain = contact.outcome.is_vain() && !is_excused;
        let end = (contact.source, contact.port);
        (contact.protocol == 6 && is_vain && meant.contains(&end)).then_some(end)
    };
    let groups = if meant.is_empty() { Vec::new() } else { contacts.groups(LEAST_SWEPT, in_vain) };
    let counted = |group: &Vec<Contact>| group.first().map(|contact| ((contact.source, contact.port), group.len()));
    groups.iter().filter_map(counted).gathered()
}

/// Keeps a hash, if there is one and room for it.
fn keep(kept: &mut HashSet<u64, RandomState>, hash: Option<u64>) {
    if let Some(hash) = hash.filter(|_| kept.len() < MOST_TOLD) {
        kept.insert(hash);
    }
}

impl Pair {
    /// Most connections within the window that asked to log in.
    fn n_asked(&self) -> usize {
        busiest(&self.asked_ns, WINDOW_NS)
    }

    fn refuse(&mut self, time_ns: i64) {
        self.n_refused += 1;
        if self.refused_ns.len() < MOST_TIMES {
            self.refused_ns.push(time_ns);
        }
    }

    /// Keeps the password of a user; true if it comes in the place of another one.
    fn replaces(&mut self, user: u64, password: u64) -> bool {
        if self.last.len() >= MOST_TOLD && !self.last.contains_key(&user) {
            return false;
        }
        self.last.insert(user, password).is_some_and(|last| last != password)
    }
}
