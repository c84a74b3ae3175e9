//! What several detectors share: selecting flows, counting within bounds, rating and building findings.

pub mod address_claims;
pub mod baseline;
pub mod beat;
pub mod capped_map;
pub mod connection_attempts;
pub mod contact_course;
pub mod dns_lookups;
pub mod domains;
pub mod encrypted_sessions;
pub mod envelope;
pub mod episodes;
pub mod file_services;
pub mod finding_builder;
pub mod flow_selector;
pub mod gateway;
pub mod known_outcomes;
pub mod layer2;
pub mod local_networks;
pub mod log_ratio;
pub mod login_attempts;
pub mod logins;
pub mod merge_findings;
pub mod message_evidence;
pub mod monitoring;
pub mod odd_server;
pub mod port_choice;
pub mod rate_series;
pub mod report;
pub mod resolvers;
pub mod severity;
pub mod tcp_anomalies;
#[cfg(test)]
pub mod testing;
pub mod threshold_random_walk;
pub mod trouble;
pub mod wordiness;
