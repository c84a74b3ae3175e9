//! The table of things that can go wrong without stopping, and the log that counts them.

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
    };
}

issues! {
    FileCut "file-cut" Error
        "The file ends in the middle of a packet or block: it was cut. Everything before that place was read.",
    FileCorrupt "file-corrupt" Error
        "A packet or block header makes no sense, so the file is damaged from there on. Everything before was read.",
    FileResumed "file-resumed" Error
        "The file is damaged: a packet or block header makes no sense. Bytes were skipped up to the next that does, and reading went on there.",
    CapturesJoined "captures-joined" Info
        "Several captures stand one behind the other in the file, as cat or copy joins them. All were read; where their times overlap, flows and rates are those of both.",
    TablesJoined "tables-joined" Info
        "Several tables with the same columns stand in the archive. Their rows were read one behind the other, as one table.",
    MembersSkipped "members-skipped" Warning
        "The archive holds more files, which were not read: they are no captures, or tables with other columns. To open one of them, unpack the archive.",
    UnpackCut "unpack-cut" Error
        "The compressed file ends too early: it was cut. Everything that could be unpacked was read.",
    UnpackDamaged "unpack-damaged" Error
        "The compressed file is damaged, or something else follows in it. What could be unpacked before was read.",
    UnpackLimit "unpack-limit" Error
        "The file unpacks to more than 512 MiB and 200 times its own size, so reading ended there. To read all of it, unpack it first.",
    FileChanged "file-changed" Error
        "The file could not be read to its end: it changed, moved or became unreadable. What came before was analysed.",
    StoppedEarly "stopped-early" Warning
        "Reading was stopped by you before the end. Results cover only the part that was read.",
    BlockUnknown "block-unknown" Info
        "The file has blocks of a kind that is not known; they were skipped.",
    BlockOther "block-other" Info
        "The file has blocks that hold no packets: names, statistics, decryption secrets, blocks of other programs. They were skipped.",
    BlockDamaged "block-damaged" Error
        "A block could not be understood; it was skipped and reading went on behind it.",
    CommentsFull "comments-full" Info
        "The file has more comments than are kept; the later ones are not shown.",
    InterfaceUnknown "interface-unknown" Error
        "A packet names a capture interface that the file never described; its time and link type are guesses.",
    NoTimestamp "no-timestamp" Warning
        "Packets without a time stamp (simple packet blocks) take the time of the packet before them.",
    TimeBackwards "time-backwards" Info
        "Packets are not in order of time. Gaps between packets count from the later time.",
    ClockStep "clock-step" Warning
        "The clock jumps back by more than a second: it was set while packets were captured, or captures with overlapping times were joined. Durations and rates around there are not to be trusted.",
    PacketsDuplicated "packets-duplicated" Warning
        "Packets are in the capture twice, within milliseconds: a mirror port (SPAN) that copies both directions of every port, or a capture on several interfaces. Packets, bytes and rates count both; retransmissions do not count the copies.",
    BytesLost "bytes-lost" Warning
        "Bytes that their receiver acknowledged are not in the capture: packets were lost on the way to it, by a full buffer of the capturing machine or a mirror port (SPAN) with more traffic than it can send. The network delivered them. What they said is missing in the results.",
    StreamsOneSided "streams-one-sided" Warning
        "Of TCP connections only one direction is in the capture: the other took another way, or the mirror port or tap shows one direction. Whether it answered, and whether bytes are missing, is unknown.",
    GapsUnknown "gaps-unknown" Info
        "Sequence numbers are missing in TCP connections, and nothing in the capture says whether the receiver has those bytes: they were lost in the network or on the way to the capture.",
    SegmentsReordered "segments-reordered" Info
        "TCP segments came later than ones behind them, within 3 ms: they took ways of different length, or the capture mixed up their order. They were put in order, and do not count as retransmissions.",
    LinkUnknown "link-unknown" Warning
        "Packets of a link type that is not decoded were counted but not looked into.",
    LinkCut "link-cut" Warning
        "Packets are too short for their link header.",
    PacketCut "packet-cut" Info
        "Packets were cut when captured (snap length). Headers were read; sizes are those on the wire.",
    NetDamaged "net-damaged" Warning
        "Packets have an IP or ARP header that makes no sense; layers below it were kept.",
    TransportDamaged "transport-damaged" Warning
        "Packets have a TCP, UDP or ICMP header that makes no sense or is cut; addresses were kept.",
    TunnelDamaged "tunnel-damaged" Warning
        "Packets have a tunnel header (GRE, MPLS, PPP and the like) that makes no sense or is cut; what is outside was kept.",
    TunnelDeep "tunnel-deep" Warning
        "Packets are packed into more headers than are followed; what is further inside was not looked into.",
    Fragment "fragment" Info
        "IP packets came in pieces (fragments); those with all their pieces were put together and read.",
    FragmentUnfinished "fragment-unfinished" Warning
        "IP packets lack pieces: these never came, came after 30 seconds, or there were more unfinished packets than are kept.",
    FragmentOverlap "fragment-overlap" Warning
        "Pieces of IP packets lie over pieces that came before; the earlier bytes were kept. Receivers differ in this.",
    FragmentTiny "fragment-tiny" Warning
        "First pieces of IP packets are too short for their TCP, UDP or ICMP header, as no system makes them.",
    FragmentOverlong "fragment-overlong" Warning
        "Pieces of IP packets reach past 65,535 bytes, which no packet can have; they were left out.",
    FlowsSummarised "flows-summarised" Warning
        "More flows than the table keeps: the oldest were counted and folded into the totals.",
    NamesFull "names-full" Warning
        "More names than the table keeps; later new names were not attached to flows.",
    StreamsFull "streams-full" Warning
        "More TCP connections at a time than are read: those that were silent longest were not read on, so that what they said later is missing.",
    FactsFull "facts-full" Warning
        "Flows said more than is kept of them: what was new later is counted but not shown with the flow.",
    DetectorFull "detector-full" Warning
        "A detector met more hosts or pairs than it keeps; those met later were not judged.",
    RowDamaged "row-damaged" Warning
        "Lines could not be understood as rows of the table; they were left out.",
    RowTooLong "row-too-long" Error
        "A row is far too long, most often behind a quote that is never closed. Reading went on at the next line.",
    RowRagged "row-ragged" Warning
        "Rows have more or fewer cells than the table has columns; missing cells count as empty, others were left out.",
    RowBlank "row-blank" Info
        "Rows without a single value were left out.",
    RowNoFlow "row-no-flow" Info
        "Rows lack an IP address or a time, or are not IP: they stand in the table, but are no flows.",
    ProtocolUnknown "protocol-unknown" Info
        "Rows do not say their protocol, so it is unknown whether they are TCP, UDP or something else: detectors that need to know that left them out.",
    PortsUnknown "ports-unknown" Info
        "Rows do not say their ports: the ports are unknown, and what hosts offer or ask for could not be told.",
    RowsOneWay "rows-one-way" Info
        "Rows have one direction of a connection each, and no row has the answers: whether there were any is unknown, and who began is a guess by the ports.",
    HeaderRepeated "header-repeated" Info
        "The line of headings comes again among the rows; it was left out.",
    SummaryLine "summary-line" Info
        "A summary follows the rows; it was left out.",
    TextNotUtf8 "text-not-utf8" Info
        "Rows hold text that is not UTF-8; it was read as Windows-1252, which Latin-1 is a part of.",
    TimesUndated "times-undated" Info
        "Packets were printed without their day, or without a time: days count from 1970-01-01, and packets without a time follow each other.",
    TimesRelative "times-relative" Info
        "Times count from the start of a capture, so days and clock times are not the real ones.",
    TimesOfDay "times-of-day" Warning
        "Times are times of day without a date, so the day is not known: they count from midnight of the first day, which stands as 1970-01-01.",
    TimesWithoutYear "times-without-year" Warning
        "Times name no year: it is that of another column, or stands as 1970 where none has one.",
    TimesAddedUp "times-added-up" Info
        "Times are those since the row before, so they were added up.",
    TimeUnreadable "time-unreadable" Warning
        "Rows have a time that could not be read; they take the time of the row before.",
    ZoneUnknown "zone-unknown" Warning
        "Times name a time zone that is not known; they were taken for UTC.",
    DatesDayFirst "dates-day-first" Warning
        "Dates could be day first or month first, and no row shows which: they were read as day first. The setting table.date_order changes that.",
    DatesMonthFirst "dates-month-first" Warning
        "Dates could be day first or month first, and no row shows which: they were read as month first. The setting table.date_order changes that.",
    UnitCorrected "unit-corrected" Warning
        "Durations are not in the unit that the tool is known for: rates, ends or headings of the rows show another, which was taken. The setting table.time_unit changes that.",
    RowsSampled "rows-sampled" Warning
        "More rows than the memory set for tables holds: a random part of them was kept.",
    TextsLeftOut "texts-left-out" Info
        "A column has more different texts than are told apart; rows with later ones cannot be found by them.",
    ColumnsLeftOut "columns-left-out" Warning
        "The table has more columns than are read; those behind were left out.",
    CicCompatible "cic-compatible" Info
        "The flow table (CSV) is CICFlowMeter v4's, its published errors among them, as a setting asks. Findings and all else are not.",
    CicSinglePacket "cic-single-packet" Info
        "Flows of a single packet are missing in the CIC-compatible flow table, as CICFlowMeter leaves them out.",
    CicSummarised "cic-summarised" Warning
        "More flows than are kept in the CIC-compatible flow table: the oldest are missing there.",
    DampedForgotten "damped-forgotten" Info
        "More hosts and pairs than damped statistics are kept of: those seen longest ago began again from nothing.",
    SettingIgnored "setting-ignored" Warning
        "A setting is not known or out of range; the default was used.",
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

impl IssueKind {
    /// Its id.
    pub fn id(self) -> &'static str {
        ALL.get(self as usize).map_or("", |(_, id, _, _)| id)
    }
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
        issues.sort_by_key(|issue| std::cmp::Reverse(issue.severity));
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
