//! The flow table to files of typed columns, Parquet and Arrow's, for Pandas, Polars, DuckDB and Spark.
//!
//! Columns are those of the CSV file, with the time of the first packet as a time in front. Numbers are doubles; what was not
//! measured is null. Written by the arrow project's own crates, natively only: they are half the size of the page.

use super::flow_rows::{FlowRow, FlowSource};
use super::pseudonyms::{Notation, Pseudonyms};
use super::{About, ColumnFormat, Export, Tables, Writer};
use crate::flow::features::column::{Column, Value};
use crate::flow::features::{columns, own};
use crate::model::Analysis;
use crate::model::finding::Severity;
use arrow_array::builder::{ArrayBuilder, Float64Builder, StringBuilder, TimestampNanosecondBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel};
use parquet::file::properties::WriterProperties;
use std::io::{self, Write};
use std::sync::Arc;

/// The flow table as Parquet.
pub const PARQUET: Export = Export {
    id: "parquet",
    help: "Write the flow table as Parquet: the columns of --flows with their types",
    media_type: "application/vnd.apache.parquet",
    is_at_top: false,
    about: |_| About::new("flows (Parquet)", "flows.parquet"),
    writer: Writer::Columns(ColumnFormat::Parquet),
};

/// The flow table as an Arrow file.
pub const ARROW: Export = Export {
    id: "arrow",
    help: "Write the flow table as an Arrow file (Feather): the columns of --flows with their types",
    media_type: "application/vnd.apache.arrow.file",
    is_at_top: false,
    about: |_| About::new("flows (Arrow)", "flows.arrow"),
    writer: Writer::Columns(ColumnFormat::Arrow),
};

/// Rows that are written at once.
const BATCH: usize = 1 << 14;
/// Time zone of times.
const ZONE: &str = "UTC";

/// Writes the flow table, one row a flow in order of the flows' first packets, with pseudonyms if there are any.
///
/// # Errors
/// The file cannot be written.
pub fn write(
    out: &mut dyn Write,
    format: ColumnFormat,
    (analysis, tables): (&Analysis, &Tables<'_>),
    pseudonyms: Option<&mut Pseudonyms>,
) -> io::Result<()> {
    let Tables { flows, names, optional, scores, passing, .. } = *tables;
    let source = FlowSource { flows, names, optional, scores, findings: &analysis.findings, passing };
    let schema = schema(source.has_own());
    let mut file = File::begin(out, format, &schema)?;
    let mut batch = Batch::new(schema, pseudonyms);
    source.each(|row| {
        batch.row(row);
        if batch.n_rows() == BATCH { file.write(&batch.take()?) } else { Ok(()) }
    })?;
    file.write(&batch.take()?)?;
    file.end()
}

fn schema(has_own: bool) -> SchemaRef {
    let time = DataType::Timestamp(TimeUnit::Nanosecond, Some(ZONE.into()));
    let mut fields = vec![Field::new("start", time, false)];
    fields.extend(columns::ALL.iter().map(field));
    fields.push(Field::new("anomaly_score", DataType::Float64, true));
    fields.extend(["severity", "findings"].map(|name| Field::new(name, DataType::Utf8, true)));
    fields.extend(own::ALL.iter().filter(|_| has_own).map(field));
    Arc::new(Schema::new(fields))
}

fn field<Row>(column: &Column<Row>) -> Field {
    let kind = match column.value {
        Value::Number(_) => DataType::Float64,
        Value::Text(_) => DataType::Utf8,
    };
    Field::new(column.name.as_str(), kind, true)
}

/// The values of one column so far.
enum Cells {
    Times(TimestampNanosecondBuilder),
    Numbers(Float64Builder),
    Texts(StringBuilder),
}

impl Cells {
    fn of(kind: &DataType) -> Cells {
        match kind {
            DataType::Timestamp(..) => {
                Cells::Times(TimestampNanosecondBuilder::with_capacity(BATCH).with_timezone(ZONE))
            }
            DataType::Utf8 => Cells::Texts(StringBuilder::new()),
            _ => Cells::Numbers(Float64Builder::with_capacity(BATCH)),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Cells::Times(times) => ArrayBuilder::finish(times),
            Cells::Numbers(numbers) => ArrayBuilder::finish(numbers),
            Cells::Texts(texts) => ArrayBuilder::finish(texts),
        }
    }
}

/// Rows on their way out.
struct Batch<'a> {
    schema: SchemaRef,
    cells: Vec<Cells>,
    n_rows: usize,
    /// Of the column that comes next in the row being filled.
    place: usize,
    text: String,
    pseudonyms: Option<&'a mut Pseudonyms>,
}

impl<'a> Batch<'a> {
    fn new(schema: SchemaRef, pseudonyms: Option<&'a mut Pseudonyms>) -> Batch<'a> {
        let cells = schema.fields().iter().map(|field| Cells::of(field.data_type())).collect();
        Batch { schema, cells, n_rows: 0, place: 0, text: String::new(), pseudonyms }
    }

    fn n_rows(&self) -> usize {
        self.n_rows
    }

    fn row(&mut self, row: &FlowRow<'_>) {
        self.place = 0;
        if let Some(Cells::Times(times)) = self.next() {
            times.append_value(row.figures.first_ns);
        }
        for column in columns::ALL.iter() {
            let is_known = row.figures.known.has(column.needs);
            self.cell(column, is_known.then_some(row.figures));
        }
        self.number(row.score.map(f64::from));
        self.text = row.severity.map_or("", Severity::id).to_owned();
        self.texts(row.severity.is_some());
        self.text = row.findings.to_owned();
        self.texts(!row.findings.is_empty());
        if self.place < self.cells.len() {
            for column in own::ALL.iter() {
                self.cell(column, row.own.as_ref().filter(|_| row.figures.known.has(column.needs)));
            }
        }
        self.n_rows += 1;
    }

    /// The column that comes next.
    fn next(&mut self) -> Option<&mut Cells> {
        self.place += 1;
        self.cells.get_mut(self.place - 1)
    }

    fn cell<Row>(&mut self, column: &Column<Row>, row: Option<&Row>) {
        match (&column.value, row) {
            (Value::Number(of), row) => self.number(row.map(of)),
            (Value::Text(of), row) => {
                self.text.clear();
                if let Some(row) = row {
                    of(row, &mut self.text);
                }
                self.texts(row.is_some());
            }
        }
    }

    fn number(&mut self, value: Option<f64>) {
        if let Some(Cells::Numbers(numbers)) = self.next() {
            numbers.append_option(value.filter(|value| value.is_finite()));
        }
    }

    /// Adds what stands in `text`, if it is known.
    fn texts(&mut self, is_known: bool) {
        if let Some(pseudonyms) = &mut self.pseudonyms {
            self.text = pseudonyms.rewrite(&self.text, Notation::Other);
        }
        let text = std::mem::take(&mut self.text);
        if let Some(Cells::Texts(texts)) = self.next() {
            texts.append_option(is_known.then_some(text.as_str()));
        }
        self.text = text;
    }

    /// The rows so far; there are none after it.
    fn take(&mut self) -> io::Result<RecordBatch> {
        self.n_rows = 0;
        let arrays = self.cells.iter_mut().map(Cells::finish).collect();
        RecordBatch::try_new(self.schema.clone(), arrays).map_err(io::Error::other)
    }
}

/// A file that takes batches.
enum File<'a> {
    /// The crate wants a writer that may go to another thread, so what is written waits in a vector.
    Parquet(Box<ArrowWriter<Vec<u8>>>, &'a mut dyn Write),
    Arrow(Box<FileWriter<&'a mut dyn Write>>),
}

impl<'a> File<'a> {
    fn begin(out: &'a mut dyn Write, format: ColumnFormat, schema: &SchemaRef) -> io::Result<File<'a>> {
        Ok(match format {
            ColumnFormat::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::GZIP(GzipLevel::default()))
                    .set_max_row_group_row_count(Some(8 * BATCH))
                    .set_created_by(concat!("Packetloupe ", env!("CARGO_PKG_VERSION")).to_owned())
                    .build();
                let writer = ArrowWriter::try_new(Vec::new(), schema.clone(), Some(properties));
                File::Parquet(Box::new(writer.map_err(io::Error::other)?), out)
            }
            ColumnFormat::Arrow => File::Arrow(Box::new(FileWriter::try_new(out, schema).map_err(io::Error::other)?)),
        })
    }

    fn write(&mut self, batch: &RecordBatch) -> io::Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        match self {
            File::Parquet(writer, out) => {
                writer.write(batch).map_err(io::Error::other)?;
                let waiting = writer.inner_mut();
                out.write_all(waiting)?;
                waiting.clear();
                Ok(())
            }
            File::Arrow(writer) => writer.write(batch).map_err(io::Error::other),
        }
    }

    fn end(self) -> io::Result<()> {
        match self {
            File::Parquet(writer, out) => out.write_all(&writer.into_inner().map_err(io::Error::other)?),
            File::Arrow(mut writer) => writer.finish().map_err(io::Error::other),
        }
    }
}
