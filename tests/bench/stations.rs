//! What each station of the line costs in ns a packet, on one thread: `cargo bench --bench stations -- CAPTURE`.
//!
//! The stations are run one by one over small batches, with a clock between; the line itself is not changed for it. Reading
//! and decoding cannot be parted so, and are told by two passes; what the whole line takes beyond the others is the
//! application decoders' and the handing on. What all detectors together cost is told by running the whole line with and
//! without them: it must be at most half of the analysis.

#![allow(clippy::unwrap_used, reason = "a measurement may fail by panicking")]

use packetloupe::decode::decode;
use packetloupe::detect;
use packetloupe::detect::detector::Detector;
use packetloupe::detect::detector::EndedFlow;
use packetloupe::detect::detector::Interest;
use packetloupe::flow::names::Names;
use packetloupe::flow::table::{FlowKeyHash, FlowTable, FlowUpdate, Limits, Lookup, LookupResult};
use packetloupe::issue::IssueLog;
use packetloupe::model::Site;
use packetloupe::model::app::protocol::Protocol;
use packetloupe::model::packet::Packet;
use packetloupe::pipeline::{Batch, Pipeline, PipelineOptions};
use packetloupe::read::{RawPacket, Reader, Record};
use packetloupe::settings::Settings;
use packetloupe::stats::counters::Counters;
use packetloupe::stats::packet_index::{PacketFlow, PacketFlowMap, PacketLocation, PacketLocations};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// More of a capture is not read: it takes memory, and the rates stay.
const MOST_BYTES: usize = 1040 << 20;
const ROUNDS: usize = 3;
/// What the worker decodes at a time.
const PART_BYTES: usize = 64 << 10;
/// Packets whose flows are sought at a time, as in the line.
const TOGETHER: usize = 16;

/// Detectors named for what they take to conclude.
const SLOWEST: usize = 12;

const STATIONS: [&str; 8] =
    ["read", "decode", "counters", "flows", "index", "detectors, passing", "applications", "detectors, concluding"];

fn main() {
    let Some(path) = std::env::args().skip(1).find(|arg| !arg.starts_with("--")) else {
        println!("usage: cargo bench --bench stations -- CAPTURE");
        return;
    };
    let mut bytes = std::fs::read(path).unwrap();
    bytes.truncate(MOST_BYTES);
    let mut n_packets = 0;
    let mut rounds: Vec<[Duration; STATIONS.len()]> = Vec::new();
    let mut shares: Vec<f64> = Vec::new();
    let mut concluding: Vec<Vec<Duration>> = vec![Vec::new(); detect::ALL.len()];
    for _ in 0..ROUNDS {
        let Round { n, stations, share, each } = round(&bytes);
        n_packets = n;
        rounds.push(stations);
        shares.push(share);
        concluding.iter_mut().zip(each).for_each(|(all, took)| all.push(took));
    }
    shares.sort_unstable_by(f64::total_cmp);
    let ns: Vec<(&str, f64)> = STATIONS
        .iter()
        .enumerate()
        .map(|(place, name)| {
            let times = rounds.iter().filter_map(|round| round.get(place)).copied().collect();
            (*name, median(times).as_secs_f64() * 1e9 / n_packets as f64)
        })
        .collect();
    println!("{n_packets} packets, ns a packet on one thread, median of {ROUNDS} rounds");
    ns.iter().for_each(|(name, ns)| println!("  {name:24} {ns:7.1}"));
    println!("  {:24} {:7.1}", "all", ns.iter().map(|(_, ns)| ns).sum::<f64>());
    let mut slowest: Vec<(Duration, &str)> =
        concluding.into_iter().map(median).zip(detect::ALL.iter().map(|entry| entry.card.id)).collect();
    slowest.sort_unstable();
    let slowest =
        slowest.iter().rev().take(SLOWEST).map(|(took, id)| format!("{id} {:.0} ms", took.as_secs_f64() * 1e3));
    println!("slowest to conclude: {}", slowest.collect::<Vec<_>>().join(", "));
    println!(
        "detectors, observing and concluding: {:.1} % of the analysis",
        100.0 * shares.get(ROUNDS / 2).unwrap_or(&1.0)
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// What one round measured.
struct Round {
    /// Packets.
    n: u64,
    stations: [Duration; STATIONS.len()],
    /// What detectors take of the whole.
    share: f64,
    /// How long each detector took to conclude, in the order of the table.
    each: Vec<Duration>,
}

fn round(bytes: &[u8]) -> Round {
    let mut issues = IssueLog::default();
    let began = Instant::now();
    for_each_part(bytes, |_, raw| {
        black_box(raw.data.len());
    });
    let read = began.elapsed();

    let mut stations = Stations::new();
    let mut n = 0;
    let mut decoding = Instant::now();
    let mut both = Duration::ZERO;
    for_each_part(bytes, |is_first, raw| {
        if is_first {
            both += decoding.elapsed();
            stations.take();
            decoding = Instant::now();
        }
        stations.packets.push((decode(raw, n, &mut issues), raw.offset, raw.link_type));
        n += 1;
    });
    both += decoding.elapsed();
    stations.end();

    let settings = Settings::default();
    let began = Instant::now();
    let silent = line(bytes, &settings, false);
    let without = began.elapsed();
    drop(black_box(silent));
    let began = Instant::now();
    let mut pipeline = line(bytes, &settings, true);
    let whole = began.elapsed();
    let began = Instant::now();
    let mut each = Vec::new();
    for place in 0..detect::ALL.len() {
        let began = Instant::now();
        pipeline.evaluate_one(place, &settings);
        each.push(began.elapsed());
    }
    black_box(pipeline.analysis(&settings));
    let concluding = began.elapsed();

    let Stations { counting, flowing, indexing, detecting, .. } = stations;
    let rest = whole.saturating_sub(both + counting + flowing + indexing + detecting);
    let share = (whole.saturating_sub(without) + concluding).as_secs_f64() / (whole + concluding).as_secs_f64();
    let stations = [read, both.saturating_sub(read), counting, flowing, indexing, detecting, rest, concluding];
    Round { n, stations, share, each }
}

/// Hands every packet to `see`, with true for the first of a part.
fn for_each_part(bytes: &[u8], mut see: impl FnMut(bool, &RawPacket<'_>)) {
    let (mut reader, mut issues) = (Reader::new(0, None), IssueLog::default());
    for part in bytes.chunks(PART_BYTES) {
        let mut is_first = true;
        let mut sink = |record: Record<'_>| {
            if let Record::Packet(raw) = record {
                see(std::mem::take(&mut is_first), &raw);
            }
        };
        reader.feed(part, &mut issues, &mut sink).unwrap();
    }
}

/// The whole line up to the end of the flows, on one thread.
fn line(bytes: &[u8], settings: &Settings, has_detectors: bool) -> Pipeline {
    let options = PipelineOptions::for_file(settings, "bench", bytes.len() as u64);
    let mut pipeline = Pipeline::new(PipelineOptions { has_detectors, ..options });
    let mut batch = Batch::default();
    for part in bytes.chunks(PART_BYTES) {
        let (capture, flow_stage) = pipeline.halves();
        let mut rest = part;
        while !rest.is_empty() {
            let n = capture.decode(rest, &mut batch, &mut |_, _| ()).unwrap();
            flow_stage.take(&mut batch, rest);
            rest = rest.get(n..).unwrap_or_default();
        }
    }
    pipeline.end().unwrap();
    pipeline
}

/// The stations behind the decoders, and the time that each took.
struct Stations {
    packets: Vec<(Packet, u64, u16)>,
    counters: Counters,
    flows: FlowTable,
    names: Names,
    site: Site,
    touches: Vec<Option<FlowUpdate>>,
    ended: Vec<u32>,
    places: PacketLocations,
    owners: PacketFlowMap,
    detectors: Vec<Box<dyn Detector>>,
    watchers: [Vec<usize>; Interest::KINDS],
    counting: Duration,
    flowing: Duration,
    indexing: Duration,
    detecting: Duration,
}

impl Stations {
    fn new() -> Stations {
        let watching = |bit| {
            let is_interested =
                |(_, entry): &(usize, &detect::detector::Entry)| entry.interest.intersects(Interest::kind(bit));
            detect::ALL.iter().enumerate().filter(is_interested).map(|(place, _)| place).collect()
        };
        Stations {
            packets: Vec::new(),
            counters: Counters::default(),
            flows: FlowTable::new(Limits::default()),
            names: Names::default(),
            site: Site::private(),
            touches: Vec::new(),
            ended: Vec::new(),
            places: PacketLocations::default(),
            owners: PacketFlowMap::default(),
            detectors: detect::ALL.iter().map(|entry| (entry.make)()).collect(),
            watchers: std::array::from_fn(watching),
            counting: Duration::ZERO,
            flowing: Duration::ZERO,
            indexing: Duration::ZERO,
            detecting: Duration::ZERO,
        }
    }

    /// Takes the packets that wait.
    fn take(&mut self) {
        let clock = Instant::now();
        self.packets.iter().for_each(|(packet, ..)| self.counters.add(packet));
        self.counting += clock.elapsed();

        let clock = Instant::now();
        let mut begun = [Lookup::default(); TOGETHER];
        let mut found = [LookupResult::default(); TOGETHER];
        for group in self.packets.chunks(TOGETHER) {
            for (begun, (packet, ..)) in begun.iter_mut().zip(group) {
                *begun = self.flows.begin(FlowKeyHash::of(packet));
            }
            for ((found, begun), (packet, ..)) in found.iter_mut().zip(&begun).zip(group) {
                *found = self.flows.seek(packet, *begun);
            }
            for (found, (packet, ..)) in found.iter().zip(group) {
                let ended = &mut |serial, _: &_| self.ended.push(serial);
                self.touches.push(self.flows.update(packet, *found, &self.names, ended));
            }
        }
        self.flowing += clock.elapsed();

        let clock = Instant::now();
        for ((packet, offset, link_type), update) in self.packets.iter().zip(&self.touches) {
            self.places.push(location(packet, *offset, *link_type));
            self.owners.push(belongs(packet, *update));
        }
        self.indexing += clock.elapsed();

        let clock = Instant::now();
        for (packet, ..) in &self.packets {
            for place in self.watchers.get(Interest::of_packet(packet).place()).into_iter().flatten() {
                self.detectors.get_mut(*place).unwrap().observe_packet(packet);
            }
        }
        self.show_ended();
        self.detecting += clock.elapsed();
        self.packets.clear();
        self.touches.clear();
    }

    fn end(&mut self) {
        self.take();
        let clock = Instant::now();
        let open = self.flows.iter().filter(|(_, flow)| !flow.is_over).map(|(serial, _)| serial);
        self.ended = open.collect();
        self.flows.end_all();
        self.flowing += clock.elapsed();
        let clock = Instant::now();
        self.show_ended();
        self.detecting += clock.elapsed();
    }

    fn show_ended(&mut self) {
        for serial in self.ended.drain(..) {
            let Some(flow) = self.flows.get(serial) else { continue };
            let ended = EndedFlow { serial, flow, name: self.names.text(flow.name), site: &self.site };
            for place in self.watchers.get(Interest::of_flow(flow).place()).into_iter().flatten() {
                self.detectors.get_mut(*place).unwrap().observe_flow(&ended);
            }
        }
    }
}

fn belongs(packet: &Packet, update: Option<FlowUpdate>) -> PacketFlow {
    match update {
        Some(update) => PacketFlow::Flow(update.serial, update.direction),
        None => PacketFlow::Alone(match packet.top() {
            Some(Protocol::AppProto(named)) => Some(named),
            _ => None,
        }),
    }
}

fn location(packet: &Packet, offset: u64, link_type: u16) -> PacketLocation {
    let Packet { time_ns, wire_bytes, captured_bytes, .. } = *packet;
    PacketLocation { file: 0, offset, time_ns, wire_bytes, captured_bytes, link_type }
}
