//! A cache of what was made of given bytes: certificates and hellos mostly repeat.

/// Different bytes that are remembered; the oldest make room.
const MOST: usize = 32;
/// Longer bytes are not remembered.
const MOST_KEY_BYTES: usize = 8 * 1024;

/// What was made of the bytes that were seen last.
#[derive(Debug)]
pub struct Memo<V> {
    seen: Vec<(Box<[u8]>, V)>,
    /// The place that is written over next, once all are taken.
    oldest: usize,
}

impl<V> Default for Memo<V> {
    fn default() -> Self {
        Memo { seen: Vec::new(), oldest: 0 }
    }
}

impl<V: Clone> Memo<V> {
    /// What `make` makes of these bytes, now or before. It must make the same of the same.
    pub fn of(&mut self, key: &[u8], make: impl FnOnce() -> V) -> V {
        if let Some((_, value)) = self.seen.iter().find(|(seen, _)| **seen == *key) {
            return value.clone();
        }
        let value = make();
        if key.len() > MOST_KEY_BYTES {
            return value;
        }
        let entry = (Box::from(key), value.clone());
        if self.seen.len() < MOST {
            self.seen.push(entry);
        } else if let Some(slot) = self.seen.get_mut(self.oldest) {
            *slot = entry;
            self.oldest = (self.oldest + 1) % MOST;
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_are_worked_on_once_while_they_are_remembered() {
        let mut memo = Memo::default();
        let mut n_made = 0;
        let mut ask = |key: u8| {
            memo.of(&[key], || {
                n_made += 1;
                key
            })
        };
        assert_eq!([1, 2, 1, 2].map(&mut ask), [1, 2, 1, 2]);
        (3..=MOST as u8 + 2).for_each(|key| assert_eq!(ask(key), key));
        assert_eq!((ask(MOST as u8), ask(1)), (MOST as u8, 1));
        assert_eq!(n_made, MOST + 3);
    }
}
