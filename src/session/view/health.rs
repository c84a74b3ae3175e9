//! Whether the network works well: failures, losses and response times.

use super::{Group, Needs, View};
use crate::model::explore::Mark;
use crate::session::panel::Panel;

/// The view's entry in the register.
pub static HEALTH: View = View {
    id: "health",
    label: "Health",
    group: Group::Traffic,
    needs: Needs::Flows,
    count: |_| None,
    read: |rest, given| given.panels("health", rest),
    help: "Whether the network works well: failures, losses and response times.",
    panels: &[
        Panel::drawn("Failed flows over time", "time,outcome", "errors", Mark::Areas).wide(),
        Panel::drawn("Retransmissions over time", "time", "retransmissions", Mark::Lines),
        Panel::drawn("Slow responses over time (95th percentile)", "time", "response_p95", Mark::Lines),
        Panel::table("Services", "port", "flows,errors,retransmissions,resets,response_median,response_p95").wide(),
        Panel::table("Servers", "target", "flows,errors,retransmissions,response_median,response_p95").wide(),
        Panel::table("Host pairs with retransmissions", "pair", "retransmissions,resets,packets,response_p95")
            .of("tcp")
            .wide(),
        Panel::drawn("How flows begin", "outcome", "flows", Mark::Bars),
        Panel::drawn("States of connections", "state", "flows", Mark::Bars).of("tcp"),
    ],
    ..View::PLAIN
};
