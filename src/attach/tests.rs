//! What files are taken for by their content.

use super::recognise::{Found, known_settings, offered, recognise, try_reading};
use super::{Attachment, FRONT_BYTES};
use crate::baseline::Profile;
use crate::protocol::attached::{AttachedKind, Offered};
use crate::settings::Settings;

fn found(text: &str) -> Found {
    recognise(text.as_bytes(), &known_settings())
}

#[test]
fn files_are_known_by_their_content() {
    let baseline = Profile { format: "packetloupe baseline".into(), version: 1, ..Profile::default() }.text();
    for (text, kind) in [
        ("{\"format\":\"packetloupe model\",\"version\":1,\"card\":{\"data\":[", AttachedKind::Model),
        (&baseline, AttachedKind::Baseline),
        ("192.0.2.1\nevil.example\n", AttachedKind::Indicators),
        ("type,value\naddress,203.0.113.9\n", AttachedKind::Indicators),
        (
            "{\"id\": \"bundle--1\", \"objects\": [{\"type\": \"indicator\"}], \"type\": \"bundle\"}",
            AttachedKind::Indicators,
        ),
        ("{\"type\":\"bundle\",\"objects\":[{\"a\":\"cut off", AttachedKind::Indicators),
        ("[{\"Event\": {\"info\": \"x\", \"Attribute\": []}}]", AttachedKind::Indicators),
        ("\u{feff}{\"response\": []}", AttachedKind::Indicators),
        ("[{\"label\": \"scan\", \"sources\": [\"10.0.0.9\"], \"start\": 1}]", AttachedKind::Labels),
    ] {
        assert_eq!(found(text), Found::Attached(kind), "{text}");
    }
    assert_eq!(found("{\"expected\": [], \"seed\": 3}"), Found::Settings);
    assert_eq!(found("{}"), Found::Settings, "none is changed");
    assert_eq!(found("{\"packetloupe\": \"session\", \"version\": 1, \"settings\": {}}"), Found::Session);
    assert_eq!(found("{\"packetloupe_anomalies\": 1, \"scope\": \"rows\"}"), Found::Own);
    let result = "{\"schema\": 1, \"file\": {}, \"summary\": {}, \"coverage\": {}, \"findings\": []}";
    assert_eq!(found(result), Found::Own);
    for text in [
        "{\"event_type\":\"flow\",\"src_ip\":\"10.0.0.1\",\"format\":\"x\"}\n{\"event_type\":\"flow\"}\n",
        "{\"flow\": {\"format\": \"packetloupe model\"}}",
        "{\"Event\": {\"System\": {\"EventID\": 3}, \"EventData\": {\"DestinationIp\": \"192.0.2.1\"}}}\n{\"Event\": {}}\n",
        "{\"request\": {\"host\": \"a.example\"}, \"response\": {\"status\": 200}}\n",
        "[{\"label\": \"scan\", \"start\": 1, \"end\": 2}]",
        "{\"label\": \"scan\", \"hosts\": [\"10.0.0.9\"]}\n",
        "src,dst,bytes\n10.0.0.1,192.0.2.1,100\n",
        "\u{d4}\0\0\0",
        "",
    ] {
        assert_eq!(found(text), Found::Input, "{text}");
    }
}

#[test]
fn what_is_to_be_read_is_tried_and_settings_are_read() {
    let settings = Settings::default();
    let offer = |text: &str| offered("x", text.as_bytes(), text.len() as u64, &settings);
    assert_eq!(offer("src_ip,dst_ip,bytes\n10.0.0.1,192.0.2.1,100\n"), Offered::Input { is_table: true });
    assert!(matches!(offer("Dear all,\nplease find attached\n"), Offered::Unknown(why) if why.contains("plain text")));
    assert!(matches!(offer(""), Offered::Unknown(why) if why.contains("empty")));
    let Offered::Settings(taken, warnings) = offer("{\"expected\": [], \"no.such\": 3}") else { panic!("settings") };
    assert!(warnings.len() == 1 && taken.expected().is_empty());
    // Of a larger file only the front is there: that it goes on is no fault.
    let front = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 9];
    assert!(!try_reading("x", &front, FRONT_BYTES as u64 * 2, &settings).unwrap_or(true));
}

#[test]
fn a_damaged_file_of_a_known_kind_says_what_is_wrong() {
    let model = Attachment::read("m", AttachedKind::Model, "{\"format\":\"packetloupe model\",\"version\":9}");
    assert!(model.err().unwrap().contains("version 9"));
    let list = Attachment::read("feed.txt", AttachedKind::Indicators, "192.0.2.1\nwords\n").ok().unwrap();
    assert_eq!(list.about(), "1 indicator; 1 entry is not an indicator and was passed over.");
    assert_eq!(list.kind(), AttachedKind::Indicators);
}
