//! `cargo bench --bench learn [-- ROWS [COLUMNS [ID...]]]`: seconds that each outlier method takes to learn from random rows and
//! score them, on one thread, of the processor and by the clock, and the longest time without a report.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

#[path = "work_time.rs"]
mod work_time;

use packetloupe::learn::METHODS;
use packetloupe::learn::prepare::{Source, Values, prepare};
use packetloupe::learn::random::{Random, normal};
use packetloupe::learn::scoring::score;
use packetloupe::learn::work::Work;
use packetloupe::settings::Settings;
use std::cell::Cell;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use work_time::work_time;

struct Noise {
    rows: usize,
    columns: usize,
}

impl Source for Noise {
    fn n_rows(&self) -> usize {
        self.rows
    }
    fn n_columns(&self) -> usize {
        self.columns
    }
    fn name(&self, column: usize) -> String {
        format!("c{column}")
    }
    fn values(&self, column: usize) -> Values {
        let mut random = Random::new(column as u64);
        Values::Numbers((0..self.rows).map(|_| normal(&mut random)).collect())
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let number = |at: usize, default| arguments.get(at).and_then(|n| n.parse().ok()).unwrap_or(default);
    let noise = Noise { rows: number(0, 1_000_000), columns: number(1, 20) };
    println!("{} rows of {} columns", noise.rows, noise.columns);
    let timed = |name: &str, run: &mut dyn FnMut(&mut Work<'_>)| {
        let (last, longest) = (Cell::new(Instant::now()), Cell::new(Duration::ZERO));
        let mut report = |_: f32| {
            longest.set(longest.get().max(last.replace(Instant::now()).elapsed()));
            ControlFlow::Continue(())
        };
        let (start, worked) = (Instant::now(), work_time());
        run(&mut Work::new(&mut report));
        let longest = longest.get().as_millis();
        let (worked, took) = (work_time() - worked, start.elapsed().as_secs_f64());
        println!("{name:28} {worked:8.2} s of work in {took:.2} s, at most {longest} ms without a report");
    };
    let mut prepared = None;
    timed("preparation", &mut |work| prepared = prepare(&noise, work).ok());
    let prepared = prepared.unwrap();
    for method in METHODS {
        if arguments.len() < 3 || arguments[2..].iter().any(|id| id == method.id) {
            timed(method.id, &mut |work| {
                score(method, &prepared, &Settings::default(), 42, work).unwrap();
            });
        }
    }
}
