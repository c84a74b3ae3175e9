//! Secrets planted in conversations of every kind are shown nowhere: not in packet rows and details, flows, findings, facts,
//! report, CSV and JSON. The bytes of a packet are the only place that has them.

use packetloupe::export::{self, Writer};
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::protocol::{Answer, Filter, FlowSort, PacketLooks, PacketSort, Query, Window};
use packetloupe::query::{self, Source, Views};
use packetloupe::settings::Settings;
use std::process::Command;

const SECRET: &str = "Zq53SecretXy";
/// The same in base64, as of `user` NUL `bob` NUL secret, and of `bob:` and the secret.
const IN_BASE64: [&str; 3] = ["WnE1M1NlY3JldFh5", "AGJvYgBacTUzU2VjcmV0WHk=", "Ym9iOlpxNTNTZWNyZXRYeQ=="];

/// Port of the server, and what client (`>`) and server (`<`) say, a segment each; `$` stands for the secret, `$0` to `$2`
/// for its forms in base64.
const CONVERSATIONS: &[(u16, &[&str])] = &[
    (23, &["<login: ", ">bob\r\n", "<bob\r\nPassword: ", ">$\r\n", "<\r\nWelcome\r\n$ "]),
    (
        21,
        &[
            "<220 ready\r\n",
            ">USER bob\r\n",
            "<331 password\r\n",
            ">PASS $\r\n",
            "<332 account\r\n",
            ">ACCT $\r\n",
            "<230 in\r\n",
            ">SITE PSWD old $\r\n",
        ],
    ),
    (
        25,
        &[
            "<220 mx ESMTP\r\n",
            ">EHLO a\r\n",
            "<250 AUTH LOGIN PLAIN\r\n",
            ">AUTH LOGIN\r\n",
            "<334 VXNlcm5hbWU6\r\n",
            ">Ym9i\r\n",
            "<334 UGFzc3dvcmQ6\r\n",
            ">$0\r\n",
            "<235 in\r\n",
        ],
    ),
    (25, &["<220 mx ESMTP\r\n", ">EHLO a\r\n", "<250 AUTH PLAIN\r\n", ">AUTH PLAIN $1\r\n", "<235 in\r\n"]),
    (
        110,
        &[
            "<+OK ready\r\n",
            ">USER bob\r\n",
            "<+OK\r\n",
            ">PASS $\r\n",
            "<+OK\r\n",
            ">AUTH PLAIN\r\n",
            "<+ \r\n",
            ">$1\r\n",
        ],
    ),
    (
        143,
        &[
            "<* OK ready\r\n",
            ">a1 LOGIN bob {12}\r\n",
            "<+ go on\r\n",
            ">$\r\n",
            "<a1 OK in\r\n",
            ">a2 LOGIN bob $\r\n",
            "<a2 OK in\r\n",
        ],
    ),
    (
        6667,
        &[
            ">NICK bob\r\nUSER bob 0 * :bob\r\n",
            ">PASS $\r\n",
            ">PRIVMSG NickServ :IDENTIFY $\r\n",
            ">NS IDENTIFY $\r\n",
            ">OPER bob $\r\n",
        ],
    ),
    (
        6379,
        &[
            ">*2\r\n$4\r\nAUTH\r\n$12\r\n$\r\n",
            "<+OK\r\n",
            ">*4\r\n$6\r\nCONFIG\r\n$3\r\nSET\r\n$11\r\nrequirepass\r\n$12\r\n$\r\n",
            "<+OK\r\n",
        ],
    ),
    (
        80,
        &[
            ">GET /l?user[password]=$&a=1 HTTP/1.1\r\nHost: h.example\r\n\r\n",
            "<HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        ],
    ),
    (80, &[">GET /l?pass%77ord=$ HTTP/1.1\r\nHost: h.example\r\n\r\n"]),
    (80, &[">GET /x;jsessionid=$?next=%2Fin%3Ftoken%3D$ HTTP/1.1\r\nHost: h.example\r\n\r\n"]),
    (80, &[">GET http://bob:$@h.example/ HTTP/1.1\r\nHost: h.example\r\n\r\n"]),
    (80, &[">CONNECT bob:$@h.example:443 HTTP/1.1\r\nHost: bob:$@h.example:443\r\n\r\n"]),
    (80, &[">GET /x HTTP/1.1\r\nHost: h.example\r\nReferer: http://bob:$@h.example/?code=$\r\n\r\n"]),
    (80, &[">GET /x HTTP/1.1\r\nHost: h.example\r\nAuthorization: $\r\n\r\n"]),
    (80, &[">GET /x HTTP/1.1\r\nHost: h.example\r\nAuthorization: Bearer $\r\nCookie: session=$\r\n\r\n"]),
    (80, &[">GET /x HTTP/1.1\r\nHost: h.example\r\nAuthorization: Basic $2\r\n\r\n"]),
    (
        80,
        &[
            ">POST /in HTTP/1.1\r\nHost: h.example\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 30\r\n\r\nuser=bob&password=$",
        ],
    ),
    // Head of an HTTP/2 request, its fields as literals: path, authorization, cookie.
    (
        80,
        &[
            ">PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
            "<\0\0\0\x04\0\0\0\0\0",
            ">\0\0\x65\x01\x05\0\0\0\x01\u{82}\x04\x16/in?token=$\x01\x09h.example\u{86}\0\x0dauthorization\x13Bearer $\0\x06cookie\x14session=$",
        ],
    ),
    // What is sent in the place of the answer to VNC's challenge.
    (
        5900,
        &[
            "<RFB 003.008\n",
            ">RFB 003.008\n",
            "<\x01\x02",
            ">\x02",
            "<0123456789abcdef",
            ">$AAAA",
            "<\0\0\0\0",
            ">\x01",
        ],
    ),
    // An attack whose path stands in a finding.
    (
        80,
        &[
            ">GET /i?id=1'%20OR%20'1'='1&password=$ HTTP/1.1\r\nHost: h.example\r\n\r\n",
            "<HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            ">GET /i?host=;mysql%20-p$ HTTP/1.1\r\nHost: h.example\r\n\r\n",
        ],
    ),
    (554, &[">DESCRIBE rtsp://bob:$@cam/1 RTSP/1.0\r\nCSeq: 1\r\n\r\n", "<RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"]),
    (
        5060,
        &[
            ">REGISTER sip:h.example SIP/2.0\r\nFrom: <sip:bob:$@h.example>;tag=1\r\nTo: <sip:bob:$@h.example>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n",
        ],
    ),
    (
        80,
        &[
            ">GET /announce?passkey=$&info_hash=a&apikey=$ HTTP/1.1\r\nHost: h.example\r\nX-Api-Key: $\r\nProxy-Authorization: Basic $2\r\n\r\n",
            "<HTTP/1.1 302 Found\r\nSet-Cookie: sid=$; Path=/\r\nLocation: https://bob:$@h.example/in?access_token=$#id_token=$\r\nContent-Length: 0\r\n\r\n",
        ],
    ),
    (
        80,
        &[
            ">POST /in HTTP/1.1\r\nHost: h.example\r\nContent-Type: application/json\r\nContent-Length: 39\r\n\r\n{\"user\":\"bob\",\"password\":\"$\"}",
        ],
    ),
    (
        554,
        &[
            ">DESCRIBE rtsp://cam/1?token=$ RTSP/1.0\r\nCSeq: 1\r\nAuthorization: Basic $2\r\n\r\n",
            "<RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n",
        ],
    ),
    (
        143,
        &[
            "<* OK ready\r\n",
            ">a1 AUTHENTICATE PLAIN\r\n",
            "<+ \r\n",
            ">$1\r\n",
            "<a1 NO wrong\r\n",
            ">a2 AUTHENTICATE PLAIN $1\r\n",
            "<a2 OK in\r\n",
        ],
    ),
    // SOCKS 5 with a user and a password.
    (
        1080,
        &[">\x05\x01\x02", "<\x05\x02", ">\x01\x03bob\x0c$", "<\x01\x00", ">\x05\x01\x00\x01\x0a\x09\x00\x05\x00\x50"],
    ),
    // LDAP: a simple bind.
    (
        389,
        &[
            ">\x30\x1f\x02\x01\x01\x60\x1a\x02\x01\x03\x04\x07cn=bob1\u{80}\x0c$",
            "<\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00",
        ],
    ),
    // PostgreSQL: a password in clear, then a statement that sets one.
    (
        5432,
        &[
            ">\x00\x00\x00\x12\x00\x03\x00\x00user\x00bob\x00\x00",
            "<R\x00\x00\x00\x08\x00\x00\x00\x03",
            ">p\x00\x00\x00\x11$\x00",
            "<R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05I",
            ">Q\x00\x00\x00\x2cALTER USER bob PASSWORD '$';\x00",
        ],
    ),
    // MySQL: the method that sends the password in clear, then a statement that sets one.
    (
        3306,
        &[
            "<\x49\x00\x00\x00\x0a8.0.36\x00\x08\x00\x00\x00abcdefgh\x00\u{ff}\u{ff}\u{ff}\x02\x00\u{ff}\u{df}\x15\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00ijklmnopqrst\x00mysql_clear_password\x00",
            ">\x47\x00\x00\x01\x05\u{a2}\x08\x00\x00\x00\x00\x01\x21\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00bob\x00\x0d$\x00mysql_clear_password\x00",
            "<\x07\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00",
            ">\x2d\x00\x00\x00\x03ALTER USER bob IDENTIFIED BY '$';",
        ],
    ),
    // MQTT: user and password of a CONNECT.
    (1883, &[">\x10\x20\x00\x04MQTT\x04\u{c2}\x00\x3c\x00\x01a\x00\x03bob\x00\x0c$", "<\x20\x02\x00\x00"]),
    // A shell on a port of its own.
    (
        4444,
        &[
            "<sh-5.1# ",
            ">id\n",
            "<uid=0(root) gid=0(root) groups=0(root)\nsh-5.1# ",
            ">curl -u bob:$ http://h.example/?token=$\n",
            "<ok\nsh-5.1# ",
            ">mysql -u bob -p$ -e 'select 1'\n",
            "<1\nsh-5.1# ",
            ">export API_TOKEN=$\n",
            "<sh-5.1# ",
            ">sshpass -p $ ssh bob@h.example --password $ --token=$\n",
            "<sh-5.1# ",
            ">curl -H 'Authorization: Bearer $' http://bob:$@h.example/\n",
            "<done\nsh-5.1# ",
            ">PGPASSWORD=$ psql -h h.example\n",
            "<sh-5.1# ",
            ">net user  bob $ /add\n",
            "<sh-5.1# ",
            ">mysql -p$ db\n",
            "<sh-5.1# ",
            ">curl -ubob:$ http://h.example/ -H 'Cookie: a=$; b=$'\n",
            "<sh-5.1# ",
        ],
    ),
    (
        3333,
        &[
            ">{\"id\":1,\"method\":\"mining.authorize\",\"params\":[\"bob.rig\",\"$\"]}\n",
            "<{\"id\":1,\"result\":true,\"error\":null}\n",
        ],
    ),
];

/// Datagrams to a server, as above.
const DATAGRAMS: &[(u16, &[&str])] = &[
    // SNMP 2c: the community is the password.
    (
        161,
        &[
            ">\x30\x29\x02\x01\x01\x04\x0c$\u{a0}\x16\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x0b\x30\x09\x06\x05\x2b\x06\x01\x02\x01\x05\x00",
        ],
    ),
    (514, &[">\x3c86\x3eOct 11 22:14:15 pc login: password=$ for bob"]),
    (
        5060,
        &[
            ">INVITE sip:bob:$@h.example SIP/2.0\r\nFrom: <sip:bob@h.example>;tag=1\r\nTo: <sip:bob:$@h.example>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nAuthorization: Basic $2\r\nContent-Length: 0\r\n\r\n",
        ],
    ),
    // A password that is not hidden by the shared secret, as it should be.
    (1812, &[">\x01\x07\0\x270123456789abcdef\x01\x05bob\x02\x0e$"]),
    (
        1900,
        &[
            ">NOTIFY * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\nLocation: http://bob:$@10.9.0.7/d.xml?token=$\r\n\r\n",
        ],
    ),
];

/// The segment that a line stands for: its direction and bytes.
fn segment(line: &str) -> (bool, Vec<u8>) {
    let mut text = line[1..].to_owned();
    for (place, form) in IN_BASE64.iter().enumerate() {
        text = text.replace(&format!("${place}"), form);
    }
    // Redis writes lengths with a dollar: those have a digit behind it.
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_length = letters.peek().is_some_and(char::is_ascii_digit);
        if letter == '$' && !is_length && letters.peek() != Some(&' ') {
            out.push_str(SECRET);
        } else {
            out.push(letter);
        }
    }
    // Letters up to U+00FF stand for bytes.
    (line.starts_with('>'), out.chars().map(|letter| letter as u8).collect())
}

/// A frame of a TCP segment between a client and a server.
fn frame(client_port: u16, port: u16, is_client: bool, [sequence, ack]: [u32; 2], flags: u8, data: &[u8]) -> Vec<u8> {
    let [client, server] = [[10, 9, 0, 7], [10, 9, 0, 2]];
    let (source, target) = if is_client { (client, server) } else { (server, client) };
    let (from, to) = if is_client { (client_port, port) } else { (port, client_port) };
    let [l0, l1] = (40 + data.len() as u16).to_be_bytes();
    let mut frame = [[2, 0, 0, 0, 0, target[3]], [2, 0, 0, 0, 0, source[3]]].concat();
    frame.extend([8, 0, 0x45, 0, l0, l1, 0, 1, 0, 0, 64, 6, 0, 0]);
    frame.extend([source, target].concat());
    frame.extend([from.to_be_bytes(), to.to_be_bytes()].concat());
    frame.extend([sequence.to_be_bytes(), ack.to_be_bytes()].concat());
    frame.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    frame.extend(data);
    frame
}

/// A frame of a UDP datagram of the client to a server.
fn datagram(client_port: u16, port: u16, data: &[u8]) -> Vec<u8> {
    let (ip_length, length) = (28 + data.len() as u16, 8 + data.len() as u16);
    let mut frame = [[2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 7]].concat();
    frame.extend([8, 0, 0x45, 0]);
    frame.extend(ip_length.to_be_bytes());
    frame.extend([0, 1, 0, 0, 64, 17, 0, 0, 10, 9, 0, 7, 10, 9, 0, 2]);
    frame.extend([client_port, port, length, 0].map(u16::to_be_bytes).concat());
    frame.extend(data);
    frame
}

fn capture() -> Vec<u8> {
    let mut out = 0xa1b2_c3d4_u32.to_le_bytes().to_vec();
    out.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0]);
    let mut micros = 1_000_000;
    let mut put = |frame: Vec<u8>| {
        let length = frame.len() as u32;
        out.extend([micros / 1_000_000, micros % 1_000_000, length, length].map(u32::to_le_bytes).concat());
        out.extend(frame);
        micros += 20_000;
    };
    for (place, (port, lines)) in CONVERSATIONS.iter().enumerate() {
        let client_port = 50_000 + place as u16;
        let mut next = [1000_u32, 5000];
        put(frame(client_port, *port, true, [999, 0], 2, &[]));
        put(frame(client_port, *port, false, [4999, 1000], 0x12, &[]));
        put(frame(client_port, *port, true, next, 0x10, &[]));
        for line in *lines {
            let (is_client, data) = segment(line);
            let order = if is_client { next } else { [next[1], next[0]] };
            put(frame(client_port, *port, is_client, order, 0x18, &data));
            next[usize::from(!is_client)] += data.len() as u32;
        }
    }
    for (place, (port, lines)) in DATAGRAMS.iter().enumerate() {
        for line in *lines {
            put(datagram(40_000 + place as u16, *port, &segment(line).1));
        }
    }
    out
}

struct Bytes(Vec<u8>);

impl Source for Bytes {
    fn read_at(&mut self, _: u8, offset: u64, length: usize) -> Option<Vec<u8>> {
        self.0.get(offset as usize..offset as usize + length).map(<[u8]>::to_vec)
    }
}

fn window<Sort: Default>(count: u32) -> Window<Sort> {
    Window { filter: Filter::default(), sort: Sort::default(), is_descending: false, offset: 0, count }
}

/// What is shown where: name of the place, and text.
fn shown(bytes: &[u8]) -> Vec<(String, String)> {
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, "a.pcap", bytes.len() as u64));
    pipeline.feed(bytes).unwrap();
    pipeline.end().unwrap();
    let analysis = pipeline.evaluate(&settings);
    let mut places = Vec::new();
    for entry in export::ALL {
        let text = match entry.writer {
            Writer::Analysis(write) => write(&analysis),
            Writer::Findings(write) => write(&analysis, &analysis.findings.iter().collect::<Vec<_>>()),
            // The bytes of packets are what they are.
            Writer::Packets => continue,
            Writer::Columns(format) => {
                let mut out = Vec::new();
                query::write_columns(&mut out, format, (&pipeline, &analysis), (None, None)).unwrap();
                String::from_utf8_lossy(&out).into_owned()
            }
            Writer::Tables(table) => {
                let mut out = Vec::new();
                query::write(&mut out, table, &pipeline, &analysis).unwrap();
                String::from_utf8(out).unwrap()
            }
        };
        places.push((entry.id.to_owned(), text));
    }
    let mut views = Views::default();
    let mut source = Bytes(bytes.to_vec());
    let mut ask = |query: Query| views.ask(&pipeline, &analysis, &mut source, query);
    places.push(("flows".to_owned(), format!("{:?}", ask(Query::Flows(window::<FlowSort>(1000))))));
    places.push((
        "packet rows".to_owned(),
        format!("{:?}", ask(Query::Packets(window::<PacketSort>(1000), PacketLooks::default()))),
    ));
    for index in 0..analysis.summary.packets {
        let Answer::Packet(Some(detail)) = ask(Query::Packet { index }) else { panic!("no packet {index}") };
        places.push((format!("packet {}", index + 1), format!("{:?} {:?}", detail.row, detail.layers)));
    }
    places.push(("analysis".to_owned(), format!("{analysis:?}")));
    places
}

/// What the command prints: its summary, and measures split by every dimension.
fn printed(bytes: &[u8]) -> Vec<(String, String)> {
    let path = std::env::temp_dir().join(format!("packetloupe-secrets-{}.pcap", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    let file = path.to_str().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_packetloupe")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        let text = [output.stdout, output.stderr].concat();
        (arguments.join(" "), String::from_utf8(text).unwrap())
    };
    let (_, dimensions) = run(&["dimensions", "--json"]);
    let dimensions: serde_json::Value = serde_json::from_str(&dimensions).unwrap();
    let all = dimensions.as_array().unwrap().iter();
    // Columns and labels are of tables.
    let ids =
        all.filter(|one| one["takes"] == "" && one["id"] != "label").map(|one| one["id"].as_str().unwrap().to_owned());
    let fields = ["user", "http.path", "http.host", "http.referer", "file", "host", "from", "to", "agent", "service"];
    let mut printed = vec![run(&["analyze", file]), run(&["analyze", "--quiet", file, "--json", "-"])];
    for id in ids.chain(fields.map(|field| format!("field={field}"))) {
        let asked = ["query", file, "--by", &id, "--measure", "flows", "--limit", "1000"];
        printed.extend([run(&asked), run(&[&asked[..], &["--json", "-"]].concat())]);
    }
    std::fs::remove_file(path).unwrap();
    printed
}

#[test]
fn a_planted_secret_is_shown_nowhere() {
    let bytes = capture();
    assert!(bytes.windows(SECRET.len()).filter(|part| *part == SECRET.as_bytes()).count() > 20);
    let places: Vec<(String, String)> = shown(&bytes).into_iter().chain(printed(&bytes)).collect();
    assert!(places.iter().any(|(_, text)| text.contains("bob")), "users are shown");
    // What is not decoded shows nothing anyhow.
    let shows = |what: &str| places.iter().any(|(_, text)| text.contains(what));
    let decoded =
        ["Telnet", "FTP", "SMTP", "POP3", "IMAP", "IRC", "Redis", "HTTP", "RTSP", "SIP", "SOCKS", "LDAP", "PostgreSQL"];
    let decoded = [&decoded[..], &["MySQL", "MQTT", "Stratum", "SNMP", "Syslog", "SSDP", "curl", "passkey"]].concat();
    let decoded = [&decoded[..], &["HTTP/2", "VNC", "RADIUS"]].concat();
    let missing: Vec<&str> = decoded.into_iter().filter(|what| !shows(what)).collect();
    assert!(missing.is_empty(), "not decoded: {missing:?}");
    let leaks: Vec<String> = places
        .iter()
        .flat_map(|(place, text)| {
            let forms = [SECRET].into_iter().chain(IN_BASE64);
            forms.filter_map(move |form| {
                // Filters are written in lower case.
                let at = text.to_ascii_lowercase().find(&form.to_ascii_lowercase())?;
                let from = text.floor_char_boundary(at.saturating_sub(70));
                Some(format!("{place}: {}", &text[from..at + form.len()]))
            })
        })
        .collect();
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}
