//! Which addresses are inside: what is set and what is inferred reaches detectors, report and JSON.

use packetloupe::export::json::json;
use packetloupe::export::report::html::html;
use packetloupe::model::{Analysis, Severity};
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::{LOCAL_NETWORKS, Settings};
use std::fmt::Write;

fn analyse(text: &str, settings: &Settings) -> Analysis {
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(settings, "conn.log", text.len() as u64));
    pipeline.feed(text.as_bytes()).unwrap();
    pipeline.end().unwrap();
    pipeline.evaluate(settings)
}

/// Connections of a host: calls to one server every minute for three hours, and visits to others.
fn calls(client: &str, server: &str, others: &str) -> String {
    let mut text =
        "#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\torig_bytes\tresp_bytes\tconn_state\torig_pkts\tresp_pkts\n"
            .to_owned();
    for i in 0..180 {
        let second = 1_700_000_000 + i * 60;
        writeln!(text, "{second}.5\tC{i}\t{client}\t{}\t{server}\t8080\ttcp\t0.5\t400\t900\tSF\t6\t5", 20_000 + i)
            .unwrap();
        if i % 9 == 0 {
            let moment = second + i % 23;
            writeln!(
                text,
                "{moment}.1\tD{i}\t{client}\t{}\t{others}{}\t443\ttcp\t0.5\t{}\t90000\tSF\t60\t50",
                40_000 + i,
                i / 9 + 1,
                300 + i * 7
            )
            .unwrap();
        }
    }
    text
}

fn beacons(analysis: &Analysis) -> usize {
    let is_meant =
        |finding: &&packetloupe::model::Finding| finding.detector == "beacon" && finding.severity >= Severity::Medium;
    analysis.findings.iter().filter(is_meant).count()
}

fn set(networks: &str) -> Settings {
    let mut settings = Settings::default();
    settings.set_networks(&LOCAL_NETWORKS, networks).unwrap();
    settings
}

#[test]
fn a_control_server_at_a_private_address_is_outside_where_the_networks_inside_are_set() {
    let text = calls("10.1.0.9", "10.77.3.4", "10.1.0.1");
    let inferred = analyse(&text, &Settings::default());
    assert_eq!((beacons(&inferred), inferred.site.words().as_str()), (0, "private addresses"));
    let said = analyse(&text, &set("10.1.0.0/16"));
    assert_eq!(beacons(&said), 1, "{:?}", said.findings);
    assert_eq!(said.site.words(), "10.1.0.0/16 (as set)");
    assert_eq!(beacons(&analyse(&text, &set("10.1.0.0/16, 10.77.0.0/16"))), 0);
}

#[test]
fn a_network_that_looks_public_is_inside_by_its_part_in_the_traffic() {
    let text = calls("28.188.192.69", "28.188.213.220", "9.9.9.");
    let found = analyse(&text, &Settings::default());
    assert_eq!(beacons(&found), 1, "{}", found.site.words());
    assert!(found.site.words().starts_with("28.188.192.0/24 (inferred from who takes part in the traffic)"));
    assert_eq!(beacons(&analyse(&text, &set("28.188.0.0/16"))), 0);
}

#[test]
fn what_is_inside_is_in_json_and_report_with_its_reason() {
    let text = calls("28.188.192.69", "28.188.213.220", "9.9.9.");
    let analysis = analyse(&text, &set("28.188.192.0/24"));
    let document = json(&analysis);
    let site = "\"site\": {\n    \"inside\": [\n      \"28.188.192.0/24\"\n    ],\n    \"basis\": \"setting\",\n    \"text\": \"28.188.192.0/24 (as set)\"";
    assert!(document.contains(site), "{document}");
    assert!(document.contains("\"site.local_networks\": \"28.188.192.0/24\""));
    assert!(html(&analysis).contains("28.188.192.0/24 (as set); a setting"));
}
