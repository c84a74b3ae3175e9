//! Two rows of a table that tells of one direction a row, to one flow.

use crate::model::Flow;
use crate::model::flow::TcpState;
use crate::model::packet::tcp_flag;

/// Adds `answer` to `kept` if it is the other direction of it, not later than `idle_ns` after it.
pub(super) fn join(kept: &mut Flow, answer: &Flow, idle_ns: i64) -> bool {
    let is_other_way = answer.is_low_originator != kept.is_low_originator;
    let is_near = answer.first_ns - kept.last_ns <= idle_ns && kept.first_ns - answer.last_ns <= idle_ns;
    if !is_other_way || !is_near || kept.backward().packets > 0 {
        return false;
    }
    let [low, high] = &mut kept.directions;
    let slot = if kept.is_low_originator { high } else { low };
    *slot = answer.forward().clone();
    kept.gap = kept.gap.merge(&answer.gap);
    if is_swapped(kept, answer) {
        kept.is_low_originator = answer.is_low_originator;
        kept.app = kept.app.or(answer.app);
    }
    kept.first_ns = kept.first_ns.min(answer.first_ns);
    kept.last_ns = kept.last_ns.max(answer.last_ns);
    if kept.is_tcp() {
        kept.saw_syn |= answer.saw_syn;
        kept.state = state(kept);
    }
    true
}

/// Adds what a row of a log tells of a connection that other rows told of; false if it is another connection.
pub(super) fn tell(kept: &mut Flow, told: &Flow) -> bool {
    let ends = |flow: &Flow| (flow.key.low, flow.key.high, flow.key.low_port, flow.key.high_port);
    if ends(kept) != ends(told) {
        return false;
    }
    match (kept.is_counted(), told.is_counted()) {
        // A row for each direction.
        (true, true) => return join(kept, told, i64::MAX),
        (false, true) => {
            (kept.key, kept.is_low_originator) = (told.key, told.is_low_originator);
            (kept.state, kept.saw_syn, kept.is_unreachable) = (told.state, told.saw_syn, told.is_unreachable);
            (kept.directions, kept.gap) = (told.directions.clone(), told.gap);
            (kept.icmp, kept.macs, kept.active_start_ns) = (told.icmp, told.macs, told.active_start_ns);
        }
        (true, false) => {}
        (false, false) => kept.key.protocol = kept.key.protocol.min(told.key.protocol),
    }
    if !kept.is_app_certain && (told.is_app_certain || kept.app.is_none()) {
        (kept.app, kept.is_app_certain) = (told.app, told.is_app_certain);
    }
    kept.first_ns = kept.first_ns.min(told.first_ns);
    kept.last_ns = kept.last_ns.max(told.last_ns);
    true
}

/// True if the answer is really the first: it came earlier or, at the same time, goes to a reserved port.
fn is_swapped(kept: &Flow, answer: &Flow) -> bool {
    let (from, to) = (kept.originator().1, kept.responder().1);
    answer.first_ns < kept.first_ns || (answer.first_ns == kept.first_ns && from < 1024 && to >= 1024)
}

fn state(flow: &Flow) -> TcpState {
    let has = |is_forward: bool, bit| {
        let side = if is_forward { flow.forward() } else { flow.backward() };
        side.flag(bit) > 0
    };
    let was_refused = has(false, tcp_flag::RST) && !has(false, tcp_flag::SYN);
    match (has(true, tcp_flag::RST) || has(false, tcp_flag::RST), has(true, tcp_flag::FIN) && has(false, tcp_flag::FIN))
    {
        (true, _) if was_refused && flow.saw_syn => TcpState::Refused,
        (true, _) => TcpState::Reset,
        (_, true) => TcpState::Closed,
        _ => TcpState::Established,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::features::made::tcp;
    use crate::flow::table::{FlowTable, Limits};

    /// One direction of a connection, from its side's own view.
    fn half(is_question: bool, flags: u8) -> Flow {
        let mut flow = tcp(&[(0, true, 100, flags), (10, true, 0, flags)]);
        if !is_question {
            flow.is_low_originator = true;
            flow.directions.swap(0, 1);
            flow.first_ns += 1_000;
            flow.last_ns += 1_000;
        }
        flow
    }

    #[test]
    fn both_directions_become_one_flow_and_a_later_question_another() {
        let mut table = FlowTable::new(Limits::default());
        let mut n_ended = 0;
        let mut push = |flow: Flow| table.push(flow, true, &mut |_, _| n_ended += 1);
        let serials =
            [push(half(true, 0x1b)), push(half(false, 0x1b)), push(half(true, 0x02)), push(half(false, 0x14))];
        assert_eq!(serials, [0, 0, 1, 1]);
        let first = table.get(0).unwrap();
        assert_eq!((first.forward().packets, first.backward().packets, first.state), (2, 2, TcpState::Closed));
        assert_eq!(first.originator().1, 50_000);
        assert_eq!(table.get(1).unwrap().state, TcpState::Refused);
        assert_eq!(n_ended, 1);
    }
}
