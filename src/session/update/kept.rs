//! What is kept beyond the file: what is expected and what analysts noted, put into the open analysis; and all of it forgotten.

use super::action::Effect;
use crate::model::{Analysis, Annotation, Rule};
use crate::protocol::Request;
use crate::session::memory::Memory;
use crate::session::shared::Shared;
use crate::session::state::{Notice, State};
use crate::settings::Settings;
use crate::triage;

impl State {
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

    /// Takes a rule back.
    pub(super) fn withdraw(&mut self, rule: &Rule) -> Vec<Effect> {
        self.settings.withdraw(rule);
        self.notice = None;
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

    /// Notes what somebody says about a finding of the open file.
    pub(super) fn annotate(&mut self, finding: &str, annotation: Annotation) -> Vec<Effect> {
        let Some(analysis) = &self.analysis else { return Vec::new() };
        let mut memory = Memory::clone(&self.memory);
        memory.set(&analysis.file, finding, annotation);
        self.memory = Shared::new(memory);
        self.recall();
        vec![Effect::KeepMemory]
    }

    /// Marks a packet of the open file, or takes its mark away.
    pub(super) fn mark(&mut self, index: u64, comment: Option<String>) -> Vec<Effect> {
        let Some(analysis) = &self.analysis else { return Vec::new() };
        let mut memory = Memory::clone(&self.memory);
        memory.mark(&analysis.file, index, comment);
        self.memory = Shared::new(memory);
        vec![Effect::KeepMemory]
    }

    /// Takes the settings, verdicts and notes of a session, with what of it was not usable.
    pub(super) fn load_session(
        &mut self,
        file: String,
        settings: Settings,
        loaded: Memory,
        warnings: Vec<String>,
    ) -> Vec<Effect> {
        let mut memory = Memory::clone(&self.memory);
        memory.join(loaded);
        self.memory = Shared::new(memory);
        self.recall();
        let mut effects = self.load_settings(file, settings, warnings);
        effects.push(Effect::KeepMemory);
        effects
    }

    /// Takes what another tab has kept; it is not kept once more.
    pub(super) fn kept_elsewhere(&mut self, settings: Settings, memory: Memory) -> Vec<Effect> {
        self.memory = Shared::new(memory);
        self.recall();
        if settings == self.settings {
            return Vec::new();
        }
        self.settings = settings;
        let mut effects = self.apply();
        effects.retain(|effect| *effect != Effect::KeepSettings);
        effects.push(Effect::EvaluateSoon);
        effects
    }

    /// Forgets all that the browser keeps, here and there.
    pub(super) fn forget(&mut self) -> Vec<Effect> {
        self.settings = Settings::default();
        self.memory = Shared::default();
        (self.last, self.recent) = (None, None);
        self.recall();
        let mut effects = self.apply();
        effects.retain(|effect| *effect != Effect::KeepSettings);
        effects.extend([Effect::Forget, Effect::EvaluateSoon]);
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
