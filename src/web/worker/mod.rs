//! The worker's loop: files in, an analysis and small answers out. Owns the files and all tables.
//!
//! Everything asynchronous waits for the browser between slices, so that messages get in: a newer job ends an older
//! one there. A second worker reads the next slices while this one analyses, and of a large table a third keeps the rows.

mod answer;
mod attached;
mod evaluate;
mod hash;
mod job;
mod learning;
mod read;
mod scope;
mod slices;
mod speed;
mod underway;

use super::browser::blob_writer::BlobWriter;
use super::browser::codec;
use super::browser::read_ahead::Reader;
use crate::export::pseudonyms::PseudonymKey;
use crate::pipeline::{MOST_FILES, Pipeline, PipelineOptions};
use crate::protocol::{BUILD, Envelope, Query, Reply, Request, SaveError, Saving, Scope};
use crate::query::{self, Views};
use crate::settings::Settings;
use crate::triage;
use gloo::timers::callback::Timeout;
use job::{Job, Unpacked};
use learning::Learning;
use scope::{now, pause, post, post_with, scope};
use speed::Helpers;
use speed::rows::Rows;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File, MessageEvent};

/// Bytes of a slice that are copied and analysed at a time: they stay in the processor's cache.
const PART_BYTES: u32 = 64 * 1024;
/// Progress is sent at most this often, ms: drawing it takes processor time that a machine of few cores lacks here.
const PROGRESS_MS: f64 = 200.0;
/// After an answer that took so long messages get in, ms.
const LONG_MS: f64 = 20.0;
/// What the first file will be read with is got ready once the page has had so much time to start, ms.
const PREPARE_AFTER_MS: u32 = 800;

/// What the worker has in hand.
#[derive(Clone, Default)]
struct Shared {
    job: Rc<RefCell<Option<Job>>>,
    /// Waits for a file.
    reader: Rc<RefCell<Option<Reader>>>,
    helpers: Helpers,
    learning: Learning,
    training: Learning,
    /// Shows how methods learn.
    showing: Learning,
    applied: attached::Applied,
    /// What waits to be answered.
    questions: Rc<RefCell<VecDeque<Question>>>,
    is_answering: Rc<Cell<bool>>,
    /// The question that is being answered; none once somebody said that it is not wanted any more.
    asked: Rc<Cell<Option<u32>>>,
}

/// The job that a question is about, its number, and what is asked.
type Question = (u32, u32, Query);

impl Shared {
    /// Gets ready what the next file will be read with: that takes longer while this worker is busy.
    fn prepare(&self) {
        let mut reader = self.reader.borrow_mut();
        if reader.is_none() {
            *reader = Reader::start().ok();
        }
        self.helpers.prepare();
    }

    /// The reader, which is started now if none is ready.
    fn take_reader(&self) -> Option<Reader> {
        self.reader.take().or_else(|| Reader::start().ok())
    }
}

/// Installs the worker's message handler and says that it is ready.
pub fn start() {
    console_error_panic_hook::set_once();
    if speed::is_helper() {
        return;
    }
    let shared = Shared::default();
    let idle = shared.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some((request, files)) = codec::from_js::<Envelope<Request>>(&event.data()) {
            receive(&shared, request, files);
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The handler lives as long as the worker.
    on_message.forget();
    post(Envelope::<Reply>::NO_JOB, Reply::Ready { build: BUILD.to_owned() });
    let prepare = move || {
        if idle.job.borrow().is_none() {
            idle.prepare();
        }
    };
    Timeout::new(PREPARE_AFTER_MS, prepare).forget();
}

fn receive(shared: &Shared, Envelope { job, body }: Envelope<Request>, files: Vec<Blob>) {
    match body {
        Request::Open(settings) => open(shared, job, settings, files, false),
        Request::Look(settings) => open(shared, job, settings, files, true),
        Request::Stop => {
            with(shared, job, |job| job.is_stopped = true);
        }
        Request::Evaluate(settings) => {
            let is_read = with(shared, job, |job| {
                job.settings = settings;
                job.round += 1;
                job.is_read
            });
            if is_read == Some(true) {
                let shared = shared.clone();
                spawn_local(async move {
                    evaluate::evaluate(&shared, job).await;
                });
            }
        }
        Request::Expect(settings) => {
            with(shared, job, |job| {
                if let Some(analysis) = &mut job.analysis {
                    triage::apply(Rc::make_mut(analysis), settings.expected());
                }
                job.settings = settings;
            });
        }
        Request::Ask { question, query } => ask(shared, (job, question, query)),
        Request::Forget(list) => {
            shared.questions.borrow_mut().retain(|(_, question, _)| !list.contains(question));
            shared.asked.set(shared.asked.get().filter(|question| !list.contains(question)));
        }
        Request::Recognise { offer, settings } => attached::recognise(job, offer, &settings, &files),
        Request::Attach(list) => attached::attach(shared, job, list, files),
        Request::Save(Saving::Baseline, scope, _) => attached::save_baseline(shared, job, &scope),
        Request::Save(Saving::Model(place), ..) => learning::save_model(shared, job, place),
        Request::Save(saving, scope, key) => save(shared, job, (saving, &scope, key.as_ref())),
    }
}

/// Begins a job with these files.
fn open(shared: &Shared, job: u32, settings: Settings, files: Vec<Blob>, is_look: bool) {
    if files.is_empty() || files.len() > MOST_FILES {
        let text = format!("{} files are too many: at most {MOST_FILES} are read together.", files.len());
        return post(job, Reply::Refused(text));
    }
    let names = files.iter().map(|file| file.dyn_ref::<File>().map(File::name).unwrap_or_default()).collect();
    let bytes_total = files.iter().map(Blob::size).sum();
    let options = PipelineOptions { names, bytes: bytes_total as u64, ..PipelineOptions::of(&settings) };
    let pipeline = Rc::new(Pipeline::new(options));
    [&shared.learning, &shared.training, &shared.showing].into_iter().for_each(Learning::end);
    let opened = Job {
        number: job,
        unpacked: files.iter().map(|_| Unpacked::default()).collect(),
        files,
        bytes_total,
        settings,
        pipeline,
        rows: Rows::default(),
        analysis: None,
        views: Views::default(),
        underway: None,
        is_stopped: false,
        is_look,
        is_read: false,
        round: 0,
        n_rounds: 0,
    };
    *shared.job.borrow_mut() = Some(opened);
    spawn_local(run(shared.clone(), job));
}

/// Answers a question behind those that wait.
fn ask(shared: &Shared, asked: Question) {
    shared.questions.borrow_mut().push_back(asked);
    if !shared.is_answering.replace(true) {
        spawn_local(answer_all(shared.clone()));
    }
}

/// Answers what waits, in order; after a long answer others get in, who may say that they no longer want one. What is about rows that a
/// helper still keeps is answered once they are here.
async fn answer_all(shared: Shared) {
    loop {
        let next = shared.questions.borrow_mut().pop_front();
        let Some((number, question, query)) = next else { break };
        let begun = now();
        if query.is_about_rows() && with(&shared, number, |job| job.rows.are_away()) == Some(true) {
            let shared = shared.clone();
            spawn_local(async move {
                if speed::gather_rows(&shared, number).await.is_some() {
                    ask(&shared, (number, question, query));
                }
            });
        } else {
            answer_or_learn(&shared, number, question, query).await;
        }
        if now() - begun >= LONG_MS {
            pause().await;
        }
    }
    shared.is_answering.set(false);
}

async fn answer_or_learn(shared: &Shared, number: u32, question: u32, query: Query) {
    match query {
        Query::Anomalies(query) => learning::ask(shared, number, question, *query),
        Query::Comparison(scope) => attached::compare(shared, number, question, &scope),
        Query::Training(query) => learning::ask_training(shared, number, question, &query),
        Query::Demonstration(choice) => learning::demonstrate(shared, number, question, choice),
        query => answer::answer(shared, number, question, query).await,
    }
}

/// Writes a file in parts, which the browser keeps where it has room.
fn save(shared: &Shared, number: u32, what: (Saving, &Scope, Option<&PseudonymKey>)) {
    let written = with(shared, number, |job| -> Result<_, SaveError> {
        let analysis = job.analysis.as_ref().ok_or(SaveError::Unread)?;
        let mut writer = BlobWriter::default();
        let mut source = job.source();
        let n_missing = query::save(&mut writer, what, (&*job.pipeline, &**analysis), &mut source)?;
        Ok((n_missing, writer.finish().map_err(|_| SaveError::NoRoom)?))
    });
    match written {
        Some(Ok((n_missing, file))) => post_with(number, Reply::Saved(Ok(n_missing)), std::slice::from_ref(&file)),
        Some(Err(why)) => post(number, Reply::Saved(Err(why))),
        None => {}
    }
}

/// Does something with the job if it is still the one in hand.
fn with<T>(shared: &Shared, number: u32, action: impl FnOnce(&mut Job) -> T) -> Option<T> {
    shared.job.borrow_mut().as_mut().filter(|job| job.number == number).map(action)
}

/// Reads, evaluates and hashes; ends early when another job takes its place.
async fn run(shared: Shared, number: u32) {
    if read::read(&shared, number).await.is_none() || evaluate::evaluate(&shared, number).await.is_none() {
        return;
    }
    if speed::gather_rows(&shared, number).await.is_some() {
        shared.prepare();
        hash::hash(&shared, number).await;
    }
}
