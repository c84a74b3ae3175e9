//! Turns connections of which the capture has one direction only, or lacks bytes, into a finding: figures of health are doubtful there.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::finding_builder::{Identity, count, evidence, thousands};
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, past};
use crate::flow::loss;
use crate::model::format::quantity::{bytes, percent};
use crate::model::interface::CaptureLoss;
use crate::model::{Category, Finding};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "incomplete_capture",
    name: "Incomplete capture",
    category: Category::Performance,
    technique: None,
    sees: "Many TCP connections go on without a packet of their other direction, or hosts acknowledge data that the capture does not have.",
    matters: "Loss, round trips and response times are computed from what both hosts sent. Where the capture lacks packets, such figures are doubtful: what looks like loss on the network may have been lost at the capture point only, and attacks may be missed.",
    otherwise: "Some data may really have gone astray on the network, if acknowledgments are wrong; that is rare.",
    benign_causes: &[
        "Requests and answers take different paths, and the capture point is on one of them",
        "A mirror port or a capturing host that could not keep up",
        "A capture filter, or a file that was cut out of a longer one",
    ],
    advice: &[
        "Capture both directions: mirror all ports of both paths, or capture on one of the hosts",
        "Look at the packets dropped that the capturing program and the switch's mirror port report",
        "Take loss and response times of these connections as doubtful until then",
    ],
    part_of: &[],
    source: "V. Paxson, Automated Packet Trace Analysis of TCP Implementations, SIGCOMM 1997, section 3 (errors of packet filters); Wireshark User's Guide, TCP Analysis (TCP ACKed unseen segment).",
}
.explained_where_shown();

const ONE_SIDED: Descriptor =
    Descriptor::percent("incomplete_capture.one_sided", "Connections of one direction", 5.0).range(0.1, 100.0).help(
        "Share of the TCP connections of which the capture has one direction only. With less it is the edges of the capture that cut them.",
    );
const MISSING: Descriptor = Descriptor::percent("incomplete_capture.missing", "Bytes that are missing", 0.5)
    .range(0.01, 100.0)
    .help("Share of the acknowledged TCP bytes that no packet of the capture has.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<IncompleteCapture>(CARD, &[ONE_SIDED, MISSING], Interest::TCP_FLOWS)
    .blaming("the capture, which lacks packets");

/// One connection of one direction shows little.
const LEAST_ONE_SIDED: u64 = 3;

#[derive(Default)]
struct IncompleteCapture;

impl Detector for IncompleteCapture {
    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let [one_sided, missing] = [&ONE_SIDED, &MISSING].map(|setting| context.settings.get(setting) / 100.0);
        let loss = context.losses.sum();
        let is_one_sided = loss.one_sided >= LEAST_ONE_SIDED && loss.one_sided_share() >= Some(one_sided);
        let is_missing = loss.missing_bytes > 0 && loss.share() >= Some(missing);
        let case = (is_one_sided || is_missing).then(|| {
            let mut flows = Gathered::default();
            for (serial, flow) in context.flows.iter() {
                let own = loss::of_flow(flow);
                if is_one_sided && own.one_sided > 0 || is_missing && own.missing_bytes > 0 {
                    flows.add(serial, flow);
                }
            }
            (flows, (is_one_sided, is_missing))
        });
        Report::of(case).each(|(flows, seen)| finding(&loss, flows.clone(), *seen, [one_sided, missing]))
    }
}

fn finding(loss: &CaptureLoss, flows: Gathered, (is_one_sided, is_missing): (bool, bool), least: [f64; 2]) -> Finding {
    let all = loss.connections + loss.one_sided;
    let [sided_share, missing_share] = [loss.one_sided_share(), loss.share()].map(Option::unwrap_or_default);
    let one_direction = format!(
        "one direction only of {} of {} TCP connections",
        thousands(loss.one_sided as usize),
        thousands(all as usize)
    );
    let lacks = format!("{} of the acknowledged TCP bytes", percent(missing_share, 1.0));
    let what = match (is_one_sided, is_missing) {
        (true, true) => format!("The capture has {one_direction}, and lacks {lacks}"),
        (true, false) => format!("The capture has {one_direction}"),
        _ => format!("The capture lacks {lacks}"),
    };
    let mut why = Vec::new();
    if is_one_sided {
        why.push(format!(
            "In {}, one host acknowledges what the other sent, and not one packet of that other host is in the capture: its packets take another way than past the capture point, or a filter left them out.",
            count(loss.one_sided as usize, "connection")
        ));
    }
    if is_missing {
        why.push(format!(
            "There are {} in streams whose data hosts acknowledge and no packet of the capture has, {} in all: it arrived, so it was lost by the capture and not by the network.",
            count(loss.gaps as usize, "gap"),
            bytes(loss.missing_bytes as f64)
        ));
    }
    why.push("Figures of loss, round trips and response times of these connections are doubtful.".to_owned());
    Finding::builder(&CARD)
        .title(what)
        .weighed(Impact::CAVEAT, Confidence::ALMOST_CERTAIN, 0.0)
        .score(past(sided_share, least[0]).max(past(missing_share, least[1])))
        .protocol("TCP")
        .evidence([
            evidence("Connections of one direction", 100.0 * sided_share, "%", format!("below {}", 100.0 * least[0])),
            evidence("Bytes that are missing", 100.0 * missing_share, "%", format!("below {}", 100.0 * least[1])),
            evidence("Connections of both directions", loss.connections as f64, "connections", "all"),
        ])
        .explanation(why.join(" "))
        .flows(flows)
        .filter("tcp")
        .identity(Identity::WordAlone("capture".to_owned()))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish_kept, inside, outside};
    use crate::model::Severity;
    use crate::settings::Settings;

    /// Findings of so many connections of one direction and of both.
    fn found(n_one_sided: u8, n_whole: u8) -> Vec<Finding> {
        let made = |n: u8, back: u32| {
            let ends = Made::tcp(inside(n), outside(1), 443, f64::from(n));
            Made { packets: [60, back], bytes: [900, 900 * u64::from(back)], seconds: 2.0, ..ends }
        };
        let flows: Vec<_> =
            (0..n_one_sided).map(|n| made(n, 0)).chain((0..n_whole).map(|n| made(100 + n, 10))).collect();
        finish_kept(&ENTRY, &flows, &Settings::default()).findings
    }

    #[test]
    fn many_connections_of_one_direction_are_told_for_information() {
        let it = found(8, 2);
        assert_eq!(it.len(), 1);
        assert_eq!(it[0].title, "The capture has one direction only of 8 of 10 TCP connections");
        assert_eq!((it[0].severity, it[0].n_flows), (Severity::Info, 8));
        assert!(found(2, 0).is_empty(), "too few to say");
        assert!(found(3, 97).is_empty(), "the edges of the capture cut a few");
        assert!(found(0, 10).is_empty());
    }
}
