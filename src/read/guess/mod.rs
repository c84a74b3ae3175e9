//! Describes in a sentence what a file is that is neither capture nor table, and how to get at its content.

mod binary;
mod text;

use super::{UnsupportedFile, capture};

/// So many bytes are looked at to say what a file is.
pub const FRONT_BYTES: usize = 4096;

const OPENS: &str = "Packetloupe opens captures (pcap, pcapng, snoop, Network Monitor, ERF, K12 text, hex dumps) and tables of flows \
                     as CSV or JSON, also compressed (gzip, Zstandard, xz, bzip2, LZ4) or in a zip or tar archive.";

/// Says what the file is instead of a capture or a table. `is_all` if `bytes` is the whole file.
pub fn refusal(bytes: &[u8], is_all: bool) -> UnsupportedFile {
    if bytes.is_empty() {
        return UnsupportedFile(format!("This file is empty. {OPENS}"));
    }
    if is_all && capture::kind(bytes).is_some() {
        return UnsupportedFile(
            "This is the start of a capture, but the file ends before its first packet.".to_owned(),
        );
    }
    let front = bytes.get(..FRONT_BYTES).unwrap_or(bytes);
    let what = binary::kind(front).or_else(|| no_table(front)).or_else(|| text::kind(front));
    UnsupportedFile(match what {
        Some(what) => format!("{what} {OPENS}"),
        None => format!("This is binary data of an unknown format. {OPENS}"),
    })
}

/// Says what a text is that some reader of tables might take for a table and that is none.
pub fn no_table(front: &[u8]) -> Option<String> {
    text::no_table(front.get(..FRONT_BYTES).unwrap_or(front))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_read_is_named_with_what_to_do() {
        let mut etl = vec![0, 0, 1, 0];
        etl.resize(0x48, 0);
        etl.extend([2, 0, 2, 0xc0]);
        for (bytes, words) in [
            (&b"\x1f\x8b\x08\0\0\0\0\0\0\0\0\0"[..], "gzip"),
            (b"[1, 2, 3]", "JSON"),
            (b"Dear all,\nplease find attached", "plain text"),
            (b"", "empty"),
            (&[0; 300], "only zeros"),
            (b"\xd4\xc3\xb2\xa1\x02\0\x04\0", "start of a capture"),
            (b"\0\x01\x02\x03\0\0\0\0\0\0\0\0", "binary"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "git lfs pull"),
            (b"\n<!DOCTYPE html>\n<html><head><title>404</title>", "HTML"),
            (b"404: Not Found", "error message"),
            (b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "error message"),
            (b"<?xml version=\"1.0\"?>\n<?xml-stylesheet?>\n<pdml version=\"0\">", "tshark -r"),
            (b"Frame 1: 74 bytes on wire (592 bits), 74 bytes captured\nEthernet II", "tshark -r"),
            (b"\nFlow Record:\n  Flags = 0x06", "nfdump -r"),
            (b"\x83\x10\0\x20\xe5", "ra -r"),
            (b"<166>May 04 2021 15:04:00 fw01 : %ASA-6-302013: Built", "syslog"),
            (b"Mar  9 20:49:00 fw kernel: DROP IN=eth0", "syslog"),
            (b"192.0.2.1 - - [01/May/2024:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5", "access log of a web server"),
            (
                b"1714557630.000 120 10.0.0.15 TCP_TUNNEL/200 3900 CONNECT a.example:443 - HIER_DIRECT/192.0.2.1 -",
                "Squid",
            ),
            (b"May  1 10:00:30 dnsmasq[1234]: query[A] a.example from 10.0.0.15", "query log of a DNS server"),
            (b"1MOyoQIABAAAAAAAAAAAAAAABAABAAAA", "base64 -d"),
            (b"\x01\x10L\0\x01\x05Trace Display Trace File", "LANalyzer"),
            (b"-----BEGIN CERTIFICATE-----\nMIIB", "PEM"),
            (b"CLIENT_RANDOM 0011 2233\n", "editcap --inject-secrets"),
            (b"INSERT INTO flows (a,b) VALUES\n(1,'x'),\n(2,'y');\n", "SQL"),
            (
                b"flow,src=10.0.0.1 bytes=1i 1760000000000000000\nflow,src=10.0.0.2 bytes=2i 1760000000000000001\n",
                "InfluxDB",
            ),
            (b"%PDF-1.4", "PDF"),
            (b"\x89PNG\r\n\x1a\n", "PNG"),
            (b"TRSNIFF data    \x1a", "editcap -F pcapng"),
            (b"\xef\xbb\xbf7z", "plain text"),
            (
                b"Session Transcript\nJanuary 1, 2024     10:00:00.0000\n",
                "DCT2000 trace, which cannot be read here. Convert",
            ),
            (b" COMMUNICATIONS TRACE       Title: T   05/13/24  10:00:00\n", "iSeries"),
            (b"l2-tx (FR:3/7/1:1), Length:18, Pro:0\n00 11 22 33\n", "CoSine"),
            (b"\0\0\0\0\0\0\0\0NetScaler V3.5 Performance Data", "NetScaler"),
            (b"\x3c\0\x3c\0\0\0\xe8\x07\x05\x0d\x0a\x1e\x3b\x01\x02\x03", "CommView"),
            (b"LOGG\x90\0\0\0", "Vector"),
            (&etl, "etl2pcapng"),
        ] {
            let sentence = refusal(bytes, true).0;
            assert!(sentence.contains(words), "{words}: {sentence}");
            assert!(sentence.ends_with('.'));
            assert!(!sentence.contains("not a capture"));
        }
    }

    #[test]
    fn printed_packets_are_told_from_tables() {
        let lines = [
            "17:37:24.820046 IP 192.168.56.1.54017 > 192.168.56.101.21: Flags [S], seq 1338385069, win 65535, length 0",
            "2021-05-04 15:04:00.000001 IP6 fe80::1 > ff02::1: ICMP6, router advertisement, length 32",
            "1620140640.500000 ARP, Request who-has 10.0.0.1 tell 10.0.0.2, length 28",
            "15:04:00.1 02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype IPv4 (0x0800), length 60: 10.0.0.1.5 > 10.0.0.2.53",
            "15:04:00.1 eth0  In  IP 10.0.0.1.22 > 10.0.0.2.50000: Flags [P.], length 20",
        ];
        for line in lines {
            assert!(
                no_table(format!("reading from file a.pcap\n{line}\n{line}\n").as_bytes())
                    .unwrap()
                    .contains("tcpdump -w")
            );
        }
        for table in
            ["time,proto,src\n15:04:00.1,IP,10.0.0.1\n", "10:00:00 a b\n10:00:01 c d\n", "<166>May 04 %ASA: x\n"]
        {
            assert_eq!(no_table(table.as_bytes()), None, "{table}");
        }
    }
}
