//! The only root of a spanning tree to a finding, if its sender looks like an end host and not like a bridge. Where no switch speaks the
//! protocol, it replaces nobody.

use super::{Root, begin};
use crate::detect::detector::Context;
use crate::detect::support::finding_builder::{FindingBuilder, evidence};
use crate::detect::support::severity::{Confidence, past};
use crate::model::format::time::SECOND;
use crate::model::{Addr, Endpoint};
use std::collections::{BTreeMap, BTreeSet};

/// What bridges come with; an operator who wants one to be root gives it less, and so does an attacker (IEEE 802.1D, 17.14).
const DEFAULT_PRIORITY: u64 = 32_768;
/// So many connections of TCP are those of a host. Switches have addresses too, for their administrators, who connect to them.
const LEAST_CONNECTIONS: usize = 3;
/// The hello time is at least one second (IEEE 802.1D, table 17-1); a quarter more for changes, which are announced at once.
const MOST_PER_SECOND: f64 = 1.25;
/// Fewer messages show no rate.
const LEAST_MESSAGES: u64 = 8;
/// Signs that are asked for: each alone has another cause.
const LEAST_SIGNS: usize = 2;

/// A root that looks like a host and not like a bridge.
#[derive(Clone, Copy)]
pub(super) struct EndHost<'a> {
    pub(super) root: &'a Root,
    n_connections: usize,
    messages_per_second: f64,
    late_ns: i64,
    n_signs: usize,
}

/// Of roots that are each the only one of their tree, those that look like hosts. A root that appears `before_ns` or more after the
/// capture began counts as late, which is one of the signs.
pub(super) fn end_hosts<'a>(
    roots: Vec<(u32, &'a Root)>,
    before_ns: i64,
    context: &Context<'_>,
) -> Vec<(u32, EndHost<'a>)> {
    let macs: BTreeSet<Endpoint> = roots.iter().map(|(_, root)| root.mac).collect();
    if macs.is_empty() {
        return Vec::new();
    }
    let claims = [true, false].map(|is_v4| context.claims.sorted(is_v4));
    let of_root = |mac: &[u8; 6]| macs.contains(&Endpoint::Mac(*mac));
    let owners: BTreeMap<Addr, Endpoint> = claims
        .iter()
        .flatten()
        .filter(|((_, mac), _)| of_root(mac))
        .map(|(((_, host), mac), _)| (*host, Endpoint::Mac(*mac)))
        .collect();
    let mut n_connections: BTreeMap<Endpoint, usize> = BTreeMap::new();
    if !owners.is_empty() {
        for (_, flow) in context.flows.iter().filter(|(_, flow)| flow.is_tcp()) {
            if let Some(mac) = owners.get(&flow.originator().0) {
                *n_connections.entry(*mac).or_default() += 1;
            }
        }
    }
    let begun = |root: &Root| n_connections.get(&root.mac).copied().unwrap_or(0);
    let host = |(link, root)| Some((link, EndHost::of(root, begun(root), before_ns, context.span_ns.0)?));
    roots.into_iter().filter_map(host).collect()
}

impl<'a> EndHost<'a> {
    fn of(root: &'a Root, n_connections: usize, before_ns: i64, first_ns: i64) -> Option<EndHost<'a>> {
        if root.priority >= DEFAULT_PRIORITY {
            return None;
        }
        let seconds = (root.seen.last_ns - root.seen.first_ns) as f64 / SECOND as f64;
        let messages_per_second = (root.seen.n.saturating_sub(1)) as f64 / seconds.max(1.0);
        let late_ns = root.seen.first_ns - first_ns;
        let is_quick = root.seen.n >= LEAST_MESSAGES && messages_per_second > MOST_PER_SECOND;
        let signs = [n_connections >= LEAST_CONNECTIONS, is_quick, late_ns >= before_ns];
        let n_signs = signs.iter().filter(|is_there| **is_there).count();
        (n_signs >= LEAST_SIGNS).then_some(EndHost { root, n_connections, messages_per_second, late_ns, n_signs })
    }

    /// The finding.
    pub(super) fn finding(&self) -> FindingBuilder {
        let EndHost { root, n_connections, messages_per_second, late_ns, n_signs } = *self;
        let confidence = if n_signs > LEAST_SIGNS { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
        let late = late_ns as f64 / SECOND as f64;
        begin(confidence)
            .title(format!("{} makes itself root of the spanning tree, and looks like a host, not a switch", root.mac))
            .score(past(root.seen.n as f64, 1.0))
            .sources([root.mac])
            .evidence([
                evidence("Connections that its addresses began", n_connections as f64, "flows", "0, for a switch"),
                evidence("Messages a second", messages_per_second, "", "0.5; at most 1 (IEEE 802.1D)"),
                evidence("Time without any before", late, "s", "at most 2, where a switch speaks the protocol"),
                evidence("Priority", root.priority as f64, "", format!("{DEFAULT_PRIORITY} by default")),
            ])
            .explanation(format!(
                "No bridge was root before. {late:.0} s after the capture began {} sent priority {}, {messages_per_second:.1} messages \
                 a second; its addresses began {n_connections} connections of TCP. Switches send such messages from the \
                 start and no more than one a second, and hardly connect anywhere. Where no switch prevents it, traffic \
                 between switches goes towards the sender.",
                root.mac, root.priority
            ))
            .messages(&root.seen)
            .filter(format!("stp.root.hw == {}", root.mac))
    }
}
