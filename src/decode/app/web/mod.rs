//! The web: HTTP, WebSocket, and TLS and QUIC, which carry it.

pub mod http;
pub mod http2;
pub mod quic;
pub mod tls;
pub mod websocket;
