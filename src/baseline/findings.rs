//! What differs from a baseline to findings: one for each kind of new or vanished thing, for rates and for distributions.

use super::compare::Change;
use super::profile::{Profile, Sources, Thing, ThingKind, things_of};
use crate::detect::card::Card;
use crate::detect::support::finding_builder::{FindingBuilder, Identity, evidence};
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::{Arrange, Gather};
use crate::model::finding::{Category, Finding};
use crate::model::format::quantity::{counted, plain, with_unit};
use crate::model::{Endpoint, Flow};
use std::collections::BTreeSet;

/// Things that a finding names.
const MOST_NAMED: usize = 10;

/// The texts of what differs from a baseline.
pub const CARD: Card = Card {
    id: "baseline_change",
    name: "Change from the baseline",
    category: Category::Statistical,
    technique: None,
    sees: "Hosts, services, names, ports and certificates that a baseline does not have or has lost, and rates and sizes that differ.",
    matters: "What somebody brings into a network shows first as something that was not there before.",
    otherwise: "Changes that people made: a new machine, a new program, another day of the week.",
    benign_causes: &[
        "A change that people made: a new machine, service or program, an update, a certificate that was renewed.",
        "A baseline that is too short or from another time of day or week, so that it lacks what is usual.",
    ],
    advice: &[
        "Ask who put it there; compare with the list of machines and services.",
        "If it is wanted, make the baseline again with `packetloupe baseline`, from captures that have it.",
    ],
    part_of: &[],
    source: "Sets are compared by name; rates by the exact conditional test of Poisson rates (Przyborowski and Wilenski 1940) and a \
             ratio of ten; distributions by Kolmogorov and Smirnov's test and Cliff's delta from 0.147 (Romano and others 2006).",
}
.explained_where_shown();

/// Findings of what differs between a baseline and the capture whose tables these are.
pub fn findings(normal: &Profile, changes: &[Change], from: &Sources<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let of = |normal: &Profile| {
        let files = normal.files.join(", ");
        let span =
            if normal.seconds > 0.0 { format!(", {}", with_unit(round(normal.seconds), "s")) } else { String::new() };
        format!("The baseline is of {files} ({}{span}).", counted(normal.n_flows, "flow", "flows"))
    };
    let about = of(normal);
    for kind in ThingKind::ALL {
        let new: Vec<(&str, Thing)> = changes
            .iter()
            .filter_map(|change| match change {
                Change::New(of, name, thing) if *of == kind => Some((name.as_str(), *thing)),
                _ => None,
            })
            .collect();
        let gone: Vec<(&str, Thing)> = changes
            .iter()
            .filter_map(|change| match change {
                Change::Vanished(of, name, thing) if *of == kind => Some((name.as_str(), *thing)),
                _ => None,
            })
            .collect();
        findings.extend(new_things(kind, &new, normal, &about, from));
        findings.extend(vanished(kind, &gone, &about));
    }
    findings.extend(changes.iter().filter_map(|change| rate(change, &about, from)));
    findings.extend(shifts(changes, &about));
    findings
}

fn listed(things: &[(&str, Thing)]) -> String {
    let mut by_size = things.to_vec();
    by_size.arrange_by(|a, b| b.1.flows.cmp(&a.1.flows).then(a.0.cmp(b.0)));
    let named: Vec<String> = by_size
        .iter()
        .take(MOST_NAMED)
        .map(|(name, thing)| format!("{name} ({})", counted(thing.flows, "flow", "flows")))
        .collect();
    let more = by_size.len().saturating_sub(MOST_NAMED) as u64;
    let more = if more > 0 { format!(" and {} more", plain(more as f64)) } else { String::new() };
    format!("{}{more}", named.join(", "))
}

fn noun(kind: ThingKind, n: usize) -> String {
    let (one, many) = kind.nouns();
    counted(n as u64, one, many)
}

/// How much it matters that something of a kind is new.
fn weight(kind: ThingKind) -> (Impact, Confidence) {
    match kind {
        ThingKind::Service => (Impact::EXPOSED_COMMAND, Confidence::EVEN),
        ThingKind::InternalHost | ThingKind::Use | ThingKind::Certificate => {
            (Impact::INSIDE_LOOK, Confidence::UNLIKELY)
        }
        ThingKind::Application | ThingKind::Port => (Impact::NUISANCE, Confidence::EVEN),
        ThingKind::ExternalHost | ThingKind::Name => (Impact::NUISANCE, Confidence::UNLIKELY),
    }
}

fn new_things(
    kind: ThingKind,
    new: &[(&str, Thing)],
    normal: &Profile,
    about: &str,
    from: &Sources<'_>,
) -> Option<Finding> {
    let first = new.first()?;
    let names: BTreeSet<&str> = new.iter().map(|(name, _)| *name).gathered();
    let is_meant =
        |flow: &Flow| things_of(flow, from).iter().any(|(of, name)| *of == kind && names.contains(name.as_str()));
    let flows: Vec<(u32, &Flow)> = from.counted().filter(|(_, flow)| is_meant(flow)).collect();
    let n_known = normal.of_kind(kind).count();
    let what = if new.len() == 1 { noun_of(kind, first.0) } else { noun(kind, new.len()) };
    let (impact, confidence) = weight(kind);
    let builder = Finding::builder(&CARD)
        .title(format!("New since the baseline: {what}"))
        .score(0.5)
        .weighed(impact, confidence, 0.5)
        .evidence([evidence(
            &format!("New {}", kind.nouns().1),
            new.len() as f64,
            "",
            format!("the baseline has {}", noun(kind, n_known)),
        )])
        .explanation(format!("The baseline does not have {}. {about}", listed(new)))
        .identity(Identity::WordAlone(format!("new {kind:?}")));
    let ends = |builder: FindingBuilder| match kind {
        ThingKind::InternalHost | ThingKind::ExternalHost => {
            let hosts = flows.iter().flat_map(|(_, flow)| [flow.originator().0, flow.responder().0]);
            let meant = hosts.filter(|host| names.contains(host.to_string().as_str()));
            builder.sources(meant)
        }
        ThingKind::Service | ThingKind::Use => builder
            .sources(flows.iter().map(|(_, flow)| flow.originator().0))
            .targets(flows.iter().map(|(_, flow)| flow.responder().0))
            .ports(flows.iter().map(|(_, flow)| flow.responder().1)),
        ThingKind::Port => builder.ports(flows.iter().map(|(_, flow)| flow.responder().1)),
        ThingKind::Name => {
            builder.names(names.iter().take(Finding::MOST_NAMES).map(|name| (*name).to_owned()).collect())
        }
        ThingKind::Application | ThingKind::Certificate => {
            builder.targets(flows.iter().map(|(_, flow)| flow.responder().0))
        }
    };
    let times = flows.iter().filter(|(_, flow)| flow.first_ns != 0);
    let start = times.clone().map(|(_, flow)| flow.first_ns).min().unwrap_or(0);
    let end = times.map(|(_, flow)| flow.last_ns).max().unwrap_or(0);
    let n_packets = flows.iter().map(|(_, flow)| flow.packets()).sum();
    let builder = ends(builder).period((start, end)).n_flows(flows.len() as u64).n_packets(n_packets);
    Some(builder.flow_serials(flows.iter().map(|(serial, _)| *serial).collect()).build())
}

fn noun_of(kind: ThingKind, name: &str) -> String {
    format!("{} {name}", kind.nouns().0)
}

fn vanished(kind: ThingKind, gone: &[(&str, Thing)], about: &str) -> Option<Finding> {
    let is_told = matches!(kind, ThingKind::InternalHost | ThingKind::Service | ThingKind::Application);
    let first = gone.first().filter(|_| is_told)?;
    let what = if gone.len() == 1 { noun_of(kind, first.0) } else { noun(kind, gone.len()) };
    let finding = Finding::builder(&CARD)
        .title(format!("Gone since the baseline: {what}"))
        .score(0.3)
        .weighed(Impact::NUISANCE, Confidence::UNLIKELY, 0.0)
        .evidence([evidence(&format!("Vanished {}", kind.nouns().1), gone.len() as f64, "", String::new())])
        .explanation(format!(
            "This input has nothing of {}, which the baseline has. A short capture lacks much that is still there. {about}",
            listed(gone)
        ))
        .identity(Identity::WordAlone(format!("gone {kind:?}")))
        .build();
    Some(finding)
}

fn rate(change: &Change, about: &str, from: &Sources<'_>) -> Option<Finding> {
    let Change::Rate { kind, name, per_hour: [before, now], p } = change else { return None };
    let ratio = (now / before).max(before / now);
    let (word, impact) = if now > before { ("more", Impact::INSIDE_LOOK) } else { ("fewer", Impact::NUISANCE) };
    let flows: Vec<(u32, &Flow)> = from
        .flows
        .iter()
        .filter(|(_, flow)| {
            flow.is_counted() && things_of(flow, from).iter().any(|(of, own)| of == kind && own == name)
        })
        .collect();
    let source = flows.iter().map(|(_, flow)| flow.originator().0).find(|host| host.to_string() == *name);
    let finding = Finding::builder(&CARD)
        .title(format!("{} has {} times {word} flows than in the baseline", noun_of(*kind, name), plain(ratio.round())))
        .score(1.0 - 1.0 / ratio)
        .weighed(impact, Confidence::EVEN, (ratio / 100.0).min(1.0))
        .sources(source.map(Endpoint::Ip))
        .evidence([
            evidence("Flows per hour", *now, "flows", format!("{} in the baseline", plain(round(*before)))),
            evidence("Rate ratio", ratio, "", "told from 10".to_owned()),
        ])
        .explanation(format!(
            "It takes part in {} flows an hour, against {} in the baseline. If both came from one rate, such a difference would have \
             the chance {p:.1e} (exact conditional test of two Poisson rates). {about}",
            plain(round(*now)),
            plain(round(*before))
        ))
        .n_flows(flows.len() as u64)
        .n_packets(flows.iter().map(|(_, flow)| flow.packets()).sum())
        .period((
            flows.iter().map(|(_, flow)| flow.first_ns).min().unwrap_or(0),
            flows.iter().map(|(_, flow)| flow.last_ns).max().unwrap_or(0),
        ))
        .flow_serials(flows.iter().map(|(serial, _)| *serial).collect())
        .identity(Identity::WordAlone(format!("rate {kind:?} {name}")));
    Some(finding.build())
}

fn shifts(changes: &[Change], about: &str) -> Option<Finding> {
    let mut rows = Vec::new();
    let mut sentences = Vec::new();
    let mut most: f64 = 0.0;
    for change in changes {
        let Change::Shift { name, unit, medians: [before, now], shift } = change else { continue };
        most = most.max(shift.delta.abs());
        let typical = format!("median {} in the baseline", with_unit(round(*before), unit));
        rows.push(evidence(&format!("Median {name}"), *now, unit, typical));
        sentences.push(format!(
            "{name}: median {} against {}, a {} effect (Cliff's delta {:.2}; Kolmogorov and Smirnov's D {:.2}, chance {:.1e})",
            with_unit(round(*now), unit),
            with_unit(round(*before), unit),
            shift.words(),
            shift.delta,
            shift.distance,
            shift.p
        ));
    }
    if rows.is_empty() {
        return None;
    }
    let what = counted(rows.len() as u64, "distribution has", "distributions have");
    let finding = Finding::builder(&CARD)
        .title(format!("{what} shifted since the baseline"))
        .score(most)
        .weighed(Impact::NUISANCE, Confidence::EVEN, most)
        .evidence(rows)
        .explanation(format!("{}. {about}", sentences.join("; ")))
        .identity(Identity::WordAlone("shifts".to_owned()));
    Some(finding.build())
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
