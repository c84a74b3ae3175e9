//! How many flows there are.

use crate::explore::measure::{Measure, Measured};

/// The measure's entry in the register.
pub const ENTRY: Measure =
    Measure::of_flows(("flows", "Flows", "flows", "Volume"), "Flows, each at the time at which it begins.", |_, _| {
        Measured::Known(1.0)
    });
