//! Recognises the unit of durations by other values of the same rows: rates, ends, gaps.

use super::super::dialect::{Entry, Unit};
use super::super::flow::Units;
use super::super::format::{CellFormat, Reading};
use super::super::number::value;
use super::super::time::numeric::Scale;
use super::super::units;
use super::SampleRows;
use super::times::TimeColumn;
use crate::maths::elementary::ln;
use crate::model::rows::{CellValue, Column, Role};
use crate::read::table::plain::plain;

/// Headings of packets in a second, as [`plain`] writes them.
const PACKET_RATES: &[&str] = &[
    "flowpacketss",
    "flowpktss",
    "packetss",
    "pktss",
    "packetspersecond",
    "pktspersec",
    "packetspersec",
    "pps",
    "pktrate",
    "packetsrate",
];
/// Headings of bytes in a second.
const BYTE_RATES: &[&str] = &[
    "flowbytess",
    "flowbytss",
    "bytess",
    "bytespersecond",
    "bytespersec",
    "byterate",
    "flowbytspersecond",
    "bytesrate",
];
/// Rows that have to agree, unless they do to this part of a power of a thousand; and their share of those that say anything.
const LEAST_ROWS: usize = 2;
const EXACT: f64 = 0.002;
const LEAST_SHARE: f64 = 0.75;
/// A ratio this far from a power of a thousand, in such powers, says nothing: rates are rounded, and some tools count gaps
/// in place of packets.
const MOST_OFF: f64 = 0.07;
/// Shortest time between start and end that says something where both are whole seconds.
const LEAST_SPAN: f64 = 3.0;

const UNITS: [Unit; 4] = [Unit::Second, Unit::Milli, Unit::Micro, Unit::Nano];

/// Reads rows for their units.
pub struct UnitReader<'a> {
    /// The columns.
    pub columns: &'a [Column],
    /// Their rows.
    pub rows: &'a SampleRows,
    /// How cells are read.
    pub formats: &'a [CellFormat],
    /// The column of starts and its scale.
    pub start: (Option<&'a TimeColumn>, Scale),
    /// The column of ends and its scale.
    pub end: (Option<&'a TimeColumn>, Scale),
    /// The column of durations that counts, where there are several.
    pub duration: Option<usize>,
}

/// The number in a cell of a row; spans and times are no numbers of a unit.
pub fn number(row: &[Vec<u8>], place: usize, format: CellFormat) -> Option<f64> {
    match value(row.get(place)?, 0, format) {
        CellValue::Number(number) if format.reading != Reading::Span => {
            Some(number).filter(|number| number.is_finite())
        }
        _ => None,
    }
}

impl UnitReader<'_> {
    /// The units, and whether they are others than the tool is known for. `wanted` is what people chose.
    pub fn units(&self, entry: &Entry, wanted: Option<Unit>, has_spans: bool) -> (Units, bool) {
        if let Some(unit) = wanted {
            return (Units { durations: if has_spans { Unit::Second } else { unit }, gaps: unit }, false);
        }
        let duration = self.duration.or_else(|| self.place(Role::Duration));
        let by_rows = duration.and_then(|duration| self.of_durations(duration));
        let by_heading = || duration.and_then(|place| units::unit_of_heading(&self.columns.get(place)?.name));
        let durations = if has_spans { Some(Unit::Second) } else { by_rows.or_else(by_heading) };
        let durations = durations.unwrap_or(entry.durations);
        // Gaps change with durations unless they show otherwise.
        let along = if entry.gaps == entry.durations && !has_spans { durations } else { entry.gaps };
        let gaps = duration.and_then(|duration| self.of_gaps(duration, durations)).unwrap_or(along);
        let is_known_tool = !matches!(entry.known_by, super::super::dialect::KnownBy::Rest);
        let is_corrected = is_known_tool && !has_spans && durations != entry.durations;
        (Units { durations, gaps }, is_corrected)
    }

    fn place(&self, role: Role) -> Option<usize> {
        self.columns.iter().position(|column| column.role == role)
    }

    fn named(&self, names: &[&str]) -> Option<usize> {
        self.columns.iter().position(|column| names.contains(&plain(&column.name).as_str()))
    }

    fn number(&self, row: &[Vec<u8>], place: Option<usize>) -> Option<f64> {
        number(row, place?, self.formats.get(place?).copied()?)
    }

    fn seconds(&self, row: &[Vec<u8>], (column, scale): (Option<&TimeColumn>, Scale)) -> Option<f64> {
        let place = column?.place;
        match value(row.get(place)?, 0, self.formats.get(place).copied()?) {
            CellValue::Time(seconds) => Some(seconds),
            CellValue::Number(number) => Some(scale.seconds(number)),
            _ => None,
        }
    }

    /// The sum of the roles that have a column; none if neither has.
    fn sum(&self, row: &[Vec<u8>], whole: Role, parts: [Role; 2]) -> Option<f64> {
        let [forward, backward] = parts.map(|role| self.number(row, self.place(role)));
        match (forward, backward) {
            (Some(forward), Some(backward)) => Some(forward + backward),
            _ => self.number(row, self.place(whole)),
        }
    }

    fn of_durations(&self, duration: usize) -> Option<Unit> {
        let (packet_rate, byte_rate) = (self.named(PACKET_RATES), self.named(BYTE_RATES));
        let mut votes = Votes::default();
        for row in self.rows {
            let Some(duration) = self.number(row, Some(duration)).filter(|duration| *duration > 0.0) else { continue };
            let mut by_rate = |total: Option<f64>, rate: Option<f64>| {
                if let (Some(total), Some(rate)) = (total, rate.filter(|rate| *rate > 0.0)) {
                    votes.add(duration / (total / rate));
                }
            };
            by_rate(self.sum(row, Role::Packets, [Role::FwdPackets, Role::BwdPackets]), self.number(row, packet_rate));
            if packet_rate.is_none() {
                let payload = self.sum(row, Role::Bytes, [Role::FwdPayload, Role::BwdPayload]);
                let bytes = payload.or_else(|| self.sum(row, Role::Bytes, [Role::FwdBytes, Role::BwdBytes]));
                by_rate(bytes, self.number(row, byte_rate));
            }
            if let (Some(start), Some(end)) = (self.seconds(row, self.start), self.seconds(row, self.end)) {
                let is_whole = start.fract() == 0.0 && end.fract() == 0.0;
                let span = end - start;
                if span > if is_whole { LEAST_SPAN } else { 0.0 } {
                    votes.add(duration / span);
                }
            }
        }
        UNITS.get(usize::try_from(votes.winner()?).ok()?).copied()
    }

    /// The unit of gaps, by how many of them make a duration of this unit.
    fn of_gaps(&self, duration: usize, durations: Unit) -> Option<Unit> {
        let mean = self.place(Role::GapMean)?;
        let mut votes = Votes::default();
        for row in self.rows {
            let packets = self.sum(row, Role::Packets, [Role::FwdPackets, Role::BwdPackets]).filter(|n| *n > 2.0);
            let (duration, mean) = (self.number(row, Some(duration)), self.number(row, Some(mean)));
            if let (Some(packets), Some(duration), Some(mean)) = (packets, duration, mean)
                && duration > 0.0
                && mean > 0.0
            {
                votes.add(mean * (packets - 1.0) / duration);
            }
        }
        let of_durations = UNITS.iter().position(|unit| *unit == durations)?;
        let place = i64::try_from(of_durations).ok()? + votes.winner()?;
        UNITS.get(usize::try_from(place).ok()?).copied()
    }
}

/// How many rows speak for each power of a thousand, from -3 to 3.
#[derive(Default)]
struct Votes {
    n: [usize; 7],
    n_exact: [usize; 7],
}

impl Votes {
    fn add(&mut self, ratio: f64) {
        let power = ln(ratio) / ln(1000.0);
        let off = (power - power.round()).abs();
        let place = (power.round() + 3.0).max(0.0) as usize;
        if off < MOST_OFF
            && let (Some(n), Some(n_exact)) = (self.n.get_mut(place), self.n_exact.get_mut(place))
        {
            *n += 1;
            *n_exact += usize::from(off < EXACT);
        }
    }

    fn winner(&self) -> Option<i64> {
        let (place, n) = self.n.iter().enumerate().max_by_key(|(_, n)| **n)?;
        let all = self.n.iter().sum::<usize>();
        let is_enough = *n >= LEAST_ROWS || self.n_exact.get(place).is_some_and(|n| *n > 0);
        (is_enough && *n as f64 >= LEAST_SHARE * all as f64).then_some(place as i64 - 3)
    }
}
