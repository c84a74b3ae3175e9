//! Rows of one direction to flows: those of one connection become one, and of what has one direction only it is judged what
//! can be known.
//!
//! Tools that export each direction on its own (NetFlow, cloud flow logs, pmacct) also export the parts of a long
//! connection on their own, and do not say who began it.

use super::limits::Limits;
use super::tries::Tries;
use crate::model::app::protocol::Protocol;
use crate::model::flow::evidence::{MOST_BARE, carries_data, flags};
use crate::model::flow::{Known, Outcome, TcpState};
use crate::model::packet::tcp_flag::{ACK, FIN, RST, SYN};
use crate::model::{Addr, DirectionStats, Flow};
use foldhash::fast::RandomState;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

/// Clients take their ports from here on (Linux's ip_local_port_range begins at 32768, RFC 6335's dynamic ports above).
const EPHEMERAL: u16 = 32_768;

/// The place among a flow's directions that a row of one direction has.
fn place(row: &Flow) -> usize {
    usize::from(!row.is_low_originator)
}

/// True if a flow has figures of the direction at this place.
fn has_side(flow: &Flow, place: usize) -> bool {
    flow.directions.get(place).is_some_and(|side| side.packets > 0 || side.bytes > 0)
}

/// How well `row` goes with `kept`, which has the same ends; none if it belongs to another connection: one of another time,
/// or one that began anew. The smallest is best: first where its direction is missing, then by the time between.
pub(super) fn distance(kept: &Flow, row: &Flow, limits: Limits) -> Option<(bool, i64)> {
    let apart_ns = kept.apart_ns(row);
    let span_ns = kept.last_ns.max(row.last_ns) - kept.first_ns.min(row.first_ns);
    let (ours, new) = (kept.directions.get(place(row)).map_or(0, flags), flags(row.forward()));
    let is_over = ours & (FIN | RST) != 0 && row.first_ns > kept.first_ns;
    let begins_anew = is_over && new & SYN != 0;
    let is_near = apart_ns <= limits.idle_ns && span_ns <= limits.active_ns.max(kept.duration_ns());
    (is_near && !begins_anew).then(|| (has_side(kept, place(row)), apart_ns))
}

/// Adds a row of one direction to the flow that it goes with. Once there are both directions, the one that began it becomes
/// the originator.
pub(super) fn join(kept: &mut Flow, row: &Flow) {
    let was_both_ways = has_side(kept, 0) && has_side(kept, 1);
    let begins = (!was_both_ways && !has_side(kept, place(row))).then(|| initiator(kept, row));
    if let Some(side) = kept.directions.get_mut(place(row)) {
        add(side, row.forward());
    }
    kept.gap = kept.gap.merge(&row.gap);
    if let Some((Begins::Answer, _)) = begins {
        kept.is_low_originator = row.is_low_originator;
        kept.app = row.app.or(kept.app);
    }
    kept.first_ns = kept.first_ns.min(row.first_ns);
    kept.last_ns = kept.last_ns.max(row.last_ns);
    kept.saw_syn |= row.saw_syn;
    let of_sides = kept.known.both(SIDES);
    kept.known = kept.known.both(row.known.with(SIDES)).with(of_sides);
    let Some((_, is_certain)) = begins.or(was_both_ways.then_some((Begins::Kept, false))) else { return };
    kept.known = kept.known.with(Known::FORWARD.with(Known::BACKWARD)).with_if(is_certain, Known::DIRECTION);
    let has_flags = kept.is_tcp() && kept.known.has(Known::FLAGS);
    let outcome = if has_flags { kept.outcome_by_flags() } else { kept.outcome_by_volume() };
    kept.recorded = Some(outcome);
    if has_flags {
        kept.state = kept.state_by_flags(outcome);
    }
}

/// Adds what a later row counted of both directions of the same flow.
pub(super) fn extend(kept: &mut Flow, row: &Flow) {
    let has_counts = kept.packets() > 0 || kept.bytes() > 0;
    let known = if has_counts { kept.known.both(row.known) } else { row.known };
    kept.directions.iter_mut().zip(&row.directions).for_each(|(side, more)| add(side, more));
    kept.gap = kept.gap.merge(&row.gap);
    kept.first_ns = kept.first_ns.min(row.first_ns);
    kept.last_ns = kept.last_ns.max(row.last_ns);
    kept.saw_syn |= row.saw_syn;
    kept.known = known.with(Known::DURATION);
    if kept.recorded != Some(Outcome::Refused) {
        kept.recorded = Some(kept.outcome_by_volume());
    }
}

/// Adds what a row of a log tells of a connection that other rows told of; false if it is another connection.
pub(super) fn merge_row(kept: &mut Flow, row: &Flow) -> bool {
    let ends = |flow: &Flow| (flow.key.low, flow.key.high, flow.key.low_port, flow.key.high_port);
    if ends(kept) != ends(row) {
        return false;
    }
    match (kept.is_counted(), row.is_counted()) {
        // A row for each direction.
        (true, true) if has_side(kept, place(row)) => return false,
        (true, true) => {
            join(kept, row);
            return true;
        }
        (false, true) => {
            (kept.key, kept.is_low_originator) = (row.key, row.is_low_originator);
            (kept.state, kept.saw_syn, kept.is_unreachable) = (row.state, row.saw_syn, row.is_unreachable);
            (kept.directions, kept.gap) = (row.directions.clone(), row.gap);
            (kept.icmp, kept.macs, kept.active_start_ns) = (row.icmp, row.macs, row.active_start_ns);
            (kept.known, kept.recorded) = (row.known, row.recorded);
        }
        (true, false) => {}
        (false, false) => kept.key.protocol = kept.key.protocol.min(row.key.protocol),
    }
    if !kept.is_app_certain && (row.is_app_certain || kept.app.is_none()) {
        (kept.app, kept.is_app_certain) = (row.app, row.is_app_certain);
    }
    kept.first_ns = kept.first_ns.min(row.first_ns);
    kept.last_ns = kept.last_ns.max(row.last_ns);
    true
}

/// What a flow knows of its sides, whatever its rows know.
const SIDES: Known = Known::FORWARD.with(Known::BACKWARD).with(Known::DIRECTION);

fn add(side: &mut DirectionStats, more: &DirectionStats) {
    if side.packets == 0 && side.bytes == 0 {
        *side = more.clone();
        return;
    }
    side.packets = side.packets.saturating_add(more.packets);
    side.data_packets = side.data_packets.saturating_add(more.data_packets);
    side.bytes = side.bytes.saturating_add(more.bytes);
    side.header_bytes = side.header_bytes.saturating_add(more.header_bytes);
    side.first_ns = side.first_ns.min(more.first_ns);
    side.last_ns = side.last_ns.max(more.last_ns);
    side.payload = side.payload.merge(&more.payload);
    side.gap = side.gap.merge(&more.gap);
    for (count, more) in side.flags.iter_mut().zip(more.flags) {
        *count = count.saturating_add(more);
    }
}

/// Which of two rows has the direction of who began.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Begins {
    Kept,
    Answer,
}

/// Who began, and whether that is more than a guess: by the flags, else by the ports, else by time, else by their order.
fn initiator(kept: &Flow, answer: &Flow) -> (Begins, bool) {
    let earlier = match kept.first_ns.cmp(&answer.first_ns) {
        Ordering::Less => Some(Begins::Kept),
        Ordering::Greater => Some(Begins::Answer),
        Ordering::Equal => None,
    };
    let by_ports = match by_ports(kept) {
        Some((Side::Originator, strength)) => Some((Begins::Kept, strength)),
        Some((Side::Responder, strength)) => Some((Begins::Answer, strength)),
        None => None,
    };
    if kept.is_tcp() && kept.known.has(Known::FLAGS) && answer.known.has(Known::FLAGS) {
        let (ours, theirs) = (flags(kept.forward()), flags(answer.forward()));
        let asks = |own: u8, other: u8| {
            let only_asks = own & (SYN | ACK) == SYN && other & (SYN | ACK) != SYN;
            only_asks || (own & SYN != 0 && other & RST != 0 && other & SYN == 0)
        };
        match (asks(ours, theirs), asks(theirs, ours)) {
            (true, false) => return (Begins::Kept, true),
            (false, true) => return (Begins::Answer, true),
            _ => {}
        }
    }
    match (by_ports, earlier) {
        (Some((begins, Strength::Service)), _) => (begins, true),
        (Some((begins, Strength::Range)), time) if time.is_none_or(|time| time == begins) => (begins, true),
        (_, Some(begins)) => (begins, by_ports.is_none()),
        (Some((begins, _)), None) => (begins, true),
        (None, None) => (Begins::Kept, false),
    }
}

/// An end of a flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Originator,
    Responder,
}

/// How surely ports tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Strength {
    /// One is that of a known service, the other is not.
    Service,
    /// Only one is of the range that clients take theirs from.
    Range,
}

/// Which end is the client by its port.
fn by_ports(flow: &Flow) -> Option<(Side, Strength)> {
    if !matches!(flow.key.protocol, 6 | 17) {
        return None;
    }
    let ports = [flow.originator().1, flow.responder().1];
    let [from, to] = ports.map(|port| Protocol::is_service(flow.is_tcp(), port));
    let [is_from_high, is_to_high] = ports.map(|port| port >= EPHEMERAL);
    match ((from, to), (is_from_high, is_to_high)) {
        ((false, true), _) => Some((Side::Originator, Strength::Service)),
        ((true, false), _) => Some((Side::Responder, Strength::Service)),
        (_, (true, false)) => Some((Side::Originator, Strength::Range)),
        (_, (false, true)) => Some((Side::Responder, Strength::Range)),
        _ => None,
    }
}

/// Hosts of a network whose answers were recorded, at least, so that those of the others would have been too.
const LEAST_OF_NETWORK: u32 = 3;

/// The network of 24 bits of a private IPv4 address.
fn network(host: Addr) -> Option<Addr> {
    match host.ip() {
        IpAddr::V4(ip) if ip.is_private() => {
            let [a, b, c, _] = ip.octets();
            Some(Addr::v4([a, b, c, 0]))
        }
        _ => None,
    }
}

/// What all rows together show of the place where they were recorded.
#[derive(Default)]
pub(super) struct Exporter {
    /// Hosts of flows whose answers were recorded: those that are not were not sent.
    hosts: HashSet<Addr, RandomState>,
    /// Private networks (of 24 bits) of which some hosts' answers were recorded, and how many of them.
    networks: HashMap<Addr, u32, RandomState>,
    n_flags: u64,
    n_requests: u64,
    /// Requests of which a firewall wrote without saying what it did.
    tries: Tries,
}

impl Exporter {
    /// Takes a flow of a table.
    pub fn add(&mut self, flow: &Flow) {
        if has_side(flow, 0) && has_side(flow, 1) {
            for host in [flow.key.low, flow.key.high] {
                if self.hosts.insert(host)
                    && let Some(network) = network(host)
                {
                    *self.networks.entry(network).or_default() += 1;
                }
            }
        }
        if flow.known.has(Known::NO_VERDICT) {
            self.tries.add(flow);
        }
        if flow.is_tcp() && flow.known.has(Known::FLAGS) {
            self.n_flags += 1;
            self.n_requests += u64::from(flow.saw_syn);
        }
    }

    /// Answers to this flow would have been recorded.
    fn sees_answers(&self, flow: &Flow) -> bool {
        let is_beside = |host: Addr| {
            network(host).and_then(|network| self.networks.get(&network)).is_some_and(|n| *n >= LEAST_OF_NETWORK)
        };
        [flow.key.low, flow.key.high].into_iter().any(|host| self.hosts.contains(&host) || is_beside(host))
    }

    /// Connections are recorded from their first packet on: of those that are sampled, few show their request.
    fn sees_requests(&self) -> bool {
        self.n_flags > 0 && self.n_requests * 2 >= self.n_flags
    }

    /// Judges a flow that has one direction only; true if it remains unknown whether there was an answer.
    pub fn settle(&self, flow: &mut Flow) -> bool {
        let (sent, has_flags) = (flags(flow.forward()), flow.is_tcp() && flow.known.has(Known::FLAGS));
        let is_request = has_flags && sent & (SYN | ACK) == SYN;
        let by_ports = by_ports(flow);
        if !is_request && let Some((Side::Responder, Strength::Service)) = by_ports {
            // What a service sends is an answer; what it answers is not recorded.
            flow.is_low_originator = !flow.is_low_originator;
            let known = flow.known.without(Known::FORWARD).with(Known::BACKWARD);
            flow.known = known.with_if(self.sees_answers(flow), Known::FORWARD);
            flow.recorded = Some(Outcome::Unknown);
            return true;
        }
        let is_certain = is_request || matches!(by_ports, Some((Side::Originator, _)));
        flow.known = flow.known.with_if(is_certain, Known::DIRECTION);
        let is_try = !carries_data(flow.forward(), flow.known) && (1..=MOST_BARE * 2).contains(&flow.forward().packets);
        let is_unanswered = match (is_request, has_flags) {
            // A firewall that let a request through may write of the first packet alone.
            (true, _) => {
                let is_passed = flow.known.has(Known::ONLY_BEGUN);
                let is_open = flow.known.has(Known::NO_VERDICT) && !self.tries.are_of_a_scan(flow);
                is_try && (self.sees_answers(flow) || (self.sees_requests() && !is_passed && !is_open))
            }
            // The rest of an older connection.
            (false, true) => false,
            (false, false) => {
                matches!(flow.key.protocol, 6 | 17)
                    && is_certain
                    && (is_try || flow.is_udp())
                    && self.sees_answers(flow)
            }
        };
        flow.recorded = Some(if is_unanswered { Outcome::Unanswered } else { Outcome::Unknown });
        if is_unanswered && flow.is_tcp() {
            flow.state = TcpState::Requested;
        }
        // It has no answers: that is known now.
        flow.known = flow.known.with_if(is_unanswered, Known::FORWARD.with(Known::BACKWARD));
        !is_unanswered
    }
}

#[cfg(test)]
mod tests;
