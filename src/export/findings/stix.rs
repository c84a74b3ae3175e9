//! Findings to a STIX 2.1 bundle: of each an observation of addresses and names, a note that says what was found, and the
//! ATT&CK technique; a grouping holds all of them together.
//!
//! Source: STIX Version 2.1, OASIS Standard, 10 June 2021. Ids are made of what they stand for, so that the same input gives
//! the same bundle.

use super::uuid::uuid;
use crate::export::entry::findings_elsewhere;
use crate::export::{About, Export, Writer};
use crate::maths::sorting::Arrange;
use crate::model::extra::in_extra;
use crate::model::finding::Severity;
use crate::model::format::time;
use crate::model::format::visible;
use crate::model::{Analysis, Endpoint, Finding};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The bundle.
pub const EXPORT: Export = Export {
    id: "stix",
    help: "Write the findings as a STIX 2.1 bundle: observed data, notes and techniques",
    media_type: "application/stix+json",
    is_at_top: false,
    about: |_| About::new("findings (STIX)", "stix.json"),
    writer: Writer::Findings(in_extra(stix, findings_elsewhere)),
};

const VERSION: &str = "2.1";
/// Largest `number_observed` (section 4.14).
const MOST_OBSERVED: u64 = 999_999_999;

/// Objects by id: one that several findings name is there once.
#[derive(Default)]
struct Objects {
    all: BTreeMap<String, Value>,
    /// In the order in which they were added.
    order: Vec<String>,
}

impl Objects {
    /// Adds an object of a type, whose id is made of `name`; gives its id.
    fn add(&mut self, kind: &str, name: &str, object: Value) -> String {
        let id = format!("{kind}--{}", uuid(&format!("{kind} {name}")));
        if !self.all.contains_key(&id) {
            let own = [("type", kind), ("spec_version", VERSION), ("id", &id)];
            self.all.insert(id.clone(), with(object, &own));
            self.order.push(id.clone());
        }
        id
    }

    /// Adds an object that has an author and times (section 3.2).
    fn add_domain(&mut self, kind: &str, name: &str, (at, by): (&str, &str), object: Value) -> String {
        self.add(kind, name, with(object, &[("created", at), ("modified", at), ("created_by_ref", by)]))
    }
}

/// An object with more texts.
fn with(mut object: Value, texts: &[(&str, &str)]) -> Value {
    if let Value::Object(fields) = &mut object {
        fields.extend(texts.iter().map(|(key, text)| ((*key).to_owned(), Value::from(*text))));
    }
    object
}

fn stix(analysis: &Analysis, findings: &[&Finding]) -> String {
    let mut objects = Objects::default();
    // The capture's end: when a file is written must not change what is in it.
    let at = timestamp(analysis.summary.last_ns.unwrap_or(0));
    let identity = json!({ "name": "Packetloupe", "identity_class": "system", "created": at, "modified": at });
    let by = objects.add("identity", "packetloupe", identity);
    let of = (at.as_str(), by.as_str());
    let mut held: Vec<String> = Vec::new();
    for finding in findings {
        let mut seen: Vec<String> =
            finding.sources.iter().chain(&finding.targets).map(|endpoint| address(&mut objects, *endpoint)).collect();
        seen.extend(finding.names.iter().map(|name| {
            let value = name.trim_end_matches('.');
            objects.add("domain-name", value, json!({ "value": value }))
        }));
        seen.arrange();
        seen.dedup();
        let mut about = Vec::new();
        // What was observed has times.
        if !seen.is_empty() && finding.has_time() {
            let observed = json!({
                "first_observed": timestamp(finding.start_ns),
                "last_observed": timestamp(finding.end_ns.max(finding.start_ns)),
                "number_observed": finding.n_flows.max(finding.n_packets).clamp(1, MOST_OBSERVED),
                "object_refs": seen,
            });
            about.push(objects.add_domain("observed-data", &finding.id, of, observed));
            held.extend(seen);
        }
        if let Some(technique) = &finding.technique {
            let name = finding.technique_name.as_ref().unwrap_or(technique);
            let link = format!("https://attack.mitre.org/techniques/{}", technique.replace('.', "/"));
            let reference = json!([{ "source_name": "mitre-attack", "external_id": technique, "url": link }]);
            about.push(objects.add_domain(
                "attack-pattern",
                technique,
                of,
                json!({ "name": name, "external_references": reference }),
            ));
        }
        if about.is_empty() {
            about.push(by.clone());
        }
        let note = json!({
            "abstract": finding.title,
            "content": finding.explanation,
            "confidence": (finding.confidence * 100.0).round().clamp(0.0, 100.0) as u8,
            "labels": [finding.detector, finding.category.id(), format!("severity-{}", finding.severity.id())],
            "external_references": [{ "source_name": "packetloupe", "external_id": finding.id }],
            "object_refs": about,
        });
        held.extend(about);
        held.push(objects.add_domain("note", &finding.id, of, note));
    }
    held.arrange();
    held.dedup();
    if !held.is_empty() {
        let worst = findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Info);
        let grouping = json!({
            "name": format!("Findings in {}", analysis.file.name),
            "context": "suspicious-activity",
            "labels": [format!("severity-{}", worst.id())],
            "object_refs": held,
        });
        objects.add_domain("grouping", &analysis.file.name, of, grouping);
    }
    let Objects { mut all, order } = objects;
    let list: Vec<Value> = order.iter().filter_map(|id| all.remove(id)).collect();
    let ids = order.join(" ");
    let bundle = json!({ "type": "bundle", "id": format!("bundle--{}", uuid(&ids)), "objects": list });
    format!("{}\n", visible::json(&format!("{bundle:#}")))
}

fn address(objects: &mut Objects, endpoint: Endpoint) -> String {
    let value = endpoint.to_string();
    let kind = match endpoint {
        Endpoint::Ip(host) if host.is_v4() => "ipv4-addr",
        Endpoint::Ip(_) => "ipv6-addr",
        Endpoint::Mac(_) => "mac-addr",
    };
    objects.add(kind, &value, json!({ "value": value }))
}

/// Seconds with three decimals, in UTC (section 2.16).
fn timestamp(ns: i64) -> String {
    let text = time::iso(ns);
    let whole = text.get(..23).unwrap_or(&text);
    format!("{}Z", whole.trim_end_matches('Z'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::tests::made;
    use std::collections::BTreeSet;

    #[test]
    fn every_reference_is_in_the_bundle_and_has_what_the_standard_asks_for() {
        let mut one = made("beacon", &[[10, 0, 0, 1]], &[[192, 0, 2, 1]]);
        one.technique = Some("T1071.001".to_owned());
        one.technique_name = Some("Web Protocols".to_owned());
        one.names = vec!["c2.example.".to_owned()];
        let mut other = made("syn_flood", &[], &[[192, 0, 2, 1]]);
        for timed in [&mut one, &mut other] {
            (timed.start_ns, timed.end_ns) = (1_700_000_000_123_456_789, 1_700_000_060_000_000_000);
        }
        let bare = made("arp", &[], &[]);
        let text = stix(&Analysis::default(), &[&one, &other, &bare]);
        assert_eq!(text, stix(&Analysis::default(), &[&one, &other, &bare]));
        let bundle: Value = serde_json::from_str(&text).unwrap();
        let objects = bundle["objects"].as_array().unwrap();
        let ids: BTreeSet<&str> = objects.iter().map(|object| object["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), objects.len());
        for object in objects {
            let kind = object["type"].as_str().unwrap();
            assert!(object["id"].as_str().unwrap().starts_with(&format!("{kind}--")));
            // Required properties (sections 4 and 6).
            let required: &[&str] = match kind {
                "identity" => &["name", "created", "modified"],
                "ipv4-addr" | "domain-name" => &["value"],
                "observed-data" => {
                    &["created", "modified", "first_observed", "last_observed", "number_observed", "object_refs"]
                }
                "note" => &["created", "modified", "content", "object_refs", "created_by_ref"],
                "attack-pattern" => &["created", "modified", "name"],
                "grouping" => &["created", "modified", "context", "object_refs"],
                other => panic!("{other}"),
            };
            for key in required.iter().chain(&["spec_version"]) {
                assert!(object.get(key).is_some(), "{kind} has no {key}");
            }
            let refs = object["object_refs"].as_array().into_iter().flatten().chain(object.get("created_by_ref"));
            for reference in refs {
                assert!(ids.contains(reference.as_str().unwrap()), "{kind} refers to {reference}");
            }
        }
        let n = |kind: &str| objects.iter().filter(|object| object["type"] == kind).count();
        assert_eq!((n("ipv4-addr"), n("domain-name"), n("observed-data"), n("note"), n("grouping")), (2, 1, 2, 3, 1));
        assert_eq!(timestamp(1_700_000_000_123_456_789), "2023-11-14T22:13:20.123Z");
        // Nothing found is a bundle too.
        let empty: Value = serde_json::from_str(&stix(&Analysis::default(), &[])).unwrap();
        assert_eq!(empty["objects"].as_array().unwrap().len(), 1);
    }
}
