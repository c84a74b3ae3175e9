//! Describes in a sentence what a binary file is, by its first bytes.

/// Captures of other programs, which Wireshark's tools convert.
const CAPTURES: &[(&[u8], &str)] = &[
    (b"TRSNIFF data    \x1a", "a Sniffer (DOS) capture"),
    (b"XCP\0", "a NetXray or Sniffer (Windows) capture"),
    (b"btsnoop\0", "a Bluetooth capture (btsnoop)"),
    (&[0, 0, 2, 0, 0x12, 5, 0, 0x10], "a Tektronix K12 capture (rf5)"),
    (b"iptrace 1.0", "an AIX iptrace capture"),
    (b"iptrace 2.0", "an AIX iptrace capture"),
    (b"EyeSDN", "an EyeSDN trace"),
    (&[0x01, 0x10, 0x4c, 0, 1, 5], "a Novell LANalyzer trace"),
    (b"\x05VNF", "a Visual Networks capture"),
    (b"ObserverPktBuffe", "a Viavi Observer capture"),
    (b"\x7fver", "a Savvius OmniPeek capture"),
    (&[0xaa, 0xaa, 0xaa, 0xaa], "a 5View capture"),
    (b"\x54\x52\x00\x64\x00", "an HP-UX nettl trace"),
    (b"LOGG", "a Vector log (BLF)"),
    (b"MPCSII", "a Micropross trace"),
    (&[0x42, 0xd2, 0, 0x34, 0x12, 0x66, 0x22, 0x88], "a RADCOM capture"),
    (b"V0208", "an Aethra capture"),
];

/// Other files: what they are, and what to do.
const OTHERS: &[(&[u8], &str, &str)] = &[
    (&[0x1f, 0x8b], "a gzip archive", UNPACK),
    (&[0x28, 0xb5, 0x2f, 0xfd], "a Zstandard archive", UNPACK),
    (&[0x04, 0x22, 0x4d, 0x18], "an LZ4 archive", UNPACK),
    (&[0x02, 0x21, 0x4c, 0x18], "a legacy LZ4 archive", UNPACK),
    (b"PK\x03\x04", "a zip archive or an Office document", UNPACK),
    (b"PK\x05\x06", "an empty zip archive", ""),
    (b"BZh", "a bzip2 archive", UNPACK),
    (&[0xfd, b'7', b'z', b'X', b'Z'], "an xz archive", UNPACK),
    (&[0x5d, 0, 0], "an lzma archive", UNPACK),
    (&[0x1f, 0x9d], "a compress archive (.Z)", UNPACK),
    (b"LZIP", "an lzip archive", UNPACK),
    (b"7z\xbc\xaf", "a 7-Zip archive", UNPACK),
    (b"Rar!", "a RAR archive", UNPACK),
    (b"MSCF", "a Windows cabinet archive", UNPACK),
    (&[0x0c, 0xa5], "an nfdump file (nfcapd)", "Export it as a table: nfdump -r IN -o csv > OUT.csv"),
    (&[0xde, 0xad, 0xbe, 0xef], "a SiLK file", "Export it as a table: rwcut IN > OUT.txt"),
    (&[0x83, 0x10, 0, 0x20], "an Argus file", "Export it as a table: ra -r IN -n -c , > OUT.csv"),
    (b"PAR1", "a Parquet table", "Export it as CSV or JSON."),
    (b"ARROW1", "an Arrow table", "Export it as CSV or JSON."),
    (b"Obj\x01", "an Avro table", "Export it as CSV or JSON."),
    (b"\x89HDF", "an HDF5 file", "Export its table as CSV."),
    (b"\x93NUMPY", "a NumPy array", "Export it as CSV."),
    (&[0xd0, 0xcf, 0x11, 0xe0], "an old Office document, such as an Excel workbook", "Save the sheet as CSV."),
    (b"ElfFile\0", "a Windows event log (EVTX)", "Export its events as CSV or JSON."),
    (b"SQLite format 3", "an SQLite database", "Export the table as CSV."),
    (b"%PDF", "a PDF document", ""),
    (&[0x89, b'P', b'N', b'G'], "a PNG picture", ""),
    (&[0xff, 0xd8, 0xff], "a JPEG picture", ""),
    (b"GIF8", "a GIF picture", ""),
    (&[0x7f, b'E', b'L', b'F'], "a Linux program", ""),
    (b"MZ", "a Windows program", ""),
];

const UNPACK: &str = "Unpack it first, then open the capture inside.";

/// Says what a file is that begins so; none if that is not known.
pub fn kind(front: &[u8]) -> Option<String> {
    if let Some((_, what)) = CAPTURES.iter().find(|(magic, _)| front.starts_with(magic)) {
        return Some(converted(what));
    }
    if is_netscaler(front) {
        return Some(converted("a NetScaler trace (nstrace)"));
    }
    if is_commview(front) {
        return Some(converted("a CommView capture (NCF)"));
    }
    if is_event_trace(front) {
        let text = "This is a Windows event trace (ETL). Convert it with: etl2pcapng IN.etl OUT.pcapng; or, if pktmon made it, with: \
                    pktmon etl2pcap IN.etl --out OUT.pcapng.";
        return Some(text.to_owned());
    }
    if let Some((_, what, advice)) = OTHERS.iter().find(|(magic, _, _)| front.starts_with(magic)) {
        let space = if advice.is_empty() { "" } else { " " };
        let end = if advice.is_empty() || advice.ends_with('.') { "" } else { "." };
        return Some(format!("This is {what}, neither a capture nor a table.{space}{advice}{end}"));
    }
    let is_zeros = front.iter().all(|byte| *byte == 0);
    is_zeros.then(|| "This file starts with only zeros: it was not written or not copied completely.".to_owned())
}

/// Says how a capture of another program is made one that is read here.
pub(super) fn converted(what: &str) -> String {
    format!("This is {what}, which cannot be read here. Convert it with: editcap -F pcapng IN OUT.")
}

/// The signature stands in the first record, behind its header.
fn is_netscaler(front: &[u8]) -> bool {
    memchr::memmem::find(front.get(..64).unwrap_or(front), b"NetScaler ").is_some()
}

/// The header of the first packet, which has no magic number: two lengths, version 0, and date and time.
fn is_commview(front: &[u8]) -> bool {
    let Some([l0, l1, s0, s1, _, version, y0, y1, month, day, hour, minute, second]) = front.first_chunk().copied()
    else {
        return false;
    };
    let (length, source_length) = (u16::from_le_bytes([l0, l1]), u16::from_le_bytes([s0, s1]));
    let year = u16::from_le_bytes([y0, y1]);
    let is_date = (1995..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let is_clock = hour < 24 && minute < 60 && second < 60;
    length > 0 && length <= source_length && version == 0 && is_date && is_clock
}

/// The first buffer of an event trace: its size, and behind the buffer's header that of the first event, which is the
/// system's.
fn is_event_trace(front: &[u8]) -> bool {
    let size = front.first_chunk().copied().map_or(0, u32::from_le_bytes);
    let is_size = size >= 1024 && size.is_multiple_of(1024);
    is_size && matches!(front.get(0x48..0x4c), Some([1 | 2, 0, 1 | 2, 0xc0]))
}
