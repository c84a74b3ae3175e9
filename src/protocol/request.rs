//! What the page asks of the worker.

use super::query::Query;
use crate::settings::Settings;
use serde::{Deserialize, Serialize};

/// Page to worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Analyse the files that ride beside this message, as one capture. Ends any older job.
    Open {
        /// Number of the new job.
        job: u32,
        /// Settings in force.
        settings: Settings,
    },
    /// Conclude again with other settings, without reading.
    Evaluate {
        /// Job concerned.
        job: u32,
        /// Settings in force.
        settings: Settings,
    },
    /// Take another allow-list: findings move, nothing is concluded again and nothing answered.
    Expect {
        /// Job concerned.
        job: u32,
        /// Settings in force.
        settings: Settings,
    },
    /// Stop reading and conclude with what was read.
    Stop {
        /// Job concerned.
        job: u32,
    },
    /// A question about the tables.
    Ask {
        /// Job concerned.
        job: u32,
        /// Number of the question; the answer carries it.
        question: u32,
        /// The question.
        query: Query,
    },
    /// Write the flow table as CSV.
    SaveFlows {
        /// Job concerned.
        job: u32,
    },
}
