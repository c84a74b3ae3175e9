//! The files of a job to their SHA-256.

use super::scope::{now, post};
use super::slices::{each_part, length};
use super::{PART_BYTES, PROGRESS_MS, Shared, with};
use crate::model::format::text::hex;
use crate::protocol::{Progress, Reply, Stage};
use crate::web::browser::read_ahead::{ReadAhead, Reader, SLICE_BYTES};
use sha2::{Digest, Sha256};
use std::rc::Rc;

/// SHA-256 of all files, one behind the other, after the findings: it costs more time than all the rest.
pub(super) async fn hash(shared: &Shared, number: u32) -> Option<()> {
    let (files, total) = with(shared, number, |job| (job.files.clone(), job.bytes_total))?;
    let (mut done, mut posted) = (0.0, now());
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
            if now() - posted >= PROGRESS_MS {
                posted = now();
                post(
                    number,
                    Reply::Progress(Progress {
                        stage: Stage::Hashing,
                        bytes_done: done as u64,
                        bytes_total: total as u64,
                        packets,
                        packets_per_second: 0.0,
                        seconds_left: None,
                        detector: String::new(),
                    }),
                );
            }
        }
    }
    let hex = hex(&hasher.finalize());
    with(shared, number, |job| {
        if let Some(analysis) = &mut job.analysis {
            Rc::make_mut(analysis).file.sha256 = Some(hex.clone());
        }
    })?;
    post(number, Reply::Sha256(hex));
    Some(())
}
