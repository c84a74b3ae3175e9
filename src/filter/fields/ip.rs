//! Fields of IP and ICMP. A packet has the addresses of its tunnels too, and an ICMP error those of what it quotes.

use super::headers::{self, byte, word};
use crate::filter::field::FieldType::{Address, Flag, Ipv4, Ipv6, Number, Protocol};
use crate::filter::field::{Field, Out, Value};
use crate::filter::view::{PacketView, ReadPacket, Side};
use crate::model::net::addr::Addr;
use crate::model::packet::{Icmp, Transport};

/// The fields.
pub const FIELDS: &[Field] = &[
    Field::of_both(
        "ip.addr",
        Ipv4,
        "IPv4 address of sender or receiver",
        |s, out| side(s, BOTH, V4, out),
        |p, out| addresses(p, BOTH, V4, out),
    ),
    Field::of_both(
        "ip.src",
        Ipv4,
        "IPv4 address of the sender",
        |s, out| side(s, FIRST, V4, out),
        |p, out| addresses(p, FIRST, V4, out),
    ),
    Field::of_both(
        "ip.dst",
        Ipv4,
        "IPv4 address of the receiver",
        |s, out| side(s, SECOND, V4, out),
        |p, out| addresses(p, SECOND, V4, out),
    ),
    Field::of_both(
        "ip.host",
        Address,
        "IP address of sender or receiver",
        |s, out| side(s, BOTH, ANY, out),
        |p, out| addresses(p, BOTH, ANY, out),
    ),
    Field::of_packet("ip.ttl", Number, "Time to live", |p, out| with_v4(p, out, |ip| byte(ip, 8).map(i64::from))),
    Field::of_packet("ip.proto", Number, "Number of the protocol that IP carries", |p, out| {
        with_v4(p, out, |ip| byte(ip, 9).map(i64::from))
    }),
    Field::of_packet("ip.len", Number, "Length of the IPv4 packet", |p, out| {
        with_v4(p, out, |ip| word(ip, 2).map(i64::from))
    }),
    Field::of_packet("ip.id", Number, "Identification of the IPv4 packet", |p, out| {
        with_v4(p, out, |ip| word(ip, 4).map(i64::from))
    }),
    Field::of_packet("ip.dsfield", Number, "Differentiated services field", |p, out| {
        with_v4(p, out, |ip| byte(ip, 1).map(i64::from))
    }),
    Field::of_packet("ip.flags.df", Flag, "Don't fragment", |p, out| {
        with_v4(p, out, |ip| byte(ip, 6).map(|bits| i64::from(bits >> 6 & 1)))
    }),
    Field::of_packet("ip.flags.mf", Flag, "More fragments follow", |p, out| {
        with_v4(p, out, |ip| byte(ip, 6).map(|bits| i64::from(bits >> 5 & 1)))
    }),
    Field::of_packet("ip.frag_offset", Number, "Place of a fragment, bytes", |p, out| {
        with_v4(p, out, |ip| word(ip, 6).map(|bits| i64::from(bits & 0x1fff) * 8))
    }),
    Field::of_both(
        "ipv6.addr",
        Ipv6,
        "IPv6 address of sender or receiver",
        |s, out| side(s, BOTH, V6, out),
        |p, out| addresses(p, BOTH, V6, out),
    ),
    Field::of_both(
        "ipv6.src",
        Ipv6,
        "IPv6 address of the sender",
        |s, out| side(s, FIRST, V6, out),
        |p, out| addresses(p, FIRST, V6, out),
    ),
    Field::of_both(
        "ipv6.dst",
        Ipv6,
        "IPv6 address of the receiver",
        |s, out| side(s, SECOND, V6, out),
        |p, out| addresses(p, SECOND, V6, out),
    ),
    Field::of_packet("ipv6.hlim", Number, "Hop limit", |p, out| with_v6(p, |ip| give(byte(ip, 7).map(i64::from), out))),
    Field::of_packet("ipv6.plen", Number, "Length behind the IPv6 header", |p, out| {
        with_v6(p, |ip| give(word(ip, 4).map(i64::from), out))
    }),
    Field::of_packet("ipv6.nxt", Number, "Number of the header behind the IPv6 header", |p, out| {
        with_v6(p, |ip| give(byte(ip, 6).map(i64::from), out))
    }),
    Field::of_packet("ipv6.opt", Protocol, "An option in an extension header", |p, out| extension(p, &[0, 60], out)),
    Field::of_packet("ipv6.hopopts", Protocol, "Hop-by-hop options", |p, out| extension(p, &[0], out)),
    Field::of_packet("ipv6.routing", Protocol, "A routing header", |p, out| extension(p, &[43], out)),
    Field::of_packet("ipv6.fraghdr", Protocol, "A fragment header", |p, out| extension(p, &[44], out)),
    Field::of_packet("ipv6.dstopts", Protocol, "Destination options", |p, out| extension(p, &[60], out)),
    Field::of_packet_or_side(
        "icmp.type",
        Number,
        "Type of an ICMP message",
        |s, out| first_icmp(s, false, |kind, _| kind, out),
        |p, out| with_icmp(p, false, |icmp| out(number(icmp.kind))),
    ),
    Field::of_packet_or_side(
        "icmp.code",
        Number,
        "Code of an ICMP message",
        |s, out| first_icmp(s, false, |_, code| code, out),
        |p, out| with_icmp(p, false, |icmp| out(number(icmp.code))),
    ),
    Field::of_packet("icmp.ident", Number, "Identifier of an echo message", |p, out| echo(p, false, out)),
    Field::of_packet_or_side(
        "icmpv6.type",
        Number,
        "Type of an ICMPv6 message",
        |s, out| first_icmp(s, true, |kind, _| kind, out),
        |p, out| with_icmp(p, true, |icmp| out(number(icmp.kind))),
    ),
    Field::of_packet_or_side(
        "icmpv6.code",
        Number,
        "Code of an ICMPv6 message",
        |s, out| first_icmp(s, true, |_, code| code, out),
        |p, out| with_icmp(p, true, |icmp| out(number(icmp.code))),
    ),
    Field::of_packet("icmpv6.echo.identifier", Number, "Identifier of an echo message", |p, out| echo(p, true, out)),
    Field::of_packet(
        "icmpv6.nd.ns.target_address",
        Ipv6,
        "Address that a neighbour solicitation asks for",
        |p, out| neighbour(p, 135, out),
    ),
    Field::of_packet("icmpv6.nd.na.target_address", Ipv6, "Address that a neighbour advertisement claims", |p, out| {
        neighbour(p, 136, out)
    }),
];

/// Which of source and destination.
type Ends = [bool; 2];
const BOTH: Ends = [true, true];
const FIRST: Ends = [true, false];
const SECOND: Ends = [false, true];

/// Which addresses.
type Family = fn(Addr) -> bool;
const V4: Family = Addr::is_v4;
const V6: Family = |address| !address.is_v4();
const ANY: Family = |_| true;

fn number(byte: u8) -> Value<'static> {
    Value::Number(i64::from(byte))
}

fn give(value: Option<i64>, out: Out<'_>) {
    if let Some(value) = value {
        out(Value::Number(value));
    }
}

fn pair([source, target]: [Addr; 2], [is_source, is_target]: Ends, fits: Family, out: Out<'_>) {
    if is_source && fits(source) {
        out(Value::Addr(source));
    }
    if is_target && fits(target) {
        out(Value::Addr(target));
    }
}

fn side(side: &Side<'_>, ends: Ends, fits: Family, out: Out<'_>) {
    pair([side.source().0, side.target().0], ends, fits, out);
}

fn addresses(view: &PacketView<'_>, ends: Ends, fits: Family, out: Out<'_>) {
    let Some(read) = view.read else { return };
    for outer in read.packet.encapsulations() {
        pair([outer.ip.source, outer.ip.target], ends, fits, out);
    }
    if let Some(ip) = &read.packet.ip {
        pair([ip.source, ip.target], ends, fits, out);
    }
    if let Some(quoted) = headers::quoted(&read) {
        pair(quoted.addresses, ends, fits, out);
    }
}

/// A value of each IPv4 header: of tunnels, of the packet, of what an ICMP error quotes.
fn with_v4(view: &PacketView<'_>, out: Out<'_>, value: impl Fn(&[u8]) -> Option<i64>) {
    let Some(read) = view.read else { return };
    let is_v4 = |bytes: &[u8]| byte(bytes, 0).is_some_and(|first| first >> 4 == 4);
    for outer in read.packet.encapsulations() {
        let bytes = read.data.get(outer.net_at as usize..).unwrap_or_default();
        if outer.ip.source.is_v4() && is_v4(bytes) {
            give(value(bytes), out);
        }
    }
    let bytes = headers::net(&read);
    if read.packet.ip.is_some() && is_v4(bytes) {
        give(value(bytes), out);
    }
    if headers::quoted(&read).is_some() {
        let inner = headers::transport(&read).get(8..).unwrap_or_default();
        if is_v4(inner) {
            give(value(inner), out);
        }
    }
}

fn with_v6(view: &PacketView<'_>, see: impl FnOnce(&[u8])) {
    let Some(read) = view.read else { return };
    let bytes = headers::net(&read);
    if read.packet.ip.is_some() && byte(bytes, 0).is_some_and(|first| first >> 4 == 6) {
        see(bytes);
    }
}

/// Extension headers of these numbers (RFC 8200, section 4).
fn extension(view: &PacketView<'_>, wanted: &[u8], out: Out<'_>) {
    with_v6(view, |ip| {
        let Some(mut next) = byte(ip, 6) else { return };
        let mut at = 40;
        while matches!(next, 0 | 43 | 44 | 51 | 60) {
            let (Some(after), Some(length)) = (byte(ip, at), byte(ip, at + 1)) else { return };
            if wanted.contains(&next) {
                out(Value::Present);
            }
            at += match next {
                44 => 8,
                51 => (usize::from(length) + 2) * 4,
                _ => (usize::from(length) + 1) * 8,
            };
            next = after;
        }
    });
}

fn with_icmp(view: &PacketView<'_>, is_v6: bool, see: impl FnOnce(&Icmp)) {
    if let Some(ReadPacket { packet, .. }) = view.read
        && let Transport::Icmp(icmp) = &packet.transport
        && icmp.is_v6 == is_v6
    {
        see(icmp);
    }
}

/// Of the first message of a flow.
fn first_icmp(side: &Side<'_>, is_v6: bool, which: fn(u8, u8) -> u8, out: Out<'_>) {
    let is_own = side.flow.key.protocol == if is_v6 { 58 } else { 1 };
    if let Some((kind, code)) = side.flow.icmp.filter(|_| is_own) {
        out(number(which(kind, code)));
    }
}

fn echo(view: &PacketView<'_>, is_v6: bool, out: Out<'_>) {
    with_icmp(view, is_v6, |icmp| {
        let is_echo = if is_v6 { matches!(icmp.kind, 128 | 129) } else { matches!(icmp.kind, 0 | 8) };
        if is_echo {
            out(Value::Number(i64::from(icmp.identifier)));
        }
    });
}

fn neighbour(view: &PacketView<'_>, kind: u8, out: Out<'_>) {
    let Some(read) = view.read else { return };
    with_icmp(view, true, |icmp| {
        let target = headers::transport(&read).get(8..24).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
        if let Some(target) = target.filter(|_| icmp.kind == kind) {
            out(Value::Addr(Addr::v6(target)));
        }
    });
}
