//! Whether there is memory to go on: what is missing later would end the process without a word.

use super::Failure;

/// More than is asked for at once while a chunk of a file is taken, and than most detectors need to finish.
const AHEAD_BYTES: usize = 128 << 20;

/// There is room for what comes next, `n_packets` packets or rows into the input.
///
/// # Errors
/// The system gives no more memory.
pub fn check(n_packets: u64) -> Result<(), Failure> {
    let mut ahead: Vec<u8> = Vec::new();
    ahead.try_reserve_exact(AHEAD_BYTES).map_err(|_| {
        let place = crate::model::format::quantity::count(n_packets);
        Failure::Memory(format!(
            "not enough memory: it ran short after {place} packets or rows. Allow more memory, open fewer files at once, or \
             keep fewer flows with the setting flow.most."
        ))
    })
}
