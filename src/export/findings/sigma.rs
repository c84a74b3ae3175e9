//! Findings to Sigma rules that hunt for the same in logs: names in those of DNS, addresses and ports in those of firewalls.
//!
//! Source: the Sigma rule specification 2.0 and its taxonomy of fields (SigmaHQ, 2024). A rule is made where addresses or names say
//! what to look for; what is seen in frames, in loss or in figures alone is not.

use super::uuid::uuid;
use crate::export::entry::findings_elsewhere;
use crate::export::{About, Export, Writer};
use crate::model::extra::in_extra;
use crate::model::finding::{Category, Severity};
use crate::model::format::time;
use crate::model::format::visible;
use crate::model::{Addr, Analysis, Endpoint, Finding};
use serde_json::json;

/// The rules.
pub const EXPORT: Export = Export {
    id: "sigma",
    help: "Write Sigma rules that hunt in logs for the addresses, ports and names of findings",
    media_type: "application/yaml",
    is_at_top: false,
    about: |_| About::new("hunting rules (Sigma)", "sigma.yml"),
    writer: Writer::Findings(in_extra(rules, findings_elsewhere)),
};

/// Longest title (section Title of the specification).
const MOST_TITLE: usize = 256;

/// A YAML document for each finding that can be hunted for. Texts are written as JSON strings, which YAML reads alike.
fn rules(analysis: &Analysis, findings: &[&Finding]) -> String {
    let rules: Vec<String> = findings.iter().filter_map(|finding| rule(analysis, finding)).collect();
    if rules.is_empty() { "# No finding has addresses or names to hunt for.\n".to_owned() } else { rules.join("---\n") }
}

fn rule(analysis: &Analysis, finding: &Finding) -> Option<String> {
    if matches!(finding.category, Category::Performance | Category::Statistical) {
        return None;
    }
    let (log, selection) = selection(analysis, finding)?;
    let title: String = finding.title.chars().take(MOST_TITLE).collect();
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    line(&format!("title: {}", quoted(&title)));
    line(&format!("id: {}", uuid(&format!("sigma {}", finding.id))));
    line("status: experimental");
    line(&format!("description: {}", quoted(&finding.explanation)));
    line("author: Packetloupe");
    if finding.has_time() {
        line(&format!("date: {}", time::iso(finding.start_ns).get(..10).unwrap_or_default()));
    }
    if let Some(technique) = &finding.technique {
        line("tags:");
        line(&format!("  - attack.{}", technique.to_lowercase()));
    }
    line("logsource:");
    line(&format!("  category: {log}"));
    line("detection:");
    line("  selection:");
    for (field, values) in selection {
        line(&format!("    {field}:"));
        values.iter().for_each(|value| line(&format!("      - {value}")));
    }
    line("  condition: selection");
    if !finding.benign_causes.is_empty() {
        line("falsepositives:");
        finding.benign_causes.iter().for_each(|cause| line(&format!("  - {}", quoted(cause))));
    }
    line(&format!("level: {}", level(finding.severity)));
    Some(out)
}

/// The kind of log, and which values of which fields are looked for.
type Selected = (&'static str, Vec<(&'static str, Vec<String>)>);

fn selection(analysis: &Analysis, finding: &Finding) -> Option<Selected> {
    let names: Vec<String> = finding
        .names
        .iter()
        .map(|name| name.trim_end_matches('.'))
        .filter(|name| !name.is_empty())
        .map(quoted)
        .collect();
    if !names.is_empty() {
        return Some(("dns", vec![("query|endswith", names)]));
    }
    let (sources, targets) = (hosts(&finding.sources), hosts(&finding.targets));
    let is_outside = |host: &&Addr| !analysis.site.is_inside(**host) && !host.is_group();
    let outside = |side: &[Addr]| side.iter().filter(is_outside).map(ToString::to_string).collect::<Vec<_>>();
    let all = |side: &[Addr]| side.iter().map(ToString::to_string).collect::<Vec<_>>();
    // What is outside is the same in other networks; one's own hosts are looked for where nothing else is named.
    let mut fields = match (outside(&sources), outside(&targets)) {
        (from, _) if !from.is_empty() => vec![("src_ip", from)],
        (_, to) if !to.is_empty() => vec![("dst_ip", to)],
        _ if !sources.is_empty() => vec![("src_ip", all(&sources))],
        _ => return None,
    };
    if !finding.ports.is_empty() && finding.ports.len() < Finding::MOST_PORTS {
        fields.push(("dst_port", finding.ports.iter().map(u16::to_string).collect()));
    }
    fields.iter_mut().for_each(|(field, values)| {
        if *field != "dst_port" {
            values.iter_mut().for_each(|value| *value = quoted(&*value));
        }
    });
    Some(("firewall", fields))
}

fn hosts(side: &[Endpoint]) -> Vec<Addr> {
    let host = |endpoint: &Endpoint| if let Endpoint::Ip(host) = endpoint { Some(*host) } else { None };
    side.iter().filter_map(host).collect()
}

fn quoted(text: impl AsRef<str>) -> String {
    visible::json(&json!(text.as_ref()).to_string()).into_owned()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "informational",
        other => other.id(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::tests::made;

    #[test]
    fn what_has_addresses_or_names_is_a_rule_and_nothing_else() {
        let mut call = made("beacon", &[[10, 0, 0, 1]], &[[203, 0, 113, 9]]);
        call.title = "10.0.0.1 calls \"home\"\n- injected: yes".to_owned();
        call.technique = Some("T1071.001".to_owned());
        call.ports = vec![443];
        let mut named = call.clone();
        named.names = vec!["c2.example.".to_owned()];
        let slow = Finding { category: Category::Performance, ..call.clone() };
        let text = rules(&Analysis::default(), &[&call, &named, &slow]);
        let documents: Vec<&str> = text.split("---\n").collect();
        assert_eq!(documents.len(), 2);
        for wanted in [
            "title: \"10.0.0.1 calls \\\"home\\\"\\n- injected: yes\"\n",
            "  - attack.t1071.001\n",
            "    dst_ip:\n      - \"203.0.113.9\"\n    dst_port:\n      - 443\n",
            "  condition: selection\n",
        ] {
            assert!(documents[0].contains(wanted), "{wanted}: {}", documents[0]);
        }
        assert!(
            documents[1].contains("  category: dns\n")
                && documents[1].contains("query|endswith:\n      - \"c2.example\"")
        );
        assert!(rules(&Analysis::default(), &[&slow]).starts_with('#'));
    }
}
