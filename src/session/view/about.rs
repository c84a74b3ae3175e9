//! Views about the file and the program.

use super::{Group, Needs, View};
use crate::session::route::Route;

/// Captures and tables to learn from, with questions.
pub static LEARN: View = View {
    id: "learn",
    label: "Lessons",
    group: Group::File,
    needs: Needs::Nothing,
    read: |rest, given| Route::Learn(given.learn(rest)),
    ..View::WHOLE
};

/// What could not be read.
pub static ISSUES: View = View {
    id: "issues",
    label: "Issues",
    group: Group::File,
    count: |analysis| Some(analysis.issues.len() as u64),
    read: |_, _| Route::Issues,
    ..View::WHOLE
};

/// Settings and what detectors do.
pub static SETTINGS: View = View {
    id: "settings",
    label: "Settings",
    group: Group::File,
    needs: Needs::Nothing,
    read: |_, _| Route::Settings,
    ..View::WHOLE
};
