//! Runs independent tasks on as many threads as the machine has; one after the other in a browser's worker.

use crate::maths::sorting::Arrange;
use std::num::NonZero;
use std::sync::{Mutex, PoisonError};

/// Number of threads; 1 without threads, as in a browser's worker.
pub(super) fn n_threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// The results of `work` for all items, in their order. Idle threads take the next item, so put long tasks first.
pub(super) fn each<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let n = n_threads().min(items.len());
    if n < 2 {
        return items.into_iter().map(work).collect();
    }
    let waiting = Mutex::new(items.into_iter().enumerate());
    let done = Mutex::new(Vec::new());
    let go_on = || {
        loop {
            // Held only while the next item is taken.
            let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((place, item)) = next else { return };
            let result = work(item);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((place, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..n {
            scope.spawn(go_on);
        }
        go_on();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.arrange_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

/// The results of both, in parallel if there are threads.
pub(super) fn both<A: Send, B>(other: impl FnOnce() -> A + Send, own: impl FnOnce() -> B) -> (A, B) {
    if n_threads() < 2 {
        return (other(), own());
    }
    std::thread::scope(|scope| {
        let other = scope.spawn(other);
        let own = own();
        let other = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (other, own)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let squares = each((0..1000_u32).collect(), |n| n * n);
        assert_eq!(squares, (0..1000).map(|n| n * n).collect::<Vec<u32>>());
        assert!(each(Vec::<u32>::new(), |n| n).is_empty());
    }
}
