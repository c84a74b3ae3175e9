//! Detectors of faults that make a network slow or a service unreachable.

pub mod broadcast_storm;
pub mod dhcp_trouble;
pub mod dns_trouble;
pub mod duplicate_address;
pub mod handshake_failing;
pub mod incomplete_capture;
pub mod mtu_black_hole;
pub mod packet_loss;
pub mod path_latency;
pub mod receiver_stalled;
pub mod retransmission_storm;
pub mod service_failing;
pub mod service_unreachable;
pub mod slow_server;
pub mod voice_quality;
pub mod window_limited;
