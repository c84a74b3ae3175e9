//! The files of a job to its pipeline, slice by slice, with progress and partial results on the way.

use super::job::Job;
use super::scope::{now, post};
use super::slices::{each_part, length};
use super::{PART_BYTES, PROGRESS_MS, Shared, speed, with};
use crate::issue::IssueKind;
use crate::protocol::{Progress, Reply, Stage};
use crate::web::browser::read_ahead::{ReadAhead, SLICE_BYTES};

/// Even of many files so much is read at a time.
const LEAST_SLICE_BYTES: f64 = 256.0 * 1024.0;
/// Partial statistics are sent first after this time, then at most this often, ms: the page draws all its charts for it.
/// Where all will be read in less than the second time, they are not worth that.
const PARTIAL_MS: [f64; 2] = [400.0, 1_200.0];

/// Reads all files to their ends, or until it is stopped. None once another job has taken its place, or if a file was
/// refused.
pub(super) async fn read(shared: &Shared, number: u32) -> Option<()> {
    let (files, total) = with(shared, number, |job| (job.files.clone(), job.bytes_total))?;
    // Of many files little is read ahead of each.
    let slice_bytes = (SLICE_BYTES / files.len() as f64).max(LEAST_SLICE_BYTES);
    let is_alone = files.len() == 1;
    let reader = || if is_alone { shared.take_reader() } else { None };
    let mut slices: Vec<_> = files.iter().map(|file| ReadAhead::start(file, slice_bytes, reader())).collect();
    let began = now();
    let (mut posted, mut shown) = (began, began + PARTIAL_MS[0] - PARTIAL_MS[1]);
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
                with(shared, number, |job| {
                    job.pipeline_mut().map(|(pipeline, _)| pipeline.note(IssueKind::FileChanged))
                })?;
                Ok(())
            }
            Some(buffer) => {
                // Of several files another one may be wanted after any part.
                let most = if is_alone { PART_BYTES } else { u32::MAX };
                let feed = |job: &mut Job| {
                    each_part(&buffer, most, &mut bytes, |part| {
                        job.feed(part)?;
                        speed::share_rows(shared, job);
                        Ok(())
                    })
                };
                let fed = with(shared, number, feed)?;
                at += f64::from(length(&buffer));
                if let Some(helper) = with(shared, number, |job| job.rows.feed(&buffer))? {
                    helper.room().await;
                }
                fed
            }
            None => with(shared, number, |job| job.end_file(wanted))?,
        };
        if let Err(refusal) = fed {
            return refuse(shared, number, refusal.to_string());
        }
        if at < total && with(shared, number, |job| job.is_stopped)? {
            with(shared, number, |job| job.pipeline_mut().map(|(pipeline, _)| pipeline.stop()))?;
            has_stopped = true;
            break;
        }
        let time = now();
        let left = (time - began) * (total - at) / at.max(1.0);
        if time - posted >= PROGRESS_MS {
            posted = time;
            let packets = with(shared, number, |job| job.pipeline.packets())?;
            let seconds = (time - began) / 1000.0;
            post(
                number,
                Reply::Progress(Progress {
                    stage: Stage::Reading,
                    bytes_done: at as u64,
                    bytes_total: total as u64,
                    packets,
                    packets_per_second: packets as f64 / seconds,
                    seconds_left: Some(left / 1000.0),
                    detector: String::new(),
                }),
            );
        }
        if time - shown >= PARTIAL_MS[1] && left >= PARTIAL_MS[1] {
            shown = time;
            let analysis = with(shared, number, |job| Box::new(job.pipeline.partial(&job.settings)))?;
            post(number, Reply::Partial(analysis));
        }
    }
    with(shared, number, |job| job.rows.end(has_stopped))?;
    if let Err(refusal) = with(shared, number, Job::end)? {
        return refuse(shared, number, refusal.to_string());
    }
    with(shared, number, |job| job.is_read = true)
}

fn refuse(shared: &Shared, number: u32, text: String) -> Option<()> {
    *shared.job.borrow_mut() = None;
    post(number, Reply::Refused(text));
    None
}
