//! Parsers of calls and media streams: SIP, RTP, RTCP, RTSP, STUN.

pub mod rtcp;
pub mod rtp;
pub mod rtsp;
pub mod sip;
pub mod stun;
