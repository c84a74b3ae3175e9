//! Time that a thread has a processor for, to which other work on the machine adds next to nothing.

use std::time::Duration;

/// Measures from its start on.
pub struct Watch {
    #[cfg(unix)]
    from: Duration,
    #[cfg(not(unix))]
    from: std::time::Instant,
}

#[cfg(unix)]
impl Watch {
    pub fn start() -> Watch {
        Watch { from: on_processor() }
    }

    pub fn elapsed(&self) -> Duration {
        on_processor().saturating_sub(self.from)
    }
}

/// Time that this thread had a processor for so far.
#[cfg(unix)]
fn on_processor() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

/// Where no such clock is known, all time counts.
#[cfg(not(unix))]
impl Watch {
    pub fn start() -> Watch {
        Watch { from: std::time::Instant::now() }
    }

    pub fn elapsed(&self) -> Duration {
        self.from.elapsed()
    }
}
