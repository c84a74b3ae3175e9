//! What the targets share: bytes through the whole line, and every question that the page and the command may ask after.

pub mod captures;
pub mod files;
pub mod filters;
pub mod packets;
pub mod payloads;
pub mod tables;

use packetloupe::export::report::html;
use packetloupe::export::{TableExport, json};
use packetloupe::model::Analysis;
use packetloupe::pipeline::{Pipeline, PipelineOptions, RowKeeper, descriptors};
use packetloupe::protocol::{Answer, Cells, Filter, FlowSort, PacketLooks, PacketSort, Query, RowSort, Window};
use packetloupe::query::{self, Source, Views};
use packetloupe::read::UnsupportedFile;
use packetloupe::settings::Settings;

/// By then the front of a table is known.
const LONG_BYTES: usize = 80_000;
/// Packets that are looked at in full.
const MOST_IN_FULL: u64 = 16;

/// Settings with these values.
pub fn settings(given: &[(&str, f64)]) -> Settings {
    let given = given.iter().map(|(id, value)| ((*id).to_owned(), *value)).collect();
    let known: Vec<_> = descriptors().into_iter().copied().collect();
    let (settings, ignored) = Settings::from_map(&given, &known);
    assert!(ignored.is_empty(), "{ignored:?}");
    settings
}

/// The slices that a byte asks for.
pub fn sizes(control: u8) -> [usize; 3] {
    let control = usize::from(control);
    [1 + control, 1 + control % 7 * 400, 1 + control % 5]
}

/// The bytes of one file, or of several that are opened together, in slices of these sizes.
///
/// # Errors
/// A file is of no kind that is read.
pub fn read(files: &[&[u8]], sizes: &[usize], settings: &Settings) -> Result<(Pipeline, Unpacked), UnsupportedFile> {
    let names = (0..files.len()).map(|n| format!("{n}.pcap")).collect();
    let mut pipeline = Pipeline::new(PipelineOptions { names, ..PipelineOptions::of(settings) });
    let mut rest = files.to_vec();
    let mut unpacked = Unpacked(vec![Vec::new(); files.len()]);
    let mut sizes = sizes.iter().cycle();
    while let Some(wanted) = pipeline.wants() {
        let Some(bytes) = rest.get_mut(wanted) else { panic!("file {wanted} is wanted") };
        let size = sizes.next().map_or(bytes.len(), |size| (*size).min(bytes.len()));
        let (slice, behind) = bytes.split_at(size);
        *bytes = behind;
        let mut keep = |file: usize, bytes: &[u8]| unpacked.0[file].extend_from_slice(bytes);
        if slice.is_empty() {
            pipeline.end_file(&mut keep)?;
        } else {
            pipeline.feed_keeping(slice, &mut keep)?;
        }
    }
    pipeline.end()?;
    for (place, bytes) in files.iter().enumerate() {
        if !pipeline.inputs()[place].is_packed {
            unpacked.0[place] = bytes.to_vec();
        }
    }
    Ok((pipeline, unpacked))
}

/// The files as index and places point into them.
pub struct Unpacked(Vec<Vec<u8>>);

impl Source for Unpacked {
    fn read_at(&mut self, file: u8, offset: u64, length: usize) -> Option<Vec<u8>> {
        let at = usize::try_from(offset).ok()?;
        let bytes = self.0.get(usize::from(file))?.get(at..at.checked_add(length)?);
        // What the tables point to stands in the file.
        assert!(bytes.is_some(), "{length} bytes at {offset} of file {file}");
        bytes.map(<[u8]>::to_vec)
    }
}

/// Reads and judges in slices and at once, compares both, and asks everything of the result.
pub fn through(files: &[&[u8]], control: u8, settings: &Settings) {
    let (sliced, whole) = (read(files, &sizes(control), settings), read(files, &[usize::MAX], settings));
    let ((mut sliced, _), (mut whole, mut source)) = match (sliced, whole) {
        (Ok(sliced), Ok(whole)) => (sliced, whole),
        (Err(sliced), Err(whole)) => {
            assert!(whole.to_string().ends_with('.'), "{whole}");
            return assert_eq!(sliced, whole);
        }
        (sliced, whole) => panic!("{:?} in slices, {:?} at once", sliced.err(), whole.err()),
    };
    let analysis = evaluated(&mut whole, settings);
    let again = evaluated(&mut sliced, settings);
    assert!(again == analysis || has_nan(&analysis), "{again:#?}\n\n{analysis:#?}");
    // Drawing takes longer than all else.
    if control.is_multiple_of(8) {
        assert!(html::html(&analysis).starts_with("<!"));
    }
    ask(&whole, &analysis, &mut source);
}

/// Reads a long table of these rows, again and again, alone and with its rows kept apart; compares both.
pub fn apart(rows: &[u8], settings: &Settings) {
    let table = rows.repeat(LONG_BYTES / rows.len().max(1) + 1);
    let (front, rest) = table.split_at(LONG_BYTES);
    let mut alone = Pipeline::new(PipelineOptions::of(settings));
    let mut beside = Pipeline::new(PipelineOptions::of(settings));
    if alone.feed(front).and_then(|()| beside.feed(front)).is_err() || !beside.can_leave_rows() {
        return;
    }
    beside.leave_rows();
    let mut keeper = RowKeeper::new(settings);
    keeper.feed(front);
    keeper.feed(rest);
    for pipeline in [&mut alone, &mut beside] {
        assert_eq!(pipeline.feed(rest).and_then(|()| pipeline.end()), Ok(()));
    }
    let is_whole = keeper.end(false).map(|piece| beside.put_rows(piece)).last();
    assert_eq!(is_whole, Some(true));
    let (analysis, again) = (evaluated(&mut alone, settings), evaluated(&mut beside, settings));
    assert!(again == analysis || has_nan(&analysis), "{again:#?}\n\n{analysis:#?}");
    assert_eq!(alone.flows_of_rows(), beside.flows_of_rows());
}

/// One detector after the other: no threads, which cost more than the work.
fn evaluated(pipeline: &mut Pipeline, settings: &Settings) -> Analysis {
    for place in 0..packetloupe::detect::ALL.len() {
        pipeline.evaluate_one(place, settings);
    }
    pipeline.analysis(settings)
}

/// Values that are not equal to themselves.
#[expect(clippy::eq_op, reason = "that is what is asked")]
fn has_nan(analysis: &Analysis) -> bool {
    analysis != analysis
}

/// The first rows that a text lets pass.
fn window<Sort>(text: &str, sort: Sort) -> Window<Sort> {
    let filter = Filter { text: text.to_owned(), ..Filter::default() };
    Window { filter, sort, is_descending: !text.is_empty(), offset: 0, count: 50 }
}

fn ask(pipeline: &Pipeline, analysis: &Analysis, source: &mut Unpacked) {
    assert!(json::json(analysis).starts_with('{'));
    let mut out = Vec::new();
    assert!(query::write(&mut out, TableExport::Flows, pipeline, analysis).is_ok());
    let mut views = Views::default();
    let mut ask = |query| views.ask(pipeline, analysis, source, query);
    // The last but one is refused, and the last reads packets again.
    let reading = "tcp.analysis.retransmission or dns.qry.name contains \"a\" or tls.handshake.type == 1 or ip.ttl < 9";
    for text in ["", "port 443", "a -b", "a=1 -b", reading] {
        ask(Query::Flows(window(text, FlowSort::Bytes)));
        ask(Query::Packets(window(text, PacketSort::Time), PacketLooks::default()));
        ask(Query::Rows(window(text, RowSort::Column(1)), Cells { first_column: 0, n_columns: 64 }));
        ask(Query::Columns(window(text, ())));
    }
    for index in 0..pipeline.index().len().min(MOST_IN_FULL) {
        assert!(matches!(ask(Query::Packet { index }), Answer::Packet(Some(_))), "packet {index}");
    }
    let n_columns = pipeline.rows().map_or(0, |rows| rows.layout().columns.len().min(20));
    for place in 0..n_columns as u32 {
        assert!(matches!(ask(Query::Column { place }), Answer::Column(Some(_))), "column {place}");
    }
}
