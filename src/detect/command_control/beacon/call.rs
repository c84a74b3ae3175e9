//! Turns connections into calls: decides which connections are evaluated, and keeps what is needed of each.

use crate::maths::sorting::Arrange;
use crate::model::app::protocol::AppProto;
use crate::model::flow::{NameSource, Outcome};
use crate::model::{Addr, Flow, Site};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A server: by the index of its name, or by address and port.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Server {
    Name(u32),
    Place(Addr, u16),
}

/// One connection, or one request within one.
#[derive(Clone, Copy, Default)]
pub(super) struct Call {
    /// When it began, ms since 1970.
    pub(super) millis: i64,
    /// What was sent, and what of the other side's payload came back, B.
    pub(super) bytes: u32,
    pub(super) got: u32,
    /// `bytes` were counted: a log of requests does not.
    pub(super) is_sized: bool,
    pub(super) is_nameless_http: bool,
    pub(super) is_tcp: bool,
    /// It is known what became of it.
    pub(super) is_known: bool,
    /// Only the look-up of the server's name was seen.
    pub(super) is_looked_up: bool,
    /// How long it lasted, ms, and from which port, if it may be a piece of a longer connection.
    pub(super) piece: Option<(u32, u16)>,
}

impl Call {
    /// The second in which it began, since 1970.
    pub(super) fn second(&self) -> i64 {
        self.millis.div_euclid(1000)
    }
}

/// A connection is cut where it lasts too long, and one of UDP ends where it pauses for so many ms.
const PAUSE: i64 = 120_000;

/// How long a flow lasted, ms, and from which port, if it may go on with an earlier one: one of TCP that no request began, or
/// one of UDP.
pub(super) fn piece(flow: &Flow) -> Option<(u32, u16)> {
    let may_go_on = flow.recorded.is_none() && (flow.is_udp() || flow.is_tcp() && !flow.saw_syn);
    let millis = u32::try_from(flow.duration_ns() / 1_000_000).unwrap_or(u32::MAX);
    may_go_on.then(|| (millis, flow.originator().1))
}

/// Calls without those that only go on with an earlier one, in the order of time: one connection is one call, however often
/// its flow was cut.
pub(super) fn without_pieces(calls: &[Call]) -> Cow<'_, [Call]> {
    if calls.iter().filter(|call| call.piece.is_some()).nth(1).is_none() {
        return Cow::Borrowed(calls);
    }
    let mut in_time = calls.to_vec();
    in_time.arrange_by_key(|call| (call.millis, call.bytes));
    // Ends by port; connections of TCP go on after any pause.
    let mut ends: BTreeMap<(u16, bool), i64> = BTreeMap::new();
    in_time.retain(|call| {
        let Some((lasting, port)) = call.piece else { return true };
        let end = ends.insert((port, call.is_tcp), call.millis + i64::from(lasting));
        end.is_none_or(|end| !call.is_tcp && call.millis - end > PAUSE)
    });
    Cow::Owned(in_time)
}

/// From inside to outside, and not of a protocol
/// that calls at even times by design: time and names have detectors of their own. A server inside is judged if it is asked
/// over HTTP by its bare address: services of the house have names, or protocols of their own. What was never answered or
/// refused is no call.
pub(super) fn is_judged(site: &Site, flow: &Flow, name: &str) -> bool {
    let ((source, _), (target, port)) = (flow.originator(), flow.responder());
    let is_group = source.is_group() || flow.is_to_group();
    let is_timed = flow.is_udp() && matches!(port, 53 | 123);
    let is_elsewhere = site.is_outside(target) || is_nameless_http(flow, name);
    (flow.is_tcp() || flow.is_udp())
        && site.is_inside(source)
        && is_elsewhere
        && source != target
        && !is_group
        && !is_timed
        && !matches!(flow.outcome(), Outcome::Refused | Outcome::Unanswered)
}

/// HTTP to an address, not to a name.
pub(super) fn is_nameless_http(flow: &Flow, name: &str) -> bool {
    if flow.app != Some(AppProto::Http) || !flow.is_app_certain {
        return false;
    }
    name_of(flow, name) == 0 || flow.name_source == NameSource::Dns
}

/// The name of a flow's server, by number; 0 if it has none. An address in its place, as in the Host of a request, names nobody.
pub(super) fn name_of(flow: &Flow, name: &str) -> u32 {
    if name.parse::<IpAddr>().is_ok() { 0 } else { flow.name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(second: i64, is_tcp: bool, lasting: u32) -> Call {
        Call { millis: second * 1000, is_tcp, piece: Some((lasting * 1000, 50_000)), ..Call::default() }
    }

    #[test]
    fn a_connection_that_was_cut_is_one_call_and_datagrams_after_a_pause_are_another() {
        let cut: Vec<Call> = (0..8).map(|i| call(i * 1800, false, 1799)).collect();
        assert_eq!(without_pieces(&cut).len(), 1);
        let apart: Vec<Call> = (0..8).map(|i| call(i * 300, false, 1)).collect();
        assert_eq!(without_pieces(&apart).len(), 8);
        let kept_alive: Vec<Call> = (0..8).map(|i| call(i * 240, true, 1)).collect();
        assert_eq!(without_pieces(&kept_alive).len(), 1);
        let begun = kept_alive.iter().map(|call| Call { piece: None, ..*call }).collect::<Vec<Call>>();
        assert_eq!(without_pieces(&begun).len(), 8);
    }
}
