//! Logs of other tools: told as what they are, and what they say reaches the detectors that also see captures.

use packetloupe::model::{Analysis, Severity};
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::{self, Settings};
use std::fmt::Write;

fn analyse(text: &str) -> Analysis {
    analyse_by(text, &Settings::default())
}

fn analyse_by(text: &str, settings: &Settings) -> Analysis {
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(settings, "a.log", text.len() as u64));
    pipeline.feed(text.as_bytes()).unwrap();
    pipeline.end().unwrap();
    pipeline.evaluate(settings)
}

/// Detectors that found something of this severity or more.
fn found(text: &str, least: Severity) -> Vec<String> {
    let analysis = analyse(text);
    assert!(analysis.summary.flows > 0, "{}: no flows", analysis.file.format);
    let findings = analysis.findings.into_iter().filter(|finding| finding.severity >= least);
    findings.map(|finding| finding.detector).collect()
}

/// A client at this place, a server at that.
const ENDS: (&str, &str) = ("10.0.0.21", "10.0.0.4");
const START: f64 = 1_700_000_000.0;

/// The ways in which Zeek's logs are written.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Form {
    Tsv,
    /// With dots, nested and ISO times, without a path.
    Nested,
    /// With underscores and a path, as in a stream of all logs.
    Stream,
}

const FORMS: [Form; 3] = [Form::Tsv, Form::Nested, Form::Stream];

/// A log of Zeek: its columns beside the ends, and the cells of each row; `-` is unset.
fn zeek(form: Form, path: &str, port: u16, columns: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    if form == Form::Tsv {
        let names = format!("ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\t{}", columns.join("\t"));
        write!(text, "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t{path}\n#fields\t{names}\n").unwrap();
    }
    for (i, row) in rows.iter().enumerate() {
        let (second, from) = (START + i as f64 * 2.0, 40_000 + i);
        let (client, server) = ENDS;
        if form == Form::Tsv {
            let cells = row.join("\t");
            writeln!(text, "{second:.6}\tC{i}\t{client}\t{from}\t{server}\t{port}\t{cells}").unwrap();
            continue;
        }
        let cells: String =
            columns.iter().zip(row).filter(|(_, cell)| *cell != "-").fold(String::new(), |mut all, (name, cell)| {
                let is_bare = cell.parse::<f64>().is_ok();
                let cell = match cell.as_str() {
                    "T" => "true".to_owned(),
                    "F" => "false".to_owned(),
                    cell if is_bare => cell.to_owned(),
                    cell => format!("{:?}", cell),
                };
                write!(all, ",\"{name}\":{cell}").unwrap();
                all
            });
        let (minute, rest) = (i * 2 / 60, i * 2 % 60);
        match form {
            Form::Nested => writeln!(text, "{{\"ts\":\"2023-11-14T22:{:02}:{rest:02}.000000Z\",\"uid\":\"C{i}\",\"id\":{{\"orig_h\":\"{client}\",\"orig_p\":{from},\"resp_h\":\"{server}\",\"resp_p\":{port}}}{cells}}}", 10 + minute),
            _ => writeln!(text, "{{\"_path\":\"{path}\",\"ts\":{second},\"uid\":\"C{i}\",\"id_orig_h\":\"{client}\",\"id_orig_p\":{from},\"id_resp_h\":\"{server}\",\"id_resp_p\":{port}{cells}}}"),
        }
        .unwrap();
    }
    text
}

/// Rows of the cells that `make` makes.
fn rows(n: usize, make: impl Fn(usize) -> Vec<String>) -> Vec<Vec<String>> {
    (0..n).map(make).collect()
}

fn cells(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

/// A name that carries data.
fn data(i: usize) -> String {
    format!("{:040x}.d.example.pw", (i as u128 + 1) * 0x9e37_79b9_7f4a_7c15)
}

/// An attack in a log of Zeek, whose rows `make` makes, is found by this detector, and what `harmless` makes is not.
fn finds(
    detector: &str,
    (path, port): (&str, u16),
    columns: &[&str],
    n: usize,
    attack: impl Fn(usize) -> Vec<String>,
    harmless: impl Fn(usize) -> Vec<String>,
) {
    for form in FORMS {
        let text = zeek(form, path, port, columns, &rows(n, &attack));
        let analysis = analyse(&text);
        let name = format!("Zeek {path}.log");
        assert!(analysis.file.format.starts_with(&name), "{form:?}: {} is not {name}", analysis.file.format);
        assert_eq!((analysis.summary.flows, analysis.summary.packets), (n as u64, 0), "{form:?} {path}");
        assert!(found(&text, Severity::Low).contains(&detector.to_owned()), "{form:?} {path}: {:?}", analysis.findings);
        let text = zeek(form, path, port, columns, &rows(n, &harmless));
        assert_eq!(found(&text, Severity::Low), Vec::<String>::new(), "{form:?} {path}");
    }
}

#[test]
fn guessing_is_found_by_outcomes() {
    let accepted = |_| cells(&["T", "2", "SSH-2.0-OpenSSH_9.2", "SSH-2.0-OpenSSH_9.2"]);
    let refused = |_| cells(&["F", "5", "SSH-2.0-libssh_0.9.0", "SSH-2.0-OpenSSH_9.2"]);
    finds("login_brute_force", ("ssh", 22), &["auth_success", "auth_attempts", "client", "server"], 8, refused, |i| {
        // One who forgot the password, and clients that try a key first.
        if i == 0 { refused(i) } else { accepted(i) }
    });
    let ntlm = |is_good: bool| {
        move |i: usize| {
            vec![
                format!("user{}", i % 3),
                "PC".to_owned(),
                "LAB".to_owned(),
                if is_good { "T" } else { "F" }.to_owned(),
            ]
        }
    };
    finds(
        "login_brute_force",
        ("ntlm", 445),
        &["username", "hostname", "domainname", "success"],
        30,
        ntlm(false),
        ntlm(true),
    );
    let kerberos = |error: &'static str| {
        move |i: usize| {
            let is_good = error == "-";
            vec![
                "AS".to_owned(),
                format!("anna{i}/LAB"),
                "krbtgt/LAB".to_owned(),
                if is_good { "T" } else { "F" }.to_owned(),
                error.to_owned(),
            ]
        }
    };
    let columns = ["request_type", "client", "service", "success", "error_msg"];
    finds(
        "login_brute_force",
        ("kerberos", 88),
        &columns,
        30,
        kerberos("KDC_ERR_PREAUTH_FAILED"),
        kerberos("KDC_ERR_PREAUTH_REQUIRED"),
    );
    finds("login_brute_force", ("kerberos", 88), &columns, 30, kerberos("KDC_ERR_PREAUTH_FAILED"), kerberos("-"));
    let ftp = |reply: &'static str| move |_: usize| cells(&["anna", "PASS", "-", reply]);
    finds("login_brute_force", ("ftp", 21), &["user", "command", "arg", "reply_code"], 30, ftp("530"), |i| {
        cells(&["anonymous", "RETR", if i % 2 == 0 { "ftp://10.0.0.4/a" } else { "ftp://10.0.0.4/b" }, "226"])
    });
}

#[test]
fn rdp_is_guessed_by_connections_that_ask_to_log_in_or_by_outcomes() {
    let columns = ["cookie", "result", "security_protocol"];
    let ask = |user: String| vec![user, "encrypted".to_owned(), "HYBRID".to_owned()];
    let guess = |i: usize| ask(format!("user{}", i % 7));
    for form in FORMS {
        let log = |n: usize, make: &dyn Fn(usize) -> Vec<String>| zeek(form, "rdp", 3389, &columns, &rows(n, make));
        let analysis = analyse(&log(60, &guess));
        let finding = analysis.findings.iter().find(|finding| finding.detector == "login_brute_force").unwrap();
        assert!(finding.severity >= Severity::Medium, "{form:?}: {:?}", finding.severity);
        assert!(finding.explanation.contains("The outcome is known for 0 of 60 login attempts"));
        assert_eq!(found(&log(6, &|_| ask("anna".to_owned())), Severity::Low), Vec::<String>::new(), "{form:?}");
    }
    // Columns that some sensors add.
    let columns = ["cookie", "result", "security_protocol", "auth_success"];
    let row = |is_good: bool| {
        move |i: usize| {
            let told = if is_good { "T" } else { "F" };
            vec![format!("user{}", i % 2), "Success".to_owned(), "RDP".to_owned(), told.to_owned()]
        }
    };
    let refused = zeek(Form::Stream, "rdp", 3389, &columns, &rows(40, row(false)));
    let analysis = analyse(&refused);
    assert!(analysis.findings.iter().any(|finding| finding.title.contains("guesses RDP passwords")), "{refused}");
    let accepted = zeek(Form::Stream, "rdp", 3389, &columns, &rows(12, row(true)));
    assert_eq!(found(&accepted, Severity::Low), Vec::<String>::new());
}

#[test]
fn dns_tells_of_tunnels_and_of_names_that_do_not_exist() {
    let columns = ["proto", "trans_id", "query", "qtype_name", "rcode_name", "answers"];
    let ask = |name: String, code: &str, answer: &str| {
        vec!["udp".to_owned(), "7".to_owned(), name, "A".to_owned(), code.to_owned(), answer.to_owned()]
    };
    let ordinary = |i: usize| ask(format!("www{}.example.com", i % 9), "NOERROR", "192.0.2.7");
    finds("dns_tunnel", ("dns", 53), &columns, 90, |i| ask(data(i), "NOERROR", "192.0.2.7"), ordinary);
    let random = |i: usize| format!("{:016x}.com", (i as u64 + 7).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    finds("dga", ("dns", 53), &columns, 150, |i| ask(random(i), "NXDOMAIN", "-"), ordinary);
}

#[test]
fn requests_of_a_log_without_counts_show_beacons() {
    let row = |i: usize, second: f64, host: &str, server: &str| {
        format!("{second:.6}\tC{i}\t10.0.0.21\t{}\t{server}\t80\t1\tGET\t{host}\t/news\tagent/1\t200\n", 20_000 + i)
    };
    let head = "#separator \\x09\n#path\thttp\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\ttrans_depth\tmethod\thost\turi\tuser_agent\tstatus_code\n";
    let log = |time: &dyn Fn(usize) -> f64| {
        let calls = (0..120).map(|i| row(i, START + time(i), "cdn.example.pw", "198.51.100.7"));
        let visits = (0..20)
            .map(|i| row(500 + i, START + (i * i * 17) as f64, &format!("w{i}.example.org"), &format!("192.0.2.{i}")));
        [head.to_owned()].into_iter().chain(calls).chain(visits).collect::<String>()
    };
    let analysis = analyse(&log(&|i| i as f64 * 60.0));
    let finding = analysis.findings.iter().find(|finding| finding.detector == "beacon").unwrap();
    assert!(finding.severity >= Severity::Medium, "{:?}", finding.severity);
    assert_eq!(finding.title, "10.0.0.21 connects to cdn.example.pw every 60 s: 120 connections");
    assert!(!finding.explanation.contains("the same amount"), "{}", finding.explanation);
    // A person, who comes in bursts.
    let person = analyse(&log(&|i| (i / 12 * 700 + i % 12 * (i % 5)) as f64));
    assert!(!person.findings.iter().any(|finding| finding.detector == "beacon"), "{:?}", person.findings);
}

#[test]
fn web_tls_and_windows_are_judged_as_in_captures() {
    let columns = ["trans_depth", "method", "host", "uri", "user_agent", "status_code"];
    let ask = |uri: &'static str| move |_: usize| cells(&["1", "GET", "shop.example", uri, "Mozilla/5.0", "200"]);
    finds(
        "web_attack",
        ("http", 80),
        &columns,
        3,
        ask("/item?id=1%27+UNION+SELECT+user,password+FROM+users--"),
        ask("/item?id=1"),
    );
    let columns = ["version", "cipher", "server_name", "established", "subject", "issuer", "validation_status"];
    let tls = |version: &'static str, issuer: &'static str, status: &'static str| {
        move |_: usize| cells(&[version, "TLS_X", "a.example", "T", "CN=a.example", issuer, status])
    };
    for form in FORMS {
        let log = |make: &dyn Fn(usize) -> Vec<String>| zeek(form, "ssl", 443, &columns, &rows(2, make));
        let weak = log(&tls("TLSv10", "CN=a.example", "self signed certificate"));
        assert_eq!(found(&weak, Severity::Info), ["weak_tls"], "{form:?}");
        assert!(found(&log(&tls("TLSv13", "CN=CA", "ok")), Severity::Info).is_empty(), "{form:?}");
    }
    let call = |operation: &'static str| move |_: usize| cells(&["49666", "x", operation]);
    let columns = ["named_pipe", "endpoint", "operation"];
    finds(
        "active_directory_attack",
        ("dce_rpc", 49_666),
        &columns,
        1,
        call("DRSGetNCChanges"),
        call("LsarOpenPolicy2"),
    );
    finds("remote_execution", ("dce_rpc", 49_667), &columns, 1, call("SchRpcRegisterTask"), call("OpenServiceW"));
    let columns = ["request_type", "client", "service", "success", "cipher"];
    let ticket = |cipher: &'static str| {
        move |i: usize| {
            vec!["TGS".to_owned(), "anna/LAB".to_owned(), format!("MSSQLSvc/db{i}"), "T".to_owned(), cipher.to_owned()]
        }
    };
    finds("kerberoasting", ("kerberos", 88), &columns, 5, ticket("rc4-hmac"), ticket("aes256-cts-hmac-sha1-96"));
}

#[test]
fn certificates_of_their_own_log_belong_to_the_connections_that_name_them() {
    let ends = |i: usize| {
        format!(
            "\"uid\":\"C{i}\",\"id.orig_h\":\"10.0.0.21\",\"id.orig_p\":{},\"id.resp_h\":\"10.0.0.4\",\"id.resp_p\":443",
            40_000 + i
        )
    };
    let ssl = |i: usize, name: &str| {
        format!(
            "{{\"_path\":\"ssl\",\"ts\":170000000{i}.5,{},\"version\":\"TLSv12\",\"cipher\":\"TLS_X\",\"server_name\":\"a.example\",\"established\":true,\"{name}\":[\"F1\",\"F2\"]}}\n",
            ends(i)
        )
    };
    let x509 = |name: &str, id: &str, issuer: &str| {
        format!(
            "{{\"_path\":\"x509\",\"ts\":1700000001.4,\"{name}\":\"{id}\",\"certificate.version\":3,\"certificate.subject\":\"CN=a.example\",\"certificate.issuer\":\"{issuer}\",\"certificate.not_valid_before\":1600000000.0,\"certificate.not_valid_after\":1900000000.0}}\n"
        )
    };
    let weak = |text: &str| analyse(text).findings.iter().filter(|finding| finding.detector == "weak_tls").count();
    // By the fingerprint, as since Zeek 5, and by the id of a file before.
    for (refers, named_by) in [("cert_chain_fps", "fingerprint"), ("cert_chain_fuids", "id")] {
        let (own, other) = (x509(named_by, "F1", "CN=a.example"), x509(named_by, "F2", "CN=CA"));
        let connections = [ssl(1, refers), ssl(2, refers)].concat();
        for text in [format!("{other}{own}{connections}"), format!("{connections}{own}{other}")] {
            assert_eq!(weak(&text), 1, "{text}");
            assert_eq!(analyse(&text).summary.flows, 2);
        }
        let signed = x509(named_by, "F1", "CN=CA");
        for text in [format!("{signed}{connections}"), format!("{connections}{signed}"), connections.clone()] {
            assert_eq!(weak(&text), 0, "{text}");
        }
    }
}

#[test]
fn connections_without_counts_are_neither_scans_nor_floods() {
    let (client, _) = ENDS;
    let mut ssl =
        "#separator \\x09\n#path\tssl\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tversion\tcipher\n"
            .to_owned();
    let mut eve = String::new();
    for i in 0..300 {
        let (a, b) = (i / 200, i % 200 + 1);
        let second = START + f64::from(i) / 50.0;
        writeln!(ssl, "{second}\tC{i}\t{client}\t4{i:04}\t198.51.{a}.{b}\t443\tTLSv12\tTLS_X").unwrap();
        writeln!(eve, "{{\"timestamp\":\"2023-11-14T22:13:{:02}.000000+0000\",\"flow_id\":{i},\"event_type\":\"tls\",\"src_ip\":\"{client}\",\"src_port\":4{i:04},\"dest_ip\":\"198.51.{a}.{b}\",\"dest_port\":443,\"proto\":\"TCP\",\"tls\":{{\"sni\":\"h{i}.example\",\"version\":\"TLS 1.2\"}}}}", i % 60).unwrap();
    }
    for text in [ssl, eve] {
        assert_eq!(found(&text, Severity::Low), Vec::<String>::new());
        assert_eq!(analyse(&text).summary.flows, 300);
    }
}

#[test]
fn rows_of_several_logs_are_one_connection() {
    let ends =
        "\"uid\":\"C1\",\"id.orig_h\":\"10.0.0.21\",\"id.orig_p\":40000,\"id.resp_h\":\"192.0.2.7\",\"id.resp_p\":80";
    let http = |uri: &str| {
        format!(
            "{{\"_path\":\"http\",\"ts\":1700000001.5,{ends},\"method\":\"GET\",\"host\":\"a.example\",\"uri\":\"{uri}\",\"status_code\":200}}\n"
        )
    };
    let conn = format!(
        "{{\"_path\":\"conn\",\"ts\":1700000001.0,{ends},\"proto\":\"tcp\",\"duration\":2.5,\"conn_state\":\"SF\",\"history\":\"ShADadFf\",\"orig_pkts\":6,\"orig_ip_bytes\":700,\"resp_pkts\":5,\"resp_ip_bytes\":4300}}\n"
    );
    let dns = "{\"_path\":\"dns\",\"ts\":1700000000.5,\"uid\":\"C0\",\"id.orig_h\":\"10.0.0.21\",\"id.orig_p\":5353,\"id.resp_h\":\"10.0.0.1\",\"id.resp_p\":53,\"proto\":\"udp\",\"query\":\"a.example\",\"qtype_name\":\"A\",\"rcode_name\":\"NOERROR\",\"answers\":[\"192.0.2.7\"]}\n";
    for text in [
        [&http("/a"), &http("/b"), &conn, dns].map(str::to_owned).concat(),
        [dns, &conn, &http("/a"), &http("/b")].map(str::to_owned).concat(),
    ] {
        let analysis = analyse(&text);
        let summary = &analysis.summary;
        assert_eq!((summary.flows, summary.packets, summary.bytes), (2, 11, 5000));
        assert_eq!(
            (summary.first_ns, summary.last_ns),
            (Some(1_700_000_000_500_000_000), Some(1_700_000_003_500_000_000))
        );
        assert!(analysis.file.format.starts_with("Zeek logs (conn, dns, http)"), "{}", analysis.file.format);
        let http = summary.protocols.iter().find(|protocol| protocol.name == "HTTP").unwrap();
        assert_eq!((http.packets, http.messages), (11, 4));
    }
}

#[test]
fn rows_without_an_id_are_one_connection_by_the_time_between_in_any_order() {
    let row = |second: u32| {
        format!(
            "{{\"_path\":\"http\",\"ts\":{}.5,\"id.orig_h\":\"10.0.0.21\",\"id.orig_p\":40000,\"id.resp_h\":\"192.0.2.7\",\"id.resp_p\":80,\"method\":\"GET\",\"host\":\"a.example\",\"uri\":\"/{second}\",\"status_code\":200}}\n",
            1_700_000_000 + second
        )
    };
    let flows = |seconds: &[u32], settings: &Settings| {
        analyse_by(&seconds.iter().map(|second| row(*second)).collect::<String>(), settings).summary.flows
    };
    let mut settings = Settings::default();
    assert_eq!(flows(&[0, 100, 200, 20], &settings), 1, "the last is in between");
    assert_eq!([flows(&[0, 300], &settings), flows(&[300, 0], &settings)], [2; 2]);
    assert!(settings.set(&settings::IDLE_TIMEOUT, 600.0));
    assert_eq!([flows(&[0, 300], &settings), flows(&[300, 0], &settings)], [1; 2]);
}

/// A line of Suricata's EVE.
fn eve(i: usize, kind: &str, more: &str) -> String {
    let (client, server) = ENDS;
    format!(
        "{{\"timestamp\":\"2023-11-14T22:{:02}:{:02}.000000+0000\",\"flow_id\":{},\"event_type\":\"{kind}\",\"src_ip\":\"{client}\",\"src_port\":{},\"dest_ip\":\"{server}\",\"dest_port\":53,\"proto\":\"UDP\"{more}}}\n",
        10 + i / 60,
        i % 60,
        7_000_000_000_000_000 + i as u64,
        40_000 + i
    )
}

#[test]
fn each_version_of_eve_tells_of_dns() {
    let versions: [fn(&str) -> String; 4] = [
        |name| format!(",\"dns\":{{\"type\":\"query\",\"id\":7,\"rrname\":\"{name}\",\"rrtype\":\"A\"}}"),
        |name| {
            format!(
                ",\"dns\":{{\"version\":2,\"type\":\"query\",\"id\":7,\"rrname\":\"{name}\",\"rrtype\":\"A\",\"tx_id\":0}}"
            )
        },
        |name| {
            format!(
                ",\"dns\":{{\"version\":3,\"type\":\"request\",\"id\":7,\"queries\":[{{\"rrname\":\"{name}\",\"rrtype\":\"A\"}}]}}"
            )
        },
        |name| {
            format!(",\"dns\":{{\"query\":[{{\"type\":\"query\",\"id\":7,\"rrname\":\"{name}\",\"rrtype\":\"A\"}}]}}")
        },
    ];
    for version in versions {
        let tunnel: String = (0..90).map(|i| eve(i, "dns", &version(&data(i)))).collect();
        assert_eq!(found(&tunnel, Severity::Low), ["dns_tunnel"], "{tunnel}");
        let ordinary: String = (0..90).map(|i| eve(i, "dns", &version("www.example.com"))).collect();
        assert!(found(&ordinary, Severity::Low).is_empty());
        assert_eq!(analyse(&tunnel).summary.protocols.iter().find(|row| row.name == "DNS").unwrap().messages, 90);
    }
}

#[test]
fn eve_counts_flows_once_wherever_they_stand() {
    let flow = |i| {
        eve(
            i,
            "flow",
            ",\"app_proto\":\"dns\",\"flow\":{\"pkts_toserver\":1,\"pkts_toclient\":1,\"bytes_toserver\":80,\"bytes_toclient\":120,\"start\":\"2023-11-14T22:10:00.000000+0000\",\"end\":\"2023-11-14T22:10:01.000000+0000\",\"state\":\"established\"}",
        )
    };
    let half = |i| {
        eve(
            i,
            "netflow",
            ",\"netflow\":{\"pkts\":1,\"bytes\":80,\"start\":\"2023-11-14T22:10:00.000000+0000\",\"end\":\"2023-11-14T22:10:01.000000+0000\"}",
        )
    };
    let alert = |i| eve(i, "alert", ",\"alert\":{\"signature\":\"TEST rule\",\"category\":\"Misc\",\"severity\":3}");
    let stats =
        "{\"timestamp\":\"2023-11-14T22:20:00.000000+0000\",\"event_type\":\"stats\",\"stats\":{\"uptime\":5}}\n";
    let first = |make: &dyn Fn(usize) -> String| (0..260).map(make).collect::<String>();
    let text = format!("{}{stats}{}{}", first(&alert), first(&flow), first(&half));
    let summary = analyse(&text).summary;
    assert_eq!((summary.flows, summary.packets, summary.bytes), (260, 520, 52_000));
    assert!(summary.protocols.iter().any(|protocol| protocol.name == "DNS"));
    let summary = analyse(&first(&half)).summary;
    assert_eq!((summary.flows, summary.packets), (260, 260), "netflow alone counts");
}

#[test]
fn elastic_names_tell_of_the_same() {
    let ends =
        "\"source.ip\":\"10.0.0.21\",\"source.port\":40000,\"destination.ip\":\"10.0.0.4\",\"destination.port\":80";
    let attack = "/item?id=1%27+UNION+SELECT+user,password+FROM+users--";
    let shapes: [&dyn Fn(&str) -> String; 3] = [
        &|uri| {
            format!(
                "{{\"@timestamp\":\"2023-11-14T22:10:00Z\",\"event\":{{\"dataset\":\"http\",\"duration\":5000}},\"source\":{{\"ip\":\"10.0.0.21\",\"port\":40000,\"bytes\":9}},\"destination\":{{\"ip\":\"10.0.0.4\",\"port\":80}},\"network\":{{\"transport\":\"tcp\"}},\"url\":{{\"path\":\"{uri}\"}},\"http\":{{\"request\":{{\"method\":\"GET\"}},\"response\":{{\"status_code\":200}}}}}}\n"
            )
        },
        &|uri| {
            format!(
                "{{\"@timestamp\":\"2023-11-14T22:10:00Z\",\"event.dataset\":\"zeek.http\",{ends},\"zeek.session_id\":\"C1\",\"url.original\":\"{uri}\",\"http.request.method\":\"GET\"}}\n"
            )
        },
        &|uri| {
            format!(
                "{{\"@timestamp\":\"2023-11-14T22:10:00Z\",\"event.dataset\":\"suricata.eve\",\"suricata.eve.event_type\":\"http\",{ends},\"suricata.eve.flow_id\":\"77\",\"suricata.eve.http.url\":\"{uri}\",\"suricata.eve.http.http_method\":\"GET\"}}\n"
            )
        },
    ];
    for shape in shapes {
        let text = shape(attack);
        assert_eq!(found(&text, Severity::Medium), ["web_attack"], "{text}");
        assert!(found(&shape("/item?id=1"), Severity::Low).is_empty());
        let analysis = analyse(&text);
        assert!(analysis.file.format.starts_with("Elastic Common Schema"), "{}", analysis.file.format);
        assert_eq!(analysis.summary.packets, 0, "{text}");
    }
}
