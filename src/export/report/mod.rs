//! Analysis to a report for people, as its options say.

pub mod content;
pub mod html;
mod markdown;
mod names;
mod options;

pub use names::names;
pub use options::{Audience, ReportFormat, ReportOptions, ReportSection};

use crate::export::json;
use crate::model::Analysis;

/// The report in a format.
pub fn write(analysis: &Analysis, options: &ReportOptions, format: ReportFormat) -> String {
    match format {
        ReportFormat::Html => html::report(analysis, options),
        ReportFormat::Markdown => markdown::markdown(analysis, options),
        ReportFormat::Json => json::report(analysis, options),
    }
}
