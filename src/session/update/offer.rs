//! Files that were dropped or chosen, once it is known what each of them is: opened, applied to what is open, or refused.
//!
//! Nothing that is open is given up before there is something to open instead.

use super::{Action, Effect};
use crate::model::analysis::FileFacts;
use crate::protocol::attached::{AttachedFile, AttachedKind, AttachedOutcome, Offered};
use crate::protocol::{Envelope, Request};
use crate::session::attached::{Attached, MOST_ATTACHED, Offer};
use crate::session::shared::Shared;
use crate::session::state::{Notice, OpenFile, State, Worker};

impl State {
    /// Asks what files are.
    pub(super) fn offer(&mut self, files: Vec<OpenFile>) -> Vec<Effect> {
        let mut effects = if self.worker == Worker::Gone { self.restart() } else { Vec::new() };
        self.offer = Offer { number: self.offer.number.wrapping_add(1), files };
        let (offer, settings) = (self.offer.number, self.settings.clone());
        effects.push(Effect::Send(Envelope::new(self.job, Request::Recognise { offer, settings })));
        effects
    }

    /// Takes files by what they are.
    pub(super) fn recognised(&mut self, number: u32, found: Vec<Offered>) -> Vec<Effect> {
        if number != self.offer.number || found.len() != self.offer.files.len() {
            return Vec::new();
        }
        let files = std::mem::take(&mut self.offer.files);
        let (mut inputs, mut new, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        let (mut has_table, mut effects) = (false, Vec::new());
        for (place, (file, found)) in files.iter().zip(found).enumerate() {
            match found {
                Offered::Input { .. } if inputs.iter().any(|other| files.get(*other) == Some(file)) => {
                    let text = "It was given twice and is read once.".to_owned();
                    refused.push(Notice::Refused { file: file.name.clone(), text });
                }
                Offered::Input { is_table } => {
                    has_table |= is_table;
                    inputs.push(place);
                }
                Offered::Settings(settings, warnings) => {
                    effects.extend(self.take(Action::LoadSettings(file.name.clone(), *settings, warnings)));
                }
                // Read before the files are taken.
                Offered::Session => effects.push(Effect::ReadSession(place)),
                Offered::Attached(kind) => new.push((place, kind)),
                Offered::Unknown(text) => refused.push(Notice::Refused { file: file.name.clone(), text }),
            }
        }
        if has_table && inputs.len() > 1 {
            let text = "Tables are not read together with other files. Open a table on its own.".to_owned();
            let name = |place: &usize| files.get(*place).map(|file| file.name.clone());
            let names: Vec<String> = inputs.iter().filter_map(name).collect();
            refused.push(Notice::Refused { file: FileFacts::name_of(&names), text });
            inputs.clear();
        }
        let of_attached = self.attach(&files, &new);
        let attached = of_attached.iter().map(|(id, place)| (*id, *place)).collect();
        if !inputs.is_empty() || !of_attached.is_empty() {
            effects.push(Effect::Take { inputs: inputs.clone(), attached });
        }
        let last = new.iter().rev().find(|_| !of_attached.is_empty());
        let applied = last.and_then(|(place, kind)| Some((files.get(*place)?.name.clone(), *kind)));
        if !of_attached.is_empty() {
            effects.push(self.attaching());
        }
        if !inputs.is_empty() {
            let chosen: Vec<&OpenFile> = inputs.iter().filter_map(|place| files.get(*place)).collect();
            let names: Vec<String> = chosen.iter().map(|file| file.name.clone()).collect();
            let bytes = chosen.iter().map(|file| file.bytes).sum();
            effects.extend(self.take(Action::Open(OpenFile { name: FileFacts::name_of(&names), bytes })));
        }
        if let Some((file, kind)) = applied {
            self.notice = Some(Notice::Attached { file, kind, is_waiting: self.file.is_none() });
        } else if !new.is_empty() {
            self.notice =
                Some(Notice::Failed(format!("At most {MOST_ATTACHED} files are applied at a time: remove one.")));
        }
        if let Some(refused) = together(refused) {
            self.notice = Some(refused);
        }
        effects
    }

    /// Adds files to those that are applied: the id of each, and its place among those offered. What is of the same name and kind is
    /// replaced, and of a kind of which one is applied the one that was.
    fn attach(&mut self, files: &[OpenFile], new: &[(usize, AttachedKind)]) -> Vec<(u32, usize)> {
        let mut all = Vec::clone(&self.attached);
        let mut taken = Vec::new();
        for (place, kind) in new {
            let Some(file) = files.get(*place) else { continue };
            all.retain(|of: &Attached| of.file.kind != *kind || !kind.is_single() && of.file.name != file.name);
            if all.len() >= MOST_ATTACHED {
                continue;
            }
            self.n_attached = self.n_attached.wrapping_add(1);
            let id = self.n_attached;
            let file = AttachedFile { id, name: file.name.clone(), kind: *kind };
            all.push(Attached {
                file,
                bytes: files.get(*place).map_or(0, |file| file.bytes),
                about: String::new(),
                said: None,
            });
            taken.push((id, *place));
        }
        self.attached = Shared::new(all);
        taken.retain(|(id, _)| self.attached.iter().any(|of| of.file.id == *id));
        taken
    }

    /// Applies a file no more.
    pub(super) fn detach(&mut self, id: u32) -> Vec<Effect> {
        let mut all = Vec::clone(&self.attached);
        all.retain(|of| of.file.id != id);
        self.attached = Shared::new(all);
        self.notice = None;
        vec![self.attaching()]
    }

    /// What came of the files that are applied.
    pub(super) fn attached_said(&mut self, outcomes: Vec<AttachedOutcome>) {
        let mut all = Vec::clone(&self.attached);
        for AttachedOutcome { id, about, said } in outcomes {
            let Some(of) = all.iter_mut().find(|of| of.file.id == id) else { continue };
            if let Some(Err(text)) = said.as_ref().filter(|_| of.said != said) {
                self.notice = Some(Notice::NotApplied { file: of.file.name.clone(), text: text.clone() });
            }
            (of.about, of.said) = (about, said);
        }
        self.attached = Shared::new(all);
    }

    /// The order that tells the worker which files are applied.
    pub(super) fn attaching(&self) -> Effect {
        Effect::Attach(self.attached.iter().map(|of| of.file.clone()).collect())
    }

    /// Nothing is known of what files give for another input.
    pub(super) fn forget_what_attached_said(&mut self) {
        if self.attached.iter().any(|of| of.said.is_some()) {
            let forget = |of: &Attached| Attached { said: None, ..of.clone() };
            self.attached = Shared::new(self.attached.iter().map(forget).collect());
        }
    }
}

/// One notice of all that was refused: why the first was, and the names of the others.
fn together(refused: Vec<Notice>) -> Option<Notice> {
    let mut all = refused.into_iter();
    let first = all.next()?;
    let others: Vec<String> = all
        .filter_map(|other| match other {
            Notice::Refused { file, .. } => Some(file),
            _ => None,
        })
        .collect();
    match first {
        Notice::Refused { file, text } if !others.is_empty() => {
            Some(Notice::Refused { file, text: format!("{text} Not opened either: {}.", others.join(", ")) })
        }
        first => Some(first),
    }
}
