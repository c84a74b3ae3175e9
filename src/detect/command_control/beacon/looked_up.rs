//! Adds to the calls of a host those that are seen in look-ups of the server's name only: the connection itself went past the
//! capture point, or was lost.

use super::call::{Call, Server};
use crate::detect::detector::AppEvent;
use crate::detect::support::capped_map::Tally;
use crate::maths::sorting::Arrange;
use crate::model::Addr;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::names::DnsMessage;
use crate::model::app::protocol::AppProto;

/// Most pairs of client and name, and most look-ups of all.
const MOST_PAIRS: usize = 1 << 16;
const MOST_LOOKUPS: usize = 1 << 19;
/// A connection so long after a look-up, ms, is what it was for; questions for both kinds of address come together.
const SAME_CALL: i64 = 5_000;
const TOGETHER: i64 = 1_000;
/// Fewest connections, and look-ups for each: who asks for a name and hardly ever goes there keeps an address fresh.
const LEAST_CONNECTIONS: usize = 2;
const MOST_EACH: usize = 2;

/// When hosts asked for which names.
#[derive(Default)]
pub(super) struct LookedUp {
    /// By client and index of the name; ms since 1970.
    asked: Tally<(Addr, u32), Vec<i64>, MOST_PAIRS>,
    n: usize,
    pub(super) n_left_out: u64,
}

/// What is needed of DNS.
pub(super) const FIELDS: FieldSet = FieldSet::of(&[FieldId::DnsQuery]);

impl LookedUp {
    /// Takes a message of DNS.
    pub(super) fn note(&mut self, event: &AppEvent<'_>) {
        let is_question = event.message.fields.is(FieldId::Message, DnsMessage::Question);
        let (Some(flow), Some(query), true) = (event.flow, event.query, is_question) else { return };
        if event.message.protocol != AppProto::Dns {
            return;
        }
        if self.n >= MOST_LOOKUPS {
            self.n_left_out += 1;
            return;
        }
        let millis = event.message.time_ns.div_euclid(1_000_000);
        let Some(asked) = self.asked.of((flow.originator().0, query.name)) else { return };
        if asked.last().is_none_or(|last| (millis - last).abs() > TOGETHER) {
            asked.push(millis);
            self.n += 1;
        }
    }

    /// The calls of a host to a named server, with those of which only the look-up was seen; in order of time. None if
    /// there are no such, or too many for the connections.
    pub(super) fn with(&self, (source, server): (Addr, Server), calls: &[Call]) -> Option<Vec<Call>> {
        let Server::Name(name) = server else { return None };
        let asked = self.asked.get(&(source, name))?;
        let mut begun: Vec<i64> = calls.iter().map(|call| call.millis).collect();
        begun.sort_unstable();
        let is_alone = |at: &&i64| {
            let next = begun.partition_point(|begin| *begin < **at - TOGETHER);
            begun.get(next).is_none_or(|begin| *begin > **at + SAME_CALL)
        };
        let alone: Vec<i64> = asked.iter().filter(is_alone).copied().collect();
        let is_enough = calls.len() >= LEAST_CONNECTIONS && alone.len() <= MOST_EACH * calls.len();
        if alone.is_empty() || !is_enough {
            return None;
        }
        let unseen = |millis: i64| Call { millis, is_looked_up: true, ..Call::default() };
        let mut all: Vec<Call> = calls.iter().copied().chain(alone.into_iter().map(unseen)).collect();
        all.arrange_by_key(|call| (call.millis, call.bytes));
        Some(all)
    }
}
