//! Headings to meanings, for names that mean the same in several dialects.

use super::dialect::Entry;
use super::units;
use crate::model::rows::Role;

/// Letters and digits of a heading in lower case: `Tot Fwd Pkts`, `tot_fwd_pkts` -> `totfwdpkts`.
pub fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The meaning of a column by its heading: what the dialect says, else what the name commonly means.
pub fn role(name: &str, entry: &Entry) -> Role {
    let lower = name.to_lowercase();
    if entry.labels.contains(&lower.as_str()) || ALWAYS_LABELS.contains(&lower.as_str()) {
        return Role::Label;
    }
    if let Some((_, role)) = entry.roles.iter().find(|(known, _)| *known == lower) {
        return *role;
    }
    if lower.is_empty() || lower.starts_with("unnamed") {
        return Role::Id;
    }
    let common = |name: &str| {
        let plain = plain(name);
        COMMON.iter().find(|(_, names)| names.contains(&plain.as_str())).map(|(role, _)| *role)
    };
    let of_time = |role: &Role| matches!(role, Role::Start | Role::End | Role::Duration | Role::GapMean);
    let without_unit = || units::split(name).and_then(|(name, _)| common(name)).filter(of_time);
    common(name).or_else(without_unit).unwrap_or(Role::Plain)
}

/// Columns that give a label away even where another is the label.
const ALWAYS_LABELS: &[&str] = &["attack_cat", "traffic_category", "detailed-label", "difficulty", "attack_type"];

const COMMON: &[(Role, &[&str])] = &[
    (Role::Id, &["flowid", "uid", "index", "rowid", "id", "no", "communityid"]),
    (Role::Start, &["timestamp", "starttime", "ts", "firstseen", "flowstart", "flowstarttime", "stime", "datetime"]),
    (Role::End, &["lasttime", "endtime", "lastseen", "flowend", "flowendtime", "ltime", "te"]),
    (Role::Duration, &["flowduration", "duration", "dur", "td"]),
    (
        Role::Source,
        &[
            "srcip",
            "sourceip",
            "srcaddr",
            "sourceaddress",
            "saddr",
            "ipsrc",
            "idorigh",
            "srcipaddr",
            "sa",
            "sourceipaddress",
        ],
    ),
    (
        Role::Target,
        &[
            "dstip",
            "destip",
            "destinationip",
            "dstaddr",
            "destinationaddress",
            "daddr",
            "ipdst",
            "idresph",
            "dstipaddr",
            "da",
            "destinationipaddress",
            "destaddr",
        ],
    ),
    (Role::SourcePort, &["srcport", "sourceport", "sport", "spt", "idorigp", "sp", "srcpt"]),
    (Role::TargetPort, &["dstport", "destport", "destinationport", "dport", "dsport", "dpt", "idrespp", "dp", "dstpt"]),
    (Role::SourceMac, &["srcmac", "sourcemac", "smac"]),
    (Role::TargetMac, &["dstmac", "destmac", "destinationmac", "dmac"]),
    (Role::Protocol, &["protocol", "proto", "protocoltype", "ipproto", "ipprotocol", "transport", "pr", "prot"]),
    (Role::Service, &["service", "appproto", "application", "applicationname"]),
    (Role::ServerName, &["servername", "requestedservername", "sni", "host", "hostname"]),
    (Role::State, &["state", "connstate"]),
    (Role::Flags, &["tcpflags", "flags", "flg"]),
    (
        Role::Action,
        &[
            "action",
            "act",
            "flowaction",
            "flowdecision",
            "decision",
            "deviceaction",
            "disposition",
            "verdict",
            "fwaction",
            "policyaction",
            "eventaction",
        ],
    ),
    (Role::Packets, &["totpkts", "packets", "pkts", "totalpackets", "npackets", "packetcount"]),
    (Role::Bytes, &["totbytes", "bytes", "totalbytes", "nbytes", "octets", "bytecount"]),
    (
        Role::FwdPackets,
        &[
            "totalfwdpacket",
            "totalfwdpackets",
            "totfwdpkts",
            "fwdpktstot",
            "spkts",
            "srcpkts",
            "srcpackets",
            "src2dstpackets",
            "inpkts",
            "packetssent",
            "fwdpackets",
            "origpkts",
        ],
    ),
    (
        Role::BwdPackets,
        &[
            "totalbwdpackets",
            "totalbackwardpackets",
            "totbwdpkts",
            "bwdpktstot",
            "dpkts",
            "dstpkts",
            "dstpackets",
            "dst2srcpackets",
            "outpkts",
            "packetsreceived",
            "bwdpackets",
            "resppkts",
        ],
    ),
    (Role::FwdBytes, &["sbytes", "srcbytes", "src2dstbytes", "bytessent", "fwdbytes", "inbytes"]),
    (Role::BwdBytes, &["dbytes", "dstbytes", "dst2srcbytes", "bytesreceived", "bwdbytes", "outbytes"]),
    (
        Role::FwdPayload,
        &["totallengthoffwdpacket", "totallengthoffwdpackets", "totlenfwdpkts", "fwdpktspayloadtot", "origbytes"],
    ),
    (
        Role::BwdPayload,
        &["totallengthofbwdpacket", "totallengthofbwdpackets", "totlenbwdpkts", "bwdpktspayloadtot", "respbytes"],
    ),
    (Role::FwdHeader, &["fwdheaderlength", "fwdheaderlen", "fwdheadersizetot"]),
    (Role::BwdHeader, &["bwdheaderlength", "bwdheaderlen", "bwdheadersizetot"]),
    (Role::FwdDataPackets, &["fwdactdatapkts", "actdatapktfwd", "fwddatapktstot"]),
    (Role::FwdLengthMean, &["fwdpacketlengthmean", "fwdpktlenmean", "fwdpktspayloadavg"]),
    (Role::FwdLengthDeviation, &["fwdpacketlengthstd", "fwdpktlenstd", "fwdpktspayloadstd"]),
    (Role::FwdLengthMin, &["fwdpacketlengthmin", "fwdpktlenmin", "fwdpktspayloadmin"]),
    (Role::FwdLengthMax, &["fwdpacketlengthmax", "fwdpktlenmax", "fwdpktspayloadmax"]),
    (Role::BwdLengthMean, &["bwdpacketlengthmean", "bwdpktlenmean", "bwdpktspayloadavg"]),
    (Role::BwdLengthDeviation, &["bwdpacketlengthstd", "bwdpktlenstd", "bwdpktspayloadstd"]),
    (Role::BwdLengthMin, &["bwdpacketlengthmin", "bwdpktlenmin", "bwdpktspayloadmin"]),
    (Role::BwdLengthMax, &["bwdpacketlengthmax", "bwdpktlenmax", "bwdpktspayloadmax"]),
    (Role::GapMean, &["flowiatmean", "flowiatavg"]),
    (Role::GapDeviation, &["flowiatstd"]),
    (Role::GapMin, &["flowiatmin"]),
    (Role::GapMax, &["flowiatmax"]),
    (Role::FwdGapMean, &["fwdiatmean", "fwdiatavg"]),
    (Role::FwdGapDeviation, &["fwdiatstd"]),
    (Role::FwdGapMin, &["fwdiatmin"]),
    (Role::FwdGapMax, &["fwdiatmax"]),
    (Role::BwdGapMean, &["bwdiatmean", "bwdiatavg"]),
    (Role::BwdGapDeviation, &["bwdiatstd"]),
    (Role::BwdGapMin, &["bwdiatmin"]),
    (Role::BwdGapMax, &["bwdiatmax"]),
    (Role::Fin, &["finflagcount", "finflagcnt", "flowfinflagcount"]),
    (Role::Syn, &["synflagcount", "synflagcnt", "flowsynflagcount"]),
    (Role::Rst, &["rstflagcount", "rstflagcnt", "flowrstflagcount"]),
    (Role::Psh, &["pshflagcount", "pshflagcnt"]),
    (Role::Ack, &["ackflagcount", "ackflagcnt", "flowackflagcount"]),
    (Role::Urg, &["urgflagcount", "urgflagcnt"]),
    (Role::Cwr, &["cwrflagcount", "cweflagcount", "flowcwrflagcount"]),
    (Role::Ece, &["eceflagcount", "eceflagcnt", "floweceflagcount"]),
    (Role::FwdWindow, &["fwdinitwinbytes", "initwinbytesforward", "initfwdwinbyts", "fwdinitwindowsize", "swin"]),
    (Role::BwdWindow, &["bwdinitwinbytes", "initwinbytesbackward", "initbwdwinbyts", "bwdinitwindowsize", "dwin"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::table::dialect;

    #[test]
    fn names_mean_the_same_however_they_are_written() {
        let entry = &dialect::ALL[dialect::ALL.len() - 1];
        for name in ["Src IP", "src_ip", " Source IP", "SrcAddr", "saddr", "id.orig_h"] {
            assert_eq!(role(name, entry), Role::Source, "{name}");
        }
        assert_eq!(role("Tot Fwd Pkts", entry), Role::FwdPackets);
        assert_eq!(role("LABEL", entry), Role::Label);
        assert_eq!(role("attack_cat", entry), Role::Label);
        assert_eq!(role("", entry), Role::Id);
        assert_eq!(role("f7", entry), Role::Plain);
    }
}
