//! Calls and media streams.

pub mod rtcp;
pub mod rtp;
pub mod rtsp;
pub mod sip;
pub mod stun;
