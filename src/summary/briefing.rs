//! An analysis to the sentences that a reader needs first.

use super::sentence::{Sentence, Topic};
use super::wording::{inner, likelihood, list};
use super::{limits, risk, success};
use crate::maths::sorting::Arrange;
use crate::model::coverage::DetectorCoverage;
use crate::model::finding::{Category, Finding};
use crate::model::format::quantity::{bytes, count, counted, percent};
use crate::model::format::time;
use crate::model::rows::RowKind;
use crate::model::slowness::Slowness;
use crate::model::{Analysis, Incident, Severity, Verdict};
use std::collections::BTreeSet;

/// Kinds of other findings that are named; more are counted.
const MOST_OTHERS: usize = 2;
/// Limits that are named; the report lists all.
const MOST_LIMITS: usize = 4;
/// What ends within this time of the end of the capture went on, as far as can be seen, ns.
const AT_END_NS: i64 = 2 * time::SECOND;

/// The summary of an analysis: at most six sentences.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Briefing {
    /// In the order in which they are read.
    pub sentences: Vec<Sentence>,
}

/// What the summary is mainly about.
struct Story<'a> {
    /// The most important finding.
    lead: &'a Finding,
    /// The incident that it is part of, where its findings are the main thing.
    incident: Option<&'a Incident>,
    /// All findings that it is about, most severe first.
    findings: Vec<&'a Finding>,
}

impl Briefing {
    /// Of an analysis; `moment` writes a time with its zone.
    pub fn of(analysis: &Analysis, moment: &dyn Fn(i64) -> String) -> Briefing {
        // What people hold for false alarms is not told again.
        let verdict = |finding: &Finding| analysis.annotations.get(&finding.id).and_then(|one| one.verdict);
        let all: Vec<&Finding> =
            analysis.findings.iter().filter(|finding| verdict(finding) != Some(Verdict::False)).collect();
        let Some(story) = Story::of(analysis, &all) else { return Briefing { sentences: nothing(analysis, moment) } };
        let slow = Slowness::of(analysis).filter(|slowness| matches!(slowness, Slowness::Slow { .. }));
        let is_about_speed = story.lead.category == Category::Performance;
        let mut sentences = Vec::new();
        match slow.as_ref().filter(|_| is_about_speed) {
            Some(slow) => {
                let causes = [story.lead]
                    .into_iter()
                    .chain(slow.findings().iter().copied().filter(|one| one.id != story.lead.id));
                let cause = format!("{} The strongest sign: {}.", slow.words(moment), inner_title(story.lead));
                sentences.push(Sentence::of(Topic::Speed, cause, causes));
            }
            None => sentences.push(story.what(analysis, moment)),
        }
        sentences.extend(story.success(&all));
        sentences.extend(story.risk_and_first_step());
        let told = |finding: &&&Finding| {
            let is_cause = slow.as_ref().is_some_and(|slow| slow.findings().iter().any(|one| one.id == finding.id));
            !is_cause && finding.repeats.is_none() && !story.findings.iter().any(|one| one.id == finding.id)
        };
        sentences.extend(others(&all.iter().filter(told).copied().collect::<Vec<_>>(), analysis, &all));
        if let Some(slow) = slow.filter(|_| !is_about_speed) {
            let causes: Vec<String> = slow.findings().iter().take(1).map(|one| inner_title(one)).collect();
            let text = format!("{} The strongest sign: {}.", slow.words(moment), causes.concat());
            sentences.push(Sentence::of(Topic::Speed, text, slow.findings().iter().copied()));
        }
        if sentences.len() < 2 {
            sentences.extend(checked(analysis));
        }
        sentences.push(story.trust(analysis, verdict(story.lead)));
        Briefing { sentences }
    }

    /// True if it says that the network is slow.
    pub fn says_slow(&self) -> bool {
        self.sentences.iter().any(|sentence| sentence.topic == Topic::Speed && !sentence.findings.is_empty())
    }
}

impl<'a> Story<'a> {
    /// The incident that the most severe finding is part of, else all findings of its detector that are as severe.
    fn of(analysis: &'a Analysis, all: &[&'a Finding]) -> Option<Story<'a>> {
        let lead = all.first().copied()?;
        let found = |id: &String| all.iter().copied().find(|finding| finding.id == *id);
        if let Some(incident) = analysis.incident_of(&lead.id) {
            let mut findings: Vec<&Finding> = incident.findings.iter().filter_map(found).collect();
            if findings.len() == incident.findings.len() {
                findings.arrange_by_key(|finding| (finding.id != lead.id, std::cmp::Reverse(finding.severity)));
                return Some(Story { lead, incident: Some(incident), findings });
            }
        }
        let is_alike = |finding: &&&Finding| finding.detector == lead.detector && finding.severity == lead.severity;
        Some(Story { lead, incident: None, findings: all.iter().filter(is_alike).copied().collect() })
    }

    fn what(&self, analysis: &Analysis, moment: &dyn Fn(i64) -> String) -> Sentence {
        let start_ns = self.findings.iter().map(|finding| finding.start_ns).min().unwrap_or(0);
        let end_ns = self.findings.iter().map(|finding| finding.end_ns).max().unwrap_or(start_ns);
        let when = match start_ns {
            // Rows of a table have no time.
            0 => String::new(),
            _ => format!("{}: ", when(analysis, start_ns, end_ns, moment)),
        };
        let more = self.findings.len().saturating_sub(1) as u64;
        let what = match self.incident {
            Some(incident) => incident.sentence.trim_end_matches('.').to_owned(),
            None if more == 0 => self.lead.title.clone(),
            None => format!(
                "{}, and {}",
                self.lead.title,
                counted(more, "more finding of this kind", "more findings of this kind")
            ),
        };
        let urgency = match self.lead.severity {
            Severity::Info => "Nothing here calls for action; what was found is for information. ",
            Severity::Low => "Nothing urgent was found; the strongest sign is of low severity. ",
            _ => "",
        };
        Sentence::of(Topic::What, format!("{urgency}{when}{what}."), self.findings.iter().copied())
    }

    /// What of it worked; the most telling first, at most two.
    fn success(&self, all: &[&Finding]) -> Option<Sentence> {
        // Of findings of one kind, each may have ended otherwise: what the lead says holds for it alone.
        let members = if self.incident.is_some() { self.findings.as_slice() } else { std::slice::from_ref(&self.lead) };
        let mut said: Vec<(success::Success, String, &Finding)> = members
            .iter()
            .filter_map(|finding| success::of(finding, all).map(|(success, text)| (success, text, *finding)))
            .collect();
        said.arrange_by_key(|one| std::cmp::Reverse((one.0, one.2.severity)));
        let mut known = BTreeSet::new();
        said.retain(|(_, text, _)| known.insert(text.clone()));
        // Beside what is known, what is not is no news.
        let has_seen = said.first().is_some_and(|one| one.0 != success::Success::Hidden);
        said.retain(|one| !has_seen || one.0 != success::Success::Hidden);
        said.truncate(2);
        let text: Vec<String> = said
            .iter()
            .map(|(_, text, finding)| match self.incident {
                Some(_) if members.len() > 1 => format!("{} ({}).", text, inner_title(finding)),
                _ => format!("{text}."),
            })
            .collect();
        (!said.is_empty()).then(|| Sentence::of(Topic::Success, text.join(" "), said.iter().map(|one| one.2)))
    }

    fn risk_and_first_step(&self) -> Option<Sentence> {
        if self.lead.severity == Severity::Info {
            return None;
        }
        let risk = risk::of(self.lead).map(|risk| format!("At risk: {risk}."));
        let first = self.lead.advice.first().map(|advice| format!("First: {}.", inner(advice)));
        let text: Vec<String> = risk.into_iter().chain(first).collect();
        (!text.is_empty()).then(|| Sentence::of(Topic::Risk, text.join(" "), [self.lead]))
    }

    fn trust(&self, analysis: &Analysis, verdict: Option<Verdict>) -> Sentence {
        let sure = match verdict {
            Some(Verdict::True) => "An analyst has confirmed it.".to_owned(),
            Some(_) => "An analyst looked at it and could not decide.".to_owned(),
            None => {
                let how = format!("{} ({})", likelihood(self.lead.confidence), percent(self.lead.confidence, 1.0));
                match self.lead.benign_causes.first() {
                    Some(cause) => {
                        format!(
                            "It is {how} that this is what it seems; a harmless explanation would be: {}.",
                            inner(cause)
                        )
                    }
                    None => format!("It is {how} that this is what it seems."),
                }
            }
        };
        Sentence::of(Topic::Trust, sure + &unseen(analysis), [self.lead])
    }
}

/// A title inside a sentence.
fn inner_title(finding: &Finding) -> String {
    format!("“{}”", finding.title.trim_end_matches('.'))
}

/// `From 2026-11-21 09:41:05 UTC for 4 min`.
fn when(analysis: &Analysis, start_ns: i64, end_ns: i64, moment: &dyn Fn(i64) -> String) -> String {
    let (from, lasts) = (moment(start_ns), end_ns - start_ns);
    let is_at_end = analysis.summary.last_ns.is_some_and(|last| last - end_ns <= AT_END_NS);
    let is_at_start = analysis.summary.first_ns.is_some_and(|first| start_ns - first <= AT_END_NS);
    let input = if analysis.table.is_some() { "table" } else { "capture" };
    match (is_at_start, is_at_end) {
        (true, true) if lasts > 2 * AT_END_NS => format!("Throughout the {input} ({} from {from})", time::span(lasts)),
        (false, true) if lasts > AT_END_NS => {
            format!("Since {from}, to the end of the {input} {} later", time::span(lasts))
        }
        _ if lasts < time::SECOND => format!("At {from}"),
        _ => format!("From {from} for {}", time::span(lasts)),
    }
}

/// What else was found: the most severe kinds by the title of one each, all others by their number.
fn others(rest: &[&Finding], analysis: &Analysis, all: &[&Finding]) -> Option<Sentence> {
    let n_false = analysis.findings.len() - all.len();
    let left_out = match n_false {
        0 => String::new(),
        n => format!(
            " {} held for false by an analyst and left out here.",
            counted(n as u64, "finding is", "findings are")
        ),
    };
    let Some(worst) = rest.first().map(|finding| finding.severity) else {
        return (n_false > 0).then(|| Sentence::of(Topic::Others, left_out.trim_start().to_owned(), []));
    };
    let mut kinds: Vec<(&Finding, u64)> = Vec::new();
    for finding in rest {
        match kinds.iter_mut().find(|(first, _)| first.detector == finding.detector) {
            Some((_, n)) => *n += 1,
            None => kinds.push((finding, 1)),
        }
    }
    let named: Vec<&(&Finding, u64)> = kinds
        .iter()
        .filter(|(first, _)| first.severity > Severity::Low || first.severity == worst)
        .take(MOST_OTHERS)
        .collect();
    let one = |(first, n): &&(&Finding, u64)| match n {
        1 => inner_title(first),
        n => format!("{} ({} of this kind)", inner_title(first), count(*n)),
    };
    let titles: Vec<String> = named.iter().map(one).collect();
    let n_named: u64 = named.iter().map(|(_, n)| n).sum();
    let n_more = rest.len() as u64 - n_named;
    let most = rest.iter().filter(|finding| !named.iter().any(|(first, _)| first.detector == finding.detector));
    let more = match most.map(|finding| finding.severity).max() {
        Some(Severity::Info) => format!("; and {} for information", counted(n_more, "more", "more")),
        Some(most) if n_more == 1 => format!("; and one more of {} severity", most.id()),
        Some(most) => format!("; and {} more, none above {} severity", count(n_more), most.id()),
        None => String::new(),
    };
    let lead = match worst {
        Severity::Info => "Besides, for information",
        Severity::Low => "Besides, of low severity",
        _ => "Besides",
    };
    let findings = named.iter().map(|(first, _)| *first);
    Some(Sentence::of(Topic::Others, format!("{lead}: {}{more}.{left_out}", list(&titles)), findings))
}

/// What could not be seen, as one sentence behind another; empty if there is nothing to say.
fn unseen(analysis: &Analysis) -> String {
    let limits = limits::of(analysis);
    match limits.len() {
        0 => String::new(),
        n if n > MOST_LIMITS => {
            let first: Vec<String> = limits.into_iter().take(MOST_LIMITS).collect();
            format!(" Not all could be seen: {}.", first.join("; "))
        }
        _ => format!(" Not all could be seen: {}.", limits.join("; ")),
    }
}

/// No findings is an answer too: what was checked, and what could not be.
fn nothing(analysis: &Analysis, moment: &dyn Fn(i64) -> String) -> Vec<Sentence> {
    let looked = DetectorCoverage::of(analysis);
    let (n, summary) = (looked.ran.len() as u64, &analysis.summary);
    let n_false = analysis.findings.len() as u64;
    let result = match (n, n_false, analysis.expected.is_empty()) {
        (0, ..) => "Nothing could be checked",
        (_, 0, true) => "Nothing suspicious was found",
        (_, 0, false) => "Nothing was found but what is expected here",
        _ => "Nothing was found but what an analyst holds for false",
    };
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
    let is_empty = n > 0 && rows.is_none() && summary.measured_packets() == Some(0) && summary.flows == 0;
    let first = match is_empty {
        true => "Nothing was found, for there is nothing in the capture: it has no packets.".to_owned(),
        false => format!("{result} in {what}{when}."),
    };
    let mut sentences = vec![Sentence::of(Topic::Checked, first, told)];
    sentences.extend(checked(analysis));
    if let Some(slowness) = Slowness::of(analysis).filter(|one| matches!(one, Slowness::Nothing(_))) {
        sentences.push(Sentence::of(Topic::Speed, slowness.words(moment), []));
    }
    let limits = unseen(analysis);
    let trust = "This does not prove that nothing is wrong: detectors find only what they know, in the traffic that was captured.";
    sentences.push(Sentence::of(Topic::Trust, format!("{trust}{limits}"), []));
    sentences
}

/// How many detectors checked what; none if there was none.
fn checked(analysis: &Analysis) -> Option<Sentence> {
    let looked = DetectorCoverage::of(analysis);
    let who = counted(looked.ran.len() as u64, "detector", "detectors");
    let text = format!("{who} checked {}{}.", looked.at, kinds(analysis));
    (!looked.ran.is_empty()).then(|| Sentence::of(Topic::Checked, text, []))
}

/// What the detectors that ran look for, where there are many.
fn kinds(analysis: &Analysis) -> String {
    let ran = |id: &str| analysis.runs.iter().any(|run| run.id == id && run.not_enough_data.is_none());
    let known = [
        ("port_scan", "scans"),
        ("syn_flood", "floods"),
        ("login_brute_force", "password guessing"),
        ("arp_spoofing", "spoofing"),
        ("beacon", "beacons"),
        ("dns_tunnel", "tunnels"),
        ("bulk_exfiltration", "exfiltration"),
        ("cleartext_login", "cleartext passwords"),
    ];
    let names: Vec<String> = known.iter().filter(|(id, _)| ran(id)).map(|(_, name)| (*name).to_owned()).collect();
    if names.len() < 3 { String::new() } else { format!(", for {} and more", names.join(", ")) }
}
