//! Captures made here to the networks that are inside.

use super::*;
use crate::flow::names::Names;
use crate::flow::table::{FlowKeyHash, Limits};
use crate::model::Packet;
use crate::model::net::site::Place;
use crate::model::packet::{Captured, Ip, Layers, Tcp, Transport, Udp, tcp_flag};

/// The router of the link.
const ROUTER: u8 = 250;

fn host(bytes: [u8; 4]) -> Addr {
    Addr::v4(bytes)
}

fn packet(index: u64, macs: Option<(u8, u8)>, source: (Addr, u16), target: (Addr, u16)) -> Packet {
    let mac = |last| [2, 0, 0, 0, 0, last];
    Packet {
        index,
        time_ns: index as i64 * 1_000_000,
        is_timed: true,
        is_damaged: false,
        captured: Captured::default(),
        net_at: 0,
        transport_at: 0,
        wire_bytes: 100,
        captured_bytes: 100,
        macs: macs.map(|(from, to)| (mac(from), mac(to))),
        vlan: 0,
        vlan_stack: 0,
        layers: Layers::default(),
        arp: None,
        ip: Some(Ip {
            source: source.0,
            target: target.0,
            protocol: 17,
            ttl: 64,
            is_fragment: false,
            payload_bytes: 50,
        }),
        transport: Transport::Udp(Udp { source_port: source.1, target_port: target.1, payload_bytes: 42 }),
        payload: 0..0,
        extras: None,
    }
}

/// A capture in the making.
#[derive(Default)]
struct Made {
    packets: Vec<Packet>,
    claims: Vec<Addr>,
}

impl Made {
    /// A question of a host by its Ethernet address and the answer by another one.
    fn exchange(mut self, macs: Option<(u8, u8)>, from: Addr, to: (Addr, u16)) -> Made {
        let n = self.packets.len() as u64;
        let port = 20_000 + n as u16;
        self.packets.push(packet(n, macs, (from, port), to));
        self.packets.push(packet(n + 1, macs.map(|(a, b)| (b, a)), to, (from, port)));
        self
    }

    fn arp(mut self, host: Addr) -> Made {
        self.claims.push(host);
        self
    }

    fn site_of(&self, packets: &[Packet]) -> Site {
        let (mut flows, names, mut evidence) =
            (FlowTable::new(Limits::default()), Names::default(), SiteEvidence::default());
        for sender_ip in &self.claims {
            let (sender_ip, zero) = (*sender_ip, [0; 6]);
            evidence.add(&Arp { operation: 1, sender_mac: zero, sender_ip, target_mac: zero, target_ip: sender_ip });
        }
        for packet in packets {
            let found = flows.seek(packet, flows.begin(FlowKeyHash::of(packet)));
            flows.update(packet, found, &names, &mut |_, _| {});
        }
        evidence.infer(&flows, &EndpointIndex::of(&flows))
    }

    /// The site, which is the same whatever the order of the exchanges.
    fn site(&self) -> Site {
        let site = self.site_of(&self.packets);
        let turned: Vec<Packet> = self.packets.chunks(2).rev().flatten().cloned().collect();
        assert_eq!(self.site_of(&turned), site);
        site
    }
}

/// Hosts of a LAN that go out through the router.
fn lan(net: [u8; 3], servers: &[Addr], is_ethernet: bool) -> Made {
    let [a, b, c] = net;
    (1..=3).fold(Made::default(), |made, last| {
        let macs = is_ethernet.then_some((last, ROUTER));
        servers.iter().fold(made, |made, server| made.exchange(macs, host([a, b, c, last]), (*server, 443)))
    })
}

const FAR: [[u8; 4]; 5] = [[28, 188, 213, 220], [26, 229, 87, 58], [28, 188, 56, 23], [28, 188, 56, 29], [9, 9, 9, 9]];

#[test]
fn a_lan_that_looks_public_is_inside_and_its_neighbours_by_number_are_not() {
    let servers: Vec<Addr> = FAR.map(host).to_vec();
    for is_ethernet in [true, false] {
        let site = lan([28, 188, 192], &servers, is_ethernet).site();
        assert!(site.is_inside(host([28, 188, 192, 77])) && servers.iter().all(|server| site.is_outside(*server)));
        let basis = if is_ethernet { Basis::Ethernet } else { Basis::Traffic };
        assert_eq!(site.basis(), Some(basis), "{}", site.words());
    }
    let with_arp = lan([28, 188, 192], &servers, true).arp(host([28, 188, 192, 1])).arp(host([28, 188, 192, 2]));
    assert_eq!(with_arp.site().words(), "28.188.192.0/24 (inferred from ARP) and private addresses");
}

#[test]
fn at_the_router_s_outer_side_the_lan_is_inside_though_arp_names_the_others() {
    let servers: Vec<Addr> = FAR.map(host).to_vec();
    let mut made = Made::default();
    for last in 1..=3 {
        for (place, server) in servers.iter().enumerate() {
            made = made.exchange(Some((ROUTER, 10 + place as u8)), host([26, 219, 142, last]), (*server, 443));
        }
    }
    let made = servers.iter().fold(made, |made, server| made.arp(*server)).arp(host([29, 228, 8, 1]));
    let site = made.site();
    assert!(
        site.is_inside(host([26, 219, 142, 1])) && servers.iter().all(|server| site.is_outside(*server)),
        "{}",
        site.words()
    );
}

#[test]
fn where_all_is_private_those_behind_the_router_are_outside_but_for_servers_of_the_local_network() {
    let servers = [[10, 9, 0, 7], [172, 16, 4, 4], [10, 77, 1, 1], [192, 168, 9, 9]].map(host);
    let mut made = lan([10, 1, 0], &servers, true);
    for last in 1..=3 {
        made = made.exchange(Some((last, ROUTER)), host([10, 1, 0, last]), (host([10, 5, 5, 5]), 445));
    }
    let site = made.site();
    assert!(servers.iter().all(|server| site.is_outside(*server)), "{}", site.words());
    assert!(site.is_inside(host([10, 1, 0, 9])) && site.is_inside(host([10, 5, 5, 9])));
    // Without Ethernet addresses there is no router to be behind of.
    let table = lan([10, 1, 0], &servers, false).site();
    assert!(servers.iter().all(|server| table.is_inside(*server)) && table.basis() == Some(Basis::Private));
}

#[test]
fn private_hosts_that_go_out_are_inside_with_all_private_networks() {
    let servers: Vec<Addr> = FAR.map(host).to_vec();
    let site = lan([10, 1, 0], &servers, true)
        .exchange(Some((1, ROUTER)), host([10, 1, 0, 1]), (host([10, 9, 9, 9]), 80))
        .site();
    assert!(site.is_inside(host([10, 9, 9, 9])) && site.is_outside(servers[0]));
    assert_eq!(site.words(), "private addresses");
}

#[test]
fn it_is_unknown_where_nothing_tells_two_networks_apart() {
    let pairs = (0..40_u8).map(|i| (host([20 + i, 1, 1, 1]), host([90 + i, 1, 1, 1])));
    let transit = pairs.fold(Made::default(), |made, (from, to)| made.exchange(Some((1, 2)), from, (to, 443)));
    let site = transit.site();
    assert_eq!((site.place(host([20, 1, 1, 1])), site.basis()), (Place::Unknown, None));
    let one = Made::default().exchange(None, host([20, 1, 1, 1]), (host([90, 1, 1, 1]), 443)).site();
    assert_eq!(one.place(host([90, 1, 1, 1])), Place::Unknown);
}

#[test]
fn global_ipv6_is_inside_where_its_hosts_have_the_ethernet_addresses_of_those_inside() {
    let v6 = |net: u8, last: u8| {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&[0x20, 1, 0xd, net]);
        bytes[15] = last;
        Addr::v6(bytes)
    };
    let mut made = lan([10, 1, 0], &FAR.map(host), true);
    for last in 1..=3 {
        made = made.exchange(Some((last, ROUTER)), v6(1, last), (v6(2, 9), 443)).exchange(
            Some((last, ROUTER)),
            v6(1, last),
            (v6(3, last), 443),
        );
    }
    let site = made.site();
    assert!(site.is_inside(v6(1, 200)) && site.is_outside(v6(2, 9)), "{}", site.words());
}

/// Connections of three hosts to one server, whose packets come with so many hops left, without Ethernet addresses.
fn by_ttl(net: [u8; 3], ttl: u8, server: (Addr, u8)) -> Site {
    let [a, b, c] = net;
    let ends = |i: u64| (host([a, b, c, 1 + (i % 3) as u8]), 20_000 + (i / 3) as u16);
    let segment = |index: u64, (source, target): ((Addr, u16), (Addr, u16)), ttl: u8, flags: u8| {
        let made = packet(index, None, source, target);
        let tcp = Tcp {
            source_port: source.1,
            target_port: target.1,
            sequence: 1,
            acknowledgment: 1,
            flags,
            has_flags: true,
            window: Some(64_240),
            window_scale: None,
            says_came_twice: false,
            header_bytes: 20,
            payload_bytes: 0,
        };
        let ip = made.ip.map(|ip| Ip { protocol: 6, ttl, ..ip });
        Packet { ip, transport: Transport::Tcp(tcp), ..made }
    };
    let exchange = |i: u64| {
        let (from, to) = (ends(i), (server.0, 443));
        [
            segment(2 * i, (from, to), ttl, tcp_flag::SYN),
            segment(2 * i + 1, (to, from), server.1, tcp_flag::SYN | tcp_flag::ACK),
        ]
    };
    let packets: Vec<Packet> = (0..12).flat_map(exchange).collect();
    Made::default().site_of(&packets)
}

#[test]
fn hops_tell_what_is_inside_where_nothing_else_does() {
    let far = host([10, 9, 9, 9]);
    let site = by_ttl([10, 1, 1], 64, (far, 117));
    assert!(site.is_outside(far) && site.is_inside(host([10, 1, 1, 2])), "{}", site.words());
    assert_eq!(site.basis(), Some(Basis::Hops));
    for near in [62, 126] {
        assert!(by_ttl([10, 1, 1], 64, (far, near)).is_inside(far), "a neighbour behind two routers");
    }
}

#[test]
fn claims_are_kept_by_hash_whatever_their_order() {
    let arp = |i: u32| Arp {
        operation: 1,
        sender_mac: [0; 6],
        sender_ip: Addr::v4((0x0a00_0000 + i).to_be_bytes()),
        target_mac: [0; 6],
        target_ip: Addr::v4([10; 4]),
    };
    let n = MOST_CLAIMS as u32 + 500;
    let (mut up, mut down) = (SiteEvidence::default(), SiteEvidence::default());
    (1..n).for_each(|i| up.add(&arp(i)));
    (1..n).rev().for_each(|i| down.add(&arp(i)));
    assert!(up.claims == down.claims && up.claims.len() == MOST_CLAIMS);
}

#[test]
fn a_router_of_ipv4_carries_a_single_host_of_ipv6_too() {
    let v6 = |net: u8, last: u8| Addr::v6([0x20, 1, 0xd, 0xb8, net, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
    // Captured between the own router (250) and the provider's (249): one server of IPv6 alone is asked.
    let made = FAR.iter().fold(Made::default(), |made, server| {
        made.exchange(Some((250, 249)), host([28, 188, 192, 7]), (host(*server), 443))
    });
    let made = (1..=6).fold(made, |made, last| {
        made.exchange(Some((250, 249)), v6(1, last), (v6(2, 9), 443)).exchange(
            Some((250, 249)),
            v6(1, last),
            (v6(2, 9), 80),
        )
    });
    let site = made.site();
    assert!(!site.is_inside(v6(2, 9)) && site.is_inside(v6(1, 3)), "{}", site.words());
}

#[test]
fn a_netmask_of_dhcp_widens_the_network_and_one_lease_alone_makes_none() {
    use crate::model::app::field::{FieldBuffer, FieldId};
    use crate::model::app::kinds::infra::DhcpMessage;
    let lease = |leases: &mut leases::Leases, address: [u8; 4], mask: [u8; 4]| {
        let mut fields = FieldBuffer::default();
        fields.token(FieldId::Message, DhcpMessage::Ack);
        fields.addr(FieldId::Address, std::net::Ipv4Addr::from(address));
        fields.addr(FieldId::Netmask, std::net::Ipv4Addr::from(mask));
        fields.messages().for_each(|said| leases.add(&said));
    };
    let network = |text: &str, basis| (Network::parse(text).unwrap(), basis);
    let mut leases = leases::Leases::default();
    lease(&mut leases, [28, 188, 193, 9], [255, 255, 254, 0]);
    let mut networks = vec![network("28.188.192.0/24", Basis::Traffic), network("9.9.9.0/24", Basis::Arp)];
    assert!(!leases.widen(&mut networks, true));
    assert_eq!(networks, [network("9.9.9.0/24", Basis::Arp), network("28.188.192.0/23", Basis::Dhcp)]);
    lease(&mut leases, [28, 188, 192, 8], [255, 255, 254, 0]);
    lease(&mut leases, [7, 7, 7, 7], [255, 0, 255, 0]);
    let mut networks = Vec::new();
    assert!(leases.widen(&mut networks, true));
    assert_eq!(networks, [network("28.188.192.0/23", Basis::Dhcp)]);
}
