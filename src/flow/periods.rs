//! Bulk transfers, active and idle periods and subflow borders, by CICFlowMeter's definitions.

use crate::model::Flow;
use crate::model::flow::Run;
use crate::model::format::time::SECOND;

/// A longer gap ends an active period.
const IDLE_NS: i64 = 5 * SECOND;
/// A longer gap begins a subflow, and ends a bulk transfer.
const SUBFLOW_NS: i64 = SECOND;
/// Payload packets that make a bulk transfer.
const BULK_PACKETS: u32 = 4;

/// Takes the gap before a packet that comes `now`.
#[inline]
pub(super) fn gap(flow: &mut Flow, gap_ns: i64, now: i64) {
    if gap_ns <= SUBFLOW_NS {
        return;
    }
    let extra = flow.extra.get_or_insert_default();
    extra.subflow_gaps = extra.subflow_gaps.saturating_add(1);
    if gap_ns > IDLE_NS {
        let active_ns = flow.last_ns - flow.active_start_ns;
        if active_ns > 0 {
            extra.active.add(active_ns as f64 / 1e3);
        }
        extra.idle.add(gap_ns as f64 / 1e3);
        flow.active_start_ns = now;
    }
}

/// Takes a payload packet.
#[inline]
pub(super) fn payload(flow: &mut Flow, from: u8, bytes: u32, now: i64) {
    let run = &mut flow.run;
    let goes_on = run.packets > 0 && flow.run_direction == from && now - run.last_ns <= SUBFLOW_NS;
    if !goes_on {
        *run = Run { packets: 1, bytes: u64::from(bytes), start_ns: now, last_ns: now };
        flow.run_direction = from;
        return;
    }
    let since_ns = (now - run.last_ns).max(0);
    run.packets = run.packets.saturating_add(1);
    run.bytes += u64::from(bytes);
    run.last_ns = run.last_ns.max(now);
    if run.packets < BULK_PACKETS {
        return;
    }
    let extra = flow.extra.get_or_insert_default();
    let Some(bulk) = extra.bulk.get_mut(usize::from(from)) else { return };
    if run.packets == BULK_PACKETS {
        bulk.count += 1;
        bulk.packets = bulk.packets.saturating_add(BULK_PACKETS);
        bulk.bytes += run.bytes;
        bulk.duration_ns += run.last_ns - run.start_ns;
    } else {
        bulk.packets = bulk.packets.saturating_add(1);
        bulk.bytes += u64::from(bytes);
        bulk.duration_ns += since_ns;
    }
}
