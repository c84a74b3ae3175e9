//! The register of kinds of logs, by name and by columns.

use super::contract::Log;
use super::{
    alerts, dce_rpc, dhcp, dns, files, flows, ftp, http, kerberos, ntlm, quic, rdp, small, smb, smtp, ssh, ssl, x509,
};
use crate::read::table::plain::plain;

/// Every kind of log. Where nothing but the columns tells, the first that fits is taken, so the more special stands first.
pub const ALL: &[&Log] = &[
    &flows::CONN,
    &flows::NETFLOW,
    &alerts::NOTICE,
    &alerts::WEIRD,
    &alerts::DPD,
    &alerts::SIGNATURES,
    &alerts::INTEL,
    &flows::TUNNEL,
    &dns::LOG,
    &http::LOG,
    &ssh::LOG,
    &ssl::LOG,
    &quic::LOG,
    &kerberos::LOG,
    &smb::FILES,
    &smb::MAPPING,
    &smb::COMMANDS,
    &dce_rpc::LOG,
    &ntlm::LOG,
    &rdp::LOG,
    &small::SOCKS,
    &small::IRC,
    &ftp::LOG,
    &smtp::LOG,
    &dhcp::LOG,
    &small::RADIUS,
    &small::MODBUS,
    &small::DNP3,
    &small::MQTT,
    &small::MYSQL,
    &small::SIP,
    &small::SNMP,
    &small::SYSLOG,
    &small::NTP,
    &small::RFB,
    &small::TFTP,
    &small::LDAP,
    &small::LDAP_SEARCH,
    &x509::LOG,
    &flows::PE,
    &flows::OCSP,
    &flows::KNOWN_CERTS,
    &flows::KNOWN_SERVICES,
    &flows::KNOWN_HOSTS,
    &flows::SOFTWARE,
    &flows::DROP,
    &flows::STATS,
    &flows::WEBSOCKET,
    &files::LOG,
    &flows::UNKNOWN,
];

/// The kind of log that is called so: `ssl`, `zeek.ssl`, `bro:ssl:json`, `network_traffic.tls`.
pub fn named(name: &str) -> Option<&'static Log> {
    let name = name.trim().to_ascii_lowercase();
    let fronts =
        ["zeek.", "zeek_", "zeek:", "bro:", "bro_", "suricata.", "suricata:", "network_traffic.", "corelight_"];
    let name = fronts.iter().find_map(|front| name.strip_prefix(front)).unwrap_or(&name);
    let name = name.strip_suffix(":json").or(name.strip_suffix(".log")).unwrap_or(name);
    ALL.iter().copied().find(|log| log.id == name || log.aliases.contains(&name))
}

/// All kinds of logs that have these columns of Zeek, which are [`plain`].
pub fn all_by_columns(has: &dyn Fn(&str) -> bool) -> impl Iterator<Item = &'static Log> {
    ALL.iter().copied().filter(move |log| log.marks.iter().any(|marks| marks.iter().all(|mark| has(&plain(mark)))))
}

/// The first kind of log that has these columns of Zeek, which are [`plain`].
pub fn by_columns(has: &dyn Fn(&str) -> bool) -> Option<&'static Log> {
    all_by_columns(has).next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn kinds_are_told_by_name_and_names_are_unique() {
        for name in ["ssl", "zeek.ssl", "bro:ssl:json", "network_traffic.tls", "tls", "SSL.log"] {
            assert_eq!(named(name).map(|log| log.id), Some("ssl"), "{name}");
        }
        assert!(named("suricata.eve").is_none());
        let names: Vec<&str> =
            ALL.iter().flat_map(|log| [log.id].into_iter().chain(log.aliases.iter().copied())).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }

    #[test]
    fn kinds_are_told_by_their_columns() {
        let told = |columns: &[&str]| {
            let columns: Vec<String> = columns.iter().map(|column| plain(column)).collect();
            by_columns(&|mark| columns.iter().any(|column| column == mark)).map(|log| log.id)
        };
        assert_eq!(told(&["ts", "id.orig_h", "query", "qtype_name", "rcode"]), Some("dns"));
        assert_eq!(told(&["ts", "id_orig_h", "version", "cipher", "server_name"]), Some("ssl"));
        assert_eq!(told(&["ts", "method", "host", "uri", "status_code"]), Some("http"));
        assert_eq!(told(&["ts", "auth_success", "auth_attempts", "client"]), Some("ssh"));
        assert_eq!(told(&["ts", "username", "hostname", "domainname", "success"]), Some("ntlm"));
        assert_eq!(told(&["ts", "uid", "orig_bytes", "resp_bytes", "proto"]), Some("conn"));
        assert_eq!(told(&["a", "b"]), None);
    }
}
