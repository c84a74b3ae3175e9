//! A row of one tool around a record of another to that record: `_raw` of Splunk, `@message` of CloudWatch, `MESSAGE` of systemd.

use crate::model::rows::CellValue;
use crate::read::table::cells::{self, Delimiter};
use crate::read::table::format::CellFormats;
use crate::read::table::json::{self, Keys};
use crate::read::table::lines::prefix;

/// What the cell of a record may be called, in lower case.
const NAMES: &[&str] = &[
    "_raw",
    "@message",
    "message",
    "event.original",
    "msg",
    "line",
    "log",
    "textpayload",
    "rawlog",
    "raw",
    "rawevent",
    "raw_event",
    "raw_data",
    "raw message",
    "syslogmessage",
    "eventdata",
    "_source.message",
    "_source.event.original",
    "result._raw",
    "description",
    "beschreibung",
];

/// What the cell of the time beside it may be called.
const TIMES: &[&str] = &[
    "__realtime_timestamp",
    "_source_realtime_timestamp",
    "_time",
    "result._time",
    "@timestamp",
    "_source.@timestamp",
    "timestamp",
    "timegenerated",
    "timegenerated [utc]",
    "timecreated",
    "date and time",
    "datum und uhrzeit",
    "systemtime",
    "eventtime",
    "time",
    "ts",
];

/// The name under which the time beside a record that has none is handed on.
pub const TIME: &str = "record time";

/// The place of the name that says most.
fn place(names: &[String], wanted: &[&str]) -> Option<usize> {
    let lower: Vec<String> = names.iter().map(|name| name.trim().to_lowercase()).collect();
    wanted.iter().find_map(|wanted| lower.iter().position(|name| name == wanted))
}

/// Where the record stands in a row, and the time beside it.
#[derive(Clone, Debug)]
pub struct Carrier {
    /// Names of all cells, where their order tells them apart; of the record and the time, where rows name their cells.
    names: Vec<String>,
    delimiter: Option<Delimiter>,
    record: usize,
    time: Option<usize>,
}

impl Carrier {
    /// For rows with these cells; none if none of them is called as records of other tools are.
    pub fn of(names: &[String], delimiter: Option<Delimiter>) -> Option<Carrier> {
        let (record, time) = (place(names, NAMES)?, place(names, TIMES));
        if delimiter.is_some() {
            return Some(Carrier { names: Vec::new(), delimiter, record, time });
        }
        let wanted = [Some(record), time].into_iter().flatten().filter_map(|place| names.get(place).cloned());
        Some(Carrier { names: wanted.collect(), delimiter, record: 0, time: time.map(|_| 1) })
    }

    /// For records that say themselves when they were.
    pub fn without_time(self) -> Carrier {
        Carrier { time: None, ..self }
    }

    /// The record of a row in one line, and the time beside it; both empty where the row has none.
    pub fn record(&self, row: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let mut cells: Vec<Vec<u8>> = match self.delimiter {
            Some(delimiter) => cells::texts(row, delimiter),
            None => {
                let (mut values, mut room, mut keys) = (Vec::new(), Vec::new(), Keys::of(&self.names));
                json::element(row, &[], &mut keys, &CellFormats::texts(), &mut values, &mut room);
                let text = |value: &CellValue| match value {
                    CellValue::Text(start, end) => {
                        room.get(*start as usize..*end as usize).unwrap_or_default().to_vec()
                    }
                    CellValue::Number(number) | CellValue::Time(number) => number.to_string().into_bytes(),
                    CellValue::Missing => Vec::new(),
                };
                values.iter().map(text).collect()
            }
        };
        let mut take = |place: usize| cells.get_mut(place).map(std::mem::take).unwrap_or_default();
        let time = self.time.map(&mut take).unwrap_or_default();
        let mut record = take(self.record);
        // Events of Windows have a line for each of their cells.
        if memchr::memchr2(b'\n', b'\r', &record).is_some() && !record.trim_ascii_start().starts_with(b"{") {
            record = one_line(&record);
        }
        (record, time)
    }
}

fn one_line(record: &[u8]) -> Vec<u8> {
    let lines =
        record.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(&b"; "[..])
}

/// True if a record says itself when it was.
pub fn has_time(record: &[u8]) -> bool {
    std::str::from_utf8(record).is_ok_and(|record| !prefix::split(record).time.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn records_are_taken_out_of_cells_and_members() {
        let comma = Delimiter { separator: b',', has_quotes: true, has_triple_spaces: false };
        let of_cells = Carrier::of(&names(&["_time", "_raw", "host"]), Some(comma)).unwrap();
        let row = b"2024-05-13,\"a \"\"b\"\", c\r\nSourceIp: 1\",x";
        assert_eq!(of_cells.record(row), (b"a \"b\", c; SourceIp: 1".to_vec(), b"2024-05-13".to_vec()));
        let of_members = Carrier::of(&names(&["PRIORITY", "MESSAGE", "__REALTIME_TIMESTAMP"]), None).unwrap();
        let row = br#"{"__REALTIME_TIMESTAMP":"171","PRIORITY":"4","MESSAGE":"IN=eth0"}"#;
        assert_eq!(of_members.record(row), (b"IN=eth0".to_vec(), b"171".to_vec()));
        assert!(Carrier::of(&names(&["src", "dst"]), None).is_none());
        assert!(has_time(b"May 13 10:00:00 fw x") && !has_time(b"[UFW BLOCK] IN=eth0"));
    }
}
