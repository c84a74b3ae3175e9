//! An analysis to a file of it that is saved: a report, or an export that needs no tables, written by the program that is loaded for it.

use super::pseudonym_form::with_pseudonyms;
use crate::export::pseudonyms::{Notation, PseudonymKey};
use crate::export::report::ReportFormat;
use crate::language::Language;
use crate::model::Analysis;
use crate::session::Shared;
use crate::web::browser::extra::{Extra, Heard};
use crate::web::browser::{download, file_text};
use crate::web::extra::writing::{MARK, WritingRequest, Written};
use crate::web::page::language;
use crate::web::page::store::Store;
use gloo::timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use web_sys::Blob;

const NOT_LOADED: &str = "The part of Packetloupe that writes reports could not be loaded. Check that you are online and try again; \
                          if that does not help, reload the page.";
const FAILED: &str = "The file was not written: the browser ran out of memory, or there is a bug in Packetloupe.";

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
            let translated = move |text: String| match report {
                Some(format) => language::report(text, format),
                None => text,
            };
            let Some(key) = key else {
                let text = text.map(translated).ok_or_else(|| format!("There is not enough room for {name}."));
                return then(text.and_then(|text| download::save_text(&name, media_type, &text)));
            };
            with_pseudonyms(&store, &analysis, key, move |all| {
                then(all.and_then(|mut all| {
                    let text = text.ok_or_else(|| format!("There is not enough room for {name}."))?;
                    // Figures in another language may look like addresses.
                    let text = translated(all.rewrite(&text, Notation::of_media_type(media_type)));
                    download::save_text(&all.rewrite(&name, Notation::Other), media_type, &text)
                }));
            });
        });
    });
}

/// Writes a file, and goes on with it, or with a sentence that says why there is none.
fn write(request: &WritingRequest<'_>, then: impl FnOnce(Result<Blob, String>) + 'static) {
    let then = Rc::new(Cell::new(Some(then)));
    // The worker, which is ended by what is heard first.
    let writing: Rc<RefCell<Option<Extra>>> = Rc::default();
    let heard = {
        let (writing, then) = (writing.clone(), then.clone());
        move |heard: Heard<Written>| {
            let Some(then) = then.take() else { return };
            // What listens is in use just now.
            let ended = writing.take();
            Timeout::new(0, move || drop(ended)).forget();
            then(
                match heard {
                    Heard::Reply(Written, mut files) => files.pop().ok_or(FAILED),
                    Heard::Gone { was_ready } => Err(if was_ready { FAILED } else { NOT_LOADED }),
                }
                .map_err(str::to_owned),
            );
        }
    };
    match Extra::start(MARK, heard) {
        Ok(extra) => {
            extra.send(request);
            writing.replace(Some(extra));
        }
        Err(_) => {
            if let Some(then) = then.take() {
                then(Err(NOT_LOADED.to_owned()));
            }
        }
    }
}
