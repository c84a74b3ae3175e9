//! Names that are asked for and work that is done inside TLS, beside what has nearly the same shape and is neither.

use super::made::{CLIENT, Connection, Made, of};
use packetloupe::model::{Finding, Severity};

const RESOLVER: [u8; 4] = [203, 0, 113, 53];
/// Another host inside.
const ANOTHER: [u8; 4] = [192, 168, 1, 6];
const PUBLIC_RESOLVER: [u8; 4] = [1, 1, 1, 1];

/// A record of TLS with so many bytes in all.
fn record(bytes: usize) -> Vec<u8> {
    let length = (bytes - 5) as u16;
    [&[0x17, 3, 3], length.to_be_bytes().as_slice(), &vec![0x5a; bytes - 5]].concat()
}

/// A greeting of a client that names its server.
fn hello(name: &str) -> Vec<u8> {
    let sized = |bytes: &[u8]| [&(bytes.len() as u16).to_be_bytes(), bytes].concat();
    let server_name = sized(&[&[0], sized(name.as_bytes()).as_slice()].concat());
    let extensions = sized(&[&[0, 0], sized(&server_name).as_slice()].concat());
    let body = [&[3, 3], [7; 32].as_slice(), &[0, 0, 2, 0x13, 1, 1, 0], &extensions].concat();
    let handshake = [&[1, 0], sized(&body).as_slice()].concat();
    [&[0x16, 3, 1], sized(&handshake).as_slice()].concat()
}

/// A connection over TLS, its handshake done.
fn tls(made: &mut Made, server: [u8; 4], ports: (u16, u16), name: &str) -> Connection {
    made.server = server;
    let mut connection = made.open(ports.0, ports.1);
    made.say(&mut connection, true, &hello(name));
    for (is_client, bytes) in [(false, 2600), (true, 80), (false, 255), (false, 60)] {
        made.say(&mut connection, is_client, &record(bytes));
    }
    connection
}

/// A question and, some milliseconds later, its answer.
fn ask(made: &mut Made, server: [u8; 4], connection: &mut Connection, (sent, got): (usize, usize)) {
    made.server = server;
    made.say(connection, true, &record(sent));
    made.millis += 30;
    made.say(connection, false, &record(got));
}

/// A number without a beat, below `most`.
fn chance(i: u64, most: u64) -> u64 {
    i.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) % most
}

/// Question and answer of DNS in the clear.
fn ask_in_the_clear(made: &mut Made, port: u16, name: &str) {
    let labels: Vec<u8> =
        name.split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()).chain([0]).collect();
    made.server = [192, 168, 1, 1];
    for (is_client, flags) in [(true, [1, 0]), (false, [0x81, 0x83])] {
        let message = [&[0, 7], flags.as_slice(), &[0, 1, 0, 0, 0, 0, 0, 0], &labels, &[0, 1, 0, 1]].concat();
        made.datagram((port, 53), is_client, &message);
    }
}

/// A visit to a page of a site.
fn visit(made: &mut Made, i: u8) {
    let server = [198, 51, 100, i];
    let mut page = tls(made, server, (41_000 + u16::from(i), 443), &format!("www.site{i}.org"));
    made.say(&mut page, true, &record(500));
    made.say(&mut page, false, &record(9000));
    made.close(&page);
}

/// Names asked for on a connection that stays, and as many pages: `lag` ms after each answer. Somebody asks for them in the
/// clear too, or for another one.
fn browse(lag: u64, asker: Option<[u8; 4]>, is_another: bool) -> Vec<Finding> {
    let mut made = Made::new();
    let mut names = tls(&mut made, RESOLVER, (40_000, 443), "names.example.net");
    for i in 0..24 {
        ask(&mut made, RESOLVER, &mut names, (150 + usize::from(i) % 9, 210 + usize::from(i) * 7));
        if let Some(asker) = asker {
            made.client = asker;
            let name = if is_another { "www.example.com".to_owned() } else { format!("www.site{i}.org") };
            ask_in_the_clear(&mut made, 42_000 + u16::from(i), &name);
            made.client = CLIENT;
        }
        made.millis += lag;
        visit(&mut made, i);
        made.millis += 6000 + chance(u64::from(i), 3000);
    }
    made.findings()
}

#[test]
fn names_asked_for_unseen_are_told_for_information() {
    let findings = browse(40, None, false);
    let told = of(&findings, "encrypted_dns");
    assert_eq!(told.len(), 1, "{findings:?}");
    assert!(told[0].severity < Severity::Medium && told[0].explanation.contains("24 of 24"), "{:?}", told[0]);
    assert!(of(&browse(40, Some(CLIENT), false), "encrypted_dns").is_empty(), "they are asked for in the clear");
    assert!(of(&browse(40, Some(ANOTHER), false), "encrypted_dns").is_empty(), "by another, whose answers it may have");
    assert!(
        of(&browse(3000, None, false), "encrypted_dns").is_empty(),
        "a capture that began late, and a page that asks"
    );
}

#[test]
fn a_host_that_sends_no_dns_but_goes_to_many_names_is_told_where_others_send_some() {
    let findings = browse(3000, Some(ANOTHER), true);
    let told = of(&findings, "encrypted_dns");
    assert_eq!(told.len(), 1, "{findings:?}");
    assert!(told[0].explanation.contains("sends no DNS at all"), "{:?}", told[0]);
    assert!(of(&browse(3000, Some(CLIENT), true), "encrypted_dns").is_empty(), "it sends DNS, so it may know them");
}

/// Requests of a size to a server, each after a pause.
fn requests(server: [u8; 4], n: u64, pause: impl Fn(u64) -> u64) -> Vec<Finding> {
    let mut made = Made::new();
    let mut names = tls(&mut made, server, (40_000, 443), "");
    for i in 0..n {
        ask(&mut made, server, &mut names, (310, 480 + chance(i, 40) as usize));
        made.millis += pause(i);
    }
    made.findings()
}

#[test]
fn data_in_names_over_https_is_told_and_a_browser_at_the_same_resolver_is_not() {
    let findings = requests(PUBLIC_RESOLVER, 900, |_| 80);
    let told = of(&findings, "encrypted_dns");
    assert_eq!(told.len(), 1, "{findings:?}");
    assert!(told[0].severity >= Severity::Medium && told[0].title.contains("tunnel data"), "{:?}", told[0]);
    let browser = requests(PUBLIC_RESOLVER, 900, |i| if i % 30 == 0 { 20_000 } else { 80 });
    assert!(of(&browser, "encrypted_dns").is_empty());
    assert_eq!(of(&browser, "vpn_tor_proxy").len(), 1, "the resolver itself is known");
    assert!(of(&requests(RESOLVER, 900, |_| 80), "encrypted_dns").is_empty(), "a page that asks its server often");
}

#[test]
fn data_in_names_over_quic_is_told_too() {
    let mut made = Made::new();
    made.server = PUBLIC_RESOLVER;
    for i in 0..900 {
        made.datagram((40_000, 443), true, &[0x55; 310]);
        made.millis += 20;
        made.datagram((40_000, 443), false, &vec![0x55; 480 + chance(i, 40) as usize]);
        made.millis += 90;
    }
    let findings = made.findings();
    let told = of(&findings, "encrypted_dns");
    assert_eq!((told.len(), told[0].protocol.as_str()), (1, "QUIC"), "{findings:?}");
}

/// What one side says after a pause in ms; with an answer if there is one: who speaks, bytes, bytes of the answer.
type Word = (u64, bool, usize, Option<usize>);

/// A connection over TLS for these words.
fn talk(ports: (u16, u16), name: &str, words: impl Iterator<Item = Word>) -> Vec<Finding> {
    let mut made = Made::new();
    let mut connection = tls(&mut made, [203, 0, 113, 9], ports, name);
    for (pause, is_client, bytes, answer) in words {
        made.millis += pause;
        made.say(&mut connection, is_client, &record(bytes));
        if let Some(answer) = answer {
            made.millis += 30;
            made.say(&mut connection, !is_client, &record(answer));
        }
    }
    made.findings()
}

/// Jobs and shares of a miner of Monero, for so many minutes.
fn work(n: u64) -> impl Iterator<Item = Word> {
    (0..n).map(|i| match chance(i, 4) {
        0 => (1500 + chance(i + 7, 20_000), false, 480 + chance(i, 5) as usize, None),
        _ => (1500 + chance(i + 3, 14_000), true, 211 + chance(i, 3) as usize, Some(85)),
    })
}

#[test]
fn a_miner_inside_tls_is_told_as_surely_as_its_shape_and_name_make_it() {
    let findings = talk((40_000, 443), "updates.example.net", work(120));
    let told = of(&findings, "mining");
    assert_eq!(told.len(), 1, "{findings:?}");
    assert!((0.5..=0.6).contains(&told[0].confidence) && told[0].title.contains("may mine"), "{:?}", told[0]);
    let findings = talk((40_000, 9000), "pool.supportxmr.com", work(120));
    let told = of(&findings, "mining");
    assert!(told[0].severity >= Severity::Medium && told[0].confidence >= 0.9, "{:?}", told[0]);
    assert!(of(&talk((40_000, 443), "updates.example.net", work(9)), "mining").is_empty(), "too little to say");
}

/// A talk that is no mining: what it is, its port, and each of its words.
type Other = (&'static str, u16, fn(u64) -> Word);

/// Pause between two messages that come on a beat, ms.
const BEAT: u64 = 30_000;

/// A size from here to so many bytes more.
fn any(i: u64, from: usize, most: u64) -> usize {
    from + chance(i, most) as usize
}

#[test]
fn other_connections_that_stay_open_are_no_mining() {
    let talks: [Other; 7] = [
        ("a chat over a web socket", 443, |i| match i % 3 {
            0 => (2000 + chance(i, 30_000), false, any(i, 90, 700), None),
            1 => (1500 + chance(i, 9000), true, any(i + 1, 70, 400), Some(60)),
            _ => (BEAT, true, 30, Some(30)),
        }),
        ("XMPP with pings", 5223, |i| match i % 2 {
            0 => (chance(i, 20_000), false, any(i, 120, 600), None),
            _ => (BEAT, true, 130, Some(110)),
        }),
        ("a mail box that waits", 993, |i| match i % 2 {
            0 => (5000 + chance(i, 90_000), false, any(i, 50, 12), None),
            _ => (900, true, 36, Some(any(i, 60, 900))),
        }),
        ("things that report over MQTT", 8883, |i| match i % 3 {
            0 => (1500 + chance(i, 9000), true, 120, Some(26)),
            1 => (1500 + chance(i, 9000), false, any(i, 80, 60), None),
            _ => (BEAT, true, 24, Some(24)),
        }),
        ("keep-alives as of SSH", 22, |_| (BEAT, true, 100, Some(100))),
        ("prices that are pushed, and pings", 443, |i| match i % 5 {
            0 => (1500, true, 30, Some(30)),
            _ => (1200 + chance(i, 2000), false, 300, None),
        }),
        ("a page that asks for news, on a beat", 443, |i| match i % 4 {
            0 => (BEAT / 2, false, 400, None),
            _ => (BEAT / 3, true, 200, Some(120)),
        }),
    ];
    for (what, port, word) in talks {
        let findings = talk((40_000, port), "service.example.net", (0..200).map(word));
        assert!(
            of(&findings, "mining").is_empty() && of(&findings, "encrypted_dns").is_empty(),
            "{what}: {findings:?}"
        );
    }
}
