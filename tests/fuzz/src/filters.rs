//! Any text as a filter: it is understood or refused with a place in it, and over a capture it and its opposite part the
//! packets.

use super::{Unpacked, read, settings};
use packetloupe::filter;
use packetloupe::model::Analysis;
use packetloupe::pipeline::Pipeline;
use packetloupe::query::passing_packets;
use std::cell::RefCell;

const CAPTURE: &[u8] = include_bytes!("../../fixtures/captures/zone_transfer/attack.pcap");

thread_local! {
    static OPENED: RefCell<(Pipeline, Unpacked, Analysis)> = RefCell::new({
        let settings = settings(&[]);
        let (mut pipeline, unpacked) = read(&[CAPTURE], &[usize::MAX], &settings).unwrap();
        let analysis = pipeline.evaluate(&settings);
        (pipeline, unpacked, analysis)
    });
}

/// One input of the target.
pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for at in [0, text.len() / 2, text.len()] {
        for found in filter::complete(&text, at) {
            assert!(text.get(found.start..found.end).is_some());
        }
    }
    let columns = ["Flow Duration".to_owned(), "Label".to_owned()];
    for error in [filter::compile(&text).err(), filter::compile_for_rows(&text, &columns).err()].into_iter().flatten() {
        assert!(text.get(error.at as usize..(error.at + error.length) as usize).is_some(), "{error:?}");
    }
    let Ok(compiled) = filter::compile(&text) else { return };
    OPENED.with_borrow_mut(|(pipeline, source, analysis)| {
        let mut ask = |text: &str| passing_packets(pipeline, analysis, source, text);
        let passing = ask(&text).unwrap();
        if compiled.is_empty() {
            return;
        }
        // Deeper brackets or a longer text may be refused.
        if let Ok(others) = ask(&format!("!({text})")) {
            let mut all = [passing, others].concat();
            all.sort_unstable();
            assert!(all.iter().copied().eq(0..pipeline.index().len() as u32), "{text}");
        }
    });
}
