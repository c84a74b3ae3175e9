//! The worker's loop: files in, an analysis and small answers out. Owns the files and all tables.
//!
//! Everything asynchronous waits for the browser between slices, so that messages get in: a newer job ends an older
//! one there. A second worker reads the next slices while this one analyses, and of a large table a third keeps the rows.

mod job;
mod keep_rows;
mod rows_beside;
mod scope;
mod slices;

use super::blob_writer::BlobWriter;
use super::codec;
use super::read_ahead::{ReadAhead, Reader, SLICE_BYTES};
use crate::detect;
use crate::issue::IssueKind;
use crate::model::format::text::hex;
use crate::pipeline::{MOST_FILES, Pipeline};
use crate::protocol::{BUILD, Progress, Query, Reply, Request, Stage};
use crate::query::{self, Views};
use crate::triage;
use gloo::timers::callback::Timeout;
use job::{BlobSource, Job, Rows, Unpacked};
use rows_beside::{Helper, RowsBeside};
use scope::{now, pause, post, post_with, scope};
use sha2::{Digest, Sha256};
use slices::{each_part, length};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File, MessageEvent};

/// Bytes of a slice that are copied and analysed at a time: they stay in the processor's cache.
const PART_BYTES: u32 = 64 * 1024;
/// Even of many files so much is read at a time.
const LEAST_SLICE_BYTES: f64 = 256.0 * 1024.0;
/// Progress is told at most this often, ms: drawing it takes processor time that a machine of few cores lacks here.
const PROGRESS_MS: f64 = 200.0;
/// Detectors conclude for this long before the next is named and messages get in; browsers let each wait last 4 ms.
const EVALUATING_MS: f64 = 50.0;
/// Partial statistics are told first after this time, then at most this often, ms: the page draws all its charts for it.
/// Where all will be read in less than the second time, they are not worth that.
const PARTIAL_MS: [f64; 2] = [400.0, 1_200.0];

/// What the first file will be read with is got ready once the page has had so much time to start, ms.
const PREPARE_AFTER_MS: u32 = 800;

/// What the worker has in hand.
#[derive(Clone, Default)]
struct Shared {
    job: Rc<RefCell<Option<Job>>>,
    /// Waits for a file.
    reader: Rc<RefCell<Option<Reader>>>,
    /// Waits for a table.
    helper: Rc<RefCell<Option<Helper>>>,
}

impl Shared {
    /// Gets ready what the next file will be read with: that takes longer while this worker is busy.
    fn prepare(&self) {
        let mut reader = self.reader.borrow_mut();
        if reader.is_none() {
            *reader = Reader::start().ok();
        }
        self.prepare_helper();
    }

    /// The reader, which is started now if none is ready.
    fn take_reader(&self) -> Option<Reader> {
        self.reader.take().or_else(|| Reader::start().ok())
    }

    /// Gets a helper ready, where the machine can do two things at a time.
    fn prepare_helper(&self) {
        let mut helper = self.helper.borrow_mut();
        if helper.as_ref().is_none_or(Helper::is_over) && scope().navigator().hardware_concurrency() > 1.0 {
            *helper = Helper::start().ok();
        }
    }

    /// The helper, which is started now if none is ready; none where there can be none.
    fn take_helper(&self) -> Option<Helper> {
        self.prepare_helper();
        self.helper.take()
    }
}

/// Installs the worker's message handler and says that it is ready.
pub fn start() {
    console_error_panic_hook::set_once();
    if keep_rows::is_wanted() {
        return keep_rows::start();
    }
    let shared = Shared::default();
    let idle = shared.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some((request, files)) = codec::from_js::<Request>(&event.data()) {
            receive(&shared, request, files);
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The handler lives as long as the worker.
    on_message.forget();
    post(&Reply::Ready { build: BUILD.to_owned() });
    let prepare = move || {
        if idle.job.borrow().is_none() {
            idle.prepare();
        }
    };
    Timeout::new(PREPARE_AFTER_MS, prepare).forget();
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
                rows: Rows::Open,
                analysis: None,
                views: Views::default(),
                is_stopped: false,
                is_read: false,
                round: 0,
            };
            *shared.job.borrow_mut() = Some(opened);
            spawn_local(run(shared.clone(), job));
        }
        Request::Stop { job } => {
            with(shared, job, |job| job.is_stopped = true);
        }
        Request::Evaluate { job, settings } => {
            let is_read = with(shared, job, |job| {
                job.settings = settings;
                job.round += 1;
                job.is_read
            });
            if is_read == Some(true) {
                let shared = shared.clone();
                spawn_local(async move {
                    evaluate(&shared, job).await;
                });
            }
        }
        Request::Expect { job, settings } => {
            with(shared, job, |job| {
                if let Some(analysis) = &mut job.analysis {
                    triage::apply(analysis, settings.expected());
                }
                job.settings = settings;
            });
        }
        Request::Ask { job, question, query } => ask(shared, job, question, query),
        Request::SaveFlows { job } => save_flows(shared, job),
    }
}

/// Answers a question; one about rows that a helper still keeps once they are here.
fn ask(shared: &Shared, number: u32, question: u32, query: Query) {
    let waits = query.is_about_rows() && with(shared, number, |job| job.beside().is_some()) == Some(true);
    if waits {
        let shared = shared.clone();
        spawn_local(async move {
            if gather_rows(&shared, number).await.is_some() {
                answer(&shared, number, question, query);
            }
        });
        return;
    }
    answer(shared, number, question, query);
}

fn answer(shared: &Shared, number: u32, question: u32, query: Query) {
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
    shared.job.borrow_mut().as_mut().filter(|job| job.number == number).map(action)
}

/// Reads, judges and hashes; ends early when another job takes its place.
async fn run(shared: Shared, number: u32) {
    if read(&shared, number).await.is_none() || evaluate(&shared, number).await.is_none() {
        return;
    }
    if gather_rows(&shared, number).await.is_some() {
        shared.prepare();
        hash(&shared, number).await;
    }
}

async fn read(shared: &Shared, number: u32) -> Option<()> {
    let (files, total) = with(shared, number, |job| (job.files.clone(), job.bytes_total))?;
    // Of many files little is read ahead of each.
    let slice_bytes = (SLICE_BYTES / files.len() as f64).max(LEAST_SLICE_BYTES);
    let is_alone = files.len() == 1;
    let reader = || if is_alone { shared.take_reader() } else { None };
    let mut slices: Vec<_> = files.iter().map(|file| ReadAhead::start(file, slice_bytes, reader())).collect();
    let began = now();
    let (mut told, mut shown) = (began, began + PARTIAL_MS[0] - PARTIAL_MS[1]);
    let (mut at, mut has_stopped) = (0.0, false);
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
                let feed = |job: &mut Job| {
                    each_part(&buffer, most, &mut bytes, |part| {
                        job.feed(part)?;
                        job.share_rows(shared);
                        Ok(())
                    })
                };
                let fed = with(shared, number, feed)?;
                let n_bytes = length(&buffer);
                at += f64::from(n_bytes);
                let beside = with(shared, number, |job| {
                    job.beside().map(|beside| {
                        beside.feed(buffer, n_bytes);
                        beside.watch()
                    })
                })?;
                if let Some(beside) = beside {
                    beside.room().await;
                }
                fed
            }
            None => with(shared, number, |job| job.end_file(wanted))?,
        };
        if let Err(refusal) = fed {
            return refuse(shared, number, refusal.to_string());
        }
        if at < total && with(shared, number, |job| job.is_stopped)? {
            with(shared, number, |job| job.pipeline.stop())?;
            has_stopped = true;
            break;
        }
        let time = now();
        let left = (time - began) * (total - at) / at.max(1.0);
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
                    seconds_left: Some(left / 1000.0),
                    detector: String::new(),
                },
            });
        }
        if time - shown >= PARTIAL_MS[1] && left >= PARTIAL_MS[1] {
            shown = time;
            let analysis = with(shared, number, |job| Box::new(job.pipeline.partial(&job.settings)))?;
            post(&Reply::Partial { job: number, analysis });
        }
    }
    with(shared, number, |job| job.beside().map(|beside| beside.end(has_stopped)))?;
    if let Err(refusal) = with(shared, number, Job::end)? {
        return refuse(shared, number, refusal.to_string());
    }
    with(shared, number, |job| job.is_read = true)
}

fn refuse(shared: &Shared, number: u32, text: String) -> Option<()> {
    *shared.job.borrow_mut() = None;
    post(&Reply::Refused { job: number, text });
    None
}

/// Lets all detectors conclude; gives way to a newer round with newer settings.
async fn evaluate(shared: &Shared, number: u32) -> Option<()> {
    let round = with(shared, number, |job| job.round)?;
    let mut told = None;
    for (place, entry) in detect::ALL.iter().enumerate() {
        if told.is_none_or(|told| now() - told >= EVALUATING_MS) {
            let (packets, bytes) = with(shared, number, |job| (job.pipeline.packets(), job.bytes_total as u64))?;
            post(&Reply::Progress {
                job: number,
                progress: Progress {
                    stage: Stage::Evaluating,
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
    hear_of_rows(shared, number).await?;
    if with(shared, number, |job| job.round)? != round {
        return Some(());
    }
    let analysis = with(shared, number, |job| {
        let sha256 = job.analysis.as_ref().and_then(|analysis| analysis.file.sha256.clone());
        let mut analysis = Box::new(job.pipeline.analysis(&job.settings));
        analysis.file.sha256 = sha256;
        job.views.clear();
        // The page asks by a finding's id; the lists of flows and packets behind it stay here.
        let mut sent = analysis.clone();
        let findings = sent.findings.iter_mut().chain(sent.expected.iter_mut().map(|expected| &mut expected.finding));
        for finding in findings {
            finding.flow_serials = Vec::new();
            finding.packet_indices = Vec::new();
        }
        job.analysis = Some(analysis);
        sent
    })?;
    post(&Reply::Done { job: number, analysis });
    Some(())
}

/// Waits until it is known what is to be said of the rows that a helper keeps.
async fn hear_of_rows(shared: &Shared, number: u32) -> Option<()> {
    let Some(beside) = with(shared, number, |job| job.beside().map(|beside| beside.watch()))? else {
        return Some(());
    };
    beside.begun().await;
    if beside.is_over() { gather_rows(shared, number).await } else { Some(()) }
}

/// Waits for the rows that a helper keeps. If it has failed, reads them again here.
async fn gather_rows(shared: &Shared, number: u32) -> Option<()> {
    let ask = |beside: &mut RowsBeside| {
        beside.ask();
        beside.watch()
    };
    let Some(beside) = with(shared, number, |job| job.beside().map(ask))? else {
        return Some(());
    };
    beside.over().await;
    let Rows::Beside(mut beside) = with(shared, number, |job| std::mem::replace(&mut job.rows, Rows::Here))? else {
        return Some(());
    };
    if with(shared, number, |job| job.pipeline.has_all_rows())? {
        return Some(());
    }
    let (mut spare, n_bytes, is_stopped) = (beside.spare.take()?, beside.n_bytes, beside.is_stopped);
    let file = with(shared, number, |job| job.files.first()?.slice_with_f64_and_f64(0.0, n_bytes).ok())??;
    let mut slices = ReadAhead::start(&file, SLICE_BYTES, shared.take_reader());
    let mut bytes = Vec::new();
    while let Some(slice) = slices.next().await.filter(|slice| !slice.is_null()) {
        with(shared, number, |_| keep_rows::feed(&mut spare, &slice, &mut bytes))?;
    }
    with(shared, number, |job| {
        for piece in spare.end(is_stopped) {
            job.pipeline.put_rows(piece);
        }
    })
}

/// SHA-256 of all files, one behind the other, after the findings: it costs more time than all the rest.
async fn hash(shared: &Shared, number: u32) -> Option<()> {
    let (files, total) = with(shared, number, |job| (job.files.clone(), job.bytes_total))?;
    let (mut done, mut told) = (0.0, now());
    let mut hasher = Sha256::new();
    let mut bytes = Vec::new();
    for file in files {
        let mut slices = ReadAhead::start(&file, SLICE_BYTES, Reader::start().ok());
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
    let hex = hex(&hasher.finalize());
    with(shared, number, |job| {
        if let Some(analysis) = &mut job.analysis {
            analysis.file.sha256 = Some(hex.clone());
        }
    })?;
    post(&Reply::Sha256 { job: number, hex });
    Some(())
}
