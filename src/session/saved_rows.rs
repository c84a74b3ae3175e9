//! A table that is shown to a file of all its rows: which windows of it are asked for, and the lines that they give.

use crate::export::rows::{RowCell, RowFormat, heading, line};
use crate::model::listing::{FlowRow, PacketRow, Page};
use crate::model::rows::{ColumnInfo, DataRow};
use crate::protocol::anomalies::{AnomalyRow, ScoredWithin};
use crate::protocol::{Cells, Listing, PacketLooks};

/// Cells that one answer has, at most: messages stay small.
const MOST_CELLS: u32 = 2400;
/// Columns that the worker gives of a row at a time.
const COLUMNS_AT_A_TIME: u32 = 48;

/// A kind of row that can be saved.
pub trait SavedRow: Listing {
    /// What all rows have; `columns` are those of the file, which only rows of tables need.
    fn heads(columns: &[String]) -> Vec<String>;
    /// Which cells are asked for, one after the other, to have a whole row; `wanted` are those that the table shows.
    fn parts(wanted: Self::Cells, columns: &[String]) -> Vec<Self::Cells>;
    /// The cells of a part; `is_first` if it is the first part of the row.
    fn saved(&self, is_first: bool) -> Vec<RowCell>;
}

fn heads(all: &[&str]) -> Vec<String> {
    all.iter().map(|head| (*head).to_owned()).collect()
}

fn text(of: &impl ToString) -> RowCell {
    RowCell::Text(of.to_string())
}

fn number(of: Option<u64>) -> RowCell {
    RowCell::Number(of.map(|n| n as f64))
}

impl SavedRow for FlowRow {
    fn heads(_: &[String]) -> Vec<String> {
        heads(&[
            "flow",
            "start",
            "duration_s",
            "source",
            "source_port",
            "destination",
            "destination_port",
            "transport",
            "application",
            "name",
            "state",
            "packets_to_responder",
            "packets_to_originator",
            "bytes_to_responder",
            "bytes_to_originator",
            "packets",
            "bytes",
            "score",
        ])
    }

    fn parts((): (), _: &[String]) -> Vec<()> {
        vec![()]
    }

    fn saved(&self, _: bool) -> Vec<RowCell> {
        let [packets_there, packets_back] = self.packets;
        let [bytes_there, bytes_back] = self.bytes;
        let [packets, bytes] = self.total;
        vec![
            number(Some(self.serial.into())),
            if self.first_ns == 0 { RowCell::Number(None) } else { RowCell::Time(self.first_ns) },
            RowCell::Number(self.duration_ns.map(|ns| ns as f64 / 1e9)),
            text(&self.source),
            number(Some(self.source_port.into())),
            text(&self.target),
            number(Some(self.target_port.into())),
            text(&self.transport),
            text(&self.app),
            text(&self.name),
            text(&self.state),
            number(packets_there),
            number(packets_back),
            number(bytes_there),
            number(bytes_back),
            number(packets),
            number(bytes),
            RowCell::Number(self.score.map(f64::from)),
        ]
    }
}

impl SavedRow for PacketRow {
    fn heads(_: &[String]) -> Vec<String> {
        heads(&["packet", "time", "source", "destination", "protocol", "bytes", "flow", "info", "remarks"])
    }

    fn parts(wanted: PacketLooks, _: &[String]) -> Vec<PacketLooks> {
        // Colours are for the eye.
        vec![PacketLooks { rules: Vec::new(), ..wanted }]
    }

    fn saved(&self, _: bool) -> Vec<RowCell> {
        vec![
            number(Some(self.index + 1)),
            RowCell::Time(self.time_ns),
            text(&self.source),
            text(&self.target),
            text(&self.protocol),
            number(Some(self.wire_bytes.into())),
            number(self.flow.map(u64::from)),
            text(&self.info),
            RowCell::Text(self.remarks.join("; ")),
        ]
    }
}

impl SavedRow for DataRow {
    fn heads(columns: &[String]) -> Vec<String> {
        let mut all = heads(&["row", "score"]);
        all.extend_from_slice(columns);
        all
    }

    fn parts(_: Cells, columns: &[String]) -> Vec<Cells> {
        let n = columns.len() as u32;
        let part = |first| Cells { first_column: first, n_columns: COLUMNS_AT_A_TIME.min(n - first) };
        (0..n.max(1)).step_by(COLUMNS_AT_A_TIME as usize).map(|first| part(first.min(n))).collect()
    }

    fn saved(&self, is_first: bool) -> Vec<RowCell> {
        let own = [number(Some(self.number + 1)), RowCell::Number(self.score.map(f64::from))];
        let own = own.into_iter().filter(|_| is_first);
        own.chain(self.cells.iter().map(|cell| RowCell::Raw(cell.clone()))).collect()
    }
}

impl SavedRow for ColumnInfo {
    fn heads(_: &[String]) -> Vec<String> {
        heads(&[
            "column",
            "name",
            "role",
            "values",
            "missing",
            "infinite",
            "distinct",
            "min",
            "max",
            "mean",
            "deviation",
        ])
    }

    fn parts((): (), _: &[String]) -> Vec<()> {
        vec![()]
    }

    fn saved(&self, _: bool) -> Vec<RowCell> {
        let figure = |of: fn(&crate::model::rows::Figures) -> f64| RowCell::Number(self.numbers.as_ref().map(of));
        vec![
            number(Some(u64::from(self.place) + 1)),
            text(&self.name),
            RowCell::Text(self.role.id().to_owned()),
            number(Some(self.count)),
            number(Some(self.missing)),
            number(Some(self.infinite)),
            number(Some(self.distinct)),
            figure(|of| of.min),
            figure(|of| of.max),
            figure(|of| of.mean),
            figure(|of| of.deviation),
        ]
    }
}

impl SavedRow for AnomalyRow {
    fn heads(_: &[String]) -> Vec<String> {
        heads(&["row", "name", "score", "agreeing", "label", "finding", "reasons"])
    }

    fn parts(wanted: ScoredWithin, _: &[String]) -> Vec<ScoredWithin> {
        vec![wanted]
    }

    fn saved(&self, _: bool) -> Vec<RowCell> {
        vec![
            number(Some(u64::from(self.row) + 1)),
            text(&self.name),
            RowCell::Number(Some(self.score)),
            number(Some(self.n_agreeing.into())),
            RowCell::Text(self.class.clone().unwrap_or_default()),
            RowCell::Text(self.finding.as_ref().map(|finding| finding.title.clone()).unwrap_or_default()),
            RowCell::Text(self.reasons.join("; ")),
        ]
    }
}

/// A table on its way to a file.
pub struct SavedRows<R: SavedRow> {
    format: RowFormat,
    heads: Vec<String>,
    parts: Vec<R::Cells>,
    /// Rows that are whole in the file.
    n_done: u64,
    /// Cells of the window in hand, row by row.
    window: Vec<Vec<RowCell>>,
    /// The part that is asked for next.
    part: usize,
}

/// What is to be done next.
pub enum NextPart<Cells> {
    /// So many rows from one on, with these cells.
    Ask(u64, u32, Cells),
    /// Nothing: all rows are there.
    Done,
}

impl<R: SavedRow<Cells: Clone>> SavedRows<R> {
    /// Begins; `columns` are the names of the columns of the open table. Gives what stands above the rows, too.
    pub fn begin(format: RowFormat, wanted: R::Cells, columns: &[String]) -> (SavedRows<R>, Vec<u8>) {
        let heads = R::heads(columns);
        let above = heading(format, &heads);
        let parts = R::parts(wanted, columns);
        (SavedRows { format, heads, parts, n_done: 0, window: Vec::new(), part: 0 }, above)
    }

    /// What is to be asked for first.
    pub fn first(&self) -> NextPart<R::Cells> {
        self.next()
    }

    /// Rows that are done.
    pub fn n_done(&self) -> u64 {
        self.n_done
    }

    /// Takes a window; gives the lines that are whole now, and what is to be asked for next.
    pub fn take(&mut self, page: &Page<R>) -> (Vec<u8>, NextPart<R::Cells>) {
        for (place, row) in page.rows.iter().enumerate() {
            let cells = row.saved(self.part == 0);
            match self.window.get_mut(place) {
                Some(known) => known.extend(cells),
                None => self.window.push(cells),
            }
        }
        self.part += 1;
        if self.part < self.parts.len() && !page.rows.is_empty() {
            return (Vec::new(), self.next());
        }
        self.part = 0;
        let rows = std::mem::take(&mut self.window);
        self.n_done += rows.len() as u64;
        let lines = rows.iter().flat_map(|row| line(self.format, &self.heads, row)).collect();
        let is_over = rows.is_empty() || self.n_done >= page.total;
        (lines, if is_over { NextPart::Done } else { self.next() })
    }

    fn next(&self) -> NextPart<R::Cells> {
        let n_columns = (self.heads.len() as u32).clamp(8, COLUMNS_AT_A_TIME);
        match self.parts.get(self.part) {
            Some(part) => NextPart::Ask(self.n_done, MOST_CELLS / n_columns, part.clone()),
            None => NextPart::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_table_is_put_together_from_its_parts() {
        let columns: Vec<String> = (0..100).map(|place| format!("c{place}")).collect();
        let (mut saved, above) =
            SavedRows::<DataRow>::begin(RowFormat::Csv, Cells { first_column: 0, n_columns: 3 }, &columns);
        let mut text = above;
        let mut next = saved.first();
        let total = 121_u64;
        while let NextPart::Ask(from, n, cells) = next {
            let row = |number: u64| DataRow {
                number,
                cells: (cells.first_column..cells.first_column + cells.n_columns)
                    .map(|c| format!("{number}.{c}"))
                    .collect(),
                score: None,
            };
            let rows = (from..total.min(from + u64::from(n))).map(row).collect();
            let (lines, then) = saved.take(&Page { total, offset: from, rows, refused: None });
            text.extend(lines);
            next = then;
        }
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines.len(), saved.n_done()), (122, total));
        assert!(lines[0].starts_with("row,score,c0,c1") && lines[0].ends_with(",c99"));
        assert!(lines[121].starts_with("121,,120.0,120.1") && lines[121].ends_with(",120.98,120.99"));
        assert!(lines.iter().all(|line| line.split(',').count() == 102));
    }

    #[test]
    fn an_empty_table_has_its_headings_only() {
        let (mut saved, above) = SavedRows::<FlowRow>::begin(RowFormat::Csv, (), &[]);
        assert!(matches!(saved.first(), NextPart::Ask(0, n, ()) if n > 50));
        let (lines, next) = saved.take(&Page { total: 0, offset: 0, rows: Vec::new(), refused: None });
        assert!(lines.is_empty() && matches!(next, NextPart::Done));
        assert_eq!(String::from_utf8(above).unwrap().split(',').count(), FlowRow::heads(&[]).len());
    }
}
