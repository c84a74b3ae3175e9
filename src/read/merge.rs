//! Several files to one sequence of packets in order of time. A single file passes straight through.
//!
//! Files are asked for in turn, whenever the next packet in time may be theirs, so that little of each is held.
//! Within a file packets keep their order, also where their times run back; of packets of one time the earlier file's
//! come first. A table is read by itself: beside other files it is refused.

use super::input::Input;
use super::table::{Options, Part};
use super::unpack::UnpackQuota;
use super::{InputReport, RawPacket, Record, UnsupportedFile};
use crate::issue::IssueLog;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Most files that are read together: their number is kept in a byte with each packet.
pub const MOST_FILES: usize = 256;
/// Bytes of a file that are parsed at a time.
const PIECE_BYTES: usize = 1 << 16;
/// After so many bytes of packets these are worked off first: a little that is compressed may hold any number.
const STEP_BYTES: usize = 1 << 19;

/// The files that are read together.
pub struct Inputs {
    files: Vec<File>,
    /// Next packet of every file that has one: its time and its file.
    heads: BinaryHeap<Reverse<(i64, usize)>>,
    /// Files without a packet at hand that have not ended.
    hungry: Vec<usize>,
    is_given_up: bool,
    /// Packets are at hand; the last byte that was given is done with, but it was said that it is not, so that there is
    /// another step.
    is_owed: bool,
}

struct File {
    input: Input,
    issues: IssueLog,
    /// Bytes that came and were not parsed yet, from `pending_at` on.
    pending: Vec<u8>,
    pending_at: usize,
    is_ended: bool,
    queue: VecDeque<Waiting>,
    /// Captured bytes of the packets in the queue.
    data: Vec<u8>,
}

/// A packet that waits for those of other files.
struct Waiting {
    time_ns: i64,
    is_timed: bool,
    wire_bytes: u32,
    link_type: u16,
    interface: u16,
    offset: u64,
    data: (usize, usize),
}

impl Inputs {
    /// For so many files, at least one and at most [`MOST_FILES`]; a single one may be a table, read as `table_options`
    /// say.
    pub fn new(n_files: usize, table_options: Options) -> Inputs {
        let n_files = n_files.clamp(1, MOST_FILES);
        let options = (n_files == 1).then_some(table_options);
        Inputs {
            files: (0..n_files).map(|file| File::new(file as u8, options.clone(), UnpackQuota::of(n_files))).collect(),
            heads: BinaryHeap::new(),
            hungry: (0..n_files).rev().collect(),
            is_given_up: false,
            is_owed: false,
        }
    }

    /// The file whose next bytes, or whose end, are needed to go on; none once all have ended.
    pub fn wants(&self) -> Option<usize> {
        self.hungry.last().copied()
    }

    /// Takes bytes at the front of `bytes`, which are the next of the file that is wanted; gives how many, perhaps none:
    /// of what is compressed little is read at a time. What is unpacked is shown to `keep`.
    ///
    /// # Errors
    /// The file is of no format that is read.
    pub fn step(
        &mut self,
        bytes: &[u8],
        keep: &mut dyn FnMut(usize, &[u8]),
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<usize, UnsupportedFile> {
        if let [file] = self.files.as_mut_slice() {
            return file.input.step(bytes, &mut file.issues, &mut |plain| keep(0, plain), sink);
        }
        let n_taken = if self.is_owed {
            bytes.len().min(1)
        } else {
            let Some(file) = self.wants().and_then(|wanted| self.files.get_mut(wanted)) else { return Ok(bytes.len()) };
            file.pending.drain(..file.pending_at);
            file.pending_at = 0;
            file.pending.extend_from_slice(bytes);
            bytes.len()
        };
        self.is_owed = self.go_on(keep, sink)? && n_taken > 0;
        Ok(n_taken - usize::from(self.is_owed))
    }

    /// The file that is wanted has ended; true if more packets are at hand, for [`Inputs::work_off`].
    ///
    /// # Errors
    /// It was too short to be of any format that is read.
    pub fn end(
        &mut self,
        keep: &mut dyn FnMut(usize, &[u8]),
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<bool, UnsupportedFile> {
        let Some(wanted) = self.wants() else { return Ok(false) };
        let is_alone = self.files.len() == 1;
        let Some(file) = self.files.get_mut(wanted) else { return Ok(false) };
        file.is_ended = true;
        if is_alone {
            self.hungry.clear();
            file.input.end(&mut file.issues, &mut |plain| keep(wanted, plain), sink)?;
            return Ok(false);
        }
        let File { input, issues, queue, data, .. } = file;
        let ended = input.end(issues, &mut |plain| keep(wanted, plain), &mut |record| push(queue, data, &record));
        if !self.is_given_up {
            ended?;
        }
        self.go_on(keep, sink)
    }

    /// Gives more of the packets that are at hand; true if there are still more.
    ///
    /// # Errors
    /// A file is of no format that is read.
    pub fn work_off(
        &mut self,
        keep: &mut dyn FnMut(usize, &[u8]),
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<bool, UnsupportedFile> {
        self.go_on(keep, sink)
    }

    /// The rest of every file will not come: what waits for it is no damage. Call [`Inputs::end`] until no file is
    /// wanted.
    pub fn give_up(&mut self) {
        self.is_given_up = true;
        for file in &mut self.files {
            file.pending.clear();
            file.pending_at = 0;
            file.input.give_up();
        }
    }

    /// From the next row of a table on only this part is wanted.
    pub fn want(&mut self, part: Part) {
        for file in &mut self.files {
            file.input.want(part);
        }
    }

    /// What is known of each file so far.
    pub fn reports(&self) -> Vec<InputReport> {
        self.files.iter().map(|file| InputReport { issues: file.issues.clone(), ..file.input.report() }).collect()
    }

    /// Parses what is at hand and gives packets until a file has to be asked, or there were many; true if there are more.
    fn go_on(
        &mut self,
        keep: &mut dyn FnMut(usize, &[u8]),
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<bool, UnsupportedFile> {
        let mut n_given = 0;
        while n_given < STEP_BYTES {
            while let Some(number) = self.hungry.last().copied() {
                let Some(file) = self.files.get_mut(number) else { return Ok(false) };
                file.fill(&mut |plain| keep(number, plain))?;
                match file.queue.front() {
                    Some(head) => self.heads.push(Reverse((head.time_ns, number))),
                    None if file.is_ended => {}
                    None => return Ok(false),
                }
                self.hungry.pop();
            }
            let Some(Reverse((_, number))) = self.heads.pop() else { return Ok(false) };
            let Some(file) = self.files.get_mut(number) else { return Ok(false) };
            if let Some(waiting) = file.queue.pop_front() {
                n_given += size_of::<Waiting>() + (waiting.data.1 - waiting.data.0);
                sink(Record::Packet(waiting.raw(number as u8, &file.data)));
            }
            match file.queue.front() {
                Some(head) => self.heads.push(Reverse((head.time_ns, number))),
                None => self.hungry.push(number),
            }
        }
        Ok(true)
    }
}

impl File {
    fn new(number: u8, table_options: Option<Options>, quota: UnpackQuota) -> File {
        File {
            input: Input::new(number, table_options, quota),
            issues: IssueLog::default(),
            pending: Vec::new(),
            pending_at: 0,
            is_ended: false,
            queue: VecDeque::new(),
            data: Vec::new(),
        }
    }

    /// Parses until there is a packet or the bytes at hand are used up.
    fn fill(&mut self, keep: &mut dyn FnMut(&[u8])) -> Result<(), UnsupportedFile> {
        let File { input, issues, pending, pending_at, queue, data, .. } = self;
        if queue.is_empty() {
            data.clear();
        }
        while queue.is_empty() {
            let rest = pending.get(*pending_at..).unwrap_or(&[]);
            let Some(piece) = rest.get(..rest.len().min(PIECE_BYTES)).filter(|piece| !piece.is_empty()) else { break };
            *pending_at += input.step(piece, issues, keep, &mut |record| push(queue, data, &record))?;
        }
        Ok(())
    }
}

fn push(queue: &mut VecDeque<Waiting>, data: &mut Vec<u8>, record: &Record<'_>) {
    // Beside other files tables are refused, so there is nothing else.
    let Record::Packet(raw) = record else { return };
    let start = data.len();
    data.extend_from_slice(raw.data);
    queue.push_back(Waiting {
        time_ns: raw.time_ns,
        is_timed: raw.is_timed,
        wire_bytes: raw.wire_bytes,
        link_type: raw.link_type,
        interface: raw.interface,
        offset: raw.offset,
        data: (start, data.len()),
    });
}

impl Waiting {
    fn raw<'a>(&self, file: u8, data: &'a [u8]) -> RawPacket<'a> {
        RawPacket {
            time_ns: self.time_ns,
            is_timed: self.is_timed,
            wire_bytes: self.wire_bytes,
            link_type: self.link_type,
            file,
            interface: self.interface,
            offset: self.offset,
            data: data.get(self.data.0..self.data.1).unwrap_or(&[]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A classic pcap whose packets hold these bytes at these seconds.
    fn pcap(packets: &[(u32, u8)]) -> Vec<u8> {
        let mut out = [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 65_535, 1].map(u32::to_le_bytes).concat();
        for (seconds, byte) in packets {
            out.extend([*seconds, 0, 1, 1].map(u32::to_le_bytes).concat());
            out.push(*byte);
        }
        out
    }

    /// File and content of every packet, with the files fed in slices of a size.
    fn merged(files: &[Vec<u8>], size: usize) -> Result<Vec<(u8, u8)>, UnsupportedFile> {
        let mut inputs = Inputs::new(files.len(), Options::default());
        let mut rest: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        let mut packets = Vec::new();
        while let Some(wanted) = inputs.wants() {
            let mut sink = |record: Record<'_>| {
                if let Record::Packet(raw) = record {
                    packets.push((raw.file, raw.data[0]));
                }
            };
            if rest[wanted].is_empty() {
                let mut is_more = inputs.end(&mut |_, _| (), &mut sink)?;
                while is_more {
                    is_more = inputs.work_off(&mut |_, _| (), &mut sink)?;
                }
                continue;
            }
            let (mut slice, behind) = rest[wanted].split_at(size.min(rest[wanted].len()));
            rest[wanted] = behind;
            while !slice.is_empty() {
                slice = &slice[inputs.step(slice, &mut |_, _| (), &mut sink)?..];
            }
        }
        Ok(packets)
    }

    #[test]
    fn packets_come_in_order_of_time_whatever_the_slices() {
        let files =
            [pcap(&[(1, 1), (4, 4), (4, 5), (9, 9)]), pcap(&[(2, 2), (4, 6), (10, 10)]), pcap(&[]), pcap(&[(3, 3)])];
        for size in [1, 20, 10_000] {
            let packets = merged(&files, size).unwrap();
            assert_eq!(packets, [(0, 1), (1, 2), (3, 3), (0, 4), (0, 5), (1, 6), (0, 9), (1, 10)], "slices of {size}");
        }
    }

    #[test]
    fn a_file_out_of_order_keeps_its_own() {
        let files = [pcap(&[(5, 1), (1, 2), (6, 3)]), pcap(&[(2, 7)])];
        assert_eq!(merged(&files, 100).unwrap(), [(1, 7), (0, 1), (0, 2), (0, 3)]);
    }

    #[test]
    fn one_file_that_is_no_capture_refuses_all() {
        assert!(merged(&[pcap(&[(1, 1)]), b"some plain text".to_vec()], 8).is_err());
    }

    /// A compressed capture of so many packets of one byte.
    fn packed(n: u32) -> Vec<u8> {
        let packets: Vec<_> = (0..n).map(|_| (1, 7)).collect();
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut encoder, &pcap(&packets)).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn no_step_gives_many_packets_however_small_the_files_are() {
        let n = 300_000;
        let files = [packed(n), packed(n)];
        let mut inputs = Inputs::new(2, Options::default());
        let mut is_given = [false; 2];
        let (mut n_packets, mut most) = (0, 0);
        while let Some(wanted) = inputs.wants() {
            let mut n_of_step = 0;
            let mut sink = |_: Record<'_>| n_of_step += 1;
            if is_given[wanted] {
                let mut is_more = inputs.end(&mut |_, _| (), &mut sink).unwrap();
                while is_more {
                    (n_packets, most) = (n_packets + n_of_step, most.max(n_of_step));
                    n_of_step = 0;
                    is_more = inputs.work_off(&mut |_, _| (), &mut |_| n_of_step += 1).unwrap();
                }
            } else {
                is_given[wanted] = true;
                let mut rest = files[wanted].as_slice();
                while !rest.is_empty() {
                    rest = &rest[inputs.step(rest, &mut |_, _| (), &mut |_| n_of_step += 1).unwrap()..];
                    (n_packets, most) = (n_packets + n_of_step, most.max(n_of_step));
                    n_of_step = 0;
                }
            }
            (n_packets, most) = (n_packets + n_of_step, most.max(n_of_step));
            let queues: usize = inputs.files.iter().map(|file| file.queue.capacity()).sum();
            assert!(queues < 20_000, "{queues} packets wait");
        }
        assert_eq!(n_packets, 2 * n as usize);
        assert!(most < 20_000, "{most} packets in one step");
    }

    #[test]
    fn packets_of_small_compressed_files_are_counted() {
        // Of 256 files each has room for 65,536, and nothing else ends it.
        let files: Vec<_> = (0..256).map(|i| packed(if i == 0 { 100_000 } else { 10 })).collect();
        let mut inputs = Inputs::new(files.len(), Options::default());
        let mut rest: Vec<_> = files.iter().map(Vec::as_slice).collect();
        let mut n_of_first = 0;
        while let Some(wanted) = inputs.wants() {
            let mut sink = |record: Record<'_>| {
                n_of_first += usize::from(matches!(record, Record::Packet(RawPacket { file: 0, .. })));
            };
            let mut slice = std::mem::take(&mut rest[wanted]);
            if slice.is_empty() {
                let mut is_more = inputs.end(&mut |_, _| (), &mut sink).unwrap();
                while is_more {
                    is_more = inputs.work_off(&mut |_, _| (), &mut sink).unwrap();
                }
            }
            while !slice.is_empty() {
                slice = &slice[inputs.step(slice, &mut |_, _| (), &mut sink).unwrap()..];
            }
        }
        assert!((1 << 16..80_000).contains(&n_of_first), "{n_of_first}");
        let issues = inputs.reports().swap_remove(0).issues;
        assert_eq!(issues.count(crate::issue::IssueKind::UnpackLimit), 1);
    }

    #[test]
    fn a_table_is_refused_beside_other_files_and_read_alone() {
        let table = b"source,target,bytes\n1.1.1.1,2.2.2.2,7\n1.1.1.1,2.2.2.2,9\n".to_vec();
        for files in [[pcap(&[(1, 1)]), table.clone()], [table.clone(), table.clone()]] {
            for size in [1, 10_000] {
                let refusal = merged(&files, size).unwrap_err();
                assert_eq!(refusal.0, "Open a table on its own, not together with other files.");
            }
        }
        assert_eq!(merged(&[table], 10).unwrap(), []);
    }
}
