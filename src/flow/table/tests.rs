//! Flows are found again, ended and summarised.

use super::*;
use crate::flow::features::made::{self, tcp};
use crate::model::packet::Transport;
use crate::model::packet::tcp_flag::{ACK, FIN, PSH, SYN};

#[test]
fn connections_of_logs_end_once_and_are_not_sought_by_their_ends() {
    let mut table = FlowTable::new(Limits { most: 2 * CHUNK, ..Limits::default() });
    let (flow, n) = (tcp(&[(0, true, 0, 2)]), 4 * CHUNK as u32);
    let mut ended = Vec::new();
    for serial in 0..n {
        assert_eq!(table.log_row(None, (flow.clone(), false), &mut |serial, _| ended.push(serial)), serial);
    }
    assert_eq!(table.find(hash(&flow.key), &flow.key), None, "each would be compared with all before");
    assert_eq!(ended, (0..table.first_serial()).collect::<Vec<_>>());
    assert_eq!((table.len() + ended.len(), table.summarised.flows), (n as usize, ended.len() as u64));
    let over = Flow { is_over: true, ..flow };
    table.append(over.clone(), &mut |_, _| ());
    (0..3 * CHUNK).for_each(|_| {
        table.append(over.clone(), &mut |serial, _| assert!(serial < n, "it had ended"));
    });
}

#[test]
fn an_open_connection_outlives_a_pause_and_others_do_not() {
    let n_flows_after = |handshake: &[u8], (pause_seconds, after): (i64, u8), active_ns: i64| {
        let mut table = FlowTable::new(Limits { active_ns, ..Limits::default() });
        let steps = handshake.iter().enumerate().map(|(at, flags)| (at as i64, at % 2 == 0, *flags));
        for (seconds, is_forward, flags) in steps.chain([(pause_seconds, true, after)]) {
            let mut packet = made::packet((seconds * 1_000_000, is_forward, 10, flags), 1000);
            if let Transport::Tcp(tcp) = &mut packet.transport {
                tcp.payload_bytes = 0;
            }
            let found = table.seek(&packet, table.begin(FlowKeyHash::of(&packet)));
            table.update(&packet, found, &Names::default(), &mut |_, _| {});
        }
        table.len()
    };
    let n_flows = |handshake: &[u8], pause| n_flows_after(handshake, (pause, ACK | PSH), i64::MAX);
    let open = [SYN, SYN | ACK, ACK];
    let usual = Limits::default().active_ns;
    assert_eq!(n_flows_after(&open, (600, ACK | PSH), usual), 1);
    assert_eq!(n_flows_after(&open, (3600, ACK | PSH), usual), 2, "longer than a flow may last");
    assert_eq!(n_flows_after(&open, (600, SYN), usual), 2, "the same port is used again");
    assert_eq!((n_flows(&open, 600), n_flows(&open, 9000)), (1, 2));
    assert_eq!(n_flows(&[ACK, ACK], 600), 2, "joined in the middle");
    assert_eq!(n_flows(&[SYN], 600), 2, "nobody answered");
    assert_eq!(n_flows(&[SYN, SYN | ACK, ACK, FIN | ACK, FIN | ACK], 600), 2, "closed");
}
