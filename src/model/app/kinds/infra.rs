//! Messages of DHCP, NTP and TFTP.

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
}

impl DhcpMessage {
    /// True for a message of a client that wants an address or settings, or refuses an address.
    pub fn is_of_client(self) -> bool {
        use DhcpMessage::{BootpRequest, Decline, Discover, Inform, Request};
        matches!(self, Discover | Request | Inform | Decline | BootpRequest)
    }
}
