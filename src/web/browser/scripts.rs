//! Calls into our own scripts beside the page: files embedded in a page that is one file, files that the system opens with us, files to
//! be opened again, and the guided tour.
//!
//! They are plain scripts (`static/*.js`), because bindings for what they use are not stable yet. Without them all of this is
//! absent, and the page goes on.

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

/// A file that is inside of the page, as a promise of a blob; none if the page's files are beside it.
pub fn own_file(path: &str) -> Option<Promise> {
    call(&js_sys::global(), "ownFile", &[path.into()])
}

/// Calls `on_files` with files that a script hands over, until the listener is dropped.
pub fn listen(on_files: impl Fn(Vec<File>) + 'static) -> EventListener {
    let window = gloo::utils::window();
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&window, "open-files", options, move |event| {
        let Ok(files) = Reflect::get(event, &"detail".into()) else { return };
        // So that it knows that they were taken.
        event.prevent_default();
        on_files(Array::from(&files).iter().filter_map(|file| file.dyn_into().ok()).collect());
    })
}

/// Lets people choose files so that they can be opened again later; they come to [`listen`]. False if the browser cannot.
pub fn pick() -> bool {
    asked("pick", &[])
}

/// Opens files of this name and size again; they come to [`listen`]. The promise is of whether that worked; none if the browser
/// cannot.
pub fn reopen(name: &str, bytes: u64) -> Option<Promise> {
    call(&handles()?, "reopen", &[name.into(), (bytes as f64).into()])
}

/// True: remembers how to open the last files of several visits again. False: only those opened last.
pub fn keep_all(is_wanted: bool) {
    asked("keepAll", &[is_wanted.into()]);
}

/// Forgets how to open any file again.
pub fn forget() {
    asked("forget", &[]);
}

/// Begins the guided tour of the page.
pub fn tour() {
    call(&js_sys::global(), "startTour", &[]);
}

fn handles() -> Option<JsValue> {
    Reflect::get(&js_sys::global(), &"fileHandles".into()).ok().filter(JsValue::is_object)
}

/// Asks `handles.js` for something; false if it is absent or cannot.
fn asked(name: &str, arguments: &[JsValue]) -> bool {
    handles().and_then(|handles| call(&handles, name, arguments)).is_some()
}

fn call(of: &JsValue, name: &str, arguments: &[JsValue]) -> Option<Promise> {
    let function: Function = Reflect::get(of, &name.into()).ok()?.dyn_into().ok()?;
    function.apply(of, &arguments.iter().collect()).ok()?.dyn_into().ok()
}
