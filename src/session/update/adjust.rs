//! Settings that were changed, reset or loaded, and what is to be judged anew because of it.

use super::action::Effect;
use crate::protocol::Request;
use crate::session::state::{Notice, State};
use crate::settings::{Descriptor, OnChange, Settings};

impl State {
    /// Changes a setting.
    pub(super) fn set(&mut self, descriptor: &'static Descriptor, value: f64) -> Vec<Effect> {
        let before = self.settings.get(descriptor);
        self.settings.set(descriptor, value);
        if self.settings.get(descriptor) == before {
            return Vec::new();
        }
        effects_of_change(descriptor)
    }

    /// Changes a setting that is a list of networks.
    pub(super) fn set_networks(&mut self, descriptor: &'static Descriptor, networks: &str) -> Vec<Effect> {
        let before = self.settings.clone();
        // A text that is no list of networks never gets here; it would mean the default.
        let _ = self.settings.set_networks(descriptor, networks);
        if self.settings.has_same(descriptor, &before) {
            return Vec::new();
        }
        effects_of_change(descriptor)
    }

    /// Gives all settings their defaults.
    pub(super) fn reset_settings(&mut self) -> Vec<Effect> {
        self.settings.reset();
        vec![Effect::KeepSettings, Effect::EvaluateSoon]
    }

    /// Takes the settings of a file, with what of it was not usable.
    pub(super) fn load_settings(&mut self, file: String, settings: Settings, mut warnings: Vec<String>) -> Vec<Effect> {
        warnings.extend(settings.everything_expected());
        self.settings = settings;
        self.notice = Some(Notice::Loaded { file, warnings });
        self.apply();
        vec![Effect::KeepSettings, Effect::EvaluateSoon]
    }

    /// Judges the open file by the settings of now.
    pub(super) fn evaluate(&mut self) -> Vec<Effect> {
        self.is_evaluating = true;
        vec![self.send(Request::Evaluate(self.settings.clone()))]
    }
}

/// A setting has another value now.
fn effects_of_change(descriptor: &Descriptor) -> Vec<Effect> {
    let mut effects = vec![Effect::KeepSettings];
    effects.extend((descriptor.on_change == OnChange::Evaluate).then_some(Effect::EvaluateSoon));
    effects
}
