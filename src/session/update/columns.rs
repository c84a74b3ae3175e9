//! What analysts say of the columns of tables: what each is taken for, loaded from a file or forgotten.

use super::action::Effect;
use crate::model::rows::{Role, choice_name};
use crate::session::state::{Notice, State};
use crate::settings::{ColumnChoices, Settings, file};

impl State {
    /// Takes a column for this; for none, as heading and values say.
    pub(super) fn take_column(&mut self, heading: &str, role: Option<Role>) -> Vec<Effect> {
        if role.is_none() {
            self.forget_columns(|name| name == heading);
        }
        let is_kept = self.settings.columns_mut().set(heading, role);
        if role.is_some() && !is_kept {
            let most = ColumnChoices::MOST;
            self.notice = Some(Notice::Failed(format!(
                "This cannot be kept: the heading is too long, or {most} columns have been chosen already. Forget those \
                 of other tables first."
            )));
            return Vec::new();
        }
        vec![Effect::KeepSettings]
    }

    /// Takes all columns of the open table as heading and values say.
    pub(super) fn forget_all_columns(&mut self) -> Vec<Effect> {
        self.forget_columns(|_| true);
        vec![Effect::KeepSettings]
    }

    /// Takes what a file says of columns, with what of it was not usable.
    pub(super) fn load_columns(&mut self, name: String, loaded: &Settings, warnings: Vec<String>) -> Vec<Effect> {
        file::take_columns(&mut self.settings, loaded);
        self.notice = Some(Notice::Loaded { file: name, warnings });
        vec![Effect::KeepSettings]
    }

    /// Nothing is said any more of the columns of the open table that have a wanted name among choices.
    fn forget_columns(&mut self, is_wanted: impl Fn(&str) -> bool) {
        let analysis = self.analysis.clone();
        let Some(table) = analysis.as_ref().and_then(|analysis| analysis.table.as_ref()) else { return };
        let columns = &table.layout.columns;
        for (place, column) in columns.iter().enumerate() {
            if is_wanted(&choice_name(&column.name, place, columns.len())) {
                self.settings.columns_mut().forget(&column.name, place, columns.len());
            }
        }
    }
}
