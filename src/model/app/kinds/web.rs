//! Messages and versions of TLS, and actions of WS-Management in HTTP.

use crate::model::app::kinds::label::labelled;

labelled! {
    /// A message of TLS, SSL 2.0 or the hellos of QUIC.
    TlsMessage {
        Certificate "certificate", FatalAlert "fatal alert", Warning "warning",
        HeartbeatRequest "heartbeat request", HeartbeatResponse "heartbeat response",
        EncryptedHeartbeat "encrypted heartbeat", ClientHello "client hello", ServerHello "server hello",
        HelloRetryRequest "hello retry request",
    }

    /// What is malformed in a message of TLS.
    TlsFault {
        HeartbeatAsksForMoreThanItSends "heartbeat asks for more than it sends",
    }

    /// An alert of TLS (IANA's registry of TLS parameters).
    TlsAlert {
        CloseNotify "close notify", UnexpectedMessage "unexpected message", BadRecordMac "bad record MAC",
        DecryptionFailed "decryption failed", RecordOverflow "record overflow",
        DecompressionFailure "decompression failure", HandshakeFailure "handshake failure",
        NoCertificate "no certificate", BadCertificate "bad certificate",
        UnsupportedCertificate "unsupported certificate", CertificateRevoked "certificate revoked",
        CertificateExpired "certificate expired", CertificateUnknown "certificate unknown",
        IllegalParameter "illegal parameter", UnknownCa "unknown CA", AccessDenied "access denied",
        DecodeError "decode error", DecryptError "decrypt error", ExportRestriction "export restriction",
        ProtocolVersion "protocol version", InsufficientSecurity "insufficient security",
        InternalError "internal error", InappropriateFallback "inappropriate fallback", UserCanceled "user canceled",
        NoRenegotiation "no renegotiation", MissingExtension "missing extension",
        UnsupportedExtension "unsupported extension", CertificateUnobtainable "certificate unobtainable",
        UnrecognizedName "unrecognized name", BadCertificateStatusResponse "bad certificate status response",
        BadCertificateHashValue "bad certificate hash value", UnknownPskIdentity "unknown PSK identity",
        CertificateRequired "certificate required", NoApplicationProtocol "no application protocol",
        EchRequired "ECH required",
    }

    /// A version of SSL or TLS.
    TlsVersion {
        Ssl20 "SSL 2.0", Ssl30 "SSL 3.0", Tls10 "TLS 1.0", Tls11 "TLS 1.1", Tls12 "TLS 1.2", Tls13 "TLS 1.3",
        Dtls10 "DTLS 1.0", Dtls12 "DTLS 1.2", Dtls13 "DTLS 1.3",
    }

    /// What a request of WS-Management asks for (DSP0226; MS-WSMV, section 3.1.4), as WinRM sends it.
    WsmanAction {
        Create "create", Delete "delete", Get "get", Put "put", Enumerate "enumerate", Pull "pull", Command "command",
        Receive "receive", Send "send", Signal "signal", Connect "connect", Disconnect "disconnect",
        Subscribe "subscribe", Other "other",
    }
}

/// The numbers of alerts, in the order of [`TlsAlert::ALL`].
const ALERT_NUMBERS: [u8; TlsAlert::ALL.len()] = [
    0, 10, 20, 21, 22, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 60, 70, 71, 80, 86, 90, 100, 109, 110, 111,
    112, 113, 114, 115, 116, 120, 121,
];

impl TlsAlert {
    /// The alert of this number; none for one that is not assigned.
    pub fn of_number(number: u8) -> Option<TlsAlert> {
        let place = ALERT_NUMBERS.binary_search(&number).ok()?;
        TlsAlert::ALL.get(place).copied()
    }

    /// Its number.
    pub fn number(self) -> u8 {
        ALERT_NUMBERS.get(self as usize).copied().unwrap_or_default()
    }
}

impl TlsMessage {
    /// True for a heartbeat (RFC 6520), encrypted or not.
    pub fn is_heartbeat(self) -> bool {
        use TlsMessage::{EncryptedHeartbeat, HeartbeatRequest, HeartbeatResponse};
        matches!(self, HeartbeatRequest | HeartbeatResponse | EncryptedHeartbeat)
    }
}

impl WsmanAction {
    /// True if requests for this target are of WS-Management (MS-WSMV, section 2.2.1); events are collected below it.
    pub fn is_target(path: &str) -> bool {
        let path = path.split('?').next().unwrap_or(path);
        path.trim_end_matches('/').eq_ignore_ascii_case("/wsman")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_have_the_numbers_of_the_registry() {
        let numbered = [
            (TlsAlert::CloseNotify, 0),
            (TlsAlert::HandshakeFailure, 40),
            (TlsAlert::UnknownCa, 48),
            (TlsAlert::ProtocolVersion, 70),
            (TlsAlert::UnrecognizedName, 112),
            (TlsAlert::EchRequired, 121),
        ];
        assert!(numbered.into_iter().all(|(alert, number)| alert.number() == number));
        assert!(TlsAlert::ALL.iter().all(|alert| TlsAlert::of_number(alert.number()) == Some(*alert)));
        assert_eq!(TlsAlert::of_number(99), None);
    }

    #[test]
    fn collected_events_are_no_target_of_remote_management() {
        assert!(WsmanAction::is_target("/wsman?PSVersion=5.1") && WsmanAction::is_target("/WSMAN"));
        assert!(!WsmanAction::is_target("/wsman/SubscriptionManager/WEC") && !WsmanAction::is_target("/index"));
    }
}
