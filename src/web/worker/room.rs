//! Memory that grows by much at a time.

use std::hint::black_box;

/// Bytes by which it grows.
const ROOM: usize = 4 << 20;

/// Sees to it that there is room. Small allocations would make the memory grow by 64 KiB at a time; each time the browser
/// changes how the memory is mapped, for which all its threads stop.
pub(super) fn make() {
    drop(black_box(Vec::<u8>::with_capacity(ROOM)));
}
