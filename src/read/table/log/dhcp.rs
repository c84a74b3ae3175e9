//! Logs of DHCP: what clients ask for and what they get.

use super::cells::Cells;
use super::contract::{COMMON, FieldForm, Log, names};
use super::message::Messages;
use super::words::dhcp_message;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::infra::DhcpMessage;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

pub static LOG: Log = Log {
    id: "dhcp",
    marks: &[&["assigned_ip", "lease_time"], &["assigned_addr", "lease_time"], &["mac", "msg_types"]],
    protocol: Some(AppProto::Dhcp),
    transport: 17,
    columns: &[
        names("msg_types", "dhcp.dhcp_type", "dhcpv4.option.message_type"),
        names("mac", "dhcp.client_mac", "dhcpv4.client_mac"),
        names("assigned_ip|assigned_addr", "dhcp.assigned_ip", "dhcpv4.assigned_ip"),
        names("server_addr", "dhcp.dhcp_server_id|dhcp.next_server_ip", "dhcpv4.option.server_identifier"),
        names("lease_time", "dhcp.lease_time", "dhcpv4.option.ip_address_lease_time_sec"),
        names("host_name", "dhcp.hostname", "dhcpv4.option.hostname"),
        names("domain", "dhcp.domain_name", "dhcpv4.option.domain_name"),
        names("requested_addr", "dhcp.requested_ip", "dhcpv4.option.requested_ip_address"),
        names("", "dhcp.routers", "dhcpv4.option.router"),
        names("", "dhcp.dns_servers", "dhcpv4.option.dns_servers"),
        names("", "dhcp.vendor_class_identifier", "dhcpv4.option.class_identifier"),
    ],
    more: Some(all),
    ..COMMON
};

/// Every message of the exchange, in its order; older logs of Zeek name only what was assigned.
fn all(cells: &Cells<'_>, messages: &mut Messages) {
    let kinds = cells.text(0);
    let kinds = kinds.as_deref().unwrap_or("ACK");
    for kind in kinds.split(',').map(str::trim).take(16) {
        let token = dhcp_message(kind);
        let is_of_client = token
            .and_then(|token| token.kind::<DhcpMessage>())
            .is_some_and(|kind| kind.is_of_client() || kind == DhcpMessage::Release);
        let direction = if is_of_client { Direction::ToResponder } else { Direction::ToOriginator };
        messages.message(direction, |fields| {
            cells.add(FieldId::Mac, FieldForm::Mac, 1, fields);
            match token {
                Some(token) => fields.token(FieldId::Message, token),
                None => fields.text(FieldId::Message, kind),
            }
            if is_of_client {
                cells.add(FieldId::Requested, FieldForm::Addr, 7, fields);
                cells.add(FieldId::Host, FieldForm::Text, 5, fields);
                cells.add(FieldId::Vendor, FieldForm::Text, 10, fields);
            } else {
                cells.add(FieldId::Address, FieldForm::Addr, 2, fields);
                cells.add(FieldId::Server, FieldForm::Addr, 3, fields);
                cells.add(FieldId::Router, FieldForm::List, 8, fields);
                cells.add(FieldId::DnsServer, FieldForm::List, 9, fields);
                cells.add(FieldId::Lease, FieldForm::Number, 4, fields);
                cells.add(FieldId::Domain, FieldForm::Text, 6, fields);
            }
        });
    }
}
