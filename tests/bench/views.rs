//! What the questions of each view take, on one thread: `cargo bench --bench views [-- FLOWS | FILE]`.
//!
//! Without a file the input is made: so many flows (default 1,000,000) of 30,000 clients and 3,000 servers within an hour, four in five
//! of TCP with an answer, some with fields. Each question is asked as the page asks it, the least time of the processor of three
//! counts. Lines are comparable within one run, and with those of another build on the same machine at the same hour.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement may fail by panicking")]

#[path = "../crafted/frames.rs"]
#[allow(dead_code, reason = "other programs make more kinds of frames")]
mod frames;
#[path = "work_time.rs"]
mod work_time;

use frames::{ACK, DATA, Ends, SYN, inside, mix, tcp, udp};
use packetloupe::model::Analysis;
use packetloupe::model::explore::{Catalogue, Question};
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::protocol::{Answer, Filter, Query, Scope};
use packetloupe::query::{self, Source, Views};
use packetloupe::session::explore::{COMBINATIONS, ExploreRoute};
use packetloupe::session::panel::Panel;
use packetloupe::session::{Selection, VIEWS};
use packetloupe::settings::Settings;
use std::hint::black_box;
use work_time::work_time;

const RST: u8 = 0x04;
const REQUEST: &[u8] = b"GET /index HTTP/1.1\r\nHost: www.example.test\r\nUser-Agent: bench\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nServer: bench\r\nContent-Length: 2\r\n\r\nok";
const ROUNDS: usize = 3;
const USUAL_FLOWS: u64 = 1_000_000;
const SLICE_BYTES: usize = 1 << 20;
/// Rows that a panel shows, and one that has pages for its values.
const ROWS: [u32; 2] = [10, 60];

/// Packets are not read again: no filter here needs their bytes.
struct NoBytes;

impl Source for NoBytes {
    fn read_at(&mut self, _file: u8, _offset: u64, _length: usize) -> Option<Vec<u8>> {
        None
    }
}

fn main() {
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with("--"));
    let number = wanted.as_ref().map_or(Some(USUAL_FLOWS), |text| text.parse().ok());
    let settings = Settings::default();
    let name = wanted.clone().unwrap_or_else(|| "made.pcap".to_owned());
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, &name, 0));
    match number {
        Some(n) => made(n, |bytes| pipeline.feed(bytes).unwrap()),
        None => std::fs::read(&name).unwrap().chunks(SLICE_BYTES).for_each(|bytes| pipeline.feed(bytes).unwrap()),
    }
    pipeline.end().unwrap();
    let analysis = pipeline.evaluate(&settings);
    println!("{} packets, {} flows, {} hosts", pipeline.packets(), pipeline.flows().len(), analysis.summary.hosts);
    let catalogue = query::catalogue(&pipeline, &analysis);
    let mut sums: Vec<(&str, f64)> = Vec::new();
    for view in VIEWS.iter().filter(|view| !view.panels.is_empty()) {
        let panels = view.panels.iter().filter(|panel| panel.is_of(&catalogue));
        let questions = panels.map(|panel| (panel.title, question(panel, &catalogue)));
        sums.push((view.label, asked(view.label, questions, (&pipeline, &analysis))));
    }
    for combination in &COMBINATIONS {
        let question = ExploreRoute::of(combination).question(&catalogue, &Selection::default(), 0);
        let one = std::iter::once((combination.label, question));
        sums.push((combination.label, asked(combination.label, one, (&pipeline, &analysis))));
    }
    let graph = least(|| {
        let answer = Views::default().ask(&pipeline, &analysis, &mut NoBytes, Query::Graph(Scope::default()));
        assert!(matches!(answer, Answer::Graph(graph) if graph.is_ok()));
    });
    sums.push(("Connection graph", graph));
    println!("\nall questions of a view, ms");
    sums.iter().for_each(|(view, ms)| println!("  {view:24} {ms:8.0}"));
}

/// Asks the questions of a view; gives what they take together, ms.
fn asked<'t>(
    view: &str,
    questions: impl Iterator<Item = (&'t str, Question)>,
    (pipeline, analysis): (&Pipeline, &Analysis),
) -> f64 {
    let mut sum = 0.0;
    for (title, question) in questions {
        // Correlation is of tables, and fields are not in every input.
        if query::explore(pipeline, analysis, &mut NoBytes, &question).is_err() {
            continue;
        }
        let ms = least(|| _ = black_box(query::explore(pipeline, analysis, &mut NoBytes, &question)));
        println!("  {view:16} {title:44} {ms:8.1} ms");
        sum += ms;
    }
    sum
}

fn least(mut run: impl FnMut()) -> f64 {
    let took = (0..ROUNDS).map(|_| {
        let began = work_time();
        run();
        (work_time() - began) * 1e3
    });
    took.fold(f64::INFINITY, f64::min)
}

/// The question of a panel, as its card asks it.
fn question(panel: &Panel, catalogue: &Catalogue) -> Question {
    let mut question = panel.route(None, &Filter::default()).question(catalogue, &Selection::default(), 0);
    let most = ROWS[usize::from(panel.pages.is_some())];
    question.limit = question.limit.map(|_| most);
    question
}

/// A capture of so many flows within an hour, in slices.
fn made(n_flows: u64, mut feed: impl FnMut(&[u8])) {
    let mut bytes = Vec::with_capacity(2 * SLICE_BYTES);
    [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 1].iter().for_each(|word| bytes.extend(word.to_le_bytes()));
    for flow in 0..n_flows {
        let (one, other, kind) = (mix(flow), mix(flow ^ 0x5555_5555), mix(!flow) % 100);
        let client = inside(u64::from(one % 30_000));
        let server = [192, 0, (other % 12) as u8, (other >> 8) as u8 % 250];
        let port = [80, 443, 22, 8080, 5000 + (other >> 16) as u16 % 30][(one >> 16) as usize % 5];
        let asked = Ends::new((client, 1024 + (flow / 30_000) as u16), (server, port));
        let answered = asked.back();
        let frames = match kind {
            // Without an answer, refused, over UDP, and with an answer.
            0..8 => vec![tcp(asked, SYN, 1, &[])],
            8..16 => vec![tcp(asked, SYN, 1, &[]), tcp(answered, RST | ACK, 0, &[])],
            16..36 => vec![udp(asked, b"question"), udp(answered, b"an answer")],
            _ => {
                let (ask, tell) = if kind < 80 { (REQUEST, ANSWER) } else { (&b"ask"[..], &b"tell"[..]) };
                vec![
                    tcp(asked, SYN, 1, &[]),
                    tcp(answered, SYN | ACK, 1, &[]),
                    tcp(asked, DATA, 2, ask),
                    tcp(answered, DATA, 2, tell),
                ]
            }
        };
        for (frame, at) in frames.iter().zip(0..) {
            let micros = 3_600_000_000 / n_flows * flow + at * u64::from(20_000 + one % 9_000);
            let length = frame.len() as u32;
            [(1_700_000_000 + micros / 1_000_000) as u32, (micros % 1_000_000) as u32, length, length]
                .iter()
                .for_each(|word| bytes.extend(word.to_le_bytes()));
            bytes.extend(frame);
        }
        if bytes.len() >= SLICE_BYTES {
            feed(&bytes);
            bytes.clear();
        }
    }
    feed(&bytes);
}
