//! Turns pings to whole networks, per host whose address they carry as source, into findings of smurf floods.

use super::{Amplification, begin};
use crate::detect::detector::{Conclusion, Context};
use crate::detect::support::finding_builder::{self, evidence, thousands};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::rate_series::{Room, Seconds};
use crate::detect::support::report::Report;
use crate::detect::support::severity::Confidence;
use crate::model::{Addr, Finding, Flow};
use std::collections::BTreeSet;

/// Pings to whole networks that are one too many.
const LEAST_SMURF: u64 = 50;

/// Pings in the name of a host.
#[derive(Default)]
pub(super) struct Smurf {
    pings: Seconds,
    n: u64,
    networks: BTreeSet<Addr>,
}

impl Smurf {
    /// Takes pings to a network; false if there is no room for their times.
    pub(super) fn take(&mut self, flow: &Flow, room: &mut Room) -> bool {
        let sent = flow.forward();
        self.n += u64::from(sent.packets);
        if self.networks.len() < Finding::MOST_ADDRESSES {
            self.networks.insert(flow.responder().0);
        }
        self.pings.spread((sent.first_ns, sent.last_ns), sent.packets, room)
    }
}

/// True for pings to a whole network.
pub(super) fn is_smurf(flow: &Flow) -> bool {
    flow.key.protocol == 1
        && flow.icmp.is_some_and(|(kind, _)| kind == 8)
        && flow.is_to_group()
        && flow.responder().0.is_v4()
}

impl Amplification {
    pub(super) fn smurfed(&self, context: &Context<'_>) -> Conclusion {
        Report::of_table(&self.smurfs, |smurf| smurf.n >= LEAST_SMURF).each_with_flows(
            context,
            |(source, _)| Between { source: Some(**source), ..Between::default() },
            |_, flow| is_smurf(flow),
            |(source, smurf), flows| {
                begin(Confidence::LIKELY, (smurf.n as f64, LEAST_SMURF as f64))
                    .title(format!("Pings to whole networks in the name of {source}: {}", thousands(smurf.n as usize)))
                    .sources([**source])
                    .targets(smurf.networks.iter().copied())
                    .protocol("ICMP")
                    .evidence([
                        evidence("Pings to broadcast addresses", smurf.n as f64, "packets", "0"),
                        evidence("Broadcast addresses", smurf.networks.len() as f64, "addresses", "0"),
                    ])
                    .explanation(format!(
                        "{} pings to broadcast addresses carry the source address {source}. Every host that answers \
                              sends to {source}: one request, many answers. The address is probably forged and its \
                              owner the victim.",
                        thousands(smurf.n as usize)
                    ))
                    .series(smurf.pings.course(
                        "Pings to broadcast addresses per second",
                        "packets/s",
                        None,
                        context.span_ns,
                    ))
                    .flows(flows)
                    .filter(format!("{} && icmp.type == 8", finding_builder::host_filter("src", **source)))
                    .build()
            },
        )
    }
}
