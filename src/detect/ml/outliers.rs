//! Turns flows with high scores into a few findings: one for each of the most unusual pairs of hosts and port.

use crate::detect::card::Card;
use crate::detect::support::finding_builder::{self, Identity, evidence};
use crate::detect::support::severity::{Confidence, Impact};
use crate::flow::features::model::{ALL, ModelFeature, N, Scale, vector};
use crate::flow::table::FlowTable;
use crate::learn::scale::{Quartiles, Robust};
use crate::maths::elementary::exp_m1;
use crate::model::format::quantity::{counted, percent, plain, with_unit};
use crate::model::{Addr, Evidence, Finding, Flow};
use std::collections::BTreeMap;

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

/// Source, target, server port, IP protocol, VLAN.
type Who = (Addr, Addr, u16, u8, u16);

/// The unusual flows of one pair and port.
struct Group {
    who: Who,
    top: f32,
    top_serial: u32,
    serials: Vec<u32>,
    n_packets: u64,
    start_ns: i64,
    end_ns: i64,
    client_ports: Vec<u16>,
}

/// How much there is in all.
struct Totals {
    n_scored: u64,
    n_kept: u64,
    n_past: u64,
    n_groups: usize,
}

/// The most unusual groups of flows whose score is at or past the threshold.
pub fn findings(evaluated: &Evaluated<'_>, flows: &FlowTable) -> Vec<Finding> {
    let mut groups: BTreeMap<Who, Group> = BTreeMap::new();
    let mut totals = Totals { n_scored: 0, n_kept: flows.len() as u64, n_past: 0, n_groups: 0 };
    for ((serial, flow), score) in flows.iter().zip(evaluated.scores) {
        totals.n_scored += u64::from(!score.is_nan());
        if *score >= evaluated.threshold {
            totals.n_past += 1;
            groups.entry(who(flow)).or_insert_with(|| Group::new(flow, serial)).add(flow, serial, *score);
        }
    }
    totals.n_groups = groups.len();
    let mut groups: Vec<Group> = groups.into_values().collect();
    // Stable, so groups with equal scores stay in the order of their addresses.
    groups.sort_by(|a, b| b.top.total_cmp(&a.top));
    groups.truncate(MOST_FINDINGS);
    groups.into_iter().filter_map(|group| group.finding(evaluated, flows, &totals)).collect()
}

fn who(flow: &Flow) -> Who {
    let has_ports = flow.is_tcp() || flow.is_udp();
    let port = if has_ports { flow.responder().1 } else { 0 };
    (flow.originator().0, flow.responder().0, port, flow.key.protocol, flow.key.vlan)
}

impl Group {
    fn new(flow: &Flow, serial: u32) -> Group {
        Group {
            who: who(flow),
            top: f32::NEG_INFINITY,
            top_serial: serial,
            serials: Vec::new(),
            n_packets: 0,
            start_ns: flow.first_ns,
            end_ns: flow.last_ns,
            client_ports: Vec::new(),
        }
    }

    fn add(&mut self, flow: &Flow, serial: u32, score: f32) {
        if score > self.top {
            (self.top, self.top_serial) = (score, serial);
        }
        self.serials.push(serial);
        self.n_packets += flow.packets();
        self.start_ns = self.start_ns.min(flow.first_ns);
        self.end_ns = self.end_ns.max(flow.last_ns);
        self.client_ports.push(flow.originator().1);
    }

    fn finding(mut self, evaluated: &Evaluated<'_>, flows: &FlowTable, totals: &Totals) -> Option<Finding> {
        let top = flows.get(self.top_serial)?;
        let (source, target, port, _, _) = self.who;
        let n_flows = self.serials.len() as u64;
        let threshold = f64::from(evaluated.threshold);
        let extent = (f64::from(self.top) - threshold) / (1.0 - threshold).max(f64::MIN_POSITIVE);
        let reasons = reasons(evaluated, top);
        let at = if port > 0 { format!(" port {port}") } else { String::new() };

        Some(
            Finding::builder(evaluated.card)
                .protocol(top.app.map_or_else(|| top.transport().to_string(), |app| app.name().to_owned()))
                .title(format!(
                    "{} from {source} to {target}{at} {} unusual",
                    counted(n_flows, "flow", "flows"),
                    if n_flows == 1 { "is" } else { "are" },
                ))
                .score(f64::from(self.top))
                .weighed(Impact::NUISANCE, Confidence::UNLIKELY.towards(Confidence::EVEN, extent), extent)
                .period((self.start_ns, self.end_ns))
                .sources([source])
                .targets([target])
                .ports((port > 0).then_some(port))
                .explanation(explanation(&reasons, n_flows, evaluated, totals))
                .evidence([evidence(
                    "Anomaly score",
                    f64::from(self.top),
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
                .filter(self.filter())
                .n_flows(n_flows)
                .n_packets(self.n_packets)
                .flow_serials(self.serials)
                .identity(Identity::ActorsAndPorts)
                .build(),
        )
    }

    fn filter(&mut self) -> String {
        let (source, target, port, protocol, vlan) = self.who;
        self.client_ports.sort_unstable();
        self.client_ports.dedup();
        let clients = |field: &str| finding_builder::ports_filter(field, &self.client_ports, MOST_FILTER_PORTS);
        // Only echo messages have an identifier, which stands in for the port.
        let echo = match protocol {
            _ if self.client_ports.contains(&0) => None,
            1 => clients("icmp.ident"),
            58 => clients("icmpv6.echo.identifier"),
            _ => None,
        };
        let mut words = vec![finding_builder::pair_filter(source, target)];
        match protocol {
            // An ICMP error quotes ports and addresses of what it refuses, but is no part of the flow.
            6 | 17 if port > 0 => {
                let field = if protocol == 6 { "tcp.port" } else { "udp.port" };
                words.push(format!("{field} == {port} && !icmp && !icmpv6"));
                words.extend(clients(field));
            }
            1 | 58 if echo.is_some() => words.extend(echo),
            _ => words.push(format!("{} == {protocol}", if source.is_v4() { "ip.proto" } else { "ipv6.nxt" })),
        }
        if vlan > 0 {
            words.push(format!("vlan.id == {vlan}"));
        }
        words.push(finding_builder::time_filter(self.start_ns, self.end_ns));
        words.join(" && ")
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
    parts.sort_by(|(a, _), (b, _)| b.total_cmp(a));
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
    format!("{value:.2e}").parse().unwrap_or(value)
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
    if totals.n_groups > MOST_FINDINGS {
        text.push_str(&format!(
            " In all, {} of {} pairs reach the score {}; the {MOST_FINDINGS} most unusual pairs are reported, and the \
             flow table has every score.",
            counted(totals.n_past, "flow", "flows"),
            totals.n_groups,
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
