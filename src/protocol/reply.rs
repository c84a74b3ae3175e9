//! What the worker sends to the page: how far it is, the analysis, answers.

use super::attached::{AttachedOutcome, Offered};
use super::query::Answer;
use crate::model::Analysis;
use serde::{Deserialize, Serialize};

/// Worker to page. All but `Ready` are about a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The worker runs; first message.
    Ready {
        /// Its [`super::BUILD`].
        build: String,
    },
    /// How far it is, at most ten times a second.
    Progress(Progress),
    /// Statistics so far, without findings, at most twice a second.
    Partial(Box<Analysis>),
    /// The result; comes again after `Evaluate`. Its `file.sha256` follows later.
    Done(Box<Analysis>),
    /// SHA-256 of the whole file in hex, computed after the findings.
    Sha256(String),
    /// This is no file that we know, or it cannot be read: one sentence for people.
    Refused(String),
    /// Answer to a question.
    Answer {
        /// Number of the question.
        question: u32,
        /// The answer.
        answer: Answer,
    },
    /// What files are, in their order.
    Recognised {
        /// Number of the offer.
        offer: u32,
        /// What each is.
        files: Vec<Offered>,
    },
    /// What came of the files that are applied; before each [`Reply::Done`], and when other files are applied.
    Attached(Vec<AttachedOutcome>),
    /// An export; it rides beside this message as a file, because it can be larger than the capture;
    /// how many packets could not be read again. Or why there is none.
    Saved(Result<u64, SaveError>),
}

/// Why something was not saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SaveError {
    /// The browser, or the disk, has no room for the file.
    NoRoom,
    /// The file is still being read.
    Unread,
    /// The model was forgotten.
    NoModel,
    /// There is nothing to write: why, in a sentence.
    Refused(String),
}

impl SaveError {
    /// A sentence about the file of this name.
    pub fn sentence(self, name: &str) -> String {
        match self {
            SaveError::NoRoom => format!("There is not enough room for {name}."),
            SaveError::Unread => "The file is not read to its end yet.".to_owned(),
            SaveError::NoModel => "The model is gone: train again.".to_owned(),
            SaveError::Refused(why) => why,
        }
    }
}

impl From<String> for SaveError {
    fn from(why: String) -> SaveError {
        SaveError::Refused(why)
    }
}

/// Nothing else goes wrong while a file is written to the browser's memory.
impl From<std::io::Error> for SaveError {
    fn from(_: std::io::Error) -> SaveError {
        SaveError::NoRoom
    }
}

/// What the worker is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Reading packets.
    Reading,
    /// Detectors conclude.
    Evaluating,
    /// Hashing the file; results are on the page already.
    Hashing,
}

/// How far the worker is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// What it does.
    pub stage: Stage,
    /// Bytes done of this stage (reading, hashing).
    pub bytes_done: u64,
    /// Bytes in all.
    pub bytes_total: u64,
    /// Packets read so far.
    pub packets: u64,
    /// Packets a second since reading began.
    pub packets_per_second: f64,
    /// Seconds left of this stage, once it can be told.
    pub seconds_left: Option<f64>,
    /// Name of the detector that concludes; empty in other stages.
    pub detector: String,
}
