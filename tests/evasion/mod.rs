//! Conversations made byte by byte, with and without what evades a monitor or carries data out, through the whole line: to
//! the findings that they should give, whose filters select the packets meant as tshark counts them.

mod encrypted;
mod made;

use made::{ACK, FIN, Made, RST, Segment, of};
use packetloupe::model::Severity;

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
    let game = of(&findings, "ttl_evasion");
    assert_eq!(game.len(), 1);
    assert!(game[0].severity >= Severity::Medium && game[0].n_packets == 6, "{:?}", game[0]);
    assert!(
        game[0].explanation.contains("Conflicting TCP segments"),
        "the weaker one is folded: {}",
        game[0].explanation
    );
    assert!(of(&findings, "tcp_overlap").is_empty());
}

#[test]
fn texts_that_contradict_each_other_are_told_by_what_they_say() {
    let mut made = Made::new();
    game(&mut made, 64, 40_000);
    let findings = made.findings();
    assert!(of(&findings, "ttl_evasion").is_empty(), "all hops are left");
    let told = of(&findings, "tcp_overlap");
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
    assert!(of(&findings, "ttl_evasion").is_empty() && of(&findings, "tcp_overlap").is_empty());
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
    let drip = of(&findings, "low_and_slow_exfiltration");
    assert_eq!(drip.len(), 1, "{findings:?}");
    assert!(drip[0].series.is_some() && of(&findings, "bulk_exfiltration").is_empty(), "one finding for one cause");
    assert!(of(&sent(1_500), "low_and_slow_exfiltration").is_empty());
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
    assert!(of(&findings, "bulk_exfiltration").is_empty(), "one finding for one cause");
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
