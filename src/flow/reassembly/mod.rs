//! Reassembles the TCP segments of one side into its bytes in order. Keeps bytes not yet parsed and bytes after a gap,
//! both bounded.

/// Most bytes kept until a parser can read them. A TLS certificate chain or an HTTP head fits.
const MOST_PENDING_BYTES: usize = 64 * 1024;
/// Most bytes kept after a gap; beyond that the gap is treated as lost.
const MOST_LATER_BYTES: usize = 64 * 1024;
/// Most segments kept after a gap; beyond that the gap is treated as lost.
const MOST_LATER: usize = 32;
/// Most bytes that a reader is shown again while it takes none, in total: more is an attack that makes the same bytes
/// be read with each of many small segments. An HTTP head of 64 kB in segments of 1,460 bytes needs 1.5 MB.
const MOST_AGAIN_BYTES: usize = 4 << 20;
/// Most bytes kept to compare with retransmissions; a request or a greeting fits.
const MOST_PAST_BYTES: usize = 512;

/// What a parser sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StreamData<'a> {
    /// The next bytes, preceded by those that it did not take before.
    Bytes(&'a [u8]),
    /// Bytes are missing: they were not captured, or never arrived. Bytes not taken are dropped; reading continues
    /// after the gap.
    Lost,
}

/// What a parser did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Consumed {
    /// Took this many bytes; 0 if more are needed.
    Took(usize),
    /// Skip this many bytes, including ones still to come.
    Skip(u64),
    /// Ignore the rest of this side.
    Stop,
}

/// One side of a connection.
#[derive(Debug, Default)]
pub struct StreamSide {
    /// Sequence number of the next byte, once the first was seen.
    next: Option<u32>,
    skip: u64,
    pending: Vec<u8>,
    /// Bytes shown to the reader since it last took some.
    n_again: usize,
    later: Vec<Segment>,
    /// Highest acknowledgment of the other side, once seen.
    acknowledged: Option<u32>,
    past: Past,
    is_over: bool,
}

/// The latest bytes of a side.
#[derive(Debug, Default)]
struct Past {
    /// Sequence number after them.
    end: u32,
    bytes: Vec<u8>,
}

#[derive(Debug)]
struct Segment {
    sequence: u32,
    data: Vec<u8>,
    wire_bytes: u32,
}

impl StreamSide {
    /// Takes a segment: `data` is the captured part of its `wire_bytes`. Bytes in order are passed to `read`. Returns
    /// how many bytes differ from earlier ones with the same sequence numbers, as far as these are still kept.
    pub fn push(
        &mut self,
        sequence: u32,
        data: &[u8],
        wire_bytes: u32,
        read: &mut impl FnMut(StreamData<'_>) -> Consumed,
    ) -> usize {
        if self.is_over {
            return 0;
        }
        let ahead = sequence.wrapping_sub(*self.next.get_or_insert(sequence)) as i32;
        if ahead > 0 && u64::from(ahead.unsigned_abs()) > self.skip {
            let n_differing = self.differing_later(sequence, data);
            self.wait(sequence, data, wire_bytes);
            if self.is_hole_received() || self.later.len() > MOST_LATER || self.n_later_bytes() > MOST_LATER_BYTES {
                self.lose(read);
                self.go_on(read);
            }
            return n_differing;
        }
        // A keep-alive repeats one byte before the next, which may be anything (RFC 9293, section 3.8.4).
        let is_again = ahead < 0 && wire_bytes > 1;
        let n_differing = if is_again { self.past.differing(sequence, data) } else { 0 };
        self.fit(ahead, data, wire_bytes, read);
        n_differing + self.go_on(read)
    }

    /// Takes an acknowledgment of the other side. Bytes that it acknowledged and the capture lacks will not arrive: a
    /// hole before it is lost (as in Zeek's "ack above hole") once another segment arrives that does not fill it,
    /// because segments may just be late.
    #[inline]
    pub fn acknowledge(&mut self, acknowledgment: u32) {
        self.acknowledged = Some(acknowledgment);
    }

    /// The stream has ended: bytes after holes are passed to `read`.
    pub fn end(&mut self, read: &mut impl FnMut(StreamData<'_>) -> Consumed) {
        while !self.later.is_empty() && !self.is_over {
            self.lose(read);
            self.go_on(read);
        }
    }

    /// True if segments wait for a hole to be filled.
    pub fn is_waiting(&self) -> bool {
        !self.later.is_empty() && !self.is_over
    }

    /// True if the bytes before the waiting segments were acknowledged but not captured.
    fn is_hole_received(&self) -> bool {
        let (Some(next), Some(acknowledged), Some(first)) = (self.next, self.acknowledged, self.later.first()) else {
            return false;
        };
        let (received, hole) = (acknowledged.wrapping_sub(next) as i32, first.sequence.wrapping_sub(next) as i32);
        hole > 0 && received >= hole
    }

    /// True once the rest of the side is ignored.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// A different reader takes over the bytes not yet taken.
    pub fn resume(&mut self) {
        self.is_over = false;
    }

    /// Passes the bytes not yet taken to the new reader.
    pub fn read_on(&mut self, read: &mut impl FnMut(StreamData<'_>) -> Consumed) {
        if !self.is_over && !self.pending.is_empty() {
            let pending = std::mem::take(&mut self.pending);
            self.deliver(&pending, read);
        }
    }

    /// Number of bytes kept.
    pub fn n_bytes(&self) -> usize {
        self.pending.len() + self.n_later_bytes()
    }

    /// Number of bytes that differ from waiting ones with the same sequence numbers.
    fn differing_later(&self, sequence: u32, data: &[u8]) -> usize {
        let differing = |segment: &Segment| {
            let ahead = segment.sequence.wrapping_sub(sequence) as i32;
            let n = ahead.unsigned_abs() as usize;
            let (ours, theirs) = if ahead >= 0 { (0, n) } else { (n, 0) };
            differing(segment.data.get(ours..).unwrap_or(&[]), data.get(theirs..).unwrap_or(&[]))
        };
        self.later.iter().map(differing).sum()
    }

    fn n_later_bytes(&self) -> usize {
        self.later.iter().map(|segment| segment.data.len()).sum()
    }

    /// Takes a segment that begins `ahead` of the next byte: at it, before it, or in what is skipped.
    fn fit(&mut self, ahead: i32, data: &[u8], wire_bytes: u32, read: &mut impl FnMut(StreamData<'_>) -> Consumed) {
        let n = ahead.unsigned_abs();
        if ahead >= 0 {
            self.skip -= u64::from(n);
            self.advance(n);
            return self.accept(data, wire_bytes, read);
        }
        if n < wire_bytes {
            self.accept(data.get(n as usize..).unwrap_or(&[]), wire_bytes - n, read);
        }
    }

    fn advance(&mut self, n: u32) {
        self.next = self.next.map(|next| next.wrapping_add(n));
    }

    /// Takes the next bytes of the side.
    fn accept(&mut self, data: &[u8], wire_bytes: u32, read: &mut impl FnMut(StreamData<'_>) -> Consumed) {
        // Skipped bytes are not read and need not be kept.
        if let Some(next) = self.next.filter(|_| self.skip == 0) {
            self.past.add(next, data);
        }
        self.advance(wire_bytes);
        self.deliver(data, read);
        let n_missing = u64::from(wire_bytes).saturating_sub(data.len() as u64);
        if n_missing > self.skip {
            self.skip = 0;
            self.lost(read);
        } else {
            self.skip -= n_missing;
        }
    }

    /// Passes bytes to the reader as long as it takes some, and keeps the rest.
    fn deliver(&mut self, data: &[u8], read: &mut impl FnMut(StreamData<'_>) -> Consumed) {
        // What waits is added to where it stands: many small segments are not copied again with each.
        let mut joined = std::mem::take(&mut self.pending);
        let has_waited = !joined.is_empty();
        if has_waited {
            joined.extend_from_slice(data);
        }
        let mut rest = if has_waited { joined.as_slice() } else { data };
        loop {
            let n = self.skip.min(rest.len() as u64);
            self.skip -= n;
            rest = rest.get(n as usize..).unwrap_or(&[]);
            if rest.is_empty() || self.is_over {
                return;
            }
            match read(StreamData::Bytes(rest)) {
                Consumed::Took(0) => {
                    self.n_again += rest.len();
                    break;
                }
                Consumed::Took(n) => {
                    self.n_again = 0;
                    rest = rest.get(n..).unwrap_or(&[]);
                }
                Consumed::Skip(n) => self.skip = n,
                Consumed::Stop => self.is_over = true,
            }
        }
        if rest.len() > MOST_PENDING_BYTES || self.n_again > MOST_AGAIN_BYTES {
            return self.lost(read);
        }
        if has_waited {
            let n_read = joined.len() - rest.len();
            joined.drain(..n_read);
            self.pending = joined;
        } else {
            self.pending = rest.to_vec();
        }
    }

    fn wait(&mut self, sequence: u32, data: &[u8], wire_bytes: u32) {
        let next = self.next.unwrap_or(sequence);
        let at =
            self.later.partition_point(|segment| segment.sequence.wrapping_sub(next) < sequence.wrapping_sub(next));
        self.later.insert(at, Segment { sequence, data: data.to_vec(), wire_bytes });
    }

    /// Treats the hole before the waiting segments as lost.
    fn lose(&mut self, read: &mut impl FnMut(StreamData<'_>) -> Consumed) {
        if let Some(first) = self.later.first() {
            self.next = Some(first.sequence);
            self.skip = 0;
            self.lost(read);
        }
    }

    fn lost(&mut self, read: &mut impl FnMut(StreamData<'_>) -> Consumed) {
        self.pending.clear();
        self.n_again = 0;
        match read(StreamData::Lost) {
            Consumed::Took(_) => {}
            Consumed::Skip(n) => self.skip = n,
            Consumed::Stop => self.is_over = true,
        }
    }

    /// Takes what waited, as far as it fits now; gives how many bytes differ from what came in the hole before it.
    fn go_on(&mut self, read: &mut impl FnMut(StreamData<'_>) -> Consumed) -> usize {
        let mut n_differing = 0;
        while let (Some(first), Some(next)) = (self.later.first(), self.next) {
            let ahead = first.sequence.wrapping_sub(next) as i32;
            if self.is_over || ahead > 0 && u64::from(ahead.unsigned_abs()) > self.skip {
                break;
            }
            let segment = self.later.remove(0);
            if ahead < 0 {
                n_differing += self.past.differing(segment.sequence, &segment.data);
            }
            self.fit(ahead, &segment.data, segment.wire_bytes, read);
        }
        if self.is_over {
            self.pending = Vec::new();
            self.later = Vec::new();
            self.past = Past::default();
        }
        n_differing
    }
}

impl Past {
    /// Keeps the bytes at a sequence number for comparison, the latest ones as far as there is room.
    fn add(&mut self, sequence: u32, data: &[u8]) {
        let n_left_out = data.len().saturating_sub(MOST_PAST_BYTES);
        let kept = data.get(n_left_out..).unwrap_or(&[]);
        if self.end != sequence || n_left_out > 0 {
            self.bytes.clear();
        }
        let n_too_many = (self.bytes.len() + kept.len()).saturating_sub(MOST_PAST_BYTES);
        self.bytes.drain(..n_too_many);
        self.bytes.extend_from_slice(kept);
        self.end = sequence.wrapping_add((n_left_out + kept.len()) as u32);
    }

    /// Number of bytes that differ from those kept with the same sequence numbers.
    #[cold]
    fn differing(&self, sequence: u32, data: &[u8]) -> usize {
        let Some(back) = usize::try_from(self.end.wrapping_sub(sequence) as i32).ok() else { return 0 };
        let n = self.bytes.len();
        let ours = self.bytes.get(n.saturating_sub(back)..).unwrap_or(&[]);
        differing(ours, data.get(back.saturating_sub(n)..).unwrap_or(&[]))
    }
}

fn differing(ours: &[u8], theirs: &[u8]) -> usize {
    ours.iter().zip(theirs).filter(|(a, b)| a != b).count()
}

#[cfg(test)]
mod tests;
