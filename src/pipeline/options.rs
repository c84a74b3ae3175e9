//! The options of a pipeline: its input files, and the settings for reading them.

use crate::flow::table::Limits;
use crate::model::Site;
use crate::read::table::{Label, Options, Order, Part, days_in_name, dialect};
use crate::settings::{self, Settings};

/// So many flows are kept of any file, and one for so many bytes of a larger one: memory stays in proportion where a small
/// compressed file holds nothing but forged senders.
const ALWAYS_FLOWS: u64 = 250_000;
const BYTES_OF_FLOW: u64 = 150;

/// What must be known before the first byte.
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
        let settings = self.settings;
        let id = settings.chosen(&settings::TABLE_DIALECT);
        let label = settings.get(&settings::TABLE_LABEL);
        Options {
            dialect: dialect::ALL.iter().position(|entry| entry.id == id),
            unit: match settings.chosen(&settings::TABLE_UNIT) {
                "seconds" => Some(dialect::Unit::Second),
                "milliseconds" => Some(dialect::Unit::Milli),
                "microseconds" => Some(dialect::Unit::Micro),
                "nanoseconds" => Some(dialect::Unit::Nano),
                _ => None,
            },
            order: match settings.chosen(&settings::TABLE_DATE_ORDER) {
                "day_first" => Some(Order::DayFirst),
                "month_first" => Some(Order::MonthFirst),
                _ => None,
            },
            days: self.names.first().map_or_else(Vec::new, |name| days_in_name(name)),
            label: match (&self.label, label as usize) {
                (Some(name), _) => Label::Name(name.clone()),
                (None, _) if label < 0.0 => Label::None,
                (None, 0) => Label::Found,
                (None, number) => Label::Place(number - 1),
            },
            columns: settings.columns().clone(),
            part: Part::Whole,
        }
    }

    /// Bytes that rows may be packed into; no more than the machine can number.
    pub(super) fn most_row_bytes(&self) -> usize {
        (self.settings.count(&settings::TABLE_MEMORY) as usize).saturating_mul(1 << 20)
    }

    /// Where random choices start from.
    pub(super) fn seed(&self) -> u64 {
        self.settings.count(&settings::SEED)
    }

    /// Which addresses are inside, if that is set.
    pub(super) fn site(&self) -> Option<Site> {
        let networks = self.settings.networks(&settings::LOCAL_NETWORKS);
        (!networks.is_empty()).then(|| Site::set(networks))
    }

    /// When flows end, and how many there may be: of a small file fewer, as long as nobody chose a number. Without a size
    /// it may be of any.
    pub(super) fn limits(&self) -> Limits {
        let most = self.settings.count(&settings::MOST_FLOWS);
        let is_chosen = self.settings.get(&settings::MOST_FLOWS) != settings::MOST_FLOWS.default;
        let of_size = (self.bytes / BYTES_OF_FLOW).max(ALWAYS_FLOWS);
        let most = if is_chosen || self.bytes == 0 { most } else { most.min(of_size) };
        Limits {
            idle_ns: self.settings.nanoseconds(&settings::IDLE_TIMEOUT),
            active_ns: self.settings.nanoseconds(&settings::ACTIVE_TIMEOUT),
            most: most as usize,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_keep_fewer_flows_unless_a_number_is_chosen() {
        let settings = Settings::default();
        for (bytes, most) in
            [(0, 1_500_000), (1, 250_000), (45_000_000, 300_000), (90_000_000, 600_000), (1 << 40, 1_500_000)]
        {
            assert_eq!(PipelineOptions::for_file(&settings, "a.pcap", bytes).limits().most, most, "{bytes} bytes");
        }
        let mut settings = Settings::default();
        settings.set(&settings::MOST_FLOWS, 2_000_000.0);
        assert_eq!(PipelineOptions::for_file(&settings, "a.pcap", 1).limits().most, 2_000_000);
    }
}
