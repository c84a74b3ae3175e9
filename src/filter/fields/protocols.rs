//! Protocols, which a filter names alone: `dns`, `tls`, `arp`. Wireshark's names.

use super::headers;
use crate::filter::field::{Field, FieldType, Out, Value};
use crate::filter::view::{PacketView, Side};
use crate::model::Protocol;
use crate::model::app::protocol::AppProto;
use crate::model::packet::Transport;

/// A protocol of an application, or of a layer that packets list. First those that lie around flows and that only the packets tell, then
/// tunnels, which may also be all that is known of a flow.
macro_rules! named {
    (around flows: $($layer:literal $($link:ident)|+ $meaning:literal),*; tunnels: $($outer:literal $($tunnel:ident)|+ $sense:literal),*; $($id:literal $($app:ident)|+ $help:literal),* $(,)?) => {
        /// The fields.
        pub const FIELDS: &[Field] = &[
            ip!("ip", true, "IPv4"),
            ip!("ipv6", false, "IPv6"),
            $(Field::of_packet($layer, FieldType::Protocol, $meaning, |p, out| packet(p, &[$(AppProto::$link),+], out)),)*
            $(Field::of_packet_or_side($outer, FieldType::Protocol, $sense,
                |s, out| side(s, &[$(AppProto::$tunnel),+], out),
                |p, out| packet(p, &[$(AppProto::$tunnel),+], out)),)*
            $(Field::of_flow($id, FieldType::Protocol, $help,
                |s, out| side(s, &[$(AppProto::$app),+], out),
                |p, out| packet(p, &[$(AppProto::$app),+], out))),*
        ];

        /// The name of a protocol by what it is here.
        const NAMES: &[(AppProto, &str)] = &[$($((AppProto::$link, $layer)),+,)* $($((AppProto::$tunnel, $outer)),+,)* $($((AppProto::$app, $id)),+),*];
    };
}

macro_rules! ip {
    ($id:literal, $is_v4:literal, $help:literal) => {
        Field::of_both(
            $id,
            FieldType::Protocol,
            $help,
            |s, out| {
                if s.flow.key.low.is_v4() == $is_v4 {
                    out(Value::Present);
                }
            },
            |p, out| ip(p, $is_v4, out),
        )
    };
}

named! {
    around flows:
    "eth" Ethernet "Ethernet", "vlan" Vlan "A VLAN tag (802.1Q)", "pppoes" PppoeSession "PPPoE session", "llc" Llc "LLC",
    "wlan" Wifi "Wireless LAN (802.11)", "sll" LinuxSll | LinuxSll2 "Linux cooked capture";
    tunnels:
    "mpls" Mpls "MPLS", "gre" Gre "GRE tunnel", "ah" Ah "IPsec AH", "l2tp" L2tp "L2TP", "vxlan" Vxlan "VXLAN tunnel",
    "geneve" Geneve "Geneve tunnel", "gtp" Gtp "GTP tunnel", "teredo" Teredo "Teredo tunnel";
    "arp" Arp | Rarp "ARP", "lldp" Lldp "LLDP", "stp" Stp "Spanning tree", "cdp" Cdp "Cisco Discovery Protocol", "eapol" Eapol "802.1X",
    "pppoed" PppoeDiscovery "PPPoE discovery", "wol" WakeOnLan "Wake-on-LAN", "ptp" Ptp "Precision Time Protocol",
    "tcp" Tcp "TCP", "udp" Udp "UDP", "icmp" Icmp "ICMP", "icmpv6" Icmpv6 "ICMPv6", "igmp" Igmp "IGMP", "sctp" Sctp "SCTP",
    "esp" Esp "IPsec ESP", "ospf" Ospf "OSPF", "pim" Pim "PIM", "vrrp" Vrrp "VRRP", "eigrp" Eigrp "EIGRP",
    "dns" Dns "DNS", "mdns" Mdns "Multicast DNS", "llmnr" Llmnr "LLMNR", "nbns" Nbns "NetBIOS name service",
    "nbdgm" Nbdgm "NetBIOS datagrams", "tls" Tls "TLS", "dtls" Dtls "DTLS", "quic" Quic "QUIC", "http" Http "HTTP",
    "http2" Http2 "HTTP/2", "websocket" WebSocket "WebSocket", "ssh" Ssh "SSH", "ftp" Ftp "FTP", "ftp-data" FtpData "FTP data",
    "telnet" Telnet "Telnet", "smtp" Smtp "SMTP", "pop" Pop3 "POP3", "imap" Imap "IMAP", "dhcp" Dhcp "DHCP",
    "dhcpv6" Dhcpv6 "DHCPv6", "ntp" Ntp "NTP", "snmp" Snmp "SNMP", "syslog" Syslog "Syslog", "tftp" Tftp "TFTP",
    "smb2" Smb "SMB, of any version", "smb" Smb "SMB, of any version", "ldap" Ldap "LDAP", "kerberos" Kerberos "Kerberos",
    "rdp" Rdp "Remote Desktop", "vnc" Vnc "VNC", "sip" Sip "SIP", "rtsp" Rtsp "RTSP", "rtp" Rtp "RTP", "rtcp" Rtcp "RTCP",
    "mqtt" Mqtt "MQTT", "mbtcp" Modbus "Modbus over TCP", "modbus" Modbus "Modbus", "dnp3" Dnp3 "DNP3", "s7comm" S7comm "S7comm",
    "enip" EtherNetIp "EtherNet/IP", "iec60870_104" Iec104 "IEC 60870-5-104", "ssdp" Ssdp "SSDP", "bgp" Bgp "BGP",
    "mysql" MySql "MySQL", "pgsql" PostgreSql "PostgreSQL", "tds" MsSql "Microsoft SQL Server", "resp" Redis "Redis",
    "mongo" MongoDb "MongoDB", "irc" Irc "IRC", "nfs" Nfs "NFS", "rpc" Rpc "ONC RPC", "dcerpc" MsRpc "Microsoft RPC",
    "wg" WireGuard "WireGuard", "openvpn" OpenVpn "OpenVPN", "isakmp" Isakmp "IKE", "socks" Socks "SOCKS", "radius" Radius "RADIUS",
    "stun" Stun "STUN", "bittorrent" BitTorrent "BitTorrent",
}

/// The name of a layer.
pub(super) fn name(layer: Protocol) -> String {
    let known = match layer {
        Protocol::AppProto(AppProto::Ipv4) => Some("ip"),
        Protocol::AppProto(AppProto::Ipv6) => Some("ipv6"),
        Protocol::AppProto(app) => NAMES.iter().find(|(own, _)| *own == app).map(|(_, name)| *name),
        _ => None,
    };
    known.map_or_else(|| layer.to_string().to_lowercase().replace(' ', "_"), str::to_owned)
}

/// Names of the layers as Wireshark writes them, joined by colons.
pub(super) fn layers(view: &PacketView<'_>) -> String {
    let Some(read) = view.read else { return String::new() };
    let mut names: Vec<String> = Vec::new();
    for layer in read.packet.layers.as_slice() {
        if *layer == Protocol::AppProto(AppProto::Ethernet) {
            names.extend(["eth", "ethertype"].map(str::to_owned));
        } else {
            names.push(name(*layer));
        }
    }
    if let Some(app) = read.app {
        let own = name(Protocol::AppProto(app));
        if names.last() != Some(&own) {
            names.push(own);
        }
    }
    names.join(":")
}

/// True if a protocol has this name.
pub(in crate::filter) fn is_named(id: &str, protocol: Protocol) -> bool {
    matches!(protocol, Protocol::AppProto(app) if NAMES.iter().any(|(own, name)| *own == app && *name == id))
}

/// True for a transport, which IP's header names.
pub(in crate::filter) fn is_transport(id: &str) -> bool {
    matches!(id, "tcp" | "udp" | "icmp" | "icmpv6")
}

fn side(side: &Side<'_>, wanted: &[AppProto], out: Out<'_>) {
    let flow = side.flow;
    let is_transport = matches!(flow.transport(), Protocol::AppProto(own) if wanted.contains(&own));
    if is_transport || flow.app.is_some_and(|app| wanted.contains(&app)) {
        out(Value::Present);
    }
}

fn packet(view: &PacketView<'_>, wanted: &[AppProto], out: Out<'_>) {
    let Some(read) = view.read else { return };
    let is_wanted = |layer: &Protocol| matches!(layer, Protocol::AppProto(own) if wanted.contains(own));
    let is_layer = read.packet.layers.as_slice().iter().any(is_wanted);
    let payload = headers::payload(&read);
    if is_layer {
        let is_of_transport = matches!(read.packet.transport, Transport::None);
        out(Value::Bytes(if is_of_transport { headers::net(&read) } else { headers::transport(&read) }));
    } else if read.app.is_some_and(|app| wanted.contains(&app)) && !payload.is_empty() {
        out(Value::Bytes(payload));
    } else if let Some(quoted) = headers::quoted(&read)
        && is_wanted(&Protocol::from_ip_protocol(quoted.protocol))
    {
        out(Value::Present);
    }
}

fn ip(view: &PacketView<'_>, is_v4: bool, out: Out<'_>) {
    let Some(read) = view.read else { return };
    let outer = read.packet.encapsulations().iter().map(|outer| &outer.ip);
    if outer.chain(&read.packet.ip).any(|ip| ip.source.is_v4() == is_v4) {
        out(Value::Bytes(headers::net(&read)));
    }
}
