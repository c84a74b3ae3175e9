//! Messages and errors of DHCP, DHCPv6, NTP, SNMP, SSDP and TFTP.

use crate::model::app::kinds::label::labelled;

labelled! {
    /// A message of DHCP or BOOTP (RFC 2132, section 9.6).
    DhcpMessage {
        BootpRequest "BOOTP request", BootpReply "BOOTP reply", Discover "discover", Offer "offer",
        Request "request", Decline "decline", Ack "ack", Nak "nak", Release "release", Inform "inform",
        ForceRenew "force renew", LeaseQuery "lease query",
    }

    /// A message of NTP by mode (RFC 5905, section 7.3).
    NtpMessage {
        SymmetricActive "symmetric active", SymmetricPassive "symmetric passive", Client "client", Server "server",
        Broadcast "broadcast", ControlAnswer "control answer", Control "control", PrivateAnswer "private answer",
        Private "private", Reserved "reserved",
    }

    /// A control or private request (RFC 9327; ntpd's ntp_request.h).
    NtpCommand {
        ReadStatus "read status", ReadVariables "read variables", WriteVariables "write variables",
        ReadClockVariables "read clock variables", Configure "configure", Mrulist "mrulist",
        ReadOrderedList "read ordered list", RequestNonce "request nonce", PeerList "peer list",
        PeerListWithSummary "peer list with summary", Reslist "reslist", Monlist "monlist",
    }

    /// A message of TFTP (RFC 1350, section 5).
    TftpMessage {
        Read "read", Write "write", Data "data", Acknowledgement "acknowledgement", Error "error",
        Options "options",
    }

    /// Why a transfer failed (RFC 1350, RFC 2347).
    TftpError {
        FileNotFound "file not found", AccessViolation "access violation", DiskFull "disk full",
        IllegalOperation "illegal operation", UnknownTransfer "unknown transfer", FileExists "file exists",
        NoSuchUser "no such user", OptionsRefused "options refused", OtherError "other error",
    }

    /// A message of SNMP (RFC 3416, section 3).
    SnmpMessage {
        Encrypted "encrypted", Get "get", GetNext "get next", Response "response", Set "set", Trap "trap",
        GetBulk "get bulk", Inform "inform", Trap2 "trap 2", Report "report",
    }

    /// Why a request of SNMP fails (RFC 3416, section 3).
    SnmpError {
        TooBig "too big", NoSuchName "no such name", BadValue "bad value", ReadOnly "read only",
        GeneralError "general error", NoAccess "no access", AuthorizationError "authorization error",
        NotWritable "not writable",
    }

    /// Why a DHCPv6 server refuses (RFC 8415, section 21.13).
    Dhcpv6Error {
        NoAddressesAvailable "no addresses available", NoBinding "no binding", NotOnLink "not on link",
        NoPrefixAvailable "no prefix available",
    }

    /// A message of DHCPv6 (RFC 8415, section 7.3).
    Dhcpv6Message {
        Solicit "solicit", Advertise "advertise", Request "request", Confirm "confirm", Renew "renew",
        Rebind "rebind", Reply "reply", Release "release", Decline "decline", Reconfigure "reconfigure",
        InformationRequest "information request", RelayForward "relay forward", RelayReply "relay reply",
    }

    /// A message of SSDP.
    SsdpMessage {
        Search "search", Notify "notify", Answer "answer",
    }
}

impl DhcpMessage {
    /// True for a message of a client that wants an address or settings, or refuses an address.
    pub fn is_of_client(self) -> bool {
        use DhcpMessage::{BootpRequest, Decline, Discover, Inform, Request};
        matches!(self, Discover | Request | Inform | Decline | BootpRequest)
    }
}
