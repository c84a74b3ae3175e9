//! Parsers of overlays: VPNs, proxies, peer-to-peer, chat, mining.

pub mod bittorrent;
pub mod irc;
pub mod openvpn;
pub mod socks;
pub mod stratum;
pub mod wireguard;
