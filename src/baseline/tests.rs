//! Profiles of flow tables, and what two of them differ in.

use super::profile::{Distribution, Thing, ThingKind};
use super::*;

fn profile(hosts: &[(&str, u64)], seconds: f64, values: impl Iterator<Item = u32>) -> Profile {
    let mut profile = Profile {
        format: "packetloupe baseline".to_owned(),
        version: 1,
        files: vec!["monday.pcap".to_owned()],
        n_flows: hosts.iter().map(|(_, flows)| flows).sum(),
        seconds,
        ..Profile::default()
    };
    for (name, flows) in hosts {
        let thing = Thing { flows: *flows, bytes: flows * 100, first_ns: 1 };
        profile.things.entry(ThingKind::InternalHost).or_default().insert((*name).to_owned(), thing);
    }
    let values: Vec<f64> = values.map(f64::from).collect();
    let of = Distribution { unit: "B".to_owned(), n: values.len() as u64, values };
    profile.distributions.insert("bytes of a packet".to_owned(), of);
    profile
}

#[test]
fn what_is_new_gone_more_often_or_larger_is_told_and_the_same_is_not() {
    let normal = profile(&[("10.0.0.1", 100), ("10.0.0.2", 100), ("10.0.0.3", 5)], 3600.0, 100..400);
    assert!(compare(&normal, &normal).is_empty());
    let here = profile(&[("10.0.0.1", 110), ("10.0.0.2", 5000), ("10.0.0.9", 1)], 3600.0, 300..600);
    let changes = compare(&normal, &here);
    let [Change::New(_, new, _), Change::Vanished(_, gone, _), rate, shift] = changes.as_slice() else {
        panic!("{changes:?}")
    };
    assert_eq!((new.as_str(), gone.as_str()), ("10.0.0.9", "10.0.0.3"));
    assert!(matches!(rate, Change::Rate { name, per_hour: [100.0, 5000.0], p, .. } if name == "10.0.0.2" && *p < 1e-9));
    let Change::Shift { shift, .. } = shift else { panic!("{shift:?}") };
    assert!(shift.delta > 0.8 && shift.p < 1e-9 && shift.words() == "large");
}

#[test]
fn a_file_gives_the_same_profile_and_the_same_bytes() {
    let normal = profile(&[("10.0.0.1", 3)], 0.1 + 0.2, 0..20);
    let text = normal.text();
    let read = Profile::read(&text).unwrap();
    assert_eq!((&read, read.text()), (&normal, text));
    assert!(Profile::read("[]").unwrap_err().contains("no baseline file"));
    let newer = r#"{"format":"packetloupe baseline","version":3}"#;
    assert!(Profile::read(newer).unwrap_err().contains("version 3"));
}
