//! Turns what detectors observed into an analysis: the detectors finish, and the results are assembled.

use super::{Pipeline, inputs, issues, server_names, table_facts, threads};
use crate::decode::link;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::issue::{IssueKind, IssueLog};
use crate::maths::sorting::Arrange;
use crate::model::Finding;
use crate::model::analysis::{Analysis, Coverage, DetectorRun, FileFacts, FlowColumns, Issue, Stats, Summary};
use crate::model::interface::CaptureInterface;
use crate::model::rows::RowKind;
use crate::read::InputReport;
use crate::settings::{self, Settings};
use crate::stats::rows::RowStore;
use crate::triage::deduplicate::{self, Seer};
use crate::{detect, triage};

/// Bins of the timeline in an analysis.
const TIMELINE_BINS: usize = 256;

impl Pipeline {
    /// Lets every detector finish, and gives the result.
    pub fn evaluate(&mut self, settings: &Settings) -> Analysis {
        let has_messages = self.flow_stage.has_logged_messages;
        let (context, detectors) = self.flow_stage.context(settings, self.capture.counters());
        // The models come last in the table and take longest.
        let waiting: Vec<_> = detect::ALL.iter().zip(detectors).rev().collect();
        let rows = self.capture.rows();
        let mut conclusions =
            threads::each(waiting, |(entry, detector)| finish(entry, detector, &context, (rows, has_messages)));
        self.begin_evaluation();
        for (entry, conclusion) in detect::ALL.iter().zip(conclusions.drain(..).rev()) {
            self.apply(entry, conclusion);
        }
        self.flow_stage.dispatch.rows.clear();
        self.analysis(settings)
    }

    /// Lets one detector (by its place in the table) finish. Call for all in order, first to last, then
    /// [`Pipeline::analysis`].
    pub fn evaluate_one(&mut self, place: usize, settings: &Settings) {
        if place == 0 {
            self.begin_evaluation();
        }
        let Some(entry) = detect::ALL.get(place) else { return };
        let conclusion = self.finish(place, settings);
        self.apply(entry, conclusion);
        if place + 1 == detect::ALL.len() {
            self.flow_stage.dispatch.rows.clear();
        }
    }

    /// What one detector makes of all that passed; its scores are of rows where rows are no more than rows.
    pub fn finish(&mut self, place: usize, settings: &Settings) -> Conclusion {
        let has_messages = self.flow_stage.has_logged_messages;
        let (context, detectors) = self.flow_stage.context(settings, self.capture.counters());
        let both = detect::ALL.get(place).zip(detectors.get_mut(place));
        both.map_or_else(Conclusion::default, |(entry, detector)| {
            finish(entry, detector, &context, (self.capture.rows(), has_messages))
        })
    }

    fn begin_evaluation(&mut self) {
        self.runs.clear();
        self.scores.clear();
        self.row_scores.clear();
    }

    /// Takes a detector's conclusion.
    fn apply(&mut self, entry: &Entry, conclusion: Conclusion) {
        let Conclusion { findings, not_enough_data, scores, n_not_evaluated } = conclusion;
        if n_not_evaluated > 0 && self.flow_stage.issues.count(IssueKind::DetectorFull) == 0 {
            self.flow_stage.issues.add_many(IssueKind::DetectorFull, n_not_evaluated, None, None);
        }
        self.merge_scores(scores);
        let run = DetectorRun {
            id: entry.card.id.to_owned(),
            n_findings: findings.len() as u64,
            not_enough_data,
            fault: entry.fault.map(str::to_owned),
        };
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
        self.assemble(settings, &self.capture.reports(), Vec::new(), Vec::new())
    }

    /// The result, with the findings of the detectors that have finished. Reading has ended.
    pub fn analysis(&self, settings: &Settings) -> Analysis {
        let seers = detect::ALL.iter().map(|Entry { card, .. }| card);
        let seers: Vec<Seer> = seers.map(|card| Seer { id: card.id, name: card.name, part_of: card.part_of }).collect();
        let all = self.runs.iter().flat_map(|(_, findings)| findings.clone()).collect();
        let mut findings = deduplicate::fold(all, &seers);
        findings.iter_mut().for_each(|finding| server_names::name(finding, self.flows(), self.names()));
        let runs = self.runs.iter().map(|(run, _)| run.clone()).collect();
        let mut analysis = self.assemble(settings, &self.inputs, findings, runs);
        triage::apply(&mut analysis, settings.expected());
        analysis
    }

    fn assemble(
        &self,
        settings: &Settings,
        inputs: &[InputReport],
        findings: Vec<Finding>,
        runs: Vec<DetectorRun>,
    ) -> Analysis {
        let counters = self.capture.counters();
        let (flow_stage, rows) = (&self.flow_stage, self.capture.rows());
        let interfaces = self.interfaces();
        Analysis {
            file: self.file_facts(inputs),
            summary: self.summary(),
            issues: self.issues(inputs, &interfaces),
            coverage: self.coverage(inputs, interfaces),
            findings,
            runs,
            stats: Stats {
                timeline: counters.timeline.timeline(TIMELINE_BINS),
                top_hosts: flow_stage.tops.hosts.clone(),
                top_ports: flow_stage.tops.ports.clone(),
                sizes: counters.sizes(),
            },
            table: rows.map(|rows| table_facts::facts(rows, counters.packets > 0)),
            site: flow_stage.dispatch.site.clone().unwrap_or_default(),
            changed_settings: settings.changed().clone(),
            shows_secrets: settings.shows_secrets(),
            seed: settings.count(&settings::SEED),
            flow_columns: flow_stage.optional.as_ref().map_or(FlowColumns::default(), |optional| FlowColumns {
                is_cic_compatible: optional.cic.is_some(),
                has_more: optional.extended.is_some(),
            }),
            ..Analysis::default()
        }
    }

    fn file_facts(&self, inputs: &[InputReport]) -> FileFacts {
        FileFacts {
            format: inputs::formats(inputs),
            comments: inputs.iter().flat_map(|input| input.comments.iter().cloned()).collect(),
            link_types: self.capture.locations().link_types().into_iter().map(link::name).collect(),
            ..self.file.clone()
        }
    }

    fn summary(&self) -> Summary {
        let (counters, flow_stage) = (self.capture.counters(), &self.flow_stage);
        let tops = &flow_stage.tops;
        Summary {
            packets: counters.packets,
            bytes: counters.bytes,
            flows: flow_stage.flows.summarised.flows + flow_stage.flows.len() as u64,
            hosts: tops.n_hosts,
            first_ns: counters.span_ns.map(|span| span.0),
            last_ns: counters.span_ns.map(|span| span.1),
            protocols: counters.protocols(&tops.apps, &flow_stage.messages, &flow_stage.names),
        }
    }

    /// How much of the input was read.
    fn coverage(&self, inputs: &[InputReport], interfaces: Vec<CaptureInterface>) -> Coverage {
        let (counters, flows) = (self.capture.counters(), &self.flow_stage.flows);
        Coverage {
            packets_read: counters.packets,
            packets_decoded: counters.packets - self.capture.n_damaged(),
            packets_truncated: counters.packets_truncated,
            bytes_skipped: inputs.iter().map(|input| input.bytes_skipped).sum(),
            flows_kept: flows.len() as u64,
            flows_summarised: flows.summarised.flows,
            interfaces,
        }
    }

    /// What went wrong, the most severe first.
    fn issues(&self, inputs: &[InputReport], interfaces: &[CaptureInterface]) -> Vec<Issue> {
        let flow_stage = &self.flow_stage;
        let mut issues = self.capture.issues(inputs);
        issues.merge(&flow_stage.issues);
        issues.add_many(IssueKind::FlowsSummarised, flow_stage.flows.summarised.flows, None, None);
        issues.add_many(IssueKind::NamesFull, flow_stage.names.n_refused, None, None);
        issues.add_many(IssueKind::FactsFull, flow_stage.flow_fields.n_refused, None, None);
        self.optional_issues(&mut issues);
        let (rows, duplicates) = (self.capture.rows(), self.capture.duplicates());
        let mut all = issues::with_figures(issues, rows, duplicates, interfaces);
        all.extend(inputs::issues_of_several(inputs, &self.names));
        all.arrange_by_key(|issue| std::cmp::Reverse(issue.severity));
        all
    }

    /// What each interface saw, and what it missed.
    fn interfaces(&self) -> Vec<CaptureInterface> {
        let mut interfaces = self.capture.interfaces(&self.inputs);
        for (place, interface) in (0..).zip(&mut interfaces) {
            interface.loss = self.flow_stage.losses.of(place);
        }
        interfaces
    }

    /// Notes what is to be said of the tables beside the flow table.
    fn optional_issues(&self, issues: &mut IssueLog) {
        let Some(optional) = self.flow_stage.optional.as_deref() else { return };
        if let Some(cic) = &optional.cic {
            let (n_written, n_single) = cic.counts();
            issues.add_many(IssueKind::CicCompatible, n_written.max(1), None, None);
            issues.add_many(IssueKind::CicSinglePacket, n_single, None, None);
            issues.add_many(IssueKind::CicSummarised, cic.n_forgotten, None, None);
        }
        if let Some(more) = &optional.extended {
            issues.add_many(IssueKind::DampedForgotten, more.n_forgotten(), None, None);
        }
    }
}

/// A detector's result, or why it did not have enough data.
fn finish(
    entry: &Entry,
    detector: &mut Box<dyn Detector>,
    context: &Context<'_>,
    (rows, has_messages): (Option<&RowStore>, bool),
) -> Conclusion {
    match rows.map(|rows| (rows, rows.layout().kind)) {
        Some((rows, RowKind::Rows)) => {
            let done = detector.finish_rows(rows, context.settings);
            done.unwrap_or_else(|| table_facts::not_evaluated(table_facts::why_no_flows(rows)))
        }
        Some((_, RowKind::Flows)) if has_messages && entry.interest.intersects(Interest::MESSAGES) => {
            detector.finish(context)
        }
        Some((_, RowKind::Flows))
            if entry.interest.intersects(Interest::ANY_PACKET) && !entry.is_content_with_flows =>
        {
            table_facts::not_evaluated(
                "This is a table of flows: it does not have the single packets that this detector needs.".to_owned(),
            )
        }
        _ => detector.finish(context),
    }
}
/// Adds findings that were made of what a pipeline has seen, outside of its detectors, to an analysis.
pub fn add_findings(analysis: &mut Analysis, findings: Vec<Finding>, settings: &Settings) {
    analysis.findings.extend(findings);
    triage::apply(analysis, settings.expected());
}
