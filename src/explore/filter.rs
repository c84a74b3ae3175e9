//! Values as filters of the flow table: the only place that writes its language.

use crate::filter::quoted;
use crate::model::net::addr::mac_text;
use crate::model::{Addr, Protocol};

/// Flows of a host.
pub fn host(host: Addr) -> String {
    host.to_string()
}

/// Flows to a port, over a transport; none if it is not known.
pub fn port(transport: Option<Protocol>, port: u16) -> String {
    match transport {
        Some(transport) => format!("service_port == {port} && {}", word("transport", &transport.to_string())),
        None => format!("service_port == {port} && !transport"),
    }
}

/// Flows of which a field of ours is this word.
pub fn word(field: &str, value: &str) -> String {
    format!("{field} == {}", quoted(value))
}

/// Flows of an application that shows by content, or that only the port suggests.
pub fn application(name: &str, is_certain: bool) -> String {
    let by_content = word("protocol", name);
    if is_certain { by_content } else { format!("{} && !({by_content})", word("app", name)) }
}

/// Flows over IPv4, or over IPv6.
pub fn network(is_v4: bool) -> &'static str {
    if is_v4 { "ip" } else { "ipv6" }
}

/// Flows of an Ethernet address.
pub fn mac(mac: [u8; 6]) -> String {
    mac_text(mac)
}

/// Rows of a table whose column has this value.
pub fn cell(heading: &str, value: &str) -> String {
    format!("{} == {}", quoted(heading), quoted(value))
}

/// Flows with this text in name, application, transport or state; none for what cannot be written.
pub fn text(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    (!text.trim().is_empty() && text.chars().count() <= 200).then(|| quoted(&text))
}

/// Flows that pass all of these.
pub fn all(filters: &[String]) -> String {
    filters.join(" ")
}
