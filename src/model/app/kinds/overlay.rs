//! Message types of tunnels, overlay networks and proxies, with their labels: OpenVPN, WireGuard, BitTorrent, SOCKS.

use crate::model::app::kinds::label::labelled;

labelled! {
    /// An OpenVPN packet, by its opcode.
    OpenVpnMessage {
        ClientReset "client reset", ServerReset "server reset", SoftReset "soft reset", Control "control",
        Acknowledgment "acknowledgment", Data "data", WrappedControl "wrapped control",
    }

    /// A WireGuard message, by its type.
    WireGuardMessage {
        HandshakeInitiation "handshake initiation", HandshakeResponse "handshake response",
        CookieReply "cookie reply", Keepalive "keepalive", TransportData "transport data",
    }

    /// A message of BitTorrent peers, UDP trackers, local peer discovery, the DHT or uTP.
    BitTorrentMessage {
        Handshake "handshake", TrackerConnect "tracker connect", LocalSearch "local search", DhtQuery "DHT query",
        DhtResponse "DHT response", DhtError "DHT error", UTPData "uTP data", UTPEnd "uTP end",
        UTPState "uTP state", UTPReset "uTP reset", UTPRequest "uTP request",
    }

    /// What a SOCKS client requests (RFC 1928, section 4).
    SocksCommand {
        Connect "connect", Bind "bind", Associate "associate", Other "other",
    }

    /// What a SOCKS server replies (RFC 1928, section 6).
    SocksReply {
        Granted "granted", Rejected "rejected", Failed "failed", Forbidden "forbidden",
        NetworkUnreachable "network unreachable", HostUnreachable "host unreachable",
        ConnectionRefused "connection refused", Expired "expired", UnknownCommand "unknown command",
        UnknownAddressType "unknown address type", Other "other",
    }
}
