//! Time and memory that inputs made to hurt take, each at three sizes: `cargo bench --bench crafted [-- PART OF A NAME]`.
//!
//! What takes more than n^1.2 is marked; the command then ends with 1. Every size runs in a process of its own, so that its
//! peak of memory is its own. Times are the processor's; what seems to grow so is measured again, and the least time of each
//! size counts: whatever else the machine does only adds to it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement may fail by panicking")]

#[path = "../crafted/mod.rs"]
mod crafted;
mod tables;

use crafted::{Taken, capture, peak_bytes, traffic};
use std::process::{Command, ExitCode};

/// Time may grow so with size: log2 of what twice the size takes.
const MOST_EXPONENT: f64 = 1.2;
/// What takes less at the largest size is too short to tell how it grows.
const LEAST_SECONDS: f64 = 0.2;
/// So often an input is measured before it is marked.
const TRIES: usize = 3;
/// Told to a process of its own: the input's name and size.
const ONE: &str = "--one";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [one, name, n] = args.as_slice()
        && one == ONE
    {
        tell(name, n.parse().unwrap());
        return ExitCode::SUCCESS;
    }
    let wanted = args.first().map_or("", String::as_str);
    let captures = traffic::ALL.iter().map(|traffic| (traffic.name, traffic.aims_at, traffic.n));
    let all = captures.chain(tables::ALL.iter().map(|table| (table.name, table.aims_at, table.n)));
    println!(
        "{:20} {:32} {:>10} {:>8} {:>8} {:>8} {:>7} {:>8} {:>9} {:>9}",
        "input", "aims at", "size", "s", "2 x", "4 x", "grows", "ns each", "judging s", "peak MiB"
    );
    let n_marked =
        all.filter(|(name, ..)| name.contains(wanted)).filter(|(name, aims_at, n)| !one(name, aims_at, *n)).count();
    println!("{n_marked} grow faster than n^{MOST_EXPONENT}");
    if n_marked == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints the line of an input; true if it grows as it may.
fn one(name: &str, aims_at: &str, n: u64) -> bool {
    let seconds = |run: &[f64; 3]| run[0] + run[1];
    let measure = || [1, 2, 4].map(|times| run(name, n * times));
    let growth = |runs: &[[f64; 3]; 3]| (seconds(&runs[2]) / seconds(&runs[1])).log2();
    let may_grow = |runs: &[[f64; 3]; 3]| growth(runs) <= MOST_EXPONENT || seconds(&runs[2]) < LEAST_SECONDS;
    let mut runs = measure();
    for _ in 1..TRIES {
        if may_grow(&runs) {
            break;
        }
        for (best, again) in runs.iter_mut().zip(measure()) {
            if seconds(&again) < seconds(best) {
                *best = again;
            }
        }
    }
    let (grows, holds) = (growth(&runs), may_grow(&runs));
    let [once, twice, fourfold] = runs;
    println!(
        "{name:20} {aims_at:32} {n:10} {:8.2} {:8.2} {:8.2} {grows:7.2} {:8.0} {:9.2} {:9.0}{}",
        seconds(&once),
        seconds(&twice),
        seconds(&fourfold),
        seconds(&fourfold) * 1e9 / (4 * n) as f64,
        fourfold[1],
        fourfold[2] / f64::from(1 << 20),
        if holds { "" } else { "  MARKED" }
    );
    holds
}

/// Seconds of reading, of judging, and bytes of memory at most, of a process of its own.
fn run(name: &str, n: u64) -> [f64; 3] {
    let out = Command::new(std::env::current_exe().unwrap()).args([ONE, name, &n.to_string()]).output().unwrap();
    assert!(out.status.success(), "{name} of {n}: {}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout).unwrap();
    let numbers: Vec<f64> = text.lines().next().unwrap().split(' ').map(|word| word.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

/// Measures one input, and prints what [`run`] reads, then what was found.
fn tell(name: &str, n: u64) {
    let of_capture = traffic::ALL.iter().find(|traffic| traffic.name == name).map(|traffic| capture(traffic, n));
    let taken = of_capture.or_else(|| tables::ALL.iter().find(|one| one.name == name).map(|one| tables::table(one, n)));
    let Taken { reading, evaluating, tenths, analysis } = taken.unwrap();
    println!("{} {} {}", reading.as_secs_f64(), evaluating.as_secs_f64(), peak_bytes().unwrap_or(0));
    println!("reading by tenths: {tenths:.2?}");
    println!(
        "{} packets, {} flows, {} hosts",
        analysis.summary.packets, analysis.summary.flows, analysis.summary.hosts
    );
    for issue in &analysis.issues {
        println!("issue {} {}", issue.id, issue.count);
    }
    for finding in &analysis.findings {
        println!("finding {} {:?} {}", finding.detector, finding.severity, finding.title);
    }
}
