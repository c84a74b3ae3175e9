//! Accounts that log in: where, how, and with what result.

use super::{Group, Needs, View};
use crate::model::explore::Mark;
use crate::session::panel::Panel;

/// What it is of.
const OF: &str = "user or login";

/// The view's entry in the register.
pub static LOGINS: View = View {
    id: "logins",
    label: "Logins",
    group: Group::Names,
    needs: Needs::Fields(&["user", "login"]),
    count: |_| None,
    read: |rest, given| given.panels("logins", rest),
    help: "Accounts that log in: where, how, and with what result.",
    panels: &[
        Panel::drawn("Logins over time", "time,field=login", "flows", Mark::Areas).of(OF).wide(),
        Panel::table("Accounts", "field=user", "flows,hosts,errors").of(OF),
        Panel::drawn("Results", "field=login", "flows,hosts", Mark::Bars).of(OF),
        Panel::table("Clients", "source", "flows,hosts").of(OF),
        Panel::table("Servers", "target,protocol", "flows,hosts").of(OF),
        Panel::table("How clients authenticate", "field=method", "flows,hosts").of(OF),
        Panel::table("Results by client and server", "source,target,field=login", "flows").of(OF).wide(),
    ],
    ..View::PLAIN
};
