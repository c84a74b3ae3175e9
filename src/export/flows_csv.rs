//! Flows to CSV: the columns of CICFlowMeter v4, then `anomaly_score`, `severity`, `findings`.
//!
//! Numbers have at most six decimals and no exponent, so the file is the same in a browser and natively. A text that
//! a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV Injection").

use crate::flow::features::columns::{self, Value};
use crate::model::Flow;
use crate::model::finding::{Finding, Severity};
use std::io::{self, Write};

/// Bytes gathered before they are written on.
const BLOCK: usize = 1 << 16;

/// Writes a heading and one line a flow. `flows` come with their serial numbers, ascending. `scores` has the largest
/// score of the models for each flow in the same order, not a number where there is none; it may be shorter.
/// `severity` and `findings` (ids, parted by `;`) are those of the findings that list the flow, empty if none does.
pub fn write<'a>(
    out: &mut impl Write,
    flows: impl Iterator<Item = (u32, &'a Flow)>,
    scores: &[f32],
    findings: &[Finding],
) -> io::Result<()> {
    let named = Named::new(findings);
    let mut block = Vec::with_capacity(BLOCK + 4096);
    for column in columns::ALL {
        block.extend_from_slice(column.name.as_bytes());
        block.push(b',');
    }
    block.extend_from_slice(b"anomaly_score,severity,findings\n");
    let mut cell = String::new();
    let scores = scores.iter().copied().chain(std::iter::repeat(f32::NAN));
    for ((serial, flow), score) in flows.zip(scores) {
        for column in columns::ALL {
            match column.value {
                Value::Number(of) => number(&mut block, of(flow)),
                Value::Text(of) => {
                    cell.clear();
                    of(flow, &mut cell);
                    text(&mut block, &cell);
                }
            }
            block.push(b',');
        }
        number(&mut block, f64::from(score));
        block.push(b',');
        named.write(&mut block, serial, &mut cell);
        block.push(b'\n');
        if block.len() >= BLOCK {
            out.write_all(&block)?;
            block.clear();
        }
    }
    out.write_all(&block)
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
        pairs.sort_unstable();
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

/// A number with at most six decimals; nothing for what is not a number.
fn number(out: &mut Vec<u8>, value: f64) {
    const WHOLE_EXACT: f64 = 9e15; // about 2^53: below, a double holds every whole number
    let size = value.abs();
    if !value.is_finite() {
        return;
    }
    if size >= WHOLE_EXACT / 1e6 {
        return out.extend_from_slice(format!("{value:.0}").as_bytes());
    }
    let whole = size as u64;
    let is_whole = whole as f64 == size;
    let millionths = if is_whole { 0 } else { (size * 1e6 + 0.5) as u64 };
    if value < 0.0 && (is_whole || millionths > 0) {
        out.push(b'-');
    }
    if is_whole {
        return digits(out, whole);
    }
    digits(out, millionths / 1_000_000);
    let mut part = millionths % 1_000_000;
    if part > 0 {
        out.push(b'.');
    }
    let mut place = 100_000;
    while part > 0 && place > 0 {
        out.push(b'0' + (part / place) as u8);
        part %= place;
        place /= 10;
    }
}

/// Several times as fast as `format!`, which matters for eighty numbers a line.
fn digits(out: &mut Vec<u8>, mut value: u64) {
    if value < 10 {
        return out.push(b'0' + value as u8);
    }
    let mut buffer = [b'0'; 20];
    let mut n_unused = buffer.len();
    for slot in buffer.iter_mut().rev() {
        *slot = b'0' + (value % 10) as u8;
        value /= 10;
        n_unused -= 1;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(buffer.get(n_unused..).unwrap_or_default());
}

/// A text cell, quoted where CSV asks for it (RFC 4180) and never a formula.
fn text(out: &mut Vec<u8>, cell: &str) {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_quoted = cell.contains([',', '"', '\n', '\r']);
    if is_quoted {
        out.push(b'"');
    }
    if is_formula {
        out.push(b'\'');
    }
    if is_quoted {
        out.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(cell.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::features::made::{START_NS, tcp};
    use crate::model::Category;

    fn shown(value: f64) -> String {
        let mut out = Vec::new();
        number(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    fn celled(cell: &str) -> String {
        let mut out = Vec::new();
        text(&mut out, cell);
        String::from_utf8(out).unwrap()
    }

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
            evidence: Vec::new(),
            explanation: String::new(),
            benign_causes: Vec::new(),
            advice: Vec::new(),
            display_filter: String::new(),
            n_flows: flow_serials.len() as u64,
            n_packets: 0,
            flow_serials,
            packet_indices: Vec::new(),
        }
    }

    #[test]
    fn numbers_are_short_and_exact_to_a_millionth() {
        assert_eq!(shown(0.0), "0");
        assert_eq!(shown(-1.0), "-1");
        assert_eq!(shown(1460.0), "1460");
        assert_eq!(shown(1.0 / 3.0), "0.333333");
        assert_eq!(shown(70.710_678_118_6), "70.710678");
        assert_eq!(shown(12.05), "12.05");
        assert_eq!(shown(-0.000_000_1), "0");
        assert_eq!(shown(1e300).len(), 301);
        assert_eq!(shown(f64::NAN), "");
        assert_eq!(shown(u32::MAX.into()), "4294967295");
    }

    #[test]
    fn text_is_never_a_formula_and_stays_in_its_cell() {
        assert_eq!(celled("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(celled("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(celled("-1\n2"), "\"'-1\n2\"");
        assert_eq!(celled("plain"), "plain");
    }

    #[test]
    fn each_flow_is_a_line_with_its_score_and_findings() {
        let flows = [tcp(&[(0, true, 0, 2)]), tcp(&[(0, true, 0, 2), (10, false, 0, 20)])];
        let findings = [finding("a-1", Severity::Low, vec![7, 8]), finding("b-2", Severity::High, vec![8])];
        let mut out = Vec::new();
        write(&mut out, (7..).zip(&flows), &[f32::NAN, 0.75], &findings).unwrap();
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
