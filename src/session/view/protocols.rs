//! Which protocols the traffic consists of, one within the other.

use super::{Group, Needs, View};
use crate::model::explore::Mark;
use crate::session::panel::Panel;

/// The view's entry in the register.
pub static PROTOCOLS: View = View {
    id: "protocols",
    label: "Protocols",
    group: Group::Traffic,
    needs: Needs::Flows,
    count: |analysis| Some(analysis.summary.protocols.len() as u64),
    read: |rest, given| given.panels("protocols", rest),
    help: "Which protocols the traffic consists of, one within the other.",
    panels: &[
        Panel::drawn("Protocol hierarchy", "network,transport,application", "packets,bytes,flows", Mark::Tree).wide(),
        Panel::drawn("Protocols over time", "time,protocol:4", "bytes", Mark::Areas).wide(),
        Panel::drawn("Bytes by protocol", "protocol", "bytes,packets,flows,hosts", Mark::Bars).wide(),
    ],
    ..View::PLAIN
};
