//! Whether a flow comes in or goes out.

use crate::explore::dimension::Dimension;
use crate::explore::key::Key;
use crate::model::flow::Known;
use crate::model::net::site::Place;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("direction", "Direction", "Hosts"),
    "Who opened the connection, seen from the networks inside: outbound, inbound, internal or external; unknown where it is not known who is inside.",
    |item, _, found| {
        let site = &item.sources.analysis.site;
        let (source, target) = (item.flow.originator().0, item.flow.responder().0);
        let target_place = if target.is_group() { site.place(source) } else { site.place(target) };
        found.add(match (site.place(source), target_place) {
            _ if !item.flow.known.has(Known::DIRECTION) => Key::Unknown,
            (Place::Inside, Place::Inside) => Key::Word("internal"),
            (Place::Inside, Place::Outside) => Key::Word("outbound"),
            (Place::Outside, Place::Inside) => Key::Word("inbound"),
            (Place::Outside, Place::Outside) => Key::Word("external"),
            _ => Key::Unknown,
        });
    },
);
