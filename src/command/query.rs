//! `packetloupe query`: measures of captures or tables, split by dimensions: what any view of the page shows, as rows.

use super::reading::ReadingArguments;
use super::table::table;
use super::{Failure, files, output, read, together};
use crate::explore;
use crate::export::answer;
use crate::model::explore::{Answer, Order, Question, Selection, Split, Term};
use crate::model::format::quantity;
use crate::query;
use std::path::{Path, PathBuf};

/// Arguments of `query`.
#[derive(clap::Args)]
#[command(
    after_help = "`packetloupe dimensions` and `packetloupe measures` list what can be asked for. A number behind a \
dimension keeps so many of its values, those with the largest first measure: --by time=10s,host:5. `--measure \
correlation` alone tells how strongly each pair of numeric columns of a table, or of features of flows, rises and falls \
together. Without --csv and \
--json a table is printed. What is unknown is an empty cell, never zero; a flow counts when it begins, a packet at its \
own time."
)]
pub struct QueryArguments {
    /// Captures, which are read as one, or a table, also compressed
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Count only what this filter selects, as in the flow table of the page
    #[arg(long = "where", value_name = "FILTER", default_value = "")]
    filter: String,
    /// Split by these dimensions; without it there is one row of totals
    #[arg(long, value_name = "DIMENSION,...", default_value = "")]
    by: String,
    /// What is counted: by default packets, bytes and flows, and the rows of a table that has no flows
    #[arg(long, value_name = "MEASURE,...", default_value = "")]
    measure: String,
    /// Order of the rows: a measure, largest first, or `values`; with :asc or :desc after it the other way round. By
    /// default times and the like in their order, names by the first measure
    #[arg(long, value_name = "MEASURE")]
    order: Option<String>,
    /// Show at most N rows; the last row adds up the rest
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Write CSV
    #[arg(long, value_name = "OUT")]
    csv: Option<PathBuf>,
    /// Write JSON
    #[arg(long, value_name = "OUT")]
    json: Option<PathBuf>,
    /// Read settings from a JSON object of ids and numbers
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingArguments,
    /// Show passwords and other secrets; by default they are masked
    #[arg(long)]
    show_secrets: bool,
}

pub fn run(arguments: &QueryArguments) -> Result<(), Failure> {
    let mut settings = super::settings::or_default(arguments.settings.as_deref())?;
    arguments.reading.apply(&mut settings)?;
    if arguments.show_secrets {
        settings.show_secrets();
    }
    let question = question(arguments)?;
    let mut read = match arguments.files.as_slice() {
        [file] => read::read(file, &settings, read::ReadOptions::default())?,
        files => together::read(files, &settings, read::ReadOptions::default())?,
    };
    arguments.reading.note_unused(&read.pipeline);
    if let Some(error) = query::misunderstood(&read.pipeline, &arguments.filter) {
        read.progress.clear();
        return Err(files::refusal(&arguments.filter, &error));
    }
    let analysis = if explore::needs_findings(&question) || query::needs_findings(&arguments.filter) {
        read.progress.evaluating();
        read.pipeline.evaluate(&settings)
    } else {
        read.pipeline.partial(&settings)
    };
    read.progress.clear();
    let question = match question.measures.is_empty() {
        true => Question { measures: usual(read.pipeline.has_rows_only()), ..question },
        false => question,
    };
    let question = ordered(question, arguments.order.as_deref())?;
    let mut source = files::reopened(&arguments.files, &read.pipeline, &arguments.filter)?;
    let answer = query::explore(&read.pipeline, &analysis, &mut source, &question)
        .map_err(|why| Failure::usage(format!("{why}; see `packetloupe dimensions` and `packetloupe measures`")))?;
    answer.notes.iter().for_each(|note| output::notice(note));
    for (out, bytes) in [(&arguments.csv, answer::csv(&answer)), (&arguments.json, answer::json(&answer).into_bytes())]
    {
        if let Some(out) = out {
            output::write(out, |file| file.write_all(&bytes))?;
        }
    }
    if arguments.csv.is_none() && arguments.json.is_none() {
        output::print(&text(&answer))?;
    }
    // The program ends here; to give the tables back piece by piece would only take time.
    std::mem::forget(read.pipeline);
    Ok(())
}

fn question(arguments: &QueryArguments) -> Result<Question, Failure> {
    let outputs: Vec<&Path> = arguments.csv.iter().chain(&arguments.json).map(PathBuf::as_path).collect();
    output::check(&arguments.files, &outputs)?;
    Ok(Question {
        by: Split::parse_list(&arguments.by),
        measures: Term::parse_list(&arguments.measure),
        selection: Selection { text: arguments.filter.clone(), ..Selection::default() },
        order: Order::Usual,
        limit: arguments.limit,
        offset_minutes: 0,
    })
}

/// What is counted if nothing is asked for.
fn usual(has_rows_only: bool) -> Vec<Term> {
    let ids: &[&str] = if has_rows_only { &["rows"] } else { &["packets", "bytes", "flows"] };
    ids.iter().map(|id| Term::new(id)).collect()
}

fn ordered(question: Question, order: Option<&str>) -> Result<Question, Failure> {
    let Some(order) = order else { return Ok(question) };
    let (term, way) = match order.rsplit_once(':') {
        Some((term, way @ ("asc" | "desc"))) => (term, Some(way)),
        _ => (order, None),
    };
    let order = if term == "values" {
        Order::Values { is_descending: way == Some("desc") }
    } else {
        let wanted = Term::parse(term);
        let place = question.measures.iter().position(|measure| *measure == wanted);
        let place =
            place.ok_or_else(|| Failure::usage(format!("--order {term:?} is none of the measures asked for")))?;
        Order::Measure { place: place as u32, is_descending: way != Some("asc") }
    };
    Ok(Question { order, ..question })
}

/// Rows for people.
fn text(answer: &Answer) -> String {
    let heads: Vec<&str> = answer
        .dimensions
        .iter()
        .map(|head| head.label.as_str())
        .chain(answer.measures.iter().map(|head| head.label.as_str()))
        .collect();
    let figures = |figures: &[Option<f64>]| -> Vec<String> {
        let each = figures.iter().zip(&answer.measures);
        each.map(|(figure, head)| figure.map_or_else(|| "–".to_owned(), |n| quantity::with_unit(n, &head.unit)))
            .collect()
    };
    let mut rows: Vec<Vec<String>> = answer
        .rows
        .iter()
        .map(|row| row.values.iter().map(|value| value.text.clone()).chain(figures(&row.figures)).collect())
        .collect();
    let named = |name: &str| {
        (0..answer.dimensions.len())
            .map(|nth| if nth == 0 { name.to_owned() } else { String::new() })
            .collect::<Vec<_>>()
    };
    if !answer.others.is_empty() {
        rows.push([named("(others)"), figures(&answer.others)].concat());
    }
    if !answer.dimensions.is_empty() {
        rows.push([named("(total)"), figures(&answer.total)].concat());
    }
    table(&heads, &rows)
}
