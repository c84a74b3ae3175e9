"""Which of tshark's protocols (as frame.protocols names them) are one of ours.

Left out, because tshark has no name for them: IP fragment, IP in IP (counted as two IP layers there), Raw IP (named for
one of its link types only).
"""

# Link, network and transport: they stand in every packet, so packets are compared.
LAYERS = {
    "Ethernet": {"eth"},
    "802.1Q": {"vlan", "ieee8021ad"},
    "Loopback": {"null"},
    "Linux SLL, Linux SLL2": {"sll"},
    "LLC": {"llc"},
    "802.11": {"wlan"},
    "Radiotap": {"radiotap"},
    "PPI": {"ppi"},
    "PPP": {"ppp"},
    "Cisco HDLC": {"chdlc"},
    "NFLOG": {"nflog"},
    "PKTAP": {"pktap"},
    "802.15.4": {"wpan"},
    "IPoIB": {"ipoib"},
    "802.1ah": {"ieee8021ah"},
    "VN-Tag": {"vntag"},
    "ARP, RARP": {"arp"},
    "IPv4": {"ip"},
    "IPv6": {"ipv6"},
    "LLDP": {"lldp"},
    "SLARP": {"slarp"},
    "MPLS": {"mpls"},
    "PPPoE discovery": {"pppoed"},
    "PPPoE session": {"pppoes"},
    "EAPOL": {"eapol"},
    "STP": {"stp"},
    "CDP": {"cdp"},
    "TCP": {"tcp"},
    "UDP": {"udp"},
    "ICMP": {"icmp"},
    "ICMPv6": {"icmpv6"},
    "IGMP": {"igmp"},
    "SCTP": {"sctp"},
    "GRE": {"gre"},
    "ESP": {"esp"},
    "AH": {"ah"},
    "OSPF": {"ospf"},
    "VRRP": {"vrrp"},
    "ERSPAN": {"erspan"},
    "Geneve": {"geneve"},
    "Teredo": {"teredo"},
    "VXLAN": {"vxlan"},
    "GTP": {"gtp"},
    "Prism": {"prism"},
    "AVS": {"wlancap"},
    "Frame Relay": {"fr"},
    "FDDI": {"fddi"},
    "MACsec": {"macsec"},
    "Cisco metadata": {"cmd"},
    "Wake-on-LAN": {"wol"},
    "PTP": {"ptp"},
    "PIM": {"pim"},
    "EIGRP": {"eigrp"},
    "L2TP": {"l2tp"},
    "UDP-Lite": {"udplite"},
    "EtherIP": {"etherip"},
}

# Applications right above TCP or UDP, or above a carrier there: what is inside of them (decrypted HTTP/2, Kerberos in
# SMB) is not asked. Only protocols that we have a decoder for, or can only be told by their port.

# In UDP packets are compared of what both name by port, and of QUIC.
IN_UDP = {
    "DNS": {"dns"},
    "mDNS": {"mdns"},
    "LLMNR": {"llmnr"},
    "NBNS": {"nbns"},
    "NetBIOS datagram": {"nbdgm"},
    "DHCP": {"dhcp"},
    "DHCPv6": {"dhcpv6"},
    "NTP": {"ntp"},
    "SNMP": {"snmp"},
    "Kerberos": {"kerberos"},
    "LDAP": {"cldap"},
    "Syslog": {"syslog"},
    "TFTP": {"tftp"},
    "SSDP": {"ssdp"},
    "RADIUS": {"radius"},
    "IKE": {"isakmp"},
    "QUIC": {"quic", "gquic"},
}

# Of what is told by content, conversations: Wireshark names the packets that it can tell, we the whole flow.
CONVERSATIONS_IN_UDP = {
    "SIP": {"sip"},
    "RTP": {"rtp"},
    "RTCP": {"rtcp"},
    "STUN": {"stun"},
    "WireGuard": {"wg"},
    "OpenVPN": {"openvpn"},
    "DNP3": {"dnp3"},
    "BitTorrent": {"bt-dht", "bt-utp"},
}

# We tell these by content only.
UDP_BY_CONTENT = {"QUIC", *CONVERSATIONS_IN_UDP}

# In TCP streams are compared, because Wireshark books a message of several segments to the last of them; and only what
# both tell by content.
IN_TCP = {
    "DNS": {"dns"},
    "TLS": {"tls"},
    "HTTP": {"http"},
    "HTTP/2": {"http2"},
    "SSH": {"ssh"},
    "FTP": {"ftp"},
    "FTP data": {"ftp-data"},
    "SMTP": {"smtp"},
    "IMAP": {"imap"},
    "POP3": {"pop"},
    "SMB": {"smb", "smb2"},
    "LDAP": {"ldap"},
    "Kerberos": {"kerberos"},
    "MS RPC": {"dcerpc"},
    "RDP": {"rdp"},
    "VNC": {"vnc"},
    "Telnet": {"telnet"},
    "MQTT": {"mqtt"},
    "Modbus": {"mbtcp"},
    "DNP3": {"dnp3"},
    "S7comm": {"s7comm"},
    "EtherNet/IP": {"enip"},
    "IEC 104": {"iec60870_104"},
    "SIP": {"sip"},
    "RTSP": {"rtsp"},
    "STUN": {"stun"},
    "IRC": {"irc"},
    "SOCKS": {"socks"},
    "OpenVPN": {"openvpn"},
    "BitTorrent": {"bittorrent"},
    "MySQL": {"mysql"},
    "PostgreSQL": {"pgsql"},
    "MS SQL": {"tds"},
    "MongoDB": {"mongo"},
}

# Wireshark knows these by port only (`tshark -G decodes`), we on any: they are compared where the port is one of its.
BY_PORT = {
    "SSH": {22, 29418},
    "FTP": {21},
    "SMTP": {25, 587},
    "IMAP": {143},
    "POP3": {110},
    "Telnet": {23},
    "LDAP": {389, 3268},
    "Kerberos": {88},
    "IRC": {6667, 57000},
    "MQTT": {1883},
    "Modbus": {502},
    "S7comm": {102},
    "EtherNet/IP": {44818},
    "IEC 104": {2404},
    "SOCKS": {1080},
    "RTSP": {554, 7236, 8554},
    "OpenVPN": {1194},
    "MySQL": {3306},
    "PostgreSQL": {5432},
    "MongoDB": {27017},
}

CARRIERS = {"nbss", "tpkt", "cotp"}

# Wireshark also names streams by port in which it finds no message, "continuation data"; a message has one of these.
EVIDENCE = {
    "HTTP": ["http.request.version", "http.response.version"],
    "TLS": ["tls.record.content_type"],
}


def is_asked(name, ports):
    """True if both can tell the protocol between these ports."""
    return name not in BY_PORT or not BY_PORT[name].isdisjoint(map(int, ports))
