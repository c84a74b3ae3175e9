//! What a pipeline is made from: the files that it will be fed, and what the settings say about reading them.

use crate::flow::table::Limits;
use crate::model::format::time;
use crate::read::table::{Label, Options, Part, dialect};
use crate::settings::{self, Settings};

/// What has to be known before the first byte.
#[derive(Clone, Debug)]
pub struct PipelineOptions<'a> {
    /// Settings in force while files are read; those that detectors finish by may be others.
    pub settings: &'a Settings,
    /// Names of the files, at least one and at most [`MOST_FILES`](super::MOST_FILES). Packets of several are put in
    /// order of time. A table is read by itself: beside other files it is refused.
    pub names: Vec<String>,
    /// Size of all files together, bytes.
    pub bytes: u64,
    /// Name of the column of a table that says what its rows are, if not the one that the settings say.
    pub label: Option<String>,
    /// Detectors observe what passes; without it, to measure what that costs.
    pub has_detectors: bool,
}

impl<'a> PipelineOptions<'a> {
    /// For one file without name or size.
    pub fn of(settings: &'a Settings) -> PipelineOptions<'a> {
        PipelineOptions { settings, names: vec![String::new()], bytes: 0, label: None, has_detectors: true }
    }

    /// For one file of this name and size.
    pub fn for_file(settings: &'a Settings, name: &str, bytes: u64) -> PipelineOptions<'a> {
        PipelineOptions { names: vec![name.to_owned()], bytes, ..PipelineOptions::of(settings) }
    }

    /// How to read a table.
    pub(super) fn table(&self) -> Options {
        let value = |id| self.settings.value(settings::TABLE, id) as i64;
        let units = [dialect::Unit::Second, dialect::Unit::Milli, dialect::Unit::Micro, dialect::Unit::Nano];
        let place = |number: i64| usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        Options {
            dialect: place(value(settings::TABLE_DIALECT)),
            unit: place(value(settings::TABLE_UNIT)).and_then(|place| units.get(place)).copied(),
            label: match (&self.label, value(settings::TABLE_LABEL)) {
                (Some(name), _) => Label::Name(name.clone()),
                (None, 0) => Label::Found,
                (None, number) => place(number).map_or(Label::None, Label::Place),
            },
            part: Part::Whole,
        }
    }

    /// Bytes that rows may be packed into; no more than the machine can number.
    pub(super) fn most_row_bytes(&self) -> usize {
        (self.settings.value(settings::TABLE, settings::TABLE_MEMORY) as usize).saturating_mul(1 << 20)
    }

    /// Where random choices start from.
    pub(super) fn seed(&self) -> u64 {
        self.general(settings::SEED) as u64
    }

    /// When flows end, and how many there may be.
    pub(super) fn limits(&self) -> Limits {
        Limits {
            idle_ns: time::from_seconds(self.general(settings::IDLE_TIMEOUT)),
            active_ns: time::from_seconds(self.general(settings::ACTIVE_TIMEOUT)),
            most: self.general(settings::MOST_FLOWS) as usize,
        }
    }

    /// True if this setting of flow tables, a switch, is on.
    pub(super) fn is_on(&self, id: &str) -> bool {
        self.general(id) > 0.0
    }

    fn general(&self, id: &str) -> f64 {
        self.settings.value(settings::GENERAL, id)
    }
}
