//! Samples analysed over and over while nobody has opened a file yet. A browser compiles well only what has run for a
//! while; what has run here need not in the first file.

use super::Shared;
use super::scope::{now, pause};
use crate::detect;
use crate::pipeline::{Pipeline, RowKeeper};
use crate::query;
use crate::settings::Settings;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// Most times that the samples are analysed.
const ROUNDS: usize = 16;
/// Time after which the samples are not analysed again, ms: a slow machine has better things to do.
const MOST_MS: f64 = 1500.0;
/// Bytes of rows of each kind of table: its flows again and again.
const TABLE_BYTES: usize = 4 << 20;
/// Bytes that are read at a time.
const PART_BYTES: usize = 16 * 1024;
/// Time after which messages get in, ms.
const TURN_MS: f64 = 20.0;

/// Ends early, with none, when a file is opened.
pub(super) async fn warm_up(shared: &Shared, samples: &[Blob]) -> Option<()> {
    let mut captures = Vec::new();
    for sample in samples {
        let promise: Promise = sample.array_buffer().unchecked_into();
        captures.push(Uint8Array::new(&JsFuture::from(promise).await.ok()?).to_vec());
    }
    let began = now();
    let mut turns = Turns { shared, began, settings: Settings::default(), keeper: None };
    let mut flows = Vec::new();
    let rounds = (0..ROUNDS).flat_map(|_| &captures);
    for capture in rounds.take_while(|_| now() - began < MOST_MS) {
        let pipeline = turns.analyse(capture.chunks(PART_BYTES)).await?;
        flows.clear();
        query::write_flows(&mut flows, &pipeline, &pipeline.analysis(&turns.settings)).ok()?;
        turns.pause().await?;
    }
    let text = String::from_utf8(flows).ok()?;
    let (head, rows) = text.split_once('\n')?;
    let lines: String = rows.lines().map(|row| json_line(head, row)).collect();
    // The first as a large table is read: a helper runs the same compiled module.
    for (head, rows, is_shared) in [(format!("{head}\n"), rows, true), (String::new(), lines.as_str(), false)] {
        let n_times = TABLE_BYTES / rows.len().max(1);
        let parts = (0..n_times).flat_map(|_| rows.as_bytes().chunks(PART_BYTES));
        turns.keeper = is_shared.then(|| RowKeeper::new(&turns.settings));
        turns.analyse([head.as_bytes()].into_iter().chain(parts)).await?;
    }
    Some(())
}

/// A row of a CSV as an object on a line.
fn json_line(head: &str, row: &str) -> String {
    let field = |(name, cell): (&str, &str)| match cell.parse::<f64>() {
        Ok(number) if number.is_finite() => format!("\"{name}\":{cell}"),
        _ => format!("\"{name}\":\"{}\"", cell.replace(['"', '\\'], "")),
    };
    let fields: Vec<String> = head.split(',').zip(row.split(',')).map(field).collect();
    format!("{{{}}}\n", fields.join(","))
}

/// The turns in which the work is done.
struct Turns<'a> {
    shared: &'a Shared,
    began: f64,
    settings: Settings,
    /// Keeps the rows of the next table.
    keeper: Option<RowKeeper>,
}

impl Turns<'_> {
    async fn analyse<'b>(&mut self, parts: impl Iterator<Item = &'b [u8]>) -> Option<Pipeline> {
        let mut pipeline = Pipeline::new(&self.settings, "", 0);
        for part in parts {
            pipeline.feed(part).ok()?;
            if let Some(keeper) = &mut self.keeper {
                if pipeline.can_leave_rows() {
                    pipeline.leave_rows();
                }
                keeper.feed(part);
            }
            self.pause().await?;
        }
        pipeline.end().ok()?;
        for piece in self.keeper.take().into_iter().flat_map(|keeper| keeper.end(false)) {
            pipeline.put_rows(piece);
            self.pause().await?;
        }
        for place in 0..detect::ALL.len() {
            pipeline.judge_one(place, &self.settings);
            self.pause().await?;
        }
        Some(pipeline)
    }

    /// Lets messages in if the turn is over; none once a file was opened.
    async fn pause(&mut self) -> Option<()> {
        if now() - self.began >= TURN_MS {
            pause().await;
            self.began = now();
        }
        self.shared.job.borrow().is_none().then_some(())
    }
}
