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
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            let room = if self.chunks.is_empty() { 64 } else { CHUNK };
            self.chunks.push(Vec::with_capacity(room));
        }
        let serial = self.next_serial();
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(item);
        }
        serial
    }

    /// Serial number of the next item.
    pub fn next_serial(&self) -> u32 {
        (self.chunks.len().saturating_sub(1) * CHUNK + self.chunks.last().map_or(0, Vec::len)) as u32
    }

    /// Items kept.
    pub fn len(&self) -> usize {
        self.next_serial() as usize - self.n_cleared * CHUNK
    }

    pub fn get(&self, serial: u32) -> Option<&T> {
        self.chunks.get(serial as usize / CHUNK)?.get(serial as usize % CHUNK)
    }

    pub fn get_mut(&mut self, serial: u32) -> Option<&mut T> {
        self.chunks.get_mut(serial as usize / CHUNK)?.get_mut(serial as usize % CHUNK)
    }

    /// Forgets the oldest full chunk; its items with their serial numbers.
    pub fn forget_oldest(&mut self) -> Vec<(u32, T)> {
        if self.n_cleared + 1 >= self.chunks.len() {
            return Vec::new();
        }
        let first = (self.n_cleared * CHUNK) as u32;
        let Some(chunk) = self.chunks.get_mut(self.n_cleared).map(std::mem::take) else { return Vec::new() };
        self.n_cleared += 1;
        (first..).zip(chunk).collect()
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
        assert_eq!(chunks.forget_oldest().len(), CHUNK);
        assert!(chunks.forget_oldest().is_empty(), "the one that is being filled stays");
        assert_eq!((chunks.len(), chunks.first_serial(), chunks.next_serial()), (1, 4096, 4097));
        assert_eq!((chunks.get(0), chunks.get(4096)), (None, Some(&4096)));
        assert_eq!(chunks.iter().collect::<Vec<_>>(), [&4096]);
    }
}
