//! Files beside the open one in the worker: what files are that the page asks about, and those that are applied to every analysis.

use super::job::Job;
use super::scope::{pause, post, post_with};
use super::{Shared, evaluate, with};
use crate::attach::{self, Attachment, FRONT_BYTES};
use crate::model::Analysis;
use crate::pipeline::Pipeline;
use crate::protocol::attached::{AttachedFile, AttachedKind, AttachedOutcome, Offered};
use crate::protocol::{Answer, Reply, SaveError, Scope};
use crate::query;
use crate::settings::Settings;
use crate::training::NamedMarks;
use crate::web::browser::blob_writer::BlobWriter;
use crate::web::browser::read_ahead;
use js_sys::Uint8Array;
use std::cell::{Cell, RefCell};
use std::io::Write;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File};

/// Larger files are none that are applied, bytes.
const MOST_BYTES: f64 = 256.0 * 1024.0 * 1024.0;

/// The files that are applied.
#[derive(Clone, Default)]
pub(super) struct Applied(Rc<Inner>);

#[derive(Default)]
struct Inner {
    files: RefCell<Vec<(AttachedFile, Result<Attachment, String>)>>,
    /// Counts changes: an older one ends when a newer begins.
    round: Cell<u32>,
    is_reading: Cell<bool>,
}

/// Says what files are.
pub(super) fn recognise(number: u32, offer: u32, settings: &Settings, files: &[Blob]) {
    let offered = |file: &Blob| {
        let name = file.dyn_ref::<File>().map(File::name).unwrap_or_default();
        let Some(front) = bytes(file, FRONT_BYTES as f64) else {
            return Offered::Unknown("It cannot be read any more: choose it again.".to_owned());
        };
        attach::offered(&name, &front, file.size() as u64, settings)
    };
    post(number, Reply::Recognised { offer, files: files.iter().map(offered).collect() });
}

/// Applies just these files from now on, also to what has been read.
pub(super) fn attach(shared: &Shared, number: u32, list: Vec<AttachedFile>, files: Vec<Blob>) {
    let applied = &shared.applied.0;
    applied.round.set(applied.round.get().wrapping_add(1));
    applied.is_reading.set(true);
    let (shared, round) = (shared.clone(), applied.round.get());
    spawn_local(async move {
        let applied = shared.applied.0.clone();
        let mut known = applied.files.take();
        let mut read = Vec::new();
        for (file, blob) in list.into_iter().zip(files) {
            let place = known.iter().position(|(of, _)| *of == file);
            let one = match place.map(|place| known.swap_remove(place)) {
                Some(one) => one,
                None => {
                    pause().await;
                    let attachment = read_one(&file, &blob);
                    (file, attachment)
                }
            };
            read.push(one);
        }
        if applied.round.get() != round {
            return;
        }
        applied.files.replace(read);
        applied.is_reading.set(false);
        let is_read = with(&shared, number, |job| {
            job.round += 1;
            job.is_read
        });
        match is_read {
            Some(true) => _ = evaluate::evaluate(&shared, number).await,
            _ => post(number, Reply::Attached(shared.applied.outcomes(Vec::new()))),
        }
    });
}

/// Says what differs from the baseline that is applied.
pub(super) fn compare(shared: &Shared, number: u32, question: u32, scope: &Scope) {
    let files = shared.applied.0.files.borrow();
    let normal = files.iter().find_map(|(_, of)| match of {
        Ok(Attachment::Baseline(normal)) => Some(normal),
        _ => None,
    });
    let said = with(shared, number, |job| {
        let (Some(normal), Some(analysis)) = (normal, job.analysis.as_ref()) else { return Ok(None) };
        let mut source = job.source();
        let passing = query::flows_within(&job.pipeline, analysis, &mut source, scope)?;
        attach::comparison(normal, &job.pipeline, analysis, passing.as_deref()).map(Some)
    });
    if let Some(said) = said {
        post(number, Reply::Answer { question, answer: Answer::Comparison(Box::new(said)) });
    }
}

/// Writes what is normal in the flows that are left by a selection.
pub(super) fn save_baseline(shared: &Shared, number: u32, scope: &Scope) {
    let written = with(shared, number, |job| -> Result<_, SaveError> {
        let analysis = job.analysis.as_ref().ok_or(SaveError::Unread)?;
        let mut source = job.source();
        let passing = query::flows_within(&job.pipeline, analysis, &mut source, scope)?;
        let names = vec![analysis.file.name.clone()];
        let profile = attach::learn(&job.pipeline, analysis, names, passing.as_deref())?;
        let mut writer = BlobWriter::default();
        writer.write_all(profile.text().as_bytes())?;
        writer.finish().map_err(|_| SaveError::NoRoom)
    });
    match written {
        Some(Ok(file)) => post_with(number, Reply::Saved(Ok(0)), &[file]),
        Some(Err(why)) => post(number, Reply::Saved(Err(why))),
        None => {}
    }
}

fn read_one(file: &AttachedFile, blob: &Blob) -> Result<Attachment, String> {
    if blob.size() > MOST_BYTES {
        return Err("it is larger than 256 MiB".to_owned());
    }
    let bytes = bytes(blob, MOST_BYTES).ok_or("it cannot be read any more: choose it again")?;
    Attachment::read(&file.name, file.kind, &String::from_utf8_lossy(&bytes))
}

/// The front of a file.
fn bytes(file: &Blob, most: f64) -> Option<Vec<u8>> {
    let buffer = read_ahead::read(file, 0.0, file.size().min(most))?;
    Some(Uint8Array::new(&buffer).to_vec())
}

impl Applied {
    /// Waits until the files are read that are applied.
    pub(super) async fn wait(&self) {
        while self.0.is_reading.get() {
            pause().await;
        }
    }

    /// What the flows of the open file are by the file of labels that is applied; none without one.
    ///
    /// # Errors
    /// In a sentence: a filter of the file cannot be used.
    pub(super) fn marks(&self, job: &Job) -> Result<Option<NamedMarks>, String> {
        let files = self.0.files.borrow();
        let own = files.iter().find_map(|(file, of)| match of {
            Ok(Attachment::Labels(labels)) => Some((file.name.clone(), labels)),
            _ => None,
        });
        let (Some((file, labels)), Some(analysis)) = (own, job.analysis.as_ref()) else { return Ok(None) };
        let mut source = job.source();
        let passing = |text: &str| {
            query::passing_flows(&job.pipeline, analysis, &mut source, text)
                .map_err(|error| format!("A filter in {file} cannot be used, {text}: {}", error.text))
        };
        let marks = labels.marks_of(&analysis.file.name, passing)?;
        Ok(Some(NamedMarks { file, marks }))
    }

    /// True if the rows of a table have to be here for them.
    pub(super) fn needs_rows(&self) -> bool {
        self.0.files.borrow().iter().any(|(file, _)| file.kind == AttachedKind::Model)
    }

    /// Adds to an analysis what they give, and says what that is.
    pub(super) fn apply(
        &self,
        pipeline: &Pipeline,
        analysis: &mut Analysis,
        settings: &Settings,
    ) -> Vec<AttachedOutcome> {
        let said = {
            let files = self.0.files.borrow();
            let good: Vec<&Attachment> = files.iter().filter_map(|(_, of)| of.as_ref().ok()).collect();
            attach::apply(&good, pipeline, analysis, settings)
        };
        self.outcomes(said)
    }

    /// What is known of them; `said` is of those that could be read.
    fn outcomes(&self, said: Vec<Result<u64, String>>) -> Vec<AttachedOutcome> {
        let mut said = said.into_iter();
        let outcome = |(file, of): &(AttachedFile, Result<Attachment, String>)| match of {
            Ok(of) => AttachedOutcome { id: file.id, about: of.about(), said: said.next() },
            Err(why) => AttachedOutcome { id: file.id, about: String::new(), said: Some(Err(why.clone())) },
        };
        self.0.files.borrow().iter().map(outcome).collect()
    }
}
