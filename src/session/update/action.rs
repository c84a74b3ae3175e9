//! The actions that change the page's state, and the effects of a step.

use crate::model::rows::Role;
use crate::model::{Annotation, Rule};
use crate::protocol::attached::AttachedFile;
use crate::protocol::{Envelope, Reply, Request};
use crate::session::anomalies::AnomalyAction;
use crate::session::learn::LearnAction;
use crate::session::memory::Memory;
use crate::session::route::Route;
use crate::session::selection::Selection;
use crate::session::state::{Clock, OpenFile, Overlay};
use crate::session::training::TrainingAction;
use crate::settings::{Descriptor, Settings};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Action {
    /// A file that can be read is to be opened.
    Open(OpenFile),
    /// Files were chosen or dropped, whatever they are.
    Offer(Vec<OpenFile>),
    /// The file of this number is to be applied no more.
    Detach(u32),
    /// The open file is to be read again.
    ReadAgain,
    /// Reading is to end, with no result.
    Cancel,
    /// Reading is to end, with what was read so far.
    Stop,
    /// The file is to be closed.
    Close,
    /// Another tab has kept other settings, verdicts and notes.
    KeptElsewhere(Settings, Memory),
    /// The browser could not keep a change beyond the life of the page.
    NotKept,
    /// A message of the worker came.
    Received(Envelope<Reply>),
    /// The worker is gone.
    Died(String),
    /// A setting was changed.
    Set(&'static Descriptor, f64),
    /// A setting that is a list of networks gets these, as text; an empty one is the default.
    SetNetworks(&'static Descriptor, String),
    /// All settings go back to their defaults; the allow-list stays.
    ResetSettings,
    /// Settings were loaded from the file of this name, with what of it was not usable.
    LoadSettings(String, Settings, Vec<String>),
    /// A session was loaded from the file of this name: settings, verdicts and notes, and what of it was not usable.
    LoadSession(String, Settings, Memory, Vec<String>),
    /// A list of recent files is wanted, or not any more.
    ListRecent(bool),
    /// Something happened in the view of lessons.
    Learn(LearnAction),
    /// A column of this heading is to be taken for this; for none, as heading and values say.
    TakeColumn(String, Option<Role>),
    /// Nothing is said of the columns of the open table any more.
    ForgetColumns,
    /// How columns are read was loaded from the file of this name, with what of it was not usable.
    LoadColumns(String, Settings, Vec<String>),
    /// How the columns of a table are read is to be looked at before all of it is read, or not.
    LookFirst(bool),
    /// What fits this rule is expected here.
    Expect(Rule),
    /// It is not expected any more.
    RemoveRule(Rule),
    /// Somebody says something about the finding of this id.
    Annotation(String, Annotation),
    /// The packet at this place is to be marked with a comment, or not to be marked any more.
    Mark(u64, Option<String>),
    /// All that is kept in the browser is to be forgotten, and what it said goes from the page too.
    Forget,
    /// Changed settings are to be judged now.
    Evaluate,
    /// Something happened in the view of anomalies.
    Anomalies(AnomalyAction),
    /// Something happened in the view that trains.
    Training(TrainingAction),
    /// The address changed.
    Go(Route),
    /// All views are narrowed to this.
    Select(Selection),
    /// On narrow screens the list of views is opened or closed.
    ToggleMenu,
    /// On wide screens the list of views is folded away or shown again.
    FoldMenu,
    /// Something lies above the page, or nothing any more.
    Overlay(Option<Overlay>),
    /// Another zone for times.
    SetClock(Clock),
    /// Something could not be done.
    Fail(String),
    /// The notice was read.
    Dismiss,
}

/// Something that the page must do outside of its state.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send this to the worker; the open file rides beside a [`Request::Open`], files that are offered beside a
    /// [`Request::Recognise`].
    Send(Envelope<Request>),
    /// Of the files that are offered, by their places: those that are opened, and those that are applied, by their numbers.
    Take {
        /// Those that are opened.
        inputs: Vec<usize>,
        /// Number and place of those that are applied.
        attached: Vec<(u32, usize)>,
    },
    /// Read the session that is offered at this place.
    ReadSession(usize),
    /// Tell the worker that just these files are applied; they ride beside the message.
    Attach(Vec<AttachedFile>),
    /// End the worker at once and start another.
    Restart,
    /// Put this view's hash into the address.
    Show(Route),
    /// Judge soon, once changes have paused.
    EvaluateSoon,
    /// Keep the settings in the browser.
    KeepSettings,
    /// Keep the remarks in the browser.
    KeepMemory,
    /// Keep in the browser whether columns are looked at first.
    KeepLooksFirst,
    /// Forget all that is kept in the browser.
    Forget,
}
