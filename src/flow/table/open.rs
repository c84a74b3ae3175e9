//! Hashes of keys to the serial numbers of their open flows: eight bytes a place, in one piece.
//!
//! Looking for a flow waits for one line of memory here, and growing touches no flow: the hash stands beside the number.

/// Places at first.
const FIRST_PLACES: usize = 64;

/// The open flows, by linear probing (Knuth, volume 3, section 6.4, algorithms L and R).
#[derive(Default)]
pub(super) struct Open {
    /// A hash above a serial number plus one; 0 where there is none. Their number is a power of two.
    places: Vec<u64>,
    n: usize,
}

impl Open {
    /// The flow with this hash that `is_meant`.
    #[inline]
    pub fn find(&self, hash: u32, is_meant: impl FnMut(u32) -> bool) -> Option<u32> {
        self.find_from(self.first(hash), hash, is_meant)
    }

    /// What stands where a look for this hash begins.
    #[inline]
    pub fn first(&self, hash: u32) -> u64 {
        self.places.get(self.home(hash)).copied().unwrap_or(0)
    }

    /// The same as [`Open::find`] with what [`Open::first`] gave.
    #[inline]
    pub fn find_from(&self, first: u64, hash: u32, mut is_meant: impl FnMut(u32) -> bool) -> Option<u32> {
        let (mut at, mut place) = (self.home(hash), first);
        while place != 0 {
            if hash_of(place) == hash && is_meant(serial_of(place)) {
                return Some(serial_of(place));
            }
            at = self.next(at);
            place = self.places.get(at).copied().unwrap_or(0);
        }
        None
    }

    /// Adds a flow. Several may have the same key, where they are rows of a table that wait for their other direction.
    pub fn insert(&mut self, hash: u32, serial: u32) {
        if self.n * 4 >= self.places.len() * 3 {
            self.grow();
        }
        self.put(u64::from(hash) << 32 | u64::from(serial.wrapping_add(1)));
        self.n += 1;
    }

    /// Takes a flow out; true if it was there.
    pub fn remove(&mut self, hash: u32, serial: u32) -> bool {
        let meant = u64::from(hash) << 32 | u64::from(serial.wrapping_add(1));
        let mut free = self.home(hash);
        while let Some(place) = self.places.get(free).filter(|place| **place != meant) {
            if *place == 0 {
                return false;
            }
            free = self.next(free);
        }
        if self.places.is_empty() {
            return false;
        }
        // Those behind move up, so that no probe stops at the gap.
        let mask = self.places.len() - 1;
        let mut at = free;
        loop {
            at = self.next(at);
            let place = self.places.get(at).copied().unwrap_or(0);
            if place == 0 {
                break;
            }
            let is_behind_gap = at.wrapping_sub(self.home(hash_of(place))) & mask >= at.wrapping_sub(free) & mask;
            if is_behind_gap {
                self.set(free, place);
                free = at;
            }
        }
        self.set(free, 0);
        self.n -= 1;
        true
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Open::default();
    }

    /// The upper bits choose the place, so that growing reads and writes in order.
    #[inline]
    fn home(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.places.len() as u64) >> 32) as usize
    }

    #[inline]
    fn next(&self, at: usize) -> usize {
        (at + 1) & self.places.len().wrapping_sub(1)
    }

    fn set(&mut self, at: usize, place: u64) {
        if let Some(slot) = self.places.get_mut(at) {
            *slot = place;
        }
    }

    fn put(&mut self, place: u64) {
        let mut at = self.home(hash_of(place));
        while self.places.get(at).is_some_and(|other| *other != 0) {
            at = self.next(at);
        }
        self.set(at, place);
    }

    #[cold]
    fn grow(&mut self) {
        let n = (self.places.len() * 2).max(FIRST_PLACES);
        let old = std::mem::replace(&mut self.places, vec![0; n]);
        old.into_iter().filter(|place| *place != 0).for_each(|place| self.put(place));
    }
}

#[inline]
fn hash_of(place: u64) -> u32 {
    (place >> 32) as u32
}

#[inline]
fn serial_of(place: u64) -> u32 {
    (place as u32).wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Hashes that crowd, also around the end, to numbers: as a map does it.
    #[test]
    fn it_finds_what_a_map_finds() {
        let (mut open, mut map) = (Open::default(), BTreeMap::new());
        let hash =
            |i: u32| if i.is_multiple_of(3) { u32::MAX - i % 7 } else { i.wrapping_mul(0x9e37_79b9) & 0xfff0_0000 };
        let mut state = 1_u32;
        for serial in 0..5000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let other = (state >> 8) % (serial + 1);
            assert_eq!(open.remove(hash(other), other), map.remove(&other).is_some());
            open.insert(hash(serial), serial);
            map.insert(serial, ());
            let sought = (state >> 16) % (serial + 1);
            assert_eq!(open.find(hash(sought), |found| found == sought).is_some(), map.contains_key(&sought));
        }
        assert_eq!(open.n, map.len());
        open.clear();
        assert_eq!(open.find(0, |_| true), None);
        assert!(!open.remove(0, 0));
    }
}
