//! Collects the exchanges of encrypted connections from internal hosts to external servers, in order of time, and their
//! usual sizes.

use crate::detect::detector::{Context, EndedFlow};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::local_networks::is_outward;
use crate::maths::order::upper_median;
use crate::maths::sorting::Arrange;
use crate::model::Addr;
use crate::model::flow::exchanges::Exchange;

/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 16;
/// Most flows of a pair that are looked at: half an hour each, if the connection goes on.
const MOST_FLOWS: usize = 256;
/// Fewer turns in a flow say nothing.
const LEAST_TURNS: usize = 4;

/// Host inside, server outside and its port.
pub type SessionEnds = (Addr, Addr, u16);

/// Both ends, and whether they use UDP, to the flows of their sessions.
#[derive(Default)]
pub struct EncryptedSessions {
    pairs: Tally<(SessionEnds, bool), Vec<u32>, MOST_PAIRS>,
}

impl EncryptedSessions {
    /// Takes a flow, if it is of such a session.
    pub fn add(&mut self, ended: &EndedFlow<'_>) {
        let Some(exchanges) = ended.flow.exchanges() else { return };
        if exchanges.is_bulky() || exchanges.list.len() < LEAST_TURNS || !is_outward(ended.site, ended.flow) {
            return;
        }
        let (server, port) = ended.flow.responder();
        if let Some(serials) = self.pairs.of(((ended.flow.originator().0, server, port), ended.flow.is_udp()))
            && serials.len() < MOST_FLOWS
        {
            serials.push(ended.serial);
        }
    }

    /// Pairs that were not kept because the table was full.
    pub fn n_refused(&self) -> u64 {
        self.pairs.n_refused
    }

    /// Each session in the order of its ends, without what may only keep the connection in order.
    pub fn without_pings(&self, context: &Context<'_>) -> impl Iterator<Item = (SessionEnds, EncryptedSession)> {
        self.all(context).map(|(ends, session)| {
            let content = |(at, exchange): &(i64, Exchange)| Some((*at, exchange.content()?));
            let exchanges = session.exchanges.iter().filter_map(content).collect();
            (ends, EncryptedSession { exchanges, ..session })
        })
    }

    /// Each session in the order of its ends.
    pub fn all(&self, context: &Context<'_>) -> impl Iterator<Item = (SessionEnds, EncryptedSession)> {
        let session = |is_quic, serials| EncryptedSession { is_quic, ..EncryptedSession::of(context, serials) };
        self.pairs.sorted().into_iter().map(move |((ends, is_quic), serials)| (*ends, session(*is_quic, serials)))
    }
}

/// What two sides say to each other.
#[derive(Debug, Default)]
pub struct EncryptedSession {
    /// Turns with their times, ms since 1970, ascending.
    pub exchanges: Vec<(i64, Exchange)>,
    /// Turns that were not kept.
    pub n_more: u64,
    /// Name of the server, 0 if unknown.
    pub name: u32,
    /// It is over QUIC.
    pub is_quic: bool,
}

impl EncryptedSession {
    fn of(context: &Context<'_>, serials: &[u32]) -> EncryptedSession {
        let mut session = EncryptedSession::default();
        for flow in serials.iter().filter_map(|serial| context.flows.get(*serial)) {
            let Some(exchanges) = flow.exchanges() else { continue };
            let from = flow.first_ns.div_euclid(1_000_000);
            session
                .exchanges
                .extend(exchanges.list.iter().map(|exchange| (from + i64::from(exchange.at_millis), *exchange)));
            session.n_more += u64::from(exchanges.n_more);
            session.name = session.name.max(flow.name);
        }
        session.exchanges.arrange_by_key(|(at, exchange)| (*at, exchange.sent, exchange.got));
        session
    }

    /// From the first to the last turn, s.
    pub fn seconds(&self) -> f64 {
        match (self.exchanges.first(), self.exchanges.last()) {
            (Some((first, _)), Some((last, _))) => (last - first) as f64 / 1000.0,
            _ => 0.0,
        }
    }
}

/// The size in the middle; 0 of none.
pub fn usual(sizes: impl Iterator<Item = u16>) -> u16 {
    upper_median(sizes.collect(), u16::cmp)
}

/// True if a size differs from another by at most this many bytes, or this share of it.
pub fn is_near(size: u16, other: u16, bytes: f64, share: f64) -> bool {
    f64::from(size.abs_diff(other)) <= bytes.max(share * f64::from(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_size_is_the_middle_one_and_near_is_by_bytes_or_share() {
        assert_eq!((usual([9, 1, 5].into_iter()), usual([].into_iter())), (5, 0));
        assert!(is_near(108, 100, 8.0, 0.05) && !is_near(109, 100, 8.0, 0.05) && is_near(1049, 1000, 8.0, 0.05));
    }
}
