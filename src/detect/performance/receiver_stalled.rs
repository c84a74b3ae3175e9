//! Turns zero windows that a receiver reports again and again into findings: a program does not read fast enough.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, count, evidence};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::flow::health::SenderHealth;
use crate::model::{Addr, Category, Finding, Flow, Series};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "receiver_stalled",
    name: "Receiver cannot keep up",
    category: Category::Performance,
    technique: None,
    sees: "A host reports to its peer again and again that it has no room for more data (zero window).",
    matters: "The network could deliver more, but the program on that host does not read fast enough. The connection stands still until it does; no change to the network helps.",
    otherwise: "A player or a backup that is paused on purpose, or a tool that limits its own rate.",
    benign_causes: &["A media player that buffers enough and pauses", "A download that its user limits or pauses"],
    advice: &[
        "Check the load of the host that closes its window: processor, disk, memory",
        "Check the program on that port: does it wait for a database, a disk or a lock?",
    ],
    part_of: &[],
    source: "RFC 9293, section 3.8.6 (window management); Wireshark User's Guide, TCP Analysis (zero window).",
}
.explained_where_shown();

const CLOSED: Descriptor = Descriptor::seconds("receiver_stalled.closed", "Time without room", 1.0)
    .range(0.1, 3600.0)
    .help("Total time with a zero window over all connections of two hosts on one port. People notice a second.");
const SHARE: Descriptor = Descriptor::percent("receiver_stalled.share", "Share of the connections' time", 5.0)
    .range(0.1, 100.0)
    .help("Share of the connections' time with a zero window. Below this share the effect is negligible.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<ReceiverStalled>(CARD, &[CLOSED, SHARE], Interest::TCP_FLOWS).blaming("the host that receives");

/// Most pairs kept; only those with closed windows are.
const MOST_PAIRS: usize = 1 << 14;
/// A window that closes once may be the end of a transfer.
const LEAST_TIMES: u32 = 2;

#[derive(Default)]
struct ReceiverStalled {
    /// By client, server, port, and whether the client is the receiver.
    pairs: Tally<(Addr, Addr, u16, bool), Stall, MOST_PAIRS>,
}

#[derive(Default)]
struct Stall {
    n_zero: u32,
    closed_millis: u64,
    duration_ns: i64,
}

/// What the client and the server said of their own room.
fn stalls(flow: &Flow) -> impl Iterator<Item = (bool, &SenderHealth)> {
    let sides = flow.sender_health().map(|[client, server]| [(true, client), (false, server)]);
    sides.into_iter().flatten().filter(|(_, side)| side.zero_windows > 0 && side.closed_millis > 0)
}

impl Detector for ReceiverStalled {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let ((client, _), (server, port)) = (ended.flow.originator(), ended.flow.responder());
        for (is_client, side) in stalls(ended.flow) {
            if let Some(stall) = self.pairs.of((client, server, port, is_client)) {
                stall.n_zero = stall.n_zero.saturating_add(side.zero_windows);
                stall.closed_millis += u64::from(side.closed_millis);
                stall.duration_ns = stall.duration_ns.saturating_add(ended.flow.duration_ns());
            }
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let (closed, share) = (context.settings.get(&CLOSED), context.settings.get(&SHARE));
        let is_case =
            |stall: &Stall| stall.n_zero >= LEAST_TIMES && stall.seconds() >= closed && stall.percent() >= share;
        Report::of_table(&self.pairs, is_case).largest_first(|(_, stall)| stall.closed_millis).each_with_parts(
            context,
            |((client, server, port, _), _)| Between::service(*client, *server, *port),
            |flow| {
                let closed: u32 = stalls(flow).map(|(_, side)| side.closed_millis).sum();
                (closed > 0).then(|| (flow.first_ns, flow.last_ns, f64::from(closed) / 1e3))
            },
            |(key, stall), flows, parts| {
                let course = Series::sums("Time without room", "s", parts.iter().copied());
                stall.finding(key, closed).series(course).flows(flows).build()
            },
        )
    }
}

impl Stall {
    fn seconds(&self) -> f64 {
        self.closed_millis as f64 / 1e3
    }

    fn percent(&self) -> f64 {
        100.0 * self.seconds() / (self.duration_ns as f64 / 1e9).max(0.001)
    }

    fn finding(
        &self,
        (client, server, port, is_client): &(Addr, Addr, u16, bool),
        closed: f64,
    ) -> finding_builder::FindingBuilder {
        let (receiver, sender) = if *is_client { (client, server) } else { (server, client) };
        let (seconds, percent) = (self.seconds(), self.percent().min(100.0));
        Finding::builder(&CARD)
            .title(format!("{receiver} cannot keep up with {sender} on port {port}: no room for {seconds:.1} s"))
            .rated(Impact::SLOWDOWN, Confidence::ALMOST_CERTAIN, (seconds, closed))
            .service((*client, *server, *port), "TCP")
            .evidence([
                evidence("Time without room", seconds, "s", format!("below {closed}")),
                evidence("Share of the connections' time", percent, "%", "none"),
                evidence("Packets that say so", f64::from(self.n_zero), "packets", "none"),
            ])
            .explanation(format!(
                "{receiver} told {sender} in {} that it has no room for more data, and kept its window closed for {seconds:.1} s, {percent:.0} % of the time. The network is not the cause: the program on {receiver} does not read fast enough.",
                count(self.n_zero as usize, "packet")
            ))
            .filter(format!(
                "{} && tcp.port == {port} && (tcp.analysis.zero_window || tcp.analysis.window_update)",
                finding_builder::pair_filter(*client, *server)
            ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish_with, inside, outside};
    use crate::model::flow::health::TcpHealth;
    use crate::settings::Settings;

    #[test]
    fn a_window_that_stays_closed_is_found_and_one_that_closes_once_is_not() {
        let found = |n_zero, closed_millis| {
            let mut flow = Made { packets: [100, 100], ..Made::tcp(inside(1), outside(1), 443, 10.0) }.flow();
            let mut health = TcpHealth::default();
            health.sides[0].zero_windows = n_zero;
            health.sides[0].closed_millis = closed_millis;
            flow.extra.get_or_insert_default().health = Some(Box::new(health));
            finish_with(&ENTRY, &[flow], &[], &Settings::default()).findings.len()
        };
        assert_eq!((found(5, 4000), found(1, 4000), found(5, 200), found(0, 0)), (1, 0, 0, 0));
    }
}
