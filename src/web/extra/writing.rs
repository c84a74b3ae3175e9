//! An analysis to a file of it: a report, or an export that needs no tables. One request, one file, and the worker may be ended.

use super::{reply, scope};
use crate::export::report::{self, ReportFormat, ReportOptions};
use crate::export::{self, Writer};
use crate::model::{Analysis, Finding};
use crate::web::browser::blob_writer::BlobWriter;
use crate::web::browser::codec;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io::Write;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Blob, MessageEvent};

/// The global name that makes it one that writes.
pub const MARK: &str = "writes";

/// What is to be written.
#[derive(Serialize, Deserialize)]
pub enum WritingRequest<'a> {
    /// The export of this id, of the findings of these ids in ascending order; none means all.
    Export(Cow<'a, Analysis>, Cow<'a, str>, Option<Vec<String>>),
    /// A report.
    Report(Cow<'a, Analysis>, ReportOptions, ReportFormat),
}

/// It is written: the file rides beside this; none if there is no room for it.
#[derive(Serialize, Deserialize)]
pub struct Written;

/// Installs the message handler.
pub fn start() {
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some((request, _)) = codec::from_js::<WritingRequest<'_>>(&event.data()) {
            reply(Written, written(&request).as_slice());
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The handler lives as long as the worker.
    on_message.forget();
}

fn written(request: &WritingRequest<'_>) -> Option<Blob> {
    let text = match request {
        WritingRequest::Report(analysis, options, format) => report::write(analysis, options, *format),
        WritingRequest::Export(analysis, id, within) => {
            let is_meant =
                |finding: &&Finding| within.as_ref().is_none_or(|ids| ids.binary_search(&finding.id).is_ok());
            match export::ALL.iter().find(|export| export.id == id.as_ref())?.writer {
                Writer::Analysis(write) => write(analysis),
                Writer::Findings(write) => {
                    write(analysis, &analysis.findings.iter().filter(is_meant).collect::<Vec<_>>())
                }
                Writer::Tables(_) | Writer::Packets => return None,
            }
        }
    };
    let mut writer = BlobWriter::default();
    writer.write_all(text.as_bytes()).ok()?;
    writer.finish().ok()
}
