//! Buttons that save settings, or a part of them, to a file, and take them from one.

use crate::maths::sorting::Gather;
use crate::pipeline;
use crate::session::{Action, Shared, State};
use crate::settings::{Settings, file};
use crate::web::page::hooks::use_store;
use crate::web::page::parts::file_buttons::FileButtons;
use std::collections::BTreeSet;
use yew::prelude::*;

/// What a file keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// All settings.
    Settings,
    /// How the columns of the open table are read.
    Columns,
}

impl Kept {
    /// In a word.
    fn name(self) -> &'static str {
        match self {
            Kept::Settings => "settings",
            Kept::Columns => "columns",
        }
    }

    /// The text of the file.
    fn text(self, state: &State) -> String {
        match self {
            Kept::Settings => file::write(&state.settings),
            Kept::Columns => {
                let headings: BTreeSet<&str> = state.chosen_headings().gathered();
                file::write_columns(&state.settings, |heading| headings.contains(heading))
            }
        }
    }

    /// Takes what a file of this name has, and what of it is not usable.
    fn load(self, name: String, settings: Settings, warnings: Vec<String>) -> Action {
        match self {
            Kept::Settings => Action::LoadSettings(name, settings, warnings),
            Kept::Columns => Action::LoadColumns(name, settings, warnings),
        }
    }
}

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct KeepFileProps {
    /// The page's state.
    pub state: Shared<State>,
    /// What the file keeps.
    pub kept: Kept,
}

/// Save and load.
#[component]
pub fn KeepFile(props: &KeepFileProps) -> Html {
    let store = use_store();
    let kept = props.kept;
    let text = {
        let state = props.state.clone();
        Callback::from(move |()| kept.text(&state))
    };
    let take = Callback::from(move |(name, text): (String, String)| {
        let read = file::read(&text, &pipeline::descriptors());
        let (settings, warnings) = read.map_err(|why| format!("{name} cannot be used: {why}."))?;
        if let Some(store) = &store {
            store.dispatch(kept.load(name, settings, warnings));
        }
        Ok(())
    });
    let what = kept.name();
    html! {
        <FileButtons {what} file={format!("packetloupe-{what}.json")} {text} {take} test_id={format!("{what}-input")} />
    }
}
