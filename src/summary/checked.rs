//! An analysis without findings to the sentences that say what was checked, and what was not.

use super::limits;
use super::sentence::{Sentence, Topic};
use super::wording::list;
use crate::model::Analysis;
use crate::model::coverage::DetectorCoverage;
use crate::model::format::quantity::{bytes, counted};
use crate::model::format::time;
use crate::model::rows::RowKind;
use crate::model::slowness::Slowness;

/// No findings is an answer too: what was checked, and what could not be.
pub(super) fn nothing(analysis: &Analysis, moment: &dyn Fn(i64) -> String) -> Vec<Sentence> {
    let looked = DetectorCoverage::of(analysis);
    let (n, summary) = (looked.ran.len() as u64, &analysis.summary);
    if n == 0 && summary.packets == 0 && analysis.table.is_none() {
        let text = "Nothing could be checked: the capture has no packets.".to_owned();
        return vec![Sentence::of(Topic::Checked, text, [])];
    }
    let n_false = analysis.findings.len() as u64;
    let rows = analysis.table.as_ref().filter(|table| table.layout.kind == RowKind::Rows).map(|table| table.rows);
    let what = match rows {
        Some(rows) => counted(rows, "row", "rows"),
        None => {
            let packets = summary.measured_packets().map(|n| counted(n, "packet", "packets"));
            let size = summary.measured_bytes().map(|n| bytes(n as f64));
            let flows = (summary.flows > 0).then(|| counted(summary.flows, "flow", "flows"));
            list(&[packets, size, flows].into_iter().flatten().collect::<Vec<_>>())
        }
    };
    let when = match (rows, summary.first_ns) {
        (None, Some(first)) if first != 0 => {
            format!(", {} from {}", time::span(summary.duration_ns()), moment(first))
        }
        _ => String::new(),
    };
    let told = analysis.expected.iter().map(|one| &one.finding).chain(&analysis.findings);
    let scope = format!("{what}{when}{}", unchecked(analysis, &looked));
    let first = match (n, n_false, analysis.expected.is_empty()) {
        (0, ..) => format!("Nothing could be checked in {scope}."),
        (_, 0, true) => format!("Nothing suspicious was found in {scope}."),
        (_, 0, false) => format!("Nothing was found but what is expected here in {scope}."),
        _ => format!("Nothing was found but what an analyst holds for false in {scope}."),
    };
    let mut sentences = vec![Sentence::of(Topic::Checked, first, told)];
    sentences.extend(checked(analysis));
    if let Some(slowness) = Slowness::of(analysis).filter(|one| matches!(one, Slowness::Nothing(_))) {
        sentences.push(Sentence::of(Topic::Speed, slowness.words(moment), []));
    }
    let limits = limits::unseen(analysis);
    let trust = "This does not prove that nothing is wrong: detectors find only what they know, in the traffic that was captured.";
    sentences.push(Sentence::of(Topic::Trust, format!("{trust}{limits}"), []));
    sentences
}

/// How many detectors checked what; none if there was none.
pub(super) fn checked(analysis: &Analysis) -> Option<Sentence> {
    let looked = DetectorCoverage::of(analysis);
    let who = counted(looked.ran.len() as u64, "detector", "detectors");
    let names = kinds_of(analysis, true);
    // What the detectors that ran look for, where there are many.
    let text = match names.len() {
        0..3 => format!("{who} checked {}.", looked.at),
        _ => format!("{who} checked {}, for {} and more.", looked.at, names.join(", ")),
    };
    (!looked.ran.is_empty()).then(|| Sentence::of(Topic::Checked, text, []))
}

/// What most people look for: a detector, and the kind of thing that it finds.
const KINDS: [(&str, &str); 8] = [
    ("port_scan", "scans"),
    ("syn_flood", "flooding"),
    ("login_brute_force", "password guessing"),
    ("arp_spoofing", "spoofing"),
    ("beacon", "beacons"),
    ("dns_tunnel", "tunnels"),
    ("bulk_exfiltration", "exfiltration"),
    ("cleartext_login", "cleartext passwords"),
];

/// The kinds whose detectors ran, or did not have enough data.
fn kinds_of(analysis: &Analysis, has_run: bool) -> Vec<String> {
    let is = |id: &str| analysis.runs.iter().any(|run| run.id == id && run.not_enough_data.is_none() == has_run);
    KINDS.iter().filter(|(id, _)| is(id)).map(|(_, name)| (*name).to_owned()).collect()
}

/// What could not be looked for, as the end of a sentence that says that nothing was found; empty where nothing was looked
/// for, or where all that is named above was.
fn unchecked(analysis: &Analysis, looked: &DetectorCoverage<'_>) -> String {
    let names = kinds_of(analysis, false);
    match (looked.ran.is_empty(), names.is_empty(), looked.n_not_evaluated()) {
        (false, false, _) => format!("; {} could not be looked for", list(&names)),
        (false, true, n) if n > 0 && analysis.table.is_some() => {
            format!("; {} could not check it", counted(n, "detector", "detectors"))
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::analysis::{DetectorRun, Summary};
    use crate::model::rows::TableFacts;

    fn analysis(runs: &[(&str, bool)]) -> Analysis {
        let run = |(id, has_run): &(&str, bool)| DetectorRun {
            id: (*id).to_owned(),
            n_findings: 0,
            not_enough_data: (!has_run).then(|| "The table has no addresses.".to_owned()),
            fault: None,
        };
        let summary = Summary { packets: 9, ..Summary::default() };
        Analysis { runs: runs.iter().map(run).collect(), summary, ..Analysis::default() }
    }

    fn first(analysis: &Analysis) -> String {
        nothing(analysis, &|ns| ns.to_string()).swap_remove(0).text
    }

    #[test]
    fn what_could_not_be_looked_for_is_said_with_what_was_not_found() {
        let mut table = analysis(&[("port_scan", false), ("beacon", false), ("pca", true)]);
        table.table = Some(TableFacts { rows: 7, ..TableFacts::default() });
        let said = first(&table);
        assert!(said.starts_with("Nothing suspicious was found in "), "{said}");
        assert!(said.ends_with("; scans and beacons could not be looked for."), "{said}");
        table.runs.retain(|run| run.id == "pca");
        assert!(!first(&table).contains("could not"), "{}", first(&table));
    }

    #[test]
    fn without_packets_nothing_was_checked() {
        let mut empty = analysis(&[("port_scan", true)]);
        empty.summary.packets = 0;
        let all: Vec<String> = nothing(&empty, &|ns| ns.to_string()).into_iter().map(|one| one.text).collect();
        assert_eq!(all, ["Nothing could be checked: the capture has no packets."]);
    }
}
