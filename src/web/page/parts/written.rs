//! An analysis to a file of it that is saved: a report, or an export that needs no tables, written by the program that is loaded for it.

use super::pseudonym_form::with_pseudonyms;
use crate::export::pseudonyms::{Notation, PseudonymKey};
use crate::export::report::ReportFormat;
use crate::language::Language;
use crate::model::Analysis;
use crate::protocol::BUILD;
use crate::session::Shared;
use crate::web::browser::spawn::{end, post, spawn_extra};
use crate::web::browser::{codec, download, file_text};
use crate::web::extra::writing::{MARK, WritingReply, WritingRequest};
use crate::web::page::language;
use crate::web::page::store::Store;
use gloo::timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Blob, Event, MessageEvent, Worker};

const NOT_LOADED: &str = "The part of Packetloupe that writes reports could not be loaded. Check that you are online and try again; \
                          if that does not help, reload the page.";
const FAILED: &str = "The file was not written: the browser ran out of memory, or there is a bug in Packetloupe.";

/// Who is told what came of it.
type Then = Box<dyn FnOnce(Result<Blob, String>)>;

/// What listens to messages and to failures.
type Listeners = (Closure<dyn Fn(MessageEvent)>, Closure<dyn Fn(Event)>);

/// The worker that writes, and what listens to it.
struct Writing {
    worker: Worker,
    is_ready: Cell<bool>,
    then: Cell<Option<Then>>,
    heard: RefCell<Option<Listeners>>,
}

/// The file that is saved.
pub struct SavedFile {
    /// Its name; under pseudonyms it is rewritten as its text is.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// The key of pseudonyms, if there are any.
    pub key: Option<PseudonymKey>,
    /// The format of a report, which is saved in the language that is shown.
    pub report: Option<ReportFormat>,
}

/// Has a file written and saves it, once it is translated, and addresses and names are replaced, if they are to be; goes on with a
/// sentence if that fails.
pub fn save_file(
    store: &Store,
    analysis: &Shared<Analysis>,
    request: &WritingRequest<'_>,
    SavedFile { name, media_type, key, report }: SavedFile,
    then: impl FnOnce(Result<(), String>) + 'static,
) {
    let (store, analysis) = (store.clone(), analysis.clone());
    write(request, move |written| {
        let report = report.filter(|_| language::shown() != Language::ENGLISH);
        let file = match written {
            Ok(file) if key.is_some() || report.is_some() => file,
            Ok(file) => return then(download::save_blob(&name, &download::typed(&file, media_type))),
            Err(why) => return then(Err(why)),
        };
        file_text::of_blob(&file, move |text| {
            let text = text.map(|text| match report {
                Some(format) => language::report(text, format),
                None => text,
            });
            let Some(key) = key else {
                let text = text.ok_or_else(|| format!("There is not enough room for {name}."));
                return then(text.and_then(|text| download::save_text(&name, media_type, &text)));
            };
            with_pseudonyms(&store, &analysis, key, move |all| {
                then(all.and_then(|mut all| {
                    let text = text.ok_or_else(|| format!("There is not enough room for {name}."))?;
                    let text = all.rewrite(&text, Notation::of_media_type(media_type));
                    download::save_text(&all.rewrite(&name, Notation::Other), media_type, &text)
                }));
            });
        });
    });
}

/// Writes a file, and goes on with it, or with a sentence that says why there is none.
fn write(request: &WritingRequest<'_>, then: impl FnOnce(Result<Blob, String>) + 'static) {
    let message = codec::to_js(request, &[]);
    let Ok((worker, lifeline)) = spawn_extra(MARK) else { return then(Err(NOT_LOADED.to_owned())) };
    let writing = Rc::new(Writing {
        worker,
        is_ready: Cell::default(),
        then: Cell::new(Some(Box::new(then))),
        heard: RefCell::default(),
    });
    let on_message = {
        let writing = writing.clone();
        Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| match codec::from_js(&event.data()) {
            Some((WritingReply::Ready(build), _)) if build == BUILD => {
                writing.is_ready.set(true);
                let gone = Rc::downgrade(&writing);
                lifeline.watch(move || gone.upgrade().into_iter().for_each(|writing| writing.is_gone()));
                post(&writing.worker, &message);
            }
            Some((WritingReply::Written, mut files)) => writing.end(files.pop().ok_or(FAILED)),
            Some((WritingReply::Ready(_), _)) | None => writing.end(Err(NOT_LOADED)),
        })
    };
    let on_error = {
        let writing = writing.clone();
        Closure::<dyn Fn(Event)>::new(move |event: Event| {
            event.prevent_default();
            writing.is_gone();
        })
    };
    writing.worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    writing.worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    writing.worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
    writing.heard.replace(Some((on_message, on_error)));
}

impl Writing {
    fn is_gone(&self) {
        self.end(Err(if self.is_ready.get() { FAILED } else { NOT_LOADED }));
    }

    fn end(&self, written: Result<Blob, &str>) {
        end(&self.worker);
        // What listens is in use just now.
        let heard = self.heard.take();
        Timeout::new(0, move || drop(heard)).forget();
        if let Some(then) = self.then.take() {
            then(written.map_err(str::to_owned));
        }
    }
}
