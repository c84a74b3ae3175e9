//! The clock of the processor: what other programs take does not count.

/// Seconds of the processor so far.
pub fn work_time() -> f64 {
    #[cfg(unix)]
    {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
    }
    #[cfg(not(unix))]
    f64::NAN
}
