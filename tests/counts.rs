//! Packets, bytes and times agree with capinfos over the shared captures; skips where these are absent.

use packetloupe::pipeline::Pipeline;
use packetloupe::settings::Settings;
use std::path::Path;

const CAPTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/captures");

/// Files on which we differ from capinfos, and why.
const DIFFERENT: &[(&str, &str)] = &[];

#[test]
fn totals_equal_those_of_capinfos() {
    let Ok(table) = std::fs::read_to_string(Path::new(CAPTURES).join("COUNTS.csv")) else {
        println!("skipped: no shared captures here");
        return;
    };
    let mut wrong = Vec::new();
    let mut n_compared = 0;
    for line in table.lines().skip(1) {
        let mut fields = line.rsplitn(6, ',');
        let mut next = || fields.next().unwrap_or_default();
        let (verdict, last, first, bytes, packets, file) = (next(), next(), next(), next(), next(), next());
        if DIFFERENT.iter().any(|(name, _)| *name == file) {
            continue;
        }
        let Ok(data) = std::fs::read(Path::new(CAPTURES).join(file)) else {
            wrong.push(format!("{file}: not there"));
            continue;
        };
        n_compared += 1;
        let settings = Settings::default();
        let mut pipeline = Pipeline::new(&settings, file, data.len() as u64);
        let read = pipeline.feed(&data).and_then(|()| pipeline.end());
        let summary = pipeline.partial(&settings).summary;
        let time = |ns: Option<i64>| {
            ns.map_or(String::new(), |ns| format!("{}.{:06}", ns / 1_000_000_000, ns % 1_000_000_000 / 1000))
        };
        let ours =
            (summary.packets.to_string(), summary.bytes.to_string(), time(summary.first_ns), time(summary.last_ns));
        let theirs = (packets.to_owned(), bytes.to_owned(), first.to_owned(), last.to_owned());
        if verdict != "refused" && ours != theirs {
            wrong.push(format!("{file} ({verdict}): {ours:?}, capinfos {theirs:?} {read:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {n_compared} differ:\n{}", wrong.len(), wrong.join("\n"));
}
