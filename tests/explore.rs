//! Questions of measures and dimensions give what tshark counts, and parts add up to the whole whatever they are split by.

use packetloupe::explore::{DIMENSIONS, MEASURES};
use packetloupe::model::Analysis;
use packetloupe::model::explore::{Answer, AnswerRow, Order, Question, Selection, Split, Term, ValueKind};
use packetloupe::model::listing::PacketRow;
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::protocol::{self, Filter, FlowSort, PacketLooks, PacketSort, Query, Scope, Window};
use packetloupe::query::{self, Source};
use packetloupe::settings::Settings;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A file in memory, for filters that read packets again.
struct Bytes<'a>(&'a [u8]);

impl Source for Bytes<'_> {
    fn read_at(&mut self, _file: u8, offset: u64, length: usize) -> Option<Vec<u8>> {
        self.0.get(offset as usize..offset as usize + length).map(<[u8]>::to_vec)
    }
}

struct Input {
    bytes: Vec<u8>,
    pipeline: Pipeline,
    analysis: Analysis,
}

impl Input {
    fn open(path: &str) -> Input {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path);
        Input::of(&path.file_name().unwrap().to_string_lossy(), std::fs::read(&path).unwrap())
    }

    fn of(name: &str, bytes: Vec<u8>) -> Input {
        let settings = Settings::default();
        let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, name, bytes.len() as u64));
        pipeline.feed(&bytes).unwrap();
        pipeline.end().unwrap();
        let analysis = pipeline.evaluate(&settings);
        Input { bytes, pipeline, analysis }
    }

    fn ask(&self, question: &Question) -> Result<Answer, String> {
        query::explore(&self.pipeline, &self.analysis, &mut Bytes(&self.bytes), question)
    }

    fn query(&self, query: Query) -> protocol::Answer {
        query::Views::default().ask(&self.pipeline, &self.analysis, &mut Bytes(&self.bytes), query)
    }

    fn rows(&self, by: &str, measures: &str) -> Vec<(String, Vec<Option<f64>>)> {
        let answer = self.ask(&question(by, measures)).unwrap();
        let text = |values: &[packetloupe::model::explore::AnswerValue]| {
            values.iter().map(|value| value.text.as_str()).collect::<Vec<_>>().join(" | ")
        };
        answer.rows.iter().map(|row| (text(&row.values), row.figures.clone())).collect()
    }

    fn figures(&self, by: &str, measures: &str, value: &str) -> Vec<f64> {
        let rows = self.rows(by, measures);
        let row = rows.iter().find(|(text, _)| text == value).unwrap();
        row.1.iter().map(|figure| figure.unwrap()).collect()
    }
}

fn question(by: &str, measures: &str) -> Question {
    Question { by: Split::parse_list(by), measures: Term::parse_list(measures), ..Question::default() }
}

#[test]
fn figures_are_those_of_tshark() {
    let arp = Input::open("captures/arp_spoofing/attack.pcap");
    // tshark -T fields -e frame.time_epoch -e frame.len, in tens of seconds.
    let expected = [(85, 8861), (49, 6715), (46, 6819), (47, 4872), (40, 4476), (30, 1300), (3, 126)];
    let rows = arp.rows("time=10s", "packets,bytes");
    let figures: Vec<(i64, i64)> = rows.iter().map(|(_, f)| (f[0].unwrap() as i64, f[1].unwrap() as i64)).collect();
    assert_eq!(figures, expected);
    assert_eq!(rows[0].0, "2026-11-20 23:20:10");
    // -z endpoints,ip: packets, bytes, sent and received.
    let measures = "packets,bytes,packets_out,bytes_out,packets_in,bytes_in";
    assert_eq!(arp.figures("host", measures, "198.18.10.135"), [133.0, 26155.0, 78.0, 9537.0, 55.0, 16618.0]);
    assert_eq!(arp.figures("host", measures, "198.18.10.20"), [52.0, 5320.0, 26.0, 3264.0, 26.0, 2056.0]);
    // -z conv,ip
    let pair = "198.18.10.135 – 203.0.113.20";
    assert_eq!(arp.figures("pair", measures, pair), [20.0, 4934.0, 13.0, 1910.0, 7.0, 3024.0]);
    // -z plen,tree
    let sizes: Vec<f64> = arp.rows("packet_size", "packets").iter().map(|(_, f)| f[0].unwrap()).collect();
    assert_eq!(sizes, [246.0, 32.0, 6.0, 7.0, 1.0, 8.0]);
    // -Y dns -T fields -e dns.qry.name
    assert_eq!(arp.figures("dns_name", "packets", "video.fjordgrove.co"), [8.0]);
    assert_eq!(arp.figures("protocol", "packets,bytes", "ARP"), [167.0, 7014.0]);
    // -Y tcp.analysis.retransmission, -Y tcp.flags.reset==1, -e vlan.id
    let loss = Input::open("captures/packet_loss/attack.pcap");
    assert_eq!(loss.rows("", "retransmissions,resets,packets")[0].1, [Some(8.0), Some(0.0), Some(700.0)]);
    let storm = Input::open("captures/retransmission_storm/attack.pcap");
    assert_eq!(storm.rows("", "retransmissions")[0].1, [Some(420.0)]);
    let reset = Input::open("captures/forged_reset/attack.pcap");
    assert_eq!(reset.rows("", "resets")[0].1, [Some(433.0)]);
    let vlan = Input::open("captures/vlan_hopping/attack.pcap");
    assert_eq!(vlan.rows("vlan", "packets"), [("10".into(), vec![Some(288.0)]), ("1".into(), vec![Some(12.0)])]);
    let web = Input::open("captures/web_attack/attack.pcap");
    assert_eq!(web.rows("user_agent", "flows")[0].0, "Mozilla/5.00 (Nikto/2.5.0)");
}

#[test]
fn parts_add_up_to_the_whole() {
    let inputs = [
        "captures/arp_spoofing/attack.pcap",
        "captures/dns_tunnel/attack.pcap",
        "captures/port_scan/attack.pcap",
        "captures/packet_loss/benign.pcap",
        "captures/isolation_forest/attack.pcap",
        "tables/cicids2017_flows.csv",
        "tables/zeek_conn.log",
        "tables/nsl_kdd.csv",
        "tables/suricata_eve.json",
    ];
    let mut n = 0;
    for path in inputs {
        let input = Input::open(path);
        let catalogue = query::catalogue(&input.pipeline, &input.analysis);
        let measures: Vec<Term> = catalogue.measures.iter().map(|choice| choice.term.clone()).take(16).collect();
        for choice in &catalogue.dimensions {
            let by = vec![Split::new(choice.term.clone())];
            let answer = input.ask(&Question { by, measures: measures.clone(), ..Question::default() }).unwrap();
            assert_eq!(answer.n_rows as usize, answer.rows.len());
            let overlaps = answer.dimensions[0].is_overlapping;
            for (place, head) in answer.measures.iter().enumerate().filter(|(_, head)| head.is_sum) {
                let parts: Vec<f64> = answer.rows.iter().filter_map(|row| row.figures[place]).collect();
                let (sum, total) = (parts.iter().sum::<f64>(), answer.total[place]);
                if parts.is_empty() {
                    continue;
                }
                let total = total.unwrap();
                let is_right = if overlaps { sum >= total - 1e-6 } else { (sum - total).abs() <= 1e-9 * total.abs() };
                // What one host of a pair sends, the other receives: seen from the host, not from who opened the flow.
                let has_sides = ["host", "pair", "mac"].contains(&choice.term.id.as_str());
                let is_of_sides = has_sides && (head.term.id.ends_with("_in") || head.term.id.ends_with("_out"));
                assert!(is_right || is_of_sides, "{path}: {} by {}: {sum} of {total}", head.term, choice.term);
                n += 1;
            }
        }
        // A limit leaves nothing out that it does not say.
        for dimension in
            catalogue.dimensions.iter().filter(|choice| choice.term.id == "port" || choice.term.id == "label")
        {
            let by = vec![Split { term: dimension.term.clone(), limit: None }];
            let asked = Question { by, measures: measures[..1].to_vec(), limit: Some(1), ..Question::default() };
            let limited = input.ask(&asked).unwrap();
            let sum: f64 = limited.rows.iter().chain([]).filter_map(|row| row.figures[0]).sum();
            let others = limited.others.first().copied().flatten().unwrap_or(0.0);
            assert_eq!(sum + others, limited.total[0].unwrap(), "{path}");
        }
    }
    assert!(n > 300, "{n}");
}

#[test]
fn two_dimensions_split_each_row_of_one() {
    let input = Input::open("captures/arp_spoofing/attack.pcap");
    let mut by_protocol: BTreeMap<String, f64> = BTreeMap::new();
    for (text, figures) in input.rows("time=5s,protocol", "bytes") {
        *by_protocol.entry(text.split(" | ").nth(1).unwrap().to_owned()).or_default() += figures[0].unwrap();
    }
    let alone: BTreeMap<String, f64> =
        input.rows("protocol", "bytes").into_iter().map(|(text, f)| (text, f[0].unwrap())).collect();
    assert_eq!(by_protocol, alone);
    // A limit of a dimension keeps the largest values, and the others together.
    let limited = input.rows("protocol:2", "bytes");
    let names: Vec<&str> = limited.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(names, ["TLS", "ARP", "(others)"]);
    assert_eq!(limited.iter().map(|(_, f)| f[0].unwrap()).sum::<f64>(), 33_169.0);
}

#[test]
fn a_selection_counts_what_the_listing_shows() {
    let input = Input::open("captures/arp_spoofing/attack.pcap");
    let with = |selection: Selection| {
        let asked = Question { selection, ..question("", "packets,flows") };
        let total = input.ask(&asked).unwrap().total;
        (total[0].unwrap(), total[1].unwrap())
    };
    let text = |text: &str| Selection { text: text.to_owned(), ..Selection::default() };
    assert_eq!(with(text("")), (300.0, 23.0));
    // tshark: ip.addr, arp.src.proto_ipv4 or arp.dst.proto_ipv4.
    assert_eq!(with(text("198.18.10.20")), (112.0, 13.0));
    assert_eq!(with(text("arp")), (167.0, 0.0));
    // From 23:20:20 to 23:20:30.
    let (from, to) = (1_795_216_820_000_000_000, 1_795_216_830_000_000_000);
    assert_eq!(with(Selection { from_ns: Some(from), to_ns: Some(to), ..text("") }).0, 49.0);
    assert_eq!(with(Selection { finding: Some("none".to_owned()), ..text("") }), (0.0, 0.0));
    // The filter of a row selects the row's flows.
    for dimension in ["host", "protocol", "transport", "application", "port"] {
        let rows = input.ask(&question(dimension, "flows")).unwrap().rows;
        let of_flows = rows.iter().filter(|row| row.figures[0].is_some_and(|n| n > 0.0));
        for row in of_flows.filter(|row| row.values[0].kind == ValueKind::Value) {
            let filter = row.filter().unwrap();
            assert_eq!(Some(with(text(&filter)).1), row.figures[0], "{filter}");
        }
    }
}

#[test]
fn tables_and_charts_obey_one_scope() {
    let input = Input::open("captures/arp_spoofing/attack.pcap");
    let (from, to) = (1_795_216_820_000_000_000, 1_795_216_830_000_000_000);
    let scope = |text: &str| Scope { text: text.to_owned(), from_ns: Some(from), to_ns: Some(to) };
    for text in ["", "(arp)", "(198.18.10.20) and not (arp)"] {
        let asked = Selection { text: text.to_owned(), from_ns: Some(from), to_ns: Some(to), ..Selection::default() };
        let counted = input.ask(&Question { selection: asked, ..question("", "packets") }).unwrap().total[0].unwrap();
        let filter = Filter { scope: scope(text), ..Filter::default() };
        let window = Window { filter, sort: PacketSort::Number, is_descending: false, offset: 0, count: 1000 };
        let protocol::Answer::Packets(page) = input.query(Query::Packets(window, PacketLooks::default())) else {
            panic!("no packets")
        };
        assert_eq!(page.total as f64, counted, "{text}");
        assert!(page.rows.iter().all(|row| (from..to).contains(&row.time_ns)));
    }
    // A flow is listed if a part of it is in time; its own filter comes on top of the scope.
    let filter = Filter { text: "udp".to_owned(), scope: scope("(198.18.10.20)"), ..Filter::default() };
    let window = |filter| Window { filter, sort: FlowSort::Start, is_descending: false, offset: 0, count: 1000 };
    let protocol::Answer::Flows(some) = input.query(Query::Flows(window(filter))) else { panic!("no flows") };
    let protocol::Answer::Flows(all) = input.query(Query::Flows(window(Filter::default()))) else { panic!("no flows") };
    let meant = all.rows.iter().filter(|row| {
        let last_ns = row.first_ns + row.duration_ns.unwrap();
        let is_of_host = [row.source, row.target].iter().any(|host| host.to_string() == "198.18.10.20");
        is_of_host && row.transport == "UDP" && row.first_ns < to && last_ns >= from
    });
    assert!(some.total > 0 && some.total < all.total);
    assert_eq!(
        some.rows.iter().map(|row| row.serial).collect::<Vec<_>>(),
        meant.map(|row| row.serial).collect::<Vec<_>>()
    );
}

#[test]
fn neighbours_are_those_of_the_capture() {
    let input = Input::open("captures/arp_spoofing/attack.pcap");
    let protocol::Answer::Neighbours(said) = input.query(Query::Neighbours(Scope::default())) else {
        panic!("nothing")
    };
    let said = said.unwrap();
    let contested: Vec<String> =
        said.bindings.iter().filter(|one| one.n_claimants > 1).map(|one| one.address.to_string()).collect();
    assert!(contested.len() >= 2, "{contested:?}");
    // The impostor answers what nobody asked.
    assert!(said.bindings.iter().any(|one| one.n_claimants > 1 && one.n_unasked > 0 && one.n_answers == 0));
    let arp = Selection { text: "arp".to_owned(), ..Selection::default() };
    let n = input.ask(&Question { selection: arp, ..question("", "packets") }).unwrap().total[0].unwrap();
    assert!(said.n_messages as f64 >= n, "each ARP packet says something");
}

#[test]
fn a_selection_leaves_the_findings_with_traffic_in_it() {
    for (path, by_packets) in
        [("captures/cleartext_login/attack.pcap", false), ("captures/arp_spoofing/attack.pcap", true)]
    {
        let input = Input::open(path);
        let left = |scope: Scope| {
            let protocol::Answer::Findings(left) = input.query(Query::Findings(scope)) else { panic!("no findings") };
            left.unwrap()
        };
        let text = |text: &str| Scope { text: text.to_owned(), ..Scope::default() };
        let all: Vec<String> = input.analysis.findings.iter().map(|one| one.id.clone()).collect();
        assert!(!all.is_empty());
        assert_eq!(left(Scope::default()), all);
        for finding in &input.analysis.findings {
            // Its own traffic leaves it, what it does not mean does not, and its hosts do.
            let own = packetloupe::session::filter_of(&finding.id);
            assert!(left(text(&own)).contains(&finding.id), "{own}");
            assert!(!left(text(&format!("not ({own})"))).contains(&finding.id), "not {own}");
            let before = Scope { to_ns: Some(finding.start_ns), ..Scope::default() };
            let until = Scope { to_ns: Some(finding.start_ns + 1), ..Scope::default() };
            assert!(!left(before).contains(&finding.id) && left(until).contains(&finding.id));
        }
        assert_eq!(input.analysis.findings.iter().any(|one| one.flow_serials.is_empty()), by_packets);
        assert!(left(text("host 203.0.113.250")).is_empty());
        let protocol::Answer::Findings(refused) = input.query(Query::Findings(text("ip.addr == "))) else { panic!() };
        assert!(refused.is_err());
    }
}

#[test]
fn remarks_and_colours_of_packets_are_those_that_filters_select() {
    let paths = [
        "captures/packet_loss/attack.pcap",
        "captures/retransmission_storm/attack.pcap",
        "captures/port_scan/attack.pcap",
        "captures/arp_spoofing/attack.pcap",
    ];
    let mut n_remarked = 0;
    for path in paths {
        let input = Input::open(path);
        let rules = ["tcp.analysis.flags", "tcp.flags.reset == 1", "not understood (", "arp", "tls", "udp.port == 53"];
        let looks = PacketLooks { rules: rules.map(str::to_owned).into(), has_remarks: true };
        let window = |offset| Window {
            filter: Filter::default(),
            sort: PacketSort::Number,
            is_descending: true,
            offset,
            count: 1000,
        };
        let n = input.pipeline.index().len();
        let rows: Vec<PacketRow> = (0..n.div_ceil(1000))
            .flat_map(|page| {
                let protocol::Answer::Packets(page) = input.query(Query::Packets(window(page * 1000), looks.clone()))
                else {
                    panic!("no packets")
                };
                page.rows
            })
            .collect();
        assert_eq!(rows.len() as u64, n);
        let passing = |text: &str| -> BTreeSet<u64> {
            let found = query::passing_packets(&input.pipeline, &input.analysis, &mut Bytes(&input.bytes), text);
            found.unwrap_or_default().into_iter().map(u64::from).collect()
        };
        let words = [
            ("Reset", "tcp.flags.reset == 1"),
            ("Duplicate ACK", "tcp.analysis.duplicate_ack"),
            ("Out of order", "tcp.analysis.out_of_order"),
            ("Zero window", "tcp.analysis.zero_window"),
            ("Window update", "tcp.analysis.window_update"),
            ("Previous segment not captured", "tcp.analysis.lost_segment"),
        ];
        for (word, filter) in words {
            let said: BTreeSet<u64> =
                rows.iter().filter(|row| row.remarks.iter().any(|own| own == word)).map(|row| row.index).collect();
            assert_eq!(said, passing(filter), "{path}: {word}");
            n_remarked += said.len();
        }
        let by_rule: Vec<BTreeSet<u64>> = rules.iter().map(|rule| passing(rule)).collect();
        for row in &rows {
            let first = by_rule.iter().position(|own| own.contains(&row.index)).map(|rule| rule as u8);
            assert_eq!(row.paint, first, "{path}: packet {}: {}", row.index, row.info);
            assert!(row.delta_ns.is_some() == (row.index > 0) && !row.is_not_analysed);
        }
        let some = Filter { text: "tcp or arp".to_owned(), ..Filter::default() };
        let all = passing("tcp or arp");
        let asked = Window { filter: some, is_descending: false, ..window(0) };
        for (place, index) in all.iter().enumerate().step_by(37) {
            let answer = input.query(Query::PacketPlace(asked.clone(), *index));
            assert_eq!(answer, protocol::Answer::PacketPlace(Some(place as u64)));
        }
    }
    assert!(n_remarked > 20, "{n_remarked}");
}

#[test]
fn fields_of_headers_stand_where_their_bytes_are() {
    let input = Input::open("captures/port_scan/attack.pcap");
    let mut n = 0;
    for index in 0..20 {
        let protocol::Answer::Packet(packet) = input.query(Query::Packet { index }) else { panic!("no packet") };
        let packet = packet.unwrap();
        for (place, layer) in packet.layers.iter().enumerate() {
            for (nth, field) in layer.fields.iter().enumerate().filter(|(_, field)| field.length > 0) {
                let bytes = &packet.bytes[packet.bytes_of(place, Some(nth))];
                let number = bytes.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
                match field.name.as_str() {
                    "Source port" | "Destination port" | "Sequence number" | "TTL" | "Window" => {
                        assert_eq!(field.value, number.to_string(), "{}", field.name);
                        n += 1;
                    }
                    "Source" if layer.name == "IPv4" => {
                        let parts: Vec<String> = bytes.iter().map(u8::to_string).collect();
                        assert_eq!(field.value, parts.join("."));
                    }
                    "Checksum" => assert_eq!(field.value, format!("0x{number:04x}")),
                    _ => {}
                }
                assert!(packet.at(field.start as usize).is_some_and(|(own, part)| own == place && part.is_some()));
            }
        }
    }
    assert!(n >= 60, "{n}");
}

#[test]
fn a_stream_is_what_its_packets_carry() {
    let input = Input::open("captures/cleartext_login/attack.pcap");
    let window =
        Window { filter: Filter::default(), sort: FlowSort::Start, is_descending: false, offset: 0, count: 1000 };
    let protocol::Answer::Flows(flows) = input.query(Query::Flows(window)) else { panic!("no flows") };
    let flow = flows.rows.iter().find(|row| row.app == "FTP").unwrap();
    let protocol::Answer::Stream(stream) = input.query(Query::Stream { flow: flow.serial, from: 0 }) else { panic!() };
    let stream = stream.unwrap();
    let text = |is_answer: bool| {
        let own = stream.turns.iter().filter(|turn| turn.is_answer == is_answer);
        own.map(|turn| String::from_utf8_lossy(&turn.bytes).into_owned()).collect::<String>()
    };
    assert!(text(true).starts_with("220"), "{}", text(true));
    let client = text(false);
    let passwords: Vec<&str> = client.lines().filter_map(|line| line.strip_prefix("PASS ")).collect();
    assert!(client.contains("USER ") && !passwords.is_empty());
    assert!(passwords.iter().all(|password| password.chars().all(|letter| letter == '*')), "{passwords:?}");
    assert_eq!(stream.n_bytes, [text(false).len() as u64, text(true).len() as u64]);
    assert!(stream.is_masked);
    let protocol::Answer::Stream(none) = input.query(Query::Stream { flow: u32::MAX, from: 0 }) else { panic!() };
    assert_eq!(none, None);
}

#[test]
fn what_is_not_measured_is_unknown_and_never_zero() {
    // A firewall's log counts no packets.
    let log = Input::open("tables/windows_firewall.log");
    let answer = log.ask(&question("", "flows,packets,bytes,retransmissions")).unwrap();
    assert!(answer.total[0].unwrap() > 0.0);
    assert_eq!(answer.total[3], None);
    assert!(answer.measures[1].n_unknown > 0 && answer.total[1].is_none(), "{answer:?}");
    // Of packet sizes, flows have none.
    let capture = Input::open("captures/packet_loss/attack.pcap");
    let answer = capture.ask(&question("packet_size", "packets,flows")).unwrap();
    assert!(answer.rows.iter().all(|row| row.figures[0].is_some() && row.figures[1].is_none()));
    assert_eq!(answer.notes.len(), 1);
}

#[test]
fn columns_of_tables_are_dimensions_and_measures() {
    let table = Input::open("tables/cicids2017_ml.csv");
    let rows = table.rows("label", "rows,max=Flow Duration,mean=Flow Duration");
    assert_eq!(rows[0], ("DDoS".to_owned(), vec![Some(2.0), Some(0.0), Some(0.0)]));
    assert_eq!(rows[1], ("BENIGN".to_owned(), vec![Some(1.0), Some(1e6), Some(1e6)]));
    let bins = table.ask(&question("bins=Flow Duration", "rows")).unwrap();
    assert_eq!(bins.rows.iter().filter_map(|row| row.figures[0]).sum::<f64>(), 3.0);
    assert!(table.ask(&question("host", "rows")).unwrap_err().contains("this table has none"));
    assert!(table.ask(&question("column=Nowhere", "rows")).unwrap_err().contains("Flow Duration"));
}

#[test]
fn columns_are_correlated_in_pairs_and_boxes_are_of_quartiles() {
    let table = Input::open("tables/cicids2017_ml.csv");
    let answer = table.ask(&question("", "correlation")).unwrap();
    let columns = (answer.rows.len() as f64).sqrt() as usize;
    assert_eq!((columns * columns, answer.n_rows), (answer.rows.len(), answer.rows.len() as u64));
    let figure = |y: usize, x: usize| answer.rows[y * columns + x].figures[0];
    for y in 0..columns {
        assert!(figure(y, y).is_none_or(|own| own == 1.0));
        assert!(
            (0..columns)
                .all(|x| figure(y, x) == figure(x, y) && figure(y, x).is_none_or(|r| (-1.0..=1.0).contains(&r)))
        );
    }
    assert!(table.ask(&question("label", "correlation")).unwrap_err().contains("takes no dimension"));
    let capture = Input::open("captures/arp_spoofing/attack.pcap");
    // Of a capture, the features of its flows are compared: those that differ.
    let of_flows = capture.ask(&question("", "correlation")).unwrap();
    let of = |row: &AnswerRow, one: &str, other: &str| row.values[0].text == one && row.values[1].text == other;
    let between =
        |one: &str, other: &str| of_flows.rows.iter().find(|row| of(row, one, other)).and_then(|row| row.figures[0]);
    assert_eq!(between("Flow Duration", "Flow Duration"), Some(1.0));
    assert!(between("Total Fwd Packet", "Total Bwd packets").is_some_and(|together| together > 0.5));
    assert!(of_flows.rows.iter().all(|row| row.figures[0].is_some() && row.values[0].text != "Src Port"));

    let five = "duration_min,duration_q1,duration_median,duration_q3,duration_max";
    for row in capture.ask(&question("protocol", five)).unwrap().rows {
        let known: Vec<f64> = row.figures.iter().copied().flatten().collect();
        assert!(known.len() == 5 || known.is_empty());
        assert!(known.windows(2).all(|pair| pair[0] <= pair[1]), "{known:?}");
    }
}

#[test]
fn a_flow_with_thousands_of_values_of_two_columns_is_counted_at_once() {
    let mut text = "No.,Time,Source,Destination,Protocol,Length,Info\n".to_owned();
    for packet in 1..=5000 {
        text += &format!(
            "{packet},{}.{},10.0.0.2,192.0.2.7,TCP,66,40000 > 443 [ACK] Seq={packet} Ack=1\n",
            packet / 10,
            packet % 10
        );
    }
    let table = Input::of("list.csv", text.into_bytes());
    // 25 million pairs of one flow: nobody reads them, and they are taken together.
    let answer = table.ask(&question("column=Info,column=Time", "flows")).unwrap();
    assert_eq!((answer.total, answer.rows.len()), (vec![Some(1.0)], 0));
    assert!(answer.notes.iter().any(|note| note.contains("taken together")), "{:?}", answer.notes);
    assert_eq!(table.rows("column=Info", "flows").len(), 5000);
}

/// Captures whose hosts, ports and outcomes differ.
const CAPTURES: [&str; 5] = [
    "captures/arp_spoofing/attack.pcap",
    "captures/dns_tunnel/attack.pcap",
    "captures/packet_loss/attack.pcap",
    "captures/slow_server/attack.pcap",
    "captures/port_scan/attack.pcap",
];

#[test]
fn whole_captures_are_counted_by_flows_as_they_are_by_packets() {
    let mut n = 0;
    for path in CAPTURES {
        let input = Input::open(path);
        for by in ["", "protocol", "host", "pair", "port", "source", "target:2,protocol", "direction", "mac"] {
            let whole = question(by, "bytes,packets,bytes_out,bytes_in,packets_out,packets_in,flows,errors");
            // All packets by their time, which is looked at one by one then.
            let selection = Selection { from_ns: Some(i64::MIN + 1), ..Selection::default() };
            let packets = Question { selection, ..whole.clone() };
            assert_eq!(input.ask(&whole).unwrap(), input.ask(&packets).unwrap(), "{path} by {by}");
            n += 1;
        }
    }
    assert_eq!(n, 45);
}

#[test]
fn a_limit_changes_no_figure_of_what_is_shown_and_takes_the_rest_together() {
    let measures = "flows,hosts,response_median,response_p95,duration_median,bytes";
    let mut n_hosts = 0.0;
    for path in CAPTURES {
        let input = Input::open(path);
        for by in ["host", "port", "outcome", "source", "pair", "protocol"] {
            let all = input.ask(&question(by, measures)).unwrap();
            let n = all.rows.len();
            for limit in [1, n.saturating_sub(1), n] {
                let limited = input.ask(&Question { limit: Some(limit as u32), ..question(by, measures) }).unwrap();
                assert_eq!(limited.rows, all.rows[..limit], "{path} by {by}, {limit}");
                assert_eq!((&limited.total, &limited.measures), (&all.total, &all.measures), "{path} by {by}, {limit}");
                if limit + 1 == n && !all.dimensions[0].is_overlapping {
                    assert_eq!(limited.others, all.rows[limit].figures, "{path} by {by}");
                }
            }
            n_hosts += all.rows.iter().filter_map(|row| row.figures[1]).sum::<f64>();
        }
    }
    assert!(n_hosts > 100.0, "{n_hosts}");
}

#[test]
fn order_is_as_asked() {
    let input = Input::open("captures/arp_spoofing/attack.pcap");
    let ordered = |order| {
        let answer = input.ask(&Question { order, ..question("protocol", "packets,flows") }).unwrap();
        answer.rows.iter().map(|row| row.values[0].text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ordered(Order::Usual)[..2], ["ARP", "TLS"]);
    assert_eq!(ordered(Order::Measure { place: 1, is_descending: true })[..2], ["DNS", "TLS"]);
    let ascending = ordered(Order::Measure { place: 0, is_descending: false });
    assert_eq!(ascending.last().unwrap(), "ARP");
}

#[test]
fn ids_of_the_registers_are_unique_and_described() {
    let dimensions: BTreeMap<&str, &str> = DIMENSIONS.iter().map(|entry| (entry.id, entry.help)).collect();
    let measures: BTreeMap<&str, &str> = MEASURES.iter().map(|entry| (entry.id, entry.help)).collect();
    assert_eq!((dimensions.len(), measures.len()), (DIMENSIONS.len(), MEASURES.len()));
    assert!(dimensions.values().chain(measures.values()).all(|help| help.ends_with('.') && help.len() > 10));
}

#[test]
fn the_graph_has_the_hosts_and_the_bytes_of_the_flows() {
    for path in
        ["captures/port_scan/attack.pcap", "captures/beacon/attack.pcap", "captures/cleartext_login/attack.pcap"]
    {
        let input = Input::open(path);
        let graph = |text: &str| {
            let scope = Scope { text: text.to_owned(), ..Scope::default() };
            let protocol::Answer::Graph(graph) = input.query(Query::Graph(scope)) else { panic!("no graph") };
            graph.unwrap()
        };
        let whole = graph("");
        assert_eq!(whole, graph(""), "the same places every time");
        assert_eq!(whole.n_hosts, input.analysis.summary.hosts, "{path}");
        let pairs = input.ask(&question("pair", "bytes,flows")).unwrap();
        assert_eq!(whole.edges.len() as u64, pairs.n_rows, "{path}");
        let bytes: u64 = whole.edges.iter().map(|edge| edge.amount).sum();
        assert_eq!(Some(bytes as f64), pairs.total[0]);
        assert!(whole.nodes.iter().all(|node| (0.0..=1.0).contains(&node.x) && (0.0..=1.0).contains(&node.y)));
        assert!(whole.nodes.iter().any(|node| node.severity.is_some()));
        // Its node's filter selects the edges of a host.
        let node = &whole.nodes[1];
        let own = whole.edges.iter().filter(|edge| [edge.from, edge.to].contains(&1));
        assert_eq!(
            graph(&node.filter).edges.iter().map(|edge| edge.amount).sum::<u64>(),
            own.map(|edge| edge.amount).sum::<u64>()
        );
    }
}

#[test]
fn guesses_about_hosts_have_evidence_and_fit_what_the_captures_hold() {
    let guesses = |path: &str| -> Vec<(String, String)> {
        let input = Input::open(path);
        let hosts = input.rows("host", "flows");
        let mut all = Vec::new();
        for (host, _) in hosts {
            let protocol::Answer::Guesses(guesses) = input.query(Query::Guesses(host.clone())) else { panic!("none") };
            for guess in guesses {
                assert!(!guess.evidence.is_empty(), "{host}: {}", guess.text);
                all.push((host.clone(), guess.text));
            }
        }
        all
    };
    let has = |all: &[(String, String)], text: &str| all.iter().any(|(_, own)| own == text);
    let logins = guesses("captures/cleartext_login/attack.pcap");
    assert!(has(&logins, "FTP server") && !has(&logins, "Domain controller"), "{logins:?}");
    let domain = guesses("captures/kerberoasting/attack.pcap");
    assert!(has(&domain, "Kerberos server"), "{domain:?}");
    let input = Input::open("captures/port_scan/attack.pcap");
    for nobody in ["203.0.113.250", "no address", ""] {
        assert_eq!(input.query(Query::Guesses(nobody.to_owned())), protocol::Answer::Guesses(Vec::new()));
    }
}
