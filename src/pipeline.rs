//! The whole line, in order: the only file that knows it. Bytes go in, an [`Analysis`] comes out.

use crate::decode::app::{self, Verdict, dns};
use crate::decode::{self, link};
use crate::detect::{self, Card, Conclusion, Context, Detector, Ended, Wants};
use crate::flow::names::Names;
use crate::flow::table::{FlowTable, Limits, Touch};
use crate::issue::{IssueKind, IssueLog};
use crate::model::analysis::{Analysis, Coverage, DetectorRun, FileFacts, Stats, Summary};
use crate::model::flow::{NameSource, Way};
use crate::model::packet::{Packet, Transport, tcp_flag};
use crate::model::protocol::Protocol;
use crate::model::{Finding, Flow, time};
use crate::read::{Inputs, RawPacket, Refusal};
use crate::settings::{self, Descriptor, Settings};
use crate::stats::counters::Counters;
use crate::stats::index::{Belongs, Indexed, PacketIndex};
use crate::stats::tops::{Tops, tops};
use std::collections::BTreeMap;

/// Bins of the timeline that an analysis carries.
const TIMELINE_BINS: usize = 256;
/// Most bytes of a greeting that are kept until the server's name is complete.
const MOST_GREETING_BYTES: usize = 16 * 1024;
/// Most greetings kept at a time.
const MOST_GREETINGS: usize = 4096;
/// Payload packets of a connection that are asked for their protocol.
const LAST_PROBED_PACKET: u32 = 3;

/// Every setting there is, in the order in which they are shown.
pub fn descriptors() -> Vec<&'static Descriptor> {
    settings::GENERAL.iter().chain(detect::CARDS.iter().flat_map(|(_, settings)| *settings)).collect()
}

/// Every detector's card and settings.
pub fn cards() -> Vec<(&'static Card, &'static [Descriptor])> {
    detect::CARDS.iter().map(|(card, settings)| (card, *settings)).collect()
}

/// One input on its way from bytes to findings.
pub struct Pipeline {
    inputs: Inputs,
    /// Names of the files that are read together.
    names: Vec<String>,
    read_issues: IssueLog,
    line: Line,
    file: FileFacts,
    runs: Vec<(DetectorRun, Vec<Finding>)>,
    scores: Vec<f32>,
}

/// Everything behind the reader.
struct Line {
    issues: IssueLog,
    counters: Counters,
    index: PacketIndex,
    flows: FlowTable,
    names: Names,
    detectors: Vec<Box<dyn Detector>>,
    /// Places of the detectors that want packets of each kind, by the bit of the kind in [`Wants`].
    watchers: [Vec<usize>; u8::BITS as usize],
    greetings: BTreeMap<u32, Vec<u8>>,
    n_damaged: u64,
    last_time_ns: i64,
}

impl Pipeline {
    /// For a file of this name and size.
    pub fn new(settings: &Settings, file_name: &str, file_bytes: u64) -> Pipeline {
        Pipeline::of_files(settings, vec![file_name.to_owned()], file_bytes)
    }

    /// For files of these names, at most [`crate::read::MOST_FILES`], and of this size together: their packets are
    /// put in order of time.
    pub fn of_files(settings: &Settings, names: Vec<String>, file_bytes: u64) -> Pipeline {
        let value = |id| settings.value(settings::GENERAL, id);
        let limits = Limits {
            idle_ns: time::from_seconds(value(settings::IDLE_TIMEOUT)),
            active_ns: time::from_seconds(value(settings::ACTIVE_TIMEOUT)),
            most: value(settings::MOST_FLOWS) as usize,
        };
        let watchers = std::array::from_fn(|bit| {
            let wants_kind = |(_, entry): &(usize, &detect::Entry)| entry.wants.meets(Wants(1 << bit));
            detect::ALL.iter().enumerate().filter(wants_kind).map(|(place, _)| place).collect()
        });
        Pipeline {
            inputs: Inputs::new(names.len()),
            read_issues: IssueLog::default(),
            line: Line {
                issues: IssueLog::default(),
                counters: Counters::default(),
                index: PacketIndex::default(),
                flows: FlowTable::new(limits),
                names: Names::default(),
                detectors: detect::ALL.iter().map(|entry| (entry.make)()).collect(),
                watchers,
                greetings: BTreeMap::new(),
                n_damaged: 0,
                last_time_ns: i64::MIN,
            },
            file: FileFacts { name: names.join(", "), bytes: file_bytes, ..FileFacts::default() },
            names,
            runs: Vec::new(),
            scores: Vec::new(),
        }
    }

    /// The file whose next bytes, or whose end, are needed; none once all have ended.
    pub fn wants(&self) -> Option<usize> {
        self.inputs.wants()
    }

    /// Takes the next bytes of the file that is wanted; any slicing gives the same result.
    ///
    /// # Errors
    /// The file is of no kind that is read.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.feed_keeping(bytes, &mut |_, _| ())
    }

    /// The same; what a compressed file unpacks to is shown to `keep` with the file's number, because the index of
    /// packets points into that.
    ///
    /// # Errors
    /// The file is of no kind that is read.
    pub fn feed_keeping(&mut self, bytes: &[u8], keep: &mut impl FnMut(usize, &[u8])) -> Result<(), Refusal> {
        let line = &mut self.line;
        self.inputs.feed(bytes, keep, &mut |raw| line.packet(&raw))
    }

    /// The file that is wanted has ended.
    ///
    /// # Errors
    /// It was too short to be of any kind that is read.
    pub fn end_file(&mut self, keep: &mut impl FnMut(usize, &[u8])) -> Result<(), Refusal> {
        let line = &mut self.line;
        self.inputs.end(keep, &mut |raw| line.packet(&raw))
    }

    /// All files have ended, or reading is given up: open flows end.
    ///
    /// # Errors
    /// A file was too short to be of any kind that is read.
    pub fn end(&mut self) -> Result<(), Refusal> {
        while self.wants().is_some() {
            self.end_file(&mut |_, _| ())?;
        }
        let Line { flows, names, detectors, .. } = &mut self.line;
        flows.end_all(&mut |serial, flow| tell(detectors, names, serial, flow));
        Ok(())
    }

    /// Reading is given up before the end of the file, as asked; call before [`Pipeline::end`].
    pub fn stop(&mut self) {
        self.inputs.give_up();
        self.read_issues.add(IssueKind::StoppedEarly, Some(self.line.counters.packets), None);
    }

    /// Notes something that went wrong outside: the file changed.
    pub fn note(&mut self, kind: IssueKind) {
        self.read_issues.add(kind, None, None);
    }

    /// Lets every detector conclude, and gives the result.
    pub fn judge(&mut self, settings: &Settings) -> Analysis {
        self.runs.clear();
        for place in 0..detect::ALL.len() {
            self.judge_one(place, settings);
        }
        self.analysis(settings)
    }

    /// Lets one detector (by its place in the table) conclude. Call for all in order, first to last, then
    /// [`Pipeline::analysis`].
    pub fn judge_one(&mut self, place: usize, settings: &Settings) {
        if place == 0 {
            self.runs.clear();
            self.scores.clear();
        }
        let Line { flows, names, counters, detectors, .. } = &mut self.line;
        let context =
            Context { settings, flows, names, span_ns: counters.span_ns.unwrap_or((0, 0)), packets: counters.packets };
        let (Some(entry), Some(detector)) = (detect::ALL.get(place), detectors.get_mut(place)) else { return };
        let Conclusion { findings, not_enough_data, scores, n_not_judged } = detector.conclude(&context);
        if n_not_judged > 0 && self.line.issues.count(IssueKind::DetectorFull) == 0 {
            self.line.issues.add_many(IssueKind::DetectorFull, n_not_judged, None, None);
        }
        self.merge_scores(scores);
        let id = entry.card.id.to_owned();
        let run = DetectorRun { id, n_findings: findings.len() as u64, not_enough_data };
        self.runs.push((run, findings));
    }

    /// Keeps the larger score of each flow.
    fn merge_scores(&mut self, scores: Option<Vec<f32>>) {
        let Some(scores) = scores else { return };
        if self.scores.is_empty() {
            self.scores = scores;
            return;
        }
        for (kept, other) in self.scores.iter_mut().zip(scores) {
            // `max` prefers a number to NaN.
            *kept = kept.max(other);
        }
    }

    /// What is known so far, without findings.
    pub fn partial(&self, settings: &Settings) -> Analysis {
        self.assemble(settings, Tops::default(), Vec::new(), Vec::new())
    }

    /// The result, with the findings of the detectors that have concluded.
    pub fn analysis(&self, settings: &Settings) -> Analysis {
        let mut findings: Vec<Finding> = self.runs.iter().flat_map(|(_, findings)| findings.clone()).collect();
        Finding::sort(&mut findings);
        let runs = self.runs.iter().map(|(run, _)| run.clone()).collect();
        self.assemble(settings, tops(&self.line.flows, &self.line.names), findings, runs)
    }

    fn assemble(&self, settings: &Settings, tops: Tops, findings: Vec<Finding>, runs: Vec<DetectorRun>) -> Analysis {
        let line = &self.line;
        let mut issues = self.inputs.issues(&self.names);
        issues.extend(self.read_issues.issues());
        issues.extend(line.issues.issues());
        let summarised = line.flows.summarised;
        if summarised.flows > 0 {
            let mut log = IssueLog::default();
            log.add_many(IssueKind::FlowsSummarised, summarised.flows, None, None);
            issues.extend(log.issues());
        }
        if line.names.n_refused > 0 {
            let mut log = IssueLog::default();
            log.add_many(IssueKind::NamesFull, line.names.n_refused, None, None);
            issues.extend(log.issues());
        }
        issues.sort_by_key(|issue| std::cmp::Reverse(issue.severity));
        let counters = &line.counters;
        let file = FileFacts {
            format: self.inputs.format(),
            link_types: line.index.link_types().into_iter().map(link::name).collect(),
            ..self.file.clone()
        };
        Analysis {
            file,
            summary: Summary {
                packets: counters.packets,
                bytes: counters.bytes,
                flows: summarised.flows + line.flows.len() as u64,
                hosts: tops.n_hosts,
                first_ns: counters.span_ns.map(|span| span.0),
                last_ns: counters.span_ns.map(|span| span.1),
                protocols: counters.protocols(&tops.apps),
            },
            coverage: Coverage {
                packets_read: counters.packets,
                packets_decoded: counters.packets - line.n_damaged,
                packets_truncated: counters.packets_truncated,
                bytes_skipped: self.inputs.bytes_skipped(),
                flows_kept: line.flows.len() as u64,
                flows_summarised: summarised.flows,
            },
            issues,
            findings,
            runs,
            stats: Stats {
                timeline: counters.timeline.timeline(TIMELINE_BINS),
                top_hosts: tops.hosts,
                top_ports: tops.ports,
                sizes: counters.sizes(),
            },
            changed_settings: settings.changed().clone(),
            seed: settings.value(settings::GENERAL, settings::SEED) as u64,
        }
    }

    /// Packets read so far.
    pub fn packets(&self) -> u64 {
        self.line.counters.packets
    }

    /// The flow table.
    pub fn flows(&self) -> &FlowTable {
        &self.line.flows
    }

    /// Server names.
    pub fn names(&self) -> &Names {
        &self.line.names
    }

    /// The index of packets.
    pub fn index(&self) -> &PacketIndex {
        &self.line.index
    }

    /// Largest score of the model-based detectors for each kept flow, in order; empty if none ran.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }
}

impl Line {
    #[inline]
    fn packet(&mut self, raw: &RawPacket<'_>) {
        let packet = decode::decode(raw, self.counters.packets, &mut self.issues);
        self.n_damaged += u64::from(packet.is_damaged);
        if packet.captured_bytes < packet.wire_bytes {
            self.issues.add(IssueKind::PacketCut, Some(packet.index), Some(raw.offset));
        }
        if packet.time_ns < self.last_time_ns {
            self.issues.add(IssueKind::TimeBackwards, Some(packet.index), Some(raw.offset));
        }
        self.last_time_ns = self.last_time_ns.max(packet.time_ns);
        self.counters.add(&packet);
        let kind = wants(&packet).0.trailing_zeros() as usize;
        for place in self.watchers.get(kind).into_iter().flatten() {
            if let Some(detector) = self.detectors.get_mut(*place) {
                detector.observe_packet(&packet);
            }
        }
        let Line { flows, names, detectors, .. } = self;
        let touch = flows.update(&packet, names, &mut |serial, flow| tell(detectors, names, serial, flow));
        let belongs = match touch {
            Some(touch) => Belongs::Flow(touch.serial, touch.way),
            None => Belongs::Alone(match packet.top() {
                Some(Protocol::Named(named)) => Some(named),
                _ => None,
            }),
        };
        self.index.push(Indexed {
            file: raw.file,
            offset: raw.offset,
            time_ns: raw.time_ns,
            wire_bytes: raw.wire_bytes,
            captured_bytes: packet.captured_bytes,
            link_type: raw.link_type,
            belongs,
        });
        if let Some(touch) = touch {
            self.applications(&packet, raw.data, touch);
        }
    }

    #[inline]
    fn applications(&mut self, packet: &Packet, data: &[u8], touch: Touch) {
        match &packet.transport {
            Transport::Tcp(tcp) if tcp.payload_bytes > 0 => {
                let Some(flow) = self.flows.get(touch.serial) else { return };
                let sent = if touch.way == Way::Forward { flow.forward() } else { flow.backward() };
                let is_done =
                    flow.is_app_certain && (flow.name_source != NameSource::Dns || touch.way == Way::Backward);
                if !is_done && sent.data_packets <= LAST_PROBED_PACKET && !touch.is_retransmission {
                    self.probe(payload(packet, data), touch);
                }
            }
            Transport::Udp(udp) if matches!(udp.source_port, 53 | 5353 | 5355) => {
                for (host, name) in dns::addresses(payload(packet, data)) {
                    let name = self.names.intern(&name);
                    self.names.learn(host, name);
                }
            }
            Transport::Icmp(icmp) => {
                if let Some(refused) = &icmp.refused {
                    self.flows.refuse(refused, packet.vlan);
                }
            }
            _ => {}
        }
    }

    /// Asks the application decoders about the first payload of a connection.
    fn probe(&mut self, payload: &[u8], touch: Touch) {
        let started = if touch.way == Way::Forward { self.greetings.remove(&touch.serial) } else { None };
        let joined = started.map_or(Vec::new(), |mut start| {
            start.extend_from_slice(payload);
            start
        });
        let whole = if joined.is_empty() { payload } else { &joined };
        let Some((protocol, verdict)) = app::read_tcp(whole) else { return };
        let Some(flow) = self.flows.get_mut(touch.serial) else { return };
        flow.app = Some(protocol);
        flow.is_app_certain = true;
        match verdict {
            Verdict::Mine(Some((name, source))) => {
                flow.name = self.names.intern(&name);
                flow.name_source = source;
            }
            Verdict::More if touch.way == Way::Forward => {
                if whole.len() < MOST_GREETING_BYTES && self.greetings.len() < MOST_GREETINGS {
                    self.greetings.insert(touch.serial, whole.to_vec());
                } else {
                    self.issues.add(IssueKind::HelloTooLong, None, None);
                }
            }
            _ => {}
        }
    }
}

fn tell(detectors: &mut [Box<dyn Detector>], names: &Names, serial: u32, flow: &Flow) {
    let ended = Ended { serial, flow, name: names.text(flow.name) };
    for detector in detectors {
        detector.observe_flow(&ended);
    }
}

fn payload<'a>(packet: &Packet, data: &'a [u8]) -> &'a [u8] {
    data.get(packet.payload.start as usize..packet.payload.end as usize).unwrap_or(&[])
}

#[inline]
fn wants(packet: &Packet) -> Wants {
    match &packet.transport {
        Transport::Tcp(tcp) => {
            let is_control = tcp.flags == 0 || tcp.flags & (tcp_flag::SYN | tcp_flag::FIN | tcp_flag::RST) != 0;
            if is_control { Wants::TCP_CONTROL } else { Wants::TCP_DATA }
        }
        Transport::Udp(_) => Wants::UDP,
        Transport::Icmp(_) => Wants::ICMP,
        Transport::None if packet.arp.is_some() => Wants::ARP,
        Transport::None => Wants::OTHER,
    }
}
