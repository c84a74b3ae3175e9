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
}

# Applications right above TCP or UDP, or above a carrier there: what is inside of them (decrypted HTTP/2, Kerberos in
# SMB) is not asked. Only protocols that we have a decoder for, or can only be told by their port.

# In UDP packets are compared. Both name them by port, too.
IN_UDP = {
    "DNS": {"dns"},
    "mDNS": {"mdns"},
    "LLMNR": {"llmnr"},
    "NBNS": {"nbns"},
    "DHCP": {"dhcp"},
    "DHCPv6": {"dhcpv6"},
    "NTP": {"ntp"},
    "SNMP": {"snmp"},
    "Kerberos": {"kerberos"},
    "QUIC": {"quic", "gquic"},
}

# In TCP streams are compared, because Wireshark books a message of several segments to the last of them; and only what
# both tell by content.
IN_TCP = {
    "DNS": {"dns"},
    "TLS": {"tls"},
    "HTTP": {"http"},
    "HTTP/2": {"http2"},
    "SSH": {"ssh"},
    "FTP": {"ftp"},
    "SMTP": {"smtp"},
    "IMAP": {"imap"},
    "POP3": {"pop"},
}

CARRIERS = {"nbss", "tpkt", "cotp"}

# Wireshark also names streams by port in which it finds no message, "continuation data"; a message has one of these.
EVIDENCE = {
    "HTTP": ["http.request.version", "http.response.version"],
    "TLS": ["tls.record.content_type"],
}
