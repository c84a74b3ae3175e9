//! ARP and IPv6 neighbours: who claims which address, who asks for whom.

use super::{Group, Needs, View};
use crate::session::route::Route;

/// The view's entry in the register.
pub static NEIGHBOURS: View = View {
    id: "arp",
    label: "ARP and neighbours",
    group: Group::Names,
    needs: Needs::PacketsOf(&["ARP", "ICMPv6"]),
    read: |_, _| Route::Neighbours,
    help: "Which device claims which IP address on the link, who asks for whom, and what nobody asked for.",
    ..View::PLAIN
};
