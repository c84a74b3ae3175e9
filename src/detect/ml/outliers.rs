//! Turns flows with high scores into a few findings: one for each of the most unusual groups of the same actors.

use super::groups::{Group, joined, pairs};
use crate::detect::card::Card;
use crate::detect::support::finding_builder::{self, Identity, evidence};
use crate::detect::support::severity::{Confidence, Impact};
use crate::flow::features::model::{ALL, ModelFeature, N, Scale, vector};
use crate::flow::table::FlowTable;
use crate::learn::scale::{Quartiles, Robust};
use crate::maths::elementary::exp_m1;
use crate::maths::number::number;
use crate::maths::sorting::Arrange;
use crate::model::format::quantity::{counted, percent, plain, with_unit};
use crate::model::{Addr, Evidence, Finding, Flow};
use std::collections::BTreeSet;

/// Most findings of one model; the flow table has the scores of all flows.
const MOST_FINDINGS: usize = 3;
/// Properties of the most unusual flow that a finding names.
const MOST_REASONS: usize = 4;
/// Ports of clients that a display filter lists before it falls back to the span of time.
const MOST_FILTER_PORTS: usize = 20;

/// A row and a usual row to what each column adds.
type Parts<'a> = &'a dyn Fn(&[f32], &[f32]) -> Vec<f64>;

/// Scores, and what is needed to explain them.
pub struct Evaluated<'a> {
    /// Of the detector.
    pub card: &'a Card,
    /// The score from which on a flow is reported.
    pub threshold: f32,
    /// One a kept flow, NaN where it was not scored.
    pub scores: &'a [f32],
    /// Half of the scored flows have at most this.
    pub median_score: f32,
    /// What is usual, in the vector's scale.
    pub usual: &'a Robust,
    /// [`crate::learn::Model::parts`]
    pub parts: Parts<'a>,
}

/// How much there is in all.
struct Totals {
    n_scored: u64,
    n_kept: u64,
    n_past: u64,
    n_pairs: usize,
}

/// The most unusual groups of flows whose score is at or past the threshold.
pub fn findings(evaluated: &Evaluated<'_>, flows: &FlowTable) -> Vec<Finding> {
    let (pairs, n_past) = pairs(evaluated.scores, evaluated.threshold, flows);
    let n_scored = evaluated.scores.iter().filter(|score| !score.is_nan()).count() as u64;
    let totals = Totals { n_scored, n_kept: flows.len() as u64, n_past, n_pairs: pairs.len() };
    let features = |serial| {
        let reasons = flows.get(serial).map(|flow| reasons(evaluated, flow)).unwrap_or_default();
        reasons.into_iter().map(|(name, _)| name).collect()
    };
    let groups = joined(pairs, features);
    groups.into_iter().take(MOST_FINDINGS).filter_map(|group| finding(group, evaluated, flows, &totals)).collect()
}

fn finding(group: Group, evaluated: &Evaluated<'_>, flows: &FlowTable, totals: &Totals) -> Option<Finding> {
    let top = flows.get(group.top.1)?;
    let [sources, targets] = [&group.sources, &group.targets].map(|hosts| hosts.iter().copied().collect::<Vec<Addr>>());
    let ports: Vec<u16> = group.services.iter().map(|(.., port)| *port).filter(|port| *port > 0).collect();
    let n_flows = group.serials.len() as u64;
    let score = f64::from(group.top.0);
    let threshold = f64::from(evaluated.threshold);
    let extent = (score - threshold) / (1.0 - threshold).max(f64::MIN_POSITIVE);
    let reasons = reasons(evaluated, top);
    let at = match &ports[..] {
        [port] => format!(" port {port}"),
        _ => String::new(),
    };

    Some(
        Finding::builder(evaluated.card)
            .protocol(top.app.map_or_else(|| top.transport().to_string(), |app| app.name().to_owned()))
            .title(format!(
                "{} from {} to {}{at} {} unusual",
                counted(n_flows, "flow", "flows"),
                finding_builder::who(&sources),
                finding_builder::who(&targets),
                if n_flows == 1 { "is" } else { "are" },
            ))
            .score(score)
            .weighed(Impact::NUISANCE, Confidence::UNLIKELY.towards(Confidence::EVEN, extent), extent)
            .period((group.start_ns, group.end_ns))
            .sources(sources)
            .targets(targets)
            .ports(ports)
            .explanation(explanation(&reasons, n_flows, evaluated, totals))
            .evidence([evidence(
                "Anomaly score",
                score,
                "",
                format!(
                    "median {} in this capture; reported from {}",
                    plain(rounded(evaluated.median_score)),
                    rounded(evaluated.threshold)
                ),
            )])
            .evidence([evidence(
                "Flows above the threshold",
                n_flows as f64,
                "flows",
                format!("{} of the scored flows in all", percent(totals.n_past as f64, totals.n_scored as f64)),
            )])
            .evidence(reasons.into_iter().map(|(_, evidence)| evidence))
            .filter(filter(&group))
            .n_flows(n_flows)
            .n_packets(group.n_packets)
            .flow_serials(group.serials)
            .identity(Identity::ActorsAndPorts)
            .build(),
    )
}

/// The packets of a group's hosts and services, in its time.
fn filter(group: &Group) -> String {
    let mut words = hosts_filter(group);
    let mut kinds: Vec<(u8, u16)> = group.services.iter().map(|(protocol, vlan, _)| (*protocol, *vlan)).collect();
    kinds.dedup();
    if let ([(protocol, vlan)], Some(source)) = (&kinds[..], group.sources.first()) {
        words.extend(service_filter(group, *protocol, source.is_v4()));
        if *vlan > 0 {
            words.push(format!("vlan.id == {vlan}"));
        }
    }
    words.push(finding_builder::time_filter(group.start_ns, group.end_ns));
    words.join(" && ")
}

fn hosts_filter(group: &Group) -> Vec<String> {
    if let (1, 1, Some(source), Some(target)) =
        (group.sources.len(), group.targets.len(), group.sources.first(), group.targets.first())
    {
        return vec![finding_builder::pair_filter(*source, *target)];
    }
    let side = |hosts: &BTreeSet<Addr>| {
        let each: Vec<String> = hosts.iter().map(|host| finding_builder::host_filter("addr", *host)).collect();
        if each.len() == 1 { each.concat() } else { format!("({})", each.join(" || ")) }
    };
    vec![side(&group.sources), side(&group.targets)]
}

/// The flows' ports, if they are of one protocol.
fn service_filter(group: &Group, protocol: u8, is_v4: bool) -> Vec<String> {
    let clients: Vec<u16> = group.client_ports.iter().copied().collect();
    let servers: Vec<u16> = group.services.iter().map(|(.., port)| *port).collect();
    let of_clients = |field: &str| finding_builder::ports_filter(field, &clients, MOST_FILTER_PORTS);
    // Only echo messages have an identifier, which stands in for the port.
    let echo = match protocol {
        _ if clients.contains(&0) => None,
        1 => of_clients("icmp.ident"),
        58 => of_clients("icmpv6.echo.identifier"),
        _ => None,
    };
    match protocol {
        // An ICMP error quotes ports and addresses of what it refuses, but is no part of the flow.
        6 | 17 if !servers.contains(&0) => {
            let field = if protocol == 6 { "tcp.port" } else { "udp.port" };
            let mut words = Vec::from_iter(finding_builder::ports_filter(field, &servers, MOST_FILTER_PORTS));
            words.push("!icmp && !icmpv6".to_owned());
            words.extend(of_clients(field));
            words
        }
        1 | 58 if echo.is_some() => Vec::from_iter(echo),
        _ => vec![format!("{} == {protocol}", if is_v4 { "ip.proto" } else { "ipv6.nxt" })],
    }
}

/// What sets a flow apart the most, as evidence.
fn reasons(evaluated: &Evaluated<'_>, flow: &Flow) -> Vec<(&'static str, Evidence)> {
    let mut row = [0.0; N];
    vector(flow, &mut row);
    let usual: Vec<f32> = evaluated.usual.columns.iter().map(|of| of.median).collect();
    let mut parts: Vec<(f64, (&ModelFeature, &Quartiles))> =
        (evaluated.parts)(&row, &usual).into_iter().zip(ALL.iter().zip(&evaluated.usual.columns)).collect();
    // Rounded, so that two properties that weigh the same stay in the order of the table.
    parts.iter_mut().for_each(|(part, _)| *part = (*part * 1e6).round());
    parts.retain(|(part, _)| *part > 0.0);
    parts.arrange_by(|(a, _), (b, _)| b.total_cmp(a));
    parts.truncate(MOST_REASONS);
    parts.into_iter().map(|(_, (feature, usual))| (feature.name, reason(feature, usual, flow))).collect()
}

fn reason(feature: &ModelFeature, usual: &Quartiles, flow: &Flow) -> Evidence {
    // People read milliseconds more easily.
    let (divisor, unit) = if feature.unit == "µs" { (1e3, "ms") } else { (1.0, feature.unit) };
    let value = |scaled: f32| {
        let value = match feature.scale {
            Scale::Log => exp_m1(f64::from(scaled)),
            Scale::Plain => f64::from(scaled),
        };
        three_digits(value / divisor)
    };
    let median = with_unit(value(usual.median), unit);
    // The unit is said once, but bytes choose a prefix for each number.
    let unit_of_ends = if unit == "B" { unit } else { "" };
    let [lower, upper] = [usual.lower, usual.upper].map(|end| with_unit(value(end), unit_of_ends));
    let mut name = feature.name.to_owned();
    name.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
    let typical = format!("median {median}, middle half {lower} to {upper}");
    evidence(&name, (feature.value)(flow) / divisor, unit, typical)
}

/// Three digits that count: the medians come back from 32-bit logarithms.
fn three_digits(value: f64) -> f64 {
    number(&format!("{value:.2e}")).unwrap_or(value)
}

fn rounded(score: f32) -> f64 {
    finding_builder::round3(f64::from(score))
}

fn explanation(reasons: &[(&str, Evidence)], n_flows: u64, evaluated: &Evaluated<'_>, totals: &Totals) -> String {
    let mut text = format!(
        "In size, timing and flags {} from the other flows of this capture.",
        if n_flows == 1 { "this flow differs" } else { "these flows differ" }
    );
    let named: Vec<String> =
        reasons.iter().map(|(name, e)| format!("{name} ({}; {})", with_unit(e.value, &e.unit), e.typical)).collect();
    if !named.is_empty() {
        let whose = if n_flows == 1 { "It differs" } else { "The most unusual one differs" };
        text.push_str(&format!(" {whose} most in: {}.", named.join("; ")));
    }
    text.push_str(
        " The model learnt only from this capture and knows nothing about attacks: unusual does not mean harmful.",
    );
    if totals.n_pairs > MOST_FINDINGS {
        text.push_str(&format!(
            " In all, {} of {} pairs of hosts reach the score {}; the most unusual are reported, and the flow table has \
             every score.",
            counted(totals.n_past, "flow", "flows"),
            totals.n_pairs,
            rounded(evaluated.threshold),
        ));
    }
    if totals.n_scored < totals.n_kept {
        text.push_str(&format!(
            " The capture has more flows than are scored: a random {} of {}.",
            plain(totals.n_scored as f64),
            counted(totals.n_kept, "flow", "flows"),
        ));
    }
    text
}

/// What a card of a model names as harmless causes.
pub const BENIGN_CAUSES: &[&str] = &[
    "A rare but wanted activity: a backup, an update, a large download, a video call, a maintenance login.",
    "A device or program that is the only one of its kind in this capture.",
    "A short or one-sided capture, which gives a poor baseline.",
];
/// What a card of a model names as next steps.
pub const ADVICE: &[&str] = &[
    "Open the flow and find the program or person that caused it.",
    "Compare with the other findings about these addresses: unusual and suspicious together count for more.",
    "If it is wanted, leave it: this finding alone needs no action.",
];
