//! Classifies a flow: how its first packets try to reach a port (the probe), and the outcome.

use super::{Outcome, Probe};
use crate::model::flow::{self, Known};
use crate::model::packet::tcp_flag::{ACK, FIN, PSH, RST, SYN, URG};
use crate::model::{Flow, Protocol};

/// The probe of a flow's first packets and its outcome; none if it is not a first contact or cannot be evaluated.
pub fn classify(flow: &Flow) -> Option<(Probe, Outcome)> {
    // Of tables without the client's ports those of services tell all that is asked for here.
    let has_ports = flow.known.has(Known::PORTS) || flow.responder().1 > 0;
    if !flow.known.has(Known::DIRECTION) || !has_ports {
        return None;
    }
    match flow.key.protocol {
        6 => classify_request(flow).or_else(|| classify_odd(flow)),
        17 => classify_datagram(flow),
        1 | 58 => classify_echo(flow),
        _ if !flow.known.has(Known::PROTOCOL) => classify_unnamed(flow),
        _ => None,
    }
}

fn classify_request(flow: &Flow) -> Option<(Probe, Outcome)> {
    let probe = if flow.saw_syn { Probe::Syn } else { Probe::Connection };
    let outcome = match flow.outcome() {
        flow::Outcome::Established => Outcome::Success,
        flow::Outcome::HalfOpen => Outcome::HalfOpen,
        flow::Outcome::Refused | flow::Outcome::Unanswered => Outcome::Failure,
        flow::Outcome::Bare => Outcome::Bare,
        flow::Outcome::Unknown => return None,
    };
    Some((probe, outcome))
}

/// Most packets of a flow that is a lone probe: the probe, a retry, and the reset of the prober's own stack.
const MOST_PROBE_PACKETS: u32 = 3;

fn classify_odd(flow: &Flow) -> Option<(Probe, Outcome)> {
    let (forward, backward) = (flow.forward(), flow.backward());
    let is_counted_together = flow.known.has(Known::FLAG_COUNTS) && flow.recorded.is_some();
    if flow.saw_syn || is_counted_together || !flow.known.has(Known::FLAGS) {
        return None;
    }
    if forward.data_packets > 0 || forward.packets > MOST_PROBE_PACKETS || backward.packets > forward.packets {
        return None;
    }
    let is_reset = backward.packets > 0 && backward.flag(RST) == backward.packets;
    let probe = match flow.originator_flags() & (FIN | SYN | RST | PSH | ACK | URG) {
        // A tool that writes no flags, or not all, leaves the same.
        0 if flow.recorded.is_none() => Probe::Null,
        FIN => Probe::Fin,
        flags if flags == FIN | PSH | URG => Probe::Xmas,
        // Leftovers of old connections look the same, but come from a server's port or go to the one port in use.
        flags if flags & !FIN == ACK && is_reset && !Protocol::is_service(true, flow.originator().1) => {
            if flags & FIN == 0 { Probe::Ack } else { Probe::Maimon }
        }
        _ => return None,
    };
    (is_reset || backward.packets == 0).then_some((probe, Outcome::Failure))
}

/// Mean payload of datagrams that try a port, at most: nmap's and ZMap's probes for services (nmap-payloads) are smaller.
const MOST_PROBE_BYTES: f64 = 300.0;

/// Where traceroute begins to count up its target ports (traceroute(8)), and the most that it gets to.
const TRACEROUTE_PORTS: std::ops::RangeInclusive<u16> = 33_434..=33_689;

fn classify_datagram(flow: &Flow) -> Option<(Probe, Outcome)> {
    let ((_, from), (_, to)) = (flow.originator(), flow.responder());
    // A datagram from a service's port to a client's is an answer whose question was not captured.
    let is_answer = Protocol::from_port(false, from).is_some() && Protocol::from_port(false, to).is_none();
    // A server of DHCP sends to a client that asked as a broadcast, or that it has to wake (RFC 2131, RFC 8415, RFC 3203).
    let is_answer = is_answer || matches!((from, to), (67, 68) | (547, 546));
    // Port 0 stands for later pieces of a fragmented datagram.
    if is_answer || to == 0 || TRACEROUTE_PORTS.contains(&to) {
        return None;
    }
    // What tries a port is small; large datagrams that nobody answers are a stream, a flood, or answers themselves.
    let forward = flow.forward();
    if flow.outcome() == flow::Outcome::Unanswered && forward.payload.mean() > MOST_PROBE_BYTES {
        return None;
    }
    Some((
        Probe::Udp,
        match flow.outcome() {
            flow::Outcome::Refused => Outcome::Failure,
            flow::Outcome::Established => Outcome::Success,
            flow::Outcome::Unanswered => Outcome::Silence,
            _ => return None,
        },
    ))
}

/// A try of a protocol that the table does not name: silence weighs as little as that of datagrams.
fn classify_unnamed(flow: &Flow) -> Option<(Probe, Outcome)> {
    let outcome = match flow.outcome() {
        flow::Outcome::Established => Outcome::Success,
        flow::Outcome::Refused => Outcome::Failure,
        flow::Outcome::Unanswered => Outcome::Silence,
        _ => return None,
    };
    Some((Probe::Connection, outcome))
}

fn classify_echo(flow: &Flow) -> Option<(Probe, Outcome)> {
    let request = if flow.key.protocol == 1 { 8 } else { 128 };
    let (kind, _) = flow.icmp?;
    if kind != request {
        return None;
    }
    match flow.outcome() {
        flow::Outcome::Unknown => None,
        flow::Outcome::Established => Some((Probe::Echo, Outcome::Success)),
        _ => Some((Probe::Echo, Outcome::Failure)),
    }
}
