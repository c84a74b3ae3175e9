//! Headings put together from words that say who sent and what was counted to counts of a side: `pkts_fwd`, `Bytes C-S`, `rxoctets`.

use crate::model::rows::Role;

/// Words for the side that asked, as sender.
const FORWARD: &[&str] = &[
    "f",
    "fw",
    "fwd",
    "forward",
    "cs",
    "c2s",
    "ctos",
    "cli2srv",
    "clienttoserver",
    "client2server",
    "fromclient",
    "byclient",
    "client",
    "cli",
    "toserver",
    "tosrv",
    "toresponder",
    "src",
    "source",
    "fromsrc",
    "fromsource",
    "srctodst",
    "src2dst",
    "srcdst",
    "sourcetodestination",
    "todst",
    "todest",
    "todestination",
    "orig",
    "originator",
    "initiator",
    "frominitiator",
    "s2d",
    "c2d",
    "cliser",
    "scr",
    "ab",
    "a2b",
    "atob",
    "tx",
    "transmit",
    "transmitted",
    "up",
    "uplink",
    "upload",
    "uploaded",
    "upstream",
    "sent",
    "snt",
    "send",
    "egress",
    "outgoing",
    "outbound",
    "request",
    "req",
];

/// Words for the other side.
const BACKWARD: &[&str] = &[
    "b",
    "bw",
    "bwd",
    "backward",
    "back",
    "rev",
    "reverse",
    "sc",
    "s2c",
    "stoc",
    "srv2cli",
    "servertoclient",
    "server2client",
    "fromserver",
    "byserver",
    "server",
    "srv",
    "toclient",
    "tooriginator",
    "dst",
    "dest",
    "destination",
    "fromdst",
    "fromdest",
    "fromdestination",
    "dsttosrc",
    "dst2src",
    "dstsrc",
    "destinationtosource",
    "tosrc",
    "tosource",
    "resp",
    "responder",
    "fromresponder",
    "fromtarget",
    "d2s",
    "des",
    "ba",
    "b2a",
    "btoa",
    "rx",
    "receive",
    "down",
    "downlink",
    "download",
    "downloaded",
    "downstream",
    "received",
    "recv",
    "recvd",
    "rcv",
    "rcvd",
    "ingress",
    "incoming",
    "inbound",
    "response",
    "reply",
];

/// Words for both together.
const TOTAL: &[&str] =
    &["tot", "total", "all", "num", "n", "nof", "numberof", "count", "cnt", "sum", "totalnumberof", "overall"];

/// Packets, the longer first.
const PACKETS: &[&str] = &["packetcount", "packets", "packet", "pktcount", "pkts", "pkt", "pckts", "pcks", "frames"];
/// Bytes.
const BYTES: &[&str] = &["bytecount", "bytes", "byte", "byts", "octetcount", "octets", "octet"];
/// Words that only say that something is counted.
const COUNTED: &[&str] = &["totalnumberof", "numberof", "total", "tot", "num", "nof", "count", "cnt", "sum", "n"];

/// Words before a name that say nothing of it.
const AROUND: &[&str] = &["traffic", "network", "session", "conn", "connection", "flow"];

/// What a heading counts, in letters of lower case, if its words say so.
pub fn count(plain: &str) -> Option<Role> {
    let bare = AROUND.iter().find_map(|word| plain.strip_prefix(word)).unwrap_or(plain);
    let packets = of(bare, PACKETS, [Role::FwdPackets, Role::BwdPackets, Role::Packets]);
    packets.or_else(|| of(bare, BYTES, [Role::FwdBytes, Role::BwdBytes, Role::Bytes]))
}

/// Words for an amount of data that do not say what it is counted in.
const AMOUNTS: &[&str] = &["datavolume", "trafficvolume", "traffic", "volume", "data"];

/// The side of an amount of data, in letters of lower case: `trafficout`, `volumein`, `datasent`. In this order who asked sent
/// what goes out.
pub fn amount(plain: &str) -> Option<Role> {
    let rest = AMOUNTS.iter().find_map(|word| plain.strip_prefix(word).or_else(|| plain.strip_suffix(word)))?;
    match rest {
        "out" => Some(Role::FwdBytes),
        "in" => Some(Role::BwdBytes),
        rest if FORWARD.contains(&rest) && rest.len() > 2 => Some(Role::FwdBytes),
        rest if BACKWARD.contains(&rest) && rest.len() > 2 => Some(Role::BwdBytes),
        _ => None,
    }
}

fn of(plain: &str, counted: &[&str], [forward, backward, total]: [Role; 3]) -> Option<Role> {
    let role = |rest: &str| match rest {
        "" => None,
        rest if FORWARD.contains(&rest) => Some(forward),
        rest if BACKWARD.contains(&rest) => Some(backward),
        rest if TOTAL.contains(&rest) => Some(total),
        _ => None,
    };
    let side = |rest: &str| {
        let bare = || {
            let front = COUNTED.iter().find_map(|word| rest.strip_prefix(word));
            front.or_else(|| COUNTED.iter().find_map(|word| rest.strip_suffix(word)))
        };
        role(rest).or_else(|| role(bare()?))
    };
    // The word for what is counted stands first, last, or between the others.
    let whole = |word: &&str| {
        let (before, behind) = plain.split_once(*word)?;
        match (before, behind) {
            ("", rest) | (rest, "") => side(rest),
            (before, behind) if COUNTED.contains(&before) => role(behind),
            (before, behind) if COUNTED.contains(&behind) => role(before),
            _ => None,
        }
    };
    counted.iter().find_map(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_any_order_say_what_is_counted() {
        for (name, role) in [
            ("pktsfwd", Some(Role::FwdPackets)),
            ("fpkts", Some(Role::FwdPackets)),
            ("pktscs", Some(Role::FwdPackets)),
            ("bytessc", Some(Role::BwdBytes)),
            ("rxoctets", Some(Role::BwdBytes)),
            ("bbytes", Some(Role::BwdBytes)),
            ("totalbytessent", Some(Role::FwdBytes)),
            ("clientbytecount", Some(Role::FwdBytes)),
            ("numbytestoserver", Some(Role::FwdBytes)),
            ("networksentbytes", Some(Role::FwdBytes)),
            ("trafficpacketsin", None),
            ("totpkts", Some(Role::Packets)),
            ("bytecnt", Some(Role::Bytes)),
            ("bytespersecond", None),
            ("subflowfwdpackets", None),
            ("bytes", None),
            ("packetlengthmean", None),
            ("", None),
        ] {
            assert_eq!(count(name), role, "{name}");
        }
        for (name, role) in [
            ("trafficout", Some(Role::FwdBytes)),
            ("volumein", Some(Role::BwdBytes)),
            ("datareceived", Some(Role::BwdBytes)),
            ("sentdata", Some(Role::FwdBytes)),
            ("traffic", None),
            ("dataset", None),
        ] {
            assert_eq!(amount(name), role, "{name}");
        }
    }
}
