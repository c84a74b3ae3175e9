//! Describes in a sentence what a text file is, by its first lines.

use super::binary::converted;

/// So many lines are looked at.
const N_LINES: usize = 12;
/// So many bytes of a line show whether tcpdump printed it.
const LINE_START_BYTES: usize = 90;
/// How a table of packets is made of a capture.
const AS_TABLE: &str = "Open the capture that it was printed from, or export that capture as a table: tshark -r \
                        CAPTURE -T fields -E header=y -E separator=, -E quote=d -e frame.time_epoch -e ip.src -e \
                        ip.dst -e ip.proto -e tcp.srcport -e tcp.dstport -e udp.srcport -e udp.dstport -e frame.len > \
                        OUT.csv.";

/// Captures that other programs write as texts: a word of their first lines, and what they are.
const CAPTURES: &[(&str, &str)] = &[
    ("Session Transcript", "a Catapult DCT2000 trace"),
    ("COMMUNICATIONS TRACE", "an IBM iSeries communications trace"),
    ("l2-tx (", "a CoSine L2 trace"),
    ("l2-rx (", "a CoSine L2 trace"),
    ("T O S H I B A", "a Toshiba ISDN router trace"),
    ("ETHERWATCH  ", "a DBS Etherwatch trace"),
    ("TCPIPtrace", "a VMS TCPIPtrace"),
    ("PRI-XMIT-", "a Lucent or Ascend router trace"),
    ("PRI-RCV-", "a Lucent or Ascend router trace"),
    (";$FILEVERSION=", "a PEAK CAN trace"),
    ("***BUSMASTER", "a BUSMASTER CAN log"),
];

/// Says what a text is that is certainly no table, whatever a reader of tables might make of it.
pub fn no_table(front: &[u8]) -> Option<String> {
    let start = without_mark(front).trim_ascii_start();
    let begins = |word: &str| start.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word.as_bytes()));
    if begins("version https://git-lfs") {
        return Some("This is a Git LFS pointer instead of the file. Fetch the file with: git lfs pull.".to_owned());
    }
    if begins("404: Not Found") || begins("404 Not Found") || has(start, "<Error><Code>") {
        return Some("This is a web server's error message instead of the file. Download the file again.".to_owned());
    }
    if begins("-----BEGIN ") {
        return Some("This is a certificate or key (PEM).".to_owned());
    }
    if begins("CLIENT_RANDOM ") || begins("# SSL/TLS secrets log") || begins("CLIENT_HANDSHAKE_TRAFFIC_SECRET ") {
        let text = "This is a TLS key log. Add the keys to their capture with: editcap --inject-secrets tls,KEYS IN OUT.pcapng.";
        return Some(text.to_owned());
    }
    // Windows's events, one in a line, are read as a table.
    if start.first() == Some(&b'<') && !is_syslog(start) && !begins("<Event ") && !begins("<Event>") {
        return Some(markup(start));
    }
    if let Some((_, what)) = CAPTURES.iter().find(|(word, _)| has(first_lines(start), word)) {
        return Some(converted(what));
    }
    if begins("Frame 1: ") && has(start, " bytes on wire") {
        return Some(format!("These are packet details printed by tshark -V. {AS_TABLE}"));
    }
    // The magic numbers of pcap and pcapng.
    if ["1MOyoQ", "obLD1A", "TTyyoQ", "obI8TQ", "Cg0NCg"].iter().any(|magic| start.starts_with(magic.as_bytes())) {
        return Some("This is a capture in Base64. Decode it with: base64 -d IN > OUT.pcap.".to_owned());
    }
    if [
        "INSERT INTO ",
        "CREATE TABLE",
        "PRAGMA foreign_keys",
        "-- MySQL dump",
        "-- PostgreSQL database dump",
        "BEGIN TRANSACTION;",
    ]
    .iter()
    .any(|word| begins(word))
    {
        let text = "This is a dump of a database in SQL. Export the table as CSV, with its headings: sqlite3 -csv -header DB \
                    'select * from T' > OUT.csv, or in PostgreSQL: \\copy T to 'OUT.csv' csv header.";
        return Some(text.to_owned());
    }
    if is_line_protocol(start) {
        let text =
            "This is InfluxDB's line protocol. Export the table as CSV with: influx query --raw QUERY > OUT.csv.";
        return Some(text.to_owned());
    }
    if begins("================") && has(start, " Conversations") {
        return Some(format!("This is a conversation list printed by tshark -z. {AS_TABLE}"));
    }
    if begins("Flow Record:") {
        return Some(
            "This is the output of nfdump -o raw. Write a table with: nfdump -r IN -o csv > OUT.csv.".to_owned(),
        );
    }
    is_tcpdump(start).then(|| {
        "This is the output of tcpdump. Save the packets themselves with: tcpdump -w OUT.pcap; or print their bytes \
         too: tcpdump -xx."
            .to_owned()
    })
}

/// True if each of the first lines is a measurement with tags, then fields, then a moment in ns: `flow,src=a,dst=b bytes=1i 17...`.
fn is_line_protocol(start: &[u8]) -> bool {
    let lines = || start.split(|byte| *byte == b'\n').take(N_LINES).filter(|line| !line.trim_ascii().is_empty());
    let is_point = |line: &[u8]| {
        let mut parts = line.trim_ascii().split(|byte| *byte == b' ');
        let (tags, fields, moment) = (parts.next(), parts.next(), parts.next());
        let has_pairs = |part: Option<&[u8]>| part.is_some_and(|part| part.contains(&b'='));
        let is_named =
            tags.and_then(|tags| tags.split(|byte| *byte == b',').next()).is_some_and(|name| !name.contains(&b'='));
        let is_moment = moment.is_some_and(|moment| moment.len() == 19 && moment.iter().all(u8::is_ascii_digit));
        is_named && has_pairs(tags) && has_pairs(fields) && is_moment && parts.next().is_none()
    };
    // The last line may be cut.
    let n = lines().count();
    n > 1 && lines().take(n - 1).all(is_point)
}

/// Says what a text is that is no table; none if it is no text.
pub fn kind(front: &[u8]) -> Option<String> {
    let front = without_mark(front);
    let is_text = front.iter().all(|byte| matches!(byte, 9 | 10 | 13 | 32..=126 | 128..));
    let start = front.trim_ascii_start();
    let first = start.first().filter(|_| is_text)?;
    if let Some(what) = service_log(start) {
        return Some(format!(
            "This looks like {what}, which lists requests of clients, not connections between addresses."
        ));
    }
    let what = match first {
        b'{' | b'[' => "JSON text without a list of objects",
        _ if is_syslog(start) || is_dated_log(start) => "a syslog file of an unknown format",
        _ => "plain text",
    };
    Some(format!("This looks like {what}, neither a capture nor a table."))
}

/// The log of a server that lists requests; none for other texts.
fn service_log(start: &[u8]) -> Option<&'static str> {
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has_any = |words: &[&str]| words.iter().any(|word| has(line, word));
    let is_of_web =
        has_any(&[" HTTP/1.", " HTTP/2", " HTTP/3"]) && has_any(&["\"GET ", "\"POST ", "\"HEAD ", "\"PUT "]);
    match () {
        () if has_any(&["TCP_MISS/", "TCP_HIT/", "TCP_TUNNEL/", "TCP_DENIED/", "TCP_MEM_HIT/"]) => {
            Some("the access log of a proxy (Squid)")
        }
        () if is_of_web => Some("the access log of a web server"),
        () if has_any(&["dnsmasq[", "unbound[", ": query: ", " query[", "pihole-FTL"]) => {
            Some("the query log of a DNS server")
        }
        () => None,
    }
}

/// The first lines, where traces say what they are.
fn first_lines(start: &[u8]) -> &[u8] {
    let end = memchr::memchr_iter(b'\n', start).nth(2).unwrap_or(start.len());
    start.get(..end.min(512)).unwrap_or(start)
}

fn without_mark(front: &[u8]) -> &[u8] {
    front.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(front)
}

fn has(text: &[u8], word: &str) -> bool {
    memchr::memmem::find(text, word.as_bytes()).is_some()
}

/// A line that begins with the priority of syslog (RFC 5424, section 6.2.1): `<166>`.
fn is_syslog(start: &[u8]) -> bool {
    let Some([b'<', rest @ ..]) = start.get(..) else { return false };
    let n = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=3).contains(&n) && rest.get(n) == Some(&b'>')
}

/// A line that begins as syslog keeps lines (RFC 3164, section 4.1.2): `Mar  9 20:49:00 host`.
fn is_dated_log(start: &[u8]) -> bool {
    const MONTHS: [&[u8]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    let is_month = start.get(..3).is_some_and(|month| MONTHS.contains(&month));
    is_month && matches!(start.get(3..16), Some([b' ', _, b'0'..=b'9', b' ', _, _, b':', _, _, b':', _, _, b' ']))
}

fn markup(start: &[u8]) -> String {
    let dump = if has(start, "<pdml") { Some("PDML") } else { has(start, "<psml").then_some("PSML") };
    if let Some(dump) = dump {
        return format!("These are packets printed as XML ({dump}). {AS_TABLE}");
    }
    if has(start, "<nmaprun") {
        return "This is an nmap report (XML), neither a capture nor a table.".to_owned();
    }
    let is_xml = start.get(..5).is_some_and(|begin| begin.eq_ignore_ascii_case(b"<?xml"));
    let lower = start.to_ascii_lowercase();
    if is_xml && !has(&lower, "<html") {
        return "This is XML text, neither a capture nor a table.".to_owned();
    }
    "This is a web page (HTML) instead of the file; perhaps the download page was saved. Use the link that downloads \
     the file itself."
        .to_owned()
}

/// True if the first line with a time and a third of all lines are packets as tcpdump prints them.
fn is_tcpdump(text: &[u8]) -> bool {
    let notes: [&[u8]; 4] = [b"reading from file", b"tcpdump:", b"listening on", b"dropped privs"];
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let lines: Vec<&[u8]> =
        lines.filter(|line| !notes.iter().any(|note| line.starts_with(note))).take(N_LINES).collect();
    let n = lines.iter().filter(|line| is_packet(line)).count();
    lines.first().is_some_and(|first| is_packet(first)) && n * 3 >= lines.len()
}

/// A time, perhaps behind a date, and the protocol behind it, perhaps behind an interface or addresses of the link.
fn is_packet(line: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(line.get(..LINE_START_BYTES).unwrap_or(line)) else { return false };
    let mut words = text.split_ascii_whitespace();
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_date = |word: &str| word.split('-').count() == 3 && word.split('-').all(is_number);
    let is_clock =
        |word: &str| word.contains('.') && (1..=3).contains(&word.split(':').count()) && word.split(':').all(is_number);
    let first = words.next().unwrap_or_default();
    let time = if is_date(first) { words.next().unwrap_or_default() } else { first };
    if !is_clock(time) || is_address(time) {
        return false;
    }
    words.take(5).any(|word| matches!(word, "IP" | "IP6" | "ARP," | "ARP" | "ethertype" | "STP" | "LLDP," | "802.1Q"))
}

/// Numbers with dots may be an address in place of a time.
fn is_address(word: &str) -> bool {
    word.split('.').count() > 2
}
