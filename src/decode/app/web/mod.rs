//! The web: HTTP, WebSocket, and TLS, DTLS and QUIC, which carry it.

pub mod dtls;
pub mod http;
pub mod http2;
pub mod quic;
pub mod tls;
pub mod websocket;
