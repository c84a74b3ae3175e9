//! Options of the command that ask for a report, and for pseudonyms in all that is written.

use super::{Failure, output, words};
use crate::chart;
use crate::export::pseudonyms::{Notation, PseudonymKey, Pseudonyms, Rewriter};
use crate::export::report::{self, Audience, ReportFormat, ReportOptions, ReportSection};
use crate::model::Analysis;
use crate::pipeline::Pipeline;
use crate::query;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// A report, and pseudonyms.
#[derive(clap::Args)]
pub struct ReportArguments {
    /// Write a report: HTML, or Markdown or JSON if OUT ends in .md or .json
    #[arg(long, value_name = "OUT")]
    report: Option<PathBuf>,
    /// Write the report in this format, whatever the ending of OUT
    #[arg(long, value_name = "FORMAT", requires = "report", value_parser = one_of(&ReportFormat::ALL, ReportFormat::id))]
    report_format: Option<ReportFormat>,
    /// For whom the report is
    #[arg(long, value_name = "AUDIENCE", requires = "report", default_value = "full", value_parser = audiences())]
    report_audience: Audience,
    /// Write only these sections after the summary, separated by commas; by default those that suit the audience
    #[arg(long, value_name = "SECTIONS", requires = "report", value_delimiter = ',', value_parser = one_of(ReportSection::ALL, ReportSection::id))]
    report_sections: Vec<ReportSection>,
    /// Draw only these charts in the section of charts, separated by commas
    #[arg(long, value_name = "CHARTS", requires = "report", value_delimiter = ',', value_parser = chart_ids())]
    report_charts: Vec<String>,
    /// Put pseudonyms in place of all IP and MAC addresses and names of hosts, domains and accounts (of three letters or
    /// more), in everything that is written; of packets only headers are written. Addresses keep their common prefixes
    /// (Crypto-PAn). The random key is printed once and not kept
    #[arg(long)]
    pseudonyms: bool,
    /// Use this key, so that pseudonyms are those of an earlier run
    #[arg(long, value_name = "HEX", requires = "pseudonyms")]
    pseudonym_key: Option<String>,
}

/// A parser of arguments that are one of `all`, by id.
pub fn one_of<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    id: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.iter().map(|one| PossibleValue::new(id(*one))))
        .try_map(move |text| all.iter().copied().find(|one| id(*one) == text).ok_or("not one of the choices"))
}

fn audiences() -> impl TypedValueParser<Value = Audience> {
    let ids = Audience::ALL.map(|audience| PossibleValue::new(audience.id()).help(audience.name()));
    PossibleValuesParser::new(ids).try_map(|text| {
        Audience::ALL.into_iter().find(|audience| audience.id() == text).ok_or("not one of the choices")
    })
}

fn chart_ids() -> PossibleValuesParser {
    PossibleValuesParser::new(chart::ALL.iter().map(|entry| PossibleValue::new(entry.id).help(entry.name)))
}

impl ReportArguments {
    /// Where the report goes.
    pub fn output(&self) -> Option<&Path> {
        self.report.as_deref()
    }

    /// The key that is wanted: the one given, or a new one, which is printed.
    ///
    /// # Errors
    /// What was given is no key.
    pub fn key(&self) -> Result<Option<PseudonymKey>, Failure> {
        if !self.pseudonyms {
            return Ok(None);
        }
        if let Some(text) = &self.pseudonym_key {
            let key = PseudonymKey::parse(text);
            return key
                .map(Some)
                .ok_or_else(|| Failure::usage("a pseudonym key (--pseudonym-key) has 64 hexadecimal digits"));
        }
        let key = PseudonymKey::new(random());
        output::notice(&format!("the key of these pseudonyms, shown once and not kept: {}", key.hex()));
        Ok(Some(key))
    }

    /// Writes the report, if one is wanted.
    pub fn write(&self, analysis: &Analysis, pseudonyms: &mut OutputPseudonyms) -> Result<(), Failure> {
        let Some(out) = &self.report else { return Ok(()) };
        let name = out.to_string_lossy();
        let format = self.report_format.unwrap_or_else(|| ReportFormat::of_name(&name));
        let mut options = ReportOptions::of(self.report_audience);
        if !self.report_sections.is_empty() {
            options.sections = self.report_sections.clone();
        }
        if !self.report_charts.is_empty() {
            options.charts.retain(|id| self.report_charts.iter().any(|wanted| wanted == id));
        }
        options.has_pseudonyms = pseudonyms.is_on();
        let mut text = report::write(analysis, &options, format);
        // Before it is translated: `1.234.150.200` would be taken for an address.
        if let Some(all) = pseudonyms.pseudonyms() {
            text = all.rewrite(&text, Notation::of_media_type(format.media_type()));
        }
        let text = words::with_catalogue(|language, catalogue| format.in_language(text, language, catalogue));
        output::write(out, |file| file.write_all(text.as_bytes()))
    }
}

/// What all outputs go through: nothing, or pseudonyms.
pub struct OutputPseudonyms(Option<Pseudonyms>);

impl OutputPseudonyms {
    /// Pseudonyms under a key; without one, everything is written as it is.
    pub fn new(key: Option<PseudonymKey>, analysis: &Analysis, pipeline: &Pipeline) -> OutputPseudonyms {
        OutputPseudonyms(key.map(|key| query::pseudonyms(&key, pipeline, analysis)))
    }

    /// True if there are pseudonyms.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Lets `fill` write to `out`; the media type says how texts are escaped.
    pub fn write(
        &mut self,
        out: &Path,
        media_type: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let Some(pseudonyms) = &mut self.0 else { return output::write(out, fill) };
        let notation = Notation::of_media_type(media_type);
        output::write(out, |file| Rewriter::through(file, pseudonyms, notation, fill))
    }

    /// What replaces addresses and names, if it is on.
    pub fn pseudonyms(&mut self) -> Option<&mut Pseudonyms> {
        self.0.as_mut()
    }

    /// A text for the terminal.
    pub fn text(&mut self, text: &str) -> String {
        self.0.as_mut().map_or_else(|| text.to_owned(), |pseudonyms| pseudonyms.rewrite(text, Notation::Other))
    }
}

/// Bytes of the system's source of randomness; where there is no such file, of what the standard library seeds its tables with.
fn random() -> [u8; PseudonymKey::N_BYTES] {
    let mut bytes = [0; PseudonymKey::N_BYTES];
    if File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes)).is_ok() {
        return bytes;
    }
    for (place, part) in bytes.chunks_mut(8).enumerate() {
        let hash = RandomState::new().hash_one(place);
        part.iter_mut().zip(hash.to_be_bytes()).for_each(|(to, from)| *to = from);
    }
    bytes
}
