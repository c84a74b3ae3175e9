//! What every message between page and worker carries: the job it belongs to.

use serde::{Deserialize, Serialize};

/// A message, and the job that it is about. Replies to an older job than the page's are dropped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<Body> {
    /// Number of the job, counted from 1; [`Envelope::NO_JOB`] for what is about none.
    pub job: u32,
    /// The message.
    pub body: Body,
}

impl<Body> Envelope<Body> {
    /// The number of no job.
    pub const NO_JOB: u32 = 0;

    /// A message about a job.
    pub fn new(job: u32, body: Body) -> Self {
        Envelope { job, body }
    }
}
