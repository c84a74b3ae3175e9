//! Messages of ARP, ICMP, ICMPv6, the spanning tree, 802.1X, LLDP and CDP.

use crate::model::app::kinds::label::labelled;

labelled! {
    /// A message of ICMP by type.
    IcmpMessage {
        EchoReply "echo reply", DestinationUnreachable "destination unreachable", SourceQuench "source quench",
        Redirect "redirect", EchoRequest "echo request", RouterAdvertisement "router advertisement",
        RouterSolicitation "router solicitation", TimeExceeded "time exceeded",
        ParameterProblem "parameter problem", TimestampRequest "timestamp request",
        TimestampReply "timestamp reply", InformationRequest "information request",
        InformationReply "information reply", AddressMaskRequest "address mask request",
        AddressMaskReply "address mask reply", Traceroute "traceroute", SecurityFailure "security failure",
        ExtendedEchoRequest "extended echo request", ExtendedEchoReply "extended echo reply", Other "other",
    }

    /// Why a destination cannot be reached.
    IcmpUnreachable {
        NetworkUnreachable "network unreachable", HostUnreachable "host unreachable",
        ProtocolUnreachable "protocol unreachable", PortUnreachable "port unreachable",
        FragmentationNeeded "fragmentation needed", NetworkUnknown "network unknown", HostUnknown "host unknown",
        ForbiddenByAFilter "forbidden by a filter", Other "other",
    }

    /// A message of ICMPv6 by type.
    Icmpv6Message {
        DestinationUnreachable "destination unreachable", PacketTooBig "packet too big",
        TimeExceeded "time exceeded", ParameterProblem "parameter problem", EchoRequest "echo request",
        EchoReply "echo reply", MulticastListenerQuery "multicast listener query",
        MulticastListenerReport "multicast listener report", MulticastListenerDone "multicast listener done",
        RouterSolicitation "router solicitation", RouterAdvertisement "router advertisement",
        NeighbourSolicitation "neighbour solicitation", NeighbourAdvertisement "neighbour advertisement",
        Redirect "redirect", RouterRenumbering "router renumbering", NodeInformationQuery "node information query",
        NodeInformationResponse "node information response",
        InverseNeighbourSolicitation "inverse neighbour solicitation",
        InverseNeighbourAdvertisement "inverse neighbour advertisement",
        MulticastListenerReportV2 "multicast listener report v2",
        MobilePrefixOrHomeAgentDiscovery "mobile prefix or home agent discovery",
        MulticastRouterDiscovery "multicast router discovery", RplControl "RPL control", Other "other",
    }

    /// Why a destination cannot be reached.
    Icmpv6Unreachable {
        NoRoute "no route", ForbiddenByAFilter "forbidden by a filter", BeyondScope "beyond scope",
        AddressUnreachable "address unreachable", PortUnreachable "port unreachable", Other "other",
    }

    /// A message of ARP (RFC 826, RFC 5227).
    ArpMessage {
        Gratuitous "gratuitous", Probe "probe", Request "request", Reply "reply", ReverseRequest "reverse request",
        ReverseReply "reverse reply", Other "other",
    }

    /// A version of the spanning tree.
    StpVersion {
        Stp "STP", Rstp "RSTP", Mstp "MSTP", Spb "SPB", Other "other",
    }

    /// A message of the spanning tree (IEEE 802.1D, clause 9).
    StpMessage {
        TopologyChangeNotice "topology change notice", TopologyChange "topology change",
        Configuration "configuration",
    }

    /// A message of 802.1X or EAP.
    EapolMessage {
        Start "start", Logoff "logoff", Key "key", Other "other", EapRequest "EAP request",
        EapResponse "EAP response", EapSuccess "EAP success", EapFailure "EAP failure", EapOther "EAP other",
    }

    /// A method of EAP (IANA, EAP registry).
    EapMethod {
        Notification "notification", LegacyNak "legacy nak", Md5Challenge "MD5-Challenge", Gtc "GTC", Tls "TLS",
        Leap "LEAP", Sim "SIM", Ttls "TTLS", Aka "AKA", Peap "PEAP", MSCHAPv2 "MSCHAPv2", Fast "FAST", Pwd "PWD",
        Wps "WPS", Other "other",
    }

    /// What switches announce about themselves.
    Announcement {
        Announcement "announcement",
    }
}

impl StpMessage {
    /// True for a message that says that the topology changes.
    pub fn is_change(self) -> bool {
        matches!(self, StpMessage::TopologyChange | StpMessage::TopologyChangeNotice)
    }
}
