//! A mark labels the flows that fit in time, addresses and filter. Training on flows: `tests/training.rs`.

use super::*;
use crate::model::{Addr, DirectionStats, Flow, FlowKey};

#[test]
fn a_mark_means_what_fits_in_all_that_it_says() {
    let (low, high) = (Addr::v4([10, 0, 0, 1]), Addr::v4([10, 0, 0, 2]));
    let key = FlowKey { low, high, low_port: 4000, high_port: 80, vlan: 0, protocol: 6 };
    let flow =
        Flow::new(key, true, (5_000_000_000, 6_000_000_000), [DirectionStats::default(), DirectionStats::default()]);
    let end = flow.originator().0;
    let mark = Mark { label: "scan".to_owned(), ..Mark::default() };
    assert!(mark.means(0, &flow));
    assert!(!Mark { start_ns: Some(Mark::nanoseconds(6.5)), ..mark.clone() }.means(0, &flow));
    assert!(!Mark { end_ns: Some(Mark::nanoseconds(4.5)), ..mark.clone() }.means(0, &flow));
    assert!(Mark { hosts: vec![end], ..mark.clone() }.means(0, &flow));
    assert!(!Mark { sources: vec![Addr::v4([9, 9, 9, 9])], ..mark.clone() }.means(0, &flow));
    assert!(!Mark { passing: Some(vec![1]), ..mark }.means(0, &flow));
}
