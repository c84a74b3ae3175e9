//! Finds, by sizes and times, the exchanges of an encrypted session that look like DNS requests and their answers.
//!
//! A request over HTTPS is a frame of headers and one of the question, 60 to 300 bytes with TLS; an answer has 100 to 700, more
//! with signatures; padding makes it multiples of 128 and 468 (RFC 8467). A server of names never speaks unasked, and pages,
//! pictures and downloads have full packets in their answers.

use crate::detect::support::encrypted_sessions::{EncryptedSession, is_near, usual};
use crate::maths::sorting::Arrange;
use crate::model::flow::exchanges::Exchange;

/// Most payload in the mean of a packet that asks, B.
const MOST_ASKING: u16 = 400;
/// Most payload in the mean of a packet that answers, B.
const MOST_ANSWERING: u16 = 900;
/// Most payload of an answer: a browser asks for a dozen names at once.
const MOST_ANSWER: u16 = 8192;
/// Answers that take longer are others.
const MOST_WAIT_MILLIS: u16 = 5000;
/// At least this share of the turns are requests.
const LEAST_SMALL: f64 = 0.9;
/// At most this share of the turns was not asked for.
const MOST_UNASKED: f64 = 0.1;
/// Time is told apart in slots of this length to see whether requests ever pause.
const SLOT_MILLIS: i64 = 5000;
/// Requests of tunnels are filled to one size.
const NEAR: (f64, f64) = (16.0, 0.1);

/// The requests of a session.
#[derive(Debug)]
pub struct Requests {
    /// When each was answered, ms since 1970, ascending.
    pub answered: Vec<i64>,
    /// How many, also those that were not kept.
    pub n: u64,
    /// Usual payload of a request and of its answer.
    pub bytes: [u16; 2],
    /// From the first to the last, s.
    pub seconds: f64,
    /// Share of the time slots with a request.
    pub steadiness: f64,
    /// Share of requests of about the usual size.
    pub uniformity: f64,
}

/// The requests of a session, if it holds little else.
pub fn requests(session: &EncryptedSession) -> Option<Requests> {
    let small: Vec<&(i64, Exchange)> = session.exchanges.iter().filter(|(_, exchange)| is_request(exchange)).collect();
    let n_unasked = session.exchanges.iter().filter(|(_, exchange)| exchange.is_unasked()).count();
    let n_turns = session.exchanges.len();
    let is_asking = small.len() as f64 >= LEAST_SMALL * (n_turns - n_unasked) as f64
        && n_unasked as f64 <= MOST_UNASKED * n_turns as f64;
    let (Some((first, _)), Some((last, _))) = (small.first(), small.last()) else { return None };
    if !is_asking {
        return None;
    }
    let usual =
        [usual(small.iter().map(|(_, exchange)| exchange.sent)), usual(small.iter().map(|(_, exchange)| exchange.got))];
    let mut answered: Vec<i64> = small.iter().map(|(at, exchange)| at + i64::from(exchange.wait_millis)).collect();
    answered.arrange();
    let n_slots = (last - first) / SLOT_MILLIS + 1;
    let mut slots: Vec<i64> = small.iter().map(|(at, _)| (at - first) / SLOT_MILLIS).collect();
    slots.dedup();
    let n_uniform = small.iter().filter(|(_, exchange)| is_near(exchange.sent, usual[0], NEAR.0, NEAR.1)).count();
    Some(Requests {
        answered,
        n: small.len() as u64 + session.n_more,
        bytes: usual,
        seconds: (last - first) as f64 / 1000.0,
        steadiness: slots.len() as f64 / n_slots as f64,
        uniformity: n_uniform as f64 / small.len() as f64,
    })
}

fn is_request(exchange: &Exchange) -> bool {
    let mean = |bytes: u16, n: u8| bytes / u16::from(n.max(1));
    exchange.is_answered()
        && mean(exchange.sent, exchange.n_sent) <= MOST_ASKING
        && mean(exchange.got, exchange.n_got) <= MOST_ANSWERING
        && exchange.got <= MOST_ANSWER
        && exchange.wait_millis <= MOST_WAIT_MILLIS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(exchange: impl Fn(i64) -> (u16, u16)) -> EncryptedSession {
        let exchanges = (0..40).map(|i| {
            let (sent, got) = exchange(i);
            let n_got = (got / 1300 + 1) as u8;
            (i * 3000, Exchange { at_millis: 0, wait_millis: 20, sent, got, n_sent: (sent > 0).into(), n_got })
        });
        EncryptedSession { exchanges: exchanges.collect(), ..EncryptedSession::default() }
    }

    #[test]
    fn requests_for_names_are_told_from_pages_chats_and_news() {
        let names = requests(&session(|i| (140 + (i % 7) as u16, 230 + (i * 13 % 200) as u16))).unwrap();
        assert_eq!((names.n, names.answered[1], names.seconds), (40, 3020, 117.0));
        assert_eq!((names.steadiness, names.uniformity), (1.0, 1.0));
        assert!(requests(&session(|i| (300, if i % 3 == 0 { 6000 } else { 500 }))).is_none(), "pages");
        assert!(requests(&session(|i| (if i % 2 == 0 { 0 } else { 120 }, 200))).is_none(), "a chat");
        assert!(requests(&EncryptedSession::default()).is_none());
    }
}
