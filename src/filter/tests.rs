//! What is understood, what is refused and where, and which flows pass.

use super::*;
use crate::flow::fields::FlowFields;
use crate::flow::names::Names;
use crate::model::app::protocol::AppProto;
use crate::model::flow::{DirectionStats, Flow, FlowKey};
use crate::model::net::addr::Addr;

fn flow(source: [u8; 4], target: [u8; 4], ports: (u16, u16), protocol: u8, app: Option<AppProto>) -> Flow {
    let (a, b) = ((Addr::v4(source), ports.0), (Addr::v4(target), ports.1));
    let ((low, low_port), (high, high_port)) = if a < b { (a, b) } else { (b, a) };
    let key = FlowKey { low, high, low_port, high_port, vlan: 0, protocol };
    let side = DirectionStats { packets: 3, bytes: 300, ..DirectionStats::default() };
    Flow { app, ..Flow::new(key, a < b, (0, 2_500_000_000), [side.clone(), side]) }
}

fn passes(text: &str, flow: &Flow) -> bool {
    let (fields, names) = (FlowFields::default(), Names::default());
    let tables = Tables::new(&fields, &names, &[]);
    let filter = compile(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    filter.over(&tables).passes_flow(0, flow)
}

#[test]
fn conditions_have_wiresharks_meaning() {
    let web = flow([10, 0, 0, 5], [192, 0, 2, 1], (50_000, 443), 6, Some(AppProto::Tls));
    let yes = [
        "",
        "ip.addr == 10.0.0.5",
        "ip.addr == 10.0.0.0/8 && tcp.port == 443",
        "ip.src == 192.0.2.1 && tcp.srcport == 443",
        "ip.addr != 10.9.9.9",
        "!(ip.addr == 10.9.9.9)",
        "tcp.port in {80, 443}",
        "tcp.port in {80 400..500}",
        "tcp.port not in {80, 8080}",
        "udp.port not in {80, 8080}",
        "tls",
        "not udp and (dns or tls)",
        "tcp.dstport > 49999",
        "app == tls && app matches \"^t.s$\"",
        "packets == 6 and bytes >= 600",
        "duration >= 2.5 and duration < 2.500000001",
        "ip.addr eq 10.0.0.5 AND tcp",
        "tcp.port == 0x1bb",
        "udp or tcp and tls",
        "any_eq xor tcp",
    ];
    let no = [
        "ip.src == 10.0.0.5 && tcp.srcport == 443",
        "ip.addr != 10.0.0.5",
        "tcp.port != 443",
        "udp.port != 443",
        "tcp.port not in {443}",
        "ipv6.addr == 2001:db8::/32",
        "udp",
        "!tcp",
        "tcp and udp or dns",
        "duration > 2.5",
        "app contains x",
        "tls xor tcp",
    ];
    for text in &yes[..yes.len() - 1] {
        assert!(passes(text, &web), "{text}");
    }
    for text in no {
        assert!(!passes(text, &web), "{text}");
    }
}

#[test]
fn plain_words_are_looked_for_in_flows() {
    let web = flow([10, 71, 0, 5], [192, 0, 2, 1], (50_000, 443), 6, Some(AppProto::Tls));
    for text in [
        "10.71",
        "443",
        ":443",
        "port 443 and tcp",
        "host 10.71.0.5",
        "net 10.0.0.0/8 tls",
        "-udp",
        "TL",
        "\"tls\"",
        "10.71 -dns",
    ] {
        assert!(passes(text, &web), "{text}");
    }
    for text in ["10.72", "port 80", "-tls", "10.71 dns", "cedarpebble.pw", "-\"tls\"", "!443"] {
        assert!(!passes(text, &web), "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let cases = [
        ("tcp.prt == 80", 0, 7, "Did you mean tcp.port?"),
        ("ip && tcp.prt", 6, 7, "Did you mean tcp.port?"),
        ("ip.addr == 300.1.1.1", 11, 9, "Expected an IPv4 address or network"),
        ("ip.addr ==", 10, 0, "Expected a value after =="),
        ("(ip.addr == 10.0.0.1", 0, 1, "not closed"),
        ("ip)", 2, 1, "never opened"),
        ("tcp.port in {80", 12, 1, "not closed"),
        ("tcp.port in {}", 13, 1, "empty"),
        ("tcp.port in 80", 12, 2, "Expected a set"),
        ("&& tcp", 0, 2, "Expected a condition"),
        ("tcp &&", 6, 0, "Expected a condition here"),
        ("dns == 1", 0, 3, "named alone"),
        ("frobnicate > 5", 0, 10, "There is no field frobnicate"),
        ("dns.qry.name matches \"(\"", 21, 3, "regular expression"),
        ("tcp.port == http", 12, 4, "Expected a whole number"),
        ("ip.ttl contains 5", 16, 1, "contains is for texts"),
        ("ip.src == ip.dst", 10, 6, "cannot be compared"),
        ("()", 1, 1, "Expected a condition"),
    ];
    for (text, at, length, said) in cases {
        let error = compile(text).err().unwrap_or_else(|| panic!("{text} was understood"));
        assert!(error.text.contains(said), "{text}: {}", error.text);
        assert_eq!((error.at, error.length), (at, length), "{text}: {}", error.text);
    }
}

#[test]
fn deep_and_long_filters_end_without_harm() {
    let nots = "!".repeat(60_000) + "tcp";
    assert!(compile(&nots).is_ok());
    assert!(compile(&("(".repeat(30_000) + "tcp")).is_err());
    let many = vec!["tcp"; 8000];
    assert!(
        compile(&many.join(" or ")).is_ok() && compile(&many.join(" and ")).is_ok() && compile(&many.join(" ")).is_ok()
    );
    assert!(compile(&"a".repeat(70_000)).is_err());
}

#[test]
fn columns_of_a_table_are_fields_of_its_rows() {
    let columns = ["Flow Duration".to_owned(), "Label".to_owned(), "Fwd IAT Mean".to_owned()];
    for text in [
        "Flow Duration > 1000",
        "FlowDuration>1000",
        "\"Flow Duration\" > 1000",
        "tcp Flow Duration > 5 and Label=BENIGN",
        "Fwd IAT Mean in {1..5}",
        "not Label == \"\"",
    ] {
        assert!(compile_for_rows(text, &columns).is_ok(), "{text}");
    }
    let error = compile_for_rows("Labl=BENIGN", &columns).err().unwrap();
    assert!(error.text.contains("Did you mean Label?"), "{}", error.text);
    assert!(compile_for_rows("Flow Durations > 1", &columns).is_err());
}

#[test]
fn any_text_can_be_a_word() {
    let web = flow([10, 71, 0, 5], [192, 0, 2, 1], (50_000, 443), 6, Some(AppProto::Tls));
    assert!(passes(&quoted("tls"), &web));
    for text in ["a \"b\" \\", "x==1 && (", "{}", "\\\""] {
        assert!(compile(&quoted(text)).is_ok() && !passes(&quoted(text), &web), "{text}");
    }
}
