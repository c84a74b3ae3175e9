//! Former ids of detectors to the ones in force, so that saved settings, allow-lists and verdicts are still understood.

/// Former id, id in force.
const FORMER: &[(&str, &str)] = &[
    ("bridge_takeover", "stp_root_takeover"),
    ("contradicting_segments", "tcp_overlap"),
    ("domain_attack", "active_directory_attack"),
    ("false_close", "premature_close"),
    ("ftp_guessing", "ftp_brute_force"),
    ("hidden_names", "encrypted_dns"),
    ("hidden_network", "vpn_tor_proxy"),
    ("impossible_packets", "crafted_packets"),
    ("login_guessing", "login_brute_force"),
    ("odd_port", "non_standard_port"),
    ("racing_answer", "dns_response_spoofing"),
    ("remote_control", "remote_execution"),
    ("slow_drip", "low_and_slow_exfiltration"),
    ("slow_requests", "slow_http"),
    ("ssh_guessing", "ssh_brute_force"),
    ("stray_flood", "out_of_state_flood"),
    ("ttl_game", "ttl_evasion"),
    ("upload", "bulk_exfiltration"),
];

/// The id in force of a detector that was saved under this id.
pub fn detector(id: &str) -> &str {
    FORMER.iter().find(|(former, _)| *former == id).map_or(id, |(_, now)| now)
}

/// The same for what begins with a detector's id: a setting (`syn_flood.period`) or a finding (`syn_flood-0a1b2c3d`).
pub fn below(id: &str) -> String {
    let end = id.find(['.', '-']).unwrap_or(id.len());
    let (name, rest) = id.split_at(end);
    format!("{}{rest}", detector(name))
}

/// The detector id used in the ids of its findings, which is the one from before it was renamed, so that saved verdicts
/// still apply.
pub fn first(id: &str) -> &str {
    FORMER.iter().find(|(_, now)| *now == id).map_or(id, |(former, _)| former)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn former_ids_lead_to_those_in_force_and_others_stay() {
        assert_eq!(detector("upload"), "bulk_exfiltration");
        assert_eq!(detector("port_scan"), "port_scan");
        assert_eq!(below("slow_drip.hours"), "low_and_slow_exfiltration.hours");
        assert_eq!(below("upload-0a1b2c3d"), "bulk_exfiltration-0a1b2c3d");
        assert_eq!(below("flow.idle_timeout"), "flow.idle_timeout");
        assert_eq!(first("bulk_exfiltration"), "upload");
    }
}
