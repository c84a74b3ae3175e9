//! What an input holds to the names that its texts may repeat: of hosts, domains, servers and accounts.

use super::names::{is_generic, is_of_run};
use crate::export::Tables;
use crate::flow::fields::FlowField;
use crate::model::app::field::{FieldId, FieldValue};
use crate::model::format::host_name;
use crate::model::net::addr::mac_from_text;
use crate::model::{Analysis, Finding};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::net::IpAddr;

/// Fields whose whole text names somebody.
const NAMES: [FieldId; 17] = [
    FieldId::User,
    FieldId::Host,
    FieldId::Domain,
    FieldId::Service,
    FieldId::DnsQuery,
    FieldId::DnsAnswer,
    FieldId::TlsSni,
    FieldId::CertName,
    FieldId::HttpHost,
    FieldId::MailFrom,
    FieldId::MailTo,
    FieldId::SmbTree,
    FieldId::Realm,
    FieldId::Client,
    FieldId::From,
    FieldId::To,
    FieldId::Server,
];
/// Fields in whose text names stand behind signs of their own.
const WITH_NAMES: [FieldId; 6] = [
    FieldId::CertSubject,
    FieldId::CertIssuer,
    FieldId::SearchBase,
    FieldId::HttpReferer,
    FieldId::Location,
    FieldId::HttpPath,
];

/// The names in the results, and those in the tables where there are any, in lower case.
pub fn names_of(analysis: &Analysis, tables: Option<&Tables<'_>>) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let findings = analysis.findings.iter().chain(analysis.expected.iter().map(|one| &one.finding));
    findings.for_each(|finding| of_finding(finding, &mut known));
    analysis.stats.top_hosts.iter().for_each(|host| whole(&host.name, &mut known));
    analysis.rules.iter().filter_map(|rule| rule.name.as_ref()).for_each(|name| whole(name, &mut known));
    if let Some(tables) = tables {
        for (_, flow) in tables.flows.iter() {
            whole(tables.names.text(flow.name), &mut known);
            for FlowField { kind, value, .. } in tables.fields.of(flow, tables.names) {
                match value {
                    FieldValue::Text(text) if NAMES.contains(&kind) => whole(text, &mut known),
                    FieldValue::Text(text) if WITH_NAMES.contains(&kind) => parts(text, &mut known),
                    _ => {}
                }
            }
        }
    }
    known
}

/// Ids of all findings: hashes of addresses, which anybody can try out.
pub fn ids_of(analysis: &Analysis) -> impl Iterator<Item = &str> {
    let expected = analysis.expected.iter().map(|one| one.finding.id.as_str());
    analysis.findings.iter().map(|finding| finding.id.as_str()).chain(expected)
}

/// Writes the names, one a line.
pub fn write(out: &mut dyn Write, analysis: &Analysis, tables: &Tables<'_>) -> io::Result<()> {
    names_of(analysis, Some(tables)).iter().try_for_each(|name| writeln!(out, "{}", name.replace(['\n', '\r'], " ")))
}

fn of_finding(finding: &Finding, known: &mut BTreeSet<String>) {
    for name in &finding.names {
        whole(name, known);
        // A name in another script is also written as it reads.
        let shown = host_name::shown(name);
        let words = shown.split(|letter: char| letter.is_whitespace() || "(),:".contains(letter));
        words.filter(|word| !word.is_ascii()).for_each(|word| whole(word, known));
    }
}

/// A name as it is, and what it is made of: `CORP\anna`, `anna@corp.example`, `HTTP/web.corp.example`.
fn whole(text: &str, known: &mut BTreeSet<String>) {
    let text = text.trim().trim_end_matches('.').to_lowercase();
    if text.parse::<IpAddr>().is_ok() || mac_from_text(&text).is_some() {
        return;
    }
    // As texts are cut into runs: of `o'brien` both parts are names.
    for part in text.split(|letter| letter == ':' || !is_of_run(letter)) {
        let part = part.trim_matches(['.', '-', '_', '$', '*']);
        if !is_generic(part) && part.chars().any(char::is_alphabetic) {
            known.insert(part.to_owned());
        }
    }
}

/// The values of a distinguished name, and names with dots.
fn parts(text: &str, known: &mut BTreeSet<String>) {
    for part in text.split([',', ';', '+', '/', '?', '&']) {
        match part.split_once('=') {
            Some((kind, value)) if ["cn", "dc", "uid"].contains(&kind.trim().to_lowercase().as_str()) => {
                whole(value, known);
            }
            _ if part.contains('.') => whole(part, known),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_name_with_other_signs_each_part_is_one() {
        let mut known = BTreeSet::new();
        for name in ["O'Brien", "a+b=cde", "CORP\\anna", "10.0.0.5", "root"] {
            whole(name, &mut known);
        }
        assert_eq!(known.into_iter().collect::<Vec<_>>(), ["anna", "brien", "cde", "corp"]);
    }
}
