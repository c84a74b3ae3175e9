//! Encrypted connections: servers, certificates, versions and clients.

use super::{Group, Needs, View, messages};
use crate::model::explore::Mark;
use crate::session::panel::Panel;

/// What it is of.
const TLS_PROTOCOLS: &[&str] = &["TLS", "QUIC", "DTLS"];
/// The same as a filter.
const OF: &str = "tls or quic or dtls";

/// The view's entry in the register.
pub static TLS: View = View {
    id: "tls",
    label: "TLS",
    group: Group::Names,
    needs: Needs::Protocols(TLS_PROTOCOLS),
    count: |analysis| messages(analysis, TLS_PROTOCOLS),
    read: |rest, given| given.panels("tls", rest),
    help: "Encrypted connections: servers, certificates, versions and clients.",
    panels: &[
        Panel::drawn("Connections over time", "time,field=tls.offered", "flows", Mark::Areas).of(OF).wide(),
        Panel::table("Server names", "field=tls.sni", "flows,hosts,bytes").of(OF),
        Panel::table("Clients by JA4", "field=tls.ja4", "flows,hosts").of(OF),
        Panel::table("Clients", "source", "flows,bytes,errors").of(OF),
        Panel::table("Servers", "target", "flows,hosts,errors").of(OF),
        Panel::table("Certificates", "field=tls.subject,field=tls.issuer", "flows,hosts").of(OF).wide(),
        Panel::drawn("Self-signed certificates", "field=tls.self_signed", "flows,hosts", Mark::Bars).of(OF),
        Panel::drawn("Highest version offered", "field=tls.offered", "flows,hosts", Mark::Bars).of(OF),
        Panel::table("Ciphers chosen", "field=tls.cipher", "flows,hosts").of(OF),
        Panel::table("Protocols offered", "field=tls.alpn", "flows,hosts").of(OF),
        Panel::table("Alerts", "field=tls.alert", "flows,hosts").of(OF),
    ],
    ..View::PLAIN
};
