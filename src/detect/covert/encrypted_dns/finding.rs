//! A connection that asks for names, or carries data in names, to a finding.

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
            "{} of {} to which the host went for the first time, and for which nobody was seen to ask, came within \
             half a second after such an answer; by chance it would be {:.1}.",
            signs.n_following,
            count(signs.n_new, "name"),
            signs.chance * signs.n_new as f64
        ),
        false => format!(
            "The host went to {} for which nobody was seen to ask, and it sends no DNS at all, while others inside do.",
            count(signs.n_new, "name")
        ),
    };
    begin(case)
        .title(format!("{host} seems to ask {server} for names where nobody sees them"))
        .weighed(Impact::EXPOSURE, confidence, 0.0)
        .score(past(signs.n_following.max(signs.n_new / 2) as f64, least))
        .evidence(measured(requests))
        .evidence([
            evidence(
                "First connections to names that nobody asked for",
                signs.n_new as f64,
                "names",
                "0: names are asked for",
            ),
            evidence("Of them soon after an answer", signs.n_following as f64, "names", ""),
            evidence("Expected soon after an answer by chance", signs.chance * signs.n_new as f64, "names", ""),
        ])
        .explanation(format!(
            "{host} holds a connection to {server}, port {port}, that looks like questions for names: in {} {}, each \
             of about {} bytes, were answered at once by about {} bytes. {why} That is no attack; rules for names do \
             not hold there, and it is reported for information.",
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
        .title(format!("{host} seems to carry data in names that it asks {server} for, inside TLS"))
        .rated(Impact::CONTROL, confidence, (requests.n as f64, least))
        .evidence(measured(requests))
        .evidence([
            evidence(
                "Share of the time with requests",
                100.0 * requests.steadiness,
                "%",
                "pauses, as people make them",
            ),
            evidence("Share of requests of the usual size", 100.0 * requests.uniformity, "%", ""),
            evidence("Connections outside in that time", n_flows as f64, "flows", "one for a few requests"),
        ])
        .explanation(format!(
            "{host} sent {} to the resolver {server}, port {port}, in {} without a pause, nearly all of about {} \
             bytes, but began {} outside in that time. Who asks for names wants to go there; requests that lead \
             nowhere carry data themselves.",
            count(requests.n as usize, "request"),
            span((requests.seconds * SECOND as f64) as i64),
            requests.bytes[0],
            if n_flows == 0 { "no connection".to_owned() } else { count(n_flows as usize, "connection") }
        ))
        .benign_causes(&[
            "A program that looks many names up for itself: a crawler, a check of mail or of addresses",
            "A resolver for the house whose clients the capture does not see",
        ])
        .advice(&[
            "Find the program on the host that talks to the resolver",
            "Let the house resolve names itself, where they can be seen, and block other resolvers",
        ])
}

fn measured(requests: &Requests) -> Vec<Evidence> {
    vec![
        evidence("Requests", requests.n as f64, "requests", ""),
        evidence("Usual size of a request", f64::from(requests.bytes[0]), "B", "60 to 300, for names"),
        evidence("Usual size of an answer", f64::from(requests.bytes[1]), "B", "100 to 700, for names"),
        evidence("From first to last", requests.seconds, "s", ""),
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
        .series(Series::moments("Requests", "requests", &times))
        .filter(format!("{} && {transport}.port == {port}", finding_builder::pair_filter(host, server)))
}
