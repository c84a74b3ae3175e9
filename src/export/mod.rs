//! Results to files, one unit for each kind of file. An export is its unit, and a line in [`ALL`]; one that is written from the
//! tables has a line in [`TableExport`] too.

pub mod answer;
mod beacons;
mod cell;
#[cfg(not(target_arch = "wasm32"))]
pub mod columnar;
mod entry;
pub mod facts;
mod findings;
mod flow_logs;
mod flow_rows;
mod flow_values;
pub mod flows_csv;
mod indicators;
pub mod json;
pub mod pcapng;
pub mod pseudonyms;
pub mod report;
pub mod rows;

#[cfg(not(target_arch = "wasm32"))]
pub use entry::ColumnFormat;
pub use entry::{About, Export, TableExport, Tables, Writer};
pub use indicators::is_selected;

use crate::model::{Analysis, Secrets};
use std::io::{self, Write};

/// All exports, in the order of help and page.
pub const ALL: &[Export] = &[
    report::html::EXPORT,
    json::EXPORT,
    flows_csv::EXPORT,
    #[cfg(not(target_arch = "wasm32"))]
    columnar::PARQUET,
    #[cfg(not(target_arch = "wasm32"))]
    columnar::ARROW,
    facts::EXPORT,
    findings::CSV,
    findings::LINES,
    findings::STIX,
    findings::SIGMA,
    indicators::EXPORT,
    beacons::EXPORT,
    flow_logs::CONN_LOG,
    flow_logs::NFSTREAM,
    flow_logs::EVE,
    pcapng::EXPORT,
];

impl TableExport {
    /// How its file escapes letters.
    pub fn notation(self) -> pseudonyms::Notation {
        // Each by its name: to look through the register would bring every writer into the worker.
        pseudonyms::Notation::of_media_type(match self {
            TableExport::Flows => flows_csv::EXPORT.media_type,
            TableExport::Facts => facts::EXPORT.media_type,
            TableExport::ConnLog => flow_logs::CONN_LOG.media_type,
            TableExport::NfStream => flow_logs::NFSTREAM.media_type,
            TableExport::Eve => flow_logs::EVE.media_type,
            TableExport::Indicators => indicators::EXPORT.media_type,
            TableExport::Beacons => beacons::EXPORT.media_type,
            TableExport::Names => "",
        })
    }

    /// Writes it.
    pub fn write(self, mut out: &mut dyn Write, analysis: &Analysis, tables: &Tables<'_>) -> io::Result<()> {
        let Tables { flows, fields, names, optional, scores, passing } = *tables;
        match self {
            TableExport::Flows => {
                let source =
                    flow_rows::FlowSource { flows, names, optional, scores, findings: &analysis.findings, passing };
                flows_csv::write(&mut out, &source)
            }
            TableExport::ConnLog => flow_logs::write_conn_log(out, tables),
            TableExport::NfStream => flow_logs::write_nfstream(out, tables),
            TableExport::Eve => flow_logs::write_eve(out, analysis, tables),
            TableExport::Beacons => beacons::write(out, analysis, tables),
            TableExport::Indicators => indicators::write(out, analysis, tables),
            TableExport::Names => pseudonyms::write(out, analysis, tables),
            TableExport::Facts => {
                let secrets = Secrets::shown_if(analysis.shows_secrets);
                facts::write(&mut out, &facts::FieldSource { flows, fields, names, secrets, passing })
            }
        }
    }
}
