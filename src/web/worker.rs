//! The worker's loop: files in, an analysis and small answers out. Owns the files and all tables.
//!
//! Everything asynchronous waits for the browser between slices, so that messages get in: a newer job ends an older
//! one there. A second worker reads the next slices while this one analyses.

use super::blob_writer::BlobWriter;
use super::codec;
use super::read_ahead::{self, ReadAhead, SLICE_BYTES};
use crate::detect;
use crate::issue::IssueKind;
use crate::model::Analysis;
use crate::pipeline::{MOST_FILES, Pipeline, Refusal};
use crate::protocol::{BUILD, Progress, Query, Reply, Request, Stage};
use crate::query::{self, Source, Views};
use crate::settings::Settings;
use js_sys::{ArrayBuffer, Promise, Uint8Array};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, DedicatedWorkerGlobalScope, File, MessageEvent};

/// Bytes of a slice that are copied and analysed at a time: they stay in the processor's cache.
const PART_BYTES: u32 = 64 * 1024;
/// Even of many files so much is read at a time.
const LEAST_SLICE_BYTES: f64 = 256.0 * 1024.0;
/// Progress is told at most this often, ms.
const PROGRESS_MS: f64 = 100.0;
/// Detectors conclude for this long before the next is named and messages get in; browsers let each wait last 4 ms.
const JUDGING_MS: f64 = 50.0;
/// Partial statistics are told at most this often, ms.
const PARTIAL_MS: f64 = 500.0;

/// The job in hand.
struct Job {
    number: u32,
    files: Vec<Blob>,
    bytes_total: f64,
    /// What each file was unpacked to, if it is compressed.
    unpacked: Vec<Unpacked>,
    settings: Settings,
    pipeline: Pipeline,
    analysis: Option<Box<Analysis>>,
    views: Views,
    is_stopped: bool,
    /// Reading is done; detectors may conclude.
    is_read: bool,
    /// Counts requests to conclude: an older round ends when a newer begins.
    round: u32,
}

/// What a compressed file was unpacked to: the browser may keep it on disk, and packets are read from it again.
#[derive(Default)]
struct Unpacked {
    writer: BlobWriter,
    blob: Option<Blob>,
}

type Shared = Rc<RefCell<Option<Job>>>;

/// Installs the worker's message handler and says that it is ready.
pub fn start() {
    console_error_panic_hook::set_once();
    let shared = Shared::default();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some((request, files)) = codec::from_js::<Request>(&event.data()) {
            receive(&shared, request, files);
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The handler lives as long as the worker.
    on_message.forget();
    post(&Reply::Ready { build: BUILD.to_owned() });
}

fn receive(shared: &Shared, request: Request, files: Vec<Blob>) {
    match request {
        Request::Open { job, settings } => {
            if files.is_empty() || files.len() > MOST_FILES {
                let text = format!("{} files are too many: at most {MOST_FILES} are read together.", files.len());
                return post(&Reply::Refused { job, text });
            }
            let names = files.iter().map(|file| file.dyn_ref::<File>().map(File::name).unwrap_or_default()).collect();
            let bytes_total = files.iter().map(Blob::size).sum();
            let pipeline = Pipeline::of_files(&settings, names, bytes_total as u64);
            let opened = Job {
                number: job,
                unpacked: files.iter().map(|_| Unpacked::default()).collect(),
                files,
                bytes_total,
                settings,
                pipeline,
                analysis: None,
                views: Views::default(),
                is_stopped: false,
                is_read: false,
                round: 0,
            };
            *shared.borrow_mut() = Some(opened);
            spawn_local(run(shared.clone(), job));
        }
        Request::Stop { job } => {
            with(shared, job, |job| job.is_stopped = true);
        }
        Request::Judge { job, settings } => {
            let is_read = with(shared, job, |job| {
                job.settings = settings;
                job.round += 1;
                job.is_read
            });
            if is_read == Some(true) {
                let shared = shared.clone();
                spawn_local(async move {
                    judge(&shared, job).await;
                });
            }
        }
        Request::Ask { job, question, query } => ask(shared, job, question, query),
        Request::SaveFlows { job } => save_flows(shared, job),
    }
}

fn ask(shared: &Shared, number: u32, question: u32, query: Query) {
    let answer = with(shared, number, |job| {
        let analysis = job.analysis.as_ref()?;
        let mut source = BlobSource { files: &job.files, unpacked: &job.unpacked };
        Some(job.views.ask(&job.pipeline, analysis, &mut source, query))
    });
    if let Some(Some(answer)) = answer {
        post(&Reply::Answer { job: number, question, answer });
    }
}

/// Answers with nothing beside if the browser has no room for the file.
fn save_flows(shared: &Shared, number: u32) {
    let file = with(shared, number, |job| {
        let analysis = job.analysis.as_ref()?;
        let mut writer = BlobWriter::default();
        query::write_flows(&mut writer, &job.pipeline, analysis).ok()?;
        writer.finish().ok()
    });
    if let Some(file) = file {
        post_with(&Reply::FlowsSaved { job: number }, file.as_slice());
    }
}

/// Does something with the job if it is still the one in hand.
fn with<T>(shared: &Shared, number: u32, action: impl FnOnce(&mut Job) -> T) -> Option<T> {
    shared.borrow_mut().as_mut().filter(|job| job.number == number).map(action)
}

/// Reads, judges and hashes; ends early when another job takes its place.
async fn run(shared: Shared, number: u32) {
    if read(&shared, number).await.is_none() || judge(&shared, number).await.is_none() {
        return;
    }
    hash(&shared, number).await;
}

async fn read(shared: &Shared, number: u32) -> Option<()> {
    let (files, total) = with(shared, number, |job| (job.files.clone(), job.bytes_total))?;
    // Of many files little is read ahead of each.
    let slice_bytes = (SLICE_BYTES / files.len() as f64).max(LEAST_SLICE_BYTES);
    let is_alone = files.len() == 1;
    let mut slices: Vec<_> = files.iter().map(|file| ReadAhead::start(file, slice_bytes, is_alone)).collect();
    let began = now();
    let (mut told, mut shown) = (began, began);
    let mut at = 0.0;
    let mut bytes = Vec::new();
    while let Some(wanted) = with(shared, number, |job| job.pipeline.wants())? {
        let next = match slices.get_mut(wanted) {
            Some(slices) => slices.next().await,
            None => None,
        };
        let fed = match next {
            // Its end comes next.
            Some(buffer) if buffer.is_null() => {
                with(shared, number, |job| job.pipeline.note(IssueKind::FileChanged))?;
                Ok(())
            }
            Some(buffer) => {
                // Of several files another one may be wanted after any part.
                let most = if is_alone { PART_BYTES } else { u32::MAX };
                let fed = with(shared, number, |job| each_part(&buffer, most, &mut bytes, |part| job.feed(part)))?;
                at += f64::from(length(&buffer));
                fed
            }
            None => with(shared, number, |job| job.end_file(wanted))?,
        };
        if let Err(refusal) = fed {
            return refuse(shared, number, refusal.to_string());
        }
        if at < total && with(shared, number, |job| job.is_stopped)? {
            with(shared, number, |job| job.pipeline.stop())?;
            break;
        }
        let time = now();
        if time - told >= PROGRESS_MS {
            told = time;
            let packets = with(shared, number, |job| job.pipeline.packets())?;
            let seconds = (time - began) / 1000.0;
            post(&Reply::Progress {
                job: number,
                progress: Progress {
                    stage: Stage::Reading,
                    bytes_done: at as u64,
                    bytes_total: total as u64,
                    packets,
                    packets_per_second: packets as f64 / seconds,
                    seconds_left: Some(seconds * (total - at) / at.max(1.0)),
                    detector: String::new(),
                },
            });
        }
        if time - shown >= PARTIAL_MS {
            shown = time;
            let analysis = with(shared, number, |job| Box::new(job.pipeline.partial(&job.settings)))?;
            post(&Reply::Partial { job: number, analysis });
        }
    }
    if let Err(refusal) = with(shared, number, Job::end)? {
        return refuse(shared, number, refusal.to_string());
    }
    with(shared, number, |job| job.is_read = true)
}

impl Job {
    fn feed(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let Job { pipeline, unpacked, .. } = self;
        pipeline.feed_keeping(bytes, &mut |file, plain| keep(unpacked, file, plain))
    }

    fn end_file(&mut self, file: usize) -> Result<(), Refusal> {
        let Job { pipeline, unpacked, .. } = self;
        let ended = pipeline.end_file(&mut |file, plain| keep(unpacked, file, plain));
        self.close(file);
        ended
    }

    fn end(&mut self) -> Result<(), Refusal> {
        let ended = self.pipeline.end();
        (0..self.files.len()).for_each(|file| self.close(file));
        ended
    }

    /// From here on packets of the file can be read again.
    fn close(&mut self, file: usize) {
        let is_packed = self.pipeline.is_packed(file);
        if let Some(unpacked) = self.unpacked.get_mut(file).filter(|unpacked| is_packed && unpacked.blob.is_none()) {
            unpacked.blob = std::mem::take(&mut unpacked.writer).finish().ok();
        }
    }
}

/// A browser without room keeps nothing: single packets of the file will then say that they cannot be read.
fn keep(unpacked: &mut [Unpacked], file: usize, plain: &[u8]) {
    if let Some(unpacked) = unpacked.get_mut(file) {
        let _ = unpacked.writer.write(plain);
    }
}

fn refuse(shared: &Shared, number: u32, text: String) -> Option<()> {
    *shared.borrow_mut() = None;
    post(&Reply::Refused { job: number, text });
    None
}

/// Lets all detectors conclude; gives way to a newer round with newer settings.
async fn judge(shared: &Shared, number: u32) -> Option<()> {
    let round = with(shared, number, |job| job.round)?;
    let mut told = None;
    for (place, entry) in detect::ALL.iter().enumerate() {
        if told.is_none_or(|told| now() - told >= JUDGING_MS) {
            let (packets, bytes) = with(shared, number, |job| (job.pipeline.packets(), job.bytes_total as u64))?;
            post(&Reply::Progress {
                job: number,
                progress: Progress {
                    stage: Stage::Judging,
                    bytes_done: bytes,
                    bytes_total: bytes,
                    packets,
                    packets_per_second: 0.0,
                    seconds_left: None,
                    detector: entry.card.name.to_owned(),
                },
            });
            pause().await;
            told = Some(now());
        }
        if with(shared, number, |job| job.round)? != round {
            return Some(());
        }
        with(shared, number, |job| job.pipeline.judge_one(place, &job.settings))?;
    }
    let analysis = with(shared, number, |job| {
        let sha256 = job.analysis.as_ref().and_then(|analysis| analysis.file.sha256.clone());
        let mut analysis = Box::new(job.pipeline.analysis(&job.settings));
        analysis.file.sha256 = sha256;
        job.views.clear();
        // The page asks by a finding's id; the lists of flows and packets behind it stay here.
        let mut sent = analysis.clone();
        for finding in &mut sent.findings {
            finding.flow_serials = Vec::new();
            finding.packet_indices = Vec::new();
        }
        job.analysis = Some(analysis);
        sent
    })?;
    post(&Reply::Done { job: number, analysis });
    Some(())
}

/// SHA-256 of all files, one behind the other, after the findings: it costs more time than all the rest.
async fn hash(shared: &Shared, number: u32) -> Option<()> {
    let (files, total) = with(shared, number, |job| (job.files.clone(), job.bytes_total))?;
    let (mut done, mut told) = (0.0, now());
    let mut hasher = Sha256::new();
    let mut bytes = Vec::new();
    for file in files {
        let mut slices = ReadAhead::start(&file, SLICE_BYTES, true);
        while let Some(buffer) = slices.next().await {
            if buffer.is_null() {
                return None;
            }
            let _: Result<(), ()> = each_part(&buffer, PART_BYTES, &mut bytes, |part| {
                hasher.update(part);
                Ok(())
            });
            done += f64::from(length(&buffer));
            let packets = with(shared, number, |job| job.pipeline.packets())?;
            if now() - told >= PROGRESS_MS {
                told = now();
                post(&Reply::Progress {
                    job: number,
                    progress: Progress {
                        stage: Stage::Hashing,
                        bytes_done: done as u64,
                        bytes_total: total as u64,
                        packets,
                        packets_per_second: 0.0,
                        seconds_left: None,
                        detector: String::new(),
                    },
                });
            }
        }
    }
    let hex: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    with(shared, number, |job| {
        if let Some(analysis) = &mut job.analysis {
            analysis.file.sha256 = Some(hex.clone());
        }
    })?;
    post(&Reply::Sha256 { job: number, hex });
    Some(())
}

fn length(buffer: &JsValue) -> u32 {
    buffer.unchecked_ref::<ArrayBuffer>().byte_length()
}

/// Lets waiting messages in: a zero time-out is a task of its own, a ready promise is not.
async fn pause() {
    let promise = Promise::new(&mut |resolve, _| {
        gloo::timers::callback::Timeout::new(0, move || {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        })
        .forget();
    });
    let _ = JsFuture::from(promise).await;
}

/// Copies a slice into our memory in parts of at most so many bytes, one over the other, and hands each on.
fn each_part<E>(
    buffer: &JsValue,
    most: u32,
    bytes: &mut Vec<u8>,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let array = Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>());
    let mut at = 0;
    while at < array.length() {
        let end = at.saturating_add(most).min(array.length());
        bytes.resize((end - at) as usize, 0);
        array.subarray(at, end).copy_to(bytes);
        take(bytes)?;
        at = end;
    }
    Ok(())
}

/// The files read again, or what they were unpacked to, for single packets.
struct BlobSource<'a> {
    files: &'a [Blob],
    unpacked: &'a [Unpacked],
}

impl Source for BlobSource<'_> {
    fn read_at(&mut self, file: u8, offset: u64, length: usize) -> Option<Vec<u8>> {
        let unpacked = self.unpacked.get(usize::from(file)).and_then(|unpacked| unpacked.blob.as_ref());
        let blob = unpacked.or_else(|| self.files.get(usize::from(file)))?;
        let buffer = read_ahead::read(blob, offset as f64, length as f64)?;
        let bytes = Uint8Array::new(&buffer).to_vec();
        (bytes.len() == length).then_some(bytes)
    }
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn now() -> f64 {
    js_sys::Date::now()
}

fn post(reply: &Reply) {
    post_with(reply, &[]);
}

fn post_with(reply: &Reply, files: &[Blob]) {
    let (message, transfer) = codec::to_js(reply, files);
    // Fails only for values that cannot be cloned; ours are bytes.
    let _ = scope().post_message_with_transfer(&message, &transfer);
}
