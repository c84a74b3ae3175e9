//! Long counts in short spans: between two of them whoever else waits gets a turn, and what nobody wants any more is given up.
//!
//! A count is a future that never waits for anything: it only pauses when a turn is due. Where nobody else waits it runs to its
//! end at once, so that the same code counts in the browser and natively; to give it up is to drop it.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// Items that are counted before it is asked whether a turn is due: a few milliseconds of work.
pub const SPAN: usize = 1 << 13;

/// Says when others get a turn.
pub struct Turn<'a> {
    is_due: &'a dyn Fn() -> bool,
}

impl<'a> Turn<'a> {
    /// Nobody else waits.
    pub const NEVER: Turn<'static> = Turn { is_due: &|| false };

    /// Whenever `is_due` says so.
    pub fn new(is_due: &'a dyn Fn() -> bool) -> Turn<'a> {
        Turn { is_due }
    }

    /// Pauses once if a turn is due.
    pub async fn give(&self) {
        let mut is_over = !(self.is_due)();
        poll_fn(|_| if std::mem::replace(&mut is_over, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// Hands all items over, and gives turns on the way.
    pub async fn each<Item>(&self, mut items: impl Iterator<Item = Item>, mut take: impl FnMut(Item)) {
        while in_span(&mut items, &mut take) {
            self.give().await;
        }
    }
}

/// Hands the items of one span over; true if there may be more.
pub fn in_span<Item>(items: &mut impl Iterator<Item = Item>, take: &mut impl FnMut(Item)) -> bool {
    let mut n = 0;
    items.take(SPAN).for_each(|item| {
        n += 1;
        take(item);
    });
    n == SPAN
}

/// Counts on until a turn is due, or to the end.
pub fn go_on<T>(count: Pin<&mut dyn Future<Output = T>>) -> Poll<T> {
    count.poll(&mut Context::from_waker(Waker::noop()))
}

/// Counts to the end.
pub fn whole<T>(count: impl Future<Output = T>) -> T {
    let mut count = pin!(count);
    loop {
        if let Poll::Ready(counted) = go_on(count.as_mut()) {
            return counted;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_count_pauses_when_a_turn_is_due_and_counts_everything_once() {
        let is_due = Cell::new(true);
        let asked = || is_due.get();
        let turn = Turn::new(&asked);
        let counted = Cell::new(0);
        let mut count = pin!(turn.each(0..3 * SPAN, |_| counted.set(counted.get() + 1)));
        assert!(go_on(count.as_mut()).is_pending());
        assert_eq!(counted.get(), SPAN);
        assert!(go_on(count.as_mut()).is_pending());
        is_due.set(false);
        assert!(go_on(count.as_mut()).is_ready());
        assert_eq!(counted.get(), 3 * SPAN);
        whole(Turn::NEVER.each(0..SPAN + 1, |_| counted.set(counted.get() + 1)));
        assert_eq!(counted.get(), 4 * SPAN + 1);
    }
}
