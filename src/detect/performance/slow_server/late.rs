//! Answers that come so late that they may be news rather than answers, to whether the client waited for work or for news.

use crate::maths::order::upper_quantile;
use crate::maths::sorting::Arrange;
use crate::model::app::protocol::AppProto;
use crate::model::flow::health::TcpHealth;
use crate::model::format::time::{SECOND, seconds};
use crate::model::packet::tcp_flag::{FIN, RST};
use crate::model::{Addr, Flow};
use std::collections::BTreeMap;

/// A connection of one exchange has at most so many turns: two of a handshake of TLS and the request.
const MOST_TURNS: u32 = 3;
/// It ends within this time of the answer.
const ENDS_NS: i64 = 2 * SECOND;
/// Fewer pauses show no habit.
const LEAST_PAUSES: usize = 3;
/// A program that waits for news asks again at once, or after a pause that is always the same (RFC 6202, section 2.1); the
/// pauses of who works with the answers differ by more than this, s.
const VARIES: f64 = 0.15;

/// A late answer.
#[derive(Clone, Copy, Debug)]
pub struct Late {
    /// Who asked.
    pub client: Addr,
    /// When, ns since 1970.
    pub asked_ns: i64,
    /// When the answer came, ns since 1970.
    pub answered_ns: i64,
}

/// The late answers of a connection in which each request has its answer: of HTTP, or of one exchange. What both sides may
/// begin, such as a chat, shows none.
pub fn of(flow: &Flow, health: &TcpHealth) -> impl Iterator<Item = Late> {
    let is_closed = flow.directions.iter().any(|direction| direction.flag(FIN) + direction.flag(RST) > 0);
    let is_single = is_closed && health.responses.n() <= MOST_TURNS;
    let (client, first_ns, last_ns) = (flow.originator().0, flow.first_ns, flow.last_ns);
    let is_http = flow.app == Some(AppProto::Http);
    let late = health.late.iter().map(move |late| {
        let answered_ns = first_ns + i64::from(late.at_millis) * (SECOND / 1000);
        Late { client, asked_ns: answered_ns - i64::from(late.micros) * 1000, answered_ns }
    });
    late.filter(move |late| is_http || is_single && last_ns - late.answered_ns <= ENDS_NS)
}

/// True if clients go on after a late answer as those do who needed it: when they ask again varies.
pub fn are_answers(late: &[Late]) -> bool {
    let mut by_client: BTreeMap<Addr, (Vec<i64>, Vec<i64>)> = BTreeMap::new();
    for one in late {
        let (asked, answered) = by_client.entry(one.client).or_default();
        asked.push(one.asked_ns);
        answered.push(one.answered_ns);
    }
    let mut deviations = Vec::new();
    for (mut asked, answered) in by_client.into_values() {
        asked.arrange();
        let next = |end: &i64| asked.get(asked.partition_point(|begin| begin < end)).map(|begin| seconds(begin - end));
        let pauses: Vec<f64> = answered.iter().filter_map(next).collect();
        let mean = pauses.iter().sum::<f64>() / pauses.len().max(1) as f64;
        // One pause alone lies where its mean does.
        deviations.extend(pauses.iter().filter(|_| pauses.len() >= 2).map(|pause| (pause - mean).abs()));
    }
    deviations.len() >= LEAST_PAUSES && upper_quantile(deviations, 0.5, f64::total_cmp) >= VARIES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::inside;

    #[test]
    fn who_waits_for_news_asks_again_at_once_or_after_a_fixed_pause() {
        let ask = |pause: &dyn Fn(u32) -> f64, wait: f64| -> Vec<Late> {
            let mut late = Vec::new();
            for client in 1..3 {
                let mut now = 0.0;
                for i in 0..4 {
                    let at = |second: f64| (second * 1e9) as i64;
                    late.push(Late { client: inside(client), asked_ns: at(now), answered_ns: at(now + wait) });
                    now += wait + pause(i);
                }
            }
            late
        };
        assert!(are_answers(&ask(&|i| 0.2 + 0.7 * f64::from(i), 10.0)));
        assert!(!are_answers(&ask(&|_| 0.01, 30.0)));
        assert!(!are_answers(&ask(&|_| 5.0, 30.0)));
        assert!(!are_answers(&ask(&|i| 0.7 * f64::from(i), 10.0)[..2]), "too few to say");
    }
}
