//! Slices of a table to the helper that keeps its rows, and the rows back in blocks. A slice goes there once this worker
//! is done with it. At the end comes back what is to be said of the rows, and once that is said the rows themselves: they
//! take long to copy, and no finding waits for them.

use super::helper_main::{HelperRequest, MARK};
use crate::pipeline::{RowBlock, RowKeeper};
use crate::protocol::decode;
use crate::settings::Settings;
use crate::web::browser::codec;
use crate::web::browser::spawn::{OwnScript, end, post, spawn_own};
use gloo::timers::callback::Timeout;
use js_sys::{Array, Function, Promise, Uint8Array};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, Worker};

/// A helper that is not ready by then, ms, is not waited for.
const READY_MS: u32 = 5_000;
/// Slices that the helper may be behind.
const MOST_BEHIND: usize = 12;

/// A helper, at first with nothing to do. Dropping it ends it.
pub struct RowHelper {
    worker: Worker,
    state: Rc<RefCell<State>>,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(web_sys::Event)>,
}

/// A helper at work.
pub struct RowTask {
    helper: RowHelper,
    /// Would keep the rows here, should the helper fail.
    pub(super) spare: Option<RowKeeper>,
    /// Bytes of the slices that went there.
    pub(super) n_bytes: f64,
    /// The rest of the file will not come.
    pub(super) is_stopped: bool,
}

struct State {
    /// Messages that wait for the helper to be ready; none once it is.
    waiting: Option<VecDeque<(JsValue, Array)>>,
    /// Takes each block that comes back, and says whether it was the last.
    put: Rc<dyn Fn(RowBlock) -> bool>,
    /// Slices sent that it has not taken yet.
    n_behind: usize,
    /// The first block is back.
    has_begun: bool,
    /// The other blocks were asked for.
    is_asked: bool,
    /// All blocks are back, or none will come any more.
    is_over: bool,
    /// Who waits for something of this to change.
    watchers: Vec<Function>,
}

impl RowHelper {
    /// Starts a helper. That takes long while this worker is busy: better ahead of time.
    pub(super) fn start() -> Result<RowHelper, JsValue> {
        // The compiled module rides in the first message: nothing is loaded or compiled again.
        let (mark, begin) =
            (format!("self.{MARK} = true;"), "onmessage = ({ data }) => wasm_bindgen({ module_or_path: data });");
        let (worker, lifeline) = spawn_own(&OwnScript::known()?, &mark, begin)?;
        worker.post_message(&wasm_bindgen::module())?;
        let state = Rc::new(RefCell::new(State {
            waiting: Some(VecDeque::new()),
            put: Rc::new(|_| true),
            n_behind: 0,
            has_begun: false,
            is_asked: false,
            is_over: false,
            watchers: Vec::new(),
        }));
        let on_message = {
            let (worker, state) = (worker.clone(), state.clone());
            Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
                let data = event.data();
                if data.is_null() {
                    if state.borrow().waiting.is_some() {
                        let state = Rc::downgrade(&state);
                        lifeline.watch(move || {
                            if let Some(state) = state.upgrade() {
                                state.borrow_mut().is_over = true;
                                wake(&state);
                            }
                        });
                    }
                    on_ready(&worker, &mut state.borrow_mut());
                } else {
                    let bytes = data.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec);
                    let block = bytes.and_then(|bytes| decode(&bytes));
                    let put = state.borrow().put.clone();
                    let is_over = block.is_none_or(|block| put(block));
                    let mut state = state.borrow_mut();
                    (state.has_begun, state.is_over) = (true, is_over);
                    drop(state);
                }
                wake(&state);
            })
        };
        let on_error = {
            let state = state.clone();
            Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
                event.prevent_default();
                state.borrow_mut().is_over = true;
                wake(&state);
            })
        };
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(RowHelper { worker, state, _on_message: on_message, _on_error: on_error })
    }

    /// True if it has failed.
    pub(super) fn is_over(&self) -> bool {
        self.state.borrow().is_over
    }

    /// Sends a message now, or once the helper is ready.
    fn send(&self, message: (JsValue, Array)) {
        match &mut self.state.borrow_mut().waiting {
            Some(waiting) => waiting.push_back(message),
            None => post(&self.worker, &message),
        }
    }
}

impl RowTask {
    /// Gives a helper its work. `put` takes each block that comes back, and says whether it was the last.
    pub(super) fn begin(
        helper: RowHelper,
        (settings, name): (&Settings, &str),
        put: impl Fn(RowBlock) -> bool + 'static,
    ) -> RowTask {
        helper.state.borrow_mut().put = Rc::new(put);
        helper
            .send(codec::to_js(&HelperRequest::Begin { settings: settings.clone(), file_name: name.to_owned() }, &[]));
        let state = helper.state.clone();
        let give_up = move || {
            let is_silent = state.borrow().waiting.is_some();
            state.borrow_mut().is_over |= is_silent;
            wake(&state);
        };
        Timeout::new(READY_MS, give_up).forget();
        RowTask { helper, spare: Some(RowKeeper::for_file(settings, name)), n_bytes: 0.0, is_stopped: false }
    }

    /// Hands over a slice of the file, whose buffer is gone here then.
    pub(super) fn feed(&mut self, slice: &JsValue, n_bytes: u32) {
        self.n_bytes += f64::from(n_bytes);
        let transfer = Array::of1(slice);
        if !self.helper.is_over() {
            self.helper.state.borrow_mut().n_behind += 1;
            self.helper.send((slice.clone(), transfer));
        }
    }

    /// No more slices come.
    pub(super) fn end(&mut self, is_stopped: bool) {
        self.is_stopped = is_stopped;
        self.helper.send(codec::to_js(&HelperRequest::End { is_stopped }, &[]));
    }

    /// Asks for the rows, once.
    pub(super) fn ask(&mut self) {
        let was_asked = std::mem::replace(&mut self.helper.state.borrow_mut().is_asked, true);
        if !was_asked {
            self.helper.send(codec::to_js(&HelperRequest::Rows, &[]));
        }
    }

    /// To wait for it while it stays where it is.
    pub(super) fn watch(&self) -> Watch {
        Watch(self.helper.state.clone())
    }
}

/// Waits for a helper.
pub struct Watch(Rc<RefCell<State>>);

impl Watch {
    /// Waits until the helper may be sent a slice.
    pub async fn room(&self) {
        while self.0.borrow().n_behind >= MOST_BEHIND && !self.0.borrow().is_over {
            self.change().await;
        }
    }

    /// Waits until it is known what is to be said of the rows, or nothing will come any more.
    pub(super) async fn begun(&self) {
        while !self.0.borrow().has_begun && !self.0.borrow().is_over {
            self.change().await;
        }
    }

    /// Waits until all blocks are back, or none will come any more.
    pub(super) async fn over(&self) {
        while !self.0.borrow().is_over {
            self.change().await;
        }
    }

    /// True once all blocks are back, or none will come any more.
    pub(super) fn is_over(&self) -> bool {
        self.0.borrow().is_over
    }

    async fn change(&self) {
        let promise = Promise::new(&mut |resolve, _| self.0.borrow_mut().watchers.push(resolve));
        let _ = JsFuture::from(promise).await;
    }
}

/// The helper is ready, or has taken a slice.
fn on_ready(worker: &Worker, state: &mut State) {
    match state.waiting.take() {
        Some(waiting) => waiting.into_iter().for_each(|message| post(worker, &message)),
        None => state.n_behind = state.n_behind.saturating_sub(1),
    }
}

/// Wakes all who wait.
fn wake(state: &RefCell<State>) {
    let watchers = std::mem::take(&mut state.borrow_mut().watchers);
    for watcher in watchers {
        let _ = watcher.call0(&JsValue::UNDEFINED);
    }
}

impl Drop for RowHelper {
    fn drop(&mut self) {
        end(&self.worker);
        // Nobody should wait for it in vain.
        self.state.borrow_mut().is_over = true;
        wake(&self.state);
    }
}
