//! Requests of the web in clear text: hosts, paths, results and programs.

use super::{Group, Needs, View, messages};
use crate::model::explore::Mark;
use crate::session::panel::Panel;

/// What it is of.
const HTTP_PROTOCOLS: &[&str] = &["HTTP", "HTTP/2"];
/// The same as a filter.
const OF: &str = "http or http2";

/// The view's entry in the register.
pub static HTTP: View = View {
    id: "http",
    label: "HTTP",
    group: Group::Names,
    needs: Needs::Protocols(HTTP_PROTOCOLS),
    count: |analysis| messages(analysis, HTTP_PROTOCOLS),
    read: |rest, given| given.panels("http", rest),
    help: "Requests of the web in clear text: hosts, paths, results and programs.",
    panels: &[
        Panel::drawn("Connections over time", "time,field=http.status", "flows", Mark::Areas).of(OF).wide(),
        Panel::table("Hosts", "field=http.host", "flows,hosts,bytes").of(OF),
        Panel::table("Paths", "field=http.path", "flows,hosts,bytes").of(OF),
        Panel::drawn("Status codes", "field=http.status", "flows,hosts", Mark::Bars).of(OF),
        Panel::drawn("Methods", "field=http.method", "flows,hosts", Mark::Bars).of(OF),
        Panel::table("Clients", "source", "flows,bytes,errors").of(OF),
        Panel::table("Servers", "target", "flows,hosts,errors").of(OF),
        Panel::table("User agents", "field=http.agent", "flows,hosts").of(OF),
        Panel::table("Server software", "field=http.server", "flows,hosts").of(OF),
        Panel::table("Types of responses", "field=http.response_type", "flows,bytes").of(OF),
    ],
    ..View::PLAIN
};
