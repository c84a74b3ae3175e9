//! Checks whether the first records of some bytes are plausible, one after the other.

use super::{HEADER_BYTES, Pcap, RecordHeader, is_file_header};

/// So many records are looked at.
const N_RECORDS: usize = 3;

/// What a look at one place gave.
pub(super) enum Look {
    No,
    Yes,
    /// So many bytes from this place on are needed to say.
    Need(usize),
}

impl Pcap {
    /// True if records that `fits`, with headers of so many bytes, stand at the front of the bytes, up to a few of them, the
    /// end of the file or another file header.
    pub(super) fn look(
        &self,
        head_bytes: usize,
        bytes: &[u8],
        is_last: bool,
        mut fits: impl FnMut(&RecordHeader) -> bool,
    ) -> Look {
        let mut at = 0;
        for number in 0..N_RECORDS {
            let rest = bytes.get(at..).unwrap_or(&[]);
            if number > 0 && (is_file_header(rest) || is_last && rest.is_empty()) {
                return Look::Yes;
            }
            if rest.len() < HEADER_BYTES && !is_last {
                return Look::Need(at + HEADER_BYTES);
            }
            let Some(record) = self.record(rest).filter(&mut fits) else { return Look::No };
            at += head_bytes + record.captured as usize;
            if bytes.len() < at {
                return if is_last { Look::No } else { Look::Need(at) };
            }
        }
        Look::Yes
    }
}
