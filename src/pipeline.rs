//! The whole line, in order: the only file that knows it. Bytes go in, an [`Analysis`] comes out.

mod front;
mod tables;
mod threads;

pub use front::{Batch, Front};

use crate::decode::app::{self, Verdict, dns};
use crate::decode::link;
use crate::detect::{self, Card, Conclusion, Context, Detector, Ended, Wants};
use crate::flow::asked::Asked;
use crate::flow::names::Names;
use crate::flow::roster::Roster;
use crate::flow::table::{FlowTable, Limits, Sought, Touch};
use crate::issue::{IssueKind, IssueLog};
use crate::model::analysis::{Analysis, Coverage, DetectorRun, FileFacts, FlowColumns, Stats, Summary};
use crate::model::flow::{NameSource, Way};
use crate::model::packet::{Packet, Transport};
use crate::model::protocol::Protocol;
use crate::model::rows::RowKind;
use crate::model::{Finding, Flow, time};
use crate::read::table::{Became, Label, TableReader};
pub use crate::read::{MOST_FILES, Refusal};
use crate::settings::{self, Descriptor, Settings};
use crate::stats::counters::Counters;
use crate::stats::index::{Belongs, Indexed, PacketIndex};
use crate::stats::rows::RowStore;
use crate::stats::tops::{Tops, tops};
use front::Place;
use std::collections::BTreeMap;

/// Bytes that are decoded before their packets are taken: these then stay in the processor's cache.
const PART_BYTES: usize = 64 * 1024;
/// Packets whose flows are sought at a time.
const TOGETHER: usize = 16;
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
    let general = settings::GENERAL.iter().chain(settings::TABLE);
    general.chain(detect::CARDS.iter().flat_map(|(_, settings)| *settings)).collect()
}

/// Every detector's card and settings.
pub fn cards() -> Vec<(&'static Card, &'static [Descriptor])> {
    detect::CARDS.iter().map(|(card, settings)| (card, *settings)).collect()
}

/// One input on its way from bytes to findings.
pub struct Pipeline {
    front: Front,
    batch: Batch,
    /// Names of the files that are read together.
    names: Vec<String>,
    line: Line,
    file: FileFacts,
    runs: Vec<(DetectorRun, Vec<Finding>)>,
    scores: Vec<f32>,
    row_scores: Vec<f32>,
}

/// Everything behind the decoders: the other half of the line.
pub struct Line {
    issues: IssueLog,
    index: PacketIndex,
    flows: FlowTable,
    asked: Option<Box<Asked>>,
    /// Of the flow table, once reading has ended.
    roster: Roster,
    names: Names,
    detectors: Vec<Box<dyn Detector>>,
    /// Places of the detectors that want packets or flows of each kind, by the bit of the kind in [`Wants`].
    watchers: [Vec<usize>; Wants::KINDS],
    greetings: BTreeMap<u32, Vec<u8>>,
    /// Of the flow table, once reading has ended.
    tops: Tops,
    /// For each row of a table that was handed on, its flow; [`NO_FLOW`] if it has none.
    flows_of_rows: Vec<u32>,
}

/// No flow has this serial number.
const NO_FLOW: u32 = u32::MAX;

impl Pipeline {
    /// For a file of this name and size.
    pub fn new(settings: &Settings, file_name: &str, file_bytes: u64) -> Pipeline {
        Pipeline::of_files(settings, vec![file_name.to_owned()], file_bytes)
    }

    /// For files of these names, at most [`MOST_FILES`], and of this size together: their packets are
    /// put in order of time. A table is read by itself: beside other files it is refused.
    pub fn of_files(settings: &Settings, names: Vec<String>, file_bytes: u64) -> Pipeline {
        let value = |id| settings.value(settings::GENERAL, id);
        let is_on = |id| value(id) > 0.0;
        let limits = Limits {
            idle_ns: time::from_seconds(value(settings::IDLE_TIMEOUT)),
            active_ns: time::from_seconds(value(settings::ACTIVE_TIMEOUT)),
            most: value(settings::MOST_FLOWS) as usize,
        };
        let watchers = std::array::from_fn(|bit| {
            let wants_kind = |(_, entry): &(usize, &detect::Entry)| entry.wants.meets(Wants::kind(bit));
            detect::ALL.iter().enumerate().filter(wants_kind).map(|(place, _)| place).collect()
        });
        Pipeline {
            front: Front::new(names.len(), settings),
            batch: Batch::default(),
            line: Line {
                issues: IssueLog::default(),
                index: PacketIndex::default(),
                flows: FlowTable::new(limits),
                asked: Asked::new(is_on(settings::CIC_COMPATIBLE), is_on(settings::MORE_COLUMNS), limits.most),
                roster: Roster::default(),
                names: Names::default(),
                detectors: detect::ALL.iter().map(|entry| (entry.make)()).collect(),
                watchers,
                greetings: BTreeMap::new(),
                tops: Tops::default(),
                flows_of_rows: Vec::new(),
            },
            file: FileFacts { name: FileFacts::name_of(&names), bytes: file_bytes, ..FileFacts::default() },
            names,
            runs: Vec::new(),
            scores: Vec::new(),
            row_scores: Vec::new(),
        }
    }

    /// Says which column of a table says what its rows are; call before the first byte.
    pub fn choose_label(&mut self, name: &str) {
        self.front.choose_label(Label::Name(name.to_owned()));
    }

    /// The file whose next bytes, or whose end, are needed; none once all have ended.
    pub fn wants(&self) -> Option<usize> {
        self.front.inputs().wants()
    }

    /// Takes the next bytes of the file that is wanted; any slicing gives the same result.
    ///
    /// # Errors
    /// The file is of no kind that is read.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.feed_keeping(bytes, &mut |_, _| ())
    }

    /// The same; what a compressed file unpacks to is shown to `keep` with the file's number, because the index of
    /// packets and the places of rows point into that.
    ///
    /// # Errors
    /// The file is of no kind that is read.
    pub fn feed_keeping(&mut self, bytes: &[u8], keep: &mut impl FnMut(usize, &[u8])) -> Result<(), Refusal> {
        // Of several files another one may be wanted after any part.
        let most = if self.names.len() == 1 { PART_BYTES } else { usize::MAX };
        let mut rest = bytes;
        while !rest.is_empty() {
            let part = rest.get(..most).unwrap_or(rest);
            let n = self.front.decode(part, &mut self.batch, keep)?;
            self.line.take(&mut self.batch, part);
            rest = rest.get(n..).unwrap_or(&[]);
        }
        Ok(())
    }

    /// The file that is wanted has ended.
    ///
    /// # Errors
    /// It was too short to be of any kind that is read.
    pub fn end_file(&mut self, keep: &mut impl FnMut(usize, &[u8])) -> Result<(), Refusal> {
        self.front.end_file(&mut self.batch, keep)?;
        self.line.take(&mut self.batch, &[]);
        Ok(())
    }

    /// True if index and places of rows point into what a file was unpacked to, not into the file.
    pub fn is_packed(&self, file: usize) -> bool {
        self.front.inputs().is_packed(file)
    }

    /// Both halves of the line, for two threads: what the front makes of a single file's bytes, the other half takes in
    /// the same order.
    pub fn halves(&mut self) -> (&mut Front, &mut Line) {
        (&mut self.front, &mut self.line)
    }

    /// All files have ended, or reading is given up: open flows end.
    ///
    /// # Errors
    /// A file was too short to be of any kind that is read.
    pub fn end(&mut self) -> Result<(), Refusal> {
        while self.wants().is_some() {
            self.end_file(&mut |_, _| ())?;
        }
        self.line.end_flows();
        Ok(())
    }

    /// Reading is given up before the end of the file, as asked; call before [`Pipeline::end`].
    pub fn stop(&mut self) {
        self.front.stop();
    }

    /// Notes something that went wrong outside: the file changed.
    pub fn note(&mut self, kind: IssueKind) {
        self.front.note(kind, None);
    }

    /// Lets every detector conclude, and gives the result.
    pub fn judge(&mut self, settings: &Settings) -> Analysis {
        let (context, detectors) = self.line.context(settings, self.front.counters());
        // The models come last in the table and take longest.
        let waiting: Vec<_> = detect::ALL.iter().zip(detectors).rev().collect();
        let rows = self.front.rows();
        let mut conclusions = threads::each(waiting, |(entry, detector)| conclude(entry, detector, &context, rows));
        self.begin_judging();
        for (entry, conclusion) in detect::ALL.iter().zip(conclusions.drain(..).rev()) {
            self.settle(entry, conclusion);
        }
        self.analysis(settings)
    }

    /// Lets one detector (by its place in the table) conclude. Call for all in order, first to last, then
    /// [`Pipeline::analysis`].
    pub fn judge_one(&mut self, place: usize, settings: &Settings) {
        if place == 0 {
            self.begin_judging();
        }
        let Some(entry) = detect::ALL.get(place) else { return };
        let conclusion = self.conclude(place, settings);
        self.settle(entry, conclusion);
    }

    /// What one detector makes of all that passed; its scores are of rows where rows are no more than rows.
    pub fn conclude(&mut self, place: usize, settings: &Settings) -> Conclusion {
        let (context, detectors) = self.line.context(settings, self.front.counters());
        let both = detect::ALL.get(place).zip(detectors.get_mut(place));
        both.map_or_else(Conclusion::default, |(entry, detector)| {
            conclude(entry, detector, &context, self.front.rows())
        })
    }

    fn begin_judging(&mut self) {
        self.runs.clear();
        self.scores.clear();
        self.row_scores.clear();
    }

    /// Takes what a detector concluded.
    fn settle(&mut self, entry: &detect::Entry, conclusion: Conclusion) {
        let Conclusion { findings, not_enough_data, scores, n_not_judged } = conclusion;
        if n_not_judged > 0 && self.line.issues.count(IssueKind::DetectorFull) == 0 {
            self.line.issues.add_many(IssueKind::DetectorFull, n_not_judged, None, None);
        }
        self.merge_scores(scores);
        let id = entry.card.id.to_owned();
        let run = DetectorRun { id, n_findings: findings.len() as u64, not_enough_data };
        self.runs.push((run, findings));
    }

    /// Keeps the larger score of each flow or row.
    fn merge_scores(&mut self, scores: Option<Vec<f32>>) {
        let Some(scores) = scores else { return };
        let all = if self.has_rows_only() { &mut self.row_scores } else { &mut self.scores };
        if all.is_empty() {
            *all = scores;
            return;
        }
        for (kept, other) in all.iter_mut().zip(scores) {
            // `max` prefers a number to NaN.
            *kept = kept.max(other);
        }
    }

    /// What is known so far, without findings.
    pub fn partial(&self, settings: &Settings) -> Analysis {
        self.assemble(settings, Vec::new(), Vec::new())
    }

    /// The result, with the findings of the detectors that have concluded.
    pub fn analysis(&self, settings: &Settings) -> Analysis {
        let mut findings: Vec<Finding> = self.runs.iter().flat_map(|(_, findings)| findings.clone()).collect();
        Finding::sort(&mut findings);
        let runs = self.runs.iter().map(|(run, _)| run.clone()).collect();
        self.assemble(settings, findings, runs)
    }

    fn assemble(&self, settings: &Settings, findings: Vec<Finding>, runs: Vec<DetectorRun>) -> Analysis {
        let line = &self.line;
        let mut issues = self.front.issues();
        issues.merge(&line.issues);
        let summarised = line.flows.summarised;
        issues.add_many(IssueKind::FlowsSummarised, summarised.flows, None, None);
        issues.add_many(IssueKind::NamesFull, line.names.n_refused, None, None);
        self.asked_issues(&mut issues);
        let rows = self.front.rows();
        let mut all_issues = tables::with_issues(issues, rows);
        all_issues.extend(self.front.inputs().issues_of(&self.names));
        all_issues.sort_by_key(|issue| std::cmp::Reverse(issue.severity));
        let (counters, tops) = (self.front.counters(), &line.tops);
        let file = FileFacts {
            format: self.front.inputs().format(),
            comments: self.front.inputs().comments(),
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
                packets_decoded: counters.packets - self.front.n_damaged(),
                packets_truncated: counters.packets_truncated,
                bytes_skipped: self.front.inputs().bytes_skipped(),
                flows_kept: line.flows.len() as u64,
                flows_summarised: summarised.flows,
            },
            issues: all_issues,
            findings,
            runs,
            stats: Stats {
                timeline: counters.timeline.timeline(TIMELINE_BINS),
                top_hosts: tops.hosts.clone(),
                top_ports: tops.ports.clone(),
                sizes: counters.sizes(),
            },
            table: rows.map(tables::facts),
            changed_settings: settings.changed().clone(),
            seed: settings.value(settings::GENERAL, settings::SEED) as u64,
            flow_columns: line.asked.as_ref().map_or(FlowColumns::default(), |asked| FlowColumns {
                is_cic_compatible: asked.cic.is_some(),
                has_more: asked.more.is_some(),
            }),
        }
    }

    /// Notes what is to be said of the tables beside the flow table.
    fn asked_issues(&self, issues: &mut IssueLog) {
        let Some(asked) = self.line.asked.as_deref() else { return };
        if let Some(cic) = &asked.cic {
            let (n_written, n_single) = cic.counts();
            issues.add_many(IssueKind::CicCompatible, n_written.max(1), None, None);
            issues.add_many(IssueKind::CicSinglePacket, n_single, None, None);
            issues.add_many(IssueKind::CicSummarised, cic.n_forgotten, None, None);
        }
        if let Some(more) = &asked.more {
            issues.add_many(IssueKind::DampedForgotten, more.n_forgotten(), None, None);
        }
    }

    /// Packets (of a table: rows) read so far.
    pub fn packets(&self) -> u64 {
        self.rows().map_or(self.line.packets(), RowStore::n_rows)
    }

    /// The rows of a table, if the file is one.
    pub fn rows(&self) -> Option<&RowStore> {
        self.front.rows()
    }

    /// The flow of each kept row of a table, in order.
    pub fn flows_of_rows(&self) -> Vec<Option<u32>> {
        let of = |passed: u32| self.line.flows_of_rows.get(passed as usize).copied().filter(|flow| *flow != NO_FLOW);
        let passed = self.rows().map(RowStore::passed).unwrap_or_default();
        passed.into_iter().map(|passed| passed.and_then(of)).collect()
    }

    /// The reader of a table, which can read a row again.
    pub fn table(&self) -> Option<&TableReader> {
        self.front.inputs().table()
    }

    /// True if the file is a table whose rows are neither flows nor packets.
    pub fn has_rows_only(&self) -> bool {
        self.rows().is_some_and(|rows| rows.layout().kind == RowKind::Rows)
    }

    /// Largest score of the model-based detectors for each kept row of a table, in order; empty if none ran.
    pub fn row_scores(&self) -> &[f32] {
        &self.row_scores
    }

    /// The flow table.
    pub fn flows(&self) -> &FlowTable {
        &self.line.flows
    }

    /// The tables beside the flow table, if any was asked for.
    pub fn asked(&self) -> Option<&Asked> {
        self.line.asked.as_deref()
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

/// What a detector makes of all that passed, or why it rests.
fn conclude(
    entry: &detect::Entry,
    detector: &mut Box<dyn Detector>,
    context: &Context<'_>,
    rows: Option<&RowStore>,
) -> Conclusion {
    match rows.map(|rows| (rows, rows.layout().kind)) {
        Some((rows, RowKind::Rows)) => {
            let done = detector.conclude_rows(rows, context.settings);
            done.unwrap_or_else(|| tables::rests(tables::why_no_flows(rows)))
        }
        Some((_, RowKind::Flows)) if entry.wants.meets(Wants::ANY_PACKET) => tables::rests(
            "This is a table of flows: it does not have the single packets that are looked at.".to_owned(),
        ),
        _ => detector.conclude(context),
    }
}

impl Line {
    fn row(&mut self, became: Became) {
        let serial = match became {
            Became::Row => None,
            Became::Flow(flow, is_one_way) => {
                let Line { flows, names, detectors, watchers, .. } = self;
                let ended = &mut |serial, flow: &Flow| tell(detectors, watchers, names, serial, flow);
                Some(flows.push(flow, is_one_way, ended))
            }
            Became::Packet(packet) => {
                let sought = self.flows.seek(&packet);
                self.observe(&packet, sought).map(|touch| touch.serial)
            }
        };
        self.flows_of_rows.push(serial.unwrap_or(NO_FLOW));
    }

    /// Takes a batch of the front half, with the bytes that it was decoded from.
    pub fn take(&mut self, batch: &mut Batch, bytes: &[u8]) {
        for became in batch.rows() {
            self.row(became);
        }
        let mut sought = [Sought::default(); TOGETHER];
        for group in batch.groups(TOGETHER) {
            for (sought, passing) in sought.iter_mut().zip(group) {
                *sought = self.flows.seek(&passing.packet);
            }
            for (sought, passing) in sought.iter().zip(group) {
                self.packet(&passing.packet, *sought, passing.place, batch.data(passing, bytes));
            }
        }
    }

    /// Packets, or rows that are flows or packets, taken so far.
    pub fn packets(&self) -> u64 {
        self.index.len().max(self.flows_of_rows.len() as u64)
    }

    fn context<'a>(
        &'a mut self,
        settings: &'a Settings,
        counters: &Counters,
    ) -> (Context<'a>, &'a mut [Box<dyn Detector>]) {
        let Line { flows, roster, names, detectors, .. } = self;
        let span_ns = counters.span_ns.unwrap_or((0, 0));
        (Context { settings, flows, roster, names, span_ns, packets: counters.packets }, detectors)
    }

    /// Shows a packet to the detectors that want it, and adds it to its flow.
    #[inline]
    fn observe(&mut self, packet: &Packet, sought: Sought) -> Option<Touch> {
        for detector in self.watchers.get(Wants::of_packet(packet).place()).into_iter().flatten() {
            if let Some(detector) = self.detectors.get_mut(*detector) {
                detector.observe_packet(packet);
            }
        }
        let Line { flows, names, detectors, watchers, .. } = self;
        flows.update(packet, sought, names, &mut |serial, flow| tell(detectors, watchers, names, serial, flow))
    }

    #[inline]
    fn packet(&mut self, packet: &Packet, sought: Sought, place: Place, data: &[u8]) {
        let touch = self.observe(packet, sought);
        let belongs = match touch {
            Some(touch) => Belongs::Flow(touch.serial, touch.way),
            None => Belongs::Alone(match packet.top() {
                Some(Protocol::Named(named)) => Some(named),
                _ => None,
            }),
        };
        self.index.push(Indexed {
            file: place.file,
            offset: place.offset,
            time_ns: packet.time_ns,
            wire_bytes: packet.wire_bytes,
            captured_bytes: packet.captured_bytes,
            link_type: place.link_type,
            belongs,
        });
        if let Some(touch) = touch {
            if let Some(asked) = &mut self.asked {
                asked.update(packet, payload(packet, data), &self.flows, touch);
            }
            self.applications(packet, data, touch);
        }
    }

    /// Every flow that is still open ends.
    fn end_flows(&mut self) {
        let open = self.flows.end_all();
        let Line { flows, names, detectors, .. } = self;
        let n = threads::n_threads();
        let mut groups: Vec<Vec<_>> = (0..n).map(|_| Vec::new()).collect();
        for (place, (entry, detector)) in detect::ALL.iter().zip(detectors).enumerate() {
            if let Some(group) = groups.get_mut(place % n) {
                group.push((entry.wants, detector));
            }
        }
        let list = || {
            let roster = Roster::of(flows);
            let tops = tops(flows, &roster, names);
            (roster, tops)
        };
        let observe = || {
            threads::each(groups, |mut group| {
                for serial in &open {
                    if let Some(flow) = flows.get(*serial) {
                        show(&mut group, &Ended { serial: *serial, flow, name: names.text(flow.name) });
                    }
                }
            })
        };
        let ((roster, tops), _) = threads::both(list, observe);
        (self.roster, self.tops) = (roster, tops);
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

/// Shows an ended flow to those who want it. Not inlined: browsers optimise a function that is called often, but not a
/// long loop in one that is called once.
#[inline(never)]
fn show(detectors: &mut [(Wants, &mut Box<dyn Detector>)], ended: &Ended<'_>) {
    let kind = Wants::of_flow(ended.flow);
    for (_, detector) in detectors.iter_mut().filter(|(wants, _)| wants.meets(kind)) {
        detector.observe_flow(ended);
    }
}

fn tell(
    detectors: &mut [Box<dyn Detector>],
    watchers: &[Vec<usize>; Wants::KINDS],
    names: &Names,
    serial: u32,
    flow: &Flow,
) {
    let ended = Ended { serial, flow, name: names.text(flow.name) };
    for place in watchers.get(Wants::of_flow(flow).place()).into_iter().flatten() {
        if let Some(detector) = detectors.get_mut(*place) {
            detector.observe_flow(&ended);
        }
    }
}

fn payload<'a>(packet: &Packet, data: &'a [u8]) -> &'a [u8] {
    data.get(packet.payload.start as usize..packet.payload.end as usize).unwrap_or(&[])
}
