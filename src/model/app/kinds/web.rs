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

/// Alerts of TLS, by number (IANA's registry of TLS parameters).
pub const TLS_ALERTS: [(u8, &str); 35] = [
    (0, "close notify"),
    (10, "unexpected message"),
    (20, "bad record MAC"),
    (21, "decryption failed"),
    (22, "record overflow"),
    (30, "decompression failure"),
    (40, "handshake failure"),
    (41, "no certificate"),
    (42, "bad certificate"),
    (43, "unsupported certificate"),
    (44, "certificate revoked"),
    (45, "certificate expired"),
    (46, "certificate unknown"),
    (47, "illegal parameter"),
    (48, "unknown CA"),
    (49, "access denied"),
    (50, "decode error"),
    (51, "decrypt error"),
    (60, "export restriction"),
    (70, "protocol version"),
    (71, "insufficient security"),
    (80, "internal error"),
    (86, "inappropriate fallback"),
    (90, "user canceled"),
    (100, "no renegotiation"),
    (109, "missing extension"),
    (110, "unsupported extension"),
    (111, "certificate unobtainable"),
    (112, "unrecognized name"),
    (113, "bad certificate status response"),
    (114, "bad certificate hash value"),
    (115, "unknown PSK identity"),
    (116, "certificate required"),
    (120, "no application protocol"),
    (121, "ECH required"),
];

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
    fn collected_events_are_no_target_of_remote_management() {
        assert!(WsmanAction::is_target("/wsman?PSVersion=5.1") && WsmanAction::is_target("/WSMAN"));
        assert!(!WsmanAction::is_target("/wsman/SubscriptionManager/WEC") && !WsmanAction::is_target("/index"));
    }
}
