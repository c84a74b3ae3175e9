//! Texts and files of flows that are no tables here to the command that writes the same as one.

use super::lines::front_lines;

/// A kind of text that lacks what rows need: how a line is known, whether the first has to be one, what it is, what to do.
type Text = (fn(&str) -> bool, bool, &'static str, &'static str);

const TEXTS: &[Text] = &[
    (
        is_tcpdump,
        false,
        "the text that tcpdump prints",
        "It leaves out what the packets carry: save the packets themselves with: tcpdump -w FILE.pcap (or, from a capture that is \
         there: tcpdump -r IN.pcap -w FILE.pcap).",
    ),
    (
        is_details,
        true,
        "the details of packets that tshark -V or Wireshark prints",
        "Open the capture itself, or write one row a packet with: tshark -r IN.pcap -T fields -E header=y -E separator=, -e frame.time_epoch \
         -e ip.src -e ip.dst -e tcp.srcport -e tcp.dstport -e udp.srcport -e udp.dstport -e ip.proto -e frame.len -e tcp.flags",
    ),
    (
        |line| line.starts_with("Flow Record:") || line.trim_start().starts_with("first        ="),
        true,
        "what nfdump -o raw prints",
        "Write the flows as a table with: nfdump -r IN -o csv",
    ),
    (
        |line| line.contains("<->") && line.matches(" bytes").count() + line.matches(" kB").count() >= 2,
        false,
        "the list of conversations that tshark -z conv prints",
        "In Wireshark: Statistics, Conversations, Copy, as CSV; or open the capture itself.",
    ),
];

/// Beginnings of binary files of flows and of tables.
const MAGICS: &[(&[u8], &str, &str)] = &[
    (&[0x0c, 0xa5, 0x01], "a file of nfcapd", "Write its flows as a table with: nfdump -r IN -o csv > OUT.csv"),
    (&[0x0c, 0xa5, 0x02], "a file of nfcapd", "Write its flows as a table with: nfdump -r IN -o csv > OUT.csv"),
    (&[0xde, 0xad, 0xbe, 0xef], "a file of SiLK", "Write its flows as a table with: rwcut --delimited=, IN > OUT.csv"),
    (&[0x83, 0x10, 0x00, 0x20], "a file of Argus", "Write its flows as a table with: ra -r IN -c , -n > OUT.csv"),
    (
        b"ElfFile\0",
        "an event log of Windows",
        "Write it as a table with PowerShell: Get-WinEvent -Path IN.evtx | Export-Csv OUT.csv",
    ),
    (
        b"PAR1",
        "a Parquet table",
        "Write it as CSV with Python: pandas.read_parquet('IN').to_csv('OUT.csv', index=False)",
    ),
    (
        b"ARROW1",
        "an Arrow or Feather table",
        "Write it as CSV with Python: pandas.read_feather('IN').to_csv('OUT.csv', index=False)",
    ),
    (b"Obj\x01", "an Avro table", "Write it as JSON with: avro-tools tojson IN > OUT.json"),
];

/// What the front of a file is and what to do, if it is known and no table that is read.
pub fn advice(front: &[u8]) -> Option<(&'static str, &'static str)> {
    let of_bytes = MAGICS.iter().find(|(magic, ..)| front.starts_with(magic)).map(|(_, what, advice)| (*what, *advice));
    of_bytes.or_else(|| text(front).map(|(_, _, what, advice)| (*what, *advice)))
}

/// True if the front is that of a text that is refused by name.
pub fn is_known(front: &[u8]) -> bool {
    text(front).is_some()
}

fn text(front: &[u8]) -> Option<&'static Text> {
    let lines = front_lines(front);
    let texts: Vec<&str> = lines.iter().filter_map(|line| std::str::from_utf8(line).ok()).collect();
    let is_most = |is: fn(&str) -> bool| texts.iter().filter(|line| is(line)).count() * 2 >= texts.len().max(1);
    let first = texts.first()?;
    TEXTS.iter().find(|(is, is_first, ..)| if *is_first { is(first) } else { is_most(*is) })
}

/// `17:37:24.820046 IP 10.0.0.1.54017 > 10.0.0.2.21: Flags [S], ...`, also with a date, a number or an interface before it.
fn is_tcpdump(line: &str) -> bool {
    let mut words = line.split_whitespace().take(7).peekable();
    let is_time = |word: &str| {
        word.contains('.') && word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'))
    };
    let has_time = words.clone().take(3).any(is_time);
    let is_layer =
        |word: &str| matches!(word.trim_end_matches(','), "IP" | "IP6" | "ARP" | "ethertype" | "STP" | "LLDP");
    has_time && words.any(is_layer) && (line.contains(" > ") || line.contains("ARP, ") || line.contains("STP"))
}

/// `Frame 1: 74 bytes on wire (592 bits)`
fn is_details(line: &str) -> bool {
    line.starts_with("Frame ") && line.contains(" bytes on wire")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_refused_with_a_command() {
        let of = |text: &str| advice(text.as_bytes()).map_or("", |(_, advice)| advice);
        let dump =
            "20:24:16.274870 IP 172.16.0.8.36050 > 64.13.134.52.443: Flags [S], seq 3713172248, win 3072, length 0\n";
        assert!(of(dump).contains("tcpdump -w"));
        assert!(of(&dump.replace("20:24:16.274870", "2014-01-14 20:24:16.274870")).contains("tcpdump -w"));
        assert!(
            of("Frame 1: 74 bytes on wire (592 bits), 74 bytes captured\nEthernet II, Src: x\n").contains("-T fields")
        );
        assert!(advice(b"\x0c\xa5\x02\x00").is_some_and(|(what, _)| what.contains("nfcapd")));
        assert_eq!(of("src,dst,bytes\n10.0.0.1,10.0.0.2,5\n"), "");
    }
}
