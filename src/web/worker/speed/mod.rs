//! What is here only to be faster: without it everything gives the same, later.
//!
//! **The helper for rows.** Of a plain table of flows or packets of 8 MiB and more, a second worker keeps the rows while
//! this one takes them for flows or packets; it runs the same compiled program ([`helper_main`]) and is fed the same
//! slices once this worker is done with them ([`row_helper`]). They share no memory, which would need headers that not
//! every host sends, so both parse the bytes.
//!
//! *What it buys*: in Chromium on two cores, CICFlowMeter's flows with addresses are read at 89 to 97 MB/s with it, and
//! were at 61 MB/s before it was there. On a single core it is not started.
//!
//! *How it was measured*: `BENCH_ONLY=tables scripts/bench`, the line "of that reading", in three runs; the table is made
//! from the lab's captures.
//!
//! *How to take it out*: delete this folder, [`Job::rows`](super::job::Job) and what the compiler then complains of in
//! this worker; `RowKeeper`, `can_leave_rows`, `leave_rows` and `put_rows` of the pipeline; blocks of rows in `stats::rows`;
//! `Part` of `read::table`; and the tests that keep rows apart, in `tests/dialects.rs`, `tests/fuzz` and
//! `tests/browser/rows.test.mjs`.

mod helper_main;
mod row_helper;
pub(super) mod rows;

use super::job::Job;
use super::scope::scope;
use super::{Shared, with};
use crate::web::browser::read_ahead::{ReadAhead, SLICE_BYTES};
use row_helper::{RowHelper, RowTask};
use rows::Rows;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::File;

/// A smaller table is read before a helper has started.
const LEAST_BYTES: f64 = 8.0 * 1024.0 * 1024.0;

/// Makes this worker a helper, if it was started as one; true then.
pub(super) fn is_helper() -> bool {
    let is_wanted = helper_main::is_wanted();
    if is_wanted {
        helper_main::start();
    }
    is_wanted
}

/// The helper that waits for a table, if one is ready.
#[derive(Clone, Default)]
pub(super) struct Helpers(Rc<RefCell<Option<RowHelper>>>);

impl Helpers {
    /// Gets a helper ready, where the machine can do two things at a time.
    pub(super) fn prepare(&self) {
        let mut helper = self.0.borrow_mut();
        if helper.as_ref().is_none_or(RowHelper::is_over) && scope().navigator().hardware_concurrency() > 1.0 {
            *helper = RowHelper::start().ok();
        }
    }

    /// The helper, which is started now if none is ready; none where there can be none.
    fn take(&self) -> Option<RowHelper> {
        self.prepare();
        self.0.take()
    }
}

/// Leaves the rows to a helper as soon as the file is known to be a large table of flows or packets. Without a helper
/// they stay here.
pub(super) fn share_rows(shared: &Shared, job: &mut Job) {
    if !matches!(job.rows, Rows::Open) || job.pipeline.rows().is_none() {
        return;
    }
    job.rows = Rows::Here;
    let is_worth_it = job.bytes_total >= LEAST_BYTES && job.pipeline.can_leave_rows();
    if let Some(helper) = is_worth_it.then(|| shared.helpers.take()).flatten() {
        let (shared, number) = (shared.clone(), job.number);
        let take = |job: &mut Job, block| job.pipeline_mut().is_none_or(|(pipeline, _)| pipeline.put_rows(block));
        let put = move |block| with(&shared, number, |job| take(job, block)).unwrap_or(true);
        if let Some((pipeline, _)) = job.pipeline_mut() {
            pipeline.leave_rows();
        }
        let name = job.files.first().and_then(|file| file.dyn_ref::<File>()).map(File::name).unwrap_or_default();
        job.rows = Rows::Helper(Box::new(RowTask::begin(helper, (&job.settings, &name), put)));
    }
}

/// Waits until it is known what is to be said of the rows that a helper keeps.
pub(super) async fn summary_of_rows(shared: &Shared, number: u32) -> Option<()> {
    let Some(watch) = with(shared, number, |job| job.rows.task().map(|task| task.watch()))? else {
        return Some(());
    };
    watch.begun().await;
    if watch.is_over() { gather_rows(shared, number).await } else { Some(()) }
}

/// Waits for the rows that a helper keeps. If it has failed, reads them again here.
pub(super) async fn gather_rows(shared: &Shared, number: u32) -> Option<()> {
    let ask = |task: &mut RowTask| {
        task.ask();
        task.watch()
    };
    let Some(watch) = with(shared, number, |job| job.rows.task().map(ask))? else {
        return Some(());
    };
    watch.over().await;
    let Rows::Helper(mut task) = with(shared, number, |job| std::mem::replace(&mut job.rows, Rows::Here))? else {
        return Some(());
    };
    if with(shared, number, |job| job.pipeline.rows().is_none_or(|rows| rows.is_whole()))? {
        return Some(());
    }
    let (mut spare, n_bytes, is_stopped) = (task.spare.take()?, task.n_bytes, task.is_stopped);
    let file = with(shared, number, |job| job.files.first()?.slice_with_f64_and_f64(0.0, n_bytes).ok())??;
    let mut slices = ReadAhead::start(&file, SLICE_BYTES, shared.take_reader());
    let mut bytes = Vec::new();
    while let Some(slice) = slices.next().await.filter(|slice| !slice.is_null()) {
        with(shared, number, |_| helper_main::feed(&mut spare, &slice, &mut bytes))?;
    }
    with(shared, number, |job| {
        let Some((pipeline, _)) = job.pipeline_mut() else { return };
        for block in spare.end(is_stopped) {
            pipeline.put_rows(block);
        }
    })
}
