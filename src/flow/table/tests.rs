//! Flows are found again, ended and summarised.

use super::*;
use crate::flow::features::made::tcp;

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
