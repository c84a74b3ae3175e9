//! Names that are asked for: by whom, of which servers, with what result.

use super::{Group, Needs, View, messages};
use crate::model::explore::Mark;
use crate::session::panel::Panel;

/// What it is of.
const DNS_PROTOCOLS: &[&str] = &["DNS", "mDNS", "LLMNR", "NBNS"];
/// The same as a filter.
const OF: &str = "dns or mdns or llmnr or nbns";

/// The view's entry in the register.
pub static DNS: View = View {
    id: "dns",
    label: "DNS",
    group: Group::Names,
    needs: Needs::Protocols(DNS_PROTOCOLS),
    count: |analysis| messages(analysis, DNS_PROTOCOLS),
    read: |rest, given| given.panels("dns", rest),
    help: "Names that are asked for: by whom, of which servers, with what result.",
    panels: &[
        Panel::drawn("Queries over time", "time,field=dns.code", "flows", Mark::Areas).of(OF).wide(),
        Panel::table("Names", "field=dns.query", "flows,hosts,bytes").of(OF),
        Panel::table("Clients", "source", "flows,bytes,errors").of(OF),
        Panel::table("Servers", "target", "flows,hosts,errors").of(OF),
        Panel::table("Answers", "field=dns.answer", "flows,hosts").of(OF),
        Panel::drawn("Result codes", "field=dns.code", "flows,hosts", Mark::Bars).of(OF),
        Panel::drawn("Record types", "field=dns.type", "flows,hosts", Mark::Bars).of(OF),
    ],
    ..View::PLAIN
};
