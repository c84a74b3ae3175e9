//! Which way a packet of a flow goes.

use serde::{Deserialize, Serialize};

/// Which way a packet goes, from the flow's originator.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Direction {
    /// From the originator to the responder.
    ToResponder,
    /// From the responder to the originator.
    ToOriginator,
}

impl Direction {
    /// The way back.
    #[inline]
    pub fn other(self) -> Direction {
        match self {
            Direction::ToResponder => Direction::ToOriginator,
            Direction::ToOriginator => Direction::ToResponder,
        }
    }
}
