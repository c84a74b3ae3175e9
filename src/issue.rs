//! The table of things that can go wrong without stopping, and the log that counts them.

use crate::maths::sorting::Arrange;
use crate::model::analysis::{Issue, IssueSeverity};
use IssueSeverity::{Error, Info, Warning};

macro_rules! issues {
    ($($name:ident $id:literal $severity:ident $text:literal),* $(,)?) => {
        /// A kind of issue.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(missing_docs)]
        pub enum IssueKind { $($name),* }

        /// Every kind: id, severity, sentence.
        pub const ALL: &[(IssueKind, &str, IssueSeverity, &str)] =
            &[$((IssueKind::$name, $id, $severity, $text)),*];

        impl IssueKind {
            /// Its id.
            pub const fn id(self) -> &'static str {
                match self { $(IssueKind::$name => $id),* }
            }
        }
    };
}

issues! {
    FileCut "file-cut" Error
        "The file ends in the middle of a packet or block: it was truncated. Everything before that point was read.",
    FileCorrupt "file-corrupt" Error
        "A packet or block header is invalid, so the file is damaged from there on. Everything before was read.",
    FileResumed "file-resumed" Error
        "The file is damaged: a packet or block header is invalid. Bytes were skipped up to the next valid header, \
         and reading continued there.",
    CapturesJoined "captures-joined" Info
        "The file contains several captures one after the other, as cat or copy joins them. All were read; where \
         their times overlap, flows and rates cover both.",
    TablesJoined "tables-joined" Info
        "The archive contains several tables with the same columns. Their rows were read one after the other, as one \
         table.",
    MembersSkipped "members-skipped" Warning
        "The archive contains more files, which were not read: they are not captures, or they are tables with other \
         columns. To open one of them, unpack the archive.",
    UnpackCut "unpack-cut" Error
        "The compressed file ends too early: it was truncated. Everything that could be decompressed was read.",
    UnpackDamaged "unpack-damaged" Error
        "The compressed file is damaged, or other data follows it. Everything that could be decompressed before was \
         read.",
    UnpackLimit "unpack-limit" Error
        "The file decompresses to far more than its size: over 512 MiB and 200 times its own, or over 16 million packets \
         or rows and one for every 3 bytes (of several files each has its share). Reading stopped there. To read all of \
         it, decompress it first.",
    UnpackWindow "unpack-window" Error
        "Decompressing the file needs too much memory: 100 MiB are allowed, or 320 MiB for all files opened together. To \
         read it, decompress it first.",
    FileChanged "file-changed" Error
        "The file could not be read to its end: it changed, moved or became unreadable. What came before was analysed.",
    StoppedEarly "stopped-early" Warning
        "You stopped reading before the end. Results cover only the part that was read.",
    BlockUnknown "block-unknown" Info
        "The file has blocks of an unknown type; they were skipped.",
    BlockOther "block-other" Info
        "The file has blocks that contain no packets: names, statistics, decryption secrets, blocks of other \
         programs. They were skipped.",
    BlockDamaged "block-damaged" Error
        "A block could not be parsed; it was skipped and reading continued after it.",
    CommentsFull "comments-full" Info
        "The file has more comments than are kept; the later ones are not shown.",
    InterfaceUnknown "interface-unknown" Error
        "A packet refers to a capture interface that the file does not describe; its time and link type are guesses.",
    NoTimestamp "no-timestamp" Warning
        "Packets without a timestamp (simple packet blocks) take the time of the packet before them.",
    TimeBackwards "time-backwards" Info
        "Packets are not in time order. Gaps between packets count from the later time.",
    ClockStep "clock-step" Warning
        "The clock jumps back by more than a second: it was set during the capture, or captures with overlapping \
         times were joined. Durations and rates around there are unreliable.",
    PacketsDuplicated "packets-duplicated" Warning
        "Packets are in the capture twice, within milliseconds: from a mirror port (SPAN) that copies both directions \
         of every port, or from a capture on several interfaces. Packets, bytes and rates count both; retransmissions \
         do not count the copies.",
    BytesLost "bytes-lost" Warning
        "Bytes that their receiver acknowledged are not in the capture: packets were lost on the way to it, by a full buffer of the capturing machine or a mirror port (SPAN) with more traffic than it can send. The network delivered them. What they said is missing in the results.",
    StreamsOneSided "streams-one-sided" Warning
        "Of TCP connections only one direction is in the capture: the other took another way, or the mirror port or tap shows one direction. Whether it answered, and whether bytes are missing, is unknown.",
    GapsUnknown "gaps-unknown" Info
        "Sequence numbers are missing in TCP connections, and nothing in the capture says whether the receiver has those bytes: they were lost in the network or on the way to the capture.",
    SegmentsReordered "segments-reordered" Info
        "TCP segments came later than ones behind them, within 3 ms: they took ways of different length, or the capture mixed up their order. They were put in order, and do not count as retransmissions.",
    LinkUnknown "link-unknown" Warning
        "Packets with an unsupported link type were counted but not decoded.",
    LinkCut "link-cut" Warning
        "Packets are too short for their link header.",
    PacketCut "packet-cut" Info
        "Packets were truncated by the capture (snap length). Headers were read; sizes are those on the wire.",
    NetDamaged "net-damaged" Warning
        "Packets have an invalid IP or ARP header; the layers below it were kept.",
    TransportDamaged "transport-damaged" Warning
        "Packets have an invalid or truncated TCP, UDP or ICMP header; addresses were kept.",
    TunnelDamaged "tunnel-damaged" Warning
        "Packets have an invalid or truncated tunnel header (GRE, MPLS, PPP and the like); the layers outside it were \
         kept.",
    TunnelDeep "tunnel-deep" Warning
        "Packets have more nested headers than are decoded; the inner ones were ignored.",
    Fragment "fragment" Info
        "IP packets were fragmented; those with all fragments were reassembled and read.",
    FragmentUnfinished "fragment-unfinished" Warning
        "IP packets lack fragments: these never arrived, arrived after 30 seconds, or there were more unfinished \
         packets than are kept.",
    FragmentOverlap "fragment-overlap" Warning
        "IP fragments overlap earlier ones; the earlier bytes were kept. Receivers differ in this.",
    FragmentTiny "fragment-tiny" Warning
        "First IP fragments are too short for their TCP, UDP or ICMP header; no operating system sends such fragments.",
    FragmentOverlong "fragment-overlong" Warning
        "IP fragments extend past 65,535 bytes, the maximum packet size; they were left out.",
    FlowsSummarised "flows-summarised" Warning
        "There are more flows than the table keeps: the oldest were counted and added to the totals.",
    NamesFull "names-full" Warning
        "There are more names than the table keeps; later new names were not attached to flows.",
    StreamsFull "streams-full" Warning
        "There are more TCP connections at a time than are parsed: those that were silent longest were dropped, so \
         their later messages are missing.",
    FactsFull "facts-full" Warning
        "Flows have more message fields than are kept; later new ones are counted but not shown with the flow.",
    DetectorFull "detector-full" Warning
        "A detector saw more hosts or pairs than it keeps; later ones were not evaluated.",
    RowDamaged "row-damaged" Warning
        "Lines could not be parsed as rows of the table; they were left out.",
    RowTooLong "row-too-long" Error
        "A row is far too long or goes on to the end of the file, most often because a quote is never closed. Reading \
         continued at the next line.",
    RowRagged "row-ragged" Warning
        "Rows have more or fewer cells than the table has columns; missing cells count as empty, extra cells were \
         left out.",
    TableEmpty "table-empty" Warning
        "This is a table with headings and no rows: there is nothing in it to look at.",
    RowBlank "row-blank" Info
        "Rows without a single value were left out.",
    RowNoFlow "row-no-flow" Info
        "Rows have no IP address or no time, or are not IP: they are in the table, but are not flows.",
    ProtocolUnknown "protocol-unknown" Info
        "Rows have no protocol, so it is unknown whether they are TCP, UDP or something else: detectors that need the \
         protocol left them out.",
    PortsUnknown "ports-unknown" Info
        "Rows have no ports, so it is unknown which services hosts offer or use.",
    RowsOneWay "rows-one-way" Info
        "Each row has one direction of a connection, and no row has the answers: whether there were any is unknown, \
         and the originator is a guess from the ports.",
    HeaderRepeated "header-repeated" Info
        "The header line occurs again among the rows; it was left out.",
    SummaryLine "summary-line" Info
        "A summary follows the rows; it was left out.",
    TextNotUtf8 "text-not-utf8" Info
        "Rows contain text that is not UTF-8; it was read as Windows-1252, which includes Latin-1.",
    TimesUndated "times-undated" Info
        "Packets were printed without a date or without a time: days count from 1970-01-01, and packets without a \
         time follow each other.",
    TimesRelative "times-relative" Info
        "Times count from the start of a capture, so days and times of day are not the real ones.",
    TimesOfDay "times-of-day" Warning
        "Times are times of day without a date, so the day is unknown: they count from midnight of the first day, \
         shown as 1970-01-01.",
    TimesWithoutYear "times-without-year" Warning
        "Times have no year: it is taken from another column, or shown as 1970 if none has one.",
    TimesAddedUp "times-added-up" Info
        "Times are relative to the previous row, so they were added up.",
    TimeUnreadable "time-unreadable" Warning
        "Rows have a time that could not be parsed; they take the time of the previous row.",
    TimeOutOfRange "time-out-of-range" Warning
        "Times lie before 1970 or after 2100, which no capture is from: rows among others take the time of the previous \
         row, and where all are like that the table has no times.",
    ZoneUnknown "zone-unknown" Warning
        "Times have an unknown time zone; they were read as UTC.",
    DatesDayFirst "dates-day-first" Warning
        "Dates could be day first or month first, and no row decides which: they were read as day first. The setting \
         table.date_order changes that.",
    DatesMonthFirst "dates-month-first" Warning
        "Dates could be day first or month first, and no row decides which: they were read as month first. The \
         setting table.date_order changes that.",
    UnitCorrected "unit-corrected" Warning
        "Durations are not in the usual unit of this tool: rates, end times or column headings show another unit, \
         which was used. The setting table.time_unit changes that.",
    BytesInMultiples "bytes-in-multiples" Warning
        "A column of bytes has fewer bytes than its packets need, so it was read as kilobytes or megabytes of 1,000 or \
         1,000,000 bytes.",
    ColumnUnfit "column-unfit" Warning
        "The values of a column do not fit the role chosen for it, so the choice was not used.",
    ColumnAbsent "column-absent" Warning
        "A role was chosen for a column that the table does not have.",
    RowsSampled "rows-sampled" Warning
        "There are more rows than fit into the memory set for tables: a random sample of them was kept.",
    TextsLeftOut "texts-left-out" Info
        "A column has more distinct texts than are indexed; rows with later ones cannot be found by them.",
    ColumnsLeftOut "columns-left-out" Warning
        "The table has more columns than are read; the last ones were left out.",
    CicCompatible "cic-compatible" Info
        "As a setting requires, the flow table (CSV) follows CICFlowMeter v4, including its published errors. \
         Findings and other results do not.",
    CicSinglePacket "cic-single-packet" Info
        "Single-packet flows are missing in the CIC-compatible flow table, because CICFlowMeter leaves them out.",
    CicSummarised "cic-summarised" Warning
        "There are more flows than are kept in the CIC-compatible flow table: the oldest are missing there.",
    DampedForgotten "damped-forgotten" Info
        "There are more hosts and pairs than damped statistics are kept for: those not seen for longest started again \
         from zero.",
    SettingIgnored "setting-ignored" Warning
        "A setting is unknown or out of range; the default was used.",
    EverythingExpected "everything-expected" Warning
        "A rule of the allow-list expects every finding about IP addresses, so these findings are not listed. Remove it \
         or limit it to hosts, ports or detectors.",
}

/// Counts issues and remembers where each was first met.
#[derive(Clone, Debug)]
pub struct IssueLog {
    slots: [Slot; ALL.len()],
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    count: u64,
    first_packet: Option<u64>,
    first_offset: Option<u64>,
}

impl Default for IssueLog {
    fn default() -> Self {
        IssueLog { slots: [Slot::default(); ALL.len()] }
    }
}

impl IssueLog {
    /// Counts one issue at a packet (index from 0) and a byte offset, where these are known.
    pub fn add(&mut self, kind: IssueKind, packet_index: Option<u64>, offset: Option<u64>) {
        self.add_many(kind, 1, packet_index, offset);
    }

    /// Counts `n` issues of a kind, the first at the given place.
    pub fn add_many(&mut self, kind: IssueKind, n: u64, packet_index: Option<u64>, offset: Option<u64>) {
        if let Some(slot) = self.slots.get_mut(kind as usize).filter(|_| n > 0) {
            if slot.count == 0 {
                slot.first_packet = packet_index.map(|index| index + 1);
                slot.first_offset = offset;
            }
            slot.count += n;
        }
    }

    /// Adds what another log holds; the earlier packet is kept as the first.
    pub fn merge(&mut self, other: &IssueLog) {
        for (slot, more) in self.slots.iter_mut().zip(&other.slots).filter(|(_, more)| more.count > 0) {
            let known = |packet: Option<u64>| packet.unwrap_or(u64::MAX);
            let is_first = slot.count == 0 || known(more.first_packet) < known(slot.first_packet);
            slot.count += more.count;
            if is_first {
                (slot.first_packet, slot.first_offset) = (more.first_packet, more.first_offset);
            }
        }
    }

    /// How often a kind was met.
    pub fn count(&self, kind: IssueKind) -> u64 {
        self.slots.get(kind as usize).map_or(0, |slot| slot.count)
    }

    /// All issues met, worst first, then in the order of the table.
    pub fn issues(&self) -> Vec<Issue> {
        let mut issues: Vec<Issue> = ALL
            .iter()
            .zip(&self.slots)
            .filter(|(_, slot)| slot.count > 0)
            .map(|((_, id, severity, text), slot)| Issue {
                id: (*id).to_owned(),
                severity: *severity,
                count: slot.count,
                first_packet: slot.first_packet,
                first_offset: slot.first_offset,
                text: (*text).to_owned(),
            })
            .collect();
        issues.arrange_by_key(|issue| std::cmp::Reverse(issue.severity));
        issues
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_is_in_the_order_of_the_kinds_with_unique_ids_and_full_sentences() {
        let ids: BTreeSet<&str> = ALL.iter().map(|(_, id, _, _)| *id).collect();
        assert_eq!(ids.len(), ALL.len());
        for (place, (kind, _, _, text)) in ALL.iter().enumerate() {
            assert_eq!(*kind as usize, place);
            assert!(text.ends_with('.'));
        }
    }

    #[test]
    fn the_first_place_is_kept() {
        let mut log = IssueLog::default();
        log.add(IssueKind::FileCut, Some(4), Some(100));
        log.add(IssueKind::FileCut, Some(9), Some(900));
        let issues = log.issues();
        assert_eq!((issues[0].count, issues[0].first_packet, issues[0].first_offset), (2, Some(5), Some(100)));
        let mut earlier = IssueLog::default();
        earlier.add(IssueKind::FileCut, Some(2), Some(50));
        log.merge(&earlier);
        assert_eq!((log.issues()[0].count, log.issues()[0].first_packet), (3, Some(3)));
    }
}
