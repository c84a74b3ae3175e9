//! Flows to CSV: the columns of CICFlowMeter v4, then `anomaly_score`, `severity`, `findings`, then more when asked for.
//!
//! Which flows and values stand under CICFlowMeter's headings, corrected or compatible, is a matter of the settings that
//! the input was read with. Numbers have at least seven digits where they are not exact, and no exponent, so the file is
//! the same in a browser and natively. A text that a spreadsheet would take for a formula gets an apostrophe in front
//! (OWASP, "CSV Injection").

use crate::export::cell::{decimals, number, text};
use crate::export::flow_rows::{FlowRow, FlowSource};
use crate::export::{About, Export, TableExport, Writer};
use crate::flow::features::column::{Column, Value};
use crate::flow::features::{columns, own};
use crate::model::Analysis;
use crate::model::finding::Severity;
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

/// Writes a heading and one line a flow, in order of the flows' first packets.
pub fn write(out: &mut impl Write, source: &FlowSource<'_>) -> io::Result<()> {
    let mut lines = Lines::new(out, source.has_own());
    source.each(|row| lines.line(row))?;
    lines.end()
}

/// Lines on their way out.
struct Lines<'a, W> {
    out: &'a mut W,
    block: Vec<u8>,
    cell: String,
    has_more: bool,
}

impl<'a, W: Write> Lines<'a, W> {
    fn new(out: &'a mut W, has_more: bool) -> Lines<'a, W> {
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
        Lines { out, block, cell: String::new(), has_more }
    }

    fn line(&mut self, row: &FlowRow<'_>) -> io::Result<()> {
        for column in columns::ALL.iter() {
            self.cell(column, row.figures, row.figures.known);
            self.block.push(b',');
        }
        score(&mut self.block, row.score);
        self.block.push(b',');
        self.block.extend_from_slice(row.severity.map_or("", Severity::id).as_bytes());
        self.block.push(b',');
        text(&mut self.block, row.findings);
        let has_more = self.has_more;
        for column in own::ALL.iter().filter(|_| has_more) {
            self.block.push(b',');
            if let Some(own) = &row.own {
                self.cell(column, own, row.figures.known);
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

/// A score with at most six decimals: more than that differs between models and means nothing.
fn score(out: &mut Vec<u8>, value: Option<f32>) {
    decimals::<6>(out, value.map_or(f64::NAN, f64::from));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::features::figures::Figures;
    use crate::flow::features::made::tcp;

    fn row<'a>(figures: &'a Figures, score: Option<f32>, findings: &'a str) -> FlowRow<'a> {
        let severity = (!findings.is_empty()).then_some(Severity::High);
        FlowRow { figures, own: None, score, severity, findings }
    }

    #[test]
    fn what_was_not_measured_is_an_empty_cell() {
        let mut flow = tcp(&[(0, true, 100, 0)]);
        flow.known = Known::PROTOCOL.with(Known::PORTS).with(Known::BYTES).with(Known::FORWARD);
        let mut out = Vec::new();
        let mut lines = Lines::new(&mut out, false);
        lines.line(&row(&Figures::from(&flow), None, "")).unwrap();
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
        let mut out = Vec::new();
        let mut lines = Lines::new(&mut out, false);
        for (score, findings) in [(f32::NAN, "a-1"), (0.75, "a-1;b-2")] {
            let figures = Figures::from(&tcp(&[(0, true, 0, 2)]));
            lines.line(&row(&figures, Some(score), findings)).unwrap();
        }
        lines.end().unwrap();
        let written = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = written.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.split(',').count() == columns::ALL.len() + 3));
        assert!(
            lines[0].starts_with("Flow ID,Src IP,") && lines[0].ends_with(",Label,anomaly_score,severity,findings")
        );
        assert!(lines[1].ends_with(",NeedManualLabel,,high,a-1"));
        assert!(lines[2].ends_with(",NeedManualLabel,0.75,high,a-1;b-2"));
    }
}
