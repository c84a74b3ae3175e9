//! The register of detectors: every detector by family, in the order in which they run and are shown.
//!
//! A detector observes packets, messages and ended flows as they pass, then finishes with findings. What it observes
//! knows no threshold, so that a changed setting needs only another finish (invariant 9). It cannot fail; one that
//! lacks its data says so. The contract is in [`detector`], what a detector says of itself in [`card`].

pub mod benign_rates;
pub mod card;
pub mod detector;
pub mod support;

pub mod brute_force;
pub mod command_control;
pub mod covert;
pub mod evasion;
pub mod exfiltration;
pub mod exploit;
pub mod exposure;
pub mod flood;
pub mod industrial;
pub mod lateral;
pub mod ml;
pub mod performance;
pub mod scan;
pub mod spoofing;
pub mod statistical;

use crate::settings::Descriptor;
use card::Card;
use detector::Entry;

/// Every detector, in the order in which they are shown and run.
pub const ALL: &[Entry] = &[
    scan::port_scan::ENTRY,
    scan::host_scan::ENTRY,
    scan::arp_sweep::ENTRY,
    scan::zone_transfer::ENTRY,
    flood::syn_flood::ENTRY,
    flood::udp_flood::ENTRY,
    flood::out_of_state_flood::ENTRY,
    flood::amplification::ENTRY,
    flood::icmp_flood::ENTRY,
    flood::arp_storm::ENTRY,
    flood::dhcp_starvation::ENTRY,
    spoofing::arp_spoofing::ENTRY,
    brute_force::ssh_brute_force::ENTRY,
    brute_force::ftp_brute_force::ENTRY,
    brute_force::login_brute_force::ENTRY,
    brute_force::tls_brute_force::ENTRY,
    lateral::kerberoasting::ENTRY,
    lateral::overpass_the_hash::ENTRY,
    lateral::directory_search::ENTRY,
    lateral::active_directory_attack::ENTRY,
    exploit::web_attack::ENTRY,
    exploit::known_exploit::ENTRY,
    industrial::industrial_control::ENTRY,
    exposure::cleartext_login::ENTRY,
    exposure::weak_tls::ENTRY,
    command_control::beacon::ENTRY,
    covert::dga::ENTRY,
    flood::connection_flood::ENTRY,
    flood::slow_http::ENTRY,
    evasion::forged_reset::ENTRY,
    evasion::fragment_abuse::ENTRY,
    evasion::crafted_packets::ENTRY,
    evasion::premature_close::ENTRY,
    evasion::ttl_evasion::ENTRY,
    evasion::tcp_overlap::ENTRY,
    performance::packet_loss::ENTRY,
    performance::mtu_black_hole::ENTRY,
    performance::path_latency::ENTRY,
    performance::receiver_stalled::ENTRY,
    performance::window_limited::ENTRY,
    performance::slow_server::ENTRY,
    performance::retransmission_storm::ENTRY,
    performance::dns_trouble::ENTRY,
    performance::duplicate_address::ENTRY,
    performance::dhcp_trouble::ENTRY,
    performance::service_unreachable::ENTRY,
    performance::service_failing::ENTRY,
    performance::handshake_failing::ENTRY,
    performance::incomplete_capture::ENTRY,
    performance::broadcast_storm::ENTRY,
    performance::voice_quality::ENTRY,
    evasion::ipv6_abuse::ENTRY,
    lateral::ftp_bounce::ENTRY,
    spoofing::rogue_dhcp::ENTRY,
    spoofing::rogue_router::ENTRY,
    spoofing::neighbour_spoofing::ENTRY,
    spoofing::stp_root_takeover::ENTRY,
    evasion::vlan_hopping::ENTRY,
    spoofing::dns_response_spoofing::ENTRY,
    spoofing::icmp_redirect::ENTRY,
    flood::mac_flood::ENTRY,
    lateral::lateral_movement::ENTRY,
    lateral::remote_execution::ENTRY,
    spoofing::llmnr_poisoning::ENTRY,
    spoofing::name_poisoning::ENTRY,
    covert::icmp_tunnel::ENTRY,
    covert::dns_tunnel::ENTRY,
    covert::non_standard_port::ENTRY,
    covert::vpn_tor_proxy::ENTRY,
    covert::encrypted_dns::ENTRY,
    exfiltration::bulk_exfiltration::ENTRY,
    exfiltration::low_and_slow_exfiltration::ENTRY,
    exfiltration::mail_exfiltration::ENTRY,
    command_control::mining::ENTRY,
    command_control::remote_shell::ENTRY,
    command_control::long_connection::ENTRY,
    statistical::traffic_change::ENTRY,
    ml::pca::ENTRY,
    ml::isolation_forest::ENTRY,
];

/// The cards and settings of [`ALL`], copied out when this is compiled: who only shows them does not link the detectors.
pub static CARDS: [(Card, &[Descriptor]); ALL.len()] = cards();

#[allow(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is an error")]
const fn cards() -> [(Card, &'static [Descriptor]); ALL.len()] {
    let mut cards = [(ALL[0].card, ALL[0].settings); ALL.len()];
    let mut place = 1;
    while place < ALL.len() {
        cards[place] = (ALL[place].card, ALL[place].settings);
        place += 1;
    }
    cards
}
