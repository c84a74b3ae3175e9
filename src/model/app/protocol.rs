//! The protocols that are counted by name, and the numbered ones that are counted by number.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! named {
    ($($name:ident $text:literal),* $(,)?) => {
        /// A protocol that this program knows by name.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub enum AppProto { $($name),* }

        impl AppProto {
            /// Every named protocol, in the order of their numbers.
            pub const ALL: &[AppProto] = &[$(AppProto::$name),*];

            /// The name as network engineers write it.
            pub fn name(self) -> &'static str {
                match self { $(AppProto::$name => $text),* }
            }
        }
    };
}

named! {
    Ethernet "Ethernet", Vlan "802.1Q", Loopback "Loopback", LinuxSll "Linux SLL", LinuxSll2 "Linux SLL2",
    RawIp "Raw IP", Llc "LLC", Macsec "MACsec", Wifi "802.11", Radiotap "Radiotap", Ppi "PPI", Prism "Prism", Avs "AVS",
    Ppp "PPP", Hdlc "Cisco HDLC", Slarp "SLARP", FrameRelay "Frame Relay", Fddi "FDDI", Nflog "NFLOG", Pktap "PKTAP",
    Wpan "802.15.4", Dsa "DSA", Slip "SLIP", Ipoib "IPoIB", Pbb "802.1ah", VnTag "VN-Tag",
    CiscoMetadata "Cisco metadata",
    Arp "ARP", Rarp "RARP", Ipv4 "IPv4", Ipv6 "IPv6", Lldp "LLDP", Mpls "MPLS", PppoeDiscovery "PPPoE discovery",
    PppoeSession "PPPoE session", Eapol "EAPOL", WakeOnLan "Wake-on-LAN", Ptp "PTP", Stp "STP", Cdp "CDP",
    Tcp "TCP", Udp "UDP", Icmp "ICMP", Icmpv6 "ICMPv6", Igmp "IGMP", Sctp "SCTP", Gre "GRE", Esp "ESP", Ah "AH",
    Ospf "OSPF", Pim "PIM", Vrrp "VRRP", Eigrp "EIGRP", L2tp "L2TP", IpInIp "IP in IP", UdpLite "UDP-Lite",
    IpFragment "IP fragment", EtherIp "EtherIP", Erspan "ERSPAN", Geneve "Geneve", Teredo "Teredo",
    Dns "DNS", Mdns "mDNS", Llmnr "LLMNR", Nbns "NBNS", Tls "TLS", Quic "QUIC", Http "HTTP", Http2 "HTTP/2",
    WebSocket "WebSocket", Ssh "SSH", Ftp "FTP",
    FtpData "FTP data", Telnet "Telnet", Smtp "SMTP", Pop3 "POP3", Imap "IMAP", Dhcp "DHCP", Dhcpv6 "DHCPv6",
    Ntp "NTP", Snmp "SNMP", Syslog "Syslog", Tftp "TFTP", Smb "SMB", Ldap "LDAP", Kerberos "Kerberos", Rdp "RDP",
    Vnc "VNC", Sip "SIP", Rtsp "RTSP", Mqtt "MQTT", Modbus "Modbus", Dnp3 "DNP3", Ssdp "SSDP", Bgp "BGP",
    MySql "MySQL", PostgreSql "PostgreSQL", MsSql "MS SQL", Redis "Redis", MongoDb "MongoDB", Irc "IRC", Nfs "NFS",
    Rpc "ONC RPC", MsRpc "MS RPC", Winrm "WinRM", WireGuard "WireGuard", OpenVpn "OpenVPN", Isakmp "IKE",
    Socks "SOCKS", Radius "RADIUS", Stun "STUN", Shell "Shell", Vxlan "VXLAN", Gtp "GTP",
    BitTorrent "BitTorrent", Stratum "Stratum", Rtp "RTP", Rtcp "RTCP",
    Nbdgm "NetBIOS datagram", S7comm "S7comm", EtherNetIp "EtherNet/IP", Iec104 "IEC 104", Dtls "DTLS",
}

/// A protocol as counted: by name, or by its number in the lower layer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Protocol {
    /// Known by name.
    AppProto(AppProto),
    /// Unknown EtherType (IEEE 802 numbers).
    EtherType(u16),
    /// Unknown IP protocol number (IANA protocol numbers).
    IpProtocol(u8),
    /// A link type that is not decoded (LINKTYPE_ number).
    LinkType(u16),
}

impl From<AppProto> for Protocol {
    fn from(named: AppProto) -> Self {
        Protocol::AppProto(named)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Protocol::AppProto(named) => f.write_str(named.name()),
            Protocol::EtherType(n) => write!(f, "EtherType 0x{n:04x}"),
            Protocol::IpProtocol(Protocol::NOT_KNOWN) => f.write_str("unknown IP protocol"),
            Protocol::IpProtocol(n) => write!(f, "IP protocol {n}"),
            Protocol::LinkType(n) => write!(f, "Link type {n}"),
        }
    }
}

impl Protocol {
    /// Stands for an IP protocol that is not known: IANA reserves the number, so no packet has it.
    pub const NOT_KNOWN: u8 = 255;

    /// The EtherType's protocol, named where it is known.
    pub fn from_ethertype(number: u16) -> Protocol {
        use AppProto::*;
        match number {
            0x0800 => Ipv4,
            0x0806 => Arp,
            0x0842 => WakeOnLan,
            0x8035 => Rarp,
            0x8100 | 0x88a8 | 0x9100 => Vlan,
            0x86dd => Ipv6,
            0x8847 | 0x8848 => Mpls,
            0x8863 => PppoeDiscovery,
            0x8864 => PppoeSession,
            0x888e => Eapol,
            0x88cc => Lldp,
            0x88e5 => Macsec,
            0x88e7 => Pbb,
            0x88f7 => Ptp,
            0x8909 => CiscoMetadata,
            0x8926 => VnTag,
            other => return Protocol::EtherType(other),
        }
        .into()
    }

    /// The IP protocol number's protocol, named where it is known.
    pub fn from_ip_protocol(number: u8) -> Protocol {
        use AppProto::*;
        match number {
            1 => Icmp,
            2 => Igmp,
            4 | 41 => IpInIp,
            6 => Tcp,
            17 => Udp,
            47 => Gre,
            50 => Esp,
            51 => Ah,
            58 => Icmpv6,
            88 => Eigrp,
            89 => Ospf,
            97 => EtherIp,
            103 => Pim,
            112 => Vrrp,
            115 => L2tp,
            132 => Sctp,
            136 => UdpLite,
            137 => Mpls,
            other => return Protocol::IpProtocol(other),
        }
        .into()
    }

    /// True for the port of a service: a system port (RFC 6335) or that of an application that is read.
    pub fn is_service(is_tcp: bool, port: u16) -> bool {
        port < 1024 || Protocol::from_port(is_tcp, port).is_some()
    }

    /// The application that a server port usually means (IANA service names); a hint, never a proof.
    pub fn from_port(is_tcp: bool, port: u16) -> Option<AppProto> {
        use AppProto::*;
        Some(match (is_tcp, port) {
            (_, 53) => Dns,
            (false, 5353) => Mdns,
            (_, 5355) => Llmnr,
            (false, 137) => Nbns,
            (false, 138) => Nbdgm,
            (true, 443 | 465 | 563 | 636 | 853 | 989 | 990 | 992 | 993 | 995 | 8443) => Tls,
            (false, 443) => Quic,
            (false, 5684) => Dtls,
            (true, 80 | 8000 | 8008 | 8080 | 3128) => Http,
            (true, 22) => Ssh,
            (true, 21) => Ftp,
            (true, 20) => FtpData,
            (true, 23 | 2323) => Telnet,
            (true, 25 | 587) => Smtp,
            (true, 110) => Pop3,
            (true, 143) => Imap,
            (false, 67 | 68) => Dhcp,
            (false, 546 | 547) => Dhcpv6,
            (false, 123) => Ntp,
            (false, 161 | 162) => Snmp,
            (_, 514) => Syslog,
            (false, 69) => Tftp,
            (true, 445 | 139) => Smb,
            (_, 389) => Ldap,
            (_, 88) => Kerberos,
            (true, 3389) => Rdp,
            (true, 5900..=5903) => Vnc,
            (_, 5060 | 5061) => Sip,
            (true, 554 | 8554) => Rtsp,
            (true, 1883) => Mqtt,
            (true, 102) => S7comm,
            (true, 502) => Modbus,
            (true, 2404) => Iec104,
            (_, 44818) => EtherNetIp,
            (_, 20000) => Dnp3,
            (false, 1900) => Ssdp,
            (true, 179) => Bgp,
            (true, 3306) => MySql,
            (true, 5432) => PostgreSql,
            (true, 1433) => MsSql,
            (true, 6379) => Redis,
            (true, 27017) => MongoDb,
            (true, 6660..=6669) => Irc,
            (_, 2049) => Nfs,
            (_, 111) => Rpc,
            (true, 135) => MsRpc,
            (true, 5985 | 5986) => Winrm,
            (false, 51820) => WireGuard,
            (_, 1194) => OpenVpn,
            (false, 500 | 4500) => Isakmp,
            (true, 1080) => Socks,
            (false, 1645 | 1646 | 1812 | 1813) => Radius,
            (_, 3478) => Stun,
            (_, 6881) => BitTorrent,
            (false, 4789) => Vxlan,
            (false, 2152) => Gtp,
            _ => return None,
        })
    }
}
