//! The views of the page in one table: what each is called, when it is offered, and how much is in it.
//!
//! Addresses, tabs and the tests in a browser go by this table. What is chosen in a view is its [`Route`].

use super::panel::Panel;
use super::route::{Given, Route};
use crate::model::Analysis;
use crate::model::explore::Mark;

mod about;
mod dns;
mod files;
mod graph;
mod health;
mod hosts;
mod http;
mod logins;
mod neighbours;
mod place;
mod protocols;
mod tables;
mod tls;
mod traffic;

pub use about::{ISSUES, LEARN, SETTINGS};
pub use graph::GRAPH;
pub use hosts::HOSTS;
pub use neighbours::NEIGHBOURS;
pub use place::{Group, Needs};
pub use tables::{COLUMNS, FLOWS, PACKETS, READING, ROWS, STREAM};
pub use traffic::{CONVERSATIONS, CORRELATION, DISTRIBUTIONS, ENDPOINTS, EXPLORE, HEATMAP, SERVICES, TIME};

/// A view of the page.
#[derive(Debug)]
pub struct View {
    /// Id: what its address begins with.
    pub id: &'static str,
    /// Name, for its heading and the navigation.
    pub label: &'static str,
    /// Where it stands in the navigation.
    pub group: Group,
    /// What it is offered for.
    pub needs: Needs,
    /// How much is in it; none where that says nothing.
    pub count: fn(&Analysis) -> Option<u64>,
    /// What its address chooses in it: the part behind the id, and what is given by name.
    pub(super) read: fn(&str, &Given) -> Route,
    /// What it answers, in a sentence; empty where its content says so itself.
    pub help: &'static str,
    /// Questions that it shows side by side, if it is made of these.
    pub panels: &'static [Panel],
    /// The same about one thing, as a host.
    pub item_panels: &'static [Panel],
    /// What it shows is narrowed to what is selected.
    pub is_narrowed: bool,
}

/// Messages of some protocols; none where none were read.
fn messages(analysis: &Analysis, names: &[&str]) -> Option<u64> {
    let own = analysis.summary.protocols.iter().filter(|protocol| names.contains(&protocol.name.as_str()));
    Some(own.map(|protocol| protocol.messages).sum()).filter(|n| *n > 0)
}

/// What is in the capture, in short; before a file is open, where one is chosen.
pub static OVERVIEW: View = View {
    id: "overview",
    label: "Overview",
    group: Group::Findings,
    needs: Needs::Nothing,
    read: |_, _| Route::Overview,
    help: "What is in the file, and what does not belong there.",
    panels: &[
        Panel::drawn("Traffic over time", "time,protocol:4", "bytes", Mark::Areas).wide(),
        Panel::drawn("Protocols", "protocol", "bytes,packets,flows", Mark::Bars),
        Panel::drawn("Ports", "port", "flows,bytes", Mark::Bars),
        Panel::drawn("Packet sizes", "packet_size", "packets", Mark::Columns),
        Panel::table("Hosts", "host", "bytes,bytes_out,bytes_in,packets,flows").wide(),
        Panel::table("Rows by label", "label", "rows"),
    ],
    ..View::PLAIN
};

/// The list of findings, and one of them in full.
pub static FINDINGS: View = View {
    id: "findings",
    label: "Findings",
    group: Group::Findings,
    count: |analysis| Some(analysis.findings.len() as u64),
    read: |rest, given| given.findings(rest),
    ..View::PLAIN
};

/// What is unusual, by methods that learn from the file alone.
pub static ANOMALIES: View =
    View { id: "anomalies", label: "Anomalies", group: Group::Findings, read: |_, _| Route::Anomalies, ..View::WHOLE };

/// What is new, gone or different against a baseline.
pub static COMPARISON: View = View {
    id: "compare",
    label: "Compare",
    group: Group::Findings,
    needs: Needs::Flows,
    read: |_, _| Route::Comparison,
    ..View::PLAIN
};

/// Learning from labels, and how good that is.
pub static TRAIN: View =
    View { id: "train", label: "Train", group: Group::Findings, read: |_, _| Route::Train, ..View::WHOLE };

/// All views in the order of the navigation, group by group. The first is shown for an address that names none.
pub static VIEWS: &[&View] = &[
    &OVERVIEW,
    &FINDINGS,
    &ANOMALIES,
    &TRAIN,
    &COMPARISON,
    &TIME,
    &protocols::PROTOCOLS,
    &CONVERSATIONS,
    &ENDPOINTS,
    &SERVICES,
    &health::HEALTH,
    &DISTRIBUTIONS,
    &HEATMAP,
    &CORRELATION,
    &EXPLORE,
    &hosts::HOSTS,
    &GRAPH,
    &NEIGHBOURS,
    &dns::DNS,
    &tls::TLS,
    &http::HTTP,
    &logins::LOGINS,
    &files::FILES,
    &FLOWS,
    &PACKETS,
    &STREAM,
    &READING,
    &COLUMNS,
    &ROWS,
    &ISSUES,
    &LEARN,
    &SETTINGS,
];

impl View {
    /// What most views have: of a file, a table, narrowed to what is selected.
    const PLAIN: View = View {
        id: "",
        label: "",
        group: Group::Tables,
        needs: Needs::File,
        count: |_| None,
        read: |_, _| Route::Overview,
        help: "",
        panels: &[],
        item_panels: &[],
        is_narrowed: true,
    };

    /// The same, but always about the whole file.
    const WHOLE: View = View { is_narrowed: false, ..View::PLAIN };

    /// The view of an id.
    pub(super) fn of(id: &str) -> Option<&'static View> {
        VIEWS.iter().find(|view| view.id == id).copied()
    }

    /// The address's hash of the view, with nothing chosen in it.
    pub fn hash(&self) -> String {
        format!("#/{}", self.id)
    }
}

/// Views are constants told apart by their ids.
impl PartialEq for View {
    fn eq(&self, other: &View) -> bool {
        self.id == other.id
    }
}

impl Eq for View {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Filter;
    use crate::session::explore::COMBINATIONS;

    #[test]
    fn groups_stand_together_and_every_view_is_in_one() {
        let groups: Vec<Group> = VIEWS.iter().map(|view| view.group).collect();
        let mut seen = groups.clone();
        seen.dedup();
        assert_eq!(seen, Group::ALL);
    }

    #[test]
    fn every_combination_is_a_view() {
        for combination in &COMBINATIONS {
            assert_eq!(View::of(combination.id).map(|view| view.label), Some(combination.label));
        }
    }

    #[test]
    fn filters_of_panels_are_understood() {
        for view in VIEWS {
            assert!(view.panels.is_empty() || !view.help.is_empty(), "{}", view.id);
            for panel in view.panels.iter().chain(view.item_panels) {
                let text = panel.route(Some("10.0.0.1"), &Filter::default()).filter.text;
                assert!(crate::filter::compile(&text).is_ok(), "{}: {text}", view.id);
                assert!(panel.pages.is_none_or(|id| View::of(id).is_some()), "{}", panel.title);
            }
        }
    }
}
