//! The settings of low and slow exfiltration, and whether a sum meets them.

use super::sum::Sum;
use crate::detect::detector::Context;
use crate::settings::Descriptor;

const UPLOADS: Descriptor = Descriptor::count("low_and_slow_exfiltration.uploads", "Small uploads", 30.0)
    .range(5.0, 100_000.0)
    .unit("flows")
    .help(
        "This many connections to one destination in which the host sent more than a kilobyte and less than the \
         largest small upload.",
    );
const LARGEST: Descriptor = Descriptor::kilobytes("low_and_slow_exfiltration.largest", "Largest small upload", 100.0)
    .range(1.0, 100_000.0)
    .help("A larger upload in one connection does not count here: another detector looks for large uploads.");
const TOTAL: Descriptor = Descriptor::kilobytes("low_and_slow_exfiltration.total", "Sum of small uploads", 300.0)
    .range(10.0, 100_000_000.0)
    .help("Payload of all small uploads to one destination. Telemetry sends less than this in some hours.");
const TIME: Descriptor = Descriptor::seconds("low_and_slow_exfiltration.time", "Shortest time", 3600.0)
    .range(60.0, 10_000_000.0)
    .help("From the first to the last small upload. Uploads within less time belong to one visit to a page.");
const RATIO: Descriptor = Descriptor::ratio("low_and_slow_exfiltration.ratio", "Sent to received", 2.0)
    .range(1.0, 10_000.0)
    .help("Small uploads over TLS receive some kilobytes of certificates each, so this is lower than for large ones.");

/// All settings.
pub const SETTINGS: &[Descriptor] = &[UPLOADS, LARGEST, TOTAL, TIME, RATIO];

/// Share of the slots between the first and the last drop in which some must fall.
const LEAST_STEADY: f64 = 0.25;

/// The settings in bytes and seconds.
pub struct Limits {
    uploads: f64,
    largest: f64,
    /// Least sum, bytes.
    pub total: f64,
    time: f64,
    ratio: f64,
}

impl Limits {
    /// Those in force.
    pub fn of(context: &Context<'_>) -> Limits {
        let get = |descriptor| context.settings.get(descriptor);
        Limits {
            uploads: get(&UPLOADS),
            largest: get(&LARGEST) * 1000.0,
            total: get(&TOTAL) * 1000.0,
            time: get(&TIME),
            ratio: get(&RATIO),
        }
    }

    /// True for a sum that is within all of them.
    pub fn allow(&self, sum: &Sum) -> bool {
        sum.n as f64 >= self.uploads
            && sum.largest as f64 <= self.largest
            && sum.sent as f64 >= self.total
            && sum.seconds() >= self.time
            && sum.ratio() >= self.ratio
            && sum.steadiness() >= LEAST_STEADY
    }
}
