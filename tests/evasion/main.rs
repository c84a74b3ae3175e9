//! Conversations made byte by byte, with and without what evades a monitor or carries data out, through the whole line: to
//! the findings that they should give, whose filters select the packets meant as tshark counts them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

use packetloupe::model::{Finding, Severity};
use packetloupe::pipeline::Pipeline;
use packetloupe::settings::Settings;
use std::process::Command;

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;
const CLIENT: [u8; 4] = [192, 168, 1, 5];
const SERVER: [u8; 4] = [203, 0, 113, 7];

/// A capture that is being made, with its clock.
struct Made {
    pcap: Vec<u8>,
    millis: u64,
}

/// One connection of the client, and where its sides stand.
struct Connection {
    ports: (u16, u16),
    sent: u32,
    got: u32,
}

/// A segment in full.
struct Segment<'a> {
    is_client: bool,
    ttl: u8,
    flags: u8,
    sequence: u32,
    data: &'a [u8],
}

impl Made {
    fn new() -> Made {
        let header =
            [0xa1b2_c3d4_u32.to_le_bytes(), [2, 0, 4, 0], [0; 4], [0; 4], 65_535_u32.to_le_bytes(), [1, 0, 0, 0]];
        Made { pcap: header.concat(), millis: 1_700_000_000_000 }
    }

    fn packet(&mut self, (client_port, server_port): (u16, u16), segment: &Segment<'_>) {
        let Segment { is_client, ttl, flags, sequence, data } = segment;
        let (source, target, from, to) = match is_client {
            true => (CLIENT, SERVER, client_port, server_port),
            false => (SERVER, CLIENT, server_port, client_port),
        };
        let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
        let length = (40 + data.len()) as u16;
        frame.extend([0x45, 0]);
        frame.extend(length.to_be_bytes());
        frame.extend([0, 0, 0x40, 0, *ttl, 6, 0, 0]);
        frame.extend([source, target].concat());
        frame.extend([from.to_be_bytes(), to.to_be_bytes()].concat());
        frame.extend([sequence.to_be_bytes(), 1_u32.to_be_bytes()].concat());
        frame.extend([0x50, *flags, 0x10, 0, 0, 0, 0, 0]);
        frame.extend(*data);
        let (seconds, micros) = ((self.millis / 1000) as u32, (self.millis % 1000 * 1000) as u32);
        let n = frame.len() as u32;
        self.pcap.extend([seconds, micros, n, n].map(u32::to_le_bytes).concat());
        self.pcap.extend(frame);
        self.millis += 10;
    }

    fn open(&mut self, client_port: u16, server_port: u16) -> Connection {
        let ports = (client_port, server_port);
        let (sent, got) = (1000, 5000);
        for (is_client, flags, sequence) in [(true, SYN, sent), (false, SYN | ACK, got), (true, ACK, sent + 1)] {
            self.packet(
                ports,
                &Segment { is_client, ttl: if is_client { 64 } else { 52 }, flags, sequence, data: &[] },
            );
        }
        Connection { ports, sent: sent + 1, got: got + 1 }
    }

    /// Data with the usual hops, at its place.
    fn say(&mut self, connection: &mut Connection, is_client: bool, data: &[u8]) {
        for data in data.chunks(1400) {
            let (ttl, place) = if is_client { (64, &mut connection.sent) } else { (52, &mut connection.got) };
            let sequence = *place;
            *place += data.len() as u32;
            self.packet(connection.ports, &Segment { is_client, ttl, flags: ACK, sequence, data });
        }
    }

    /// A segment of the client that does not count, with so many hops left.
    fn feint(&mut self, connection: &Connection, ttl: u8, flags: u8, data: &[u8]) {
        self.packet(connection.ports, &Segment { is_client: true, ttl, flags, sequence: connection.sent, data });
    }

    fn close(&mut self, connection: &Connection) {
        for (is_client, sequence) in [(true, connection.sent), (false, connection.got)] {
            let ttl = if is_client { 64 } else { 52 };
            self.packet(connection.ports, &Segment { is_client, ttl, flags: FIN | ACK, sequence, data: &[] });
        }
    }

    /// Findings, of which the filters of those by the detectors that are tested here select the packets meant.
    fn findings(&self) -> Vec<Finding> {
        let settings = Settings::default();
        let mut pipeline = Pipeline::new(&settings, "made.pcap", self.pcap.len() as u64);
        pipeline.feed(&self.pcap).and_then(|()| pipeline.end()).unwrap();
        let findings = pipeline.judge(&settings).findings;
        findings
            .iter()
            .filter(|finding| EXACT.contains(&finding.detector.as_str()))
            .for_each(|finding| self.check(finding));
        findings
    }

    fn check(&self, finding: &Finding) {
        let path = std::env::temp_dir().join(format!("packetloupe-evasion-{}-{}.pcap", std::process::id(), finding.id));
        std::fs::write(&path, &self.pcap).unwrap();
        let output = Command::new("tshark").arg("-r").arg(&path).args(["-Y", &finding.display_filter]).output();
        std::fs::remove_file(&path).unwrap();
        let Ok(output) = output else { return println!("skipped: no tshark here") };
        let n = output.stdout.iter().filter(|byte| **byte == b'\n').count() as u64;
        assert_eq!(n, finding.n_packets, "{}", finding.display_filter);
    }
}

/// Detectors whose filters are held to the packets meant.
const EXACT: [&str; 5] = ["ttl_game", "contradicting_segments", "slow_drip", "mail_exfiltration", "long_connection"];

fn of<'a>(findings: &'a [Finding], detector: &str) -> Vec<&'a Finding> {
    findings.iter().filter(|finding| finding.detector == detector).collect()
}

const FALSE: &[u8] = b"GET /index.html HTTP/1.1\r\nHost: news.example.org\r\n\r\n";
const TRUE: &[u8] = b"GET /payload.exe HTTP/1.1\r\nHost: evil.example.org\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A request that dies on the way, the true one, a false end, and a second request.
fn game(made: &mut Made, ttl: u8, port: u16) {
    let mut connection = made.open(port, 80);
    made.feint(&connection, ttl, ACK, FALSE);
    made.say(&mut connection, true, TRUE);
    made.say(&mut connection, false, ANSWER);
    made.feint(&connection, ttl, RST | ACK, &[]);
    made.say(&mut connection, true, TRUE);
    made.say(&mut connection, false, ANSWER);
    made.close(&connection);
}

#[test]
fn a_game_with_hops_is_one_finding() {
    let mut made = Made::new();
    (0..3).for_each(|i| game(&mut made, 4, 40_000 + i));
    let findings = made.findings();
    let game = of(&findings, "ttl_game");
    assert_eq!(game.len(), 1);
    assert!(game[0].severity >= Severity::Medium && game[0].n_packets == 6, "{:?}", game[0]);
    assert!(
        game[0].explanation.contains("Contradicting segments"),
        "the weaker one is folded: {}",
        game[0].explanation
    );
    assert!(of(&findings, "contradicting_segments").is_empty());
}

#[test]
fn texts_that_contradict_each_other_are_told_by_what_they_say() {
    let mut made = Made::new();
    game(&mut made, 64, 40_000);
    let findings = made.findings();
    assert!(of(&findings, "ttl_game").is_empty(), "all hops are left");
    let told = of(&findings, "contradicting_segments");
    assert_eq!((told.len(), told[0].n_packets), (1, 1));
    assert!(told[0].severity >= Severity::Medium);
}

#[test]
fn repeats_however_cut_another_path_and_keep_alives_are_none() {
    let mut made = Made::new();
    let mut connection = made.open(40_000, 80);
    made.feint(&connection, 64, ACK, &TRUE[..20]);
    made.feint(&connection, 61, ACK, &TRUE[..30]);
    made.say(&mut connection, true, TRUE);
    made.say(&mut connection, false, ANSWER);
    // A keep-alive with one byte of garbage before the next.
    connection.sent -= 1;
    made.feint(&connection, 64, ACK, b"\0");
    connection.sent += 1;
    // From here on the way is longer.
    for _ in 0..12 {
        made.feint(&connection, 15, ACK, TRUE);
        connection.sent += TRUE.len() as u32;
        made.say(&mut connection, false, ANSWER);
    }
    made.feint(&connection, 15, FIN | ACK, &[]);
    let findings = made.findings();
    assert!(of(&findings, "ttl_game").is_empty() && of(&findings, "contradicting_segments").is_empty());
}

#[test]
fn an_attack_in_a_form_is_read_and_a_comment_is_not_one() {
    let post = |form: &str| {
        let mut made = Made::new();
        let mut connection = made.open(40_000, 80);
        let head = format!(
            "POST /login HTTP/1.1\r\nHost: shop.example.org\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            form.len()
        );
        made.say(&mut connection, true, head.as_bytes());
        made.say(&mut connection, true, form.as_bytes());
        made.say(&mut connection, false, ANSWER);
        made.close(&connection);
        made.findings()
    };
    let findings = post("user=admin%27+or+%27zebra42%27%3D%27zebra42&note=x");
    assert_eq!(of(&findings, "web_attack").len(), 1);
    assert!(!format!("{findings:?}").contains("zebra42"), "what a form holds is secret");
    let text = "It%27s+a+good+shop%3B+select+more+%26+come+back+%28or+not%29.+".repeat(120);
    assert!(of(&post(&format!("name=O%27Brien&text={text}")), "web_attack").is_empty());
}

#[test]
fn drops_add_up_and_telemetry_does_not() {
    let sent = |bytes: usize| {
        let mut made = Made::new();
        let data = vec![0x17; bytes];
        for i in 0..45 {
            let mut connection = made.open(40_000 + i, 8443);
            made.say(&mut connection, true, &data);
            made.say(&mut connection, false, &[0x17; 900]);
            made.close(&connection);
            made.millis += 100_000;
        }
        made.findings()
    };
    let findings = sent(15_000);
    let drip = of(&findings, "slow_drip");
    assert_eq!(drip.len(), 1, "{findings:?}");
    assert!(drip[0].series.is_some() && of(&findings, "upload").is_empty(), "one finding for one cause");
    assert!(of(&sent(1_500), "slow_drip").is_empty());
}

#[test]
fn much_mail_is_told_with_its_recipients_and_a_letter_is_none() {
    let mail = |bytes: usize| {
        let mut made = Made::new();
        let mut connection = made.open(40_000, 25);
        let lines: [(bool, &[u8]); 9] = [
            (false, b"220 mx.example.org ESMTP\r\n"),
            (true, b"EHLO pc\r\n"),
            (false, b"250 ok\r\n"),
            (true, b"MAIL FROM:<a@example.org>\r\n"),
            (false, b"250 ok\r\n"),
            (true, b"RCPT TO:<drop@example.net>\r\n"),
            (false, b"250 ok\r\n"),
            (true, b"DATA\r\n"),
            (false, b"354 go\r\n"),
        ];
        lines.iter().for_each(|(is_client, line)| made.say(&mut connection, *is_client, line));
        let text = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNk\r\n".repeat(bytes / 42);
        made.say(&mut connection, true, &text);
        made.say(&mut connection, true, b".\r\n");
        made.say(&mut connection, false, b"250 queued\r\n");
        made.close(&connection);
        made.findings()
    };
    let findings = mail(7_000_000);
    let told = of(&findings, "mail_exfiltration");
    assert_eq!(told.len(), 1, "{findings:?}");
    assert!(told[0].explanation.contains("drop@example.net"));
    assert!(of(&findings, "upload").is_empty(), "one finding for one cause");
    assert!(of(&mail(80_000), "mail_exfiltration").is_empty());
}

#[test]
fn a_door_held_open_in_silence_is_told() {
    let mut made = Made::new();
    let mut connection = made.open(40_000, 4444);
    made.say(&mut connection, false, b"ready\n");
    for _ in 0..55 {
        made.millis += 600_000;
        // Keep-alives of the server, which the client answers.
        for (is_client, sequence) in [(false, connection.got - 1), (true, connection.sent)] {
            let ttl = if is_client { 64 } else { 52 };
            made.packet(connection.ports, &Segment { is_client, ttl, flags: ACK, sequence, data: &[] });
        }
    }
    let findings = made.findings();
    let told = of(&findings, "long_connection");
    assert_eq!(told.len(), 1, "{findings:?}");
    assert!(told[0].title.contains("quiet") && told[0].severity >= Severity::Medium, "{:?}", told[0]);
}
