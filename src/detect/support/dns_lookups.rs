//! Turns DNS messages into look-ups: a client's query to a server, when and how often it was sent, and the outcome.

use crate::detect::detector::AppEvent;
use crate::detect::support::capped_map::{Map, Tally};
use crate::maths::sorting::Arrange;
use crate::model::Addr;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::names::{DnsCode, DnsMessage, DnsType};
use crate::model::app::protocol::AppProto;
use crate::model::format::time::SECOND;
use foldhash::fast::FixedState;
use std::hash::BuildHasher;

/// What a detector that uses this must be shown of DNS.
pub const FIELDS: FieldSet = FieldSet::of(&[FieldId::DnsQuery, FieldId::DnsCode]);

/// Questions that wait for an answer, at most; the oldest are given up.
const MOST_OPEN: usize = 1 << 15;
/// Look-ups kept of all servers together, 80 bytes each.
const MOST_LOOKUPS: usize = 1 << 17;
/// Most servers.
const MOST_SERVERS: usize = 1 << 12;
/// Most clients that are known to get answers.
const MOST_CLIENTS: usize = 1 << 14;
/// The same question from another port so long after the one before is asked again: a stub resolver that gave up (2 to
/// 5 s in RFC 1035, section 4.2.1) or a program that tries again.
const ANEW_NS: i64 = 2 * SECOND;
/// From the same port likewise.
const ANEW_SAME_PORT_NS: i64 = 15 * SECOND;
/// Look-ups of a server in which an answer without its question is looked for.
const LOOK_BACK: usize = 64;

/// A question and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Lookup {
    /// Who asked.
    pub client: Addr,
    /// First time, ns since 1970.
    pub asked_ns: i64,
    /// Last time before an answer.
    pub last_ns: i64,
    /// From the first question to the answer, ns; none if no answer was seen.
    pub delay_ns: Option<i64>,
    /// The result of the answer, if it has one that is known.
    pub code: Option<DnsCode>,
    /// How often the question was repeated.
    pub n_repeats: u32,
    /// Serial number of the flow of the first question.
    pub flow: u32,
    /// A hash of the name.
    pub name: u64,
    /// What stands for the registered domain; all names of addresses have the same.
    pub domain: u64,
}

/// All look-ups by server.
#[derive(Default)]
pub struct Lookups {
    servers: Tally<Addr, Vec<Lookup>, MOST_SERVERS>,
    /// Place in the server's list by a hash of client, server, name and type.
    open: Map<u64, Open>,
    answered: Tally<Addr, (), MOST_CLIENTS>,
    n: usize,
    n_left_out: u64,
    /// When the open questions were last cleared of old ones, ns since 1970.
    cleared_ns: i64,
    hasher: FixedState,
}

#[derive(Clone, Copy)]
struct Open {
    place: usize,
    flow: u32,
    last_ns: i64,
}

impl Lookups {
    /// Takes a message of a capture; logs say too little of when and whether.
    pub fn observe(&mut self, event: &AppEvent<'_>) {
        let fields = &event.message.fields;
        let (Some(flow), Some(update)) = (event.flow, event.update) else { return };
        let Some((from, to)) = event.sender_and_receiver() else { return };
        if event.message.protocol != AppProto::Dns || flow.packets() == 0 || flow.recorded.is_some() {
            return;
        }
        let is_question = fields.is(FieldId::Message, DnsMessage::Question);
        let (client, server) = if is_question { (from.0, to.0) } else { (to.0, from.0) };
        if server.is_group() || client.is_group() {
            return;
        }
        let now = event.message.time_ns;
        let code = fields.kind::<DnsCode>(FieldId::DnsCode);
        if !is_question {
            self.answered.of(client);
        }
        let Some(name) = fields.text(FieldId::DnsQuery) else {
            // Some refuse with the header alone.
            let lookups = self.servers.known(&server).map(Vec::as_mut_slice).unwrap_or_default();
            let mut latest = lookups.iter_mut().rev().take(LOOK_BACK);
            if let Some(lookup) = latest.find(|one| one.flow == update.serial && one.delay_ns.is_none()) {
                (lookup.delay_ns, lookup.code) = (Some((now - lookup.asked_ns).max(0)), code);
            }
            return;
        };
        // Who asks for the SOA alone changes a zone or follows one (RFC 2136, RFC 1996).
        if fields.is(FieldId::DnsType, DnsType::Soa) {
            return;
        }
        let key = self.hasher.hash_one((client, server, name, fields.word(FieldId::DnsType)));
        if !is_question {
            if let Some(open) = self.open.remove(&key)
                && let Some(lookup) = self.servers.known(&server).and_then(|lookups| lookups.get_mut(open.place))
            {
                (lookup.delay_ns, lookup.code) = (Some((now - lookup.asked_ns).max(0)), code);
            }
            return;
        }
        let name_hash = self.hasher.hash_one(name);
        let of_addresses = if name.ends_with(".arpa") { "arpa" } else { name };
        let domain = event.query.map_or_else(|| self.hasher.hash_one(of_addresses), |query| query.domain.into());
        self.ask(
            key,
            server,
            Lookup {
                client,
                asked_ns: now,
                last_ns: now,
                delay_ns: None,
                code: None,
                n_repeats: 0,
                flow: update.serial,
                name: name_hash,
                domain,
            },
        );
    }

    fn ask(&mut self, key: u64, server: Addr, lookup: Lookup) {
        let (now, flow) = (lookup.asked_ns, lookup.flow);
        if let Some(open) = self.open.get_mut(&key) {
            let anew_ns = if open.flow == flow { ANEW_SAME_PORT_NS } else { ANEW_NS };
            let is_anew = now - open.last_ns >= anew_ns;
            open.last_ns = now;
            if let Some(before) = self.servers.known(&server).and_then(|lookups| lookups.get_mut(open.place)) {
                before.n_repeats = before.n_repeats.saturating_add(1);
                if !is_anew {
                    before.last_ns = now;
                    return;
                }
            }
        }
        // Once in a while only: each costs a walk through all.
        if self.open.len() >= MOST_OPEN && (now - self.cleared_ns).abs() >= ANEW_SAME_PORT_NS {
            self.cleared_ns = now;
            self.open.retain(|_, open| now - open.last_ns < 2 * ANEW_SAME_PORT_NS);
        }
        let Some(lookups) = self.servers.of(server).filter(|_| self.n < MOST_LOOKUPS && self.open.len() < MOST_OPEN)
        else {
            self.n_left_out += 1;
            return;
        };
        self.n += 1;
        self.open.insert(key, Open { place: lookups.len(), flow, last_ns: now });
        lookups.push(lookup);
    }

    /// Servers in order, each with its look-ups in the order of their first questions.
    pub fn by_server(&self) -> Vec<(Addr, Vec<&Lookup>)> {
        let servers = self.servers.sorted().into_iter();
        let sorted = servers.map(|(server, lookups)| {
            let mut lookups: Vec<&Lookup> = lookups.iter().collect();
            lookups.arrange_by_key(|lookup| lookup.asked_ns);
            (*server, lookups)
        });
        sorted.collect()
    }

    /// True if an answer to this client is in the capture, from any server: so that others would be too.
    pub fn gets_answers(&self, client: Addr) -> bool {
        self.answered.get(&client).is_some()
    }

    /// Questions that were not followed because a table was full.
    pub fn n_left_out(&self) -> u64 {
        self.n_left_out
    }
}
