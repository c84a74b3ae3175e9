//! Large segments that never arrive while small ones do, to findings: a path whose limit nobody says.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, count, evidence};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::flow::health::SenderHealth;
use crate::model::{Addr, Category, Finding, Flow};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "mtu_black_hole",
    name: "MTU black hole",
    category: Category::Performance,
    technique: None,
    sees: "Large TCP segments that are sent again and again and never arrive, in connections whose small ones do.",
    matters: "Somewhere on the path packets above a size are dropped, and the message that should say so (ICMP: fragmentation needed, packet too big) is missing. Connections open and then hang: pages that never load, uploads that stop.",
    otherwise: "A receiver or a firewall that drops this one content, or a host that went away in the middle of a transfer.",
    benign_causes: &["A host that was switched off while it received data"],
    advice: &[
        "Send pings of rising size with the don't-fragment bit along the path: where they stop is the limit",
        "Let ICMP type 3 code 4 and ICMPv6 type 2 pass the firewalls of the path, or lower the MSS at the tunnel",
    ],
    part_of: &["packet_loss"],
    source: "RFC 2923 (TCP Problems with Path MTU Discovery), RFC 8899 (packetisation layer path MTU discovery).",
};

const REPEATS: Descriptor = Descriptor::count("mtu_black_hole.repeats", "Repeats of a large segment", 3.0)
    .range(2.0, 100.0)
    .unit("repeats")
    .help("Without any acknowledgment, from where the receiver waits. By chance this is rare: at 5 % of loss, once in 8,000.");

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<MtuBlackHole>(CARD, &[REPEATS], Interest::TCP_FLOWS);

/// Most pairs kept; only those with segments that do not arrive are.
const MOST_PAIRS: usize = 1 << 14;
/// Every path carries packets of so many bytes (RFC 791), so that smaller segments are lost for other reasons.
const LEAST_BYTES: u32 = 536;

#[derive(Default)]
struct MtuBlackHole {
    /// By client, server, port, and whether the client is the sender.
    pairs: Tally<(Addr, Addr, u16, bool), Stuck, MOST_PAIRS>,
}

#[derive(Default)]
struct Stuck {
    n_flows: u32,
    repeats: u32,
    /// The smallest segment that did not arrive, and the largest that did.
    stuck_bytes: u32,
    arrived_bytes: u32,
}

/// Whether the client is the sender, and its health: where large segments do not arrive.
fn stuck(flow: &Flow) -> impl Iterator<Item = (bool, &SenderHealth)> {
    let sides = flow.sender_health().map(|[client, server]| [(true, client), (false, server)]);
    let is_stuck = |side: &SenderHealth| {
        side.stuck_repeats >= 2 && side.stuck_bytes >= LEAST_BYTES && side.stuck_bytes > side.largest_acknowledged
    };
    let answers = flow.directions.iter().all(|direction| direction.packets >= 2);
    sides.filter(|_| answers).into_iter().flatten().filter(move |(_, side)| is_stuck(side))
}

impl Detector for MtuBlackHole {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let ((client, _), (server, port)) = (ended.flow.originator(), ended.flow.responder());
        for (is_client, side) in stuck(ended.flow) {
            if let Some(pair) = self.pairs.of((client, server, port, is_client)) {
                let is_first = pair.n_flows == 0;
                pair.n_flows = pair.n_flows.saturating_add(1);
                pair.repeats = pair.repeats.max(side.stuck_repeats);
                pair.stuck_bytes = if is_first { side.stuck_bytes } else { pair.stuck_bytes.min(side.stuck_bytes) };
                pair.arrived_bytes = pair.arrived_bytes.max(side.largest_acknowledged);
            }
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let repeats = context.settings.get(&REPEATS);
        let is_case = |pair: &Stuck| {
            let is_repeated = f64::from(pair.repeats) >= repeats || pair.n_flows >= 2;
            is_repeated && pair.stuck_bytes > pair.arrived_bytes
        };
        Report::of_table(&self.pairs, is_case).largest_first(|(_, pair)| pair.n_flows).each_with_flows(
            context,
            |((client, server, port, _), _)| Between::service(*client, *server, *port),
            |((.., is_client), _), flow| stuck(flow).any(|(of_client, _)| of_client == *is_client),
            |((client, server, port, is_client), pair), flows| {
                let (sender, receiver) = if *is_client { (client, server) } else { (server, client) };
                let (stuck, arrived) = (pair.stuck_bytes, pair.arrived_bytes);
                Finding::builder(&CARD)
                    .title(format!("Large packets from {sender} to {receiver}, port {port}, vanish: {stuck} bytes do not arrive"))
                    .rated(Impact::OUTAGE, Confidence::VERY_LIKELY, (f64::from(pair.n_flows.max(pair.repeats)), repeats))
                    .service((*client, *server, *port), "TCP")
                    .evidence([
                        evidence("Segment that does not arrive", f64::from(stuck), "bytes", ""),
                        evidence("Largest segment that arrived", f64::from(arrived), "bytes", ""),
                        evidence("Sent again without an answer", f64::from(pair.repeats), "times", "0"),
                        evidence("Connections", f64::from(pair.n_flows), "connections", "0"),
                    ])
                    .explanation(format!(
                        "{} from {sender} to {receiver} opened and carried small packets, then stood still: segments of {stuck} bytes were sent up to {} times more and never acknowledged, while up to {arrived} bytes arrived. No ICMP message said why, as it should.",
                        count(pair.n_flows as usize, "connection"),
                        pair.repeats,
                    ))
                    .flows(flows)
                    .filter(format!(
                        "{} && tcp.port == {port} && tcp.len >= {stuck}",
                        finding_builder::pair_filter(*sender, *receiver)
                    ))
                    .build()
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish_with, inside, outside};
    use crate::model::flow::health::TcpHealth;
    use crate::settings::Settings;

    #[test]
    fn only_what_is_large_and_never_arrives_is_found() {
        let found = |bytes, repeats, arrived| {
            let mut flow = Made { packets: [10, 10], ..Made::tcp(inside(1), outside(1), 443, 10.0) }.flow();
            let mut health = TcpHealth::default();
            for side in &mut health.sides {
                (side.stuck_bytes, side.stuck_repeats, side.largest_acknowledged) = (bytes, repeats, arrived);
            }
            flow.extra.get_or_insert_default().health = Some(Box::new(health));
            finish_with(&ENTRY, &[flow], &[], &Settings::default()).findings.len()
        };
        assert_eq!((found(1400, 4, 500), found(1400, 1, 500), found(300, 4, 100), found(1400, 4, 1400)), (2, 0, 0, 0));
    }
}
