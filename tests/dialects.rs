//! Tables of every dialect: told by their content, read the same whatever the slices, and never a cause of panic.

use crate::needs;
use packetloupe::model::rows::RowKind;
use packetloupe::model::{Analysis, flow::Outcome, flow::TcpState};
use packetloupe::pipeline::{Pipeline, PipelineOptions, RowBlock, RowKeeper};
use packetloupe::protocol::{decode, encode};
use packetloupe::read::UnsupportedFile;
use packetloupe::read::table::dialect;
use packetloupe::settings::{self, Descriptor, Settings};
use packetloupe::stats::columns;
use proptest::prelude::*;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Feeds `bytes` in slices of the given sizes, in turn, and lets the detectors conclude.
fn read(bytes: &[u8], sizes: &[usize], settings: &Settings) -> Result<(Pipeline, Analysis), UnsupportedFile> {
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(settings, "a.csv", bytes.len() as u64));
    let mut rest = bytes;
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (slice, after) = rest.split_at((*size).clamp(1, rest.len()));
        pipeline.feed(slice)?;
        rest = after;
    }
    pipeline.end()?;
    let analysis = pipeline.evaluate(settings);
    Ok((pipeline, analysis))
}

/// Feeds `bytes` as [`read`] does; if `is_shared`, rows are kept apart and come back in pieces once the detectors have
/// concluded. Reading is stopped there if `is_stopped`.
fn read_by(
    is_shared: bool,
    is_stopped: bool,
    bytes: &[u8],
    sizes: &[usize],
    settings: &Settings,
) -> Result<(Pipeline, Analysis), UnsupportedFile> {
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(settings, "a.csv", bytes.len() as u64));
    let mut keeper = None;
    let mut n_fed = 0;
    for size in sizes.iter().cycle() {
        let (fed, rest) = bytes.split_at(n_fed);
        let slice = &rest[..(*size).min(rest.len())];
        if slice.is_empty() {
            break;
        }
        pipeline.feed(slice)?;
        if is_shared && keeper.is_none() && pipeline.can_leave_rows() {
            pipeline.leave_rows();
            let made = keeper.insert(RowKeeper::new(settings));
            made.feed(fed);
        }
        keeper.iter_mut().for_each(|keeper| keeper.feed(slice));
        n_fed += slice.len();
    }
    assert_eq!(keeper.is_some(), is_shared && !pipeline.has_rows_only());
    if is_stopped {
        pipeline.stop();
    }
    pipeline.end()?;
    pipeline.evaluate(settings);
    let n_rows = pipeline.rows().unwrap().n_rows();
    let pieces: Vec<RowBlock> = keeper.into_iter().flat_map(|keeper| keeper.end(is_stopped)).collect();
    let n_pieces = pieces.len();
    for (place, piece) in pieces.iter().enumerate() {
        let is_last = pipeline.put_rows(decode(&encode(piece)).unwrap());
        assert_eq!(is_last, place + 1 == n_pieces);
    }
    assert_eq!(pipeline.rows().unwrap().n_rows(), n_rows);
    let analysis = pipeline.analysis(settings);
    Ok((pipeline, analysis))
}

/// Everything that is kept of rows: each cell in words, each place and number, what is known of each column.
fn kept(pipeline: &Pipeline) -> impl PartialEq + std::fmt::Debug + use<> {
    let rows = pipeline.rows().unwrap();
    let cell = |column, row| {
        let cell = rows.cell(column, row);
        rows.text(column, cell).map_or_else(|| format!("{cell:x}"), |text| String::from_utf8_lossy(text).into_owned())
    };
    let cells = |column| (0..rows.len()).map(|row| cell(column, row)).collect::<Vec<_>>();
    let n_columns = rows.layout().columns.len();
    let columns: Vec<_> = (0..n_columns).map(|place| (cells(place), columns::info(rows, place, usize::MAX))).collect();
    let places: Vec<_> = (0..rows.len()).map(|row| rows.place(row)).collect();
    (rows.layout().clone(), columns, places, rows.numbers(), pipeline.flows_of_rows())
}

fn whole(bytes: &[u8]) -> (Pipeline, Analysis) {
    read(bytes, &[usize::MAX], &Settings::default()).unwrap()
}

/// The fixture of a dialect.
fn fixture(id: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tables");
    let is_its = |path: &PathBuf| path.file_stem().is_some_and(|stem| stem == id);
    let found = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).find(is_its);
    assert!(found.is_some(), "no fixture for {id}");
    std::fs::read(found.unwrap()).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn issue(analysis: &Analysis, id: &str) -> u64 {
    analysis.issues.iter().find(|issue| issue.id == id).map_or(0, |issue| issue.count)
}

#[test]
fn every_dialect_is_told_by_its_content() {
    use RowKind::{Flows, Packets, Rows};
    // Dialect, rows, flows, what rows become, label column, unit.
    let expected = [
        ("python_cicflowmeter", 2, 2, Flows, None, "seconds"),
        ("cicids2018", 2, 0, Rows, Some("Label"), "microseconds"),
        ("cicids2017_flows", 2, 2, Flows, Some("Label"), "microseconds"),
        ("cicflowmeter_v4", 6, 6, Flows, Some("Label"), "microseconds"),
        ("cicids2017_ml", 3, 0, Rows, Some("Label"), "microseconds"),
        ("nfstream", 2, 2, Flows, None, "milliseconds"),
        ("hikari2021", 2, 0, Rows, Some("Label"), "seconds, gaps microseconds"),
        ("zeek_flowmeter", 2, 0, Rows, None, "seconds, gaps microseconds"),
        ("unsw_nb15", 2, 0, Rows, Some("attack_cat"), "seconds"),
        ("unsw_nb15_raw", 3, 3, Flows, Some("attack_cat"), "seconds"),
        ("nsl_kdd", 3, 0, Rows, Some("label"), "seconds"),
        ("kdd99", 3, 0, Rows, Some("label"), "seconds"),
        ("ctu13", 4, 3, Flows, Some("Label"), "seconds"),
        ("ton_iot", 2, 2, Flows, Some("type"), "seconds"),
        ("pmacct", 2, 1, Flows, None, "seconds"),
        ("zeek_log", 2, 2, Flows, None, "seconds"),
        ("zeek_conn", 2, 2, Flows, Some("label"), "seconds"),
        ("suricata_eve", 3, 3, Flows, Some("flow.alerted"), "seconds"),
        ("ecs", 3, 2, Flows, None, "nanoseconds, gaps seconds"),
        ("nfdump_old", 3, 2, Flows, None, "seconds"),
        ("nfdump", 2, 1, Flows, None, "seconds"),
        ("wireshark_list", 7, 3, Packets, None, "seconds"),
        ("netflow_v5", 2, 1, Flows, None, "seconds"),
        ("netflow_v9", 2, 0, Rows, Some("Attack"), "milliseconds"),
        ("ciciot2023", 2, 0, Rows, Some("label"), "seconds"),
        ("tshark_fields", 4, 2, Packets, None, "seconds"),
        ("wireshark_conversations", 2, 2, Flows, None, "seconds"),
        ("nfdump_json", 2, 1, Flows, None, "seconds"),
        ("nfdump_quiet", 2, 1, Flows, None, "seconds"),
        ("ugr16", 3, 2, Flows, Some("label"), "seconds"),
        ("cidds", 2, 2, Flows, Some("class"), "seconds"),
        ("yaf", 2, 2, Flows, None, "seconds"),
        ("cesnet", 2, 2, Flows, None, "seconds"),
        ("silk", 2, 1, Flows, None, "seconds"),
        ("goflow2", 2, 1, Flows, None, "seconds"),
        ("ipfix", 2, 1, Flows, None, "seconds"),
        ("gcp_vpc", 2, 1, Flows, None, "seconds"),
        ("envoy", 2, 2, Flows, None, "milliseconds, gaps seconds"),
        ("panos_csv", 2, 2, Flows, None, "seconds"),
        ("fortigate_csv", 2, 2, Flows, None, "seconds"),
        ("sysmon", 2, 2, Flows, None, "seconds"),
        ("windows_firewall", 2, 2, Flows, None, "seconds"),
        ("w3c", 2, 2, Flows, None, "milliseconds, gaps seconds"),
        ("aws_vpc", 3, 2, Flows, None, "seconds"),
        ("gure_kdd", 2, 2, Flows, Some("label"), "seconds"),
        ("nfdump_text", 2, 1, Flows, None, "seconds"),
        ("nfdump_pipe", 2, 1, Flows, None, "seconds"),
        ("argus_text", 2, 2, Flows, None, "seconds"),
        ("yaf_text", 2, 2, Flows, None, "seconds"),
        ("tshark_text", 3, 1, Packets, None, "seconds"),
        ("windows_events", 2, 2, Flows, None, "seconds"),
        ("netfilter", 2, 2, Flows, None, "seconds"),
        ("filterlog", 2, 2, Flows, None, "seconds"),
        ("mikrotik", 2, 2, Flows, None, "seconds"),
        ("cisco_asa", 3, 2, Flows, None, "seconds"),
        ("panos", 2, 2, Flows, None, "seconds"),
        ("fortigate", 2, 2, Flows, None, "seconds"),
        ("key_value", 2, 2, Flows, None, "seconds"),
        ("firewall_text", 2, 2, Flows, None, "seconds"),
        ("blank_list", 2, 2, Flows, None, "seconds"),
        ("azure_flows", 2, 2, Flows, None, "seconds"),
        ("other", 2, 2, Flows, Some("class"), "seconds"),
    ];
    assert_eq!(expected.map(|(id, ..)| id).to_vec(), dialect::ALL.iter().map(|entry| entry.id).collect::<Vec<_>>());
    for (id, rows, flows, kind, label, unit) in expected {
        let (pipeline, analysis) = whole(&fixture(id));
        let table = analysis.table.as_ref().unwrap();
        let layout = &table.layout;
        assert_eq!((layout.dialect.as_str(), table.rows, layout.kind), (id, rows, kind), "{id}: {:?}", analysis.issues);
        assert_eq!((layout.label_name(), layout.time_unit.as_str()), (label, unit), "{id}");
        assert_eq!(analysis.summary.flows, flows, "{id}");
        assert_eq!(layout.lacks.is_empty(), kind != Rows, "{id}");
        assert!(analysis.file.format.contains(&layout.name), "{id}");
        assert!(pipeline.rows().unwrap().len() as u64 == rows);
    }
}

#[test]
fn flows_say_what_the_rows_say() {
    for (id, place, seconds, packets, state) in [
        ("cicflowmeter_v4", 0, 2.5, [10, 8], TcpState::Closed),
        ("cicflowmeter_v4", 5, 0.0, [1, 1], TcpState::Refused),
        ("python_cicflowmeter", 0, 2.5, [10, 8], TcpState::Established),
        // Without columns of flags it is not known how it ended.
        ("cicids2017_flows", 0, 1.0, [5, 4], TcpState::Unknown),
        ("nfstream", 0, 2.5, [10, 8], TcpState::Closed),
        ("unsw_nb15_raw", 0, 0.5, [10, 8], TcpState::Closed),
        ("ctu13", 0, 1.026_539, [2, 2], TcpState::Refused),
        ("zeek_conn", 0, 2.5, [10, 8], TcpState::Closed),
        ("zeek_conn", 1, 0.0, [1, 0], TcpState::Requested),
        ("suricata_eve", 2, 0.0, [1, 0], TcpState::Requested),
        ("nfdump_old", 0, 2.5, [10, 8], TcpState::Closed),
        ("nfdump_old", 1, 0.0, [1, 0], TcpState::Requested),
        ("nfdump", 0, 2.5, [10, 8], TcpState::Closed),
        ("wireshark_list", 0, 0.03, [3, 1], TcpState::Established),
    ] {
        let (pipeline, _) = whole(&fixture(id));
        let flow = pipeline.flows().get(place).unwrap();
        assert!((flow.duration_ns() as f64 / 1e9 - seconds).abs() < 1e-5, "{id} {}", flow.duration_ns());
        assert_eq!([flow.forward().packets, flow.backward().packets], packets, "{id} {place}");
        assert_eq!(flow.state, state, "{id} {place}");
        assert_eq!(flow.originator().0.to_string(), "10.0.0.2", "{id}");
        let outcome = match (packets, state) {
            (_, TcpState::Refused) => Outcome::Refused,
            ([_, 0], _) => Outcome::Unanswered,
            _ => Outcome::Established,
        };
        assert_eq!(flow.outcome(), outcome, "{id} {place}");
    }
    // 3:30 in CIC-IDS2017 is in the afternoon; the zone of Suricata's times counts; seconds keep their parts.
    let start = |id: &str| whole(&fixture(id)).0.flows().get(0).unwrap().first_ns;
    assert_eq!(start("cicids2017_flows"), 1_499_441_400_000_000_000);
    assert_eq!(start("suricata_eve"), 1_795_254_065_250_000_000);
    assert_eq!(start("ctu13"), 1_312_969_619_607_825_000);
}

#[test]
fn oddities_are_said() {
    for (fixture_of, id, n) in [
        ("cicflowmeter_v4", "header-repeated", 1),
        ("cicids2018", "header-repeated", 1),
        ("cicids2017_flows", "row-blank", 1),
        ("cicids2017_flows", "text-not-utf8", 1),
        ("nfdump_old", "summary-line", 1),
        ("suricata_eve", "row-damaged", 1),
        ("ctu13", "row-no-flow", 1),
        ("wireshark_list", "times-relative", 1),
    ] {
        assert_eq!(issue(&whole(&fixture(fixture_of)).1, id), n, "{fixture_of} {id}");
    }
}

#[test]
fn what_a_table_cannot_tell_rests_with_a_reason() {
    let (_, rows) = whole(&fixture("hikari2021"));
    let why = rows.runs.iter().find(|run| run.id == "port_scan").unwrap().not_enough_data.clone().unwrap();
    assert!(why.contains("no times"), "{why}");
    let (_, flows) = whole(&fixture("ctu13"));
    let of = |id: &str| flows.runs.iter().find(|run| run.id == id).unwrap().not_enough_data.clone();
    assert!(of("arp_spoofing").unwrap().contains("table of flows"));
    assert!(!flows.table.unwrap().not_evaluated.is_empty());
    assert!(flows.stats.timeline.packets[0].iter().sum::<u64>() > 0);
}

#[test]
fn a_list_of_packets_says_flags_or_none_are_known() {
    use packetloupe::model::flow::{Known, evidence};
    let (client, server) = ("192.0.2.7,54017", "192.0.2.8,21");
    let table = |head: &str, rows: &[(bool, u32, &str)]| {
        let row = |(i, (is_back, bytes, more)): (usize, &(bool, u32, &str))| {
            let (from, to) = if *is_back { (server, client) } else { (client, server) };
            format!("1389721044.{i},{from},{to},{bytes}{more}\n")
        };
        let rows: String = rows.iter().enumerate().map(row).collect();
        let head = format!("frame.time_epoch,ip.src,tcp.srcport,ip.dst,tcp.dstport,frame.len{head}\n");
        let (pipeline, _) = whole((head + &rows).as_bytes());
        assert_eq!(pipeline.flows().len(), 1);
        pipeline.flows().get(0).unwrap().clone()
    };
    // As large as a request, its answer and an acknowledgment: that does not make them such.
    let open = [(false, 74, ""), (true, 74, ""), (false, 66, ""), (false, 135, ""), (true, 900, "")];
    for (n, outcome) in [(1, Outcome::Unanswered), (2, Outcome::Bare), (5, Outcome::Established)] {
        let flow = table("", &open[..n]);
        assert!(!flow.saw_syn && flow.directions.iter().all(|side| evidence::flags(side) == 0), "{flow:?}");
        assert!(!flow.known.has(Known::FLAGS) && !flow.known.has(Known::FLAG_COUNTS) && flow.known.has(Known::PACKETS));
        assert_eq!((flow.outcome(), flow.forward().initial_window), (outcome, None));
    }
    let named = [(false, 74, ",1,0"), (true, 74, ",1,1"), (false, 66, ",0,1")];
    let flow = table(",tcp.flags.syn,tcp.flags.ack", &named);
    assert!(flow.saw_syn && flow.known.has(Known::FLAGS.with(Known::FLAG_COUNTS)) && !flow.known.has(Known::WINDOWS));
    assert_eq!((flow.outcome(), flow.forward().initial_window), (Outcome::Established, None));
}

#[test]
fn a_list_of_packets_with_columns_of_ports_is_read_by_its_names_and_texts_too() {
    let table = "No.;Time;Source;Source Port;Destination;Destination Port;Protocol;Length;Info
1;0.0;192.0.2.7;50000;192.0.2.8;53;DNS;80;Standard query 0x1 A example.org
2;0.1;192.0.2.7;50000;192.0.2.8;443;QUIC;1292;Initial
3;0.2;192.0.2.7;50000;192.0.2.8;51820;WireGuard;190;Handshake Initiation
4;0.3;192.0.2.7;50000;192.0.2.8;80;TCP;74;50000  >  80 [SYN] Seq=0 Win=64240
5;0.4;192.0.2.8;80;192.0.2.7;50000;TCP;74;80  >  50000 [SYN, ACK] Seq=0 Ack=1 Win=65160
6;0.5;192.0.2.7;50000;192.0.2.8;80;TCP;66;50000  >  80 [ACK] Seq=1 Ack=1 Win=64256
7;0.6;192.0.2.7;50000;192.0.2.8;80;TCP;66;50000  >  80 [ACK] Seq=1 Ack=1 Win=64256
8;0.7;192.0.2.7;50000;192.0.2.8;80;HTTP;200;GET / HTTP/1.1
";
    let (pipeline, _) = whole(table.as_bytes());
    let flows: Vec<_> =
        pipeline.flows().iter().map(|(_, flow)| (flow.key.protocol, flow.packets(), flow.state)).collect();
    let (udp, tcp) = (|n| (17, n, TcpState::Unknown), (6, 5, TcpState::Established));
    assert_eq!(flows, [udp(1), udp(1), udp(1), tcp]);
    let flow = pipeline.flows().get(3).unwrap();
    assert_eq!((flow.outcome(), flow.forward().initial_window), (Outcome::Established, Some(64_240)));
}

#[test]
fn people_can_choose_dialect_unit_and_label() {
    let set = |descriptor: &Descriptor, value: f64| {
        let mut settings = Settings::default();
        assert!(settings.set(descriptor, value));
        settings
    };
    let bytes = fixture("cicflowmeter_v4");
    let table = |settings: &Settings| read(&bytes, &[usize::MAX], settings).unwrap().1.table.unwrap();
    let seconds = table(&set(&settings::TABLE_UNIT.descriptor, 1.0));
    assert_eq!(seconds.layout.time_unit, "seconds");
    assert_eq!(table(&set(&settings::TABLE_LABEL, 6.0)).layout.label_name(), Some("Protocol"));
    assert_eq!(table(&set(&settings::TABLE_LABEL, -1.0)).layout.label_name(), None);
    let other = dialect::ALL.len() as f64;
    assert_eq!(table(&set(&settings::TABLE_DIALECT.descriptor, other)).layout.dialect, "other");
}

#[test]
fn odd_files_are_read_or_refused_with_a_sentence() {
    for (text, n_rows) in [
        ("a,b\r1,2\r3,4\r", 2),
        ("\n\n a ;b\n1,5;2\n2,5;3\n", 2),
        ("a|b|c\n1|2|3", 1),
        ("a,b,c\n1,2\n1,2,3,4\n,,\n1,2,3\n", 3),
        ("[ {\"a\": 1},\n {\"a\": 2, \"b\": {\"c\": \"x\"}} ]", 2),
        ("{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n", 2),
        ("% comment\n@relation x\n@attribute 'a b' numeric\n@attribute class {n,y}\n@data\n1,n\n2,y\n", 2),
        ("1.5,2,0\n1.6,3,1\n1.7,4,0\n", 3),
        // An object without members is a row without cells.
        ("{}", 0),
    ] {
        let (_, analysis) = whole(text.as_bytes());
        assert_eq!(analysis.table.unwrap().rows, n_rows, "{text:?}");
    }
    for text in ["Dear all,\nplease find, attached,\nnothing.\n", "<html>,,,\n", "[1, 2, 3]", "plain words\nand more\n"]
    {
        let refused = read(text.as_bytes(), &[usize::MAX], &Settings::default()).err();
        assert!(refused.is_some_and(|refusal| refusal.to_string().ends_with('.')), "{text:?}");
    }
}

#[test]
fn a_compressed_table_gives_what_the_plain_one_does() {
    let long = (0..30_000).map(|i| format!("{i},{},x\n", i * 7919 % 1000)).collect::<String>();
    let fixtures = dialect::ALL.iter().map(|entry| fixture(entry.id));
    for plain in fixtures.chain([format!("a,b,c\n{long}").into_bytes()]) {
        let (known, expected) = whole(&plain);
        let places = |pipeline: &Pipeline| {
            let rows = pipeline.rows().unwrap();
            (0..rows.len()).map(|row| rows.place(row).map(|p| (p.offset, p.length))).collect::<Vec<_>>()
        };
        for packed in [gzip(&plain), zstd(&plain), [gzip(&plain[..100]), gzip(&plain[100..])].concat()] {
            for size in [1, 977, usize::MAX] {
                let (pipeline, mut analysis) = read(&packed, &[size], &Settings::default()).unwrap();
                assert!(pipeline.inputs()[0].is_packed && analysis.file.format.ends_with(&expected.file.format));
                analysis.file = expected.file.clone();
                assert_eq!(analysis, expected);
                assert_eq!(places(&pipeline), places(&known), "rows stand in what was unpacked");
            }
        }
    }
}

#[test]
fn a_cut_or_damaged_compressed_table_gives_its_whole_rows() {
    // Of the short table all rows wait for their end when the trouble comes.
    for (pack, n) in [(gzip as fn(&[u8]) -> Vec<u8>, 60), (gzip, 30_000), (zstd, 30_000)] {
        let plain = (0..n).fold("a,b,c\n".to_owned(), |text, i| text + &format!("{i},{},x\n", i * 7919 % 1000));
        let packed = pack(plain.as_bytes());
        let behind = [packed.as_slice(), b"no archive"].concat();
        for (bytes, id, least) in [(&packed[..packed.len() - 9], "unpack-cut", n / 3), (&behind, "unpack-damaged", n)] {
            let (_, analysis) = read(bytes, &[usize::MAX], &Settings::default()).unwrap();
            let rows = analysis.table.as_ref().unwrap().rows;
            assert!((least..=n).contains(&rows), "{rows} of {n}, {id}");
            let ids: Vec<&str> = analysis.issues.iter().map(|issue| issue.id.as_str()).collect();
            assert_eq!(ids, [id]);
            assert_eq!(read(bytes, &[13], &Settings::default()).unwrap().1, analysis);
        }
    }
}

#[test]
fn a_table_beside_other_files_is_refused() {
    let names = vec!["a.csv".to_owned(), "b.csv".to_owned()];
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(PipelineOptions { names, ..PipelineOptions::of(&settings) });
    let refusal = pipeline.feed(&gzip(&fixture("ctu13"))).and_then(|()| pipeline.end()).unwrap_err();
    assert_eq!(refusal.to_string(), "Inside gzip: Open a table on its own, not together with other files.");
}

#[test]
fn a_quote_that_is_never_closed_costs_one_row() {
    let mut text = b"a,b,c\n1,2,x\n1,\"open,y\n".to_vec();
    for i in 0..300_000 {
        text.extend_from_slice(format!("{i},2,z\n").as_bytes());
    }
    let (pipeline, analysis) = whole(&text);
    assert_eq!(analysis.table.as_ref().unwrap().rows, 300_002);
    assert_eq!(issue(&analysis, "row-too-long"), 1);
    let sliced = read(&text, &[100_003], &Settings::default()).unwrap();
    assert_eq!(sliced.1, analysis);
    assert_eq!(pipeline.rows().unwrap().number(300_001), Some(300_001));
}

#[test]
fn thousands_of_columns_are_read() {
    let names: Vec<String> = (0..5000).map(|i| format!("f{i}")).collect();
    let row: Vec<String> = (0..5000).map(|i| (i % 7).to_string()).collect();
    let text = format!("{}\n{}", names.join(","), format!("{}\n", row.join(",")).repeat(50));
    let (pipeline, analysis) = whole(text.as_bytes());
    assert_eq!((analysis.table.unwrap().layout.columns.len(), pipeline.rows().unwrap().n_rows()), (5000, 50));
}

#[test]
fn past_the_memory_a_sample_is_kept_and_said() {
    let mut text = b"a,b,label\n".to_vec();
    for i in 0..400_000_u32 {
        text.extend_from_slice(format!("{},{},0\n", f64::from(i) / 7.0, i.wrapping_mul(2_654_435_761)).as_bytes());
    }
    let mut small = Settings::default();
    assert!(small.set(&settings::TABLE_MEMORY, 1.0));
    let (_, analysis) = read(&text, &[1 << 20], &small).unwrap();
    let table = analysis.table.as_ref().unwrap();
    assert!(table.rows == 400_000 && table.rows_kept < 200_000 && table.rows_kept > 10_000, "{}", table.rows_kept);
    let said = analysis.issues.iter().find(|issue| issue.id == "rows-sampled").unwrap();
    assert!(said.text.contains("seed 42"), "{}", said.text);
    assert_eq!(read(&text, &[77_777], &small).unwrap().1, analysis);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_slicing_of_a_damaged_table_gives_the_same_result(
        place in 0..dialect::ALL.len(),
        wounds in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        sizes in prop::collection::vec(1usize..200, 1..5),
    ) {
        let mut bytes = fixture(dialect::ALL[place].id).repeat(3);
        for (place, byte) in &wounds {
            let place = place.index(bytes.len());
            bytes[place] = *byte;
        }
        let of = |sizes: &[usize]| read(&bytes, sizes, &Settings::default()).map(|(_, analysis)| analysis);
        prop_assert_eq!(of(&sizes), of(&[usize::MAX]));
    }

    #[test]
    fn rows_that_are_kept_apart_are_the_same_rows(
        place in 0..dialect::ALL.len(),
        wounds in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        sizes in prop::collection::vec(20_000usize..90_000, 1..4),
        is_stopped in any::<bool>(),
    ) {
        let mut bytes = fixture(dialect::ALL[place].id);
        bytes = bytes.repeat(150_000 / bytes.len() + 1);
        for (place, byte) in &wounds {
            let place = place.index(bytes.len() - 3000) + 3000;
            bytes[place] = *byte;
        }
        let alone = read_by(false, is_stopped, &bytes, &sizes, &Settings::default());
        let shared = read_by(true, is_stopped, &bytes, &sizes, &Settings::default());
        let of = |read: &Result<(Pipeline, Analysis), UnsupportedFile>| {
            read.as_ref().map(|(pipeline, analysis)| (analysis.clone(), kept(pipeline))).map_err(Clone::clone)
        };
        prop_assert_eq!(of(&shared), of(&alone));
    }

    #[test]
    fn arbitrary_text_ends_in_a_result_or_a_sentence(text in "[a-c0-9,;\"{}\\[\\]:#@.\n\r\t -]{0,300}") {
        let of = |sizes: &[usize]| read(text.as_bytes(), sizes, &Settings::default()).map(|(_, analysis)| analysis);
        let outcome = of(&[usize::MAX]);
        if let Err(refusal) = &outcome {
            prop_assert!(refusal.to_string().ends_with('.'));
        }
        prop_assert_eq!(of(&[7]), outcome);
    }
}

/// Public tables beside the project, if they are there.
#[test]
fn public_tables_are_told() {
    let Some(shared) = needs::require(&["tables"], &[]) else { return };
    let tables = shared.join("tables");
    for (file, id, rows) in [
        ("cic-ids2017/MachineLearningCVE_first999_th1.csv", "cicids2017_ml", None),
        ("cic-ids2017/cicids2017_sample.csv", "cicids2017_ml", Some(12_000)),
        ("ctu-13/scenario11_botnet_vs_normal.binetflow", "ctu13", Some(10_873)),
        ("hikari-2021/hikari2021_simple_version_24rows.csv", "hikari2021", Some(24)),
        ("nsl-kdd/KDDTest+.txt", "nsl_kdd", Some(22_544)),
        ("nsl-kdd/KDDTrain+_20Percent.txt", "nsl_kdd", Some(25_192)),
        ("stratosphere-binetflow/test2-malicious.binetflow", "ctu13", None),
        ("stratosphere-zeek/horizontal-portscan_conn.log", "zeek_conn", None),
        ("stratosphere-zeek/test10-mixed_conn.log", "zeek_conn", None),
        ("stratosphere-zeek/vertical-portscan_conn.json.log", "zeek_conn", None),
        ("suricata-eve/netflowlabeler_suricata.json", "suricata_eve", None),
        ("unsw-nb15/UNSW-NB15_raw_head.csv", "unsw_nb15_raw", None),
        ("unsw-nb15/UNSW_NB15_training-set_sample31pct.csv", "unsw_nb15", Some(25_550)),
        ("adbench/10_cover.csv", "other", None),
    ] {
        let Ok(bytes) = std::fs::read(tables.join(file)) else {
            needs::leave_out(&format!("shared/tables/{file} missing"));
            continue;
        };
        let table = whole(&bytes).1.table.unwrap();
        assert_eq!(table.layout.dialect, id, "{file}");
        assert!(rows.is_none_or(|rows| rows == table.rows), "{file}: {}", table.rows);
    }
}

/// A table of flows of one host to another, with these times, ports and states.
fn scan_table(rows: impl Iterator<Item = (f64, u16)>) -> String {
    let row = |(time, port)| format!("{time},10.0.0.66,10.0.0.80,40000,{port},tcp,1,1,60,40,1\n");
    let headings = "time,src_ip,dst_ip,src_port,dst_port,protocol,spkts,dpkts,sbytes,dbytes,rst flag count\n";
    headings.to_owned() + &rows.map(row).collect::<String>()
}

#[test]
fn a_finding_means_the_rows_of_its_own_days() {
    const FIRST: f64 = 1_545_770_950.0;
    const SCAN: f64 = FIRST + 3.0 * 86_400.0;
    let tries = (0..30).map(|i| (FIRST + f64::from(i), 22));
    let scan = (0..40).map(|i| (SCAN + f64::from(i), 100 + i as u16));
    let (_, analysis) = whole(scan_table(tries.chain(scan)).as_bytes());
    let found = analysis.findings.iter().find(|finding| finding.detector == "port_scan").unwrap();
    assert_eq!((found.n_flows, found.start_ns), (40, SCAN as i64 * 1_000_000_000));
}

#[test]
fn what_was_decided_about_times_is_said_and_can_be_changed() {
    let row = |date: &str| format!("{date},10.0.0.1,10.0.1.1,4000,443,tcp,100,3\n");
    let headings = "time,src_ip,dst_ip,src_port,dst_port,protocol,bytes,packets\n";
    let table = |dates: &[&str]| headings.to_owned() + &dates.iter().map(|date| row(date)).collect::<String>();
    let open = table(&["4/7/2012 3:13", "4/7/2012 3:14"]);
    let (_, analysis) = whole(open.as_bytes());
    assert_eq!(issue(&analysis, "dates-month-first"), 1);
    assert!(analysis.file.format.contains("dates month first"), "{}", analysis.file.format);
    let mut settings = Settings::default();
    settings.set(&settings::TABLE_DATE_ORDER.descriptor, settings::TABLE_DATE_ORDER.number("day_first").unwrap());
    let (_, changed) = read(open.as_bytes(), &[usize::MAX], &settings).unwrap();
    assert_eq!(issue(&changed, "dates-month-first"), 0);
    let days = (changed.summary.first_ns.unwrap() - analysis.summary.first_ns.unwrap()) / 86_400_000_000_000;
    assert_eq!(days, 88, "4 July in place of 7 April");

    let (_, analysis) = whole(table(&["2012-04-07 03:13:00", "nobody knows", "2012-04-07 03:15:00"]).as_bytes());
    assert_eq!((analysis.summary.packets, issue(&analysis, "time-unreadable")), (9, 1), "no row is lost for its date");
}

#[test]
fn a_late_row_decides_the_order_of_dates_of_all_rows() {
    let row = |day: u32| format!("4/{day}/2012 3:13,10.0.0.1,10.0.1.1,4000,443,tcp,100,3\n");
    let headings = "time,src_ip,dst_ip,src_port,dst_port,protocol,bytes,packets\n";
    let table = headings.to_owned() + &(0..6000).map(|_| row(7)).collect::<String>() + &row(13);
    for sizes in [&[usize::MAX][..], &[70_000, 1000], &[4096]] {
        let (_, analysis) = read(table.as_bytes(), sizes, &Settings::default()).unwrap();
        let span_ns = analysis.summary.last_ns.unwrap() - analysis.summary.first_ns.unwrap();
        assert_eq!((span_ns / 86_400_000_000_000, issue(&analysis, "dates-month-first")), (6, 0));
    }
}
