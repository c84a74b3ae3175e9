//! Long work to progress and cancel: counts operations and asks the caller often enough, wherever the work is.

use std::ops::ControlFlow;

/// Operations (a multiplication and an addition) between two reports: about 10 ms natively, 30 ms in a slow browser.
const BETWEEN: usize = 10_000_000;

/// The caller wants no more of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stopped;

/// Who is told how far the work is, and may stop it.
pub struct Work<'a> {
    report: &'a mut dyn FnMut(f32) -> ControlFlow<()>,
    /// The share of the whole that this part of the work begins and ends at.
    from: f32,
    to: f32,
    spent: usize,
}

impl<'a> Work<'a> {
    /// Work that reports shares from 0 to 1.
    pub fn new(report: &'a mut dyn FnMut(f32) -> ControlFlow<()>) -> Work<'a> {
        Work { report, from: 0.0, to: 1.0, spent: 0 }
    }

    /// A part of the work, from one share of it to another.
    pub fn part(&mut self, from: f32, to: f32) -> Work<'_> {
        let at = |share: f32| self.from + share * (self.to - self.from);
        let (from, to) = (at(from), at(to));
        Work { report: &mut *self.report, from, to, spent: BETWEEN }
    }

    /// Says that so many operations were done, and the share of this part that is done by now.
    pub fn spend(&mut self, operations: usize, share: f32) -> Result<(), Stopped> {
        self.spent = self.spent.saturating_add(operations);
        if self.spent < BETWEEN {
            return Ok(());
        }
        self.spent = 0;
        match (self.report)(self.from + share.clamp(0.0, 1.0) * (self.to - self.from)) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stopped),
        }
    }
}

/// A share of a whole as work counts it.
pub fn share(done: usize, whole: usize) -> f32 {
    done as f32 / whole.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_come_after_so_much_work_and_within_the_part() {
        let mut said = Vec::new();
        let mut report = |share: f32| {
            said.push(share);
            if said.len() == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut work = Work::new(&mut report);
        assert_eq!(work.spend(BETWEEN / 2, 0.1), Ok(()));
        assert_eq!(work.spend(BETWEEN / 2, 0.2), Ok(()));
        let mut part = work.part(0.5, 1.0);
        assert_eq!(part.spend(1, 0.0), Ok(()));
        assert_eq!(part.spend(BETWEEN, 0.5), Err(Stopped));
        assert_eq!(said, [0.2, 0.5, 0.75]);
    }
}
