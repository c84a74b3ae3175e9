//! How a table is to be read: what its columns are and how its dates are written, for all subcommands that read one.

use super::{Failure, output, settings};
use crate::model::rows::{Layout, UnusedChoice};
use crate::pipeline::Pipeline;
use crate::settings::{AUTO, ColumnChoices, Settings, TABLE_DATE_ORDER, file};
use clap::builder::PossibleValuesParser;
use std::path::Path;

/// Columns of a table that are named where one is missing: enough for CICFlowMeter's 84. Set by us.
const MOST_NAMED: usize = 100;

/// Orders of day and month as arguments, with the choices of the setting that they are.
const DATE_ORDERS: [(&str, &str); 3] = [("auto", AUTO), ("day-month", "day_first"), ("month-day", "month_first")];

/// Arguments about the reading of a table.
#[derive(clap::Args)]
pub struct ReadingArguments {
    /// Take columns of a table for something else than headings and values say: HEADING=ROLE, separated by commas, as in
    /// 'SrcAddr=source address,Label=label,Foo=ignore' (a backslash before a comma of a heading), or a JSON file as the
    /// page saves it. A column without a heading is called by its place: 'column 3'. A role that is not known is answered
    /// with those that there are. May be given several times
    #[arg(long, value_name = "HEADING=ROLE|FILE")]
    columns: Vec<String>,
    /// Which comes first in dates such as 4/7/2012 of a table; auto: as the rows show. The same as the setting
    /// table.date_order
    #[arg(long, value_name = "ORDER", value_parser = PossibleValuesParser::new(DATE_ORDERS.map(|(name, _)| name)))]
    date_order: Option<String>,
}

impl ReadingArguments {
    /// Puts what is asked for into the settings.
    pub fn apply(&self, settings: &mut Settings) -> Result<(), Failure> {
        for given in &self.columns {
            let path = Path::new(given);
            let choices = if !given.contains('=') || path.is_file() {
                let (file, warnings) = settings::from_file(path)?;
                warnings.iter().for_each(|warning| output::notice(warning));
                file::take_columns(settings, &file);
                file.columns().clone()
            } else {
                ColumnChoices::from_text(given).map_err(Failure::usage)?
            };
            settings.columns_mut().extend(&choices.about_this());
        }
        let order = DATE_ORDERS.iter().find(|(name, _)| self.date_order.as_deref() == Some(name));
        if let Some(number) = order.and_then(|(_, id)| TABLE_DATE_ORDER.number(id)) {
            settings.set(&TABLE_DATE_ORDER.descriptor, number);
        }
        Ok(())
    }

    /// Says on standard error which of these arguments could not be used for this input.
    pub fn note_unused(&self, pipeline: &Pipeline) {
        let Some(rows) = pipeline.rows() else {
            if !self.columns.is_empty() {
                output::notice("this is a capture, not a table: --columns was not used");
            }
            return;
        };
        let layout = rows.layout();
        for UnusedChoice { heading, role, is_absent } in &layout.unused_choices {
            let why = if *is_absent {
                format!("there is no such column; the columns are: {}", headings(layout))
            } else {
                format!("its values cannot be taken for {:?}", role.id())
            };
            output::notice(&format!("column {heading:?}: {why}"));
        }
    }
}

/// The failure of a table that lacks a column.
pub fn no_column(layout: &Layout, heading: &str) -> Failure {
    Failure::usage(format!("there is no column {heading:?}; the columns are: {}", headings(layout)))
}

fn headings(layout: &Layout) -> String {
    layout.columns.iter().take(MOST_NAMED).map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_of_the_setting_is_an_argument() {
        let of_setting: Vec<&str> = TABLE_DATE_ORDER.choices.iter().map(|choice| choice.id).collect();
        assert_eq!(DATE_ORDERS.map(|(_, id)| id).to_vec(), of_setting);
    }
}
