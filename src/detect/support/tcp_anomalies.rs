//! Collects TCP segments that two receivers may treat differently, per sender and receiver's port, as flows end, and
//! reports them.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, EndedFlow};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder};
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::report::Report;
use crate::model::flow::tcp_anomalies::{SegmentsSeen, TcpAnomalies};
use crate::model::{Addr, DirectionStats, Finding};

/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 14;

/// Sender, receiver, and the port of the server.
pub type SenderAndService = (Addr, Addr, u16);

/// Doubtful segments by their ends, with what a detector counts of them.
pub struct TcpAnomalyTable<T> {
    pairs: Tally<SenderAndService, AnomalousPair<T>, MOST_PAIRS>,
}

impl<T> Default for TcpAnomalyTable<T> {
    fn default() -> Self {
        TcpAnomalyTable { pairs: Tally::default() }
    }
}

/// Doubtful segments of one sender to one receiver.
#[derive(Default)]
pub struct AnomalousPair<T> {
    /// The segments.
    pub seen: SegmentsSeen,
    /// What is counted of them.
    pub counts: T,
    flows: Vec<u32>,
}

impl<T: Default> TcpAnomalyTable<T> {
    /// Takes both directions of a flow: `seen` gives the segments that are meant, if there are any, and `add` counts them.
    pub fn take(
        &mut self,
        ended: &EndedFlow<'_>,
        seen: impl for<'a> Fn(&'a TcpAnomalies, &DirectionStats) -> Option<&'a SegmentsSeen>,
        add: impl Fn(&mut T, &TcpAnomalies, &DirectionStats),
    ) {
        let flow = ended.flow;
        let Some([forward, backward]) = flow.anomalies() else { return };
        let ((client, _), (server, port)) = (flow.originator(), flow.responder());
        let ways =
            [((client, server, port), forward, flow.forward()), ((server, client, port), backward, flow.backward())];
        for (ends, anomalies, direction) in ways {
            let Some(meant) = seen(anomalies, direction) else { continue };
            let Some(doubt) = self.pairs.of(ends) else { continue };
            doubt.seen.merge(meant);
            add(&mut doubt.counts, anomalies, direction);
            if doubt.flows.len() < Finding::MOST_FLOWS {
                doubt.flows.push(ended.serial);
            }
        }
    }

    /// Reports the pairs that are cases, highest rank first.
    pub fn finish(
        &self,
        is_case: impl Fn(&AnomalousPair<T>) -> bool,
        rank: impl Fn(&AnomalousPair<T>) -> u64,
        tell: impl Fn(SenderAndService, &AnomalousPair<T>) -> Finding,
    ) -> Conclusion {
        Report::of_table(&self.pairs, is_case)
            .largest_first(|(_, doubt)| rank(doubt))
            .each(|(ends, doubt)| tell(**ends, doubt))
    }
}

impl<T> AnomalousPair<T> {
    /// A finding with who it is about, the segments meant and the flows that they are in.
    pub fn begin(
        &self,
        card: &Card,
        (source, target, port): SenderAndService,
        context: &Context<'_>,
    ) -> FindingBuilder {
        Finding::builder(card)
            .service((source, target, port), "TCP")
            .flows(Gathered::of(context, &self.flows))
            .period((self.seen.first_ns, self.seen.last_ns))
            .n_packets(u64::from(self.seen.n))
            .packet_indices(self.seen.packets.clone())
    }
}

/// Words of a display filter for what one side of a service sends to the other.
pub fn filter((source, target, port): SenderAndService) -> String {
    format!(
        "{} && {} && tcp.port == {port}",
        finding_builder::host_filter("src", source),
        finding_builder::host_filter("dst", target)
    )
}
