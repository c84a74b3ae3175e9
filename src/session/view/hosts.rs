//! Every host, and all that is known of one.

use super::{Group, Needs, View};
use crate::model::explore::Mark;
use crate::session::panel::Panel;

/// The view's entry in the register.
pub static HOSTS: View = View {
    id: "hosts",
    label: "Hosts",
    group: Group::Names,
    needs: Needs::Flows,
    count: |analysis| Some(analysis.summary.hosts),
    read: |rest, given| given.panels("hosts", rest),
    help: "Every host, and all that is known of one: choose a host to see it.",
    panels: &[
        Panel::table("All hosts", "host", "bytes,bytes_out,bytes_in,packets,flows,hosts,findings,errors")
            .wide()
            .with_pages("hosts"),
        Panel::drawn("Traffic of the busiest hosts", "host:20,time=~48", "bytes", Mark::Heat).wide(),
    ],
    item_panels: &[
        Panel::drawn("Traffic over time", "time,protocol:4", "bytes", Mark::Areas).of("host {}").wide(),
        Panel::table("Findings", "severity,finding", "flows").of("host {}").wide(),
        Panel::table("Ethernet address (or its router's)", "source_mac", "flows").of("source == {}"),
        Panel::table("Names it gives itself", "field=host", "flows").of("source == {}"),
        Panel::table("Names others know it by", "server_name", "flows,bytes,hosts").of("target == {}"),
        Panel::table("Programs it uses", "field=agent", "flows").of("source == {}"),
        Panel::table("Browsers and other web clients", "field=http.agent", "flows").of("source == {}"),
        Panel::table("TLS clients (JA4)", "field=tls.ja4", "flows").of("source == {}"),
        Panel::table("Software it serves with", "field=banner", "flows").of("target == {}"),
        Panel::table("Web servers it runs", "field=http.server", "flows").of("target == {}"),
        Panel::table("Device", "field=platform", "flows").of("source == {}"),
        Panel::table("Vendor or type it states", "field=vendor", "flows").of("source == {}"),
        Panel::table("Services it offers", "port,protocol", "flows,hosts,bytes,errors").of("target == {}").wide(),
        Panel::table("Services it uses", "port,protocol", "flows,hosts,bytes,errors").of("source == {}").wide(),
        Panel::table("Peers", "pair", "bytes,bytes_out,bytes_in,flows").of("host {}").wide(),
        Panel::table("Names it asks for", "field=dns.query", "flows").of("source == {}"),
        Panel::table("Accounts", "field=user,field=login", "flows").of("host {}"),
        Panel::table("Certificates it shows", "field=tls.subject", "flows").of("target == {}"),
        Panel::table("Files", "field=file", "flows,bytes").of("host {}"),
    ],
    ..View::PLAIN
};
