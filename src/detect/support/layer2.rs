//! Separates layer-2 networks (VLANs), and names in a finding the one it is about.

use crate::detect::support::finding_builder::{FindingBuilder, Identity};

/// Most networks kept by a detector.
pub const MOST_LINKS: usize = 1 << 10;

/// Largest stack of tags without tunnels or labels: two ids of 12 bits.
const TWO_TAGS: u32 = 1 << 24;

/// The tags of a layer-2 network: `VLAN 7`, `VLAN 100.7`; none where there are none, or where they are not tags alone.
pub fn words(vlan_stack: u32) -> Option<String> {
    match (vlan_stack >> 12, vlan_stack & 0xfff) {
        (0, 0) => None,
        (0, inner) => Some(format!("VLAN {inner}")),
        (outer, inner) if vlan_stack < TWO_TAGS => Some(format!("VLAN {outer}.{inner}")),
        _ => Some(format!("layer-2 network {vlan_stack:08x}")),
    }
}

/// A finding in one of several layer-2 networks: with an id of its own, and the network in its explanation.
pub fn within(finding: FindingBuilder, vlan_stack: u32, word: &str) -> FindingBuilder {
    match words(vlan_stack) {
        Some(words) => {
            let finding = finding.identity(Identity::WordAlone(format!("{word} {words}")));
            finding.with(|finding| finding.explanation.push_str(&format!(" All this was in {words}.")))
        }
        None => finding,
    }
}
