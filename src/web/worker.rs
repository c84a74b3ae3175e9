//! The worker's loop: a `File` in, an analysis and small answers out. Owns the file and all tables.
//!
//! Everything asynchronous waits for the browser between slices, so that messages get in: a newer job ends an older
//! one there. A second worker reads the next slices while this one analyses.

use super::blob_writer::BlobWriter;
use super::codec;
use super::read_ahead::{self, ReadAhead, SLICE_BYTES, pause};
use crate::detect;
use crate::issue::IssueKind;
use crate::model::Analysis;
use crate::pipeline::Pipeline;
use crate::protocol::{BUILD, Progress, Query, Reply, Request, Stage};
use crate::query::{self, Source, Views};
use crate::settings::Settings;
use js_sys::{ArrayBuffer, Uint8Array};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, DedicatedWorkerGlobalScope, File, MessageEvent};

/// Bytes of a slice that are copied and analysed at a time: they stay in the processor's cache.
const PART_BYTES: u32 = 64 * 1024;
/// Progress is told at most this often, ms.
const PROGRESS_MS: f64 = 100.0;
/// Detectors conclude for this long before the next is named and messages get in; browsers let each wait last 4 ms.
const JUDGING_MS: f64 = 50.0;
/// Partial statistics are told at most this often, ms.
const PARTIAL_MS: f64 = 500.0;

/// The job in hand.
struct Job {
    number: u32,
    file: Blob,
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

type Shared = Rc<RefCell<Option<Job>>>;

/// Installs the worker's message handler and says that it is ready.
pub fn start() {
    console_error_panic_hook::set_once();
    let shared = Shared::default();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some((request, file)) = codec::from_js::<Request>(&event.data()) {
            receive(&shared, request, file);
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The handler lives as long as the worker.
    on_message.forget();
    post(&Reply::Ready { build: BUILD.to_owned() });
}

fn receive(shared: &Shared, request: Request, file: Option<Blob>) {
    match request {
        Request::Open { job, settings } => {
            let Some(file) = file else { return };
            let name = file.dyn_ref::<File>().map(File::name).unwrap_or_default();
            let pipeline = Pipeline::new(&settings, &name, file.size() as u64);
            let opened = Job {
                number: job,
                file,
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
        let mut source = BlobSource { file: job.file.clone() };
        let analysis = job.analysis.as_ref()?;
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
        post_with(&Reply::FlowsSaved { job: number }, file.as_ref());
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
    let file = with(shared, number, |job| job.file.clone())?;
    let total = file.size();
    let began = now();
    let (mut told, mut shown) = (began, began);
    let mut at = 0.0;
    let mut bytes = Vec::new();
    let mut slices = ReadAhead::start(&file);
    while let Some(buffer) = slices.next().await {
        if buffer.is_null() {
            with(shared, number, |job| job.pipeline.note(IssueKind::FileChanged))?;
            break;
        }
        at = (at + SLICE_BYTES).min(total);
        let fed = with(shared, number, |job| each_part(&buffer, &mut bytes, |part| job.pipeline.feed(part)))?;
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
                    seconds_left: Some(seconds * (total - at) / at),
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
    if let Err(refusal) = with(shared, number, |job| job.pipeline.end())? {
        return refuse(shared, number, refusal.to_string());
    }
    with(shared, number, |job| job.is_read = true)
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
            let (packets, bytes) = with(shared, number, |job| (job.pipeline.packets(), job.file.size() as u64))?;
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

/// SHA-256 of the whole file, after the findings: it costs more time than all the rest.
async fn hash(shared: &Shared, number: u32) -> Option<()> {
    let file = with(shared, number, |job| job.file.clone())?;
    let (total, mut at, mut told) = (file.size(), 0.0, now());
    let mut hasher = Sha256::new();
    let mut bytes = Vec::new();
    let mut slices = ReadAhead::start(&file);
    while let Some(buffer) = slices.next().await.filter(|buffer| !buffer.is_null()) {
        at = (at + SLICE_BYTES).min(total);
        let _: Result<(), ()> = each_part(&buffer, &mut bytes, |part| {
            hasher.update(part);
            Ok(())
        });
        let packets = with(shared, number, |job| job.pipeline.packets())?;
        if now() - told >= PROGRESS_MS {
            told = now();
            post(&Reply::Progress {
                job: number,
                progress: Progress {
                    stage: Stage::Hashing,
                    bytes_done: at as u64,
                    bytes_total: total as u64,
                    packets,
                    packets_per_second: 0.0,
                    seconds_left: None,
                    detector: String::new(),
                },
            });
        }
    }
    if at < total {
        return None;
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

/// Copies a slice into our memory part by part, one over the other, and hands each on.
fn each_part<E>(buffer: &JsValue, bytes: &mut Vec<u8>, mut take: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
    let array = Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>());
    let mut at = 0;
    while at < array.length() {
        let end = (at + PART_BYTES).min(array.length());
        bytes.resize((end - at) as usize, 0);
        array.subarray(at, end).copy_to(bytes);
        take(bytes)?;
        at = end;
    }
    Ok(())
}

/// The file read again, for single packets.
struct BlobSource {
    file: Blob,
}

impl Source for BlobSource {
    fn read_at(&mut self, offset: u64, length: usize) -> Option<Vec<u8>> {
        let buffer = read_ahead::read(&self.file, offset as f64, length as f64)?;
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
    post_with(reply, None);
}

fn post_with(reply: &Reply, file: Option<&Blob>) {
    let (message, transfer) = codec::to_js(reply, file);
    // Fails only for values that cannot be cloned; ours are bytes.
    let _ = scope().post_message_with_transfer(&message, &transfer);
}
