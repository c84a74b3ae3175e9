//! Turns large segments that never arrive while small ones do into findings: a path with an MTU that no device reports.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, count, evidence};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::flow::health::SenderHealth;
use crate::model::format::quantity;
use crate::model::{Addr, Category, Finding, Flow};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "mtu_black_hole",
    name: "MTU black hole",
    category: Category::Performance,
    technique: None,
    sees: "Large TCP segments never arrive, however often they are sent, while small ones of the same connection do.",
    matters: "A device on the path drops packets above a certain size, and the message that should report this (ICMP: fragmentation needed, packet too big) is missing. Connections open and then hang: pages that never load, uploads that stop.",
    otherwise: "A receiver or firewall that drops this particular content, or a host that went offline in the middle of a transfer.",
    benign_causes: &["A host that was switched off while it received data"],
    advice: &[
        "Send pings of rising size with the don't-fragment bit along the path: where they stop is the limit",
        "Let ICMP type 3 code 4 and ICMPv6 type 2 pass the firewalls on the path, or lower the MSS at the tunnel",
    ],
    part_of: &["packet_loss"],
    source: "RFC 2923 (TCP Problems with Path MTU Discovery), RFC 8899 (packetisation layer path MTU discovery).",
}
.explained_where_shown();

const REPEATS: Descriptor = Descriptor::count("mtu_black_hole.repeats", "Repeats of a large segment", 3.0)
    .range(2.0, 100.0)
    .unit("repeats")
    .help("Retransmissions of a segment that the receiver waits for, without any acknowledgment. This is rare by chance: at 5 % loss, once in 8,000.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<MtuBlackHole>(CARD, &[REPEATS], Interest::TCP_FLOWS)
    .blaming("a router or tunnel on the path that large packets do not pass");

/// Most pairs kept; only those with segments that do not arrive are.
const MOST_PAIRS: usize = 1 << 14;
/// Every path carries packets with this much payload (RFC 791), so smaller segments are lost for other reasons, bytes.
const LEAST_BYTES: u32 = 536;
/// If segments of this size arrive, the path has at least the minimum MTU of IPv6 (RFC 8200, section 5: 1,280), bytes.
const FULL_BYTES: u32 = 1220;

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
    /// Bytes missing where the capture was taken, the most of a connection, and how many connections lack some: the large
    /// segments vanish before that place.
    missing_bytes: u32,
    n_missing: u32,
}

/// More is missing than the largest segment that arrived, so it was sent in larger ones.
fn is_missing(side: &SenderHealth) -> bool {
    side.missing_bytes >= LEAST_BYTES && side.missing_bytes > side.largest_acknowledged && side.filled == 0
}

/// Whether the client is the sender, and its health: where large segments do not arrive.
fn stuck(flow: &Flow) -> impl Iterator<Item = (bool, &SenderHealth)> {
    let sides = flow.sender_health().map(|[client, server]| [(true, client), (false, server)]);
    let is_stuck = |side: &SenderHealth| {
        side.stuck_repeats >= 2 && side.stuck_bytes >= LEAST_BYTES && side.stuck_bytes > side.largest_acknowledged
            || is_missing(side)
    };
    let answers = flow.directions.iter().all(|direction| direction.packets >= 2);
    sides.filter(|_| answers).into_iter().flatten().filter(move |(_, side)| is_stuck(side))
}

impl Detector for MtuBlackHole {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let ((client, _), (server, port)) = (ended.flow.originator(), ended.flow.responder());
        for (is_client, side) in stuck(ended.flow) {
            if let Some(pair) = self.pairs.of((client, server, port, is_client)) {
                pair.n_flows = pair.n_flows.saturating_add(1);
                pair.arrived_bytes = pair.arrived_bytes.max(side.largest_acknowledged);
                if is_missing(side) {
                    pair.n_missing = pair.n_missing.saturating_add(1);
                    pair.missing_bytes = pair.missing_bytes.max(side.missing_bytes);
                    continue;
                }
                let is_first = pair.stuck_bytes == 0;
                pair.repeats = pair.repeats.max(side.stuck_repeats);
                pair.stuck_bytes = if is_first { side.stuck_bytes } else { pair.stuck_bytes.min(side.stuck_bytes) };
            }
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let repeats = context.settings.get(&REPEATS);
        let is_case = |pair: &Stuck| {
            let is_repeated = f64::from(pair.repeats) >= repeats || pair.n_flows - pair.n_missing >= 2;
            // One connection that ends so was cut.
            is_repeated && pair.stuck_bytes > pair.arrived_bytes
                || f64::from(pair.n_missing) >= repeats
                    && pair.missing_bytes > pair.arrived_bytes
                    && pair.arrived_bytes < FULL_BYTES
        };
        Report::of_table(&self.pairs, is_case).largest_first(|(_, pair)| pair.n_flows).each_with_flows(
            context,
            |((client, server, port, _), _)| Between::service(*client, *server, *port),
            |((.., is_client), _), flow| stuck(flow).any(|(of_client, _)| of_client == *is_client),
            |(ends, pair), flows| pair.finding(**ends, repeats, flows),
        )
    }
}

impl Stuck {
    fn finding(
        &self,
        (client, server, port, is_client): (Addr, Addr, u16, bool),
        repeats: f64,
        flows: Gathered,
    ) -> Finding {
        let (sender, receiver) = if is_client { (client, server) } else { (server, client) };
        let (stuck, arrived, missing) = (self.stuck_bytes, self.arrived_bytes, self.missing_bytes);
        let [stuck_text, arrived_text, missing_text] = [stuck, arrived, missing].map(|n| quantity::count(n.into()));
        let opened = format!(
            "{} from {sender} to {receiver} opened and carried small packets, then stood still",
            count(self.n_flows as usize, "connection")
        );
        let (title, what, size) = if stuck > 0 {
            (
                format!("{stuck_text} bytes do not arrive"),
                format!(
                    "segments of {stuck_text} bytes were sent up to {} times more and never acknowledged, while up to {arrived_text} bytes arrived. No ICMP message said why, as it should.",
                    self.repeats
                ),
                stuck,
            )
        } else {
            (
                format!("of up to {missing_text} bytes nothing arrives"),
                format!(
                    "up to {missing_text} bytes in a row never came as far as the place of the capture, while segments of up to {arrived_text} bytes before and behind them did. {receiver} waited for them in vain.",
                ),
                0,
            )
        };
        let pair = finding_builder::pair_filter(sender, receiver);
        let which = if size > 0 { format!("tcp.len >= {size}") } else { "tcp.analysis.lost_segment".to_owned() };
        Finding::builder(&CARD)
            .title(format!("Large packets from {sender} to {receiver}, port {port}, vanish: {title}"))
            .rated(Impact::OUTAGE, Confidence::VERY_LIKELY, (f64::from(self.n_flows.max(self.repeats)), repeats))
            .service((client, server, port), "TCP")
            .evidence([
                evidence("Segment that does not arrive", f64::from(stuck.max(missing)), "bytes", ""),
                evidence("Largest segment that arrived", f64::from(arrived), "bytes", ""),
                evidence("Sent again without an answer", f64::from(self.repeats), "times", "0"),
                evidence("Connections", f64::from(self.n_flows), "connections", "0"),
            ])
            .explanation(format!("{opened}: {what}"))
            .flows(flows)
            .filter(format!("{pair} && tcp.port == {port} && {which}"))
            .build()
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

    #[test]
    fn what_vanishes_before_the_capture_is_found_by_what_is_missing() {
        let found = |n: u32, missing_bytes, arrived| {
            let flow = || {
                let mut flow = Made { packets: [10, 10], ..Made::tcp(inside(1), outside(1), 443, 10.0) }.flow();
                let mut health = TcpHealth::default();
                for side in &mut health.sides {
                    (side.missing_bytes, side.largest_acknowledged) = (missing_bytes, arrived);
                }
                flow.extra.get_or_insert_default().health = Some(Box::new(health));
                flow
            };
            let flows: Vec<Flow> = (0..n).map(|_| flow()).collect();
            finish_with(&ENTRY, &flows, &[], &Settings::default()).findings.len()
        };
        assert_eq!(found(3, 18_000, 703), 2);
        assert_eq!((found(1, 18_000, 703), found(3, 18_000, 1440), found(3, 500, 703)), (0, 0, 0));
    }
}
