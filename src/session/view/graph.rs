//! Hosts and what they exchange, as a network.

use super::{Group, Needs, View};
use crate::session::route::Route;

/// The view's entry in the register.
pub static GRAPH: View = View {
    id: "graph",
    label: "Connection graph",
    group: Group::Names,
    needs: Needs::Flows,
    read: |_, _| Route::Graph,
    help: "Which hosts exchange traffic, as a picture and as a table. Where there are too many hosts, the smaller ones are shown by network.",
    ..View::PLAIN
};
