//! Many runs at once, on as many threads as there are processors.
//!
//! Plain threads and one counter: every run takes about as long, nothing is split further, and somebody
//! may stop it between two runs. What comes of it does not depend on how many threads there are.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// Does `each` for all `items` and gives what was done, in the order of the items; what was not begun
/// when `stop` was set is left out. `done` is told how many are done, now and then.
pub(crate) fn together<T: Sync, R: Send>(
    items: &[T],
    threads: NonZeroUsize,
    stop: &AtomicBool,
    done: impl Fn(usize),
    each: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = |tell: &dyn Fn(usize)| {
        let mut results = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { break };
            results.push((at, each(item)));
            tell(at);
        }
        results
    };
    let threads = threads.get().min(items.len());
    let mut results = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| work(&|_| {}))).collect();
        let mut results = work(&done);
        for other in others {
            match other.join() {
                Ok(more) => results.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    results.sort_unstable_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// How many processors there are for us.
pub(crate) fn processors() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_order_whatever_the_number_of_threads() {
        let items: Vec<u64> = (0..500).collect();
        let go = AtomicBool::new(false);
        let squares =
            |threads: usize| together(&items, NonZeroUsize::new(threads).unwrap(), &go, |_| {}, |item| item * item);
        let one = squares(1);
        assert_eq!(one.len(), 500);
        assert!(one.is_sorted());
        assert!([2, 3, 8].iter().all(|&threads| squares(threads) == one));
        let none: Vec<u64> = together(&[], NonZeroUsize::MIN, &go, |_| {}, |item: &u64| *item);
        assert!(none.is_empty());
    }

    #[test]
    fn nothing_is_begun_after_a_stop() {
        let items: Vec<u64> = (0..500).collect();
        let stop = AtomicBool::new(false);
        let seen = |item: &u64| {
            if *item == 10 {
                stop.store(true, Ordering::Relaxed);
            }
            *item
        };
        let done = together(&items, NonZeroUsize::MIN, &stop, |_| {}, seen);
        assert_eq!(done, (0..=10).collect::<Vec<u64>>());
    }
}
