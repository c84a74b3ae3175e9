//! Turns a connection that carries DNS queries, or data in names, into a finding.

use super::requests::Requests;
use super::signs::Signs;
use super::{CARD, Case};
use crate::detect::support::finding_builder::{self, FindingBuilder, count, evidence};
use crate::detect::support::severity::{Confidence, Impact, past};
use crate::model::format::time::{SECOND, span};
use crate::model::{Evidence, Finding, Series};

/// A resolver that nobody knows: for information.
pub fn resolver(case: &Case<'_>, signs: &Signs, least: f64) -> FindingBuilder {
    let (host, server, port) = case.ends;
    let requests = &case.requests;
    let is_followed = signs.is_followed(least);
    let confidence = if is_followed { Confidence::LIKELY } else { Confidence::EVEN };
    let why = match is_followed {
        true => format!(
            "{} of {} that the host contacted for the first time without a visible DNS query were contacted within \
             half a second after such an answer; by chance it would be {:.1}.",
            signs.n_following,
            count(signs.n_new, "name"),
            signs.chance * signs.n_new as f64
        ),
        false => format!(
            "The host contacted {} without a visible DNS query, and it sends no DNS at all, while other internal \
             hosts do.",
            count(signs.n_new, "name")
        ),
    };
    begin(case)
        .title(format!("{host} seems to use {server} as an encrypted DNS resolver"))
        .supposed()
        .weighed(Impact::EXPOSURE, confidence, 0.0)
        .score(past(signs.n_following.max(signs.n_new / 2) as f64, least))
        .evidence(measured(requests))
        .evidence([
            evidence(
                "First connections to names without a visible query",
                signs.n_new as f64,
                "names",
                "0: names are queried",
            ),
            evidence("Those soon after an answer", signs.n_following as f64, "names", ""),
            evidence("Expected soon after an answer by chance", signs.chance * signs.n_new as f64, "names", ""),
        ])
        .explanation(format!(
            "{host} holds a connection to {server}, port {port}, that looks like DNS queries: in {} {}, each of about \
             {} bytes, were answered at once by about {} bytes. {why} This is not an attack; DNS policies do not \
             apply there, and it is reported for information.",
            span((requests.seconds * SECOND as f64) as i64),
            count(requests.n as usize, "request"),
            requests.bytes[0],
            requests.bytes[1],
        ))
}

/// Data in names.
pub fn tunnel(case: &Case<'_>, n_flows: u64, least: f64) -> FindingBuilder {
    let (host, server, port) = case.ends;
    let requests = &case.requests;
    let confidence = if requests.seconds >= 600.0 { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
    begin(case)
        .technique(("T1572", "Protocol Tunneling"))
        .title(format!("{host} seems to tunnel data in DNS queries to {server}, inside TLS"))
        .supposed()
        .rated(Impact::CONTROL, confidence, (requests.n as f64, least))
        .evidence(measured(requests))
        .evidence([
            evidence(
                "Share of the time with requests",
                100.0 * requests.steadiness,
                "%",
                "pauses, as people make them",
            ),
            evidence("Share of requests of the typical size", 100.0 * requests.uniformity, "%", ""),
            evidence("External connections in that time", n_flows as f64, "flows", "one for a few requests"),
        ])
        .explanation(format!(
            "{host} sent {} to the resolver {server}, port {port}, in {} without a pause, nearly all of about {} \
             bytes, but opened {} to external hosts in that time. A client resolves names to connect to them; queries \
             without connections carry data themselves.",
            count(requests.n as usize, "request"),
            span((requests.seconds * SECOND as f64) as i64),
            requests.bytes[0],
            if n_flows == 0 { "no connection".to_owned() } else { count(n_flows as usize, "connection") }
        ))
        .benign_causes(&[
            "A program that resolves many names itself: a crawler, a mail or address checker",
            "A resolver for your network whose clients the capture does not see",
        ])
        .advice(&[
            "Find the program on the host that connects to the resolver",
            "Resolve names on your own resolvers, where queries can be seen, and block others",
        ])
}

fn measured(requests: &Requests) -> Vec<Evidence> {
    vec![
        evidence("Requests", requests.n as f64, "requests", ""),
        evidence("Typical size of a request", f64::from(requests.bytes[0]), "B", "60 to 300, for DNS"),
        evidence("Typical size of an answer", f64::from(requests.bytes[1]), "B", "100 to 700, for DNS"),
        evidence("Time from first to last", requests.seconds, "s", ""),
    ]
}

/// A finding with what both kinds share.
fn begin(case: &Case<'_>) -> FindingBuilder {
    let (host, server, port) = case.ends;
    let times: Vec<i64> = case.requests.answered.iter().map(|millis| millis.saturating_mul(SECOND / 1000)).collect();
    let transport = if case.is_quic { "udp" } else { "tcp" };
    Finding::builder(&CARD)
        .service((host, server, port), if case.is_quic { "QUIC" } else { "TLS" })
        .names(if case.name.is_empty() { Vec::new() } else { vec![case.name.to_owned()] })
        .series(Series::counts("Requests", "requests", &times))
        .filter(format!("{} && {transport}.port == {port}", finding_builder::pair_filter(host, server)))
}
