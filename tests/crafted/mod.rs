//! Inputs made to hurt, as a stream of bytes that is never held, and what reading them takes.

pub mod frames;
pub mod traffic;
mod watch;

use packetloupe::model::Analysis;
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use std::time::Duration;
use traffic::Traffic;
use watch::Watch;

/// Bytes that are handed on at a time.
const SLICE_BYTES: usize = 1 << 20;
/// First time, seconds since 1970.
const START_SECONDS: u64 = 1_700_000_000;

/// What an input took, in time of the processor.
pub struct Taken {
    pub reading: Duration,
    pub evaluating: Duration,
    /// Times of reading of tenths of the input.
    pub tenths: Vec<Duration>,
    pub analysis: Analysis,
}

/// Analyses a capture of `n` frames.
pub fn capture(traffic: &Traffic, n: u64) -> Taken {
    let mut head = [0xa1b2_c3d4_u32.to_le_bytes(), [2, 0, 4, 0], [0; 4], [0; 4], [0, 0, 4, 0], [0; 4]].concat();
    head[20..].copy_from_slice(&traffic.link_type.to_le_bytes());
    analyse(traffic.name, &head, n, |number, out| {
        let micros = (traffic.micros)(number);
        let frame = (traffic.frame)(number);
        let seconds = (START_SECONDS + micros / 1_000_000) as u32;
        let length = frame.len() as u32;
        [seconds, (micros % 1_000_000) as u32, length, length].iter().for_each(|word| out.extend(word.to_le_bytes()));
        out.extend(frame);
    })
}

/// Analyses `head` and what `make` adds for each number below `n`. The time that making the bytes takes is left out.
pub fn analyse(name: &str, head: &[u8], n: u64, mut make: impl FnMut(u64, &mut Vec<u8>)) -> Taken {
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, name, 0));
    let mut bytes = head.to_vec();
    let mut reading = Duration::ZERO;
    let mut tenths = vec![Duration::ZERO; 10];
    let mut feed = |bytes: &mut Vec<u8>, number: u64| {
        let began = Watch::start();
        pipeline.feed(bytes).unwrap();
        bytes.clear();
        tenths[(number * 10 / n.max(1)).min(9) as usize] += began.elapsed();
        reading += began.elapsed();
    };
    for number in 0..n {
        make(number, &mut bytes);
        if bytes.len() >= SLICE_BYTES {
            feed(&mut bytes, number);
        }
    }
    feed(&mut bytes, n);
    let began = Watch::start();
    pipeline.end().unwrap();
    reading += began.elapsed();
    let began = Watch::start();
    let analysis = pipeline.evaluate(&settings);
    Taken { reading, evaluating: began.elapsed(), tenths, analysis }
}

/// Largest memory that this process had resident, in bytes; none where the system does not say.
pub fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}
