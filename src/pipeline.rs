//! The whole line, in order: the only file that knows it. Bytes go in, an [`Analysis`] comes out.

mod front;
mod line;
mod named;
mod observers;
mod tables;
mod talks;
mod threads;
mod watch;

pub use front::{Batch, Front};
pub use line::Line;

use crate::decode::link;
use crate::detect::{self, Card, Conclusion, Context, Detector, Wants, fold};
use crate::flow::asked::Asked;
use crate::flow::names::Names;
use crate::flow::table::FlowTable;
use crate::flow::told::Told;
use crate::issue::{IssueKind, IssueLog};
use crate::model::Finding;
use crate::model::analysis::{Analysis, Coverage, DetectorRun, FileFacts, FlowColumns, Stats, Summary};
use crate::model::rows::RowKind;
use crate::read::table::{Label, TableReader};
pub use crate::read::{MOST_FILES, Refusal};
use crate::settings::{self, Descriptor, Settings};
use crate::stats::index::PacketIndex;
use crate::stats::rows::RowStore;
use crate::triage;

/// Bytes that are decoded before their packets are taken: these then stay in the processor's cache.
const PART_BYTES: usize = 64 * 1024;
/// Bins of the timeline that an analysis carries.
const TIMELINE_BINS: usize = 256;

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

impl Pipeline {
    /// For a file of this name and size.
    pub fn new(settings: &Settings, file_name: &str, file_bytes: u64) -> Pipeline {
        Pipeline::of_files(settings, vec![file_name.to_owned()], file_bytes)
    }

    /// For files of these names, at most [`MOST_FILES`], and of this size together: their packets are
    /// put in order of time. A table is read by itself: beside other files it is refused.
    pub fn of_files(settings: &Settings, names: Vec<String>, file_bytes: u64) -> Pipeline {
        Pipeline {
            front: Front::new(names.len(), settings),
            batch: Batch::default(),
            line: Line::new(settings),
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
        for (place, detector) in self.front.take_watchers() {
            self.line.observers.adopt(place, detector);
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
        self.line.observers.rows.clear();
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
        if place + 1 == detect::ALL.len() {
            self.line.observers.rows.clear();
        }
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
        let mut findings = fold::fold(self.runs.iter().flat_map(|(_, findings)| findings.clone()).collect());
        findings.iter_mut().for_each(|finding| named::name(finding, self.flows(), self.names()));
        let runs = self.runs.iter().map(|(run, _)| run.clone()).collect();
        let mut analysis = self.assemble(settings, findings, runs);
        triage::settle(&mut analysis, settings.expected());
        analysis
    }

    fn assemble(&self, settings: &Settings, findings: Vec<Finding>, runs: Vec<DetectorRun>) -> Analysis {
        let line = &self.line;
        let mut issues = self.front.issues();
        issues.merge(&line.issues);
        let summarised = line.flows.summarised;
        issues.add_many(IssueKind::FlowsSummarised, summarised.flows, None, None);
        issues.add_many(IssueKind::NamesFull, line.names.n_refused, None, None);
        issues.add_many(IssueKind::FactsFull, line.told.n_refused, None, None);
        self.asked_issues(&mut issues);
        let rows = self.front.rows();
        let mut all_issues = tables::with_issues(issues, rows);
        all_issues.extend(self.front.inputs().issues_of(&self.names));
        all_issues.sort_by_key(|issue| std::cmp::Reverse(issue.severity));
        let (counters, tops) = (self.front.counters(), &line.tops);
        let file = FileFacts {
            format: self.front.inputs().format(),
            comments: self.front.inputs().comments(),
            link_types: self.front.places().link_types().into_iter().map(link::name).collect(),
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
                protocols: counters.protocols(&tops.apps, &line.messages, &line.names),
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
            shows_secrets: settings.shows_secrets(),
            seed: settings.value(settings::GENERAL, settings::SEED) as u64,
            flow_columns: line.asked.as_ref().map_or(FlowColumns::default(), |asked| FlowColumns {
                is_cic_compatible: asked.cic.is_some(),
                has_more: asked.more.is_some(),
            }),
            ..Analysis::default()
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
        let of = |passed: u32| self.line.flow_of_row(passed);
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

    /// What flows said.
    pub fn told(&self) -> &Told {
        &self.line.told
    }

    /// Texts of the traffic, server names among them.
    pub fn names(&self) -> &Names {
        &self.line.names
    }

    /// The index of packets.
    pub fn index(&self) -> PacketIndex<'_> {
        PacketIndex::new(self.front.places(), &self.line.owners)
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
