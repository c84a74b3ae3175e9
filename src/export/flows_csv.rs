//! Flows to CSV: the columns of CICFlowMeter v4, then `anomaly_score`, `severity`, `findings`, then more when asked for.
//!
//! Which flows and values stand under CICFlowMeter's headings, corrected or compatible, is a matter of the settings that
//! the input was read with. Numbers have at least seven digits where they are not exact, and no exponent, so the file is
//! the same in a browser and natively. A text that a spreadsheet would take for a formula gets an apostrophe in front
//! (OWASP, "CSV Injection").

use crate::export::cell::{decimals, number, text};
use crate::export::{About, Export, TableExport, Writer};
use crate::flow::features::column::{Column, Value};
use crate::flow::features::columns;
use crate::flow::features::figures::Figures;
use crate::flow::features::own::{self, OwnFigures};
use crate::flow::names::Names;
use crate::flow::optional::OptionalTables;
use crate::flow::table::FlowTable;
use crate::maths::sorting::Arrange;
use crate::model::Analysis;
use crate::model::finding::{Finding, Severity};
use crate::model::flow::Known;
use std::io::{self, Write};

/// Bytes gathered before they are written on.
const BLOCK: usize = 1 << 16;

/// The flow table.
pub const EXPORT: Export = Export {
    id: "flows",
    help: "Write the flow table as CSV: the columns of CICFlowMeter v4, corrected, or with its published errors if the \
           setting flow.cic_compatible is 1; flow.more_columns adds our own",
    media_type: "text/csv",
    is_at_top: true,
    about,
    writer: Writer::Tables(TableExport::Flows),
};

/// The file itself has no place to say that it has CICFlowMeter's errors.
fn about(analysis: &Analysis) -> About {
    let columns = analysis.flow_columns;
    let label = if columns.is_cic_compatible { "flows (CSV, CIC-compatible)" } else { "flows (CSV)" };
    let warning = columns.is_cic_compatible.then(|| ("flow table", columns.words()));
    About {
        hint: Some(format!("CICFlowMeter v4's columns, {}", columns.words())),
        warning,
        ..About::new(label, columns.file_ending())
    }
}

/// What the file is made from.
pub struct FlowSource<'a> {
    /// The flow table.
    pub flows: &'a FlowTable,
    /// Server names.
    pub names: &'a Names,
    /// The tables beside the flow table, if any was asked for.
    pub optional: Option<&'a OptionalTables>,
    /// Largest score of the models for each kept flow, in order, not a number where there is none; may be shorter.
    pub scores: &'a [f32],
    /// Findings; their ids, parted by `;`, and worst severity go to the flows that they list.
    pub findings: &'a [Finding],
    /// Serial numbers of the flows that are written, ascending; all if none are named.
    pub passing: Option<&'a [u32]>,
}

/// Writes a heading and one line a flow, in order of the flows' first packets. Where the flows are not those of the flow
/// table, score, severity, findings and further columns are those of the flow that the first packet belongs to.
pub fn write(out: &mut impl Write, source: &FlowSource<'_>) -> io::Result<()> {
    let more = source.optional.and_then(|optional| optional.extended.as_ref());
    let own = |serial| {
        let flow = source.flows.get(serial)?;
        Some(OwnFigures::new(flow, more?.get(serial), source.names.text(flow.name)))
    };
    let passes = |serial: u32| source.passing.is_none_or(|passing| passing.binary_search(&serial).is_ok());
    let mut lines = Lines::new(out, source, more.is_some());
    match source.optional.and_then(|optional| optional.cic.as_ref()) {
        Some(cic) => cic
            .rows()
            .filter(|(serial, _)| passes(*serial))
            .try_for_each(|(serial, figures)| lines.line(serial, &figures, own(serial)))?,
        None => {
            for (serial, flow) in source.flows.iter().filter(|(serial, _)| passes(*serial)) {
                lines.line(serial, &Figures::from(flow), own(serial))?;
            }
        }
    }
    lines.end()
}

/// Lines on their way out.
struct Lines<'a, W> {
    out: &'a mut W,
    block: Vec<u8>,
    cell: String,
    named: Named<'a>,
    scores: &'a [f32],
    first_serial: u32,
    has_more: bool,
}

impl<'a, W: Write> Lines<'a, W> {
    fn new(out: &'a mut W, source: &FlowSource<'a>, has_more: bool) -> Lines<'a, W> {
        let mut block = Vec::with_capacity(BLOCK + 4096);
        for column in columns::ALL.iter() {
            block.extend_from_slice(column.name.as_bytes());
            block.push(b',');
        }
        block.extend_from_slice(b"anomaly_score,severity,findings");
        for column in own::ALL.iter().filter(|_| has_more) {
            block.push(b',');
            block.extend_from_slice(column.name.as_bytes());
        }
        block.push(b'\n');
        Lines {
            out,
            block,
            cell: String::new(),
            named: Named::new(source.findings),
            scores: source.scores,
            first_serial: source.flows.first_serial(),
            has_more,
        }
    }

    fn line(&mut self, serial: u32, figures: &Figures, own: Option<OwnFigures>) -> io::Result<()> {
        for column in columns::ALL.iter() {
            self.cell(column, figures, figures.known);
            self.block.push(b',');
        }
        let place = serial.checked_sub(self.first_serial);
        score(&mut self.block, place.and_then(|place| self.scores.get(place as usize)).copied());
        self.block.push(b',');
        self.named.write(&mut self.block, serial, &mut self.cell);
        let has_more = self.has_more;
        for column in own::ALL.iter().filter(|_| has_more) {
            self.block.push(b',');
            if let Some(own) = &own {
                self.cell(column, own, figures.known);
            }
        }
        self.block.push(b'\n');
        if self.block.len() >= BLOCK {
            self.out.write_all(&self.block)?;
            self.block.clear();
        }
        Ok(())
    }

    /// A cell; empty where what it needs was not measured.
    fn cell<Row>(&mut self, column: &Column<Row>, row: &Row, known: Known) {
        if !known.has(column.needs) {
            return;
        }
        match &column.value {
            Value::Number(of) => number(&mut self.block, of(row)),
            Value::Text(of) => {
                self.cell.clear();
                of(row, &mut self.cell);
                text(&mut self.block, &self.cell);
            }
        }
    }

    fn end(self) -> io::Result<()> {
        self.out.write_all(&self.block)
    }
}

/// Which findings list which flow.
struct Named<'a> {
    findings: &'a [Finding],
    /// Serial number and place of the finding, ascending.
    pairs: Vec<(u32, u32)>,
}

impl<'a> Named<'a> {
    fn new(findings: &'a [Finding]) -> Named<'a> {
        let mut pairs: Vec<(u32, u32)> = (0u32..)
            .zip(findings)
            .flat_map(|(place, finding)| finding.flow_serials.iter().map(move |serial| (*serial, place)))
            .collect();
        pairs.arrange();
        Named { findings, pairs }
    }

    fn write(&self, out: &mut Vec<u8>, serial: u32, cell: &mut String) {
        let start = self.pairs.partition_point(|(of, _)| *of < serial);
        let mut severity: Option<Severity> = None;
        cell.clear();
        for (_, place) in self.pairs.iter().skip(start).take_while(|(of, _)| *of == serial) {
            let Some(finding) = self.findings.get(*place as usize) else { continue };
            severity = severity.max(Some(finding.severity));
            if !cell.is_empty() {
                cell.push(';');
            }
            cell.push_str(&finding.id);
        }
        out.extend_from_slice(severity.map_or("", Severity::id).as_bytes());
        out.push(b',');
        text(out, cell);
    }
}

/// A score with at most six decimals: more than that differs between models and means nothing.
fn score(out: &mut Vec<u8>, value: Option<f32>) {
    decimals::<6>(out, value.map_or(f64::NAN, f64::from));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::features::made::{START_NS, tcp};
    use crate::flow::table::Limits;
    use crate::model::Category;

    fn finding(id: &str, severity: Severity, flow_serials: Vec<u32>) -> Finding {
        Finding {
            id: id.to_owned(),
            detector: "made".to_owned(),
            category: Category::Scan,
            title: String::new(),
            severity,
            score: 0.5,
            confidence: 0.5,
            technique: None,
            technique_name: None,
            start_ns: START_NS,
            end_ns: START_NS,
            sources: Vec::new(),
            targets: Vec::new(),
            ports: Vec::new(),
            protocol: "TCP".to_owned(),
            names: vec![],
            series: None,
            evidence: Vec::new(),
            explanation: String::new(),
            benign_causes: Vec::new(),
            advice: Vec::new(),
            display_filter: String::new(),
            n_flows: flow_serials.len() as u64,
            n_packets: 0,
            flow_serials,
            packet_indices: Vec::new(),
            repeats: None,
        }
    }

    #[test]
    fn what_was_not_measured_is_an_empty_cell() {
        let mut flow = tcp(&[(0, true, 100, 0)]);
        flow.known = Known::PROTOCOL.with(Known::PORTS).with(Known::BYTES).with(Known::FORWARD);
        let (table, names) = (FlowTable::new(Limits::default()), Names::default());
        let source =
            FlowSource { flows: &table, names: &names, optional: None, scores: &[], findings: &[], passing: None };
        let mut out = Vec::new();
        let mut lines = Lines::new(&mut out, &source, false);
        lines.line(0, &Figures::from(&flow), None).unwrap();
        lines.end().unwrap();
        let written = String::from_utf8(out).unwrap();
        let lines: Vec<Vec<&str>> = written.lines().map(|line| line.split(',').collect()).collect();
        let cell = |name: &str| lines[1][lines[0].iter().position(|heading| *heading == name).unwrap()];
        assert_eq!((cell("Dst Port"), cell("Protocol"), cell("Total Length of Fwd Packet")), ("443", "6", "100"));
        for unknown in
            ["Total Fwd Packet", "Total Length of Bwd Packet", "SYN Flag Count", "Flow Duration", "Active Mean"]
        {
            assert_eq!(cell(unknown), "", "{unknown}");
        }
    }

    #[test]
    fn each_flow_is_a_line_with_its_score_and_findings() {
        let flows = [tcp(&[(0, true, 0, 2)]), tcp(&[(0, true, 0, 2), (10, false, 0, 20)])];
        let findings = [finding("a-1", Severity::Low, vec![0, 1]), finding("b-2", Severity::High, vec![1])];
        let (table, names) = (FlowTable::new(Limits::default()), Names::default());
        let scores = [f32::NAN, 0.75];
        let source = FlowSource {
            flows: &table,
            names: &names,
            optional: None,
            scores: &scores,
            findings: &findings,
            passing: None,
        };
        let mut out = Vec::new();
        let mut lines = Lines::new(&mut out, &source, false);
        for (serial, flow) in (0..).zip(&flows) {
            lines.line(serial, &Figures::from(flow), None).unwrap();
        }
        lines.end().unwrap();
        let written = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = written.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.split(',').count() == columns::ALL.len() + 3));
        assert!(
            lines[0].starts_with("Flow ID,Src IP,") && lines[0].ends_with(",Label,anomaly_score,severity,findings")
        );
        assert!(lines[1].ends_with(",NeedManualLabel,,low,a-1"));
        assert!(lines[2].ends_with(",NeedManualLabel,0.75,high,a-1;b-2"));
    }
}
