//! What an analysis could not see: losses, one-sided traffic, encryption, what was not read, detectors without data.

use crate::model::Analysis;
use crate::model::analysis::IssueSeverity;
use crate::model::coverage::DetectorCoverage;
use crate::model::format::quantity::{bytes, count, counted, percent};

/// Losses below this share are not worth a word. Set by us.
const LEAST_LOSS: f64 = 0.001;
/// One-sided connections below this share are ordinary at the ends of a capture. Set by us.
const LEAST_ONE_SIDED: f64 = 0.05;
/// Encrypted bytes below this share are not worth a word. Set by us.
const LEAST_ENCRYPTED: f64 = 0.1;
/// Protocols whose content cannot be read.
const ENCRYPTED: [&str; 8] = ["TLS", "QUIC", "DTLS", "SSH", "ESP", "WireGuard", "OpenVPN", "SRTP"];

/// Limits that are named; the report lists all.
const MOST_LIMITS: usize = 4;

/// What could not be seen, as one sentence with a blank before it; empty if there is nothing to say.
pub fn unseen(analysis: &Analysis) -> String {
    let mut limits = of(analysis);
    limits.truncate(MOST_LIMITS);
    if limits.is_empty() { String::new() } else { format!(" Not everything could be seen: {}.", limits.join("; ")) }
}

/// Each limit in words that go on after a colon, most important first.
pub fn of(analysis: &Analysis) -> Vec<String> {
    let (coverage, mut limits) = (&analysis.coverage, Vec::new());
    let n_errors: u64 = analysis.issues.iter().filter(|one| one.severity == IssueSeverity::Error).count() as u64;
    if coverage.bytes_skipped > 0 {
        limits.push(format!("{} of the file could not be read", bytes(coverage.bytes_skipped as f64)));
    } else if n_errors > 0 {
        limits.push("part of the file could not be read".to_owned());
    }
    let loss = coverage.loss();
    if let Some(share) = loss.share().filter(|share| *share >= LEAST_LOSS) {
        limits.push(format!("{} of the TCP bytes are missing from the capture", percent(share, 1.0)));
    }
    if let Some(share) = loss.one_sided_share().filter(|share| *share >= LEAST_ONE_SIDED) {
        limits.push(format!("{} of the TCP connections show one direction only", percent(share, 1.0)));
    }
    if coverage.packets_truncated > 0 && coverage.packets_truncated.saturating_mul(100) >= coverage.packets_read {
        let share = percent(coverage.packets_truncated as f64, coverage.packets_read as f64);
        limits.push(format!("{share} of the packets were cut by the capture"));
    }
    if coverage.flows_summarised > 0 {
        limits.push(format!("{} kept as totals only", counted(coverage.flows_summarised, "flow was", "flows were")));
    }
    limits.extend(encrypted(analysis));
    limits.extend(not_evaluated(analysis));
    limits
}

fn encrypted(analysis: &Analysis) -> Option<String> {
    let summary = &analysis.summary;
    let met: Vec<_> = summary.protocols.iter().filter(|one| ENCRYPTED.contains(&one.name.as_str())).collect();
    let share = met.iter().map(|one| one.bytes).sum::<u64>() as f64 / summary.bytes.max(1) as f64;
    let names: Vec<String> = met.iter().filter(|one| one.bytes > 0).take(3).map(|one| one.name.clone()).collect();
    let all = percent(share.min(1.0), 1.0);
    (share >= LEAST_ENCRYPTED)
        .then(|| format!("{all} of the bytes are encrypted ({}), so that only sizes and times show", names.join(", ")))
}

/// How many detectors did not have enough data, with the main reason.
fn not_evaluated(analysis: &Analysis) -> Option<String> {
    let looked = DetectorCoverage::of(analysis);
    let n = looked.n_not_evaluated();
    let n_all = n + looked.ran.len() as u64;
    let most = looked.not_evaluated.iter().max_by_key(|(_, ids)| ids.len())?;
    let (why, ids) = (super::wording::inner(most.0), most.1.len() as u64);
    // What a table lacks is the reason of nearly all; of a capture there may be many reasons.
    let reason = match ids {
        ids if ids == n => format!(" ({why})"),
        ids if analysis.table.is_some() && ids * 2 > n => format!(" ({} of them: {why})", count(ids)),
        _ => String::new(),
    };
    (n > 0).then(|| format!("{} of {} detectors did not have enough data{reason}", count(n), count(n_all)))
}
