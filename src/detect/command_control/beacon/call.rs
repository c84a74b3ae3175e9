//! Turns connections into calls: decides which connections are evaluated, and keeps what is needed of each.

use crate::model::app::protocol::AppProto;
use crate::model::flow::{NameSource, Outcome};
use crate::model::{Addr, Flow, Site};
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
    /// It is known what became of it.
    pub(super) is_known: bool,
}

impl Call {
    /// The second in which it began, since 1970.
    pub(super) fn second(&self) -> i64 {
        self.millis.div_euclid(1000)
    }
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
    let has_name = flow.name != 0 && flow.name_source != NameSource::Dns;
    !has_name || name.parse::<IpAddr>().is_ok()
}
