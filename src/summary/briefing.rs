//! An analysis to the sentences that a reader needs first.

use super::sentence::{Sentence, Topic};
use super::wording::{closed, inner, likelihood, list};
use super::{checked, limits, risk, success, unusual};
use crate::maths::sorting::{Arrange, Gather};
use crate::model::finding::{Category, Finding};
use crate::model::format::quantity::{count, counted, percent};
use crate::model::format::time;
use crate::model::slowness::Slowness;
use crate::model::{Analysis, Endpoint, Incident, Severity, Verdict};
use std::collections::BTreeSet;

/// Kinds of other findings that are named; more are counted.
const MOST_OTHERS: usize = 2;
/// What ends within this time of the end of the capture may have gone on, ns.
const AT_END_NS: i64 = 2 * time::SECOND;
/// And within this many of its own usual pauses, as far as can be seen, it did.
const MOST_PAUSES: i64 = 3;

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
        let Some(story) = Story::of(analysis, &all) else {
            return Briefing { sentences: checked::nothing(analysis, moment) };
        };
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
        sentences.extend(story.risk_and_first_step(analysis));
        let told = |finding: &&&Finding| {
            let is_cause = slow.as_ref().is_some_and(|slow| slow.findings().iter().any(|one| one.id == finding.id));
            // Two findings on the same traffic tell of one deed.
            let is_told = |one: &&Finding| one.id == finding.id || finding.same_traffic.contains(&one.id);
            !is_cause && finding.repeats.is_none() && !story.findings.iter().any(is_told)
        };
        sentences.extend(others(&all.iter().filter(told).copied().collect::<Vec<_>>(), analysis, &all));
        if let Some(slow) = slow.filter(|_| !is_about_speed) {
            let causes: Vec<String> = slow.findings().iter().take(1).map(|one| inner_title(one)).collect();
            let text = format!("{} The strongest sign: {}.", slow.words(moment), causes.concat());
            sentences.push(Sentence::of(Topic::Speed, text, slow.findings().iter().copied()));
        }
        if sentences.len() < 2 {
            sentences.extend(checked::checked(analysis));
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
            _ => format!("{}: ", when(analysis, (start_ns, end_ns), self.pause_ns(end_ns - start_ns), moment)),
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
        if let Some((_, text)) = self.incident.map_or_else(|| success::of_alike(&self.findings, all), |_| None) {
            return Some(Sentence::of(Topic::Success, format!("{text}."), self.findings.iter().copied()));
        }
        // Of findings of one kind, each may have ended otherwise: what the lead says holds for it alone.
        let members = if self.incident.is_some() { self.findings.as_slice() } else { std::slice::from_ref(&self.lead) };
        // What the lured do is the success of what lured them, however it ends.
        let is_own = |finding: &&&Finding| !members.iter().any(|other| other.is_lure_of(finding));
        let mut said: Vec<(success::Success, String, &Finding)> = members
            .iter()
            .filter(is_own)
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
            .map(|(_, text, finding)| match self.findings.len() {
                0 | 1 => format!("{text}."),
                _ => format!("{} ({}).", text, inner_title(finding)),
            })
            .collect();
        (!said.is_empty()).then(|| Sentence::of(Topic::Success, text.join(" "), said.iter().map(|one| one.2)))
    }

    /// How long what is told of rests, in the mean, ns.
    fn pause_ns(&self, lasts_ns: i64) -> i64 {
        let n = |finding: &&Finding| if finding.n_flows > 0 { finding.n_flows } else { finding.n_packets };
        let n = self.findings.iter().map(n).max().unwrap_or(0);
        lasts_ns / i64::try_from(n.max(1)).unwrap_or(i64::MAX)
    }

    fn risk_and_first_step(&self, analysis: &Analysis) -> Option<Sentence> {
        if self.lead.severity == Severity::Info {
            return None;
        }
        let risk = match self.incident {
            Some(_) => risk::of(self.lead, &analysis.site),
            None => risk::of(&self.together(), &analysis.site),
        };
        let risk = risk.map(|risk| format!("At risk: {risk}."));
        let first = self.lead.advice.first().map(|advice| closed(&format!("First: {}", inner(advice))));
        let text: Vec<String> = risk.into_iter().chain(first).collect();
        (!text.is_empty()).then(|| Sentence::of(Topic::Risk, text.join(" "), [self.lead]))
    }

    /// A finding with the sides of all that are told of.
    fn together(&self) -> Finding {
        let all = |side: fn(&Finding) -> &Vec<Endpoint>| {
            let all: BTreeSet<Endpoint> = self.findings.iter().flat_map(|finding| side(finding)).copied().gathered();
            all.into_iter().take(Finding::MOST_ADDRESSES).collect::<Vec<Endpoint>>()
        };
        Finding {
            sources: all(|finding| &finding.sources),
            targets: all(|finding| &finding.targets),
            ports: self.lead.ports.clone(),
            ..Finding::of(&self.lead.detector, self.lead.category)
        }
    }

    fn trust(&self, analysis: &Analysis, verdict: Option<Verdict>) -> Sentence {
        let sure = match verdict {
            Some(Verdict::True) => "An analyst has confirmed it.".to_owned(),
            Some(_) => "An analyst looked at it and could not decide.".to_owned(),
            None => {
                let how = unusual::words(self.lead).unwrap_or_else(|| {
                    let sure = (likelihood(self.lead.confidence), percent(self.lead.confidence, 1.0));
                    format!("It is {} ({}) that this is what it seems", sure.0, sure.1)
                });
                match self.lead.benign_causes.first() {
                    Some(cause) => closed(&format!("{how}; a harmless explanation would be: {}", inner(cause))),
                    None => format!("{how}."),
                }
            }
        };
        Sentence::of(Topic::Trust, sure + &limits::unseen(analysis), [self.lead])
    }
}

/// A title inside a sentence.
fn inner_title(finding: &Finding) -> String {
    format!("“{}”", finding.title.trim_end_matches('.'))
}

/// `From 2026-11-21 09:41:05 UTC for 4 min`.
fn when(analysis: &Analysis, (start_ns, end_ns): (i64, i64), pause_ns: i64, moment: &dyn Fn(i64) -> String) -> String {
    let (from, lasts) = (moment(start_ns), end_ns - start_ns);
    // What rests longer than it usually does has ended, or not begun.
    let most_ns = AT_END_NS.min(pause_ns.saturating_mul(MOST_PAUSES));
    let is_at_end = analysis.summary.last_ns.is_some_and(|last| last - end_ns <= most_ns);
    let is_at_start = analysis.summary.first_ns.is_some_and(|first| start_ns - first <= most_ns);
    let is_table = analysis.table.is_some();
    let lasts_words = time::span(lasts);
    match (is_at_start, is_at_end) {
        // Whole for each, since other languages decline the word.
        (true, true) if lasts > 2 * AT_END_NS && is_table => {
            format!("Throughout the table ({lasts_words} from {from})")
        }
        (true, true) if lasts > 2 * AT_END_NS => format!("Throughout the capture ({lasts_words} from {from})"),
        (false, true) if lasts > AT_END_NS && is_table => {
            format!("Since {from}, to the end of the table {lasts_words} later")
        }
        (false, true) if lasts > AT_END_NS => format!("Since {from}, to the end of the capture {lasts_words} later"),
        _ if lasts < time::SECOND => format!("At {from}"),
        _ => format!("From {from} for {lasts_words}"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::tests::made;

    fn told(analysis: &Analysis, topic: Topic) -> String {
        let all = Briefing::of(analysis, &|ns| format!("{} s", ns / time::SECOND)).sentences;
        all.into_iter().filter(|one| one.topic == topic).map(|one| one.text).collect()
    }

    #[test]
    fn what_rests_longer_than_it_does_had_ended_before_the_capture_did() {
        let lasting = |n_flows, end_s: i64| {
            let (start_ns, end_ns) = (20 * time::SECOND, end_s * time::SECOND);
            let mut analysis = Analysis {
                findings: vec![Finding { start_ns, end_ns, n_flows, ..made("any", &[], &[]) }],
                ..Analysis::default()
            };
            (analysis.summary.first_ns, analysis.summary.last_ns) = (Some(0), Some(68 * time::SECOND));
            told(&analysis, Topic::What)
        };
        assert!(lasting(266, 66).starts_with("From 20 s for 46.00 s: "), "{}", lasting(266, 66));
        assert!(lasting(266, 68).starts_with("Since 20 s, to the end of the capture 48.00 s later: "));
        assert!(lasting(9, 66).starts_with("Since 20 s, to the end"), "it comes every five seconds");
    }

    #[test]
    fn what_the_lured_could_not_do_is_no_failure_of_what_lured_them() {
        let lure = Finding {
            category: Category::Spoofing,
            technique: Some("T1557.001".to_owned()),
            ..made("name_poisoning", &[[10, 0, 0, 66]], &[[10, 0, 0, 1]])
        };
        let login =
            Finding { category: Category::BruteForce, ..made("tls_brute_force", &[[10, 0, 0, 1]], &[[10, 0, 0, 66]]) };
        let findings = vec![lure, login];
        let incidents = vec![Incident {
            id: "x".to_owned(),
            sentence: "It.".to_owned(),
            severity: Severity::Medium,
            start_ns: 0,
            end_ns: 0,
            findings: findings.iter().map(|one| one.id.clone()).collect(),
        }];
        let said = told(&Analysis { findings, incidents, ..Analysis::default() }, Topic::Success);
        assert_eq!(said, "Whether it worked was not measured (“name_poisoning”).");
    }

    #[test]
    fn two_findings_on_the_same_flows_are_told_once() {
        let both = |same_traffic: Vec<String>| {
            let guess = Finding { severity: Severity::High, ..made("guess", &[[10, 0, 0, 9]], &[[10, 0, 0, 1]]) };
            let flood =
                Finding { severity: Severity::Low, same_traffic, ..made("flood", &[[10, 0, 0, 9]], &[[10, 0, 0, 1]]) };
            Analysis { findings: vec![guess, flood], ..Analysis::default() }
        };
        assert_eq!(told(&both(vec!["guess-1".to_owned()]), Topic::Others), "");
        assert!(told(&both(Vec::new()), Topic::Others).contains("flood"));
    }
}
