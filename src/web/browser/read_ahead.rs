//! A file to its slices, read by a second worker while this one analyses. A browser hands bytes over only while the
//! worker that asked is idle, so that reading and analysing in one worker take turns.

use super::spawn::{end, spawn};
use js_sys::{ArrayBuffer, Function, Object, Promise, Reflect};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, FileReaderSync, MessageEvent, Worker};

/// Bytes of the file that are read at a time.
pub const SLICE_BYTES: f64 = 8.0 * 1024.0 * 1024.0;
/// Bytes of the first slice, so that work begins soon.
const FIRST_BYTES: f64 = 1024.0 * 1024.0;
/// Slices that are read before they are needed.
const SLICES_AHEAD: usize = 3;

/// Each message asks for the next slice; the first brings the file. Null stands for bytes that cannot be read.
const SCRIPT: &str = "const reader = new FileReaderSync();
let file, first, most, at = 0;
onmessage = ({ data }) => {
  if (data) ({ file, first, most } = data);
  if (at >= file.size) return;
  const size = at ? most : first;
  let bytes = null;
  try {
    bytes = reader.readAsArrayBuffer(file.slice(at, at + size));
  } catch {}
  at += size;
  postMessage(bytes, bytes ? [bytes] : []);
};
";

/// The slices of a file, in order. Dropping it ends its worker.
pub struct ReadAhead {
    file: Blob,
    slice_bytes: f64,
    at: f64,
    /// None where it is not wanted, or where the browser starts no worker within a worker.
    reader: Option<Reader>,
}

/// A second worker that reads, at first with nothing to do. Dropping it ends it.
pub struct Reader {
    worker: Worker,
    arrivals: Rc<RefCell<Arrivals>>,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn()>,
}

/// Slices that came (undefined once the worker has failed), and who waits for the next one.
#[derive(Default)]
struct Arrivals {
    slices: VecDeque<JsValue>,
    waiting: Option<Function>,
}

impl ReadAhead {
    /// Begins to read, by this reader if there is one.
    pub fn start(file: &Blob, slice_bytes: f64, reader: Option<Reader>) -> ReadAhead {
        let mut ahead = ReadAhead { file: file.clone(), slice_bytes, at: 0.0, reader: None };
        ahead.reader = reader.filter(|reader| reader.begin(&ahead).is_ok());
        ahead
    }

    fn first_bytes(&self) -> f64 {
        self.slice_bytes.min(FIRST_BYTES)
    }

    /// The next slice, as an ArrayBuffer; null if it cannot be read; none after that and after the last. Waits for the
    /// browser, so that messages get in.
    pub async fn next(&mut self) -> Option<JsValue> {
        let at = self.at;
        if at >= self.file.size() {
            return None;
        }
        let n_bytes = if at == 0.0 { self.first_bytes() } else { self.slice_bytes };
        self.at += n_bytes;
        let mut slice = match &self.reader {
            Some(reader) => reader.next().await?,
            None => JsValue::UNDEFINED,
        };
        if slice.is_undefined() {
            self.reader = None;
            let part = self.file.slice_with_f64_and_f64(at, at + n_bytes).ok()?;
            let promise: Promise = part.array_buffer().unchecked_into();
            slice = JsFuture::from(promise).await.unwrap_or(JsValue::NULL);
        }
        if slice.is_null() {
            self.at = f64::INFINITY;
        }
        Some(slice)
    }
}

/// Some bytes of a file, at once; none if it has changed or cannot be read.
pub fn read(file: &Blob, at: f64, bytes: f64) -> Option<ArrayBuffer> {
    let slice = file.slice_with_f64_and_f64(at, at + bytes).ok()?;
    FileReaderSync::new().ok()?.read_as_array_buffer(&slice).ok()
}

impl Reader {
    /// Starts one. It is ready the sooner the less this worker has to do meanwhile.
    pub fn start() -> Result<Reader, JsValue> {
        let worker = spawn(SCRIPT)?;
        let arrivals: Rc<RefCell<Arrivals>> = Rc::default();
        let on_message = {
            let arrivals = arrivals.clone();
            Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| arrive(&arrivals, event.data()))
        };
        let on_error = {
            let arrivals = arrivals.clone();
            Closure::<dyn Fn()>::new(move || arrive(&arrivals, JsValue::UNDEFINED))
        };
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Reader { worker, arrivals, _on_message: on_message, _on_error: on_error })
    }

    /// Asks for the first slices of a file.
    fn begin(&self, ahead: &ReadAhead) -> Result<(), JsValue> {
        let first = Object::new();
        Reflect::set(&first, &"file".into(), &ahead.file)?;
        Reflect::set(&first, &"first".into(), &ahead.first_bytes().into())?;
        Reflect::set(&first, &"most".into(), &ahead.slice_bytes.into())?;
        self.worker.post_message(&first)?;
        for _ in 1..SLICES_AHEAD {
            self.worker.post_message(&JsValue::NULL)?;
        }
        Ok(())
    }

    async fn next(&self) -> Option<JsValue> {
        if self.arrivals.borrow().slices.is_empty() {
            let promise = Promise::new(&mut |resolve, _| self.arrivals.borrow_mut().waiting = Some(resolve));
            JsFuture::from(promise).await.ok()?;
        }
        let slice = self.arrivals.borrow_mut().slices.pop_front()?;
        // Fails only for values that cannot be cloned.
        let _ = self.worker.post_message(&JsValue::NULL);
        Some(slice)
    }
}

fn arrive(arrivals: &RefCell<Arrivals>, slice: JsValue) {
    let waiting = {
        let mut arrivals = arrivals.borrow_mut();
        arrivals.slices.push_back(slice);
        arrivals.waiting.take()
    };
    if let Some(resolve) = waiting {
        let _ = resolve.call0(&JsValue::UNDEFINED);
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        end(&self.worker);
    }
}
