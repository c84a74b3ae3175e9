//! Turns requests within connections that stay open into calls: exchanges of encrypted sessions, requests of HTTP,
//! messages of WebSocket.

use super::call::{Call, Server};
use crate::detect::detector::{AppEvent, Context};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::encrypted_sessions::EncryptedSessions;
use crate::maths::sorting::Arrange;
use crate::model::Addr;
use crate::model::app::field::{FieldId, FieldSet, FieldValue};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::flow::exchanges::Exchange;
use std::collections::BTreeMap;

/// Most pairs kept, and most requests of all.
const MOST_PAIRS: usize = 1 << 16;
const MOST_REQUESTS: usize = 1 << 20;
/// Answers of WebSocket and HTTP are not measured.
const SOME_ANSWER: u32 = 1;

/// A short message that is answered by one of the same size keeps a connection alive, or tries whether it is.
const PING: u16 = 56;

fn is_ping(exchange: &Exchange) -> bool {
    exchange.sent <= PING && exchange.got.abs_diff(exchange.sent) <= 1
}

/// Requests in the clear within connections whose packets were counted.
#[derive(Default)]
pub(super) struct Requests {
    pairs: Tally<(Addr, Addr, u16), Pair, MOST_PAIRS>,
    n: usize,
    pub(super) n_left_out: u64,
}

#[derive(Default)]
struct Pair {
    calls: Vec<Call>,
    /// Different flows, as far as they came one after the other.
    n_flows: u32,
    flow: Option<u32>,
}

/// What is needed of a protocol's messages.
pub(super) fn fields(protocol: AppProto) -> FieldSet {
    match protocol {
        AppProto::Http => FieldSet::of(&[FieldId::HttpMethod, FieldId::HttpStatus]),
        AppProto::WebSocket => FieldSet::of(&[FieldId::Message]),
        AppProto::Dns => super::looked_up::FIELDS,
        _ => FieldSet::NONE,
    }
}

impl Requests {
    /// Takes a message of a connection that was counted.
    pub(super) fn note(&mut self, event: &AppEvent<'_>) {
        let (Some(flow), Some(update)) = (event.flow, event.update) else { return };
        let said = &event.message.fields;
        let is_data = match event.message.protocol {
            AppProto::Http => said.has(FieldId::HttpMethod) || said.has(FieldId::HttpStatus),
            AppProto::WebSocket => {
                matches!(said.word(FieldId::Message), Some(FieldValue::Text("text" | "binary")))
            }
            _ => false,
        };
        if !is_data {
            return;
        }
        let ((source, _), (target, port)) = (flow.originator(), flow.responder());
        let Some(pair) = self.pairs.of((source, target, port)) else { return };
        if update.direction == Direction::ToOriginator {
            if let Some(call) = pair.calls.last_mut() {
                call.got = SOME_ANSWER;
            }
            return;
        }
        if self.n >= MOST_REQUESTS {
            self.n_left_out += 1;
            return;
        }
        self.n += 1;
        if pair.flow.replace(update.serial) != Some(update.serial) {
            pair.n_flows += 1;
        }
        pair.calls.push(Call {
            millis: event.message.time_ns.div_euclid(1_000_000),
            is_known: true,
            is_sized: false,
            ..Call::default()
        });
    }

    /// Requests and turns of hosts inside to servers outside, where there are several in each connection; in order of time.
    pub(super) fn calls(
        &self,
        sessions: &EncryptedSessions,
        context: &Context<'_>,
    ) -> BTreeMap<(Addr, Server), Vec<Call>> {
        let mut all: BTreeMap<(Addr, Server), Vec<Call>> = BTreeMap::new();
        for ((source, target, port), pair) in self.pairs.iter() {
            let is_meant = context.site.is_inside(*source) && context.site.is_outside(*target);
            let n_answered = pair.calls.iter().filter(|call| call.got > 0).count();
            if is_meant && 2 * pair.n_flows as usize <= pair.calls.len() && 5 * n_answered >= 4 * pair.calls.len() {
                all.insert((*source, Server::Place(*target, *port)), pair.calls.clone());
            }
        }
        for ((source, target, port), session) in sessions.all(context) {
            let n_unanswered = session.exchanges.iter().filter(|(_, exchange)| !exchange.is_answered()).count();
            let n_pings = session.exchanges.iter().filter(|(_, exchange)| is_ping(exchange)).count();
            // What is not answered is a report; what comes unasked is a push. Short answers are not seen.
            let is_polling =
                5 * n_unanswered <= 2 * session.exchanges.len() && 5 * n_pings < 2 * session.exchanges.len();
            if session.is_quic || !is_polling {
                continue;
            }
            let call = |(millis, exchange): &(i64, Exchange)| Call {
                millis: *millis,
                bytes: u32::from(exchange.sent),
                got: u32::from(exchange.got),
                is_sized: true,
                is_nameless_http: false,
                is_known: true,
                ..Call::default()
            };
            let asked = session.exchanges.iter().filter(|(_, exchange)| exchange.is_answered());
            all.insert((source, Server::Place(target, port)), asked.map(call).collect());
        }
        all.values_mut().for_each(|calls| calls.arrange_by_key(|call| call.millis));
        all
    }
}
