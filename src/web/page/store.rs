//! The page's state, the worker and the open files in one place: actions go in, new states come out.

use super::language;
pub use super::questions::Count;
use super::questions::Questions;
use crate::export::pseudonyms::PseudonymKey;
use crate::pipeline;
use crate::protocol::{Answer, Envelope, Query, Reply, Request, SaveError, Saving, Scope};
use crate::session::{Action, Effect, OpenFile, Phase, Route, Selection, Shared, State, carried};
use crate::web::browser::client::{Client, Event};
use crate::web::browser::{file_text, scripts};
use gloo::timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use web_sys::{Blob, File};
use yew::Callback;

/// Changes that follow each other within this time are judged once, ms.
const EVALUATE_PAUSE_MS: u32 = 200;

/// Tables whose places are remembered.
const MOST_PLACES: usize = 64;

/// Called with a file and how many packets it lacks; or with why there is none.
pub type OnSaved = Callback<Result<(Blob, u64), SaveError>>;

/// Where a table stands.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Place {
    /// Offset into its rows, px.
    pub top_px: f64,
    /// The row that was reached, from 0.
    pub cursor: Option<u64>,
}

/// A handle on the page's state. All handles are the same one.
#[derive(Clone)]
pub struct Store(Rc<Inner>);

struct Inner {
    state: RefCell<Shared<State>>,
    on_change: Callback<Shared<State>>,
    client: RefCell<Option<Client>>,
    files: RefCell<Vec<Blob>>,
    /// Files of which the worker is asked what they are.
    offered: RefCell<Vec<File>>,
    /// Where they come from, if they are the page's own.
    own_path: RefCell<Option<String>>,
    /// Files that are applied to what is open, by number.
    attached: RefCell<BTreeMap<u32, Blob>>,
    lesson_files: RefCell<Vec<File>>,
    questions: Questions,
    on_saved: RefCell<Option<(u32, OnSaved)>>,
    evaluate_timer: RefCell<Option<Timeout>>,
    places: RefCell<BTreeMap<String, Place>>,
    has_warned: Cell<bool>,
}

/// All handles are the same one.
impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Store {
    /// Starts a worker; `on_change` is called with each new state.
    pub fn start(state: State, on_change: Callback<Shared<State>>) -> Store {
        let store = Store(Rc::new(Inner {
            state: RefCell::new(Shared::new(state)),
            on_change,
            client: RefCell::default(),
            files: RefCell::default(),
            offered: RefCell::default(),
            own_path: RefCell::default(),
            attached: RefCell::default(),
            lesson_files: RefCell::default(),
            questions: Questions::default(),
            on_saved: RefCell::default(),
            evaluate_timer: RefCell::default(),
            places: RefCell::default(),
            has_warned: Cell::default(),
        }));
        store.restart();
        store
    }

    /// The state now.
    pub fn state(&self) -> Shared<State> {
        self.0.state.borrow().clone()
    }

    /// Takes files for what they are: those to be read are opened as one capture, others are applied to what is open.
    pub fn open(&self, files: Vec<File>) {
        self.open_from(files, None);
    }

    /// The same for one of the page's own files, loaded from this path.
    pub fn open_own(&self, file: File, path: &str) {
        self.open_from(vec![file], Some(path));
    }

    fn open_from(&self, files: Vec<File>, path: Option<&str>) {
        if files.is_empty() {
            return;
        }
        let offered = files.iter().map(|file| OpenFile { name: file.name(), bytes: file.size() as u64 }).collect();
        self.0.offered.replace(files);
        self.dispatch(Action::Offer(offered));
        self.0.own_path.replace(path.map(str::to_owned));
    }

    /// Keeps a list of the files that are opened from now on, or forgets it.
    pub fn list_recent(&self, is_wanted: bool) {
        self.dispatch(Action::ListRecent(is_wanted));
        scripts::keep_all(is_wanted);
        super::kept::keep_recent(self.state().recent.as_ref());
    }

    /// Files beside a course that people gave, by name.
    pub fn lesson_file(&self, name: &str) -> Option<File> {
        self.0.lesson_files.borrow().iter().find(|file| file.name() == name).cloned()
    }

    /// Remembers the files beside a course.
    pub fn keep_lesson_files(&self, files: Vec<File>) {
        self.0.lesson_files.replace(files);
    }

    /// Something happened.
    pub fn dispatch(&self, action: Action) {
        let (state, effects) = self.state().step(action);
        let state = Shared::new(state);
        self.0.state.replace(state.clone());
        self.0.on_change.emit(state);
        for order in effects {
            self.carry_out(order);
        }
    }

    /// Shows a view; it becomes an entry of the browser's history.
    pub fn go(&self, route: Route) {
        let state = self.state();
        if *state.route.hash() != route.hash() {
            super::address::push(&route, &state.selection);
            self.dispatch(Action::Go(route));
        }
    }

    /// Narrows all views to something else; it becomes an entry of the browser's history, so that back undoes it.
    pub fn select(&self, selection: Selection) {
        let state = self.state();
        if state.selection != selection {
            super::address::push(&state.route, &selection);
            self.dispatch(Action::Select(selection));
        }
    }

    /// The same in place of the entry that there is: for steps on the way to a choice.
    pub fn reselect(&self, selection: Selection) {
        super::address::replace(&self.state().route, &selection);
        self.dispatch(Action::Select(selection));
    }

    /// What the browser went to: a link leaves the selection as it is.
    pub fn arrive(&self, route: Route, selection: Option<Selection>) {
        let before = self.state().selection.clone();
        let selection = selection.unwrap_or_else(|| before.clone());
        super::address::replace(&route, &selection);
        if selection != before {
            self.dispatch(Action::Select(selection));
        }
        self.dispatch(Action::Go(route));
    }

    /// Shows a view in place of the one that is shown: for choices that are not worth an entry in the history.
    pub fn adjust(&self, route: Route) {
        super::address::replace(&route, &self.state().selection);
        self.dispatch(Action::Go(route));
    }

    /// Asks a question about the tables. No answer comes if the tables are replaced first.
    pub fn ask(&self, query: Query, on_answer: Callback<Answer>) {
        self.ask_numbered(query, on_answer);
    }

    /// The same; gives the number by which the question can be forgotten.
    pub fn ask_numbered(&self, query: Query, on_answer: Callback<Answer>) -> Option<u32> {
        let state = self.state();
        if state.phase != Phase::Ready || !state.has_tables {
            return None;
        }
        let question = self.0.questions.add(&query, on_answer);
        self.send(&Envelope::new(state.job, Request::Ask { question, query }));
        Some(question)
    }

    /// A question is no longer wanted; the worker leaves it out if it has not come to it yet.
    pub fn forget(&self, question: u32) {
        if self.0.questions.forget(question) {
            self.send(&Envelope::new(self.state().job, Request::Forget(vec![question])));
        }
    }

    /// Somebody cancels all that is being counted.
    pub fn cancel_questions(&self) {
        let dropped = self.0.questions.cancel();
        self.send(&Envelope::new(self.state().job, Request::Forget(dropped)));
    }

    /// Calls this whenever questions are asked or answered.
    pub fn watch_questions(&self, on_count: Callback<Count>) {
        self.0.questions.watch(on_count);
    }

    /// Where a table stood when it was last shown with the rows that `key` names.
    pub fn place(&self, key: &str) -> Option<Place> {
        self.0.places.borrow().get(key).copied()
    }

    /// Remembers where a table stands.
    pub fn keep_place(&self, key: &str, place: Place) {
        let mut places = self.0.places.borrow_mut();
        if places.len() >= MOST_PLACES && !places.contains_key(key) {
            places.clear();
        }
        places.insert(key.to_owned(), place);
    }

    /// Asks for an export that is made from tables or packets, of what is left by a selection, with pseudonyms if there is a key.
    pub fn save(&self, saving: Saving, scope: Scope, key: Option<PseudonymKey>, on_saved: OnSaved) {
        let state = self.state();
        self.0.on_saved.replace(Some((state.job, on_saved)));
        self.send(&Envelope::new(state.job, Request::Save(saving, scope, key)));
    }

    fn carry_out(&self, order: Effect) {
        match order {
            Effect::Send(request) => self.send(&request),
            Effect::Take { inputs, attached } => self.take_offered(&inputs, &attached),
            Effect::ReadSession(place) => self.read_session(place),
            Effect::Attach(list) => {
                let files: Vec<Blob> = {
                    let mut known = self.0.attached.borrow_mut();
                    known.retain(|id, _| list.iter().any(|of| of.id == *id));
                    list.iter().filter_map(|of| known.get(&of.id).cloned()).collect()
                };
                self.send_with(&Envelope::new(self.state().job, Request::Attach(list)), &files);
            }
            Effect::Restart => self.restart(),
            Effect::Show(route) => super::address::push(&route, &self.state().selection),
            Effect::KeepSettings => self.warn_if_not_kept(super::kept::keep_settings(&self.state().settings)),
            Effect::KeepLooksFirst => super::prefs::choose_looks_first(self.state().looks_first),
            Effect::KeepMemory => self.warn_if_not_kept(super::kept::keep_memory(&self.state().memory)),
            Effect::Forget => super::kept::forget(),
            Effect::EvaluateSoon => {
                let store = self.clone();
                let timer = Timeout::new(EVALUATE_PAUSE_MS, move || store.dispatch(Action::Evaluate));
                self.0.evaluate_timer.replace(Some(timer));
            }
        }
    }

    /// Says once that nothing outlives the page, when the first thing could not be kept.
    fn warn_if_not_kept(&self, is_kept: bool) {
        if !is_kept && !self.0.has_warned.replace(true) {
            self.dispatch(Action::NotKept);
        }
    }

    fn send(&self, request: &Envelope<Request>) {
        let files = match request.body {
            Request::Open(_) | Request::Look(_) => {
                self.0.questions.clear();
                self.0.files.borrow().clone()
            }
            Request::Recognise { .. } => self.0.offered.borrow().iter().cloned().map(Blob::from).collect(),
            _ => Vec::new(),
        };
        self.send_with(request, &files);
    }

    /// Reads a session that was offered.
    fn read_session(&self, place: usize) {
        let Some(file) = self.0.offered.borrow().get(place).cloned() else { return };
        let (store, name) = (self.clone(), file.name());
        file_text::read(&file, move |text| {
            if let Err(text) = text.and_then(|text| store.take_session(name, &text)) {
                store.dispatch(Action::Fail(text));
            }
        });
    }

    /// Takes over what a saved session has; an error says in a sentence why it cannot be used.
    pub fn take_session(&self, name: String, text: &str) -> Result<(), String> {
        let read = carried::read(text, &pipeline::descriptors());
        let read = read.map_err(|why| format!("{name} cannot be used: {why}."))?;
        if let Some(wanted) = read.language {
            let store = self.clone();
            language::choose(wanted, move |text| store.dispatch(Action::Fail(text)));
        }
        self.dispatch(Action::LoadSession(name, read.settings, read.memory, read.warnings));
        Ok(())
    }

    /// Keeps files that were offered as what they are.
    fn take_offered(&self, inputs: &[usize], attached: &[(u32, usize)]) {
        let offered = self.0.offered.take();
        let file = |place: &usize| offered.get(*place).cloned().map(Blob::from);
        let path = self.0.own_path.take();
        if !inputs.is_empty() {
            self.0.files.replace(inputs.iter().filter_map(file).collect());
            let state = self.state();
            super::kept::keep_last(state.file.as_ref().map(|file| (file, path.as_deref())));
            super::kept::keep_recent(state.recent.as_ref());
        }
        let mut known = self.0.attached.borrow_mut();
        known.extend(attached.iter().filter_map(|(id, place)| Some((*id, file(place)?))));
    }

    fn send_with(&self, request: &Envelope<Request>, files: &[Blob]) {
        if let Some(client) = self.0.client.borrow().as_ref() {
            client.send(request, files);
        }
    }

    fn restart(&self) {
        self.0.questions.clear();
        self.0.on_saved.take();
        if let Some(old) = self.0.client.take() {
            old.terminate();
            // It may be the one that is calling: its closures must outlive the call.
            Timeout::new(0, move || drop(old)).forget();
        }
        let store = self.clone();
        match Client::start(move |event| store.receive(event)) {
            Ok(client) => {
                self.0.client.replace(Some(client));
            }
            Err(text) => self.dispatch(Action::Fail(text)),
        }
    }

    fn receive(&self, event: Event) {
        match event {
            Event::Reply(Envelope { job, body: Reply::Answer { question, answer } }, _) => {
                if job == self.state().job {
                    self.0.questions.answered(question, answer);
                }
            }
            Event::Reply(Envelope { job, body: Reply::Saved(written) }, file) => {
                let waiting = self.0.on_saved.take();
                if let Some((_, waiting)) = waiting.filter(|(of, _)| *of == job) {
                    waiting.emit(written.and_then(|n_missing| Ok((file.ok_or(SaveError::NoRoom)?, n_missing))));
                }
            }
            Event::Reply(reply, _) => {
                let is_refused = matches!(reply.body, Reply::Refused(_));
                self.dispatch(Action::Received(reply));
                if is_refused && self.state().last.is_none() {
                    super::kept::keep_last(None);
                }
            }
            Event::Died(text) => self.dispatch(Action::Died(text)),
        }
    }
}
