//! DHCP (RFC 2131, RFC 2132): who asks for an address, who offers it, and with which router and name servers.

use super::shared::bytes::{self, be32};
use super::{Datagram, Ends, Entry, Guess};
use crate::model::address::mac_text;
use crate::model::fact::{FactKind, Facts};
use crate::model::protocol::AppProto;
use std::net::Ipv4Addr;

/// Line in the table.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Dhcp,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: None,
    frame: None,
};

const CLIENT_ADDRESS: usize = 12;
const YOUR_ADDRESS: usize = 16;
const HARDWARE_ADDRESS: usize = 28;
const COOKIE: usize = 236;
const COOKIE_VALUE: u32 = 0x6382_5363;
const PAD: u8 = 0;
const END: u8 = 255;
/// Most options of a message, and most addresses of one option.
const MOST_OPTIONS: usize = 64;
const MOST_ADDRESSES: usize = 4;

fn read(payload: &[u8], _: &Ends, facts: &mut Facts) -> Guess {
    let &[operation @ 1..=2, kind, hardware_bytes @ 0..=16, ..] = payload else { return Guess::NotMine };
    if payload.len() < COOKIE {
        return Guess::NotMine;
    }
    if (kind, hardware_bytes) == (1, 6)
        && let Some(mac) = bytes::from(payload, HARDWARE_ADDRESS).first_chunk()
    {
        facts.text(FactKind::Mac, &mac_text(*mac));
    }
    if operation == 1 {
        address(FactKind::Requested, payload, CLIENT_ADDRESS, facts);
    } else {
        address(FactKind::Address, payload, YOUR_ADDRESS, facts);
    }
    if be32(payload, COOKIE) != Some(COOKIE_VALUE) {
        facts.text(FactKind::Message, if operation == 1 { "BOOTP request" } else { "BOOTP reply" });
        return Guess::Unsure;
    }
    options(bytes::from(payload, COOKIE + 4), facts);
    Guess::Certain
}

fn address(kind: FactKind, bytes: &[u8], at: usize, facts: &mut Facts) {
    if let Some(address @ 1..) = be32(bytes, at) {
        facts.format(kind, Ipv4Addr::from(address));
    }
}

fn options(mut rest: &[u8], facts: &mut Facts) {
    for _ in 0..MOST_OPTIONS {
        let Some((code, behind)) = rest.split_first() else { return };
        if *code == PAD {
            rest = behind;
            continue;
        }
        let Some((length, behind)) = behind.split_first() else { return };
        if *code == END {
            return;
        }
        option(*code, bytes::part(behind, 0, usize::from(*length)), facts);
        rest = bytes::from(behind, usize::from(*length));
    }
}

/// RFC 2132; the client's full name by RFC 4702.
fn option(code: u8, value: &[u8], facts: &mut Facts) {
    let text = bytes::until_nul(value);
    match code {
        3 => addresses(FactKind::Router, value, facts),
        6 => addresses(FactKind::DnsServer, value, facts),
        12 => facts.bytes(FactKind::Host, text),
        15 => facts.bytes(FactKind::Domain, text),
        50 => address(FactKind::Requested, value, 0, facts),
        51 => {
            if let Some(seconds) = be32(value, 0) {
                facts.number(FactKind::Lease, u64::from(seconds));
            }
        }
        53 => message(value, facts),
        54 => address(FactKind::Server, value, 0, facts),
        56 => facts.bytes(FactKind::Error, text),
        60 => facts.bytes(FactKind::Vendor, text),
        // Flags, two codes, then the name; as DNS writes it if a flag says so.
        81 if value.first().is_some_and(|flags| flags & 4 == 0) => facts.bytes(FactKind::Host, bytes::from(value, 3)),
        _ => {}
    }
}

fn addresses(kind: FactKind, value: &[u8], facts: &mut Facts) {
    (0..MOST_ADDRESSES).for_each(|n| address(kind, value, 4 * n, facts));
}

fn message(value: &[u8], facts: &mut Facts) {
    let name = match value.first() {
        Some(1) => "discover",
        Some(2) => "offer",
        Some(3) => "request",
        Some(4) => "decline",
        Some(5) => "ack",
        Some(6) => "nak",
        Some(7) => "release",
        Some(8) => "inform",
        Some(9) => "force renew",
        Some(10) => "lease query",
        Some(other) => return facts.format(FactKind::Message, other),
        None => return,
    };
    facts.text(FactKind::Message, name);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fact::Value;

    #[test]
    fn an_offer_names_address_server_router_and_name_servers_and_no_prefix_panics() {
        let mut offer = vec![2, 1, 6, 0];
        offer.resize(COOKIE, 0);
        offer[16..20].copy_from_slice(&[192, 0, 2, 9]);
        offer[28..34].copy_from_slice(&[2, 0, 0, 0, 0, 7]);
        offer.extend([0x63, 0x82, 0x53, 0x63, 53, 1, 2, 0, 54, 4, 192, 0, 2, 1, 3, 4, 192, 0, 2, 2]);
        offer.extend([6, 8, 192, 0, 2, 3, 192, 0, 2, 4, 51, 4, 0, 0, 14, 16, 12, 2, b'p', b'c', 255, 53, 1, 5]);
        let ends = Ends::new(false, 67, 68);
        let mut facts = Facts::default();
        assert_eq!(read(&offer, &ends, &mut facts), Guess::Certain);
        let said: Vec<_> = facts.iter().collect();
        let expected = [
            (FactKind::Mac, Value::Text("02:00:00:00:00:07")),
            (FactKind::Address, Value::Text("192.0.2.9")),
            (FactKind::Message, Value::Text("offer")),
            (FactKind::Server, Value::Text("192.0.2.1")),
            (FactKind::Router, Value::Text("192.0.2.2")),
            (FactKind::DnsServer, Value::Text("192.0.2.3")),
            (FactKind::DnsServer, Value::Text("192.0.2.4")),
            (FactKind::Lease, Value::Number(3600)),
            (FactKind::Host, Value::Text("pc")),
        ];
        assert_eq!(said, expected);
        for end in 0..offer.len() {
            read(&offer[..end], &ends, &mut facts);
        }
    }
}
