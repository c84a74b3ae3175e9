//! Turns spanning tree messages (STP BPDUs) into findings: a new bridge replaces the root bridge, an end host makes itself
//! root where there was none, or a device floods the network with topology changes.

mod end_host;

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{FindingBuilder, count, evidence};
use crate::detect::support::layer2::{self, MOST_LINKS};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, past};
use crate::detect::support::threshold_random_walk::busiest;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::link::StpMessage;
use crate::model::app::protocol::AppProto;
use crate::model::format::time::SECOND;
use crate::model::{Category, Endpoint, Finding};
use crate::settings::Descriptor;
use end_host::end_hosts;
use std::collections::BTreeMap;

const CARD: Card = Card {
    id: "stp_root_takeover",
    name: "Spanning tree takeover",
    category: Category::Spoofing,
    technique: Some(("T1557", "Adversary-in-the-Middle")),
    sees: "A new root bridge with a lower bridge ID replaces the existing one, an end host makes itself root where no bridge was, or a device floods the network with topology changes.",
    matters: "All switches send their traffic towards the root. A device that becomes root sees traffic between switches that it would otherwise never see, or stops the network again and again.",
    otherwise: "A new switch, or one that comes back after maintenance.",
    benign_causes: &["A new switch with a lower bridge ID", "Maintenance, or a link that goes up and down"],
    advice: &[
        "Find the switch port on which the messages arrive",
        "Enable BPDU guard on host ports and root guard towards other switches",
    ],
    part_of: &[],
    source: "IEEE 802.1D, section 17 (the lowest bridge ID becomes root; hello time 2 s, which is also how often a bridge repeats its notice of a change); the attacks of the tool yersinia. A root is rather a host than a bridge if two of three are so: its addresses begin connections, its messages come more often than once a second (the shortest hello time), none came before.",
}
.explained_where_shown();

const BEFORE: Descriptor = Descriptor::seconds("stp_root_takeover.before", "Time with the old root", 6.0)
    .range(1.0, 3600.0)
    .help("The old root must have been seen for this long; at the start of a capture several trees, one per VLAN, show up one after the other. Three hello times are 6 s.");
const CHANGES: Descriptor = Descriptor::count("stp_root_takeover.changes", "Topology changes within a minute", 300.0)
    .range(10.0, 100_000.0)
    .unit("messages")
    .help("A link that goes up or down causes a few dozen topology change messages within half a minute.");
const NOTICES: Descriptor = Descriptor::count("stp_root_takeover.notices", "Notices of one device within a minute", 60.0)
    .range(10.0, 100_000.0)
    .unit("messages")
    .help("A bridge repeats its notice of a change once each hello time, 2 s, until it is acknowledged: at most 30 a minute, unless they are forged.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<StpRootTakeover>(CARD, &[BEFORE, CHANGES, NOTICES], Interest::MESSAGES);

/// Most root bridges kept; a network has one for each VLAN.
const MOST_ROOTS: usize = 256;
/// Most times of topology changes kept for a tree.
const MOST_CHANGES: usize = 1 << 16;
/// Most senders of topology changes kept for a tree.
const MOST_SENDERS: usize = 256;

#[derive(Default)]
struct StpRootTakeover {
    /// By layer-2 network: each has its own tree.
    trees: Tally<u32, Tree, MOST_LINKS>,
}

#[derive(Default)]
struct Tree {
    first_ns: Option<i64>,
    roots: Vec<Root>,
    /// Time of each topology change and whether it is a notice, by sender.
    changes_ns: BTreeMap<Endpoint, Vec<(i64, bool)>>,
    n_changes: usize,
    changes: MessageEvidence,
    n_left_out: u64,
}

struct Root {
    priority: u64,
    mac: Endpoint,
    seen: MessageEvidence,
}

impl Detector for StpRootTakeover {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Stp { FieldSet::ALL } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        if event.message.protocol != AppProto::Stp {
            return;
        }
        if let Some(tree) = self.trees.of(event.vlan_stack) {
            tree.add(event);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let before_ns = context.settings.nanoseconds(&BEFORE);
        let (changes, notices) = (context.settings.get(&CHANGES), context.settings.get(&NOTICES));
        let trees = self.trees.sorted();
        let (mut takeovers, mut hosts, mut storms) = (Vec::new(), Vec::new(), Vec::new());
        for (link, tree) in trees.iter().copied() {
            let of_tree = tree.takeovers(before_ns);
            // After a takeover the tree changes.
            let (most, of_one) = if of_tree.is_empty() { tree.most_changes() } else { (0.0, 0.0) };
            if most >= changes {
                storms.push((*link, tree, (most, changes)));
            } else if of_one >= notices {
                storms.push((*link, tree, (of_one, notices)));
            }
            if let [root] = tree.roots.as_slice() {
                hosts.push((*link, root));
            }
            takeovers.extend(of_tree.into_iter().map(|(root, old)| (*link, root, old)));
        }
        let n_left_out: u64 = trees.iter().map(|(_, tree)| tree.n_left_out).sum();
        let new = |root: &Root| format!("{} {}", root.mac, root.priority);
        Report::of(takeovers)
            .at_most(MOST_ROOTS)
            .not_evaluated(n_left_out + self.trees.n_refused)
            .each(|(link, root, old)| layer2::within(takeover(root, old), *link, &new(root)).build())
            .and(
                Report::of(end_hosts(hosts, before_ns, context))
                    .at_most(MOST_ROOTS)
                    .each(|(link, host)| layer2::within(host.finding(), *link, &new(host.root)).build()),
            )
            .and(
                Report::of(storms)
                    .each(|(link, tree, counts)| layer2::within(tree.storm(*counts), *link, "changes").build()),
            )
    }
}

impl Tree {
    fn add(&mut self, event: &AppEvent<'_>) {
        let fields = &event.message.fields;
        let now = event.message.time_ns;
        self.first_ns = Some(self.first_ns.map_or(now, |first| first.min(now)));
        if fields.kind(FieldId::Message).is_some_and(StpMessage::is_change) && self.n_changes < MOST_CHANGES {
            let sender = Endpoint::Mac(fields.mac(FieldId::Mac).unwrap_or_default());
            let is_known = self.changes_ns.len() < MOST_SENDERS || self.changes_ns.contains_key(&sender);
            let sender = if is_known { sender } else { Endpoint::Mac([0; 6]) };
            let is_notice = fields.is(FieldId::Message, StpMessage::TopologyChangeNotice);
            self.changes_ns.entry(sender).or_default().push((now, is_notice));
            self.n_changes += 1;
            self.changes.add(event);
        }
        let (Some(priority), Some(mac)) = (fields.number(FieldId::Priority), fields.mac(FieldId::Root)) else { return };
        let mac = Endpoint::Mac(mac);
        let known = self.roots.iter().position(|root| root.priority == priority && root.mac == mac);
        let place = match known {
            Some(place) => place,
            None if self.roots.len() < MOST_ROOTS => {
                self.roots.push(Root { priority, mac, seen: MessageEvidence::default() });
                self.roots.len() - 1
            }
            None => {
                self.n_left_out += 1;
                return;
            }
        };
        if let Some(root) = self.roots.get_mut(place) {
            root.seen.add(event);
        }
    }

    /// Roots that came later and are better than the best before them, each with that.
    fn takeovers(&self, before_ns: i64) -> Vec<(&Root, &Root)> {
        let first_ns = self.first_ns.unwrap_or(0);
        let mut takeovers = Vec::new();
        // The roots in the order in which they came: each is compared with the best before it.
        let mut best: Option<&Root> = None;
        for root in &self.roots {
            if let Some(old) = best
                && (root.priority, root.mac) < (old.priority, old.mac)
                && root.seen.first_ns - first_ns >= before_ns
            {
                takeovers.push((root, old));
            }
            if best.is_none_or(|old| (root.priority, root.mac) < (old.priority, old.mac)) {
                best = Some(root);
            }
        }
        takeovers
    }

    /// Most changes within a minute, and most notices of one device.
    fn most_changes(&self) -> (f64, f64) {
        let busiest_minute = |mut times: Vec<i64>| {
            times.sort_unstable();
            busiest(&times, 60 * SECOND) as f64
        };
        let notices = |of_one: &Vec<(i64, bool)>| of_one.iter().filter(|one| one.1).map(|one| one.0).collect();
        let of_each = self.changes_ns.values().map(|of_one| busiest_minute(notices(of_one)));
        let of_one = of_each.fold(0.0, f64::max);
        (busiest_minute(self.changes_ns.values().flatten().map(|one| one.0).collect()), of_one)
    }

    /// Who sent most of the changes; the first root where no device is known.
    fn changer(&self) -> Option<Endpoint> {
        let (sender, _) = self.changes_ns.iter().max_by_key(|(_, of_one)| of_one.len())?;
        let is_known = *sender != Endpoint::Mac([0; 6]);
        if is_known { Some(*sender) } else { self.roots.first().map(|root| root.mac) }
    }
}

fn takeover(root: &Root, old: &Root) -> FindingBuilder {
    let confidence = Confidence::LIKELY;
    begin(confidence)
        .title(format!("{} becomes root of the spanning tree instead of {}", root.mac, old.mac))
        .score(past(root.seen.n as f64, 1.0))
        .sources([root.mac])
        .targets([old.mac])
        .evidence([
            evidence(
                "Priority of the new root",
                root.priority as f64,
                "",
                format!("{} for the old root", old.priority),
            ),
            evidence("Messages from the new root", root.seen.n as f64, "messages", "0"),
            evidence("Messages from the old root", old.seen.n as f64, "messages", ""),
        ])
        .explanation(format!(
            "The root was {} with priority {}. Then {} sent priority {}, which is better, and became root: since then \
                              traffic between switches goes towards it.",
            old.mac, old.priority, root.mac, root.priority
        ))
        .messages(&root.seen)
        .filter(format!("stp.root.hw == {}", root.mac))
}

/// A finding with what both kinds share.
fn begin(confidence: Confidence) -> FindingBuilder {
    Finding::builder(&CARD).weighed(Impact::INTERCEPTION, confidence, 0.0).protocol("STP")
}

impl Tree {
    fn storm(&self, (most, least): (f64, f64)) -> FindingBuilder {
        begin(Confidence::LIKELY)
            .title(format!("The spanning tree keeps changing: {}", count(self.n_changes, "message")))
            .score(past(most, least))
            .sources(self.changer())
            .evidence([evidence("Changes within a minute", most, "messages", format!("below {least}"))])
            .explanation(
                "Topology change messages keep arriving. After each of them switches forget where hosts are and send \
                              frames out of all ports, where others can read them.",
            )
            .messages(&self.changes)
            .filter("stp.flags.tc == 1 || stp.type == 0x80")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, inside, observe_on_links};
    use crate::model::flow::Direction;
    use crate::settings::Settings;

    fn found(roots: &[(f64, u64, u8)]) -> usize {
        found_on(roots, |_| 0)
    }

    /// Each root sends ten messages.
    fn found_on(roots: &[(f64, u64, u8)], link: impl Fn(usize) -> u32) -> usize {
        let mut lines = Vec::new();
        for (second, priority, mac) in roots {
            let line = |i: u32| Line {
                protocol: AppProto::Stp,
                second: second + f64::from(i),
                from: (inside(1), 0),
                to: (inside(2), 0),
                direction: Direction::ToResponder,
                facts: vec![
                    (FieldId::Message, StpMessage::Configuration.into()),
                    (FieldId::Priority, (*priority).into()),
                    (FieldId::Root, [2, 0, 0, 0, 0, *mac].into()),
                ],
            };
            lines.extend((0..10).map(line));
        }
        observe_on_links(&ENTRY, &lines, link, &Settings::default()).findings.len()
    }

    #[test]
    fn a_better_root_that_comes_later_is_reported_and_trees_of_other_vlans_are_not() {
        assert_eq!(found(&[(0.0, 32_768, 7), (60.0, 0, 9)]), 1);
        assert_eq!(found(&[(0.0, 32_769, 7), (1.0, 24_577, 8), (2.0, 4_097, 9)]), 0);
        assert_eq!(found(&[(0.0, 4_096, 7), (60.0, 32_768, 9)]), 0, "a worse one");
    }

    #[test]
    fn a_root_that_comes_late_and_too_often_is_no_bridge_and_one_that_keeps_the_hello_time_may_be() {
        let found = |every: f64, priority: u64| {
            let line = |i: u32| Line {
                protocol: AppProto::Stp,
                second: 30.0 + f64::from(i) * every,
                from: (inside(1), 0),
                to: (inside(2), 0),
                direction: Direction::ToResponder,
                facts: vec![
                    (FieldId::Message, StpMessage::Configuration.into()),
                    (FieldId::Priority, priority.into()),
                    (FieldId::Root, [2, 0, 0, 0, 0, 7].into()),
                ],
            };
            let other = Line::request(
                AppProto::Dns,
                0.0,
                inside(1),
                (inside(2), 53),
                vec![(FieldId::DnsQuery, "a.example".into())],
            );
            let lines: Vec<Line> = std::iter::once(other).chain((0..40).map(line)).collect();
            observe_on_links(&ENTRY, &lines, |_| 0, &Settings::default()).findings.len()
        };
        assert_eq!((found(0.3, 4_096), found(2.0, 4_096), found(0.3, 32_768)), (1, 0, 0));
    }

    #[test]
    fn a_better_root_in_another_stack_of_tags_takes_nothing_over() {
        let roots = [(0.0, 32_768, 7), (60.0, 0, 9)];
        assert_eq!(found_on(&roots, |i| if i < 10 { 100 << 12 | 7 } else { 200 << 12 | 7 }), 0);
        assert_eq!(found_on(&roots, |_| 100 << 12 | 7), 1);
    }

    #[test]
    fn more_notices_than_a_bridge_sends_name_their_sender() {
        let found = |every: f64| {
            let line = |i: u32| Line {
                protocol: AppProto::Stp,
                second: f64::from(i) * every,
                from: (inside(1), 0),
                to: (inside(2), 0),
                direction: Direction::ToResponder,
                facts: vec![
                    (FieldId::Message, StpMessage::TopologyChangeNotice.into()),
                    (FieldId::Mac, [2, 0, 0, 0, 0, 7].into()),
                ],
            };
            let lines: Vec<Line> = (0..150).map(line).collect();
            observe_on_links(&ENTRY, &lines, |_| 0, &Settings::default()).findings
        };
        assert_eq!(found(0.6)[0].sources, [Endpoint::Mac([2, 0, 0, 0, 0, 7])]);
        assert!(found(2.0).is_empty(), "each hello time");
    }
}
