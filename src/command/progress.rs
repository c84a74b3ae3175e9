//! Bytes and packets read so far to one progress line on the terminal, rewritten at most ten times a second.

use super::words;
use crate::model::format::quantity::bytes;
use crate::model::format::quantity::count;
use crate::model::format::quantity::percent;
use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// Shortest time between two updates of the line. Set by us.
const PAUSE: Duration = Duration::from_millis(100);

/// The line, if anybody sees it.
pub struct Progress {
    bytes_total: u64,
    began: Instant,
    last: Option<Instant>,
    is_shown: bool,
}

impl Progress {
    /// For a file of this size; says nothing if asked to be quiet or if standard error is no terminal.
    pub fn new(bytes_total: u64, is_quiet: bool) -> Progress {
        let is_shown = !is_quiet && stderr().is_terminal();
        Progress { bytes_total, began: Instant::now(), last: None, is_shown }
    }

    /// Shows how far reading is.
    pub fn at(&mut self, bytes_done: u64, packets: u64) {
        if !self.is_shown || self.last.is_some_and(|last| last.elapsed() < PAUSE) {
            return;
        }
        self.last = Some(Instant::now());
        let per_second = packets as f64 / self.began.elapsed().as_secs_f64().max(0.001);
        self.show(&format!(
            "reading {}, {} packets, {} a second",
            self.share(bytes_done),
            count(packets),
            count(per_second as u64),
        ));
    }

    /// The share that is done; of a pipe, whose size is not known, only how much.
    fn share(&self, bytes_done: u64) -> String {
        if self.bytes_total == 0 {
            return bytes(bytes_done as f64);
        }
        let total = self.bytes_total as f64;
        format!("{} of {}", percent(bytes_done as f64, total), bytes(total))
    }

    /// Shows that reading is over and the detectors evaluate.
    pub fn evaluating(&mut self) {
        if self.last.is_some() {
            self.show("evaluating");
        }
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if self.last.take().is_some() {
            self.show("");
        }
    }

    fn show(&self, text: &str) {
        // Back to the start of the line, and the rest of it erased (ECMA-48, EL).
        let _ = write!(stderr(), "\r\u{1b}[K{}", words::said(text));
        let _ = stderr().flush();
    }
}

/// Whoever returns early with a failure leaves no line in front of its message.
impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
