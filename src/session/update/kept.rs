//! What is kept beyond the file: what is expected, what columns mean and what analysts noted, put into the open analysis.

use super::action::Effect;
use crate::model::rows::choice_name;
use crate::model::{Analysis, Rule};
use crate::protocol::Request;
use crate::session::shared::Shared;
use crate::session::state::{Notice, State};
use crate::triage;

impl State {
    /// Nothing is said any more of the columns of the open table that have a wanted name among choices.
    pub(super) fn forget_columns(&mut self, is_wanted: impl Fn(&str) -> bool) {
        let analysis = self.analysis.clone();
        let Some(table) = analysis.as_ref().and_then(|analysis| analysis.table.as_ref()) else { return };
        let columns = &table.layout.columns;
        for (place, column) in columns.iter().enumerate() {
            if is_wanted(&choice_name(&column.name, place, columns.len())) {
                self.settings.columns_mut().forget(&column.name, place, columns.len());
            }
        }
    }

    /// Adds a rule and says so.
    pub(super) fn allow(&mut self, rule: Rule) -> Vec<Effect> {
        let Some(rule) = rule.tidy() else { return Vec::new() };
        if !self.settings.allow(rule.clone()) {
            self.notice = Some(Notice::Failed(format!("The allow-list is full: it has {} rules.", Rule::MOST)));
            return Vec::new();
        }
        self.notice = Some(Notice::Expected(rule));
        self.apply()
    }

    /// Applies the allow-list here and in the worker, whose flow table says what was found of each flow.
    pub(super) fn apply(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::KeepSettings];
        if let Some(analysis) = &self.analysis {
            let mut settled = Analysis::clone(analysis);
            triage::apply(&mut settled, self.settings.expected());
            self.analysis = Some(Shared::new(settled));
            if self.has_tables {
                effects.push(self.send(Request::Expect(self.settings.clone())));
            }
        }
        effects
    }

    /// Puts what is remembered of the open file into its analysis.
    pub(super) fn recall(&mut self) {
        if let Some(analysis) = &self.analysis {
            let mut recalled = Analysis::clone(analysis);
            recalled.annotations = self.memory.of(&recalled.file);
            self.analysis = Some(Shared::new(recalled));
        }
    }
}
