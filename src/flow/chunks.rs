//! A list that grows by chunks, so that nothing is copied, and forgets its oldest chunk when there is no more room.

/// Items in a chunk.
pub(super) const CHUNK: usize = 4096;

/// Items by their serial number, from 0.
pub(super) struct Chunks<T> {
    /// Item `serial` stands in chunk `serial / CHUNK`; chunks that were forgotten are empty.
    chunks: Vec<Vec<T>>,
    n_cleared: usize,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Chunks { chunks: Vec::new(), n_cleared: 0 }
    }
}

impl<T> Chunks<T> {
    /// Adds an item; returns its serial number.
    pub fn push(&mut self, item: T) -> u32 {
        if self.is_full() {
            let room = if self.chunks.is_empty() { 64 } else { CHUNK };
            self.chunks.push(Vec::with_capacity(room));
        }
        let serial = self.next_serial();
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(item);
        }
        serial
    }

    /// True if the next item begins a chunk.
    pub fn is_full(&self) -> bool {
        self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK)
    }

    /// Serial number of the next item.
    pub fn next_serial(&self) -> u32 {
        (self.chunks.len().saturating_sub(1) * CHUNK + self.chunks.last().map_or(0, Vec::len)) as u32
    }

    /// Items kept.
    pub fn len(&self) -> usize {
        self.next_serial() as usize - self.n_cleared * CHUNK
    }

    #[inline]
    pub fn get(&self, serial: u32) -> Option<&T> {
        self.chunks.get(serial as usize / CHUNK)?.get(serial as usize % CHUNK)
    }

    #[inline]
    pub fn get_mut(&mut self, serial: u32) -> Option<&mut T> {
        self.chunks.get_mut(serial as usize / CHUNK)?.get_mut(serial as usize % CHUNK)
    }

    /// Forgets the oldest full chunk and shows its items with their serial numbers; gives them with the first number, and
    /// none if there is no such chunk.
    pub fn forget_oldest(&mut self, mut show: impl FnMut(u32, &T)) -> (u32, Vec<T>) {
        let first = self.first_serial();
        if self.n_cleared + 1 >= self.chunks.len() {
            return (first, Vec::new());
        }
        let Some(chunk) = self.chunks.get_mut(self.n_cleared).map(std::mem::take) else { return (first, Vec::new()) };
        self.n_cleared += 1;
        (first..).zip(&chunk).for_each(|(serial, item)| show(serial, item));
        (first, chunk)
    }

    /// Serial number of the first item kept.
    pub fn first_serial(&self) -> u32 {
        (self.n_cleared * CHUNK) as u32
    }

    /// Items kept, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_chunk_goes_and_numbers_stay() {
        let mut chunks = Chunks::default();
        (0..=CHUNK as u32).for_each(|i| assert_eq!(chunks.push(i), i));
        let mut gone = Vec::new();
        let (first, forgotten) = chunks.forget_oldest(|serial, item| gone.push((serial, *item)));
        assert_eq!((first, forgotten.len()), (0, CHUNK));
        assert_eq!(gone, (0..CHUNK as u32).map(|i| (i, i)).collect::<Vec<_>>());
        assert!(chunks.forget_oldest(|_, _| ()).1.is_empty(), "the one that is being filled stays");
        assert_eq!((chunks.len(), chunks.first_serial(), chunks.next_serial()), (1, 4096, 4097));
        assert_eq!((chunks.get(0), chunks.get(4096)), (None, Some(&4096)));
        assert_eq!(chunks.iter().collect::<Vec<_>>(), [&4096]);
    }
}
