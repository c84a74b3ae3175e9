//! The page's state.

use super::anomalies::Anomalies;
pub use super::attached::OpenFile;
use super::attached::{Attached, Offer};
use super::learn::Learn;
use super::marks::Marks;
use super::memory::Memory;
use super::route::Route;
use super::selection::Selection;
use super::shared::Shared;
use super::training::Training;
use crate::model::rows::Column;
use crate::model::{Analysis, Rule};
use crate::protocol::attached::AttachedKind;
use crate::protocol::{Progress, Stage};
use crate::settings::{Descriptor, OnChange, Settings};

/// What the page is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Phase {
    /// No file: the start view.
    #[default]
    Empty,
    /// A file is being read; the analysis, if any, is partial.
    Reading,
    /// The analysis is complete.
    Ready,
}

/// State of the worker.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Worker {
    /// It was started and has not spoken yet.
    #[default]
    Starting,
    /// It has spoken.
    Ready,
    /// It died before it spoke: another one is started only when there is something to do, or the page would go on
    /// starting workers for ever.
    Gone,
}

/// The zone that times are shown in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Clock {
    /// UTC.
    #[default]
    Utc,
    /// The zone of the machine.
    Local,
}

/// What may lie above the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Overlay {
    /// Where to go: views, hosts, protocols, findings.
    Palette,
    /// What keys do.
    Shortcuts,
    /// All exports.
    Exports,
}

/// A message to people; stays until it is dismissed or a file is opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Notice {
    /// The file is none that we know, or cannot be read.
    Refused {
        /// Name of the file.
        file: String,
        /// Why, in a sentence.
        text: String,
    },
    /// The worker is gone.
    Died {
        /// Why, in a sentence.
        text: String,
        /// True if a file was open, so that it can be read again.
        can_read_again: bool,
        /// True if another one was started.
        is_replaced: bool,
    },
    /// Reading was cancelled.
    Cancelled {
        /// Name of the file.
        file: String,
    },
    /// A rule was added to the allow-list; it can be taken back.
    Expected(Rule),
    /// Settings were loaded from a file.
    Loaded {
        /// Name of the file.
        file: String,
        /// What was not usable, a sentence each.
        warnings: Vec<String>,
    },
    /// A file is applied to what is open.
    Attached {
        /// Name of the file.
        file: String,
        /// What it is.
        kind: AttachedKind,
        /// True if nothing is open that it could be applied to.
        is_waiting: bool,
    },
    /// A file cannot be applied to what is open.
    NotApplied {
        /// Name of the file.
        file: String,
        /// Why, in a sentence.
        text: String,
    },
    /// A change lasts only as long as the page.
    NotKept,
    /// Something that was asked for could not be done: loading a sample, saving a file.
    Failed(String),
}

/// The page's state.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct State {
    /// Number of the newest job.
    pub job: u32,
    /// What the page is doing.
    pub phase: Phase,
    /// State of the worker.
    pub worker: Worker,
    /// The file that is open.
    pub file: Option<OpenFile>,
    /// Files of which it is not known what they are.
    pub offer: Offer,
    /// Files that are applied to what is open.
    pub attached: Shared<Vec<Attached>>,
    /// Counts them, also those that were removed.
    pub n_attached: u32,
    /// What is known of it.
    pub analysis: Option<Shared<Analysis>>,
    /// How far the worker is; none while it is idle.
    pub progress: Option<Progress>,
    /// True from the wish to stop reading until the result is there.
    pub is_stopping: bool,
    /// True while changed settings are being judged.
    pub is_evaluating: bool,
    /// True if the worker holds the tables of the analysis.
    pub has_tables: bool,
    /// Counts results: tables ask again when it changes.
    pub revision: u32,
    /// What people must be told.
    pub notice: Option<Notice>,
    /// Settings in force.
    pub settings: Settings,
    /// Settings with which the file was last read.
    pub read_settings: Settings,
    /// The view that is shown.
    pub route: Route,
    /// What all views are narrowed to.
    pub selection: Selection,
    /// On narrow screens the list of views is open.
    pub shows_menu: bool,
    /// On wide screens the list of views is folded away.
    pub is_menu_folded: bool,
    /// What lies above the page.
    pub overlay: Option<Overlay>,
    /// The zone that times are shown in.
    pub clock: Clock,
    /// How the columns of a table are read is to be looked at before all of it is.
    pub looks_first: bool,
    /// The analysis is of the first rows of a table only, for its columns to be looked at.
    pub is_look: bool,
    /// What is unusual in the open file, and by what choices.
    pub anomalies: Shared<Anomalies>,
    /// What is trained on the open file, and how good that is.
    pub training: Shared<Training>,
    /// Remarks on files that were open before, and on the one that is.
    pub memory: Shared<Memory>,
    /// The lessons.
    pub learn: Shared<Learn>,
    /// The file that is open, or was before the page was loaded again.
    pub last: Option<OpenFile>,
    /// Files that were open before, latest first; none unless people want such a list.
    pub recent: Option<Vec<OpenFile>>,
}

/// Most files in the list of recent ones.
const MOST_RECENT: usize = 8;

impl State {
    /// A file was opened: it is the last one, and the first of the recent ones.
    pub(super) fn note(&mut self, file: &OpenFile) {
        self.last = Some(file.clone());
        if let Some(recent) = &mut self.recent {
            recent.retain(|other| other != file);
            recent.insert(0, file.clone());
            recent.truncate(MOST_RECENT);
        }
    }

    /// The file that was open before the page was loaded again, as long as none was opened since.
    pub fn last_before(&self) -> Option<OpenFile> {
        self.last.clone().filter(|_| self.job == 0)
    }

    /// The packets of the open file that are marked.
    pub fn marks(&self) -> Marks {
        self.analysis.as_ref().map(|analysis| self.memory.marks(&analysis.file)).unwrap_or_default()
    }

    /// True if a setting was changed that takes effect only when the file is read again.
    pub fn needs_reading(&self, descriptors: &[&Descriptor]) -> bool {
        let differs =
            |d: &&Descriptor| d.on_change == OnChange::Read && !self.settings.has_same(d, &self.read_settings);
        self.analysis.is_some() && (descriptors.iter().any(differs) || self.reads_table_otherwise())
    }

    /// True if the table that is open would be read otherwise with the settings in force.
    pub fn reads_table_otherwise(&self) -> bool {
        let Some(table) = self.analysis.as_ref().and_then(|analysis| analysis.table.as_ref()) else { return false };
        let (now, before) = (self.settings.columns(), self.read_settings.columns());
        let columns = &table.layout.columns;
        let is_otherwise = |(place, column): (usize, &Column)| {
            now.of(&column.name, place, columns.len()) != before.of(&column.name, place, columns.len())
        };
        let has_other = || columns.iter().enumerate().any(is_otherwise);
        let is_other = |d: &Descriptor| !self.settings.has_same(d, &self.read_settings);
        (now != before && has_other()) || crate::settings::TABLE.iter().any(is_other)
    }

    /// The headings of the open table about which something is chosen, as it was said.
    pub fn chosen_headings(&self) -> impl Iterator<Item = &str> {
        let table = self.analysis.as_ref().and_then(|analysis| analysis.table.as_ref());
        let columns: &[Column] = table.map_or(&[], |table| &table.layout.columns);
        let choices = self.settings.columns();
        let entry = |(place, column): (usize, &Column)| choices.entry(&column.name, place, columns.len());
        let columns = columns.iter().enumerate().filter(|_| !choices.is_empty());
        columns.filter_map(entry).map(|(heading, _)| heading)
    }

    /// True while the SHA-256 of the file is not known but will be.
    pub fn is_hashing(&self) -> bool {
        self.has_tables
            && self.phase == Phase::Ready
            && self.analysis.as_ref().is_some_and(|analysis| analysis.file.sha256.is_none())
    }

    /// How much of the running stage is done, 0 to 1; none while nothing runs or it cannot be told.
    pub fn share_done(&self) -> Option<f64> {
        let progress = self.progress.as_ref().filter(|p| p.bytes_total > 0 && p.stage != Stage::Evaluating)?;
        Some((progress.bytes_done as f64 / progress.bytes_total as f64).clamp(0.0, 1.0))
    }
}
