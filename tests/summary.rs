//! The summary for people, over the captures of all detectors: few sentences, true to findings, nothing claimed that was not
//! measured.

use crate::source;
use packetloupe::detect::ALL;
use packetloupe::model::format::time::utc;
use packetloupe::model::{Analysis, Annotation, Category, Severity, Verdict};
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use packetloupe::summary::{Briefing, MEASURED, Topic};

fn analysis(bytes: &[u8]) -> Analysis {
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, "capture", bytes.len() as u64));
    pipeline.feed(bytes).and_then(|()| pipeline.end()).unwrap();
    pipeline.evaluate(&settings)
}

fn fixture(id: &str, kind: &str) -> Analysis {
    let path = format!("{}/tests/fixtures/captures/{id}/{kind}.pcap", env!("CARGO_MANIFEST_DIR"));
    analysis(&std::fs::read(path).unwrap())
}

fn text_of(briefing: &Briefing, topic: Topic) -> String {
    briefing.sentences.iter().filter(|one| one.topic == topic).map(|one| one.text.as_str()).collect()
}

#[test]
fn each_capture_has_three_to_six_sentences_that_rest_on_its_findings() {
    for (id, kind) in ALL.iter().flat_map(|entry| ["attack", "benign"].map(|kind| (entry.card.id, kind))) {
        let analysis = fixture(id, kind);
        let briefing = Briefing::of(&analysis, &utc);
        let n = briefing.sentences.len();
        assert!((3..=6).contains(&n), "{id}/{kind}: {n} sentences");
        for one in &briefing.sentences {
            assert!(
                one.text.ends_with(['.', '?']) && !["..", "?.", "  "].iter().any(|sign| one.text.contains(sign)),
                "{id}/{kind}: {}",
                one.text
            );
            assert!(one.findings.iter().all(|id| analysis.finding(id).is_some()), "{id}/{kind}: {}", one.text);
            let is_traced =
                !one.findings.is_empty() || matches!(one.topic, Topic::Checked | Topic::Trust | Topic::Speed);
            assert!(is_traced || analysis.findings.is_empty(), "{id}/{kind}: {}", one.text);
        }
        let mut texts: Vec<&str> = briefing.sentences.iter().map(|one| one.text.as_str()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), n, "{id}/{kind} repeats itself");
        // The most severe finding is always told.
        if let Some(worst) = analysis.findings.first() {
            assert!(briefing.sentences[0].findings.contains(&worst.id), "{id}/{kind}");
        }
    }
}

#[test]
fn what_is_looked_up_for_success_is_measured_by_detectors() {
    let files = source::files();
    for (detector, name) in MEASURED {
        assert!(ALL.iter().any(|entry| entry.card.id == *detector), "{detector}");
        let quoted = format!("\"{name}\"");
        assert!(files.iter().any(|file| file.module.starts_with("detect/") && file.text.contains(&quoted)), "{name}");
    }
}

#[test]
fn success_is_said_only_where_it_was_measured() {
    for entry in ALL {
        let analysis = fixture(entry.card.id, "attack");
        let said = text_of(&Briefing::of(&analysis, &utc), Topic::Success);
        if said.contains("It worked") || said.contains("It may have worked") {
            let lead = analysis.findings.first().unwrap();
            let of_incident = analysis.incidents.iter().flat_map(|one| &one.findings);
            let mut about = of_incident.filter_map(|id| analysis.finding(id)).chain([lead]);
            let is_measured = |detector: &str| MEASURED.iter().any(|(one, _)| *one == detector);
            let knows = about.any(|one| {
                is_measured(&one.detector) || one.detector == "forged_reset" || one.category == Category::Flood
            });
            assert!(knows, "{}: {said}", entry.card.id);
        }
    }
    // A shell script on its way is no shell that obeys.
    let mut shell = fixture("remote_shell", "attack");
    assert!(text_of(&Briefing::of(&shell, &utc), Topic::Success).starts_with("It worked: "));
    shell.findings.retain(|one| one.detector == "remote_shell");
    shell.incidents.clear();
    shell.findings[0].confidence = 0.7;
    assert_eq!(text_of(&Briefing::of(&shell, &utc), Topic::Success), "Whether the script was run cannot be seen.");
    let said = |id: &str| text_of(&Briefing::of(&fixture(id, "attack"), &utc), Topic::Success);
    assert!(said("known_exploit").starts_with("It worked: the answers gave away "), "{}", said("known_exploit"));
    assert!(said("login_brute_force").contains("no login was accepted"), "{}", said("login_brute_force"));
    assert!(said("arp_spoofing").contains("cannot be seen"), "{}", said("arp_spoofing"));
}

#[test]
fn a_capture_without_findings_says_what_was_checked_and_what_could_not_be() {
    let mut analysis = fixture("syn_flood", "benign");
    analysis.findings.clear();
    analysis.incidents.clear();
    let briefing = Briefing::of(&analysis, &utc);
    let all: Vec<&str> = briefing.sentences.iter().map(|one| one.text.as_str()).collect();
    assert!(all[0].starts_with("Nothing suspicious was found in ") && all[0].contains(" packets, "), "{all:?}");
    assert!(all[1].contains(" detectors checked this capture, for scans, "), "{all:?}");
    assert!(all.last().unwrap().contains("does not prove"), "{all:?}");
    let rested = analysis.runs.iter().filter(|run| run.not_enough_data.is_some()).count();
    assert!(rested > 0 && all.last().unwrap().contains(&format!("{rested} of ")), "{all:?}");
}

#[test]
fn what_people_hold_for_false_is_not_told_and_what_they_confirm_is() {
    let mut analysis = fixture("arp_spoofing", "attack");
    let id = analysis.findings[0].id.clone();
    let mut judged = |verdict| {
        let annotation = Annotation { verdict: Some(verdict), note: String::new() };
        analysis.annotations = [(id.clone(), annotation)].into();
        Briefing::of(&analysis, &utc)
    };
    assert!(text_of(&judged(Verdict::True), Topic::Trust).starts_with("An analyst has confirmed it."));
    let without = judged(Verdict::False);
    assert!(without.sentences.iter().all(|one| one.topic == Topic::Checked || !one.findings.contains(&id)));
}

#[test]
fn a_slow_network_is_told_once_and_first_where_it_is_the_main_thing() {
    let briefing = Briefing::of(&fixture("dns_trouble", "attack"), &utc);
    assert_eq!(briefing.sentences[0].topic, Topic::Speed);
    assert!(briefing.says_slow() && briefing.sentences[0].text.starts_with("The network is slow"));
    assert_eq!(briefing.sentences.iter().filter(|one| one.topic == Topic::Speed).count(), 1);
    let mut mild = fixture("weak_tls", "attack");
    mild.findings.retain(|finding| finding.severity == Severity::Info);
    let first = &Briefing::of(&mild, &utc).sentences[0].text;
    assert!(first.starts_with("Nothing here calls for action"), "{first}");
}

#[test]
fn summaries_read_as_recorded() {
    let chosen = [
        "port_scan",
        "login_brute_force",
        "arp_spoofing",
        "known_exploit",
        "web_attack",
        "beacon",
        "syn_flood",
        "remote_shell",
        "bulk_exfiltration",
        "dns_trouble",
        "service_unreachable",
        "ftp_bounce",
        "cleartext_login",
        "rogue_dhcp",
    ];
    let mut text = String::new();
    for (id, kind) in chosen.map(|id| (id, "attack")).into_iter().chain([("dga", "benign"), ("syn_flood", "benign")]) {
        text.push_str(&format!("{id}/{kind}\n"));
        for one in Briefing::of(&fixture(id, kind), &utc).sentences {
            text.push_str(&format!("    {}: {} ({})\n", one.topic.id(), one.text, one.findings.len()));
        }
    }
    insta::assert_snapshot!(text);
}
