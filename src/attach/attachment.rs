//! The text of a file beside the open one to what it holds: a trained model, a baseline, indicators or labels.

use crate::baseline::Profile;
use crate::baseline::profile::ThingKind;
use crate::indicators::List;
use crate::learn::trained::TrainedModel;
use crate::model::format::quantity::{counted, percent, with_unit};
use crate::protocol::attached::AttachedKind;
use crate::training::LabelFile;

/// A file beside the open one, as read.
pub enum Attachment {
    /// A trained model.
    Model(Box<TrainedModel>),
    /// What is normal.
    Baseline(Box<Profile>),
    /// Indicators.
    Indicators(List),
    /// What the flows of captures are.
    Labels(LabelFile),
}

impl Attachment {
    /// From the text of a file of a kind.
    ///
    /// # Errors
    /// In a sentence: the file is damaged, or of another version.
    pub fn read(name: &str, kind: AttachedKind, text: &str) -> Result<Attachment, String> {
        match kind {
            AttachedKind::Model => TrainedModel::read(text).map(|model| Attachment::Model(Box::new(model))),
            AttachedKind::Baseline => Profile::read(text).map(|normal| Attachment::Baseline(Box::new(normal))),
            AttachedKind::Indicators => List::read(name, text).map(Attachment::Indicators),
            AttachedKind::Labels => LabelFile::read(text).map(Attachment::Labels),
        }
    }

    /// What it is.
    pub fn kind(&self) -> AttachedKind {
        match self {
            Attachment::Model(_) => AttachedKind::Model,
            Attachment::Baseline(_) => AttachedKind::Baseline,
            Attachment::Indicators(_) => AttachedKind::Indicators,
            Attachment::Labels(_) => AttachedKind::Labels,
        }
    }

    /// What it holds, in a sentence for people.
    pub fn about(&self) -> String {
        match self {
            Attachment::Model(model) => {
                let file = &model.file;
                format!(
                    "{} of {}, trained on {} of {}; it reports from a probability of {}.",
                    file.method.replace('_', " "),
                    counted(file.recipe.columns.len() as u64, "feature", "features"),
                    counted(file.card.n_rows, "row", "rows"),
                    file.card.data.join(", "),
                    percent(file.threshold, 1.0),
                )
            }
            Attachment::Baseline(normal) => {
                let hosts = normal.of_kind(ThingKind::InternalHost).count() as u64;
                let span = (normal.seconds > 0.0).then(|| format!(" in {}", with_unit(normal.seconds.round(), "s")));
                format!(
                    "{} of {}{}, with {}.",
                    counted(normal.n_flows, "flow", "flows"),
                    normal.files.join(", "),
                    span.unwrap_or_default(),
                    counted(hosts, "internal host", "internal hosts"),
                )
            }
            Attachment::Labels(labels) => labels.about(),
            Attachment::Indicators(list) => {
                let unknown = match list.n_unknown {
                    0 => String::new(),
                    n => format!(
                        "; {} passed over",
                        counted(n, "entry is not an indicator and was", "entries are not indicators and were")
                    ),
                };
                format!("{}{unknown}.", counted(list.indicators.len() as u64, "indicator", "indicators"))
            }
        }
    }
}
