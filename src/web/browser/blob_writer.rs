//! Writes bytes to a blob of the browser, which it may keep on disk, so that a large export does not stay in our
//! memory.

use js_sys::{Array, Uint8Array};
use std::io::{self, Write};
use wasm_bindgen::JsValue;
use web_sys::Blob;

/// Bytes collected before they become a part of the blob.
const PART_BYTES: usize = 8 * 1024 * 1024;
/// Even of many writers each collects so many.
const LEAST_PART_BYTES: usize = 256 * 1024;

/// A writer ([`Write`]) whose bytes become a blob.
pub struct BlobWriter {
    parts: Array,
    chunks: Array,
    n_bytes: usize,
    part_bytes: usize,
}

impl Default for BlobWriter {
    fn default() -> Self {
        BlobWriter::among(1)
    }
}

impl BlobWriter {
    /// One of so many that are written at the same time: together they hold no more than one alone, but for a little each.
    pub fn among(n_writers: usize) -> BlobWriter {
        let part_bytes = (PART_BYTES / n_writers.max(1)).max(LEAST_PART_BYTES);
        BlobWriter { parts: Array::new(), chunks: Array::new(), n_bytes: 0, part_bytes }
    }

    /// The blob with all bytes written; an error if the browser cannot make it.
    pub fn finish(mut self) -> Result<Blob, JsValue> {
        self.gather()?;
        Blob::new_with_blob_sequence(&self.parts)
    }

    fn gather(&mut self) -> Result<(), JsValue> {
        let part = Blob::new_with_u8_array_sequence(&self.chunks)?;
        self.parts.push(&part);
        self.chunks = Array::new();
        self.n_bytes = 0;
        Ok(())
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.chunks.push(&Uint8Array::from(bytes));
        self.n_bytes += bytes.len();
        if self.n_bytes >= self.part_bytes {
            self.gather().map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
