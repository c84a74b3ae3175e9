//! Notices that a worker is gone, also where no error says so: the browser ended it for want of memory, or it closed itself.
//!
//! The worker holds a lock of its own as long as it lives (Web Locks API), and whoever started it waits for that lock. Where
//! there are no locks, on hosts without HTTPS, only errors tell.

use gloo::timers::callback::Timeout;
use js_sys::{Function, JSON, Math, Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A worker that has said its first word holds its lock after this time, ms. One that is busy from then on says it only once it
/// does: the lock comes no sooner than the worker takes a turn.
const HELD_MS: u32 = 1_000;

/// The lock of one worker.
#[derive(Clone)]
pub struct Lifeline {
    name: String,
}

impl Lifeline {
    /// Of a worker to be started.
    pub fn new() -> Lifeline {
        Lifeline { name: format!("packetloupe worker {}", Math::random()) }
    }

    /// What the worker's script does first. The promise `held` is kept once the worker holds its lock, or cannot.
    pub fn script(&self) -> String {
        let name = JSON::stringify(&self.name.as_str().into()).map_or_else(|_| "''".to_owned(), String::from);
        format!(
            "self.held = new Promise((held) => {{ const {{ locks }} = self.navigator; if (!locks) return held(); \
             locks.request({name}, () => {{ held(); return new Promise(() => {{}}); }}).catch(held); }});"
        )
    }

    /// Calls `gone` once the worker is no more, however it ended. To be called when it has said its first word.
    pub fn watch(&self, gone: impl FnOnce() + 'static) {
        let name = self.name.clone();
        Timeout::new(HELD_MS, move || {
            let waiting = request(&name, gone);
            if let Ok(promise) = waiting.and_then(|promise| promise.dyn_into::<Promise>()) {
                // A page that is left gives up waiting: that is no failure.
                wasm_bindgen_futures::spawn_local(async move {
                    let _ = JsFuture::from(promise).await;
                });
            }
        })
        .forget();
    }
}

fn request(name: &str, gone: impl FnOnce() + 'static) -> Result<JsValue, JsValue> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into())?;
    let locks = Reflect::get(&navigator, &"locks".into())?;
    let request: Function = Reflect::get(&locks, &"request".into())?.dyn_into()?;
    request.call2(&locks, &name.into(), &Closure::once_into_js(gone))
}
