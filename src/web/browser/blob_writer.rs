//! Writes bytes to a blob of the browser, which it may keep on disk, so that a large export does not stay in our
//! memory.

use js_sys::{Array, Uint8Array};
use std::io::{self, Write};
use wasm_bindgen::JsValue;
use web_sys::Blob;

/// Bytes collected before they become a part of the blob.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// A writer ([`Write`]) whose bytes become a blob.
#[derive(Default)]
pub struct BlobWriter {
    parts: Array,
    chunks: Array,
    n_bytes: usize,
}

impl BlobWriter {
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
        if self.n_bytes >= PART_BYTES {
            self.gather().map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
